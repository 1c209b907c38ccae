"""Lazy greedy facility location in numpy, gains vectorised over rows. Reads jobs as lines of JSON, answers in kind."""

import heapq
import json
import sys
import time

import numpy as np


def lazy_greedy(similarity, k):
    n = similarity.shape[0]
    covered = np.zeros(n)
    scratch = np.empty(n)
    gains = np.maximum(similarity, 0).sum(axis=1)
    heap = [(-gain, j, 0) for j, gain in enumerate(gains.tolist())]
    heapq.heapify(heap)
    chosen, evaluations = [], n
    for step in range(k):
        while True:
            _, j, known = heap[0]
            if known == step:
                heapq.heappop(heap)
                break
            np.subtract(similarity[j], covered, out=scratch)
            np.maximum(scratch, 0, out=scratch)
            evaluations += 1
            heapq.heapreplace(heap, (-float(scratch.sum()), j, step))
        chosen.append(j)
        np.maximum(covered, similarity[j], out=covered)
    return chosen, float(covered.sum()), evaluations


print(json.dumps({"numpy": np.__version__, "python": sys.version.split()[0]}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    table = np.fromfile(job["file"]).reshape(job["n"], job["n"])
    start = time.perf_counter()
    chosen, value, evaluations = lazy_greedy(table, job["k"])
    seconds = time.perf_counter() - start
    answer = {"seconds": seconds, "value": value, "evaluations": evaluations, "chosen": chosen}
    print(json.dumps(answer), flush=True)
