"""Runs EG3D's own renderer on seeded values and writes what Swift must reproduce.

    python3 Tools/make_volume_goldens.py --eg3d DIR

needs torch and numpy, and a checkout of NVlabs/eg3d, whose classes are imported and not copied.
Writes Tests/Compute/VolumesTests/Goldens/volumes.json:

    cameras     for angles, the label of LookAtPoseSampler around (0, 0, 0.2) and the rays of RaySampler, 3 by 3
    planes      features [P·C, H, W], points, what sample_from_planes makes of them, and the gradient by the features
                of the sum of squares; some points lie outside
    depths      strata and importance for given uniform numbers
    marches     densities, colors and depths of rays, their light, depth and weights, and gradients by densities and
                colors of <color, a> + b · opacity

Arithmetic is float64; uniform numbers are injected in place of torch.rand.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import numpy
import torch

GOLDENS = Path(__file__).parent.parent / "Tests/Compute/VolumesTests/Goldens"


def values(tensor):
    return [float(value) for value in tensor.detach().reshape(-1)]


def cameras(look_at, ray_sampler):
    """Cameras around the face's center, and their rays."""
    intrinsics = torch.tensor([[4.2647, 0, 0.5], [0, 4.2647, 0.5], [0, 0, 1]])
    cases = []
    for yaw, pitch in [(0, 0), (0.4, 0), (-0.4, 0), (0.1, -0.2), (0, 0.4)]:
        pose = look_at.sample(
            math.pi / 2 + yaw, math.pi / 2 + pitch, torch.tensor([0, 0, 0.2]), radius=2.7
        )
        label = torch.cat([pose.reshape(1, 16), intrinsics.reshape(1, 9)], 1)
        skewed = intrinsics.clone()
        skewed[0, 1] = 0.1 * yaw
        origins, directions = ray_sampler(pose.double(), skewed[None].double(), 3)
        cases.append({
            "yaw": math.pi / 2 + yaw, "pitch": math.pi / 2 + pitch, "label": values(label), "skew": float(skewed[0, 1]),
            "origins": values(origins), "directions": values(directions),
        })
    return cases


def planes(renderer, random):
    """Three planes that are not square, with points inside and outside the box."""
    channels, rows, columns = 5, 7, 6
    features = torch.tensor(random.standard_normal((1, 3, channels, rows, columns)), requires_grad=True)
    points = random.uniform(-0.62, 0.62, (40, 3))
    points[0] = [0.5, 0.5, 0.5]
    points[1] = [-0.5, -0.5, -0.5]
    points[2] = [0, 0, 0]
    points[3] = [3, 0, 0]
    points = torch.tensor(points.astype(numpy.float32)).double()
    cases = {}
    corrected = torch.tensor([
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 0, 1], [0, 1, 0]], [[0, 0, 1], [0, 1, 0], [1, 0, 0]],
    ]).double()
    # Sampling itself casts coordinates to float32, which float64 features refuse.
    sample = torch.nn.functional.grid_sample
    torch.nn.functional.grid_sample = lambda grid, places, **rest: sample(grid, places.to(grid), **rest)
    for name, axes in {"published": renderer.generate_planes().double(), "corrected": corrected}.items():
        found = renderer.sample_from_planes(axes, features, points[None], padding_mode="zeros", box_warp=1).mean(1)[0]
        gradient = torch.autograd.grad((found**2).sum(), features)[0]
        cases[name] = {"axes": values(axes), "found": values(found), "gradient": values(gradient[0])}
    torch.nn.functional.grid_sample = sample
    return {
        "channels": channels, "rows": rows, "columns": columns, "features": values(features[0]),
        "points": values(points), "cases": cases,
    }


def depths(renderer, random):
    """Two looks at rays whose first look found something somewhere."""
    importance = renderer.ImportanceRenderer()
    cases = []
    for kind in ("peak", "flat", "last"):
        coarse, fine = 48, 48
        # Two equal rays: a single one loses its axis in the source.
        uniform = torch.tensor(random.uniform(0, 1, (1, 1, coarse, 1))).expand(1, 2, -1, -1)
        places = torch.tensor(random.uniform(0, 1, (1, fine))).expand(2, -1)
        torch.rand_like, kept = lambda _: uniform, torch.rand_like
        strata = importance.sample_stratified(torch.zeros(1, 2, 3).double(), 2.25, 3.3, coarse)
        torch.rand_like = kept
        weights = torch.full((coarse - 1,), 1e-4).double()
        weights[{"peak": slice(20, 24), "flat": slice(0, 0), "last": slice(45, 47)}[kind]] = 0.2
        torch.rand, kept = lambda *_, **__: places, torch.rand
        found = importance.sample_importance(strata, weights.expand(1, 2, -1)[..., None], fine)
        torch.rand = kept
        cases.append({
            "uniform": values(uniform[0, 0]), "strata": values(strata[0, 0]), "weights": values(weights),
            "places": values(places[0]), "found": values(found[0, 0]),
        })
    return cases


def marches(marcher, random):
    """Rays of every kind: through nothing, into something dense, and between."""
    cases = []
    for scale, white in [(1, False), (30, False), (4, True), (0.01, False)]:
        looks, channels = 9, 4
        places = torch.tensor(numpy.sort(random.uniform(2.25, 3.3, looks)))
        densities = torch.tensor(scale * random.standard_normal(looks), requires_grad=True)
        colors = torch.tensor(random.uniform(0, 1, (looks, channels)), requires_grad=True)
        color, depth, weights = marcher.MipRayMarcher2()(
            colors[None, None], densities[None, None, :, None], places[None, None, :, None],
            {"clamp_mode": "softplus", "white_back": white},
        )
        color = (color + 1) / 2
        factors = torch.tensor(random.standard_normal(channels))
        opacity = float(random.standard_normal())
        loss = (color[0, 0] * factors).sum() + opacity * weights.sum()
        gradients = torch.autograd.grad(loss, [densities, colors])
        cases.append({
            "background": 1 if white else 0, "depths": values(places), "densities": values(densities),
            "colors": values(colors), "color": values(color), "depth": values(depth)[0], "weights": values(weights),
            "ofColor": values(factors), "ofOpacity": opacity, "ofDensities": values(gradients[0]),
            "ofColors": values(gradients[1]),
        })
    return cases


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--eg3d", required=True, metavar="DIR")
    options = parser.parse_args()
    sys.path.insert(0, options.eg3d + "/eg3d")
    import camera_utils
    from training.volumetric_rendering import ray_marcher, ray_sampler, renderer

    torch.set_num_threads(1)
    random = numpy.random.default_rng(11)
    content = {
        "cameras": cameras(camera_utils.LookAtPoseSampler, ray_sampler.RaySampler()),
        "planes": planes(renderer, random),
        "depths": depths(renderer, random),
        "marches": marches(ray_marcher, random),
    }
    GOLDENS.mkdir(parents=True, exist_ok=True)
    (GOLDENS / "volumes.json").write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
