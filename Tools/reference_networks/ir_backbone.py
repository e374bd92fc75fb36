"""ArcFace's improved residual backbones: IR-SE50, IR-50, IR-100 and CurricularFace's IR-101.

Source: Deng et al., "ArcFace" (improved residual unit), Hu et al., "Squeeze-and-Excitation
Networks"; names as in TreB1eN/InsightFace_Pytorch, model.py; IR-101 as in
HuangYG123/CurricularFace, backbone/model_irse.py.
"""

from torch import nn
from torch.nn import functional

from .tapped_module import TappedModule, in_order


UNITS = {50: (3, 4, 14, 3), 100: (3, 13, 30, 3)}


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1, bias=False)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1, bias=False)

    def forward(self, x):
        gate = x.mean((2, 3), keepdim=True)
        return x * self.fc2(functional.relu(self.fc1(gate))).sigmoid()


class Bottleneck(nn.Module):
    def __init__(self, inputs, depth, stride, excites):
        super().__init__()
        if inputs == depth:
            self.shortcut_layer = nn.MaxPool2d(1, stride)
        else:
            self.shortcut_layer = in_order(
                nn.Conv2d(inputs, depth, 1, stride, bias=False), nn.BatchNorm2d(depth)
            )
        self.res_layer = in_order(
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, depth, 3, 1, 1, bias=False),
            nn.PReLU(depth),
            nn.Conv2d(depth, depth, 3, stride, 1, bias=False),
            nn.BatchNorm2d(depth),
            *([SqueezeExcitation(depth)] if excites else []),
        )

    def forward(self, x):
        return self.res_layer(x) + self.shortcut_layer(x)


class IRBackbone(TappedModule):
    def __init__(self, layers, excites=False, affine=True):
        super().__init__()
        self.input_layer = in_order(
            nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64)
        )
        units, channels = [], 64
        for depth, count in zip((64, 128, 256, 512), UNITS[layers]):
            for index in range(count):
                units.append(Bottleneck(channels, depth, 2 if index == 0 else 1, excites))
                channels = depth
        self.body = in_order(*units)
        self.output_layer = in_order(
            nn.BatchNorm2d(512), nn.Dropout(), nn.Flatten(),
            nn.Linear(512 * 7 * 7, 512), nn.BatchNorm1d(512, affine=affine),
        )  # fmt: skip

    def forward(self, x):
        x = self.tap("input_layer", self.input_layer(x))
        for index, unit in enumerate(self.body):
            x = self.tap(f"body.{index}", unit(x))
        x = self.tap("output_layer", self.output_layer(x))
        return x / x.norm(2, 1, keepdim=True)
