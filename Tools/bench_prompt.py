"""Times one image of the published Collaborative Diffusion from prompt to PNG, by evalkit and by PyTorch in turns.

    python3 Tools/bench_prompt.py --evalkit PROGRAM --checkout DIR [--repeats 1] [--steps 50]

needs torch, numpy, pillow, einops and omegaconf, and a checkout of ziqihuangg/Collaborative-Diffusion, whose networks are
imported and not copied. Both read the same file of seeded weights, 256_codiff_mask_text.ckpt with 1,075,643,265 values in a
temporary folder; neither reading it nor starting Python is timed for PyTorch, whereas evalkit's are
its whole command and what the image's receipt tells. Prints JSON.

PyTorch's loop is DDIM with eta 1 as configs/256_codiff_mask_text.yaml and generate.py have it. Its text comes as tokens, since
the published tokenizer's files are on a hub. Its time is the shorter one of eager and channels-last arithmetic.
"""

import argparse
import contextlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import numpy
import torch
from PIL import Image

from reference_networks import diffusion

CLASSES = 19
SCALE = 0.058
PARTS = {
    "map": "model.seg_mask_unet.diffusion_model",
    "text": "model.text_unet.diffusion_model",
    "map_diffuser": "model.seg_mask_confidence_predictor.diffusion_model",
    "text_diffuser": "model.text_confidence_predictor.diffusion_model",
    "map_encoder": "cond_stage_model.seg_mask_cond_stage_model",
    "text_encoder": "cond_stage_model.text_cond_stage_model",
}


def networks(checkout):
    """The published networks on random weights, small enough in the last layers to stay finite over all steps."""
    torch.manual_seed(0)
    diffusion.latent_modules(checkout)
    unet = lambda channels, out: diffusion.collaborative(checkout, channels, out).network
    from ldm.modules.encoders import modules

    identity = dict(target="ldm.modules.encoders.modules.PassSegMaskEncoder", params={})
    found = {
        "map": unet(192, 3),
        "text": unet(192, 3),
        "map_diffuser": unet(32, 1),
        "text_diffuser": unet(32, 1),
        "map_encoder": modules.SegMaskEncoder(identity),
        "text_encoder": modules.BERTEmbedder(640, 32, use_tokenizer=False),
    }
    found["autoencoder"] = diffusion.autoencoder(checkout)
    for network in found.values():
        network.eval()
        for name, value in network.named_parameters():
            if not value.any():
                torch.nn.init.normal_(value, std=1e-3)
    return found


def write(networks, path):
    """All parts as one Lightning file."""
    values = {}
    for part, network in networks.items():
        prefix = PARTS.get(part, "first_stage_model")
        values.update({f"{prefix}.{name}": value for name, value in network.state_dict().items()})
    torch.save({"state_dict": values}, path)


@torch.no_grad()
def picture(networks, labels, tokens, steps, path):
    """One image from label map and tokens."""
    betas = numpy.linspace(0.0015**0.5, 0.0195**0.5, 1000) ** 2
    products = numpy.cumprod(1 - betas)
    times = numpy.arange(0, 1000, 1000 // steps) + 1
    map_context = networks["map_encoder"](labels)
    text_context = networks["text_encoder"](tokens)
    sample = torch.randn(1, 3, 64, 64)
    for index in range(steps - 1, -1, -1):
        timestep = torch.tensor([int(times[index])])
        now = products[times[index]]
        before = products[times[index - 1]] if index else products[0]
        run = lambda name, context: networks[name](sample, timestep, context=context)
        shares = torch.softmax(
            torch.cat([run("map_diffuser", map_context), run("text_diffuser", text_context)], 1), 1
        )
        noise = shares[:, :1] * run("map", map_context) + shares[:, 1:] * run("text", text_context)
        sigma = ((1 - before) / (1 - now)) ** 0.5 * (1 - now / before) ** 0.5
        clean = (sample - (1 - now) ** 0.5 * noise) / now**0.5
        direction = max(1 - before - sigma**2, 0) ** 0.5 * noise
        sample = (before**0.5 * clean + direction + sigma * torch.randn_like(sample)).float()
    autoencoder = networks["autoencoder"]
    image = autoencoder.decoder(autoencoder.post_quant_conv(sample / SCALE))
    pixels = ((image[0] + 1) / 2).clamp(0, 1).mul(255).byte().permute(1, 2, 0).contiguous().numpy()
    Image.fromarray(pixels).save(path)


def evalkit_time(options, folder):
    """Seconds of the whole command, and of the image alone as its receipt has it."""
    output = folder / "made"
    start = time.perf_counter()
    subprocess.run(
        [options.evalkit, "sample", "collaborative", "--count", "1", "--weights", str(folder)]
        + ["--option", f"steps={options.steps}", "--option", "reweighting=none"]
        + ["--output", str(output), "--sheet", str(folder / "sheet.png"), "--force", "--quiet"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    whole = time.perf_counter() - start
    receipt = json.loads((output / ".evalkit" / "receipts.jsonl").read_text().splitlines()[-1])
    # The next turn would find the image made.
    shutil.rmtree(output)
    return {"command": whole, "image": receipt["seconds"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evalkit", required=True)
    parser.add_argument("--checkout", required=True, type=pathlib.Path)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--steps", type=int, default=50)
    options = parser.parse_args()

    # The official code prints while it is built.
    with contextlib.redirect_stdout(sys.stderr):
        made = networks(options.checkout)
    labels = torch.nn.functional.one_hot(torch.arange(1024) * CLASSES // 1024, CLASSES).T[None].float()
    tokens = torch.zeros(1, 77, dtype=torch.long)
    tokens[0, :20] = torch.arange(101, 121)
    result = {"torch": torch.__version__, "threads": torch.get_num_threads(), "evalkit": [], "pytorch": []}
    with tempfile.TemporaryDirectory(prefix="evalkit-prompt-") as name:
        folder = pathlib.Path(name)
        write(made, folder / "256_codiff_mask_text.ckpt")
        for _ in range(options.repeats):
            result["evalkit"].append(evalkit_time(options, folder))
            times = {}
            for way in ("eager", "channels_last"):
                layout = torch.channels_last if way == "channels_last" else torch.contiguous_format
                for network in made.values():
                    network.to(memory_format=layout)
                start = time.perf_counter()
                picture(made, labels, tokens, options.steps, folder / "pytorch.png")
                times[way] = time.perf_counter() - start
            result["pytorch"].append(times)
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
