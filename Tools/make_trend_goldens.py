"""Writes Tests/Evaluation/VerdictsTests/Goldens/trends.json: tests of claims by SciPy and by trying all orders.

Run as `python Tools/make_trend_goldens.py` from the project's root.

Made with Python 3, numpy 2.4.6, scipy 1.17.1.
"""

import itertools
import json
import math

import numpy as np
import scipy.stats

random = np.random.default_rng(11)


def values(*shape, digits=3, shift=0.0):
    # Few digits keep the file small and are exact in both languages.
    drawn = random.normal(0, 1, shape) + shift * np.arange(shape[-1])
    return np.round(drawn, digits)


def page(blocks):
    """SciPy, which knows no ties."""
    exact = scipy.stats.page_trend_test(blocks, method="exact")
    normal = scipy.stats.page_trend_test(blocks, method="asymptotic")
    return {
        "blocks": blocks.tolist(),
        "statistic": float(exact.statistic),
        "exact": float(exact.pvalue),
        "normal": float(normal.pvalue),
    }


def page_by_orders(blocks):
    """All orders of every block, ties included."""
    levels = len(blocks[0])
    weights = np.arange(1, levels + 1)
    ranks = [scipy.stats.rankdata(block) for block in blocks]
    observed = sum(float(weights @ rank) for rank in ranks)
    scores = [[float(weights @ np.array(p)) for p in itertools.permutations(rank)] for rank in ranks]
    sums = np.array([0.0])
    for score in scores:
        sums = np.add.outer(sums, score).ravel()
    variance = float(np.var(sums))
    z = (observed - float(np.mean(sums))) / math.sqrt(variance)
    return {
        "blocks": [list(block) for block in blocks],
        "statistic": observed,
        "exact": float(np.mean(sums >= observed - 1e-9)),
        "normal": float(scipy.stats.norm.sf(z)),
    }


def j(levels):
    return sum(
        (x < y) + 0.5 * (x == y)
        for a, b in itertools.combinations(levels, 2)
        for x in a
        for y in b
    )


def jonckheere_by_orders(levels):
    """All ways to deal the values to levels, ties included."""
    sizes = [len(level) for level in levels]
    pool = [value for level in levels for value in level]
    found = []

    def deal(rest, dealt):
        if len(dealt) == len(sizes):
            found.append(j([[pool[i] for i in group] for group in dealt]))
            return
        for group in itertools.combinations(rest, sizes[len(dealt)]):
            deal([i for i in rest if i not in group], dealt + [group])

    deal(list(range(len(pool))), [])
    observed = j(levels)
    z = (observed - np.mean(found)) / np.std(found)
    return {
        "levels": levels,
        "statistic": observed,
        "exact": float(np.mean(np.array(found) >= observed)),
        "normal": float(scipy.stats.norm.sf(z)),
    }


def mann_whitney(first, second):
    """Two levels are Mann and Whitney's test."""
    exact = scipy.stats.mannwhitneyu(second, first, alternative="greater", method="exact")
    normal = scipy.stats.mannwhitneyu(
        second, first, alternative="greater", method="asymptotic", use_continuity=False
    )
    return {
        "levels": [first.tolist(), second.tolist()],
        "statistic": float(exact.statistic),
        "exact": float(exact.pvalue),
        "normal": float(normal.pvalue),
    }


def welch(first, second):
    result = scipy.stats.ttest_ind(second, first, equal_var=False)
    interval = result.confidence_interval(0.95)
    return {
        "candidate": second.tolist(),
        "baseline": first.tolist(),
        "degrees": float(result.df),
        "pValue": float(result.pvalue),
        "interval": [float(interval.low), float(interval.high)],
    }


content = {
    "page": [
        page(values(n, k, shift=shift))
        for n, k in [(2, 3), (5, 3), (10, 4), (8, 5), (4, 6)]
        for shift in (0.0, 0.5, -0.4)
    ],
    "tiedPage": [
        page_by_orders(blocks)
        for blocks in (
            [[1, 1, 2], [3, 1, 2], [2, 2, 2], [0, 1, 5]],
            [[1, 2, 2, 4], [1, 1, 3, 3], [4, 3, 3, 5]],
        )
    ],
    "jonckheere": [
        mann_whitney(values(6), values(7) + shift) for shift in (0.0, 1.0, -1.0)
    ]
    + [
        jonckheere_by_orders([values(n).tolist() for n in sizes])
        for sizes in ([2, 2, 2], [3, 2, 4], [1, 3, 2, 2], [3, 3, 3])
    ],
    "tiedJonckheere": [
        jonckheere_by_orders(levels)
        for levels in ([[1, 2, 2], [2, 3, 1], [3, 3]], [[0, 1], [1, 1], [1, 2], [2, 0]])
    ],
    "welch": [welch(values(5), values(n) * scale + 0.7) for n, scale in [(5, 1), (5, 3), (9, 0.1)]],
}
with open("Tests/Evaluation/VerdictsTests/Goldens/trends.json", "w") as file:
    json.dump(content, file, indent=0, allow_nan=False)
    file.write("\n")
