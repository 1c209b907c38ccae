"""Times scikit-learn's mutual information, one request at a time.

A request is a line of JSON on standard input: {"task": "regression" or "classif", "n": rows, "file": path}. The file
holds n float64 values of x, then n of y. The answer is a line of JSON: {"seconds": time of the call, "value": nats}.
The first line it prints says the versions.
"""

import json
import sys
import time

import numpy
import sklearn
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

print(json.dumps({"python": sys.version.split()[0], "numpy": numpy.__version__, "scikit-learn": sklearn.__version__}), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    n = request["n"]
    numbers = numpy.fromfile(request["file"], dtype=numpy.float64)
    x = numbers[:n].reshape(-1, 1)
    y = numbers[n:]
    if request["task"] == "classif":
        y = y.astype(int)
    estimate = mutual_info_classif if request["task"] == "classif" else mutual_info_regression
    start = time.perf_counter()
    value = estimate(x, y, discrete_features=False, n_neighbors=3, random_state=0)[0]
    print(json.dumps({"seconds": time.perf_counter() - start, "value": value}), flush=True)
