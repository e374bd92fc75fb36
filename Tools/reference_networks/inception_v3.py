"""FID's Inception v3 (2015-12-05), stated on its own.

Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision"; names and the
two departures of the TensorFlow graph as in mseitzer/pytorch-fid, src/pytorch_fid/inception.py. The
classifier `fc` is left out.
"""

import torch
from torch import nn
from torch.nn import functional

from .tapped_module import TappedModule


class BasicConv2d(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return functional.relu(self.bn(self.conv(x)))


def average_pool(x):
    """TensorFlow's "same" average, which leaves the padding out of the count."""
    return functional.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


def max_pool(x):
    return functional.max_pool2d(x, 3, stride=2)


class InceptionA(nn.Module):
    def __init__(self, inputs, pooled):
        super().__init__()
        self.branch1x1 = BasicConv2d(inputs, 64, 1)
        self.branch5x5_1 = BasicConv2d(inputs, 48, 1)
        self.branch5x5_2 = BasicConv2d(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = BasicConv2d(inputs, 64, 1)
        self.branch3x3dbl_2 = BasicConv2d(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = BasicConv2d(96, 96, 3, padding=1)
        self.branch_pool = BasicConv2d(inputs, pooled, 1)

    def forward(self, x):
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat(
            [
                self.branch1x1(x),
                self.branch5x5_2(self.branch5x5_1(x)),
                double,
                self.branch_pool(average_pool(x)),
            ],
            1,
        )


class InceptionB(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.branch3x3 = BasicConv2d(inputs, 384, 3, stride=2)
        self.branch3x3dbl_1 = BasicConv2d(inputs, 64, 1)
        self.branch3x3dbl_2 = BasicConv2d(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = BasicConv2d(96, 96, 3, stride=2)

    def forward(self, x):
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), double, max_pool(x)], 1)


class InceptionC(nn.Module):
    def __init__(self, inputs, middle):
        super().__init__()
        row = {"kernel": (1, 7), "padding": (0, 3)}
        column = {"kernel": (7, 1), "padding": (3, 0)}
        self.branch1x1 = BasicConv2d(inputs, 192, 1)
        self.branch7x7_1 = BasicConv2d(inputs, middle, 1)
        self.branch7x7_2 = BasicConv2d(middle, middle, **row)
        self.branch7x7_3 = BasicConv2d(middle, 192, **column)
        self.branch7x7dbl_1 = BasicConv2d(inputs, middle, 1)
        self.branch7x7dbl_2 = BasicConv2d(middle, middle, **column)
        self.branch7x7dbl_3 = BasicConv2d(middle, middle, **row)
        self.branch7x7dbl_4 = BasicConv2d(middle, middle, **column)
        self.branch7x7dbl_5 = BasicConv2d(middle, 192, **row)
        self.branch_pool = BasicConv2d(inputs, 192, 1)

    def forward(self, x):
        single = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        pooled = self.branch_pool(average_pool(x))
        return torch.cat([self.branch1x1(x), single, double, pooled], 1)


class InceptionD(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.branch3x3_1 = BasicConv2d(inputs, 192, 1)
        self.branch3x3_2 = BasicConv2d(192, 320, 3, stride=2)
        self.branch7x7x3_1 = BasicConv2d(inputs, 192, 1)
        self.branch7x7x3_2 = BasicConv2d(192, 192, (1, 7), padding=(0, 3))
        self.branch7x7x3_3 = BasicConv2d(192, 192, (7, 1), padding=(3, 0))
        self.branch7x7x3_4 = BasicConv2d(192, 192, 3, stride=2)

    def forward(self, x):
        seven = self.branch7x7x3_2(self.branch7x7x3_1(x))
        seven = self.branch7x7x3_4(self.branch7x7x3_3(seven))
        return torch.cat([self.branch3x3_2(self.branch3x3_1(x)), seven, max_pool(x)], 1)


class InceptionE(nn.Module):
    def __init__(self, inputs, pool):
        super().__init__()
        self.pool = pool
        self.branch1x1 = BasicConv2d(inputs, 320, 1)
        self.branch3x3_1 = BasicConv2d(inputs, 384, 1)
        self.branch3x3_2a = BasicConv2d(384, 384, (1, 3), padding=(0, 1))
        self.branch3x3_2b = BasicConv2d(384, 384, (3, 1), padding=(1, 0))
        self.branch3x3dbl_1 = BasicConv2d(inputs, 448, 1)
        self.branch3x3dbl_2 = BasicConv2d(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = BasicConv2d(384, 384, (1, 3), padding=(0, 1))
        self.branch3x3dbl_3b = BasicConv2d(384, 384, (3, 1), padding=(1, 0))
        self.branch_pool = BasicConv2d(inputs, 192, 1)

    def forward(self, x):
        single = self.branch3x3_1(x)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        return torch.cat(
            [
                self.branch1x1(x),
                self.branch3x3_2a(single),
                self.branch3x3_2b(single),
                self.branch3x3dbl_3a(double),
                self.branch3x3dbl_3b(double),
                self.branch_pool(self.pool(x)),
            ],
            1,
        )


class InceptionV3(TappedModule):
    def __init__(self):
        super().__init__()
        self.Conv2d_1a_3x3 = BasicConv2d(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = BasicConv2d(32, 32, 3)
        self.Conv2d_2b_3x3 = BasicConv2d(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = BasicConv2d(64, 80, 1)
        self.Conv2d_4a_3x3 = BasicConv2d(80, 192, 3)
        self.Mixed_5b = InceptionA(192, 32)
        self.Mixed_5c = InceptionA(256, 64)
        self.Mixed_5d = InceptionA(288, 64)
        self.Mixed_6a = InceptionB(288)
        self.Mixed_6b = InceptionC(768, 128)
        self.Mixed_6c = InceptionC(768, 160)
        self.Mixed_6d = InceptionC(768, 160)
        self.Mixed_6e = InceptionC(768, 192)
        self.Mixed_7a = InceptionD(768)
        self.Mixed_7b = InceptionE(1280, average_pool)
        # The TensorFlow graph takes the maximum here, at stride 1.
        self.Mixed_7c = InceptionE(2048, lambda x: functional.max_pool2d(x, 3, 1, 1))

    def apply_named(self, names, x):
        for name in names:
            x = self.tap(name, getattr(self, name)(x))
        return x

    def tap_mean(self, name, x):
        return self.tap(name, x.mean((2, 3)))

    def forward(self, x):
        x = self.apply_named(["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3"], x)
        x = self.tap("maxpool1", max_pool(x))
        self.tap_mean("64", x)
        x = self.apply_named(["Conv2d_3b_1x1", "Conv2d_4a_3x3"], x)
        x = self.tap("maxpool2", max_pool(x))
        self.tap_mean("192", x)
        x = self.apply_named(["Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a"], x)
        x = self.apply_named(["Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"], x)
        self.tap_mean("768", x)
        x = self.apply_named(["Mixed_7a", "Mixed_7b", "Mixed_7c"], x)
        return self.tap_mean("2048", x)
