"""Runs the official samplers of Collaborative Diffusion and SCA-DM on seeded networks and writes what Swift must reproduce.

    python3 Tools/make_latent_trajectory_goldens.py --collaborative DIR --scadm DIR

needs torch, numpy, einops, omegaconf and tqdm, and checkouts of ziqihuangg/Collaborative-Diffusion and
ErgastiAlex/SCA-DM, whose code is imported and not copied. Writes
Tests/Generation/SystemsTests/Goldens/latent_trajectories.json: for each way of sampling sums and samples of the last
latent, and for Collaborative Diffusion those of the label map's shares at the first and the last step.

Collaborative Diffusion's networks are the compact ones, SCA-DM's those of LatentFixture.swift; last filters are a quarter
of the seeded ones, as in the fixture. Noise is that of SeededNoise.swift, networks run in float64, the
samplers in the types of the published code.
"""

import argparse
import importlib
import json
import pathlib
import sys
import types

import numpy
import torch
from torch import nn

import make_latent_goldens
import make_network_goldens as goldens
import make_scadm_goldens
import make_sdg_goldens
import seeded_parameters

SAMPLES = 64
SEEDS = [7, 8]
CLASSES = 19


def seeded(network, seed, factors=()):
    """The network on the parameters of a seed, some of them times a factor."""
    values = {}
    for name, tensor in network.state_dict().items():
        array = seeded_parameters.parameter(name, tuple(tensor.shape), seed)
        values[name] = torch.from_numpy(array * numpy.float32(dict(factors).get(name, 1)))
    network.load_state_dict(values)
    network.double().eval()
    network.dtype = torch.float64
    return network


def tokens(width, count, seed):
    """Two images' tokens, [2, N, D]."""
    inputs = [seeded_parameters.network_input((width, count), seed + image) for image in range(2)]
    return torch.from_numpy(numpy.stack(inputs)).double().transpose(1, 2)


