#!/usr/bin/env python3
"""Extracts FID's features with PyTorch, on a GPU where there is one; evalkit computes the scores.

    python3 Examples/pytorch_features.py real real.npz
    python3 Examples/pytorch_features.py fake fake.npz
    evalkit score --reference real.npz --generated fake.npz --metrics fid,kid --features-by pytorch-fid

Needs torch, torchvision, pillow and pytorch-fid. The images of a folder have one size. The features are those
of `evalkit score --fid-mode pytorch-fid` up to rounding, and the ids are the file names without extension.
"""
import pathlib
import sys

import numpy as np
import torch
from PIL import Image
from pytorch_fid.inception import InceptionV3


def read(path):
    """An image as [3, H, W] in 0 … 1."""
    return torch.from_numpy(np.array(Image.open(path).convert("RGB"), dtype=np.float32) / 255).permute(2, 0, 1)


@torch.inference_mode()
def main(folder, output, batch=50):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = InceptionV3([InceptionV3.BLOCK_INDEX_BY_DIM[2048]]).eval().to(device)
    paths = sorted(path for path in pathlib.Path(folder).iterdir() if path.suffix.lower() in (".png", ".jpg", ".jpeg"))
    rows = []
    for start in range(0, len(paths), batch):
        images = torch.stack([read(path) for path in paths[start : start + batch]]).to(device)
        rows.append(network(images)[0].flatten(1).cpu().numpy())
    np.savez(output, features=np.concatenate(rows), ids=np.array([path.stem for path in paths]))


if __name__ == "__main__":
    main(*sys.argv[1:])
