"""Runs DiffusionCLIP's official code on seeded networks and writes what Swift must reproduce.

    python3 Tools/make_diffusionclip_goldens.py --diffusionclip DIR

needs torch, torchvision, numpy and Pillow, and a checkout of gwang-kim/DiffusionCLIP, whose losses, sampler, templates
and U-Net are imported and not copied (made with torch 2.15). Writes

    Tests/Compute/ObjectivesTests/Goldens/image_losses.json   losses of features; the way of images to CLIP and to the
                                                               identity network, values and gradients
    Tests/Generation/SystemsTests/Goldens/diffusionclip.json  inversion, mixtures, the gradient of a chain of steps, a
                                                               short optimization of latents and of parameters

Networks are seeded by their parameters' names. Everything is float64 but for the schedule, which the official code
rounds to float32. CLIP and the identity network are small ones in place of the published; the official methods that
call them are run as they are, with two changes: torchvision 0.8 resized tensors without antialiasing, which newer
versions must be told, and the identity loss sees an image of 16 pixels whole in the chain, where its crop would be empty.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import sys
import types

import numpy
import torch
import torchvision.transforms as transforms
from torch import nn

import make_diffusion_goldens as unets
import seeded_parameters

SEED = 31
TESTS = pathlib.Path(__file__).resolve().parent.parent / "Tests"
SAMPLES = 64
MEAN, DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def image(shape, seed):
    return torch.from_numpy(seeded_parameters.network_input(shape, seed))[None].double()


def values(name, count):
    return torch.from_numpy(2 * seeded_parameters.unit_values(name, count, SEED) - 1).double()


def packed(tensor):
    return base64.b64encode(tensor.detach().float().numpy().astype("<f4").tobytes()).decode()


def sampled(tensor):
    flat = tensor.detach().double().flatten()
    places = [index * flat.numel() // SAMPLES for index in range(SAMPLES)]
    return {"sum": flat.sum().item(), "squares": flat.square().sum().item(), "samples": packed(flat[places])}


def seeded(network, seed=SEED, factors={}):
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            drawn = seeded_parameters.parameter(name, tuple(parameter.shape), seed)
            parameter.copy_(torch.from_numpy(drawn * numpy.float32(factors.get(name, 1))))
    return network.double().eval()


class Eye(nn.Module):
    """A small network of images."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=2)
        self.project = nn.Linear(8, 6)

    def forward(self, x):
        return self.project(torch.sigmoid(self.conv(x)).mean(dim=(2, 3)))

    def encode_image(self, x):
        return self(x)


class Face(Eye):
    """Its result has length 1, as IR-SE50's has."""

    def forward(self, x):
        return nn.functional.normalize(super().forward(x))


def official(folder):
    sys.modules["clip"] = types.ModuleType("clip")
    sys.path.insert(0, str(folder))
    from losses import clip_loss, id_loss
    from utils import diffusion_utils, text_templates

    return clip_loss, id_loss, diffusion_utils, text_templates


def clip_loss(module, side, direction, seed=SEED):
    loss = module.CLIPLoss.__new__(module.CLIPLoss)
    nn.Module.__init__(loss)
    loss.model = seeded(Eye(), seed)
    loss.preprocess = transforms.Compose([
        transforms.Normalize(mean=[-1.0] * 3, std=[2.0] * 3),
        transforms.Resize(side, interpolation=transforms.InterpolationMode.BICUBIC, antialias=False),
        transforms.CenterCrop(side),
        transforms.Normalize(MEAN, DEVIATION),
    ])
    loss.device = "cpu"
    loss.target_direction = direction
    loss.direction_loss = module.DirectionLoss("cosine")
    loss.lambda_direction, loss.lambda_global = 1, 0
    loss.lambda_patch = loss.lambda_manifold = loss.lambda_texture = 0
    return loss


def identity_loss(module, whole=False):
    loss = module.IDLoss.__new__(module.IDLoss)
    nn.Module.__init__(loss)
    loss.facenet = seeded(Face(), SEED + 1)
    loss.face_pool = nn.AdaptiveAvgPool2d((112, 112))
    if whole:
        loss.extract_feats = lambda x: loss.facenet(x)
    return loss


def text_direction():
    direction = values("direction", 6)[None]
    return direction / direction.norm(dim=-1, keepdim=True)


def logarithm(loss):
    return -torch.log((2 - loss) / 2)


