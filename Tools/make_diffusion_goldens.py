"""Runs the official U-Nets of diffusion models on seeded parameters and writes what Swift must reproduce.

    python3 Tools/make_diffusion_goldens.py --guided-diffusion DIR --diffusionclip DIR

needs torch and numpy, and checkouts of openai/guided-diffusion and gwang-kim/DiffusionCLIP, whose classes are
imported and not copied. Writes to Tests/Models/NetworksTests/Goldens:

    diffusion_unets.json       for reduced configurations every tap's sums and samples, as make_network_goldens.py
                               keeps them; for published ones the number of tensors and values
    NAME.parameters.txt        one parameter a line of the published configurations

Arithmetic is float64 throughout: the classes' float32 group norms and embeddings' results are widened, the angles
of the embeddings stay float32 as published.
"""

import argparse
import importlib.util
import json
import pathlib
import sys
import types

import numpy
import torch

import make_network_goldens as goldens
import seeded_parameters

SEED = goldens.SEED
SAMPLES = 64
TIMESTEPS = [0.0, 417.0]


def guided_diffusion(folder):
    """The official class, its checkpointing and float32 group norms taken out."""
    for name in ("blobfile", "mpi4py"):
        sys.modules.setdefault(name, types.ModuleType(name))
    sys.modules["mpi4py"].MPI = None
    sys.path.insert(0, str(folder))
    from guided_diffusion import nn, unet

    unet.checkpoint = lambda function, inputs, parameters, flag: function(*inputs)
    nn.GroupNorm32.forward = torch.nn.GroupNorm.forward
    embedding = unet.timestep_embedding
    unet.timestep_embedding = lambda *arguments, **named: embedding(*arguments, **named).double()

    class Double(unet.UNetModel):
        def __init__(self, **arguments):
            super().__init__(**arguments)
            self.dtype = torch.float64

    return Double


def adm(model, size, channels, multipliers, blocks, attention, heads, updown, out=6):
    return model(
        image_size=size,
        in_channels=3,
        model_channels=channels,
        out_channels=out,
        num_res_blocks=blocks,
        attention_resolutions=tuple(size // side for side in attention),
        channel_mult=tuple(multipliers),
        num_head_channels=heads,
        use_scale_shift_norm=True,
        resblock_updown=updown,
    )


def ddpm(folder):
    """The official class with its embedding's result widened."""
    path = pathlib.Path(folder) / "models/ddpm/diffusion.py"
    specification = importlib.util.spec_from_file_location("ddpm_diffusion", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    embedding = module.get_timestep_embedding
    module.get_timestep_embedding = lambda *arguments: embedding(*arguments).double()
    return module.DDPM


def ddpm_model(model, size, channels, multipliers, blocks, attention):
    fields = {
        "model": dict(
            ch=channels, out_ch=3, ch_mult=tuple(multipliers), num_res_blocks=blocks, in_channels=3,
            attn_resolutions=list(attention), dropout=0.0, resamp_with_conv=True, ema=True,
            ema_rate=0.999, var_type="fixedsmall", type="simple",
        ),
        "data": dict(image_size=size),
        "diffusion": dict(num_diffusion_timesteps=1000),
    }
    config = types.SimpleNamespace(**{k: types.SimpleNamespace(**v) for k, v in fields.items()})
    return model(config)


def hooked(network, names, run):
    """The results of some modules."""
    taps = {}
    modules = dict(network.named_modules())
    handles = [
        modules[name].register_forward_hook(lambda _, __, result, name=name: taps.__setitem__(name, result))
        for name in names
    ]
    with torch.no_grad():
        taps["output"] = run()
    for handle in handles:
        handle.remove()
    return taps


def case(network, size, names, timestep):
    goldens.seeded(network)
    network.double()
    image = torch.from_numpy(seeded_parameters.network_input((3, size, size), SEED))[None].double()
    taps = hooked(network, names, lambda: network(image, torch.tensor([timestep])))
    kept = []
    for name, value in taps.items():
        rms = value.square().mean().sqrt()
        assert torch.isfinite(value).all() and rms > 1e-6, name
        kept.append(goldens.summary(name, value, SAMPLES))
    return {"timestep": timestep, "inputShape": [3, size, size], "taps": kept}


def listed(name, network):
    """The parameter list of a published configuration, and its totals."""
    state = network.state_dict()
    lines = [" ".join([key, *map(str, value.shape)]) for key, value in state.items()]
    (goldens.GOLDENS / f"{name}.parameters.txt").write_text("\n".join(lines) + "\n")
    return {"tensors": len(state), "values": sum(value.numel() for value in state.values())}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--guided-diffusion", required=True)
    parser.add_argument("--diffusionclip", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    unet, ho = guided_diffusion(options.guided_diffusion), ddpm(options.diffusionclip)
    reduced = {
        "adm-reduced": (adm(unet, 16, 32, [1, 2], 1, [8], 32, True), 16),
        "adm-reduced-convolutions": (adm(unet, 32, 32, [1, 2, 2], 2, [16, 8], 16, False, out=3), 32),
        "ddpm-reduced": (ddpm_model(ho, 16, 32, [1, 2], 2, [8]), 16),
    }
    content = {"seed": SEED, "cases": {}, "published": {}}
    for name, (network, size) in reduced.items():
        modules = dict(network.named_modules())
        if name.startswith("adm"):
            names = ["time_embed", "middle_block"]
            names += [n for n in modules if n.split(".")[0] in ("input_blocks", "output_blocks") and n.count(".") == 1]
        else:
            names = ["conv_in", "mid.block_2"]
        content["cases"][name] = [case(network, size, names, t) for t in TIMESTEPS]
    with torch.device("meta"):
        content["published"]["adm-ffhq"] = listed(
            "adm-ffhq", adm(unet, 256, 128, [1, 1, 2, 2, 4, 4], 1, [16], 64, True)
        )
        content["published"]["adm-lsun"] = listed(
            "adm-lsun", adm(unet, 256, 256, [1, 1, 2, 2, 4, 4], 2, [32, 16, 8], 64, True)
        )
        content["published"]["ddpm-celebahq"] = listed(
            "ddpm-celebahq", ddpm_model(ho, 256, 128, [1, 1, 2, 2, 4, 4], 2, [16])
        )
    print(json.dumps(content["published"]))
    (goldens.GOLDENS / "diffusion_unets.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
