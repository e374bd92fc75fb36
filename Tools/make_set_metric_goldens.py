"""Writes Tests/Compute/MetricsTests/Goldens/set-metrics.json: scores of sets by independent code.

Run as `python Tools/make_set_metric_goldens.py` from the project's root. Features, embeddings and
draws come from SplitMix64, which the tests repeat, so that only results are stored, and the rows
that NumPy's own generator drew for torch-fidelity.

Made with Python 3, numpy 2.4.6, scipy 1.17.1, torch 2.15.0, torch-fidelity 0.4.0.
"""

import json
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import scipy
import scipy.stats
import torch
import torch_fidelity
from make_metric_goldens import features, nuclear_distance, units
from seeded_parameters import split_mix_64
from torch_fidelity import metric_kid


class Random:
    """SplitMix64 with `nextIndex(below:)` and `sample(_:below:)` as Sources/Compute/Metrics has them."""

    def __init__(self, seed):
        self.seed, self.drawn = seed, 0

    def index(self, bound):
        self.drawn += 1
        step = (self.seed + (self.drawn - 1) * 0x9E3779B97F4A7C15) & (2**64 - 1)
        return int(split_mix_64(step, 1)[0]) * bound >> 64

    def sample(self, count, bound):
        indices = list(range(bound))
        for position in range(count):
            other = position + self.index(bound - position)
            indices[position], indices[other] = indices[other], indices[position]
        return sorted(indices[:count])


# --- KID ------------------------------------------------------------------------------------------

POLYNOMIAL = dict(kid_kernel="poly", kid_kernel_poly_degree=3, kid_kernel_poly_gamma=None,
                  kid_kernel_poly_coef0=1)  # fmt: skip


def full_set_kid(x, y):
    """The unbiased estimate of two sets that need not be equally large."""
    k = lambda a, b: (a @ b.T / a.shape[1] + 1) ** 3
    off = lambda m: (m.sum() - np.trace(m)) / (len(m) * (len(m) - 1))
    return float(off(k(x, x)) + off(k(y, y)) - 2 * k(x, y).mean())


def kid():
    rows = []
    for first, second, width, count, size, seed in [
        (60, 80, 16, 10, 25, 1),
        (40, 30, 64, 7, 30, 2),
        (12, 12, 96, 3, 12, 3),
        (300, 280, 48, 5, 200, 4),
    ]:
        a = features(31, first, width, 0).astype(np.float64)
        b = features(32, second, width, 0.125).astype(np.float64)
        random = Random(seed)
        values = []
        for _ in range(count):
            i = random.sample(size, first)
            values.append(
                metric_kid.kernel_mmd(a[i], b[random.sample(size, second)], **POLYNOMIAL)
            )
        rows.append(dict(
            first=first, second=second, dimensions=width, subsets=count, size=size, seed=seed,
            mean=float(np.mean(values)), deviation=float(np.std(values)),
            full=full_set_kid(a, b),
        ))  # fmt: skip
    return rows


def torch_fidelity_kid():
    """torch-fidelity's own entry point with the rows that its generator draws."""
    first, second, width, count, size, seed = 50, 40, 24, 4, 20, 2020
    a = torch.from_numpy(features(31, first, width, 0)).double()
    b = torch.from_numpy(features(32, second, width, 0.125)).double()
    found = metric_kid.kid_features_to_metric(
        a, b, kid_subsets=count, kid_subset_size=size, rng_seed=seed, verbose=False, **POLYNOMIAL
    )
    single = metric_kid.kid_features_to_metric(
        a.float(), b.float(), kid_subsets=count, kid_subset_size=size, rng_seed=seed,
        verbose=False, **POLYNOMIAL
    )  # fmt: skip
    random = np.random.RandomState(seed)
    subsets = [
        [random.choice(n, size, replace=False).tolist() for n in (first, second)]
        for _ in range(count)
    ]
    return dict(
        first=first, second=second, dimensions=width, subsets=subsets,
        mean=found["kernel_inception_distance_mean"],
        deviation=found["kernel_inception_distance_std"],
        float32=single["kernel_inception_distance_mean"],
    )  # fmt: skip


# --- FID∞ -----------------------------------------------------------------------------------------


