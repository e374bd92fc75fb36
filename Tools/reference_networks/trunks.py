"""The convolutional trunks behind LPIPS, with torchvision's names `features.N`.

Sources: Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (AlexNet);
Simonyan and Zisserman, configuration D (VGG16); Iandola et al., SqueezeNet 1.1. LPIPS's taps as in
richzhang/PerceptualSimilarity, lpips/pretrained_networks.py. Other layers are tapped as
`features.N`; the output is the whole trunk's.
"""

import torch
from torch import nn
from torch.nn import functional

from .tapped_module import TappedModule, in_order


class Trunk(TappedModule):
    """Runs `features` in order, tapping activations, pools and fire blocks."""

    perceptual = {}  # index in `features` -> LPIPS's name

    def forward(self, x):
        last = len(self.features) - 1
        for index, layer in enumerate(self.features):
            x = layer(x)
            name = self.perceptual.get(index, f"features.{index}")
            if not isinstance(layer, nn.Conv2d) and not name == f"features.{last}":
                self.tap(name, x)
        return x


class AlexNet(Trunk):
    perceptual = {1: "relu1", 4: "relu2", 7: "relu3", 9: "relu4", 11: "relu5"}

    def __init__(self):
        super().__init__()
        self.features = in_order(
            nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
        )  # fmt: skip


class VGG16(Trunk):
    perceptual = {3: "relu1_2", 8: "relu2_2", 15: "relu3_3", 22: "relu4_3", 29: "relu5_3"}

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for width, depth in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
            for _ in range(depth):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2, 2))
        self.features = in_order(*layers)


class Fire(nn.Module):
    def __init__(self, inputs, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x):
        x = functional.relu(self.squeeze(x))
        return functional.relu(torch.cat([self.expand1x1(x), self.expand3x3(x)], 1))


class SqueezeNet(Trunk):
    perceptual = {
        1: "relu1", 4: "relu2", 7: "relu3", 9: "relu4", 10: "relu5", 11: "relu6", 12: "relu7",
    }  # fmt: skip

    def __init__(self):
        super().__init__()
        self.features = in_order(
            nn.Conv2d(3, 64, 3, stride=2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True),
            Fire(64, 16, 64), Fire(128, 16, 64), nn.MaxPool2d(3, 2, ceil_mode=True),
            Fire(128, 32, 128), Fire(256, 32, 128), nn.MaxPool2d(3, 2, ceil_mode=True),
            Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256),
        )  # fmt: skip
