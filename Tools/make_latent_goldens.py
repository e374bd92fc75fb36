"""Runs the official networks of latent diffusion on seeded parameters and writes what Swift must reproduce.

    python3 Tools/make_latent_goldens.py --collaborative DIR

needs torch, numpy, einops and omegaconf, and a checkout of ziqihuangg/Collaborative-Diffusion, whose classes are
imported and not copied; they are latent diffusion's own. Writes Tests/Models/NetworksTests/Goldens/latent_networks.json:

    cases       for reduced configurations every tap's sums and samples, as make_network_goldens.py keeps them
    published   for published configurations the number of tensors and values, and 64-bit FNV-1a of their sorted
                lines "name extent extent ..."

The classes around encoder and decoder want Lightning and taming-transformers, so `Autoencoder` puts the parts together.
Arithmetic is float64 throughout: float32 group norms and embeddings' results are widened, the angles of the embeddings
stay float32 as published. Printed is how far PyTorch's own float32 pass strays (NMSE).
"""

import argparse
import json
import sys
import types

import torch
from torch import nn

import make_network_goldens as goldens
import seeded_parameters
from reference_networks import diffusion

SEED = goldens.SEED
SAMPLES = 32


def load(folder):
    """The official modules, their checkpointing and float32 group norms taken out."""
    model, openaimodel = diffusion.latent_modules(folder)
    from ldm.modules.diffusionmodules import util
    from ldm.modules.encoders import modules

    util.GroupNorm32.forward = torch.nn.GroupNorm.forward
    embedding = openaimodel.timestep_embedding
    openaimodel.timestep_embedding = lambda times, *arguments, **named: embedding(times, *arguments, **named).type(
        times.dtype
    )
    return model, openaimodel.UNetModel, modules


class Quantizer(nn.Module):
    """The nearest code of each pixel by |z|^2 + |e|^2 - 2 z e."""

    def __init__(self, codes, width):
        super().__init__()
        self.embedding = nn.Embedding(codes, width)

    def forward(self, latent):
        table = self.embedding.weight
        pixels = latent.permute(0, 2, 3, 1).reshape(-1, table.shape[1])
        lengths = pixels.square().sum(1, keepdim=True) + table.square().sum(1)
        distances = lengths - 2 * pixels @ table.T
        best = distances.topk(2, largest=False).values
        assert (best[:, 1] - best[:, 0]).min() > 1e-5
        codes = table[distances.argmin(1)]
        return codes.reshape(latent.shape[0], *latent.shape[2:], -1).permute(0, 3, 1, 2)


class Autoencoder(nn.Module):
    """AutoencoderKL or VQModelInterface without training."""

    def __init__(self, model, channels, multipliers, blocks, z, size, inputs=3, variational=True, codes=0, **other):
        super().__init__()
        fields = dict(
            ch=channels, out_ch=inputs, ch_mult=multipliers, num_res_blocks=blocks, attn_resolutions=[],
            in_channels=inputs, resolution=size, z_channels=z, double_z=variational, **other,
        )
        self.encoder = model.Encoder(**fields)
        self.decoder = model.Decoder(**fields)
        width = 2 * z if variational else z
        self.quant_conv = nn.Conv2d(width, width, 1)
        self.post_quant_conv = nn.Conv2d(z, z, 1)
        if codes:
            self.quantize = Quantizer(codes, z)

    def encode(self, image):
        return self.quant_conv(self.encoder(image))

    def decode(self, latent):
        if hasattr(self, "quantize"):
            latent = self.quantize(latent)
        return self.decoder(self.post_quant_conv(latent))


def unet(model, channels, out, multipliers, blocks, levels, context, latent=3, size=64, **heads):
    return model(
        image_size=size, in_channels=latent, model_channels=channels, out_channels=out, num_res_blocks=blocks,
        attention_resolutions=[2**level for level in levels], channel_mult=multipliers, use_spatial_transformer=True,
        transformer_depth=1, context_dim=context, legacy=False, **heads,
    )


def planar(value):
    """Tokens [1, T, D] as [1, D, T, 1]."""
    return value.transpose(1, 2).unsqueeze(-1) if value.ndim == 3 else value


