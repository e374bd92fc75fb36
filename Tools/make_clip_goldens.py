"""Runs CLIP's towers on seeded parameters and writes what Swift must reproduce.

    python3 Tools/make_clip_goldens.py [--full] [NETWORK ...]

needs torch, torchvision and numpy; where clip-anytorch is installed, OpenAI's own classes serve as a
second opinion. Writes `<network>.parameters.txt` of the published size and `<network>.json` as
make_network_goldens.py does, which says what they hold. Names are those of the image towers, and of
the text towers with `-text` behind.

One model of each kind is run at its published size. The others are run with the same code and smaller
extents (REDUCED), so that goldens stay small and tests quick; `--full` runs them at full size and
writes `<network>.full.json`, which is not committed: Swift reads it from the folder that
EVALKIT_GOLDENS names.

Taps of tokens `[T, D]` are written as maps `[D, T, 1]`.
"""

import argparse
import importlib.util
import os
import pathlib

import numpy
import torch

import make_network_goldens as goldens
import seeded_parameters
from reference_networks import clip

# Those that a full-size golden is committed for.
FULL = ("clip-vit-b32", "clip-rn50", "clip-vit-b32-text")

# embedding, image size, vision width, layers, patch, text width; beside them text layers, context and
# vocabulary. Widths are multiples of 64 (heads), sizes give more tokens than any tile has rows.
REDUCED = {
    "clip-vit-b16": (40, 224, 192, 2, 16, None),
    "clip-vit-l14": (48, 126, 256, 3, 14, None),
    "clip-vit-l14-336": (56, 140, 192, 2, 14, None),
    "clip-rn101": (40, 64, 16, (1, 1, 4, 1), None, None),
    "clip-rn50x4": (48, 96, 20, (2, 1, 1, 1), None, None),
    "clip-rn50x16": (56, 128, 24, (1, 2, 1, 1), None, None),
    "clip-rn50x64": (64, 64, 32, (1, 1, 2, 1), None, None),
    "clip-vit-b16-text": (40, None, None, None, None, 64),
    "clip-vit-l14-text": (48, None, None, None, None, 192),
    "clip-vit-l14-336-text": (56, None, None, None, None, 128),
    "clip-rn50-text": (72, None, None, None, None, 128),
    "clip-rn101-text": (40, None, None, None, None, 64),
    "clip-rn50x4-text": (48, None, None, None, None, 320),
    "clip-rn50x16-text": (56, None, None, None, None, 192),
    "clip-rn50x64-text": (64, None, None, None, None, 256),
}
REDUCED_TEXT = (3, 77, 500)

# Factor on every weight of two axes or more, at full size. Residual branches add to the signal: with
# weights of gain 1 it doubles at every block of a ResNet, and the attention pool's logits, which are
# quadratic in it, would make the softmax a hard choice of one pixel. The few blocks of the reduced
# ones leave it moderate.
GAINS = {name: 0.5 for name in clip.CONFIGURATIONS if "-rn" in name}

# Ends of the texts of a run.
LENGTHS = (45, 76)

# tensors in the state dict, trainable values
TOTALS = {
    "clip-vit-b32": (152, 87_849_216),
    "clip-vit-b16": (152, 86_192_640),
    "clip-vit-l14": (296, 303_966_208),
    "clip-vit-l14-336": (296, 304_293_888),
    "clip-rn50": (339, 38_316_896),
    "clip-rn101": (645, 56_259_936),
    "clip-rn50x4": (519, 87_137_080),
    "clip-rn50x16": (771, 167_328_912),
    "clip-rn50x64": (1203, 420_380_352),
    "clip-vit-b32-text": (149, 63_428_096),
    "clip-vit-b16-text": (149, 63_428_096),
    "clip-vit-l14-text": (149, 123_650_304),
    "clip-vit-l14-336-text": (149, 123_650_304),
    "clip-rn50-text": (149, 63_690_240),
    "clip-rn101-text": (149, 63_428_096),
    "clip-rn50x4-text": (149, 91_163_520),
    "clip-rn50x16-text": (149, 123_650_304),
    "clip-rn50x64-text": (149, 202_877_952),
}


def is_text(name):
    return name.endswith("-text")


def model_of(name):
    return name.removesuffix("-text")


def network(name, reduced):
    """A tower of the published or the reduced size."""
    if not is_text(name):
        return clip.CLIPImageTower(name, REDUCED[name] if reduced else None)
    if not reduced:
        return clip.CLIPTextTower(model_of(name))
    return clip.CLIPTextTower(model_of(name), REDUCED[name], *REDUCED_TEXT)


def tokens_of(length, vocabulary, context):
    """Start, seeded words, end at position `length`, zeros behind, as the tokenizer pads."""
    units = seeded_parameters.unit_values("input", context, goldens.SEED).astype(numpy.float64)
    tokens = numpy.floor(units * (vocabulary - 2)).astype(numpy.int64)
    tokens[0] = vocabulary - 2
    tokens[length] = vocabulary - 1
    tokens[length + 1 :] = 0
    return tokens


