#!/usr/bin/env python3
"""Makes the goldens of features made elsewhere: archives as NumPy writes them, and what they give.

    python3 Tools/make_supplied_feature_goldens.py

Needs numpy. The distance is ‖μ₁ − μ₂‖² + tr(S₁ + S₂ − 2 (S₁ S₂)^½), the trace of the root from the
eigenvalues of the product.
"""
import json
import pathlib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent / "Tests"
ROWS, WIDTH = 9, 5


def fid(real, made):
    """The Fréchet distance of two arrays of rows."""
    (a, b) = (np.cov(real, rowvar=False), np.cov(made, rowvar=False))
    roots = np.sqrt(np.maximum(np.linalg.eigvals(a @ b).real, 0))
    difference = real.mean(0) - made.mean(0)
    return float(difference @ difference + np.trace(a) + np.trace(b) - 2 * roots.sum())


def main():
    """Writes all files."""
    random = np.random.default_rng(5)
    real = random.normal(1, 1, (ROWS, WIDTH)).astype(np.float32)
    made = (real + random.normal(0, 0.4, (ROWS, WIDTH))).astype(np.float32)
    ids = [f"face-{index:02}" for index in range(ROWS)]
    folder = ROOT / "Program/evalkitTests/Goldens/SuppliedFeatures"
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "real.npz", features=real, ids=np.array(ids))
    # The other order, precision, kind of text and packing.
    np.savez_compressed(
        folder / "made.npz", features=made[::-1].astype(np.float64), ids=np.array(ids[::-1], dtype="S"))
    (a, b) = (real.astype(np.float64), made.astype(np.float64))
    for name, rows in (("real-statistics", a), ("made-statistics", b)):
        np.savez(folder / f"{name}.npz", mu=rows.mean(0), sigma=np.cov(rows, rowvar=False))
    cosines = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    expected = {"id": float(cosines.mean()), "fid": fid(a, b)}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    np.savez(
        ROOT / "Models/CheckpointsTests/Goldens/texts.npz", letters=np.array(["a", "", "Zoë 好", "longest of all"]),
        bytes=np.array([b"one", b"three"]), swapped=np.array(["ab", "c"]).astype(">U3"),
        none=np.array([], dtype="U4"), square=np.array([["a"], ["b"]]), numbers=np.arange(3))


if __name__ == "__main__":
    main()
