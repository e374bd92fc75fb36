"""Runs EG3D's own networks on seeded parameters and writes what Swift must reproduce.

    python3 Tools/make_eg3d_goldens.py --eg3d DIR

needs torch, numpy, scipy, click and requests, and a checkout of NVlabs/eg3d, whose classes are imported and not copied.
Writes Tests/Models/NetworksTests/Goldens/eg3d.json:

    cases       mapping, planes (16 pixels, 12 channels), decoder and super-resolution (8 to 32 pixels, 8 and 6 channels):
                every tap's sums and samples, as make_network_goldens.py keeps them
    published   of TriPlaneGenerator at 512 pixels: shapes of the state dict by name, in NVIDIA's spelling
    parameters  tensors and values of it that are parameters

And Tests/Generation/SystemsTests/Goldens/rendering.json: planes of 3 · 32 channels and 16 pixels, rendered at 6 rows by
ImportanceRenderer from an orbit, every stratum looked at in its middle: features, depths and opacities of the rays.

Parameters are seeded by rosinality's names, which Swift's networks have; the table of names here is written
independently of Swift's. Arithmetic is float64, to which the modules' own float32 is turned. Printed is how far PyTorch's
float32 pass strays (NMSE).
"""

import argparse
import json
import math
import re
import sys

import make_latent_goldens as latent
import make_network_goldens as goldens
import numpy
import seeded_parameters
import torch

SEED = goldens.SEED
RENDERING = goldens.GOLDENS.parents[2] / "Generation/SystemsTests/Goldens/rendering.json"
SINGLE = torch.float32
# Published filters are normal numbers. The 1e-8 beside their sum of squares, which NVIDIA adds before the layer's gain and
# rosinality behind it, matters to much smaller ones alone.
FILTER_SCALE = numpy.float32(100)


def layer_name(name):
    """Rosinality's name of a layer: of b8 and b16, say, the levels 0 and 1."""
    match = re.fullmatch(r"(?:b|block)(\d+)\.(conv0|conv1|torgb)", name)
    if not match:
        return None
    size, kind = int(match[1]), match[2]
    if name.startswith("block"):
        level = size
    elif size == 4:
        return {"conv1": "conv1", "torgb": "to_rgb1"}[kind]
    else:
        level = size.bit_length() - 4
    return f"to_rgbs.{level}" if kind == "torgb" else f"convs.{2 * level + int(kind[-1])}"


def our_name(name, shape):
    """Rosinality's name and shape of a tensor; None for fixed filters and what is not used."""
    shape = list(shape)
    if name.endswith("resample_filter"):
        return None
    if name == "b4.const":
        return "input.input", [1] + shape
    match = re.fullmatch(r"fc(\d+)\.(weight|bias)", name)
    if match:
        return f"style.{int(match[1]) + 1}.{match[2]}", shape
    match = re.fullmatch(r"((?:b|block)\d+\.\w+)\.(.+)", name)
    if not match:
        return name, shape
    layer, rest = layer_name(match[1]), match[2]
    if rest == "weight":
        return f"{layer}.conv.weight", [1] + shape
    if rest.startswith("affine."):
        return f"{layer}.conv.modulation.{rest[7:]}", shape
    if rest == "bias":
        return (f"{layer}.bias", [1] + shape + [1, 1]) if "rgb" in layer else (f"{layer}.activate.bias", shape)
    if name.startswith("block"):
        return None
    if rest == "noise_strength":
        return f"{layer}.noise.weight", [1]
    place = 0 if layer == "conv1" else int(layer.split(".")[1]) + 1
    return f"noises.noise_{place}", [1, 1] + shape


def seeded(network, prefix=""):
    """The network in evaluation mode, its parameters seeded by our names."""
    values = {}
    for name, tensor in network.state_dict().items():
        ours = our_name(name, tensor.shape)
        if ours:
            array = seeded_parameters.parameter(prefix + ours[0], tuple(ours[1]), SEED)
            if ours[0].endswith("conv.weight"):
                array *= FILTER_SCALE
            values[name] = torch.from_numpy(array).reshape(tensor.shape)
    network.load_state_dict(values, strict=False)
    return network.eval()


