"""Times greedy minimum-entropy coupling in Python: heapq, and numpy's argmax over all outcomes in every step.

Arguments: a file with n float64 values of p and then n of q, and how often to run. Prints a line of JSON: versions, the
seconds of each run and the entropy in bits by method.
"""

import heapq
import json
import math
import sys
import time

import numpy


def with_heapq(p, q):
    left = [(-mass, i) for i, mass in enumerate(p)]
    right = [(-mass, j) for j, mass in enumerate(q)]
    heapq.heapify(left)
    heapq.heapify(right)
    cells = []
    while left and right:
        (a, i), (b, j) = left[0], right[0]
        mass = min(-a, -b)
        cells.append((i, j, mass))
        for heap, key, index in ((left, a, i), (right, b, j)):
            if -key - mass > 1e-14 * mass:
                heapq.heapreplace(heap, (key + mass, index))
            else:
                heapq.heappop(heap)
    return cells


def with_argmax(p, q):
    p, q = p.copy(), q.copy()
    cells = []
    remaining = 1.0
    while remaining > 1e-12:
        i, j = int(p.argmax()), int(q.argmax())
        mass = min(p[i], q[j])
        if mass <= 0:
            break
        cells.append((i, j, mass))
        p[i] -= mass
        q[j] -= mass
        remaining -= mass
    return cells


numbers = numpy.fromfile(sys.argv[1], dtype=numpy.float64)
n = len(numbers) // 2
p, q = numbers[:n], numbers[n:]
answer = {"python": sys.version.split()[0], "numpy": numpy.__version__}
for name, couple, inputs in (("heapq", with_heapq, (p.tolist(), q.tolist())), ("argmax", with_argmax, (p, q))):
    seconds = []
    for _ in range(int(sys.argv[2])):
        start = time.perf_counter()
        cells = couple(*inputs)
        seconds.append(time.perf_counter() - start)
    answer[name] = {"seconds": seconds, "bits": -sum(mass * math.log2(mass) for _, _, mass in cells)}
print(json.dumps(answer))
