"""Runs the official StyleGAN2 on seeded parameters and writes what Swift must reproduce.

    python3 Tools/make_stylegan_goldens.py --stylegan2 DIR

needs torch and numpy, and a checkout of rosinality/stylegan2-pytorch, whose classes are imported and not copied.
Writes Tests/Models/NetworksTests/Goldens/stylegan2.json:

    cases       mapping and synthesis at 16 pixels: every tap's sums and samples, as make_network_goldens.py keeps them
    published   for 256, 512 and 1024 pixels, by half, the number of tensors and values, and 64-bit FNV-1a of the sorted
                lines "name extent extent ..."

Its operations for graphics cards are not built; what runs on processors is written beside them. Arithmetic is float64.
Printed is how far PyTorch's own float32 pass strays (NMSE).
"""

import argparse
import json
import sys

import make_latent_goldens as latent
import make_network_goldens as goldens
import seeded_parameters
import torch
import torch.utils.cpp_extension

SEED = goldens.SEED
FILTER = ".kernel"


def load(folder):
    """The official generator, its operations for graphics cards left out."""
    torch.utils.cpp_extension.load = lambda *_, **__: None
    sys.path.insert(0, folder)
    import model

    return model.Generator


def seeded(network):
    """Seeded parameters; the fixed filters stay."""
    filters = {name: value.clone() for name, value in network.state_dict().items() if name.endswith(FILTER)}
    goldens.seeded(network)
    network.load_state_dict(filters, strict=False)
    return network


def case(title, network, names, run, shape):
    """As `make_latent_goldens.case`, with filters that stay."""
    seeded(network)
    whole = goldens.seeded
    goldens.seeded = lambda network: network
    try:
        return latent.case(title, network, names, run, inputShape=shape)
    finally:
        goldens.seeded = whole


def listed(network, belongs):
    """A half of a file."""
    state = {name: value for name, value in network.state_dict().items() if belongs(name)}
    lines = sorted(" ".join([name, *map(str, value.shape)]) for name, value in state.items())
    digest = seeded_parameters.fowler_noll_vo("\n".join(lines))
    values = sum(value.numel() for value in state.values())
    return {"tensors": len(state), "values": values, "digest": f"{digest:016x}"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--stylegan2", required=True, metavar="DIR")
    options = parser.parse_args()
    torch.set_num_threads(1)
    generator = load(options.stylegan2)
    network = generator(16, 32, 3)
    names = ["conv1", "to_rgb1"]
    names += [f"{group}.{place}" for group in ("convs", "to_rgbs") for place in range(len(getattr(network, group)))]

    def code(kind):
        return network.style(latent.seeded_input((32,)).type(kind))

    def picture(kind):
        codes = latent.seeded_input((32, network.n_latent)).transpose(1, 2).type(kind)
        return network([codes], input_is_latent=True, randomize_noise=False)[0]

    count = network.n_latent
    cases = {
        "mapping": case("mapping", network, {}, code, [32]),
        "synthesis": case("synthesis", network, latent.same(names), picture, [32, count, 1]),
    }
    published = {}
    for size in (256, 512, 1024):
        whole = generator(size, 512, 8)
        published[str(size)] = {
            "mapping": listed(whole, lambda name: name.startswith("style.")),
            "synthesis": listed(whole, lambda name: not name.startswith("style.")),
        }
        state = whole.state_dict()
        parameters = list(whole.parameters())
        print(size, len(parameters), sum(p.numel() for p in parameters), len(state), published[str(size)])
    content = {"seed": SEED, "cases": cases, "published": published}
    (goldens.GOLDENS / "stylegan2.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
