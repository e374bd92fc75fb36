"""Writes Tests/Compute/MetricsTests/Goldens/manifold.json: precision, recall, density and coverage.

Run as `python Tools/make_manifold_goldens.py` from the project's root. `prdc` computes what it defines, on
Float64 features; it counts a point on a ball's boundary as outside. Improved precision and recall, which counts
it as inside, is written down here from the paper with SciPy's distances. Features come from SplitMix64, which
the tests repeat; those of a lattice have many equal distances, and all of its sums are exact.

Made with Python 3.11, numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, prdc 0.2.
"""

import json
import os
from importlib.metadata import version

import numpy as np
import prdc
from make_metric_goldens import features
from scipy.spatial.distance import cdist
from seeded_parameters import split_mix_64


def lattice(seed, rows, columns, values):
    """Whole numbers from 0 to below `values`, as the tests draw them."""
    high = split_mix_64(seed, rows * columns) >> np.uint64(33)
    return (high % np.uint64(values)).astype(np.float64).reshape(rows, columns)


def radii(x, k):
    distances = cdist(x, x, "sqeuclidean")
    np.fill_diagonal(distances, np.inf)
    return np.sort(distances, axis=1)[:, k - 1]


def closed(real, generated, k):
    """Balls with their boundary, by definition."""
    between = cdist(real, generated, "sqeuclidean")
    within = between <= radii(real, k)[:, None]
    return dict(
        precision=float(within.any(axis=0).mean()),
        recall=float((between <= radii(generated, k)[None]).any(axis=1).mean()),
        density=float(within.sum() / (k * len(generated))),
        coverage=float(within.any(axis=1).mean()),
    )


def opened(real, generated, k):
    return {name: float(v) for name, v in prdc.compute_prdc(real, generated, k).items()}


def main():
    cases = []
    for real, generated, width, shift, ks in [
        (60, 80, 16, 0.0625, [1, 3, 5]),
        (150, 40, 64, 0.125, [3, 5, 10]),
        (300, 280, 3, 0.0078125, [1, 3, 5]),
        (7, 9, 2, 0.0, [3, 5]),
    ]:
        x = features(101, real, width, 0).astype(np.float64)
        y = features(102, generated, width, shift).astype(np.float64)
        cases += [
            dict(real=real, generated=generated, dimensions=width, shift=shift, lattice=0,
                 neighbors=k, closed=closed(x, y, k), open=opened(x, y, k))
            for k in ks
        ]  # fmt: skip
    for real, generated, width, values, ks in [
        (90, 70, 2, 6, [1, 3, 5]),
        (200, 210, 5, 3, [1, 3, 5, 20]),
        (40, 30, 1, 50, [2, 4]),
    ]:
        x, y = lattice(103, real, width, values), lattice(104, generated, width, values)
        cases += [
            dict(real=real, generated=generated, dimensions=width, shift=0.0, lattice=values,
                 neighbors=k, closed=closed(x, y, k), open=opened(x, y, k))
            for k in ks
        ]  # fmt: skip
    goldens = {
        "made by": "Tools/make_manifold_goldens.py",
        "versions": {n: version(n) for n in ("numpy", "scipy", "scikit-learn", "prdc")},
        "cases": cases,
    }
    folder = os.path.join("Tests", "Compute", "MetricsTests", "Goldens")
    with open(os.path.join(folder, "manifold.json"), "w") as file:
        json.dump(goldens, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
