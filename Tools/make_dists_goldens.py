"""Writes what the package DISTS-pytorch measures, on seeded features and with seeded networks.

    python Tools/make_dists_goldens.py [--published TRUNK WEIGHTS] [IMAGE IMAGE ...]

writes Tests/Compute/MetricsTests/Goldens/dists.json, the formula on given features, and
Tests/Models/NetworksTests/Goldens/dists.distances.json, whole distances of seeded images. The package computes
in Float64, and in Float32 beside it to show what it loses. Its weights of textures and structures are seeded
too: the published ones are part of the package and no part of this project.

With images it prints the distances of every two that follow each other: with the published files if
they are named (torchvision's VGG16 and the package's weights.pt), else with the seeded networks.

Made with Python 3.11, numpy 2.4.6, torch 2.15.0, torchvision 0.29.2, DISTS-pytorch 0.1.
"""

import argparse
import json
import os
from importlib.metadata import version

import numpy
import torch
import torchvision
from PIL import Image

import seeded_parameters

# The package would fetch VGG16's weights when it is made.
BARE_VGG16 = torchvision.models.vgg16
torchvision.models.vgg16 = lambda pretrained: BARE_VGG16(weights=None)

from DISTS_pytorch import DISTS  # noqa: E402

SEED = 20261128


def unit_weights(name, count):
    values = seeded_parameters.unit_values(name, count, SEED).reshape(1, count, 1, 1)
    return torch.nn.Parameter(torch.from_numpy(values), requires_grad=False)


def seeded_metric():
    """The package with seeded parameters under torchvision's names."""
    metric = DISTS(load_weights=False)
    for name, value in metric.named_parameters():
        if name.startswith("stage"):
            _, index, role = name.split(".")
            array = seeded_parameters.parameter(f"features.{index}.{role}", tuple(value.shape), SEED)
            value.data = torch.from_numpy(array)
    metric.alpha, metric.beta = unit_weights("alpha", 1475), unit_weights("beta", 1475)
    return metric.double().eval()


def published_metric(trunk, weights):
    metric = DISTS(load_weights=False)
    values = torch.load(trunk, map_location="cpu", weights_only=True)
    for name, value in metric.named_parameters():
        if name.startswith("stage"):
            value.data = values["features." + name.split(".", 1)[1]]
    values = torch.load(weights, map_location="cpu", weights_only=True)
    metric.alpha.data, metric.beta.data = values["alpha"], values["beta"]
    return metric.double().eval()


def draw(name, shape):
    return seeded_parameters.unit_values(name, int(numpy.prod(shape)), SEED).reshape(shape)


def formula():
    """Features of layers after a ReLU, some channels dead, one far from 0 with little variance."""
    rows = []
    for size, channels in [((1, 1), [3]), ((5, 7), [3, 16]), ((33, 20), [3, 19, 8])]:
        layers = []
        for number, count in enumerate(channels):
            pair = []
            for side in ("first", "second"):
                values = 2 * draw(f"{side}.{number}", (*size, count)) - 1
                values = numpy.maximum(values, 0).astype(numpy.float32)
                values[..., 0] = values[..., 0] * numpy.float32(2**-9) + numpy.float32(4)
                values[..., 1] = 0
                pair.append(torch.from_numpy(values.transpose(2, 0, 1).copy())[None])
            layers.append(pair)
        total = sum(channels)
        metric = DISTS(load_weights=False)
        metric.chns = channels
        metric.alpha, metric.beta = unit_weights("alpha", total), unit_weights("beta", total)
        found = {}
        for precision in (torch.float64, torch.float32):
            metric = metric.to(precision)
            metric.forward_once = lambda side: [pair[side].to(precision) for pair in layers]
            found[str(precision).removeprefix("torch.")] = float(metric(0, 1))
        rows.append(dict(rows=size[0], columns=size[1], channels=channels, **found))
    return rows


def distances():
    """Two noise images, one of them brighter or smoother."""
    metric = seeded_metric()
    rows = []
    for size in [(32, 48), (33, 17), (16, 16), (5, 3), (1, 1)]:
        first, second = [torch.from_numpy(draw(n, (3, *size)))[None] for n in ("first", "second")]
        pairs = {
            "noise": (first, second), "same": (first, first),
            "brighter": (first, first * 0.5 + 0.5),
        }  # fmt: skip
        for name, (one, other) in pairs.items():
            value = float(metric.double()(one.double(), other.double()))
            single = float(metric.float()(one, other))
            rows.append(dict(rows=size[0], columns=size[1], pair=name, float64=value, float32=single))
    return rows


def write(wing, room, name, content):
    goldens = {
        "made by": "Tools/make_dists_goldens.py",
        "versions": {n: version(n) for n in ("numpy", "torch", "torchvision", "DISTS-pytorch")},
        "seed": SEED, **content,
    }  # fmt: skip
    with open(os.path.join("Tests", wing, room, "Goldens", name), "w") as file:
        json.dump(goldens, file, indent=1)
        file.write("\n")


def show(metric, paths):
    tensors = [
        torch.from_numpy(numpy.array(Image.open(p).convert("RGB"), numpy.float64) / 255)
        .permute(2, 0, 1)[None]
        for p in paths
    ]  # fmt: skip
    for index in range(len(paths) - 1):
        value = float(metric.double()(tensors[index], tensors[index + 1]))
        print(f"{paths[index]} {paths[index + 1]} {value:.12g}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--published", nargs=2, metavar=("TRUNK", "WEIGHTS"))
    parser.add_argument("images", nargs="*", metavar="IMAGE")
    options = parser.parse_args()
    with torch.no_grad():
        if options.images:
            show(
                published_metric(*options.published) if options.published else seeded_metric(),
                options.images,
            )
        else:
            write("Compute", "MetricsTests", "dists.json", {"formula": formula()})
            write("Models", "NetworksTests", "dists.distances.json", {"distances": distances()})
