"""Writes a folder of weights under their published names, for measurements of speed.

    python3 Tools/bench_weights.py --fixtures DIR OUTPUT

Real where the fixtures have them (the trunk of FID's Inception, AlexNet's trunk, LPIPS's heads), seeded
elsewhere; the numbers that come out compare one program with another on the same files and mean nothing
else. Files and containers are those of the published ones, down to classifiers that nobody uses and to
CLIP's half-precision matrices, so that opening and binding them costs what it costs a user.
"""

import argparse
import pathlib
import shutil

import torch
from torch import nn

import seeded_parameters
from bench_pytorch import SEED
from reference_networks import NETWORKS
from reference_networks.clip import CLIPImageTower, CLIPTextTower

# Powers of two that keep PReLU networks from doubling their signal at every layer; see
# Tools/make_network_goldens.py.
GAINS = {"ir-se50": 0.5}


def seeded_state(network, gain=1):
    """A state dict of seeded values."""
    state = {}
    for key, value in network.state_dict().items():
        values = torch.from_numpy(seeded_parameters.parameter(key, tuple(value.shape), SEED))
        if key.endswith("weight") and values.ndim >= 2:
            values *= gain
        state[key] = values.to(value.dtype)
    return state


def clip_state(name):
    """Both towers of a CLIP model, matrices in half precision as OpenAI's files have them."""
    state = seeded_state(CLIPImageTower(name)) | seeded_state(CLIPTextTower(name))
    state["logit_scale"] = torch.tensor(4.6052)
    matrices = ("weight", "in_proj_weight", "proj", "text_projection")
    for key, value in state.items():
        is_embedding = key in ("token_embedding.weight", "visual.positional_embedding")
        if key.rsplit(".", 1)[-1] in matrices and value.ndim >= 2 and not is_embedding:
            state[key] = value.half()
    return state


def write(fixtures, output):
    """Writes every file that is not there yet."""
    weights = fixtures / "weights"

    def inception():
        state = torch.load(weights / "inception_fid_real92of94.pth", weights_only=True)
        return state | {
            key: torch.from_numpy(seeded_parameters.parameter(key, shape, SEED))
            for key, shape in {"fc.weight": (1008, 2048), "fc.bias": (1008,)}.items()
        }

    def alexnet():
        classifier = nn.ModuleDict()
        for position, shape in {"1": (9216, 4096), "4": (4096, 4096), "6": (4096, 1000)}.items():
            classifier[position] = nn.Linear(*shape)
        state = seeded_state(nn.ModuleDict({"classifier": classifier}))
        return torch.load(weights / "alexnet_features.pth", weights_only=True) | state

    files = {
        "pt_inception-2015-12-05-6726825d.pth": inception,
        "alexnet-owt-7be5be79.pth": alexnet,
        "model_ir_se50.pth": lambda: seeded_state(NETWORKS["ir-se50"](), GAINS["ir-se50"]),
        "79999_iter.pth": lambda: seeded_state(NETWORKS["bisenet"]()),
        "ViT-B-32.pt": lambda: clip_state("clip-vit-b32"),
    }
    output.mkdir(parents=True, exist_ok=True)
    for name, make in files.items():
        path = output / name
        if not path.exists():
            part = path.with_suffix(".part")
            torch.save(make(), part)
            part.rename(path)
    heads = output / "lpips_v0.1" / "alex.pth"
    if not heads.exists():
        heads.parent.mkdir(exist_ok=True)
        shutil.copy(weights / "lpips_v0.1" / "alex.pth", heads)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fixtures", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    write(options.fixtures, options.output)