def seeded_input(shape, seed=SEED):
    return torch.from_numpy(seeded_parameters.network_input(shape, seed))[None]


def tapped(network, names, run):
    """The results of some modules, by the name that Swift gives them."""
    taps = {}
    modules = dict(network.named_modules())
    handles = [
        modules[name].register_forward_hook(lambda _, __, result, tap=tap: taps.__setitem__(tap, result))
        for name, tap in names.items()
    ]
    with torch.no_grad():
        taps["output"] = run()
    for handle in handles:
        handle.remove()
    return {tap: planar(value) for tap, value in taps.items()}


def case(title, network, names, run, **inputs):
    """Taps in float64; `run` is given the type of numbers."""
    single = tapped(goldens.seeded(network).float(), names, lambda: run(torch.float32))
    wide = tapped(network.double(), names, lambda: run(torch.float64))
    kept, strays = [], {}
    for tap, value in wide.items():
        rms = value.square().mean().sqrt()
        assert torch.isfinite(value).all() and rms > 1e-6, tap
        strays[tap] = float((single[tap] - value).square().sum() / value.square().sum())
        kept.append(goldens.summary(tap, value, SAMPLES))
    worst = max(strays, key=strays.get)
    print(f"{title}: {len(kept)} taps, float32 NMSE at most {strays[worst]:.1e} at {worst}")
    return inputs | {"taps": kept}


def same(names):
    return {name: name for name in names}


def blocks_of(network, part):
    """Modules of an encoder or decoder that Swift taps."""
    modules = dict(network.named_modules())
    names = [n for n in modules if n.startswith(part + ".") and not isinstance(modules[n], nn.Identity)]
    wanted = ("conv_in", "downsample", "upsample", "block_1", "attn_1", "block_2")
    return same(
        name for name in names if name.split(".")[-1] in wanted or name.split(".")[-2:-1] == ["block"]
    )


def autoencoder_cases(title, network, size, fold=1, latent=(3, 8, 8)):
    def encode(kind):
        image = seeded_input((3, size, size)).type(kind)
        return network.encode(nn.functional.pixel_unshuffle(image, fold))

    def decode(kind):
        return nn.functional.pixel_shuffle(network.decode(seeded_input(latent).type(kind)), fold)

    encoder, decoder = blocks_of(network, "encoder"), blocks_of(network, "decoder")
    if hasattr(network, "quantize"):
        decoder["quantize"] = "quantize"
    return {
        f"{title}-encoder": [case(f"{title} encoder", network, encoder, encode, inputShape=[3, size, size])],
        f"{title}-decoder": [case(f"{title} decoder", network, decoder, decode, inputShape=list(latent))],
    }


def unet_case(title, network, size, tokens, context, timestep, latent=3):
    modules = [name for name, _ in network.named_modules()]
    names = ["time_embed", "middle_block"]
    names += [n for n in modules if n.split(".")[0] in ("input_blocks", "output_blocks") and n.count(".") == 1]
    first = next(name for name in modules if name.endswith(".transformer_blocks.0"))
    names += [first.rsplit(".", 2)[0] + ".norm"] + [f"{first}.{part}" for part in ("attn1", "attn2", "ff")]

    def run(kind):
        network.dtype = kind
        image = seeded_input((latent, size, size)).type(kind)
        text = seeded_input((context, tokens), SEED + 1).transpose(1, 2).type(kind)
        return network(image, torch.tensor([timestep], dtype=kind), text)

    shapes = dict(timestep=timestep, inputShape=[latent, size, size], contextShape=[context, tokens, 1])
    return case(title, network, same(names), run, **shapes)


def text_case(title, network, tokens):
    count = len([name for name in dict(network.named_modules()) if name.endswith(".1.net")])
    # The residual sum of a layer is what the next one normalizes.
    names = {f"transformer.attn_layers.layers.{2 * layer + 1}.2": f"layers.{layer}" for layer in range(count)}

    def run(kind):
        return network(torch.tensor([tokens]))

    return case(title, network, names, run, inputShape=[len(tokens)], tokens=tokens)


