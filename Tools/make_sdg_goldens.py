"""Runs the official code of SDG and of ILVR on seeded parameters and writes what Swift must reproduce.

    python3 Tools/make_sdg_goldens.py --sdg DIR --clip DIR --guided-diffusion DIR --ilvr DIR

needs torch, torchvision, numpy and pillow, and checkouts of xh-liu/SDG_code, openai/CLIP (`clip/model.py` alone is
used), openai/guided-diffusion and jychoi118/ilvr_adm, whose code is imported and not copied. Writes

    Tests/Models/NetworksTests/Goldens/sdg-guide.json             taps and the cosine's gradient by the pixels
    Tests/Models/NetworksTests/Goldens/sdg-guide.parameters.txt   one parameter a line of the published guide
    Tests/Generation/SystemsTests/Goldens/sdg.json                guided steps, ILVR's steps, reference images

`CLIP_gd` fixes its extents in its source; for the reduced guide the numbers are replaced in the text and the code is
left as it is. Arithmetic is float64; what the code itself keeps in float32 stays so: angles of embeddings, factors
read from tables, the guided mean.
"""

import argparse
import hashlib
import importlib
import importlib.util
import json
import pathlib
import sys
import types

import numpy
import torch

import make_diffusion_goldens
import make_network_goldens as goldens
import seeded_parameters

SEED = goldens.SEED
SAMPLES = 64
TIMESTEPS = [0.0, 417.0]
SYSTEM_GOLDENS = goldens.TESTS / "Generation" / "SystemsTests" / "Goldens"

# What the text of the class says, and what it says for 16 channels and blocks 2, 1, 2, 1.
REDUCED = [
    ("[48, 48, 96]", "[8, 8, 16]"), ("[96, 96, 384]", "[16, 16, 64]"), ("[192, 192, 768]", "[32, 32, 128]"),
    ("[384, 384, 1536]", "[64, 64, 256]"), ("[768, 768, 3072]", "[128, 128, 512]"), ("3072", "512"),
    ("range(6)", "range(2)"), ("range(8)", "range(1)"), ("range(18)", "range(2)"),
    ("emb_cnt = 42", "emb_cnt = 18"), ("emb_cnt = 90", "emb_cnt = 24"), ("emb_cnt = 198", "emb_cnt = 36"),
]
PUBLISHED_TOWER = dict(layers=(6, 8, 18, 8), output_dim=768, heads=48, input_resolution=384, width=96)
REDUCED_TOWER = dict(layers=(2, 1, 2, 1), output_dim=24, heads=8, input_resolution=64, width=16)


def module_of(path, name, replacements=()):
    """A module from a file, some of its text replaced."""
    text = pathlib.Path(path).read_text()
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    module = types.ModuleType(name)
    module.__package__ = name.rpartition(".")[0]
    exec(compile(text, str(path), "exec"), module.__dict__)
    return module


def guide(options, tower, size, replacements=()):
    """`CLIP_gd` around a tower with random weights."""
    model = module_of(pathlib.Path(options.clip) / "clip/model.py", "clip_model")
    loader = types.ModuleType("clip")
    loader.load = lambda *_, **__: (
        types.SimpleNamespace(float=lambda: types.SimpleNamespace(visual=model.ModifiedResNet(**tower))), None)
    loader.clip = loader
    sys.modules["clip"] = loader
    module = module_of(pathlib.Path(options.sdg) / "sdg/clip_guidance.py", "sdg.clip_guidance", replacements)
    embedding = module.timestep_embedding
    module.timestep_embedding = lambda *arguments: embedding(*arguments).to(torch.get_default_dtype())
    return module.CLIP_gd(types.SimpleNamespace(image_size=size))


def seeded(network):
    """Seeded parameters and evaluation mode; the guide's own `train` returns nothing."""
    goldens.seeded(network)
    return network.double()


def tensor(name, shape, seed=SEED):
    return torch.from_numpy(seeded_parameters.parameter(name, shape, seed)).double()


def image(size, seed=SEED):
    return torch.from_numpy(seeded_parameters.network_input((3, size, size), seed))[None].double()


# MARK: The guide


def guide_cases(network, size, text_loss):
    """Taps x1…x5 and the embedding, and the gradient of a cosine with a seeded target."""
    target = tensor("target", (1, 24))
    cases = []
    for timestep in TIMESTEPS:
        pixels = image(size).requires_grad_(True)
        results = network.encode_image_list(pixels, torch.tensor([timestep]))
        taps = dict(zip(["x1", "x2", "x3", "x4", "x5", "output"], results))
        (gradient,) = torch.autograd.grad(text_loss(results, target, None).sum(), pixels)
        for name, value in list(taps.items()) + [("gradient", gradient)]:
            print(f"  guide {timestep} {name} rms {float(value.detach().square().mean().sqrt()):.3g}")
        kept = [goldens.summary(name, value.detach(), SAMPLES) for name, value in taps.items()]
        cases.append({
            "timestep": timestep, "inputShape": [3, size, size], "taps": kept,
            "gradient": goldens.summary("gradient", gradient, 4 * SAMPLES),
        })
    return cases


