"""MobileFaceNet with a 128-d embedding, for 112 x 96 crops.

Source: Chen et al., "MobileFaceNets" (arXiv 1804.07573), table 1; names as in
Xiaoccer/MobileFaceNet_Pytorch, core/model.py.
"""

from torch import nn

from .tapped_module import TappedModule, in_order


class ConvBlock(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, padding=0, groups=1, linear=False):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.prelu = nn.Identity() if linear else nn.PReLU(outputs)

    def forward(self, x):
        return self.prelu(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        wide = inputs * expansion
        self.connect = stride == 1 and inputs == outputs
        self.conv = in_order(
            nn.Conv2d(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.PReLU(wide),
            nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False),
            nn.BatchNorm2d(wide), nn.PReLU(wide),
            nn.Conv2d(wide, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        )  # fmt: skip

    def forward(self, x):
        return x + self.conv(x) if self.connect else self.conv(x)


class MobileFaceNet(TappedModule):
    # expansion, channels, repetitions, stride of the first
    settings = [(2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1)]

    def __init__(self):
        super().__init__()
        self.conv1 = ConvBlock(3, 64, 3, stride=2, padding=1)
        self.dw_conv1 = ConvBlock(64, 64, 3, padding=1, groups=64)
        blocks, channels = [], 64
        for expansion, width, repetitions, stride in self.settings:
            for repetition in range(repetitions):
                step = stride if repetition == 0 else 1
                blocks.append(Bottleneck(channels, width, step, expansion))
                channels = width
        self.blocks = in_order(*blocks)
        self.conv2 = ConvBlock(128, 512, 1)
        self.linear7 = ConvBlock(512, 512, (7, 6), groups=512, linear=True)
        self.linear1 = ConvBlock(512, 128, 1, linear=True)

    def forward(self, x):
        x = self.tap("conv1", self.conv1(x))
        x = self.tap("dw_conv1", self.dw_conv1(x))
        for index, block in enumerate(self.blocks):
            x = self.tap(f"blocks.{index}", block(x))
        x = self.tap("conv2", self.conv2(x))
        x = self.tap("linear7", self.linear7(x))
        return self.linear1(x).flatten(1)