def listed(network, ignored=()):
    """What a checkpoint holds: all of it, and without what no result needs."""
    state = {key: list(value.shape) for key, value in network.state_dict().items()}
    lines = sorted(" ".join([key, *map(str, shape)]) for key, shape in state.items() if not key.startswith(ignored))
    values = sum(value.numel() for value in network.state_dict().values())
    digest = seeded_parameters.fowler_noll_vo("\n".join(lines))
    return {"tensors": len(state), "values": values, "asked": len(lines), "digest": f"{digest:016x}"}


def published(model, unet_model, modules):
    """Listings of the published configurations, without memory for their values."""
    widths = (1, 2, 3, 5)
    with torch.device("meta"):
        return {
            "kl-f4": listed(Autoencoder(model, 128, (1, 2, 4), 2, 3, 256)),
            "kl-f8": listed(Autoencoder(model, 128, (1, 2, 4, 4), 2, 3, 512)),
            "vq-f4": listed(Autoencoder(model, 128, (1, 2, 4), 2, 3, 256, variational=False, codes=8192)),
            "ldm-collaborative": listed(unet(unet_model, 192, 3, widths, 2, [1, 2, 3], 640, num_heads=32)),
            "dynamic-diffuser": listed(unet(unet_model, 32, 1, widths, 2, [1, 2, 3], 640, num_heads=32)),
            "stable-diffusion": listed(
                unet(unet_model, 320, 4, (1, 2, 4, 4), 2, [0, 1, 2], 768, latent=4, num_heads=8)
            ),
            "bert-text": listed(
                modules.BERTEmbedder(640, 32, use_tokenizer=False), ignored=("transformer.to_logits.",)
            ),
            "mask-encoder": listed(mask_encoder(modules)),
        }


def mask_encoder(modules):
    target = "ldm.modules.encoders.modules.PassSegMaskEncoder"
    return modules.SegMaskEncoder(dict(target=target, params={}))


def mask_case(network):
    def run(kind):
        network.seg_mask_encoder = nn.Identity()
        return network(seeded_input((1024, 19)).transpose(1, 2).type(kind))

    return case("mask encoder", network, {}, run, inputShape=[1024, 19, 1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--collaborative", required=True, metavar="DIR")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, unet_model, modules = load(options.collaborative)
    cases = autoencoder_cases("kl", Autoencoder(model, 32, (1, 2, 4), 2, 3, 32), 32)
    vector = Autoencoder(model, 32, (1, 2), 1, 3, 16, variational=False, codes=300)
    cases |= autoencoder_cases("vq", vector, 16)
    norm = model.Normalize
    model.Normalize = lambda channels: norm(channels, num_groups=16)
    compact = Autoencoder(model, 32, (1, 2), 1, 4, 64, inputs=12, attn_type="none")
    model.Normalize = norm
    cases |= autoencoder_cases("compact", compact, 32, fold=2, latent=(4, 8, 8))
    # Heads of 2, 3 and 5 channels, as the diffusers have; and heads of a fixed width.
    counted = unet(unet_model, 32, 1, (1, 2, 3, 5), 1, [1, 2, 3], 40, num_heads=32)
    fixed = unet(unet_model, 32, 4, (1, 2), 2, [1], 24, latent=4, num_head_channels=16)
    cases["counted-heads"] = [unet_case("counted heads", counted, 16, 19, 40, time) for time in (0.0, 417.0)]
    cases["fixed-heads"] = [unet_case("fixed heads", fixed, 8, 77, 24, 981.0, latent=4)]
    text = modules.BERTEmbedder(48, 2, vocab_size=60, max_seq_len=9, use_tokenizer=False)
    cases["text"] = [
        text_case("text", text, tokens) for tokens in ([11, 42, 7, 59, 12, 0, 0, 0, 0], [11, 42, 7, 59, 12, 3, 0, 0, 0])
    ]
    cases["mask-encoder"] = [mask_case(mask_encoder(modules))]
    compact_size = sum(parameter.numel() for parameter in compact.parameters())
    content = {"seed": SEED, "compactValues": compact_size, "cases": cases}
    content["published"] = published(model, unet_model, modules)
    print(json.dumps(content["published"], indent=1), compact_size)
    (goldens.GOLDENS / "latent_networks.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
