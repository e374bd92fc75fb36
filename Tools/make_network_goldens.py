"""Runs every reference network on seeded parameters and writes what Swift must reproduce.

    python3 Tools/make_network_goldens.py [--published DIR] [NETWORK ...]

needs torch, torchvision and numpy; torchvision and, where they are installed, pytorch-fid and DISTS-pytorch
serve as a second opinion on the definitions. Writes to Tests/Models/NetworksTests/Goldens:

    <network>.parameters.txt   one parameter a line: name, then its extents
    <network>.json             seed, versions, and for every input size every tap's shape, sum,
                               signed sum (signs of seeded_parameters.signs), sum of squares, and
                               float32 samples at positions floor(i * count / samples), base64
                               little-endian
    <network>.published.json   the same for a published checkpoint found in DIR, on the seeded input;
                               numbers only, no weights

Parameters and inputs are exact float32; all arithmetic here is float64. The table printed on
stdout gives each tap's root mean square and how far PyTorch's own float32 pass strays from float64
(NMSE), which is what a correct float32 implementation may be expected to reach.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import platform
import sys

import numpy
import torch
import torchvision
from torch import nn

import seeded_parameters
from reference_networks import NETWORKS

TESTS = pathlib.Path(__file__).resolve().parent.parent / "Tests"
GOLDENS = TESTS / "Models" / "NetworksTests" / "Goldens"
SEED = 20260102

# (rows, columns) of each run. The first has the network's real size or a cheaper one with the same
# arithmetic; the others are awkward: odd, not square, not a multiple of the total stride, or the
# least that the network takes.
SIZES = {
    "inception-fid": [(299, 299), (139, 107)],
    "alexnet": [(96, 80), (91, 67)],
    "vgg16": [(64, 96), (65, 47)],
    "squeezenet1_1": [(96, 80), (67, 91), (17, 22)],
    "dists": [(64, 96), (1, 3), (65, 47)],
    **{name: [(112, 112)] for name in ("ir-se50", "ir-50", "ir-100", "ir-101")},
    "mobilefacenet": [(112, 96)],
    **{f"iresnet{depth}": [(112, 112)] for depth in (18, 34, 50, 100)},
    "bisenet": [(512, 512), (100, 140)],
    "celebamask-unet": [(512, 512), (48, 80)],
}
SAMPLES = [256, 64, 64]
# Deep networks with many taps of the same kind: fewer values of each.
FEW_SAMPLES = {"iresnet34": 64, "iresnet50": 64, "iresnet100": 32} | {
    "ir-50": 64,
    "ir-100": 32,
    "ir-101": 32,
}

# A power of two that multiplies every weight of two axes or more. Seeded PReLU slopes average 1,
# so these networks would double their signal at every convolution; IR-SE50's gates would then
# amplify float32 rounding to NMSE 1e-8 in any implementation, PyTorch's included.
GAINS = {
    **{name: 0.5 for name in ("ir-se50", "ir-50", "ir-100", "ir-101")},
    "mobilefacenet": 0.5,
    **{f"iresnet{depth}": 0.5 for depth in (18, 34, 50, 100)},
}

# Checkpoints that --published reads, of those networks whose real weights are at hand.
PUBLISHED = {
    "inception-fid": "inception_fid_real92of94.pth",
    "alexnet": "alexnet_features.pth",
    "squeezenet1_1": "squeezenet1_1_features.pth",
    "mobilefacenet": "mobilefacenet_xiaoccer_068.ckpt",
}

# tensors in the state dict, trainable values
TOTALS = {
    "inception-fid": (564, 21_785_568),
    "alexnet": (10, 2_469_696),
    "vgg16": (26, 14_714_688),
    "squeezenet1_1": (50, 722_496),
    "dists": (26, 14_714_688),
    "ir-se50": (397, 43_797_696),
    "ir-50": (349, 43_574_976),
    "ir-100": (674, 65_129_792),
    "ir-101": (672, 65_128_768),
    "mobilefacenet": (333, 999_552),
    "iresnet18": (187, 24_025_600),
    "iresnet34": (331, 34_139_328),
    "iresnet50": (475, 43_590_848),
    "iresnet100": (925, 65_156_160),
    "bisenet": (191, 13_300_416),
    "celebamask-unet": (136, 1_944_355),
}


def seeded(network, gain=1):
    """The network in evaluation mode with seeded parameters, loaded strictly."""
    values = {}
    for name, tensor in network.state_dict().items():
        array = seeded_parameters.parameter(name, tuple(tensor.shape), SEED)
        if name.endswith("weight") and array.ndim >= 2:
            array *= numpy.float32(gain)
        values[name] = torch.from_numpy(array)
    network.load_state_dict(values)
    return network.eval()


def peer(name):
    """The same network by its publishers, as (parameters, forward), or None."""
    if name in ("alexnet", "vgg16", "squeezenet1_1"):
        features = getattr(torchvision.models, name)(weights=None).features
        return nn.ModuleDict({"features": features}), features
    if name == "inception-fid":
        return fid_inception()
    if name == "dists":
        return dists()
    return None


def dists():
    """The package's own trunk, made without its download."""
    vgg = torchvision.models.vgg16(weights=None)
    torchvision.models.vgg16 = lambda pretrained: vgg
    try:
        from DISTS_pytorch import DISTS
    except ImportError:
        return None
    metric = DISTS(load_weights=False).double()
    # The package has Float32's nearest values.
    metric.mean = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64).view(1, -1, 1, 1)
    metric.std = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64).view(1, -1, 1, 1)
    return nn.ModuleDict({"features": vgg.features}), lambda x: metric.forward_once(x)[-1]


