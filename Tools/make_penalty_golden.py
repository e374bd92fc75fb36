"""Takes PyTorch's second derivatives of a small critic and writes what Swift must reproduce without them.

    python3 Tools/make_penalty_golden.py

needs torch and numpy. Writes Tests/Generation/SystemRecipesTests/Goldens/penalty.json: a critic of two convolutions and a linear
layer, once with SiLU and once with a leaky rectifier between them, seeded parameters and pictures; `0.5 mean |dD/dx|²` over
the pictures, and its gradient by each parameter, in float64.
"""

import json
import pathlib

import seeded_parameters
import torch

SEED = 29
SHAPE = (4, 3, 8, 8)
SHAPES = {
    "first.weight": (8, 3, 3, 3), "first.bias": (8,),
    "second.weight": (8, 8, 3, 3), "second.bias": (8,),
    "last.weight": (1, 8 * 8 * 8), "last.bias": (1,),
}
FUNCTIONS = {
    "silu": torch.nn.functional.silu,
    "leaky": lambda x: torch.nn.functional.leaky_relu(x, 0.2),
}


def double(values):
    return torch.tensor(values, dtype=torch.float64)


def critic(x, parameters, function):
    x = function(torch.conv2d(x, parameters["first.weight"], parameters["first.bias"], padding=1))
    x = function(torch.conv2d(x, parameters["second.weight"], parameters["second.bias"], padding=1))
    return x.flatten(1) @ parameters["last.weight"].T + parameters["last.bias"]


def penalty(function):
    parameters = {
        name: double(seeded_parameters.parameter(name, shape, SEED)).requires_grad_()
        for name, shape in SHAPES.items()
    }
    pictures = torch.stack(
        [double(seeded_parameters.network_input(SHAPE[1:], SEED + image)) for image in range(SHAPE[0])]
    ).requires_grad_()
    (slopes,) = torch.autograd.grad(
        critic(pictures, parameters, function).sum(), pictures, create_graph=True)
    value = 0.5 * slopes.square().sum() / SHAPE[0]
    gradients = torch.autograd.grad(value, list(parameters.values()), allow_unused=True)
    return {
        "value": value.item(),
        "gradients": {
            name: [0.0] * parameters[name].numel() if gradient is None else gradient.flatten().tolist()
            for name, gradient in zip(parameters, gradients)
        },
    }


def main():
    path = pathlib.Path(__file__).parent.parent / "Tests/Generation/SystemRecipesTests/Goldens/penalty.json"
    path.parent.mkdir(exist_ok=True)
    content = {
        "seed": SEED, "shape": SHAPE, "shapes": SHAPES,
        "penalties": {name: penalty(function) for name, function in FUNCTIONS.items()},
    }
    path.write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
