"""The convolutional trunks behind LPIPS and DISTS, with torchvision's names `features.N`.

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


class L2Pool(nn.Module):
    """Root of the mean square under a Hann window of 3 by 3 values, by DISTS."""

    def forward(self, x):
        window = torch.hann_window(5, periodic=False, dtype=torch.float64)[1:-1]
        window = torch.outer(window, window)
        window = (window / window.sum()).to(x).expand(x.shape[1], 1, 3, 3)
        squares = functional.conv2d(x.square(), window, stride=2, padding=1, groups=x.shape[1])
        return (squares + 1e-12).sqrt()


class DISTS(Trunk):
    """VGG16 up to relu5_3 with L2 pools, behind ImageNet's normalization."""

    perceptual = VGG16.perceptual

    def __init__(self):
        super().__init__()
        layers = list(VGG16().features)[:-1]
        self.features = in_order(
            *(L2Pool() if isinstance(layer, nn.MaxPool2d) else layer for layer in layers)
        )

    def forward(self, x):
        self.tap("input", x)
        mean, deviation = x.new_tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])[..., None, None]
        for index, layer in enumerate(self.features):
            x = layer((x - mean) / deviation if index == 0 else x)
            if not isinstance(layer, nn.Conv2d):
                self.tap(self.perceptual.get(index, f"features.{index}"), x)
        return x


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