def fid_infinity():
    rows = []
    for first, second, width, seed in [(60, 100, 12, 0), (40, 50, 64, 7), (30, 5, 6, 9)]:
        a = features(41, first, width, 0)
        b = features(42, second, width, 0.125)
        sizes = np.unique(np.linspace(max(2, second // 10), second, 15).astype(int))
        random = Random(seed)
        distances = [nuclear_distance(a, b[random.sample(int(n), second)]) for n in sizes]
        line = scipy.stats.linregress(1 / sizes, distances)
        rows.append(dict(
            first=first, second=second, dimensions=width, seed=seed,
            sizes=[int(n) for n in sizes], distances=distances, value=float(line.intercept),
            slope=float(line.slope), error=float(line.intercept_stderr),
        ))  # fmt: skip
    return rows


# --- CMMD -----------------------------------------------------------------------------------------


def mmd(x, y, unbiased):
    """google-research's `cmmd/distance.py` in Float64; with `unbiased` also lemma 6 of Gretton."""
    gamma = 1 / (2 * 10**2)

    def kernel(p, q):
        squares = (p * p).sum(1)[:, None] + (q * q).sum(1)[None] - 2 * p @ q.T
        return np.exp(-gamma * squares)

    def own(p):
        k = kernel(p, p)
        if not unbiased:
            return k.mean()
        return (k.sum() - np.trace(k)) / (len(p) * (len(p) - 1))

    return float(1000 * (own(x) + own(y) - 2 * kernel(x, y).mean()))


def cmmd():
    rows = []
    for first, second, width in [(30, 40, 24), (3, 2, 5), (300, 260, 32)]:
        a, b = [
            features(seed, n, width, shift).astype(np.float64)
            for seed, n, shift in [(51, first, 0), (52, second, 0.125)]
        ]
        a, b = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b)]
        rows.append(dict(
            first=first, second=second, dimensions=width, biased=mmd(a, b, False),
            unbiased=mmd(a, b, True),
        ))  # fmt: skip
    return rows


# --- CLIP -----------------------------------------------------------------------------------------


def embeddings(seed, count, width):
    return torch.from_numpy((2 * units(seed, count * width) - 1).reshape(count, width)).double()


def unit(v):
    return v / v.norm(dim=-1, keepdim=True)


def clip():
    """Hessel's and torchmetrics' reductions of cosines, some of them negative."""
    images, captions = embeddings(61, 9, 16), embeddings(62, 9, 16)
    cosines = (unit(images) * unit(captions)).sum(-1)
    negative = -cosines.abs()
    return dict(
        cosine=float((100 * cosines).mean()),
        torchmetrics=float(torch.max((100 * cosines).mean(), torch.zeros(()))),
        torchmetricsOfNegative=float(torch.max((100 * negative).mean(), torch.zeros(()))),
        hessel=float(np.mean(2.5 * np.clip(cosines.numpy(), 0, None))),
    )


def directional():
    """DiffusionCLIP's `compute_text_direction` and `clip_directional_loss` on embeddings."""
    sources, targets = embeddings(71, 5, 16), embeddings(72, 5, 16)
    before, after = embeddings(73, 4, 16), embeddings(74, 4, 16)
    after[3] = before[3]
    direction = (unit(targets) - unit(sources)).mean(axis=0, keepdim=True)
    direction /= direction.norm(dim=-1, keepdim=True)
    edit = unit(after) - unit(before)
    edit /= edit.clone().norm(dim=-1, keepdim=True) + 1e-7
    scores = torch.nn.CosineSimilarity()(edit, direction)
    return dict(direction=direction[0].tolist(), scores=scores.tolist())


def retrieval():
    """Ranks among 99 of 130 drawn images; the last generated image has twins in the pool."""
    queries, generated, pool = [embeddings(s, n, 8) for s, n in [(81, 6), (82, 6), (83, 130)]]
    generated = unit(generated) + unit(queries)
    generated[5] = pool[7]
    pool[8] = pool[7]
    pool[9] = pool[7]
    cosines = lambda v, q: (unit(v) @ unit(q)).numpy()
    ranks = {"against-generated": [], "for-generated": []}
    for number in range(6):
        drawn = Random(number).sample(99, 130)
        own = float(cosines(generated[number], queries[number]))
        # Rows of equal bits have equal cosines; NumPy's product need not agree to the last bit.
        others = cosines(pool, queries[number])[drawn]
        equal = np.array([bool((pool[i] == generated[number]).all()) for i in drawn])
        above = int(((others > own) & ~equal).sum())
        ranks["for-generated"].append(1 + above)
        ranks["against-generated"].append(1 + above + int(equal.sum()))
    hits = {
        name: [float(np.mean(np.array(r) <= k)) for k in (1, 5, 10, 20)]
        for name, r in ranks.items()
    }
    return dict(ranks=ranks, hits=hits)


# --- Shares and times -----------------------------------------------------------------------------


def wilson():
    rows = []
    for count, total in [(0, 7), (7, 7), (1, 3), (13, 25), (694, 1000), (1, 1)]:
        interval = scipy.stats.binomtest(count, total).proportion_ci(0.95, method="wilson")
        rows.append(dict(count=count, total=total, low=float(interval.low),
                         high=float(interval.high)))  # fmt: skip
    return rows


def diversity():
    """The script's mean and error over all pairs, and over groups."""
    groups = [units(91, 6).astype(float), units(92, 1).astype(float), units(93, 3).astype(float)]
    pairs = np.concatenate(groups)
    means = [g.mean() for g in groups]
    return dict(
        pairs=float(pairs.mean()), pairError=float(np.std(pairs) / np.sqrt(len(pairs))),
        groups=float(np.mean(means)), groupError=float(scipy.stats.sem(means)),
    )  # fmt: skip


def main():
    goldens = {
        "made by": "Tools/make_set_metric_goldens.py",
        "versions": {m.__name__: m.__version__ for m in (np, scipy, torch, torch_fidelity)},
        "kid": kid(),
        "torchFidelityKID": torch_fidelity_kid(),
        "fidInfinity": fid_infinity(),
        "cmmd": cmmd(),
        "clip": clip(),
        "directional": directional(),
        "retrieval": retrieval(),
        "wilson": wilson(),
        "diversity": diversity(),
    }
    path = os.path.join("Tests", "MetricsTests", "Goldens", "set-metrics.json")
    with open(path, "w") as file:
        json.dump(goldens, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
