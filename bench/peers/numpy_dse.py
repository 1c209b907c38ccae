"""Diffusion spectral entropy with numpy, the reference for bench/diffusion-spectral-entropy.ts.

Prints its versions, then answers each line {"n", "cols", "sigma", "file"} with the time and the value.
"""

import json
import sys
import time

import numpy as np


def entropy(z, sigma):
    norms = (z * z).sum(1)
    squares = np.maximum(norms[:, None] + norms[None] - 2 * z @ z.T, 0)
    affinity = np.exp(squares / (-2 * sigma**2))
    scale = affinity.sum(1) ** -0.5
    values = np.abs(np.linalg.eigvalsh(affinity * scale[:, None] * scale[None]))
    share = values / values.sum()
    share = share[share > 0]
    return float(-(share * np.log(share)).sum())


print(json.dumps({"python": sys.version.split()[0], "numpy": np.__version__}), flush=True)
for line in sys.stdin:
    task = json.loads(line)
    z = np.fromfile(task["file"]).reshape(task["n"], task["cols"])
    start = time.perf_counter()
    value = entropy(z, task["sigma"])
    print(json.dumps({"seconds": time.perf_counter() - start, "value": value}), flush=True)
