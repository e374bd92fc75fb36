"""Prints what the package `lpips` measures on images of awkward sizes, for PerceptualSizeTests.

    python Tools/make_lpips_size_goldens.py

Weights of trunks and heads are seeded by name (seeded_parameters.py), pictures are noise of a seed, and the
package computes in float64. It also checks that one row or column less is refused by the package itself.

Made with Python 3.11, torch 2.15.0, torchvision 0.29.2, lpips 0.1.4, numpy 2.4.6.
"""

import lpips
import numpy
import torch

import seeded_parameters

SEED = 41
SIZES = {
    "alex": [(31, 31), (32, 32), (400, 40), (62, 31)],
    "vgg": [(16, 16), (31, 17)],
    "squeeze": [(17, 17), (40, 18)],
}


def picture(seed, width, height):
    values = seeded_parameters.split_mix_64(seed, width * height * 3).astype(numpy.uint8)
    planes = values.reshape(height, width, 3).transpose(2, 0, 1).astype(numpy.float64)
    return torch.from_numpy(planes / 127.5 - 1)[None]


def parameter_name(name):
    """The package numbers a trunk's layers as torchvision does, inside slices of its own."""
    parts = name.split(".")
    return ".".join(["features", *parts[2:]]) if parts[0] == "net" else name


for net, sizes in SIZES.items():
    metric = lpips.LPIPS(net=net, pretrained=False, pnet_rand=True, verbose=False).double().eval()
    with torch.no_grad():
        for name, value in metric.named_parameters():
            if not name.startswith("lins."):
                drawn = seeded_parameters.parameter(parameter_name(name), tuple(value.shape), SEED)
                value.copy_(torch.from_numpy(drawn).double())
        for width, height in sizes:
            distance = metric(picture(1, width, height), picture(2, width, height)).item()
            print(f'("{net}", {width}, {height}, {distance:.12g}),')
        (width, height) = sizes[0]
        try:
            metric(picture(1, width - 1, height), picture(2, width - 1, height))
            print(f"{net} measures {width - 1}x{height} too")
        except RuntimeError as error:
            print(f"// {net} refuses {width - 1}x{height}: {str(error).splitlines()[0][:90]}")