def feature_losses(module):
    """Of features alone, the identity as the image's way to them."""
    direction = text_direction()
    edited = values("edited", 6).requires_grad_()
    source, text = values("source", 6), values("text", 6)
    loss = clip_loss(module, 8, direction)
    loss.encode_images = lambda features: features.clone()

    def measured(value):
        return {"loss": value.item(), "gradient": torch.autograd.grad(value, edited)[0].flatten().tolist()}

    directional = logarithm(loss.clip_directional_loss(source[None], "", edited[None], ""))
    cosine = nn.functional.cosine_similarity(edited, text, dim=0)
    identity = 1 - nn.functional.normalize(edited, dim=0).dot(nn.functional.normalize(source, dim=0))
    return {
        "directional": measured(directional),
        "global": measured(logarithm(1 - cosine)),
        "identity": measured(identity),
    }


def image_losses(clips, identities):
    size = (3, 256, 256)
    # Brighter and flatter, so that averages of the two differ.
    source = (image(size, SEED).float() * 0.25 + 0.5).double()
    edited = image(size, SEED + 1).requires_grad_()
    clip = clip_loss(clips, 224, text_direction())
    identity = identity_loss(identities)
    with torch.no_grad():
        adapted = {
            "clip": sampled(clip.preprocess(edited)),
            "face": sampled(identity.face_pool(edited[:, :, 35:223, 32:220])),
        }
    losses = {
        "clip": logarithm(clip(source, "", edited, "")),
        "face": identity(source, edited).mean(),
    }
    return {
        "seed": SEED,
        "features": feature_losses(clips),
        "adapted": adapted,
        "losses": {name: value.item() for name, value in losses.items()},
        "gradients": {name: sampled(torch.autograd.grad(value, edited)[0]) for name, value in losses.items()},
    }


class Diffusion:
    """The official steps with the official U-Net at 16 pixels."""

    SIZE = (3, 16, 16)

    def __init__(self, folder, utilities):
        self.step = utilities.denoising_step
        model = unets.ddpm(folder)
        factors = {"conv_out.weight": 0.25}

        def network(seed):
            return seeded(unets.ddpm_model(model, 16, 32, [1, 2], 2, [8]), seed, factors)

        self.models = [network(SEED + index) for index in range(3)]
        betas = utilities.get_beta_schedule(beta_start=1e-4, beta_end=0.02, num_diffusion_timesteps=1000)
        self.betas = torch.from_numpy(betas).float()
        self.logvar = numpy.zeros(1000)

    @staticmethod
    def sequence(count, last):
        sequence = [int(s) for s in list(numpy.linspace(0, 1, count) * last)]
        return sequence, [-1] + sequence[:-1]

    def one(self, x, t, following, models, **options):
        return self.step(
            x, t=torch.ones(1) * t, t_next=torch.ones(1) * following, models=models, logvars=self.logvar,
            sampling_type="ddim", b=self.betas, eta=0, **options)

    def invert(self, x, count, last, models, **options):
        sequence, following = self.sequence(count, last)
        for t, to in zip(following[1:], sequence[1:]):
            x = self.one(x, t, to, models, **options)
        return x

    def generate(self, x, count, last, models, **options):
        sequence, following = self.sequence(count, last)
        for t, to in zip(reversed(sequence), reversed(following)):
            x = self.one(x, t, to, models, **options)
        return x


def procedures(diffusion):
    x0 = image(diffusion.SIZE, SEED)
    pair = diffusion.models[:2]
    hybrid = {300: [1, 0], 0: [0.3, 0.7]}
    with torch.no_grad():
        latent = diffusion.invert(x0, 40, 500, diffusion.models[0])
        products = (1 - diffusion.betas).cumprod(dim=0)
        noise = image(diffusion.SIZE, SEED + 2)
        return {
            "latent": packed(latent),
            "reconstruction": packed(diffusion.generate(latent, 40, 500, diffusion.models[0])),
            "ratios": {
                str(ratio): packed(diffusion.generate(latent, 6, 401, pair, ratio=ratio))
                for ratio in (0.0, 0.25, 1.0)
            },
            "hybrid": packed(
                diffusion.generate(latent, 6, 401, diffusion.models, hybrid=True, hybrid_config=hybrid)),
            "noised": packed(x0 * products[499].sqrt() + noise * (1.0 - products[499]).sqrt()),
            "products": [products[t].item() for t in (0, 10, 499, 999)],
        }


WEIGHTS = {"clip": 3, "identity": 0.3, "difference": 0.3}


