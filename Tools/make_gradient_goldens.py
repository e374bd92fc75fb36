"""Runs PyTorch's losses, optimizers and gradients on seeded values and writes what Swift must reproduce.

    python3 Tools/make_gradient_goldens.py

needs torch and numpy (made with torch 2.15 on CPU, one thread). Writes
Tests/Models/TrainingTests/Goldens/updates.json (optimizers, schedules, averages, clipping) and gradients.json,
and Tests/Compute/ObjectivesTests/Goldens/losses.json. gradients.json has three small networks in training mode: the loss, each parameter's gradient as its length,
its sum and its first values, and running statistics after the step.

Values come from seeded_parameters.unit_values(name, count, SEED) as 2 u - 1, so that both languages hold
them without a file. Losses and updates are computed in Float64 from these Float32 values, networks in
Float64 too: Swift is compared with the exact result.
"""

import json
import math
import pathlib

import numpy
import torch
import torch.nn.functional as F

import seeded_parameters

SEED = 29
TESTS = pathlib.Path(__file__).resolve().parent.parent / "Tests"
TRAINING = TESTS / "Models/TrainingTests/Goldens"
OBJECTIVES = TESTS / "Compute/ObjectivesTests/Goldens"


def values(name, *shape):
    units = seeded_parameters.unit_values(name, math.prod(shape), SEED).reshape(shape)
    return torch.from_numpy((2 * units - 1).astype(numpy.float64))


def rounded(tensor):
    return [float(f"{value:.12g}") for value in tensor.detach().double().flatten().tolist()]


# Updates

STEPS = 6


def run_optimizer(make):
    parameter = torch.nn.Parameter(values("parameters", 5))
    optimizer = make([parameter])
    for step in range(STEPS):
        parameter.grad = values(f"gradient {step}", 5)
        optimizer.step()
    return rounded(parameter)


def updates():
    optimizers = {
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8, nesterov=True),
        "descent": lambda p: torch.optim.SGD(p, lr=0.1),
        "adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1),
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.8, 0.95), weight_decay=0.2),
    }
    dummy = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4)
    warm, total = 4, 12
    schedule = torch.optim.lr_scheduler.SequentialLR(
        dummy,
        [
            torch.optim.lr_scheduler.LinearLR(dummy, 1 / (warm + 1), 1, warm),
            torch.optim.lr_scheduler.CosineAnnealingLR(dummy, total - warm, 0.05),
        ],
        [warm],
    )
    rates = []
    for _ in range(total):
        rates.append(dummy.param_groups[0]["lr"])
        dummy.step()
        schedule.step()

    module = torch.nn.Linear(5, 1, bias=False).double()
    module.weight.data = values("parameters", 1, 5)
    average = torch.optim.swa_utils.AveragedModel(
        module, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)
    )
    average.update_parameters(module)  # the first call copies
    for step in range(STEPS):
        module.weight.data = values(f"gradient {step}", 1, 5)
        average.update_parameters(module)

    parameters = [torch.nn.Parameter(values("parameters", 5)) for _ in range(2)]
    for index, parameter in enumerate(parameters):
        parameter.grad = values(f"gradient {index}", 5)
    norm = torch.nn.utils.clip_grad_norm_(parameters, 0.5)
    return {
        "optimizers": {name: run_optimizer(make) for name, make in optimizers.items()},
        "rates": rates,
        "average": rounded(average.module.weight),
        "norm": float(norm),
        "clipped": rounded(torch.cat([parameter.grad for parameter in parameters])),
    }


# Losses


def measured(loss, *inputs):
    gradients = torch.autograd.grad(loss, inputs)
    return {"loss": float(loss.detach()), "gradients": [rounded(g) for g in gradients]}


def leaf(name, *shape, factor=1.0):
    return (factor * values(name, *shape)).requires_grad_()


def angular_margin():
    embeddings = F.normalize(values("embeddings", 6, 7), dim=1).float().double().requires_grad_()
    centers = leaf("centres", 5, 7)
    targets = torch.tensor([0, 4, 2, 1, 3, 0])
    scale, margin = 16.0, 0.5
    cosine = embeddings @ F.normalize(centers, dim=1).T
    own = cosine.gather(1, targets[:, None])
    sine = (1 - own * own).sqrt()
    shifted = own * math.cos(margin) - sine * math.sin(margin)
    late = own - math.sin(math.pi - margin) * margin
    shifted = torch.where(own > math.cos(math.pi - margin), shifted, late)
    scores = scale * cosine.scatter(1, targets[:, None], shifted)
    return measured(F.cross_entropy(scores, targets), embeddings, centers)


