"""Times all scores of prompts in numpy, from a tensor of log-probabilities.

Arguments: a file of T * X * Y float64 values, T, X, Y, and how often to run. Prints a line of JSON: versions, the seconds
of each run, and the scores of each task-wise method.
"""

import json
import sys
import time

import numpy

EPS = 1e-7


def entropy(p):
    return -(p * numpy.log(p + EPS)).sum(axis=-1)


def all_scores(log):
    choices = log.shape[2]
    p = numpy.exp(log - log.max(axis=2, keepdims=True))
    p /= p.sum(axis=2, keepdims=True)
    safe = numpy.log(p + EPS)
    local = -(p * safe).sum(axis=2)
    answer = p.argmax(axis=2)
    onehot = numpy.eye(choices)[answer]
    ge = entropy(onehot.mean(axis=1))
    ge_m = entropy(p.mean(axis=1))
    le = local.mean(axis=1)

    def agreement(consensus):
        return (answer == consensus.argmax(axis=1)).mean(axis=1)

    task = {
        "MI": ge_m - le,
        "MI_AG": ge - le,
        "GE": ge,
        "GE_M": ge_m,
        "LE": le,
        "MDL_M": -le,
        "ZLP": agreement(safe.mean(axis=0)),
        "ZPM": agreement(p.mean(axis=0)),
        "ZMV": agreement(onehot.sum(axis=0)),
    }
    instance = {"MDL": -local, "MI_AL": ge_m[:, None] - local, "MI_AGL": ge[:, None] - local}
    ratio = p / p.mean(axis=1, keepdims=True)
    calibrated = numpy.exp(ratio - ratio.max(axis=2, keepdims=True))
    calibrated /= calibrated.sum(axis=2, keepdims=True)
    return task, instance, calibrated


path, prompts, inputs, choices, runs = sys.argv[1], *map(int, sys.argv[2:])
log = numpy.fromfile(path, dtype=numpy.float64).reshape(prompts, inputs, choices)
seconds = []
for _ in range(runs):
    start = time.perf_counter()
    task, instance, calibrated = all_scores(log)
    seconds.append(time.perf_counter() - start)
print(
    json.dumps(
        {
            "python": sys.version.split()[0],
            "numpy": numpy.__version__,
            "seconds": seconds,
            "scores": {name: values.tolist() for name, values in task.items()},
            "calibrated": float(calibrated[0, 0, 0]),
        }
    )
)