def fid_inception():
    """torchvision's Inception with pytorch-fid's blocks, put together without its download."""
    try:
        from pytorch_fid import inception as fid
    except ImportError:
        return None
    network = torchvision.models.inception_v3(weights=None, init_weights=False, aux_logits=False)
    network.fc = nn.Identity()
    network.Mixed_5b = fid.FIDInceptionA(192, pool_features=32)
    network.Mixed_5c = fid.FIDInceptionA(256, pool_features=64)
    network.Mixed_5d = fid.FIDInceptionA(288, pool_features=64)
    for block, width in zip("bcde", (128, 160, 160, 192)):
        setattr(network, f"Mixed_6{block}", fid.FIDInceptionC(768, channels_7x7=width))
    network.Mixed_7b = fid.FIDInceptionE_1(1280)
    network.Mixed_7c = fid.FIDInceptionE_2(2048)
    order = "Conv2d_1a_3x3 Conv2d_2a_3x3 Conv2d_2b_3x3 maxpool1 Conv2d_3b_1x1 Conv2d_4a_3x3 maxpool2 "
    order += "Mixed_5b Mixed_5c Mixed_5d Mixed_6a Mixed_6b Mixed_6c Mixed_6d Mixed_6e "
    order += "Mixed_7a Mixed_7b Mixed_7c avgpool"
    return network, nn.Sequential(*(getattr(network, name) for name in order.split()), nn.Flatten())


def published(network, path):
    """The network in evaluation mode with a checkpoint's parameters, loaded strictly."""
    values = torch.load(path, map_location="cpu", weights_only=True)
    result = network.load_state_dict(values.get("net_state_dict", values), strict=False)
    lacking = [key for key in result.missing_keys if not key.endswith("num_batches_tracked")]
    assert not result.unexpected_keys and not lacking, (path, result)
    return network.eval()


def check_against_peer(name, network, size):
    """Fails unless the published class gives the same output for the same seeded parameters."""
    found = peer(name)
    if found is None:
        return "  no second opinion"
    named, forward = found
    seeded(named).double()
    array = seeded_parameters.network_input((3, *size), SEED)
    network_input = torch.from_numpy(array)[None].double()
    with torch.no_grad():
        ours = network.double().run(network_input)["output"]
        theirs = forward(network_input)
    # Sums of thousands of float64 products in another order.
    error = (theirs - ours).norm() / ours.norm()
    assert error < 1e-12, f"{name}: the published class differs by {error}"
    return f"  second opinion differs by {float(error):.1e}"


