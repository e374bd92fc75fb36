"""Makes checkpoints of diffusion models in every wrapper that repositories save them in.

    python3 Tools/make_diffusion_checkpoint_goldens.py

needs torch; made with torch 2.15.0. Writes to Tests/Models/ModelsTests/Goldens, with the names and shapes that
make_diffusion_goldens.py lists. Every tensor is one stored zero that is repeated, so files are small:

    ffhq_10m.pt       a state dict, as openai/guided-diffusion and jychoi118/ilvr_adm save it
    celeba_hq.ckpt    a state dict, as ermongroup/SDEdit and pesser/pytorch_diffusion save it, in the old format
    states.pth        ermongroup/ddim's own: a list of weights, optimizer, epoch, step and averaged weights
    wrapped.pth       a state dict inside another dictionary under a name that nobody expects
    t500_pairs.pth    gwang-kim/DiffusionCLIP's precomputed latents: a list of lists of tensors
    ddpm-small.ckpt   the weights of another configuration
"""

import pathlib

import torch

MODELS = pathlib.Path(__file__).resolve().parent.parent / "Tests/Models"
GOLDENS = MODELS / "ModelsTests/Goldens"


def state(name, prefix=""):
    base = torch.zeros(1)
    lines = (MODELS / f"NetworksTests/Goldens/{name}.parameters.txt").read_text().splitlines()
    fields = [line.split() for line in lines]
    return {prefix + key: base.expand([int(extent) for extent in shape]) for key, *shape in fields}


def save(file, value, **options):
    torch.save(value, GOLDENS / file, **options)


def small():
    """The published names with the first convolution of 64 channels in place of 128."""
    weights = state("ddpm-celebahq")
    weights["conv_in.weight"] = torch.zeros(1).expand(64, 3, 3, 3)
    return weights


GOLDENS.mkdir(exist_ok=True)
save("ffhq_10m.pt", state("adm-ffhq"))
save("celeba_hq.ckpt", state("ddpm-celebahq"), _use_new_zipfile_serialization=False)
optimizer = {"state": {}, "param_groups": [{"lr": 2e-5, "params": [0, 1]}]}
save("states.pth", [state("ddpm-celebahq", "module."), optimizer, 7, 1200, state("ddpm-celebahq")])
save("wrapped.pth", {"unet": state("ddpm-celebahq"), "step": 12})
pair = [torch.zeros(1).expand(1, 3, 4, 4) for _ in range(3)]
save("t500_pairs.pth", [list(pair) for _ in range(5)])
save("ddpm-small.ckpt", small())