def contrastive():
    images = F.normalize(values("images", 5, 6), dim=1).float().double().requires_grad_()
    texts = F.normalize(values("texts", 5, 6), dim=1).float().double().requires_grad_()
    temperature = torch.tensor(2.5, dtype=torch.float64, requires_grad=True)
    scores = temperature.exp() * images @ texts.T
    targets = torch.arange(5)
    loss = (F.cross_entropy(scores, targets) + F.cross_entropy(scores.T, targets)) / 2
    return measured(loss, images, texts, temperature)


def hard_examples():
    scores = leaf("scores", 12, 4, factor=3)
    targets = torch.tensor([0, 1, 2, 3, 3, 2, 1, 0, 255, 2, 1, 0])
    result = {}
    for name, probability, share in (("threshold", 0.2, 0.01), ("minimum", 0.0001, 0.5)):
        losses = F.cross_entropy(scores, targets, ignore_index=255, reduction="none")
        losses = losses[targets != 255]
        minimum = int(share * len(losses))
        hard = losses[losses > -math.log(probability)]
        if len(hard) <= minimum:
            hard = losses.topk(minimum).values
        result[name] = measured(hard.mean(), scores)
    return result


def losses():
    targets = torch.tensor([0, 3, 1, 2, 255, 3])
    scores = leaf("scores", 6, 4, factor=3)
    weights = torch.tensor([0.5, 1.0, 2.0, 1.5], dtype=torch.float64)

    def entropy(**options):
        return measured(F.cross_entropy(scores, targets, ignore_index=255, **options), scores)

    x = leaf("values", 3, 4, factor=2)
    y = (values("targets", 3, 4) + 1) / 2
    near, far = leaf("near", 6), leaf("far", 6)
    return {
        "plain": entropy(),
        "smoothed": entropy(label_smoothing=0.1),
        "weighted": entropy(weight=weights),
        "weighted and smoothed": entropy(weight=weights, label_smoothing=0.2),
        "hard": hard_examples(),
        "squared": measured(F.mse_loss(x, y), x),
        "absolute": measured(F.l1_loss(x, y), x),
        "binary": measured(F.binary_cross_entropy_with_logits(x, y), x),
        "ranking": measured(F.softplus((near - far) / 0.5).mean(), near, far),
        "angular": angular_margin(),
        "contrastive": contrastive(),
    }


# Networks


class Residual(torch.nn.Module):
    """A residual network with most kinds of layers that parsers and identity networks have."""

    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.norm = torch.nn.BatchNorm2d(16)
        self.first = torch.nn.Conv2d(16, 16, 3, padding=1, bias=False)
        self.first_norm = torch.nn.BatchNorm2d(16)
        self.slope = torch.nn.PReLU(16)
        self.second = torch.nn.Conv2d(16, 24, 3, stride=2, padding=1, bias=False)
        self.second_norm = torch.nn.BatchNorm2d(24)
        self.short = torch.nn.Conv2d(16, 24, 1, stride=2, bias=False)
        self.short_norm = torch.nn.BatchNorm2d(24)
        self.depth = torch.nn.Conv2d(24, 24, 3, padding=1, groups=24, bias=False)
        self.gate = torch.nn.Conv2d(24, 24, 1)
        self.up = torch.nn.ConvTranspose2d(24, 8, 2, stride=2)
        self.head = torch.nn.Conv2d(8, 4, 1)

    def forward(self, x):
        x = F.relu(self.norm(self.stem(x)))
        x = F.max_pool2d(x, 3, 2, 1)
        x = x + self.slope(self.first_norm(self.first(x)))
        x = F.relu(self.second_norm(self.second(x)) + self.short_norm(self.short(x)))
        x = self.depth(x)
        x = x * torch.sigmoid(self.gate(F.adaptive_avg_pool2d(x, 1)))
        x = self.head(self.up(x))
        return F.interpolate(x, size=(16, 16), mode="bilinear", align_corners=False)


