"""Times the reference networks in PyTorch, on seeded weights, in the ways in which people run it.

    python3 Tools/bench_pytorch.py [--list] [--seconds S] [--threads N] [--batches 1,8] [--checkouts DIR] [NETWORK ...]

--checkouts names a folder of official repositories, whose U-Nets and generators are timed too
(reference_networks/diffusion.py and generators.py). --list prints the names as a JSON array. Else prints JSON: {"schema": 1, "versions": {...}, "threads": N, "networks": {NETWORK: {"input": [C, H, W],
"peakMemory": bytes, "variants": {VARIANT: {BATCH: {"minimum": ms, "median": ms, "repeats": n}}}}}}, times
an image. Variants:

    eager                     as the published tools run a network
    channels-last             network and input in channels-last layout
    compiled                  torch.compile with torch._inductor.config.freezing
    compiled channels-last    both

Passes run under torch.inference_mode after two that are not timed, compilation among them; a step that takes a
gradient runs without it. Intermediate
results, which the reference networks can write down for goldens, are not. Peak memory is the process's,
so that of one network where one is named. A variant that fails has {"error": text} in place of its
batches. Needs torch, torchvision and numpy; a C++ compiler for the compiled variants.
"""

import argparse
import contextlib
import functools
import json
import os
import platform
import resource
import statistics
import sys
import time

import numpy
import torch
import torch._inductor.config
import torchvision

import seeded_parameters
from reference_networks import NETWORKS as REGISTERED
from reference_networks import diffusion, generators
from reference_networks.clip import CONFIGURATIONS, CLIPImageTower
from reference_networks.iresnet import BLOCKS, IResNet
from reference_networks.tapped_module import TappedModule

SEED = 20260102
FEWEST_REPEATS = 3

NETWORKS = (
    {f"iresnet{depth}": functools.partial(IResNet, depth) for depth in BLOCKS}
    | {name: functools.partial(CLIPImageTower, name) for name in CONFIGURATIONS}
    | REGISTERED
)

INPUTS = {
    "inception-fid": (3, 299, 299),
    "alexnet": (3, 256, 256),
    "vgg16": (3, 256, 256),
    "squeezenet1_1": (3, 256, 256),
    "ir-se50": (3, 112, 112),
    "ir-50": (3, 112, 112),
    "ir-100": (3, 112, 112),
    "ir-101": (3, 112, 112),
    "mobilefacenet": (3, 112, 96),
    "bisenet": (3, 512, 512),
    "celebamask-unet": (3, 512, 512),
}
INPUTS |= {f"iresnet{depth}": (3, 112, 112) for depth in BLOCKS}
INPUTS |= {name: (3, size, size) for name, (_, size, *_) in CONFIGURATIONS.items()}


def seeded(name):
    """The network in evaluation mode with seeded parameters."""
    network = NETWORKS[name]()
    # Freezing folds parameters only where no gradient can be asked for.
    network.requires_grad_(False)
    network.load_state_dict(
        {
            key: torch.as_tensor(seeded_parameters.parameter(key, tuple(value.shape), SEED))
            for key, value in network.state_dict().items()
        }
    )
    return network.eval()


def mode(network):
    """How a network is run: without anything that gradients need, unless it takes some itself."""
    network = getattr(network, "_orig_mod", network)
    takes_gradients = getattr(network, "needs_gradients", False)
    return contextlib.nullcontext() if takes_gradients else torch.inference_mode()


def timed(forward, network_input, seconds):
    """Milliseconds an image of repeated passes."""
    times = []
    with mode(forward):
        for _ in range(2):
            forward(network_input)
        end = time.perf_counter() + seconds
        while len(times) < FEWEST_REPEATS or time.perf_counter() < end:
            start = time.perf_counter()
            forward(network_input)
            times.append((time.perf_counter() - start) * 1000 / len(network_input))
    return {
        "minimum": min(times),
        "median": statistics.median(times),
        "repeats": len(times),
    }


def eager(name, network_input, layout):
    return seeded(name).to(memory_format=layout)


def compiled(name, network_input, layout):
    # Without a reset a second shape would be compiled for any shape, which is slower.
    torch._dynamo.reset()
    return torch.compile(seeded(name).to(memory_format=layout))


VARIANTS = {
    "eager": (eager, torch.contiguous_format),
    "channels-last": (eager, torch.channels_last),
    "compiled": (compiled, torch.contiguous_format),
    "compiled channels-last": (compiled, torch.channels_last),
}


def measure(name, batches, seconds):
    """All variants of one network."""
    found = {}
    for variant, (make, layout) in VARIANTS.items():
        found[variant] = {}
        for batch in batches:
            shape = (batch, *INPUTS[name])
            network_input = torch.from_numpy(seeded_parameters.network_input(shape, SEED))
            network_input = network_input.to(memory_format=layout)
            try:
                forward = make(name, network_input, layout)
                found[variant][batch] = timed(forward, network_input, seconds)
            except Exception as error:  # A backend may fail in any way; the others still count.
                found[variant] = {"error": f"{type(error).__name__}: {error}"[:500]}
                break
    return {
        "input": list(INPUTS[name]),
        "peakMemory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "variants": found,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2, help="for each number, at least")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--batches", default="1,8", help="comma list")
    parser.add_argument("--list", action="store_true", help="print the names as JSON")
    parser.add_argument("--checkouts", metavar="DIR", help="official repositories of U-Nets and generators")
    parser.add_argument("networks", nargs="*", metavar="NETWORK")
    options = parser.parse_args()
    if options.checkouts:
        added = diffusion.networks(options.checkouts) | generators.networks(options.checkouts)
        NETWORKS.update({name: make for name, (make, _) in added.items()})
        INPUTS.update({name: shape for name, (_, shape) in added.items()})
    if options.list:
        print(json.dumps(list(INPUTS)))
        return
    if unknown := set(options.networks) - set(INPUTS):
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(INPUTS)}")
    TappedModule.tap = lambda self, name, value: value
    torch._inductor.config.freezing = True
    torch.set_num_threads(options.threads)
    batches = [int(batch) for batch in options.batches.split(",")]
    names = options.networks or list(INPUTS)
    result = {
        "schema": 1,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torchvision": torchvision.__version__,
            "numpy": numpy.__version__,
            "capability": torch.backends.cpu.get_cpu_capability(),
        },
        "threads": options.threads,
        "networks": {name: measure(name, batches, options.seconds) for name in names},
    }
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