def label_maps(size):
    """Two images' blocks of classes 0 ... 16."""
    rows, columns = numpy.indices((size, size))
    maps = [(rows * 5 // 23 + columns * 3 // 17 + 4 * image) % 17 for image in range(2)]
    classes = torch.from_numpy(numpy.stack(maps))
    return nn.functional.one_hot(classes, CLASSES).permute(0, 3, 1, 2).double()


def latent_diffusion():
    """What samplers read of a model: its schedule, in the float32 of its buffers."""
    util = importlib.import_module("ldm.modules.diffusionmodules.util")
    betas = util.make_beta_schedule("linear", 1000, linear_start=0.0015, linear_end=0.0195)
    products = numpy.cumprod(1 - betas)
    buffer = lambda values: torch.tensor(values, dtype=torch.float32)
    return types.SimpleNamespace(
        num_timesteps=1000, device=torch.device("cpu"), betas=buffer(betas), alphas_cumprod=buffer(products),
        alphas_cumprod_prev=buffer(numpy.append(1.0, products[:-1])), parameterization="eps",
    )


def sampled(module, name, model, steps, shape, condition, eta, **options):
    """The last latents, and what the sampler keeps on the way."""
    sampler_class = getattr(module, name)
    sampler_class.register_buffer = lambda self, key, value: setattr(self, key, value)
    draws = [
        torch.stack([make_sdg_goldens.step_noise(seed, shape, step, 1) for seed in SEEDS])
        for step in range(steps - 1, -1, -1)
    ]
    module.noise_like = lambda *_: draws.pop(0)
    start = torch.stack([make_sdg_goldens.normal_numbers(seed, shape) for seed in SEEDS])
    guidance = {key: options.pop(key) for key in list(options) if key.startswith("unconditional")}
    result, kept = sampler_class(model, **options).sample(
        S=steps, batch_size=2, shape=shape, conditioning=condition, x_T=start, eta=eta, verbose=False, log_every_t=1,
        **guidance,
    )
    assert not draws
    print(f"{name} {options} {guidance.get('unconditional_guidance_scale', '')} rms {float(result.square().mean().sqrt()):.4g}")
    return result, kept


def summaries(value):
    return [goldens.summary(str(image), value[image : image + 1].double(), SAMPLES) for image in range(2)]


class Wrapper(nn.Module):
    """A network behind the keys of its conditions; the map, where it has one, lies behind the latent."""

    def __init__(self, network, maps=None):
        super().__init__()
        self.network, self.maps = network, maps

    def forward(self, x, t, c_crossattn):
        x = x if self.maps is None else torch.cat([x, self.maps], 1)
        return self.network(x, t.double(), torch.cat(c_crossattn, 1))


def collaborative(folder):
    model, unet_model, _ = make_latent_goldens.load(folder)
    # Compositions need of Lightning's module only its wrapper.
    stub = types.ModuleType("ldm.models.diffusion.ddpm")
    stub.DiffusionWrapper = lambda network, _: network
    sys.modules[stub.__name__] = stub
    compose = importlib.import_module("ldm.models.diffusion.compose_modules")
    module = importlib.import_module("ldm.models.diffusion.ddim_confidence")

    def branch(seed, channels):
        network = make_latent_goldens.unet(
            unet_model, 32, 4, (1, 2, 2), 1, [1, 2], 128, latent=channels, size=32, num_heads=4)
        return seeded(network, seed, [("out.2.weight", 0.25)])

    def diffuser(seed):
        opened = importlib.import_module("ldm.modules.diffusionmodules.openaimodel")
        attention = importlib.import_module("ldm.modules.attention")
        norms = opened.normalization, attention.Normalize
        opened.normalization = lambda channels: nn.GroupNorm(16, channels)
        attention.Normalize = lambda channels: nn.GroupNorm(16, channels, eps=1e-6)
        network = make_latent_goldens.unet(
            unet_model, 16, 1, (1, 1, 1), 1, [2], 128, latent=4, size=32, num_heads=2)
        opened.normalization, attention.Normalize = norms
        return seeded(network, seed)

    composed = compose.ComposeUNet(confidence_input="x_t")
    maps = label_maps(32)
    composed.seg_mask_unet = Wrapper(branch(5, 4 + CLASSES), maps)
    composed.text_unet = Wrapper(branch(6, 4))
    composed.seg_mask_confidence_predictor = Wrapper(diffuser(7))
    composed.text_confidence_predictor = Wrapper(diffuser(8))
    diffusion = latent_diffusion()
    diffusion.model, diffusion.apply_model = composed, composed
    condition = {"seg_mask": tokens(128, CLASSES, 40), "text": tokens(128, 32, 50)}
    found = {}
    for name, options in {
        "released": dict(seg_mask_scale_factor=2.0, seg_mask_schedule="cosine_decay"),
        "none": dict(seg_mask_scale_factor=None, seg_mask_schedule=None),
    }.items():
        latents, kept = sampled(
            module, "DDIMConfidenceSampler", diffusion, 10, (4, 32, 32), condition, 1.0, return_confidence_map=True,
            **options,
        )
        shares = kept["seg_mask_confidence_map"]
        assert len(shares) == 10
        found[name] = {
            "latents": summaries(latents), "first": summaries(shares[0]), "last": summaries(shares[-1])}
    return found


def scadm(folder):
    for name in [name for name in sys.modules if name == "ldm" or name.startswith("ldm.")]:
        del sys.modules[name]
    unet, _ = make_scadm_goldens.official(folder)
    module = importlib.import_module("ldm.models.diffusion.ddim")
    network = make_scadm_goldens.unet_model(unet, 16, 32, [1, 2], 1, [8], 16, 48)
    seeded(network, 5, [("out.2.weight", 0.25)])
    diffusion = latent_diffusion()
    diffusion.apply_model = lambda x, t, c: network(x, t, context=c["context"], y=c["y"])
    condition = {"context": tokens(48, CLASSES, 60), "y": label_maps(64)}
    nothing = {key: torch.zeros_like(value) for key, value in condition.items()}
    found = {}
    for name, scale in {"unguided": 1.0, "guided": 1.5}.items():
        latents, _ = sampled(
            module, "DDIMSampler", diffusion, 20, (3, 16, 16), condition, 0.0, unconditional_guidance_scale=scale,
            unconditional_conditioning=nothing,
        )
        found[name] = summaries(latents)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--collaborative", required=True, metavar="DIR")
    parser.add_argument("--scadm", required=True, metavar="DIR")
    options = parser.parse_args()
    torch.set_num_threads(1)
    content = {"imageSeeds": SEEDS, "collaborative": collaborative(pathlib.Path(options.collaborative))}
    sys.path = [path for path in sys.path if path != str(options.collaborative)]
    content["scadm"] = scadm(pathlib.Path(options.scadm))
    path = make_sdg_goldens.SYSTEM_GOLDENS / "latent_trajectories.json"
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
