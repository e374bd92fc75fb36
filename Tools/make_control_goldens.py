"""Runs the official ControlNet on seeded parameters and writes what Swift must reproduce.

    python3 Tools/make_control_goldens.py --controlnet DIR

needs torch, numpy, einops and omegaconf, and a checkout of lllyasviel/ControlNet, whose classes are imported and not
copied. Writes Tests/Models/NetworksTests/Goldens/controlnet.json:

    cases       a reduced model at 8 pixels and two timesteps: sums and samples of what the copy adds, of the U-Net's
                blocks, and of the attention to tokens, as make_network_goldens.py keeps them
    published   of Stable Diffusion 1.5 with ControlNet, the number of tensors and values, and 64-bit FNV-1a of the sorted
                lines "name extent extent ..."

Parts that need Lightning are left out. Arithmetic is float64; attention and norms, which the source computes in
float32, follow. Printed is how far PyTorch's own float32 pass strays (NMSE).
"""

import argparse
import json
import os
import sys
import types

import make_latent_goldens as latent
import make_network_goldens as goldens
import torch
from torch import nn

SEED = goldens.SEED


def load(folder):
    """The official classes, their checkpointing and float32 parts taken out."""
    os.environ["ATTN_PRECISION"] = "as it comes"
    sys.path.insert(0, folder)
    for name, attribute in {
        "ldm.models.diffusion.ddpm": "LatentDiffusion", "ldm.models.diffusion.ddim": "DDIMSampler",
        "torchvision.utils": "make_grid", "ldm.util": None,
    }.items():
        module = types.ModuleType(name)
        if attribute:
            setattr(module, attribute, object)
        sys.modules[name] = module
    for name in ("log_txt_as_img", "exists", "instantiate_from_config"):
        setattr(sys.modules["ldm.util"], name, lambda value, *_: value is not None)
    from ldm.modules.diffusionmodules import openaimodel, util

    util.GroupNorm32.forward = nn.GroupNorm.forward
    embedding = util.timestep_embedding

    def wide(times, *arguments, **named):
        return embedding(times, *arguments, **named).type(times.dtype)

    from cldm import cldm

    openaimodel.timestep_embedding = cldm.timestep_embedding = wide
    return cldm


class Controlled(nn.Module):
    """Both networks under the names that files have."""

    def __init__(self, cldm, **sizes):
        super().__init__()
        sizes = dict(sizes, image_size=32, use_spatial_transformer=True, transformer_depth=1, legacy=False)
        self.model = nn.Module()
        self.model.diffusion_model = cldm.ControlledUnetModel(out_channels=sizes["in_channels"], **sizes)
        self.control_model = cldm.ControlNet(hint_channels=3, **sizes)

    def forward(self, image, timestep, context, hint):
        self.model.diffusion_model.dtype = self.control_model.dtype = image.dtype
        control = self.control_model(image, hint, timestep, context)
        self.control = [value.clone() for value in control]
        return self.model.diffusion_model(image, timestep, context, list(control))


def run_case(network, size, tokens, width, timestep):
    """Taps; results that are added to in place are copied before."""
    modules = dict(network.named_modules())
    locked = "model.diffusion_model."
    attentions = [name for name in modules if name.endswith("attn2")]

    def run(kind):
        image = latent.seeded_input((4, size, size)).type(kind)
        context = latent.seeded_input((width, tokens), SEED + 1).transpose(1, 2).type(kind)
        hint = latent.seeded_input((3, 8 * size, 8 * size), SEED + 2).type(kind)
        return network(image, torch.tensor([timestep], dtype=kind), context, hint)

    def tapped(kind):
        taps, queries, keys = {}, {}, {}

        def keep(store, name):
            return lambda _, __, result: store.__setitem__(name, result.clone())

        handles = [modules[locked + "middle_block"].register_forward_hook(keep(taps, "middle_block"))]
        for name in modules:
            short = name.removeprefix(locked)
            if name.startswith(locked + "output_blocks.") and short.count(".") == 1:
                handles.append(modules[name].register_forward_hook(keep(taps, short)))
                before = f"{name}.{len(modules[name]) - 2}"
                if "Upsample" in type(modules[name][-1]).__name__:
                    handles.append(
                        modules[before].register_forward_hook(keep(taps, before.removeprefix(locked)))
                    )
        for name in attentions:
            handles.append(modules[name + ".to_q"].register_forward_hook(keep(queries, name)))
            handles.append(modules[name + ".to_k"].register_forward_hook(keep(keys, name)))
        with torch.no_grad():
            taps["output"] = run(kind)
        for handle in handles:
            handle.remove()
        for place, value in enumerate(network.control):
            taps[f"control.{place}"] = value
        taps["controlled_middle"] = taps["middle_block"] + network.control[-1]
        for name in attentions:
            heads = modules[name].heads
            query, key = (
                store[name].unflatten(2, (heads, -1)).transpose(1, 2) for store in (queries, keys)
            )
            share = (query @ key.transpose(2, 3) * modules[name].scale).softmax(-1)
            taps[name + ".probabilities"] = share.flatten(1, 2).transpose(1, 2)[..., None]
        return taps

    network.float()
    single = tapped(torch.float32)
    network.double()
    wide = tapped(torch.float64)
    strays = {
        tap: float((single[tap] - value).square().sum() / value.square().sum()) for tap, value in wide.items()
    }
    assert all(torch.isfinite(value).all() for value in wide.values())
    worst = max(strays, key=strays.get)
    print(f"timestep {timestep}: {len(wide)} taps, float32 NMSE at most {strays[worst]:.1e} at {worst}")
    inputs = {
        "latent": [4, size, size], "context": [width, tokens, 1], "hint": [3, 8 * size, 8 * size],
    }
    kept = [goldens.summary(tap, value, latent.SAMPLES) for tap, value in wide.items()]
    return {"timestep": timestep, "inputs": inputs, "taps": kept}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--controlnet", required=True, metavar="DIR")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cldm = load(options.controlnet)
    reduced = Controlled(
        cldm, in_channels=4, model_channels=32, attention_resolutions=[2, 1], num_res_blocks=1, channel_mult=[1, 2],
        num_heads=4, context_dim=24,
    )
    goldens.seeded(reduced)
    cases = [run_case(reduced, 8, 11, 24, time) for time in (0.0, 417.0)]
    with torch.device("meta"):
        whole = Controlled(
            cldm, in_channels=4, model_channels=320, attention_resolutions=[4, 2, 1], num_res_blocks=2,
            channel_mult=[1, 2, 4, 4], num_heads=8, context_dim=768,
        )
    published = latent.listed(whole)
    print(published, sum(value.numel() for value in whole.control_model.parameters()))
    content = {"seed": SEED, "cases": cases, "published": published}
    (goldens.GOLDENS / "controlnet.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