def tapped(network, names, output, run):
    """Results of layers, of the picture behind each block, and of the whole."""
    taps = {}

    def keep(name):
        def hook(_, __, result):
            if isinstance(result, tuple):
                taps[name] = result[1]
            else:
                taps[name] = result
        return hook

    modules = dict(network.named_modules())
    handles = [modules[name].register_forward_hook(keep(tap)) for name, tap in names.items()]
    with torch.no_grad():
        taps[output] = run()
    for handle in handles:
        handle.remove()
    return taps


def case(title, network, names, run, output="output", **inputs):
    """Taps in float64."""
    single = tapped(network.float(), names, output, lambda: run(SINGLE))
    torch.float32 = torch.float64
    try:
        wide = tapped(network.double(), names, output, lambda: run(torch.float64))
    finally:
        torch.float32 = SINGLE
    kept, strays = [], {}
    for tap, value in wide.items():
        value = value.double()
        rms = value.square().mean().sqrt()
        assert torch.isfinite(value).all() and rms > 1e-6, tap
        strays[tap] = float((single[tap] - value).square().sum() / value.square().sum())
        kept.append(goldens.summary(tap, value, latent.SAMPLES))
    worst = max(strays, key=strays.get)
    print(f"{title}: {len(kept)} taps, float32 NMSE at most {strays[worst]:.1e} at {worst}")
    return {"inputs": inputs, "taps": kept}


def block_names(network):
    """Layers, and blocks as the pictures so far."""
    names = {}
    for name, _ in network.named_modules():
        if name.endswith(("conv0", "conv1")):
            names[name] = layer_name(name)
        elif re.fullmatch(r"(?:b|block)\d+", name):
            names[name] = layer_name(f"{name}.torgb")
    return names


class Superresolution(torch.nn.Module):
    """The two blocks of SuperresolutionHybrid8XDC, with fewer channels."""

    def __init__(self, block, width, channels, sizes):
        super().__init__()
        self.block0 = block(8, channels[0], width, sizes[0], 3, False, conv_clamp=256)
        self.block1 = block(channels[0], channels[1], width, sizes[1], 3, True, conv_clamp=256)

    def forward(self, picture, features, code):
        codes = code[:, None].repeat(1, 3, 1)
        x, picture = self.block0(features, picture, codes, noise_mode="none")
        return self.block1(x, picture, codes, noise_mode="none")[1]


def cases(stylegan, triplane):
    mapping = seeded(stylegan.MappingNetwork(32, 25, 32, None, num_layers=2))

    def code(kind):
        return mapping(latent.seeded_input((32,)).type(kind), latent.seeded_input((25,)).type(kind))

    planes = seeded(stylegan.SynthesisNetwork(32, 16, 12, channel_base=256, channel_max=24, num_fp16_res=0))

    def picture(kind):
        codes = latent.seeded_input((32, planes.num_ws)).transpose(1, 2).type(kind)
        return planes(codes, noise_mode="const")

    decoder = triplane.OSGDecoder(32, {"decoder_lr_mul": 1, "decoder_output_dim": 32})
    seeded(decoder, prefix="decoder.")

    def density(kind):
        points = latent.seeded_input((32, 6)).transpose(1, 2).type(kind)
        result = decoder(points[:, None], None)
        colors.append(result["rgb"].transpose(1, 2)[..., None])
        return result["sigma"].transpose(1, 2)[..., None]

    colors = []
    superresolution = seeded(
        Superresolution(stylegan.SynthesisBlock, 32, (8, 6), (16, 32)), prefix="superresolution."
    )

    def enlarged(kind):
        return superresolution(
            latent.seeded_input((3, 8, 8)).type(kind), latent.seeded_input((8, 8, 8)).type(kind),
            latent.seeded_input((32,)).type(kind),
        )

    found = {
        "mapping": case("mapping", mapping, {}, code, code=[32], camera=[25]),
        "planes": case("planes", planes, block_names(planes), picture, input=[32, planes.num_ws, 1]),
        "decoder": case("decoder", decoder, {}, density, input=[32, 6, 1]),
        "superresolution": case(
            "superresolution", superresolution, block_names(superresolution), enlarged, features=[8, 8, 8],
            picture=[3, 8, 8], code=[32],
        ),
    }
    found["decoder"]["taps"].append(goldens.summary("colors", colors[-1].double(), latent.SAMPLES))
    return found