class Transformer(torch.nn.Module):
    """Two blocks of a vision transformer."""

    def __init__(self, width=32, heads=4, tokens=17):
        super().__init__()
        self.heads = heads
        self.patches = torch.nn.Conv2d(3, width, 4, stride=4, bias=False)
        self.start = torch.nn.Parameter(torch.zeros(width))
        self.rows = torch.nn.Parameter(torch.zeros(tokens, width))
        for block in range(2):
            self.add_module(f"first{block}", torch.nn.LayerNorm(width))
            self.add_module(f"packed{block}", torch.nn.Linear(width, 3 * width))
            self.add_module(f"mixed{block}", torch.nn.Linear(width, width))
            self.add_module(f"second{block}", torch.nn.LayerNorm(width))
            self.add_module(f"up{block}", torch.nn.Linear(width, 4 * width))
            self.add_module(f"down{block}", torch.nn.Linear(4 * width, width))
        self.last = torch.nn.LayerNorm(width)
        self.head = torch.nn.Linear(width, 4)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        start = self.start.expand(x.shape[0], 1, -1)
        x = torch.cat([start, x], dim=1) + self.rows
        for block in range(2):
            part = lambda name: getattr(self, f"{name}{block}")
            q, k, v = (
                t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
                for t in part("packed")(part("first")(x)).chunk(3, dim=-1)
            )
            mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
            x = x + part("mixed")(mixed)
            x = x + part("down")(F.gelu(part("up")(part("second")(x))))
        return F.normalize(self.head(self.last(x)[:, 0]), dim=1)


class Denoiser(torch.nn.Module):
    """A residual block of a diffusion model with its condition, attention in legacy order, and both ways of
    changing the size."""

    def __init__(self, width=24, groups=6, heads=4):
        super().__init__()
        self.heads = heads
        self.stem = torch.nn.Conv2d(12, width, 3, padding=1)
        self.norm = torch.nn.GroupNorm(groups, width)
        self.first = torch.nn.Conv2d(width, width, 3, padding=1)
        self.condition = torch.nn.Linear(width, 2 * width)
        self.second_norm = torch.nn.GroupNorm(groups, width, eps=1e-6)
        self.second = torch.nn.Conv2d(width, width, 3, padding=1)
        self.last_norm = torch.nn.GroupNorm(groups, width)
        self.packed = torch.nn.Linear(width, 3 * width)
        self.mixed = torch.nn.Linear(width, width)
        self.down = torch.nn.Conv2d(width, width, 3, stride=2)
        self.head = torch.nn.Conv2d(width, 16, 3, padding=1)

    def forward(self, x):
        x = self.stem(F.pixel_unshuffle(x, 2))
        h = self.first(F.silu(self.norm(x)))
        scale, shift = self.condition(F.silu(x.mean(dim=(2, 3)))).chunk(2, dim=1)
        h = self.second_norm(h) * (1 + scale[:, :, None, None]) + shift[:, :, None, None]
        x = x + self.second(F.silu(h))
        tokens = self.packed(self.last_norm(x).flatten(2).transpose(1, 2))
        # Head by head: queries, keys, values.
        tokens = tokens.unflatten(-1, (self.heads, 3, -1)).permute(3, 0, 2, 1, 4)
        mixed = F.scaled_dot_product_attention(*tokens).transpose(1, 2).flatten(2)
        x = x + self.mixed(mixed).transpose(1, 2).unflatten(-1, (8, 8))
        small = self.down(F.pad(x, (0, 1, 0, 1)))
        x = x + F.interpolate(small, size=(8, 8), mode="bicubic", align_corners=False)
        return torch.tanh(F.pixel_shuffle(self.head(x), 2))


def network(module, images, pixels):
    module = module.double().train()
    state = {
        name: torch.from_numpy(seeded_parameters.parameter(name, tuple(t.shape), SEED)).to(t.dtype)
        for name, t in module.state_dict().items()
    }
    module.load_state_dict(state)
    inputs = torch.stack(
        [
            torch.from_numpy(seeded_parameters.network_input((3, 16, 16), SEED + image)).double()
            for image in range(images)
        ]
    )
    targets = torch.arange(images * pixels) % 4
    scores = module(inputs)
    if pixels > 1:
        targets = targets.reshape(images, 16, 16)
    loss = F.cross_entropy(scores, targets)
    loss.backward()
    gradients = {
        name: {
            "length": float(p.grad.norm()),
            "sum": float(p.grad.sum()),
            "first": rounded(p.grad.flatten()[:4]),
        }
        for name, p in module.named_parameters()
    }
    statistics = {
        name: rounded(t[:4]) for name, t in module.named_buffers() if name.rsplit(".")[-1][:7] == "running"
    }
    return {"loss": float(loss.detach()), "gradients": gradients, "statistics": statistics}


def main():
    torch.set_num_threads(1)
    files = {
        "updates": updates(),
        "losses": losses(),
        "gradients": {
            "residual": network(Residual(), 4, 256),
            "transformer": network(Transformer(), 4, 1),
            "denoiser": network(Denoiser(), 4, 256),
        },
    }
    for name, content in files.items():
        text = json.dumps(content, indent=1, sort_keys=True)
        folder = OBJECTIVES if name == "losses" else TRAINING
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
