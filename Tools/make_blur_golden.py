#!/usr/bin/env python3
"""Writes Tests/Generation/GeneratorsTests/Goldens/gaussian_blur.json: 8-bit images blurred by scipy.

Each case holds width, height, sigma, the samples of an RGB image (interleaved, from SplitMix64 with
the case's seed: the top byte of every value) and floor(y + 0.5) of scipy's filter over Float64.
Sizes below the filter's radius are among the cases, so that mirrors mirror more than once.
"""
import json
import pathlib

import numpy
import scipy
from scipy import ndimage

MASK = (1 << 64) - 1


def bytes_of(seed, count):
    state, found = seed, []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        found.append((mixed ^ (mixed >> 31)) >> 56)
    return found


cases = []
for seed, (width, height, sigma) in enumerate([(17, 11, 1.0), (9, 20, 2.5), (5, 3, 4.0), (1, 7, 0.8)]):
    image = numpy.array(bytes_of(seed, width * height * 3), dtype=numpy.float64)
    image = image.reshape(height, width, 3)
    blurred = ndimage.gaussian_filter(image, (sigma, sigma, 0), mode="reflect", truncate=4)
    cases.append(
        {"seed": seed, "width": width, "height": height, "sigma": sigma,
         "blurred": [int(v) for v in numpy.floor(blurred + 0.5).ravel()]})

path = pathlib.Path(__file__).parent.parent / "Tests/Generation/GeneratorsTests/Goldens/gaussian_blur.json"
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps(
    {"made_with": f"scipy {scipy.__version__}, numpy {numpy.__version__}", "cases": cases}) + "\n")
