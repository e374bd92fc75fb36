"""Times a training step of two networks in PyTorch, beside `EVALKIT_STEP_TIMES=1 swift test --filter StepTimes`.

    python3 Tools/bench_training.py [THREADS]

needs torch. The networks are those of Tests/Models/TrainingTests/StepTimes.swift: a ResNet-18 of half the width
in channels-last layout and a vision transformer of width 192 with 6 blocks, on 64 pictures 64x64, with
AdamW. Prints the median of ten steps.
"""

import sys
import time

import torch
import torch.nn.functional as F


class Block(torch.nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(width)
        self.conv2 = torch.nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = torch.nn.BatchNorm2d(width)
        self.down = None
        if stride > 1:
            self.down = torch.nn.Conv2d(inputs, width, 1, stride, bias=False)
            self.downbn = torch.nn.BatchNorm2d(width)

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downbn(self.down(x)) if self.down else x))


class Residual(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Conv2d(3, 32, 3, 2, 1, bias=False)
        self.norm = torch.nn.BatchNorm2d(32)
        blocks, inputs = [], 32
        for stage, width in enumerate((32, 64, 128, 256)):
            for block in range(2):
                blocks.append(Block(inputs, width, 2 if stage > 0 and block == 0 else 1))
                inputs = width
        self.blocks = torch.nn.Sequential(*blocks)
        self.head = torch.nn.Linear(256, 100)

    def forward(self, x):
        return self.head(self.blocks(F.relu(self.norm(self.stem(x)))).mean((2, 3)))


class Layer(torch.nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.packed, self.mixed = torch.nn.Linear(width, 3 * width), torch.nn.Linear(width, width)
        self.up, self.down = torch.nn.Linear(width, 4 * width), torch.nn.Linear(4 * width, width)

    def forward(self, x):
        q, k, v = (
            t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for t in self.packed(self.norm1(x)).chunk(3, dim=-1)
        )
        x = x + self.mixed(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Transformer(torch.nn.Module):
    def __init__(self, width=192):
        super().__init__()
        self.patches = torch.nn.Conv2d(3, width, 8, 8)
        self.start = torch.nn.Parameter(torch.zeros(1, 1, width))
        self.rows = torch.nn.Parameter(torch.zeros(65, width))
        self.layers = torch.nn.Sequential(*(Layer(width, 3) for _ in range(6)))
        self.norm, self.head = torch.nn.LayerNorm(width), torch.nn.Linear(width, 100)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.start.expand(len(x), -1, -1), x], 1) + self.rows
        return self.head(self.norm(self.layers(x))[:, 0])


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    inputs, targets = torch.rand(64, 3, 64, 64), torch.arange(64)
    for name, network in (("residual", Residual()), ("transformer", Transformer())):
        if name == "residual":
            network = network.to(memory_format=torch.channels_last)
            inputs = inputs.to(memory_format=torch.channels_last)
        optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
        times = []
        for _ in range(12):
            marks = [time.perf_counter()]
            scores = network(inputs)
            marks.append(time.perf_counter())
            optimizer.zero_grad()
            F.cross_entropy(scores, targets).backward()
            marks.append(time.perf_counter())
            optimizer.step()
            marks.append(time.perf_counter())
            times.append([1000 * (b - a) for a, b in zip(marks, marks[1:])])
        parts = [sorted(part)[5] for part in zip(*times[2:])]
        print("{}: forward {:.1f} ms, backward {:.1f} ms, update {:.1f} ms".format(name, *parts))


if __name__ == "__main__":
    main()