def make_guide(options, text_loss):
    content = {"seed": SEED, "cases": guide_cases(reduced_guide(options), 64, text_loss)}
    with torch.device("meta"):
        content["published"] = make_diffusion_goldens.listed("sdg-guide", guide(options, PUBLISHED_TOWER, 256))
    print(content["published"])
    (goldens.GOLDENS / "sdg-guide.json").write_text(json.dumps(content, indent=1) + "\n")


def reduced_guide(options):
    """The time's last layer is a quarter: seeded scales of deviation 1 amplify rounding as no trained network does."""
    network = seeded(guide(options, REDUCED_TOWER, 64, REDUCED))
    with torch.no_grad():
        network.emb_layers[1].weight *= 0.25
    return network


# MARK: Guided steps


def normal_numbers(seed, shape):
    """The twin of NormalNumbers.swift."""
    count = int(numpy.prod(shape))
    units = (seeded_parameters.split_mix_64(seed, 12 * count) >> numpy.uint64(40)).astype(numpy.float32)
    units = (units * numpy.float32(2.0**-24)).reshape(count, 12)
    total = numpy.full(count, -6, numpy.float32)
    for column in range(12):
        total = total + units[:, column]
    return torch.from_numpy(total.reshape(shape)).double()


def step_noise(seed, shape, step, purpose):
    """The twin of SeededNoise.swift; purpose 1 is sampling, 2 the reference."""
    first = int(seeded_parameters.split_mix_64(seed, 1)[0])
    place = int(seeded_parameters.split_mix_64(first ^ (purpose << 32) ^ step, 1)[0])
    return normal_numbers(place, shape)


class GivenNoise:
    """Stands in for torch's random tensors: z, then n, of each image's seed and step."""

    def __init__(self, seeds, shape, draws):
        self.queue = [
            torch.stack([step_noise(seed, shape, step, purpose) for seed in seeds]) for step, purpose in draws
        ]

    def __call__(self, *_, **__):
        return self.queue.pop(0)


def spaced(package, count):
    diffusion, respace = (importlib.import_module(f"{package}.{name}") for name in ("gaussian_diffusion", "respace"))
    betas = diffusion.get_named_beta_schedule("linear", 1000)
    extra = {"betas1000": betas} if package == "sdg" else {}
    return respace.SpacedDiffusion(
        use_timesteps=respace.space_timesteps(1000, str(count)), betas=betas,
        model_mean_type=diffusion.ModelMeanType.EPSILON, model_var_type=diffusion.ModelVarType.LEARNED_RANGE,
        loss_type=diffusion.LossType.MSE, rescale_timesteps=False, **extra)


def condition(mode, weights, guidance, network, diffusion, text):
    """`cond_fn_sdg` of scripts/sample.py; structure, which it lacks, by the paper's equation 8."""
    options = types.SimpleNamespace(image_loss="style" if mode == "style" else "semantic")

    def gradient(x, t, ref_img, **_):
        if weights["image"]:
            noised = diffusion.q_sample(ref_img, t, tscale1000=True)
            target = network.encode_image_list(noised, t)
        with torch.enable_grad():
            x = x.detach().requires_grad_(True)
            found = network.encode_image_list(x, t)
            total = 0
            if weights["text"]:
                total = total + weights["text"] * guidance.text_loss(found, text, options)
            if weights["image"] and mode == "structure":
                differences = [(a - b).square().mean((1, 2, 3)) for a, b in zip(found[1:5], target[1:5])]
                total = total - weights["image"] * sum(differences)
            elif weights["image"]:
                total = total + weights["image"] * guidance.image_loss(found, target, options)
            return torch.autograd.grad(total.sum(), x)[0]

    return gradient if any(weights.values()) else None


# Weak enough that a guide in float32 leaves the same images: with 1000 and 5000 rounding that moves single ReLUs across
# zero grows to differences of 0.2 (mixed) and 18 (text) within five steps of the published code itself.
MODES = {
    "unguided": {"text": 0, "image": 0},
    "text": {"text": 60, "image": 0},
    "content": {"text": 0, "image": 1000},
    "mixed": {"text": 60, "image": 500},
    "structure": {"text": 0, "image": 0.2},
    "style": {"text": 0, "image": 1e-7},
}
SEEDS = [7, 8]
STEPS = 5


def guided(options, guidance, mode, weights, unet, network):
    """Five steps from pure noise, two images at once, and the images after each."""
    shape = (3, 64, 64)
    diffusion = spaced("sdg", 100)
    text = tensor("text", (2, 24))
    reference = torch.cat([image(64, 31), image(64, 32)])
    x = torch.stack([normal_numbers(seed, shape) for seed in SEEDS])
    kept = []
    for k in range(99, 99 - STEPS, -1):
        draws = [(k, 1)] + ([(k, 2)] if weights["image"] else [])
        torch.randn_like = GivenNoise(SEEDS, shape, draws)
        with torch.no_grad():
            x = diffusion.p_sample(
                unet, x, torch.tensor([k, k]), clip_denoised=True,
                cond_fn=condition(mode, weights, guidance, network, diffusion, text),
                model_kwargs={"ref_img": reference})["sample"]
        assert not torch.randn_like.queue
        kept.append([goldens.summary(f"{k}", x[index : index + 1], SAMPLES) for index in range(2)])
    print(f"  {mode} {weights} rms {float(x.square().mean().sqrt()):.4g}")
    return {"text": weights["text"], "image": weights["image"], "steps": kept}, x


