"""The tools of the Python stack that evalkit is compared with, each a process of its own.

    python3 Tools/bench_stack.py TOOL --real DIR --made DIR --masks DIR --weights DIR

prints one JSON object with the tool's scores. Tools, run as their publishers run them:

    lpips    lpips.LPIPS(net='alex') pair by pair: richzhang/PerceptualSimilarity, lpips_2dirs.py
    ms-ssim  pytorch_msssim.ms_ssim of 8-bit ranges, pair by pair: VainF/pytorch-msssim, README
    id       IR-SE50 behind the crop of gwang-kim/DiffusionCLIP, losses/id_loss.py, eight pairs at a time
    parser   BiSeNet image by image: zllrunning/face-parsing.PyTorch, test.py; pixel accuracy and mean
             IoU of the summed counts with NumPy
    clip     the image tower of CLIP ViT-B/32 in batches of 50 with a worker process for each core, as
             pytorch-fid and clip-score load images

pytorch-fid is not here, because it is run as shipped: `python -m pytorch_fid`. Every tool decodes and
resizes with Pillow and uses as many threads as PyTorch chooses. TORCH_HOME names the folder whose
hub/checkpoints is --weights, so that nothing is downloaded.
"""

import argparse
import json
import os
import pathlib

import numpy
import torch
from PIL import Image
from torchvision import transforms
from torchvision.transforms.functional import pil_to_tensor, to_tensor

from reference_networks import NETWORKS
from reference_networks.clip import CLIPImageTower
from reference_networks.tapped_module import TappedModule

# CelebAMask-HQ's class of each class of BiSeNet.
CLASSES = numpy.array([0, 1, 6, 7, 4, 5, 3, 8, 9, 15, 2, 10, 11, 12, 17, 16, 18, 13, 14])


def files(folder):
    return sorted(pathlib.Path(folder).iterdir())


def rgb(path):
    return Image.open(path).convert("RGB")


class Images(torch.utils.data.Dataset):
    """Files behind a transform."""

    def __init__(self, paths, transform):
        self.paths, self.transform = paths, transform

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return self.transform(rgb(self.paths[index]))


def batches(folder, transform, size, workers=0):
    return torch.utils.data.DataLoader(
        Images(files(folder), transform), batch_size=size, num_workers=workers
    )


def loaded(network, path, prefix=""):
    state = torch.load(path, weights_only=True)
    network.load_state_dict(
        {key: value.float() for key, value in state.items() if key.startswith(prefix)}
    )
    return network.eval()


def perceptual(options):
    import lpips

    distance = lpips.LPIPS(net="alex", version="0.1", verbose=False)
    values = []
    for real, made in zip(files(options.real), files(options.made)):
        pair = [lpips.im2tensor(numpy.asarray(rgb(path))) for path in (real, made)]
        values.append(distance(*pair).item())
    return {"lpips-alex": numpy.mean(values)}


def similarity(options):
    from pytorch_msssim import ms_ssim

    values = []
    for real, made in zip(files(options.real), files(options.made)):
        pair = [pil_to_tensor(rgb(path))[None].float() for path in (real, made)]
        values.append(ms_ssim(*pair, data_range=255).item())
    return {"ms-ssim": numpy.mean(values)}


def identity(options):
    network = loaded(NETWORKS["ir-se50"](), options.weights / "model_ir_se50.pth")
    pool = torch.nn.AdaptiveAvgPool2d(112)
    transform = transforms.Compose(
        [
            transforms.Resize((256, 256), transforms.InterpolationMode.BICUBIC),
            transforms.ToTensor(),
            transforms.Normalize([0.5] * 3, [0.5] * 3),
        ]
    )

    def embeddings(images):
        return network(pool(images[:, :, 35:223, 32:220]))

    values = []
    for real, made in zip(batches(options.real, transform, 8), batches(options.made, transform, 8)):
        values.append((embeddings(real) * embeddings(made)).sum(1))
    return {"id": torch.cat(values).mean().item()}


def parser(options):
    network = loaded(NETWORKS["bisenet"](), options.weights / "79999_iter.pth")
    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    counts = numpy.zeros((19, 19), numpy.int64)
    for path, mask in zip(files(options.made), files(options.masks)):
        image = rgb(path).resize((512, 512), Image.Resampling.BILINEAR)
        logits = network(normalize(to_tensor(image))[None])
        found = CLASSES[logits[0].argmax(0).numpy()]
        truth = numpy.asarray(Image.open(mask)).astype(numpy.int64)
        counts += numpy.bincount((truth * 19 + found).ravel(), minlength=361).reshape(19, 19)
    hits = counts.diagonal()
    unions = counts.sum(0) + counts.sum(1) - hits
    return {
        "accuracy": hits.sum() / counts.sum(),
        "miou": (hits[unions > 0] / unions[unions > 0]).mean(),
    }


def clip(options):
    network = loaded(
        CLIPImageTower("clip-vit-b32"), options.weights / "ViT-B-32.pt", prefix="visual."
    )
    transform = transforms.Compose(
        [
            transforms.Resize(224, transforms.InterpolationMode.BICUBIC),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize(
                (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
            ),
        ]
    )
    workers = min(8, len(os.sched_getaffinity(0)))
    features = [network(images) for images in batches(options.made, transform, 50, workers)]
    return {"clip-mean-norm": torch.cat(features).norm(dim=1).mean().item()}


TOOLS = {
    "lpips": perceptual,
    "ms-ssim": similarity,
    "id": identity,
    "parser": parser,
    "clip": clip,
}

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("tool", choices=TOOLS)
    for name in ("real", "made", "masks", "weights"):
        arguments.add_argument(f"--{name}", type=pathlib.Path, metavar="DIR", required=True)
    chosen = arguments.parse_args()
    TappedModule.tap = lambda self, name, value: value
    with torch.no_grad():
        scores = TOOLS[chosen.tool](chosen)
    print(json.dumps({name: float(value) for name, value in scores.items()}))
