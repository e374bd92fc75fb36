"""The U-Net face parser published with CelebAMask-HQ.

Source: Ronneberger et al., "U-Net"; names and widths as in switchablenorms/CelebAMask-HQ,
face_parsing/unet.py and model_utils.py (feature_scale 4, batch norm, transposed convolutions).
"""

import torch
from torch import nn
from torch.nn import functional

from .tapped_module import TappedModule, in_order


class DoubleConvolution(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        unit = lambda channels: in_order(
            nn.Conv2d(channels, outputs, 3, 1, 1), nn.BatchNorm2d(outputs), nn.ReLU()
        )
        self.conv1 = unit(inputs)
        self.conv2 = unit(outputs)

    def forward(self, x):
        return self.conv2(self.conv1(x))


class Up(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = DoubleConvolution(inputs, outputs)
        self.up = nn.ConvTranspose2d(inputs, outputs, 2, stride=2)

    def forward(self, skip, x):
        return self.conv(torch.cat([skip, self.up(x)], 1))


class CelebAMaskUNet(TappedModule):
    def __init__(self):
        super().__init__()
        self.conv1 = DoubleConvolution(3, 16)
        self.conv2 = DoubleConvolution(16, 32)
        self.conv3 = DoubleConvolution(32, 64)
        self.conv4 = DoubleConvolution(64, 128)
        self.center = DoubleConvolution(128, 256)
        self.up_concat4 = Up(256, 128)
        self.up_concat3 = Up(128, 64)
        self.up_concat2 = Up(64, 32)
        self.up_concat1 = Up(32, 16)
        self.final = nn.Conv2d(16, 19, 1)

    def forward(self, x):
        skips = []
        for number in range(1, 5):
            x = self.tap(f"conv{number}", getattr(self, f"conv{number}")(x))
            skips.append(x)
            x = functional.max_pool2d(x, 2)
        x = self.tap("center", self.center(x))
        for number in range(4, 0, -1):
            x = self.tap(f"up_concat{number}", getattr(self, f"up_concat{number}")(skips.pop(), x))
        return self.final(x)
