"""Runs SCA-DM's official classes on seeded parameters and writes what Swift must reproduce.

    python3 Tools/make_scadm_goldens.py --scadm DIR

needs torch, numpy, einops and omegaconf, and a checkout of ErgastiAlex/SCA-DM, whose classes are imported and not
copied. Writes to Tests/Models/NetworksTests/Goldens:

    scadm.json                 for reduced configurations every tap's sums and samples, as make_network_goldens.py
                               keeps them; for the published ones the number of tensors, values and
                               operations
    NAME.parameters.txt        one parameter a line of the published configurations

Arithmetic is float64 throughout: the classes' float32 group norms and embeddings' results are widened. The U-Net's
refusal of codes of any width but 1280 is taken out.
"""

import argparse
import json
import pathlib
import sys
import types

import numpy
import torch
from torch.utils.flop_counter import FlopCounterMode

import make_diffusion_goldens as diffusion
import make_network_goldens as goldens
import seeded_parameters

SEED = goldens.SEED
SAMPLES = 32
CLASSES = 19


def label_map(size):
    """The drawing of Swift's tests: blocks of classes 0 … 16, the last two absent."""
    rows, columns = numpy.indices((size, size))
    labels = (rows * 5 // 23 + columns * 3 // 17) % 17
    return torch.nn.functional.one_hot(torch.from_numpy(labels), CLASSES).permute(2, 0, 1)[None].double()


def official(folder):
    """The U-Net and the style encoder."""
    sys.path.insert(0, str(folder))
    from ldm.modules import attention
    from ldm.modules.diffusionmodules import styleenc, util

    name = "ldm.modules.diffusionmodules.openaimodel"
    source = (pathlib.Path(folder) / (name.replace(".", "/") + ".py")).read_text()
    refusal = "assert context_dim==1280"
    assert source.count(refusal) == 1
    unet = types.ModuleType(name)
    exec(compile(source.replace(refusal, "assert context_dim"), name, "exec"), unet.__dict__)
    direct = lambda function, inputs, parameters, flag: function(*inputs)
    unet.checkpoint = attention.checkpoint = direct
    util.GroupNorm32.forward = torch.nn.GroupNorm.forward
    embedding = unet.timestep_embedding
    unet.timestep_embedding = lambda *arguments, **named: embedding(*arguments, **named).double()
    return unet.UNetModel, styleenc.MultiScaleEffStyleEncoder


def unet_model(model, size, channels, multipliers, blocks, attention, heads, context, masked=True):
    return model(
        image_size=size,
        in_channels=3,
        out_channels=3,
        model_channels=channels,
        attention_resolutions=[size // side for side in attention],
        num_res_blocks=blocks,
        channel_mult=list(multipliers),
        num_head_channels=heads,
        use_spatial_transformer=True,
        context_dim=context,
        num_classes=CLASSES,
        use_mask_attn=masked,
    )


def first(value):
    """A module's result without the attention's logits beside it."""
    return value[0] if isinstance(value, tuple) else value


def as_map(value):
    """Tokens as Swift has them, [D, T, 1]."""
    return value.transpose(1, 2)[..., None] if value.dim() == 3 else value


def kept(taps, shaped):
    summaries = []
    for name, value in taps.items():
        value = shaped(name, first(value))
        assert torch.isfinite(value).all() and value.square().mean() > 1e-12, name
        summaries.append(goldens.summary(name, value.contiguous(), SAMPLES))
    return summaries


def unet_case(model, timestep, masked, conditioned):
    network = unet_model(model, 16, 32, [1, 2], 1, [8], 16, 48, masked)
    goldens.seeded(network)
    network.double()
    network.dtype = torch.float64
    image = torch.from_numpy(seeded_parameters.network_input((3, 16, 16), SEED))[None].double()
    codes = torch.from_numpy(seeded_parameters.network_input((48, CLASSES, 1), SEED))[None, :, :, 0]
    codes = codes.transpose(1, 2).double() * conditioned
    labels = label_map(64) * conditioned
    names = ["time_embed", "input_blocks.3.1.transformer_blocks.0.attn2", "middle_block.0.in_norm"]
    names += ["middle_block.0", "middle_block.1", "middle_block"]
    names += [f"input_blocks.{k}" for k in range(4)] + [f"output_blocks.{k}" for k in range(4)]
    run = lambda: network(image, torch.tensor([timestep]), context=codes, y=labels)
    taps = diffusion.hooked(network, names, run)
    return {
        "timestep": timestep,
        "isMasked": masked,
        "isConditioned": conditioned,
        "taps": kept(taps, lambda name, value: as_map(value)),
    }


def style_case(model):
    network = model(num_downsample=3, num_upsample=2, num_feat=2, output_dim=16)
    goldens.seeded(network)
    network.double()
    image = torch.from_numpy(seeded_parameters.network_input((3, 64, 64), SEED))[None].double()
    names = ["Encoder.first_layer"] + [f"Encoder.enc_layer_{k}" for k in range(3)]
    names += [f"{part}_{k}" for part in ("Decoder.dec_layer", "out.out") for k in range(2)]

    def shaped(name, value):
        if name.startswith("out."):
            value = value.reshape(1, CLASSES, -1)
        return as_map(value)

    return kept(diffusion.hooked(network, names, lambda: network(image, label_map(64))), shaped)


def operations(run):
    """Two for every multiply-add, of the whole and of modules by their last name."""
    with torch.no_grad(), FlopCounterMode(display=False, depth=None) as counter:
        run()
    counts = {name: sum(kinds.values()) for name, kinds in counter.get_flop_counts().items()}
    ending = lambda *ends: sum(count for name, count in counts.items() if name.endswith(ends))
    return {
        "operations": counts["Global"],
        "normOperations": ending("in_norm", "out_norm"),
        "crossAttentionOperations": ending("attn2"),
        "crossValueOperations": ending("attn2.to_v"),
    }


def published(unet, style):
    zeros = torch.zeros
    with torch.device("meta"):
        network = unet_model(unet, 64, 224, [1, 2, 3, 4], 2, [32, 16, 8], 32, 1280)
        inputs = zeros(1, 3, 64, 64), zeros(1), zeros(1, CLASSES, 1280), zeros(1, CLASSES, 256, 256)
        totals = {"sca-dm-unet": diffusion.listed("sca-dm-unet", network) | operations(lambda: network(*inputs))}
    # It builds a tensor of counts, which the meta device cannot.
    encoder = style(num_downsample=6, num_upsample=5)
    inputs = zeros(1, 3, 256, 256), label_map(256).float()
    totals["sca-dm-style"] = diffusion.listed("sca-dm-style", encoder) | operations(lambda: encoder(*inputs))
    return totals


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scadm", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    unet, style = official(options.scadm)
    content = {"seed": SEED, "style": style_case(style)}
    content["unet"] = [
        unet_case(unet, *arguments)
        for arguments in [(0.0, True, True), (417.0, True, True), (417.0, True, False), (417.0, False, True)]
    ]
    content["published"] = published(unet, style)
    print(json.dumps(content["published"]))
    (goldens.GOLDENS / "scadm.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
