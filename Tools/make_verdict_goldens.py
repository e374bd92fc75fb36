"""Writes Tests/Evaluation/VerdictsTests/Goldens/student.json and pairs.json: statistics by SciPy and mpmath.

Run as `python Tools/make_verdict_goldens.py` from the project's root.

Made with Python 3, mpmath 1.3.0, numpy 2.4.6, scipy 1.17.1.
"""

import json
import math

import mpmath
import numpy as np
import scipy.special
import scipy.stats

FOLDER = "Tests/Evaluation/VerdictsTests/Goldens"


def write(name, value):
    with open(f"{FOLDER}/{name}", "w") as file:
        json.dump(value, file, indent=0, allow_nan=False)
        file.write("\n")


freedoms = [1, 2, 3, 4.5, 9, 19, 20, 57, 199, 1999, 99999]
student = {
    "tails": [
        {"degrees": df, "t": t, "tail": 2 * float(scipy.stats.t.sf(t, df))}
        for df in freedoms
        for t in [0.0, 1e-3, 0.1, 0.7, 1.0, 1.7, 2.0, 3.5, 6.0, 12.0]
    ],
    "quantiles": [
        {"degrees": df, "p": p, "t": float(scipy.stats.t.isf(1 - p, df))}
        for df in freedoms
        for p in [0.0001, 0.025, 0.3, 0.6, 0.8, 0.9, 0.95, 0.975, 0.995, 0.999, 0.99999]
    ],
    "beta": [
        {"a": a, "b": b, "x": x, "value": float(scipy.special.betainc(a, b, x))}
        for a in [0.5, 1, 2.5, 10, 60, 500]
        for b in [0.5, 1, 3, 40]
        for x in [0.01, 0.2, 0.5, 0.9, 0.999]
    ],
    "logBeta": [
        # SciPy's betaln subtracts large log gammas, which costs it digits.
        {"a": a, "b": b, "value": float(mpmath.log(mpmath.beta(a, b)))}
        for a, b in [(0.5, 0.5), (1, 2), (3.5, 0.5), (10, 10), (1000, 0.5), (50000, 0.5), (7, 300)]
    ],
}

random = np.random.default_rng(7)


def sample(count, shift):
    # Few digits keep the file small and are exact in both languages.
    return [round(float(value), 3) for value in random.normal(shift, 1, count)]


def paired(count, shift):
    candidate, baseline = sample(count, shift), sample(count, 0)
    result = scipy.stats.ttest_rel(candidate, baseline)
    interval = result.confidence_interval(0.95)
    differences = np.subtract(candidate, baseline)
    flips = (differences,)
    case = {
        "candidate": candidate,
        "baseline": baseline,
        "p": float(result.pvalue),
        "low": float(interval.low),
        "high": float(interval.high),
    }
    if count <= 13:
        exact = scipy.stats.permutation_test(
            flips, np.sum, permutation_type="samples", n_resamples=np.inf
        )
        case["flip"] = float(exact.pvalue)
    return case


def clustered():
    """Cluster-robust error by the sandwich formula with matrices, not by sums."""
    sizes = [1, 2, 5, 3, 4, 1, 6]
    clusters = [sample(size, 0.3) for size in sizes]
    values = np.concatenate(clusters)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    residuals = values - values.mean()
    same = (labels[:, None] == labels[None, :]).astype(float)
    meat = residuals @ same @ residuals
    count = len(sizes)
    return {
        "clusters": clusters,
        "mean": float(values.mean()),
        "error": math.sqrt(count / (count - 1) * meat) / len(values),
    }


pvalues = [[0.01, 0.04, 0.03], [0.2], [0.001, 0.5, 0.001, 0.02, 0.9, 0.03]]


def holm(values):
    """Closed testing by Bonferroni, over all subsets: what Holm's procedure shortens."""
    adjusted = []
    for index in range(len(values)):
        worst = 0.0
        for mask in range(1, 1 << len(values)):
            chosen = [v for i, v in enumerate(values) if mask >> i & 1]
            if mask >> index & 1:
                worst = max(worst, min(1.0, len(chosen) * min(chosen)))
        adjusted.append(worst)
    return adjusted


write("student.json", student)
write(
    "pairs.json",
    {
        "paired": [paired(count, shift) for count, shift in [(2, 0.5), (6, 1), (11, 0.4), (60, 0.3)]],
        "clustered": clustered(),
        "holm": [{"p": values, "adjusted": holm(values)} for values in pvalues],
    },
)