def make_system(options, guidance):
    adm = make_diffusion_goldens.guided_diffusion(options.guided_diffusion)
    unet = seeded(make_diffusion_goldens.adm(adm, 64, 32, [1, 2], 1, [32], 32, True))
    model = lambda x, t, **_: unet(x, t)
    network = reduced_guide(options)
    content, plain = {"seed": SEED, "imageSeeds": SEEDS, "modes": {}}, None
    for mode, weights in MODES.items():
        content["modes"][mode], x = guided(options, guidance, mode, weights, model, network)
        plain = x if plain is None else plain
        print(f"    away from unguided {float((x - plain).square().mean().sqrt()):.4g}")
    content["ilvr"] = ilvr(options, model)
    content["references"] = references()
    SYSTEM_GOLDENS.mkdir(parents=True, exist_ok=True)
    (SYSTEM_GOLDENS / "sdg.json").write_text(json.dumps(content, indent=1) + "\n")


def ilvr(options, unet):
    """The low-pass filter, and a whole run of five steps whose last two are free."""
    folder = pathlib.Path(options.ilvr)
    package = types.ModuleType("ilvr")
    package.__path__ = [str(folder / "guided_diffusion")]
    sys.modules["ilvr"] = package
    resizer = module_of(folder / "resizer.py", "resizer")
    shape, factor, range_t = (3, 64, 64), 8, 1
    down = resizer.Resizer((2, *shape), 1 / factor)
    up = resizer.Resizer((2, 3, 64 // factor, 64 // factor), factor)
    reference = torch.cat([image(64, 31), image(64, 32)])
    filtered = up(down(reference))
    diffusion = spaced("ilvr", STEPS)
    z = [step_noise_pair(shape, k, 1) for k in range(STEPS - 1, -1, -1)]
    n = [step_noise_pair(shape, k, 2) for k in range(STEPS - 1, range_t, -1)]
    torch.randn_like = lambda *_, **__: z.pop(0)
    torch.randn = lambda *_, **__: n.pop(0)
    x = torch.stack([normal_numbers(seed, shape) for seed in SEEDS])
    steps = [
        [goldens.summary("step", found["sample"][index : index + 1], SAMPLES) for index in range(2)]
        for found in diffusion.p_sample_loop_progressive(
            unet, (2, *shape), noise=x, clip_denoised=True, device="cpu", model_kwargs={"ref_img": reference},
            resizers=(down, up), range_t=range_t)
    ]
    assert not z and not n
    print(f"  ilvr {steps[-1][0]['sumOfSquares'] / 12288:.4g}")
    return {
        "factor": factor, "range": range_t, "steps": steps,
        "filtered": [goldens.summary("filtered", filtered[index : index + 1], 4 * SAMPLES) for index in range(2)],
    }


def step_noise_pair(shape, step, purpose):
    return torch.stack([step_noise(seed, shape, step, purpose) for seed in SEEDS])


def references():
    """`center_crop_arr` of seeded pictures."""
    from PIL import Image

    crop = module_of_function("center_crop_arr", {"Image": Image, "np": numpy})
    cases = []
    for width, height, size in [(300, 200, 64), (64, 64, 64), (50, 41, 64), (129, 260, 64), (601, 513, 256)]:
        values = seeded_parameters.split_mix_64(width * height, width * height * 3)
        picture = (values & numpy.uint64(255)).astype(numpy.uint8).reshape(height, width, 3)
        result = numpy.ascontiguousarray(crop(Image.fromarray(picture), size))
        cases.append({
            "width": width, "height": height, "size": size,
            "sha256": hashlib.sha256(result.tobytes()).hexdigest(),
        })
    return cases


def module_of_function(name, names):
    """One function of sdg/image_datasets.py, whose module needs packages that it does not."""
    text = (pathlib.Path(OPTIONS.sdg) / "sdg/image_datasets.py").read_text()
    start = text.index(f"def {name}(")
    body = text[start : text.index("\ndef ", start + 1)]
    exec(compile(body, name, "exec"), names)
    return names[name]


def main():
    options = OPTIONS
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    package = types.ModuleType("sdg")
    package.__path__ = [str(pathlib.Path(options.sdg) / "sdg")]
    sys.modules["sdg"] = package
    # In float32 and float64 the published function ends in an undefined flag.
    guidance = module_of(
        pathlib.Path(options.sdg) / "sdg/guidance.py", "sdg.guidance",
        [("def gram_matrix(input):\n", "def gram_matrix(input):\n    flag = False\n")])
    make_guide(options, guidance.text_loss)
    make_system(options, guidance)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--sdg", "--clip", "--guided-diffusion", "--ilvr"):
        parser.add_argument(name, required=True)
    OPTIONS = parser.parse_args()
    main()
