"""Makes a small checkpoint as PyTorch Lightning writes it, in both of torch's formats.

    python3 Tools/make_lightning_goldens.py

needs torch, numpy and omegaconf; made with torch 2.15.0, numpy 2.4.6, omegaconf 2.4.0. Writes
lightning_zip.pth and lightning_legacy.pth to Tests/Models/CheckpointsTests/Goldens: a latent diffusion model of a few
numbers (a U-Net of ones and its averages of twos, an encoder of threes, an autoencoder of fours) with what
Lightning keeps beside it: a class as a key, NumPy's numbers, AdamW's state, a configuration.
"""

import collections
import pathlib
import sys
import types

import numpy
import omegaconf
import torch

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "Tests/Models/CheckpointsTests/Goldens"
SCHEDULE = [
    "betas", "alphas_cumprod", "alphas_cumprod_prev", "sqrt_alphas_cumprod",
    "sqrt_one_minus_alphas_cumprod", "log_one_minus_alphas_cumprod", "sqrt_recip_alphas_cumprod",
    "sqrt_recipm1_alphas_cumprod", "posterior_variance", "posterior_log_variance_clipped",
    "posterior_mean_coef1", "posterior_mean_coef2",
]  # fmt: skip
UNET = {"input_blocks.0.0.weight": (2, 1), "out.2.bias": (2,), "label_emb.weight": (1, 2)}


def state():
    """The names that the published files have, in the order of the module."""
    tensors = collections.OrderedDict((name, torch.zeros(2)) for name in SCHEDULE)
    for name, shape in UNET.items():
        tensors[f"model.diffusion_model.{name}"] = torch.ones(shape)
    tensors["model_ema.decay"] = torch.tensor(0.9999)
    tensors["model_ema.num_updates"] = torch.tensor(7, dtype=torch.int)
    for name, shape in UNET.items():
        stripped = f"diffusion_model.{name}".replace(".", "")
        tensors[f"model_ema.{stripped}"] = torch.full(shape, 2.0)
    tensors["cond_stage_model.transformer.token_emb.weight"] = torch.full((2, 2), 3.0)
    tensors["cond_stage_model.transformer.to_logits.weight"] = torch.full((2, 2), 3.0)
    tensors["first_stage_model.quant_conv.bias"] = torch.full((2,), 4.0)
    return tensors


def callback_class():
    """A class of Lightning's by name; pickles hold no more of a class."""
    name = "pytorch_lightning.callbacks.model_checkpoint"
    module = types.ModuleType(name)
    found = type("ModelCheckpoint", (), {"__module__": name})
    module.ModelCheckpoint = found
    for depth in range(1, 3):
        parent = ".".join(name.split(".")[:depth])
        sys.modules[parent] = types.ModuleType(parent)
    sys.modules[name] = module
    return found


def checkpoint():
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.AdamW([weight], lr=1e-4)
    weight.sum().backward()
    optimizer.step()
    score = numpy.float64(0.25)
    return {
        "epoch": 235,
        "global_step": 7,
        "pytorch-lightning_version": "1.4.2",
        "state_dict": state(),
        "callbacks": {
            callback_class(): {"monitor": "val/loss", "best_model_score": score, "current_score": None}
        },
        "optimizer_states": [optimizer.state_dict()],
        "lr_schedulers": [{"last": numpy.array([1.0]), "dtype": numpy.dtype("float32")}],
        "hyper_parameters": omegaconf.OmegaConf.create({"model": {"sizes": [1, 2], "scale": 0.5}}),
    }


if __name__ == "__main__":
    value = checkpoint()
    torch.save(value, GOLDENS / "lightning_zip.pth")
    torch.save(value, GOLDENS / "lightning_legacy.pth", _use_new_zipfile_serialization=False)