# Seeded parameters alone leave everything nearly transparent.
RENDERED_SCALE = 12


def rendering(triplane):
    """A picture of seeded planes; uniform numbers are the middles of strata and of shares."""
    import camera_utils
    from training.volumetric_rendering.ray_sampler import RaySampler

    decoder = seeded(triplane.OSGDecoder(32, {"decoder_lr_mul": 1, "decoder_output_dim": 32}), prefix="decoder.").double()
    with torch.no_grad():
        for value in decoder.parameters():
            value *= RENDERED_SCALE
    renderer = triplane.ImportanceRenderer()
    renderer.plane_axes = renderer.plane_axes.double()
    yaw, pitch = math.pi / 2 + 0.3, math.pi / 2 - 0.1
    pose = camera_utils.LookAtPoseSampler.sample(yaw, pitch, torch.tensor([0, 0, 0.2]), radius=2.7)
    intrinsics = torch.tensor([[4.2647, 0, 0.5], [0, 4.2647, 0.5], [0, 0, 1]])
    origins, directions = RaySampler()(pose.double(), intrinsics[None].double(), 6)
    planes = 3 * latent.seeded_input((96, 16, 16)).double().reshape(1, 3, 32, 16, 16)
    options = {
        "ray_start": 2.25, "ray_end": 3.3, "depth_resolution": 48, "depth_resolution_importance": 48, "box_warp": 1,
        "disparity_space_sampling": False, "clamp_mode": "softplus",
    }
    sample, kept = torch.nn.functional.grid_sample, (torch.rand_like, torch.rand)
    torch.nn.functional.grid_sample = lambda grid, places, **rest: sample(grid, places.to(grid), **rest)
    torch.rand_like = lambda value: torch.full_like(value, 0.5)
    torch.rand = lambda rays, count, **_: ((torch.arange(count) + 0.5) / count).expand(rays, count)
    with torch.no_grad():
        features, depths, weights = renderer(planes, decoder, origins, directions, options)
    torch.nn.functional.grid_sample, torch.rand_like, torch.rand = sample, *kept
    print("rendering:", float(weights.min()), float(weights.max()), float(depths.min()), float(depths.max()))
    return {
        "seed": SEED, "scale": RENDERED_SCALE, "yaw": yaw, "pitch": pitch, "features": [float(v) for v in features.reshape(-1)],
        "depths": [float(v) for v in depths.reshape(-1)], "opacities": [float(v) for v in weights.reshape(-1)],
    }


def published(triplane):
    """Names and shapes of the whole generator; nothing is computed with it."""
    rendering = {
        "superresolution_module": "training.superresolution.SuperresolutionHybrid8XDC", "sr_antialias": True,
        "decoder_lr_mul": 1, "c_gen_conditioning_zero": False, "c_scale": 1,
    }
    network = triplane.TriPlaneGenerator(
        512, 25, 512, 512, 3, sr_num_fp16_res=4, mapping_kwargs={"num_layers": 2}, rendering_kwargs=rendering,
        channel_base=32768, channel_max=512, num_fp16_res=0, conv_clamp=None,
        sr_kwargs={"channel_base": 32768, "channel_max": 512, "fused_modconv_default": "inference_only"},
    )
    parameters = list(network.parameters())
    counts = {"tensors": len(parameters), "values": sum(parameter.numel() for parameter in parameters)}
    print(counts, len(network.state_dict()))
    return {name: list(value.shape) for name, value in network.state_dict().items()}, counts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--eg3d", required=True, metavar="DIR")
    options = parser.parse_args()
    torch.set_num_threads(1)
    sys.path.insert(0, options.eg3d + "/eg3d")
    from training import networks_stylegan2, triplane

    shapes, counts = published(triplane)
    content = {
        "seed": SEED, "cases": cases(networks_stylegan2, triplane), "published": shapes, "parameters": counts,
    }
    (goldens.GOLDENS / "eg3d.json").write_text(json.dumps(content, indent=1) + "\n")
    RENDERING.write_text(json.dumps(rendering(triplane)) + "\n")


if __name__ == "__main__":
    main()
