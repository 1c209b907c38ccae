"""Times the information of compressions in numpy from the same log-likelihoods: the mean of own minus log-mean-exp.

Arguments: a file with N * M * N float64 values, N, M, and how often to run. Prints a line of JSON: versions, the seconds
of each run and the value in nats.
"""

import json
import sys
import time

import numpy
import scipy
from scipy.special import logsumexp

n, m, runs = (int(word) for word in sys.argv[2:5])
ll = numpy.fromfile(sys.argv[1], dtype=numpy.float64).reshape(n, m, n)


def estimate():
    own = ll[numpy.arange(n), :, numpy.arange(n)]
    return float(numpy.mean(own - logsumexp(ll, axis=2) + numpy.log(n)))


value = estimate()
seconds = []
for _ in range(runs):
    start = time.perf_counter()
    estimate()
    seconds.append(time.perf_counter() - start)
print(
    json.dumps(
        {
            "python": sys.version.split()[0],
            "numpy": numpy.__version__,
            "scipy": scipy.__version__,
            "seconds": seconds,
            "value": value,
        }
    )
)