def summary(name, tensor, samples):
    """What is kept of one tap; the batch axis goes."""
    values = tensor[0].numpy().reshape(-1)
    positions = numpy.arange(samples) * values.size // samples
    if values.size <= samples:
        positions = numpy.arange(values.size)
    kept = values[positions].astype("<f4")
    return {
        "name": name,
        "shape": list(tensor.shape[1:]),
        "sum": float(values.sum()),
        "signedSum": float(values @ seeded_parameters.signs(values.size, SEED)),
        "sumOfSquares": float(values @ values),
        "samples": base64.b64encode(kept.tobytes()).decode(),
    }


def run_case(name, network, size, samples):
    """Taps of one input size, in float64, with a table of their scale."""
    network_input = torch.from_numpy(seeded_parameters.network_input((3, *size), SEED))[None]
    print(f"{name} {size}")
    with torch.no_grad():
        single = network.float().run(network_input)
        taps = network.double().run(network_input.double())
    for tap, value in taps.items():
        rms = value.square().mean().sqrt()
        nmse = (single[tap] - value).square().sum() / value.square().sum()
        assert torch.isfinite(value).all() and rms > 1e-6, tap
        print(f"  {tap:22} {str(list(value.shape[1:])):18} rms {rms:9.3g}  float32 NMSE {nmse:8.1e}")
    kept = [summary(tap, value, samples) for tap, value in taps.items()]
    return {"inputShape": [3, *size], "taps": kept}


def write(file_name, golden, folder=GOLDENS):
    """JSON with one tap a line, so that a change shows as the taps that changed."""
    cases = []
    for case in golden.pop("cases"):
        taps = ",\n    ".join(json.dumps(tap) for tap in case["taps"])
        shape = json.dumps(case["inputShape"])
        tokens = f', "tokens": {json.dumps(case["tokens"])}' if "tokens" in case else ""
        cases.append(f'  {{"inputShape": {shape}{tokens}, "taps": [\n    {taps}\n  ]}}')
    header = json.dumps(golden, indent=1)[1:-2]
    text = "{" + header + ',\n "cases": [\n' + ",\n".join(cases) + "\n]}\n"
    (folder / file_name).write_text(text)


def header(name, arguments, network):
    """What every golden says about itself."""
    return {
        "format": "evalkit network golden 1",
        "network": name,
        "command": f"python3 Tools/make_network_goldens.py {arguments}{name}",
        "versions": f"Python {platform.python_version()}, torch {torch.__version__}, "
        f"numpy {numpy.__version__}, float64",
        "seed": SEED,
        "tensors": len(network.state_dict()),
        "trainable": sum(parameter.numel() for parameter in network.parameters()),
    }


def make_seeded(name):
    """Writes the parameter list and the golden on seeded parameters."""
    gain = GAINS.get(name, 1)
    network = seeded(NETWORKS[name](), gain)
    golden = header(name, "", network) | {"gain": gain}
    assert (golden["tensors"], golden["trainable"]) == TOTALS[name], golden
    state = network.state_dict()
    lines = [" ".join([key, *map(str, value.shape)]) for key, value in state.items()]
    (GOLDENS / f"{name}.parameters.txt").write_text("\n".join(lines) + "\n")
    golden["cases"] = [
        run_case(name, network, size, min(samples, FEW_SAMPLES.get(name, samples)))
        for size, samples in zip(SIZES[name], SAMPLES)
    ]
    write(f"{name}.json", golden)
    print(check_against_peer(name, network, SIZES[name][-1]))


def make_published(name, folder):
    """Writes the golden on a published checkpoint."""
    path = folder / PUBLISHED[name]
    network = published(NETWORKS[name](), path)
    golden = header(name, "--published DIR ", network) | {
        "weights": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "gain": 1,
        "cases": [run_case(name, network, SIZES[name][0], 64)],
    }
    write(f"{name}.published.json", golden)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--published", type=pathlib.Path, metavar="DIR")
    parser.add_argument("networks", nargs="*", default=list(NETWORKS), metavar="NETWORK")
    options = parser.parse_args()
    if unknown := set(options.networks) - set(NETWORKS):
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(NETWORKS)}")
    GOLDENS.mkdir(parents=True, exist_ok=True)
    for network_name in options.networks:
        make_seeded(network_name)
        if options.published and network_name in PUBLISHED:
            make_published(network_name, options.published)
