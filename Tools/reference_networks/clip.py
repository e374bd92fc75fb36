"""CLIP's image and text towers, ViT and modified ResNet.

Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision";
names and order as in openai/CLIP, clip/model.py.
"""

import torch
from torch import nn
from torch.nn import functional

from .tapped_module import TappedModule, in_order

# Published: embedding, image size, vision width, vision layers (four stages of a ResNet), patch, text width
CONFIGURATIONS = {
    "clip-vit-b32": (512, 224, 768, 12, 32, 512),
    "clip-vit-b16": (512, 224, 768, 12, 16, 512),
    "clip-vit-l14": (768, 224, 1024, 24, 14, 768),
    "clip-vit-l14-336": (768, 336, 1024, 24, 14, 768),
    "clip-rn50": (1024, 224, 64, (3, 4, 6, 3), None, 512),
    "clip-rn101": (512, 224, 64, (3, 4, 23, 3), None, 512),
    "clip-rn50x4": (640, 288, 80, (4, 6, 10, 6), None, 640),
    "clip-rn50x16": (768, 384, 96, (6, 8, 18, 8), None, 768),
    "clip-rn50x64": (1024, 448, 128, (3, 15, 36, 10), None, 1024),
}
TEXT_LAYERS, CONTEXT, VOCABULARY = 12, 77, 49408


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class ResidualAttentionBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("gelu", QuickGELU())
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, x, mask=None):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width, layers, heads):
        super().__init__()
        self.resblocks = in_order(*(ResidualAttentionBlock(width, heads) for _ in range(layers)))

    def forward(self, x, tap, mask=None):
        for index, block in enumerate(self.resblocks):
            x = tap(f"resblocks.{index}", block(x, mask))
        return x


class VisionTransformer(TappedModule):
    def __init__(self, embedding, size, width, layers, patch):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros((size // patch) ** 2 + 1, width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, layers, width // 64)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.zeros(width, embedding))

    def forward(self, x):
        x = self.conv1(x).flatten(2).transpose(1, 2)
        classes = self.class_embedding.expand(len(x), 1, -1)
        x = torch.cat([classes, x], 1) + self.positional_embedding
        x = self.tap("ln_pre", self.ln_pre(x))
        x = self.transformer(x, self.tap)
        return self.ln_post(x[:, 0]) @ self.proj


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.avgpool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = None
        if stride > 1 or inputs != 4 * width:
            # "-1" names the anti-aliasing pool, which has no parameters.
            self.downsample = nn.Sequential()
            self.downsample.add_module("-1", nn.AvgPool2d(stride))
            self.downsample.add_module("0", nn.Conv2d(inputs, 4 * width, 1, bias=False))
            self.downsample.add_module("1", nn.BatchNorm2d(4 * width))

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        y = functional.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(self.avgpool(y)))
        return functional.relu(y + (self.downsample(x) if self.downsample else x))


class AttentionPool(nn.Module):
    def __init__(self, side, width, heads, outputs):
        super().__init__()
        self.positional_embedding = nn.Parameter(torch.zeros(side**2 + 1, width))
        self.k_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.c_proj = nn.Linear(width, outputs)
        self.heads = heads

    def forward(self, x):
        x = x.flatten(2).transpose(1, 2)
        x = torch.cat([x.mean(1, keepdim=True), x], 1) + self.positional_embedding

        def heads(values):
            return values.unflatten(2, (self.heads, -1)).transpose(1, 2)

        pooled = functional.scaled_dot_product_attention(
            heads(self.q_proj(x[:, :1])), heads(self.k_proj(x)), heads(self.v_proj(x))
        )
        return self.c_proj(pooled.transpose(1, 2).flatten(1))


class ModifiedResNet(TappedModule):
    def __init__(self, embedding, size, width, layers):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width // 2, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width // 2)
        self.conv2 = nn.Conv2d(width // 2, width // 2, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width // 2)
        self.conv3 = nn.Conv2d(width // 2, width, 3, 1, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(width)
        inputs = width
        for stage, count in enumerate(layers):
            blocks = []
            for index in range(count):
                stride = 2 if stage > 0 and index == 0 else 1
                blocks.append(Bottleneck(inputs, width << stage, stride))
                inputs = 4 * (width << stage)
            setattr(self, f"layer{stage + 1}", in_order(*blocks))
        self.attnpool = AttentionPool(size // 32, width * 32, width // 2, embedding)

    def forward(self, x):
        for index in (1, 2, 3):
            x = getattr(self, f"conv{index}")(x)
            x = functional.relu(getattr(self, f"bn{index}")(x))
        x = self.tap("stem", functional.avg_pool2d(x, 2))
        for stage in (1, 2, 3, 4):
            for index, block in enumerate(getattr(self, f"layer{stage}")):
                x = self.tap(f"layer{stage}.{index}", block(x))
        return self.attnpool(x)


class CLIPImageTower(TappedModule):
    """The image tower alone, its parameters under `visual.` as in the published files."""

    def __init__(self, name, configuration=None):
        super().__init__()
        embedding, size, width, layers, patch, _ = configuration or CONFIGURATIONS[name]
        self.visual = (
            VisionTransformer(embedding, size, width, layers, patch)
            if patch
            else ModifiedResNet(embedding, size, width, layers)
        )

    def forward(self, x):
        self.visual.taps = self.taps
        return self.visual(x)


class CLIPTextTower(TappedModule):
    """The text tower alone: tokens `[N, 77]` to embeddings."""

    def __init__(
        self, name, configuration=None, layers=TEXT_LAYERS, context=CONTEXT, vocabulary=VOCABULARY
    ):
        super().__init__()
        embedding, *_, width = configuration or CONFIGURATIONS[name]
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.zeros(context, width))
        self.transformer = Transformer(width, layers, width // 64)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.zeros(width, embedding))

    def forward(self, tokens):
        x = self.token_embedding(tokens) + self.positional_embedding
        context = tokens.shape[1]
        mask = torch.full((context, context), float("-inf"), dtype=x.dtype).triu(1)
        x = self.ln_final(self.transformer(x, self.tap, mask))
        # The end-of-text token has the largest number.
        return x[torch.arange(len(x)), tokens.argmax(1)] @ self.text_projection
