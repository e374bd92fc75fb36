"""Counts the multiply-adds of every reference network with PyTorch's own counter.

    python3 Tools/count_operations.py

needs torch. Prints one line a network: name, input size, multiply-adds of all convolutions and
products in one forward pass of one image, auxiliary heads included, and the
windows of DISTS's pools, which are convolutions here and averages in evalkit. The numbers in
Tests/Models/ModelsTests/NetworkTablesTests.swift were made with PyTorch 2.15.0.
"""

import torch
from torch.utils.flop_counter import FlopCounterMode

from reference_networks import NETWORKS, clip

SIZES = {
    "inception-fid": (299, 299),
    "alexnet": (256, 256),
    "vgg16": (256, 256),
    "squeezenet1_1": (256, 256),
    "dists": (256, 256),
    **{name: (112, 112) for name in ("ir-se50", "ir-50", "ir-100", "ir-101")},
    "mobilefacenet": (112, 96),
    **{f"iresnet{depth}": (112, 112) for depth in (18, 34, 50, 100)},
    "bisenet": (512, 512),
    "celebamask-unet": (512, 512),
}



def count(name, network, network_input):
    counter = FlopCounterMode(display=False)
    # Outside of inference's shortcuts attention is made of products that the counter knows.
    torch.backends.mha.set_fastpath_enabled(False)
    with torch.no_grad(), counter:
        network.eval()(network_input)
    # The counter knows two operations to a multiply-add.
    shape = tuple(network_input.shape[1:])
    print(f"{name:18} {shape} {counter.get_total_flops() // 2:,}")


print("PyTorch", torch.__version__)
for name, network in NETWORKS.items():
    count(name, network(), torch.zeros(1, 3, *SIZES[name]))
for name, (_, size, *_) in clip.CONFIGURATIONS.items():
    with torch.device("meta"):
        count(name, clip.CLIPImageTower(name), torch.zeros(1, 3, size, size))
        tokens = torch.zeros(1, clip.CONTEXT, dtype=torch.int64)
        count(f"{name}-text", clip.CLIPTextTower(name), tokens)
