"""Writes Tests/Compute/MetricsTests/Goldens/metrics.json: metric values by independent code.

Run as `python Tools/make_metric_goldens.py` from the project's root. Inputs come from closed forms
and from SplitMix64, which the tests repeat, so that only results are stored.

Made with Python 3, numpy 2.4.6, scipy 1.17.1, mpmath 1.3.0, scikit-image 0.26.0, torch 2.15.0,
pytorch_msssim 1.0.0, lpips 0.1.4 (its `normalize_tensor` and `spatial_average`).
"""

import json
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import lpips
import mpmath
import numpy as np
import pytorch_msssim
import scipy
import scipy.linalg
import skimage
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity


def units(seed, count):
    """`count` values in [0, 1) with 24 random bits, as `SplitMix64.nextUnit`."""
    state = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(
        0x9E3779B97F4A7C15
    )
    mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)


# --- FID ------------------------------------------------------------------------------------------


def features(seed, rows, columns, shift):
    """Correlated features with a falling spectrum; every step is one Float32 rounding."""
    x = (2 * units(seed, rows * columns) - 1).reshape(rows, columns)
    for column in range(1, columns):
        x[:, column] = x[:, column] * np.float32(0.5) + x[:, column - 1] * np.float32(0.75)
    scale = np.float32(2.0) ** -(np.arange(columns) % 7).astype(np.float32)
    return x * scale + np.float32(shift) * (np.arange(columns) % 3).astype(np.float32)


def exact_distance(a, b):
    """The distance with 60 digits: nuclear norm of A·Bᵀ from the eigenvalues of its square."""
    mpmath.mp.dps = 60

    def centered(x):
        rows, columns = x.shape
        m = mpmath.matrix(x.tolist())
        mean = [mpmath.fsum(m[i, j] for i in range(rows)) / rows for j in range(columns)]
        for i in range(rows):
            for j in range(columns):
                m[i, j] = (m[i, j] - mean[j]) / mpmath.sqrt(rows - 1)
        return mean, m

    mean_a, ca = centered(a.astype(np.float64))
    mean_b, cb = centered(b.astype(np.float64))
    product = ca * cb.T
    square = product * product.T if product.rows <= product.cols else product.T * product
    eigenvalues = mpmath.eigsy(square, eigvals_only=True)
    nuclear = mpmath.fsum(mpmath.sqrt(e) for e in eigenvalues if e > mpmath.mpf(10) ** -45)
    variance = mpmath.fsum(v * v for v in ca) + mpmath.fsum(v * v for v in cb)
    means = mpmath.fsum((p - q) ** 2 for p, q in zip(mean_a, mean_b))
    return float(means + variance - 2 * nuclear), float(variance)


def sqrtm_distance(a, b):
    """pytorch-fid's `calculate_frechet_distance`, whose call of sqrtm newer SciPy refuses."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    difference = a.mean(axis=0) - b.mean(axis=0)
    root = scipy.linalg.sqrtm(ca.dot(cb))
    return float(
        difference.dot(difference) + np.trace(ca) + np.trace(cb) - 2 * np.trace(np.real(root))
    )


def nuclear_distance(a, b):
    """The low-rank form by numpy."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    means = a.mean(axis=0) - b.mean(axis=0)
    a = (a - a.mean(axis=0)) / np.sqrt(len(a) - 1)
    b = (b - b.mean(axis=0)) / np.sqrt(len(b) - 1)
    nuclear = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    return float(means @ means + (a * a).sum() + (b * b).sum() - 2 * nuclear)


