"""One step of information pursuit with numpy, the reference for bench/pursuit.ts.

Argument: a file with queries, labels and runs as JSON, then a line each of probabilities of yes (labels × queries, row by
row) and of the posterior. Prints a line of JSON: versions, seconds of each run and what each query leaves, in bits.
"""

import json
import sys
import time

import numpy as np


def entropies(yes, posterior):
    """Expected entropy after the answer to each query, all queries at once."""
    after = np.stack([posterior[:, None] * yes, posterior[:, None] * (1 - yes)])
    share = after.sum(1)
    given = after / share[:, None]
    logs = np.log2(given, out=np.zeros_like(given), where=given > 0)
    return -(share * (given * logs).sum(1)).sum(0)


def sizes(yes, posterior, threshold):
    """Expected size of the prediction set after the answer to each query; an empty set counts as all labels."""
    after = np.stack([posterior[:, None] * yes, posterior[:, None] * (1 - yes)])
    share = after.sum(1)
    size = (after >= threshold * share[:, None]).sum(1)
    return (share * np.where(size == 0, len(posterior), size)).sum(0)


with open(sys.argv[1]) as file:
    task = json.load(file)
yes = np.array(task["yes"]).reshape(task["labels"], task["queries"])
posterior = np.array(task["posterior"])
answer = {"python": sys.version.split()[0], "numpy": np.__version__}
for name, work in (
    ("entropy", lambda: entropies(yes, posterior)),
    ("conformal", lambda: sizes(yes, posterior, task["threshold"])),
):
    for _ in range(20):
        values = work()
    seconds = []
    for _ in range(task["runs"]):
        start = time.perf_counter()
        values = work()
        seconds.append(time.perf_counter() - start)
    answer[name] = {"seconds": seconds, "values": values.tolist()}
print(json.dumps(answer))
