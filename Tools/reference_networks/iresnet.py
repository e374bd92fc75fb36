"""iResNet-18/34/50/100, the ArcFace backbones of insightface.

Source: Duta et al., "Improved Residual Networks"; names as in deepinsight/insightface,
recognition/arcface_torch/backbones/iresnet.py.
"""

from torch import nn

from .tapped_module import TappedModule, in_order

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 14, 3), 100: (3, 13, 30, 3)}
EPSILON = 1e-5


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, downsample):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs, eps=EPSILON)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs, eps=EPSILON)
        self.prelu = nn.PReLU(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, stride, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs, eps=EPSILON)
        self.downsample = downsample and in_order(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False),
            nn.BatchNorm2d(outputs, eps=EPSILON),
        )

    def forward(self, x):
        y = self.prelu(self.bn2(self.conv1(self.bn1(x))))
        return self.bn3(self.conv2(y)) + (self.downsample(x) if self.downsample else x)


class IResNet(TappedModule):
    def __init__(self, depth):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64, eps=EPSILON)
        self.prelu = nn.PReLU(64)
        inputs = 64
        for stage, (width, count) in enumerate(zip((64, 128, 256, 512), BLOCKS[depth]), 1):
            blocks = []
            for index in range(count):
                blocks.append(
                    BasicBlock(inputs, width, 2 if index == 0 else 1, downsample=index == 0)
                )
                inputs = width
            setattr(self, f"layer{stage}", in_order(*blocks))
        self.bn2 = nn.BatchNorm2d(512, eps=EPSILON)
        self.fc = nn.Linear(512 * 7 * 7, 512)
        self.features = nn.BatchNorm1d(512, eps=EPSILON)

    def forward(self, x):
        x = self.tap("stem", self.prelu(self.bn1(self.conv1(x))))
        for stage in (1, 2, 3, 4):
            for index, block in enumerate(getattr(self, f"layer{stage}")):
                x = self.tap(f"layer{stage}.{index}", block(x))
        return self.features(self.fc(self.bn2(x).flatten(1)))