def inputs(name, reduced):
    """What the tower is run on: pairs of the tokens, or none, and the tensor."""
    if not is_text(name):
        size = (REDUCED[name] if reduced else clip.CONFIGURATIONS[name])[1]
        array = seeded_parameters.network_input((3, size, size), goldens.SEED)
        return [(None, torch.from_numpy(array)[None])]
    layers, context, vocabulary = (
        REDUCED_TEXT if reduced else (clip.TEXT_LAYERS, clip.CONTEXT, clip.VOCABULARY)
    )
    rows = [tokens_of(length, vocabulary, context) for length in LENGTHS]
    return [(row.tolist(), torch.from_numpy(row)[None]) for row in rows]


def planar(value):
    """Tokens `[1, T, D]` as a map `[1, D, T, 1]`."""
    return value.transpose(1, 2).unsqueeze(-1) if value.ndim == 3 else value


def run_case(name, tower, tokens, value, samples):
    """Taps of one input in float64, with a table of their scale."""
    print(name, list(value.shape))
    with torch.no_grad():
        single = tower.float().run(value)
        taps = tower.double().run(value if tokens else value.double())
    kept = []
    for tap, result in taps.items():
        rms = result.square().mean().sqrt()
        nmse = (single[tap] - result).square().sum() / result.square().sum()
        assert torch.isfinite(result).all() and rms > 1e-6, tap
        print(f"  {tap:14} {str(list(result.shape[1:])):18} rms {rms:8.3g}  float32 NMSE {nmse:8.1e}")
        kept.append(goldens.summary(tap, planar(result), samples))
    case = {"inputShape": list(value.shape[1:]), "taps": kept}
    return case | ({"tokens": tokens} if tokens else {})


def openai_output(name, tower, reduced, value):
    """The output by OpenAI's own classes for the same parameters, or None."""
    package = importlib.util.find_spec("clip")
    if package is None:
        return None
    # The package itself asks for more than its model needs.
    path = pathlib.Path(package.origin).parent / "model.py"
    specification = importlib.util.spec_from_file_location("openai_clip_model", path)
    openai = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(openai)
    # Their layer norm computes in float32 whatever it is given.
    openai.LayerNorm.forward = torch.nn.LayerNorm.forward
    embedding, size, width, layers, patch, text_width = (
        REDUCED[name] if reduced else clip.CONFIGURATIONS[model_of(name)]
    )
    text_layers, context, vocabulary = (
        REDUCED_TEXT if reduced else (clip.TEXT_LAYERS, clip.CONTEXT, clip.VOCABULARY)
    )
    if is_text(name):
        size, width, layers, patch = 32, 64, 1, 32
    else:
        text_width, text_layers, vocabulary = 64, 1, 8
    whole = openai.CLIP(
        embedding, size, layers, width, patch, context, vocabulary, text_width, text_width // 64,
        text_layers,
    )
    result = whole.load_state_dict(tower.state_dict(), strict=False)
    assert not result.unexpected_keys, result.unexpected_keys
    with torch.no_grad():
        whole = whole.eval().double()
        return whole.encode_text(value) if is_text(name) else whole.encode_image(value.double())


def make(name, full, folder):
    """Writes the parameter list and a golden on seeded parameters."""
    reduced = name in REDUCED and not full
    published = network(name, reduced=False)
    gain = 1 if reduced else GAINS.get(name, 1)
    suffix = ".full" if name in REDUCED and full else ""
    golden = goldens.header(name, "--full " if suffix else "", published)
    golden["command"] = golden["command"].replace("make_network", "make_clip")
    assert (golden["tensors"], golden["trainable"]) == TOTALS[name], golden
    state = published.state_dict()
    lines = [" ".join([key, *map(str, value.shape)]) for key, value in state.items()]
    if not suffix:
        (folder / f"{name}.parameters.txt").write_text("\n".join(lines) + "\n")
    tower = goldens.seeded(network(name, reduced) if reduced else published, gain)
    golden |= {"gain": gain, "cases": []}
    # What is not committed may be large.
    samples = 4096 if full else 64 if reduced else 32
    for tokens, value in inputs(name, reduced):
        golden["cases"].append(run_case(name, tower, tokens, value, samples))
        theirs = openai_output(name, tower, reduced, value)
        if theirs is None:
            print("  no second opinion")
            continue
        error = (theirs - tower.taps["output"]).norm() / theirs.norm()
        # Sums of thousands of float64 products in another order.
        assert error < 1e-12, f"{name}: OpenAI's class differs by {error}"
        print(f"  second opinion differs by {float(error):.1e}")
    goldens.write(f"{name}{suffix}.json", golden, folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("networks", nargs="*", default=list(TOTALS), metavar="NETWORK")
    options = parser.parse_args()
    target = pathlib.Path(os.environ.get("EVALKIT_GOLDENS", goldens.GOLDENS))
    for network_name in options.networks:
        make(network_name, options.full, target)