def frechet():
    cases = []
    for rows_a, rows_b, columns, high_precision in [
        (50, 60, 16, True),
        (10, 12, 64, True),
        (17, 9, 16, True),
        (2, 2, 5, True),
        (100, 100, 256, False),
        (300, 40, 64, False),
        (400, 350, 96, False),
    ]:
        a = features(11, rows_a, columns, 0)
        b = features(12, rows_b, columns, 0.125)
        case = dict(
            first=rows_a,
            second=rows_b,
            dimensions=columns,
            sqrtm=sqrtm_distance(a, b),
            nuclear=nuclear_distance(a, b),
            ranks=[int(np.linalg.matrix_rank(np.cov(x, rowvar=False))) for x in (a, b)],
        )
        case["exact"], case["variance"] = (
            exact_distance(a, b)
            if high_precision
            else (None, float(np.var(a.astype(float), axis=0, ddof=1).sum()
                              + np.var(b.astype(float), axis=0, ddof=1).sum()))
        )
        cases.append(case)
    return cases


# --- SSIM, MAE, PSNR ------------------------------------------------------------------------------


def pictures():
    y, x = np.mgrid[0:256, 0:256]
    a = np.stack([(x + y) % 256, (x - y) % 256, 3 * (x + y) % 256], -1)
    c = np.arange(3)
    d = (7 * x[..., None] + 13 * y[..., None] + 5 * c) % 41 - 20
    b = np.clip(a + d, 0, 255)
    s = np.floor(
        127.5 + 100 * np.sin(2 * np.pi * (x[..., None] * (c + 1) + 2 * y[..., None]) / 64) + 0.5
    ).astype(int)
    t = np.clip(s + d // 2, 0, 255)
    out = {k: v.astype(np.uint8) for k, v in dict(A=a, B=b, S=s, T=t).items()}
    assert [int(v.astype(int).sum()) for v in out.values()] == [
        25067520, 25067497, 25070479, 25022501]  # fmt: skip
    out["odd A"], out["odd B"] = out["A"][3:184, 5:208], out["B"][3:184, 5:208]
    out["odd S"], out["odd T"] = out["S"][3:168, 5:206], out["T"][3:168, 5:206]
    out["inverted S"] = 255 - out["S"]
    out["small A"], out["small T"] = out["A"][:11, :13], out["T"][:11, :13]
    return out


def window():
    """VainF's Float32 window, exactly representable in Float64."""
    return [float(v) for v in pytorch_msssim.ssim.__globals__["_fspecial_gauss_1d"](11, 1.5)[0, 0]]


def similarity():
    images = pictures()
    rows = []
    for first, second in [
        ("A", "B"), ("S", "T"), ("odd A", "odd B"), ("odd S", "odd T"), ("S", "inverted S"),
        ("A", "A"), ("small A", "small T"),
    ]:  # fmt: skip
        p, q = images[first], images[second]
        tensors = [
            torch.from_numpy(np.ascontiguousarray(v)).permute(2, 0, 1)[None].double()
            for v in (p, q)
        ]
        row = {"first": first, "second": second}
        row["skimage"] = float(structural_similarity(p, q, channel_axis=2))
        row["skimage-wang"] = float(
            structural_similarity(
                p, q, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
            )
        )
        row["vainf-ssim"] = float(pytorch_msssim.ssim(*tensors, data_range=255))
        row["vainf-ssim float32"] = float(
            pytorch_msssim.ssim(*[v.float() for v in tensors], data_range=255)
        )
        if min(p.shape[:2]) > 160:
            row["vainf-msssim"] = float(pytorch_msssim.ms_ssim(*tensors, data_range=255))
            row["vainf-msssim float32"] = float(
                pytorch_msssim.ms_ssim(*[v.float() for v in tensors], data_range=255)
            )
        row["mae"] = float(np.abs(p / 255.0 - q / 255.0).mean())
        if first != second:
            row["psnr"] = float(peak_signal_noise_ratio(p, q))
        rows.append(row)
    return rows


# --- LPIPS ----------------------------------------------------------------------------------------


def perceptual():
    rows = []
    for pixels, channels in [(35, 64), (9, 19), (1, 5), (4, 512)]:
        first = np.maximum(2 * units(21, pixels * channels) - 1, 0).reshape(pixels, channels)
        second = np.maximum(2 * units(22, pixels * channels) - 1, 0).reshape(pixels, channels)
        if pixels > 2:
            first[1] = 0
            second[2] = 0
        weights = units(23, channels)

        def distance(dtype):
            maps = [
                torch.from_numpy(v.T.copy()).to(dtype).reshape(1, channels, pixels, 1)
                for v in (first, second)
            ]
            a, b = [lpips.normalize_tensor(m) for m in maps]
            head = torch.from_numpy(weights.copy()).to(dtype).reshape(1, channels, 1, 1)
            out = torch.nn.functional.conv2d((a - b) ** 2, head)
            return float(lpips.spatial_average(out).reshape(()))

        rows.append(
            dict(
                pixels=pixels,
                channels=channels,
                float32=distance(torch.float32),
                float64=distance(torch.float64),
            )
        )
    return rows


# --- Segmentation ---------------------------------------------------------------------------------

MERGES = {
    "cm19": [[i] for i in range(19)],
    "cm19_lrmerge": [[0], [1], [2], [3], [4, 5], [6, 7], [8, 9]] + [[i] for i in range(10, 19)],
    "dg8": [[0, 3, 14, 15, 16, 17, 18], [1], [2], [4, 5], [6, 7], [8, 9], [10, 11, 12], [13]],
}


def iou_table(pairs, groups):
    """Rows of (intersection, union, present in ground truth) by sets of pixels."""
    out = []
    for truth, found in pairs:
        rows = []
        for group in groups:
            t, f = np.isin(truth, group), np.isin(found, group)
            rows.append((int((t & f).sum()), int((t | f).sum()), bool(t.any())))
        out.append(rows)
    return out


def miou(pairs, groups):
    images = iou_table(pairs, groups)
    total = [
        (sum(im[k][0] for im in images), sum(im[k][1] for im in images))
        for k in range(len(groups))
    ]
    aggregate = [i / u for i, u in total if u]
    per_image = lambda pick: float(np.mean([np.mean(pick(im)) for im in images]))
    return {
        "agg19": float(np.mean(aggregate)),
        "agg18": float(np.mean([i / u for i, u in total[1:] if u])),
        "img_nan": per_image(lambda im: [i / u for i, u, _ in im if u]),
        "img_gt": per_image(lambda im: [i / u for i, u, g in im if g]),
        "img19_zero": per_image(lambda im: [i / u if u else 0 for i, u, _ in im]),
        "img19_one": per_image(lambda im: [i / u if u else 1 for i, u, _ in im]),
        "csail": float(np.mean([i / (u + 1e-10) for i, u in total])),
    }


def segmentation():
    """Five images of 24×17 pixels; image k knows 6 + 2k labels and errs on about a quarter."""
    pairs = []
    for image in range(5):
        known = 6 + 2 * image
        draw = units(100 + image, 3 * 24 * 17).reshape(3, 17, 24)
        truth = np.floor(draw[0] * np.float32(known)).astype(int)
        other = np.floor(draw[1] * np.float32(known + 2)).astype(int)
        pairs.append((truth, np.where(draw[2] < 0.25, other, truth)))
    right = sum(int((t == f).sum()) for t, f in pairs)
    out = {name: miou(pairs, groups) for name, groups in MERGES.items()}
    return {"accuracy": right / (5 * 24 * 17), "miou": out}


def main():
    goldens = {
        "made by": "Tools/make_metric_goldens.py",
        "versions": {
            m.__name__: m.__version__ for m in (np, scipy, mpmath, skimage, torch)
        },
        "window": window(),
        "frechet": frechet(),
        "similarity": similarity(),
        "lpips": perceptual(),
        "segmentation": segmentation(),
    }
    path = os.path.join("Tests", "MetricsTests", "Goldens", "metrics.json")
    with open(path, "w") as file:
        json.dump(goldens, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