def total(clip, identity, x0, x):
    parts = {
        "clip": logarithm(clip(x0, "", x, "target")), "identity": torch.mean(identity(x0, x)),
        "difference": nn.L1Loss()(x0, x),
    }
    return sum(WEIGHTS[name] * part for name, part in parts.items()), parts


def chain(diffusion, clips, identities):
    """The loss after six steps and its gradient by the latent and by every parameter."""
    x0 = image(diffusion.SIZE, SEED)
    model = diffusion.models[1]
    with torch.no_grad():
        latent = diffusion.invert(x0, 6, 500, diffusion.models[0])
    latent.requires_grad_()
    model.zero_grad()
    clip, identity = clip_loss(clips, 24, text_direction()), identity_loss(identities, whole=True)
    loss, parts = total(clip, identity, x0, diffusion.generate(latent, 6, 500, model))
    loss.backward()
    gradients = {
        name: {
            "length": parameter.grad.norm().item(), "sum": parameter.grad.sum().item(),
            "first": parameter.grad.flatten()[:4].tolist(),
        }
        for name, parameter in model.named_parameters()
    }
    return {
        "latent": packed(latent), "loss": loss.item(), "parts": {k: v.item() for k, v in parts.items()},
        "byLatent": packed(latent.grad), "byParameters": gradients,
    }


def tuning(diffusion, clips, identities):
    """Two passes over three images, one image a step, the rate times 1.3 after each pass."""
    images = [image(diffusion.SIZE, SEED + 10 + index) for index in range(3)]
    with torch.no_grad():
        latents = [diffusion.invert(x, 6, 500, diffusion.models[0]) for x in images]
    model = seeded(diffusion.models[2], SEED, {"conv_out.weight": 0.25})
    optimizer = torch.optim.Adam(model.parameters(), weight_decay=0, lr=1e-4)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=1.3)
    clip, identity = clip_loss(clips, 24, text_direction()), identity_loss(identities, whole=True)
    losses, rates = [], []
    for _ in range(2):
        for x0, latent in zip(images, latents):
            optimizer.zero_grad()
            loss, _ = total(clip, identity, x0, diffusion.generate(latent, 6, 500, model))
            loss.backward()
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            losses.append(loss.item())
        schedule.step()
    return {"losses": losses, "rates": rates}


def latents(diffusion, clips, identities):
    """Three steps of Adam on the latent, with the loss of the text alone."""
    x0 = image(diffusion.SIZE, SEED)
    clip, identity = clip_loss(clips, 24, None), identity_loss(identities, whole=True)
    clip.lambda_direction, clip.lambda_global = 0, 1
    text = values("text", 6)[None]
    clips.clip.tokenize = lambda text: types.SimpleNamespace(to=lambda device: text)
    eye = clip.model

    class Scored(nn.Module):
        def forward(self, x, tokens):
            return 100 * nn.functional.cosine_similarity(eye(x), text)[None], None

    clip.model = Scored()
    with torch.no_grad():
        latent = diffusion.invert(x0, 6, 500, diffusion.models[0])
    latent = nn.Parameter(latent)
    optimizer = torch.optim.Adam([latent], weight_decay=0, lr=2e-2)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss, _ = total(clip, identity, x0, diffusion.generate(latent, 6, 500, diffusion.models[0]))
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    with torch.no_grad():
        final = diffusion.generate(latent, 6, 500, diffusion.models[0])
    return {"losses": losses, "latent": packed(latent), "image": packed(final)}


def write(folder, name, content):
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{json.dumps(key)}: {json.dumps(content[key], sort_keys=True)}" for key in sorted(content)]
    (folder / name).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--diffusionclip", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    clips, identities, utilities, templates = official(options.diffusionclip)
    write(
        TESTS / "Compute/ObjectivesTests/Goldens", "image_losses.json", image_losses(clips, identities))
    diffusion = Diffusion(options.diffusionclip, utilities)
    sequences = {
        f"{count} to {last}": diffusion.sequence(count, last)[0]
        for count in (6, 40, 200)
        for last in (300, 301, 400, 401, 500, 600, 601)
    }
    content = {
        "seed": SEED, "sequences": sequences, "procedures": procedures(diffusion),
        "chain": chain(diffusion, clips, identities), "latents": latents(diffusion, clips, identities),
        "tuning": tuning(diffusion, clips, identities),
        "templates": hashlib.sha256("\n".join(templates.imagenet_templates).encode()).hexdigest(),
        "templateCount": len(templates.imagenet_templates),
    }
    write(TESTS / "Generation/SystemsTests/Goldens", "diffusionclip.json", content)


if __name__ == "__main__":
    main()
