"""BiSeNet on ResNet-18 as a face parser, auxiliary heads included.

Source: Yu et al., "BiSeNet" (arXiv 1808.00897); names and the missing spatial path as in
zllrunning/face-parsing.PyTorch, model.py and resnet.py.
"""

import torch
from torch import nn
from torch.nn import functional

from .tapped_module import TappedModule, in_order


class ConvBNReLU(nn.Module):
    def __init__(self, inputs, outputs, kernel=3, stride=1, padding=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return functional.relu(self.bn(self.conv(x)))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if inputs != outputs or stride != 1:
            self.downsample = in_order(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        residual = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        shortcut = x if self.downsample is None else self.downsample(x)
        return functional.relu(shortcut + residual)


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = in_order(BasicBlock(64, 64, 1), BasicBlock(64, 64, 1))
        self.layer2 = in_order(BasicBlock(64, 128, 2), BasicBlock(128, 128, 1))
        self.layer3 = in_order(BasicBlock(128, 256, 2), BasicBlock(256, 256, 1))
        self.layer4 = in_order(BasicBlock(256, 512, 2), BasicBlock(512, 512, 1))

    def forward(self, x, tap):
        x = functional.relu(self.bn1(self.conv1(x)))
        x = tap("maxpool", functional.max_pool2d(x, 3, 2, 1))
        features = []
        for number in range(1, 5):
            for index, block in enumerate(getattr(self, f"layer{number}")):
                x = tap(f"layer{number}.{index}", block(x))
            features.append(x)
        return features[1:]


class AttentionRefinement(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = ConvBNReLU(inputs, outputs)
        self.conv_atten = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(outputs)

    def forward(self, x):
        features = self.conv(x)
        attention = self.conv_atten(features.mean((2, 3), keepdim=True))
        return features * self.bn_atten(attention).sigmoid()


def nearest(x, like):
    return functional.interpolate(x, like.shape[2:], mode="nearest")


class ContextPath(nn.Module):
    def __init__(self):
        super().__init__()
        self.resnet = ResNet18()
        self.arm16 = AttentionRefinement(256, 128)
        self.arm32 = AttentionRefinement(512, 128)
        self.conv_head32 = ConvBNReLU(128, 128)
        self.conv_head16 = ConvBNReLU(128, 128)
        self.conv_avg = ConvBNReLU(512, 128, kernel=1, padding=0)

    def forward(self, x, tap):
        in_resnet = lambda name, value: tap(f"cp.resnet.{name}", value)
        eighth, sixteenth, thirtysecond = self.resnet(x, in_resnet)
        average = tap("cp.conv_avg", self.conv_avg(thirtysecond.mean((2, 3), keepdim=True)))
        x = tap("cp.arm32", self.arm32(thirtysecond)) + nearest(average, thirtysecond)
        x16 = tap("cp.conv_head32", self.conv_head32(nearest(x, sixteenth)))
        x = tap("cp.arm16", self.arm16(sixteenth)) + x16
        x8 = tap("cp.conv_head16", self.conv_head16(nearest(x, eighth)))
        return eighth, x8, x16


class FeatureFusion(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.convblk = ConvBNReLU(inputs, outputs, kernel=1, padding=0)
        self.conv1 = nn.Conv2d(outputs, outputs // 4, 1, bias=False)
        self.conv2 = nn.Conv2d(outputs // 4, outputs, 1, bias=False)

    def forward(self, spatial, context):
        features = self.convblk(torch.cat([spatial, context], 1))
        attention = functional.relu(self.conv1(features.mean((2, 3), keepdim=True)))
        return features * self.conv2(attention).sigmoid() + features


class Head(nn.Module):
    def __init__(self, inputs, middle, classes=19):
        super().__init__()
        self.conv = ConvBNReLU(inputs, middle)
        self.conv_out = nn.Conv2d(middle, classes, 1, bias=False)

    def forward(self, x):
        return self.conv_out(self.conv(x))


class BiSeNet(TappedModule):
    def __init__(self):
        super().__init__()
        self.cp = ContextPath()
        self.ffm = FeatureFusion(256, 256)
        self.conv_out = Head(256, 256)
        self.conv_out16 = Head(128, 64)
        self.conv_out32 = Head(128, 64)

    def forward(self, x):
        eighth, context8, context16 = self.cp(x, self.tap)
        fused = self.tap("ffm", self.ffm(eighth, context8))
        logits = self.tap("conv_out", self.conv_out(fused))
        self.tap("conv_out16", self.conv_out16(context8))
        self.tap("conv_out32", self.conv_out32(context16))
        size = x.shape[2:]
        return functional.interpolate(logits, size, mode="bilinear", align_corners=True)
