#!/usr/bin/env python3
"""Writes Tests/Data/DatasetsTests/Goldens/scribbles.json: strokes that OpenCV makes of soft edge maps.

The last steps of ControlNet's scribble annotator (lllyasviel/ControlNet-v1-1-nightly,
gradio_scribble.py), restated: a Gaussian of sigma 3 on floats; of the pixels above 127 those stay that
are no smaller than both neighbors in at least one of four directions; a Gaussian of sigma 3 on bytes;
what exceeds 4 becomes 255. Each case holds width, height, the factors of its map (see `edges`) and, row
by row, the strokes as hexadecimal bits. Made with opencv-python-headless 5.0.0 and numpy.
"""
import json
import pathlib

import cv2
import numpy


def edges(width, height, a, b, c):
    """A map in closed form without symmetry, so that no two neighbors tie by chance."""
    y, x = numpy.mgrid[0:height, 0:width]
    return numpy.abs((a * x * x + b * y * y + c * x * y) // 37 % 511 - 255).astype(numpy.uint8)


def strokes(image):
    smooth = cv2.GaussianBlur(image.astype(numpy.float32), (0, 0), 3.0)
    stays = numpy.zeros(smooth.shape, bool)
    for kernel in ([[0, 0, 0], [1, 1, 1], [0, 0, 0]], [[0, 1, 0]] * 3, numpy.eye(3), numpy.eye(3)[::-1]):
        stays |= cv2.dilate(smooth, numpy.array(kernel, numpy.uint8)) == smooth
    lines = numpy.where(stays & (smooth > 127), 255, 0).astype(numpy.uint8)
    return cv2.GaussianBlur(lines, (0, 0), 3.0) > 4


cases = []
for width, height, a, b, c in [(96, 80, 3, 5, 2), (61, 40, 1, 7, 11), (20, 33, 13, 2, 5)]:
    rows = numpy.packbits(strokes(edges(width, height, a, b, c)), axis=1)
    cases.append(
        {"width": width, "height": height, "factors": [a, b, c],
         "rows": [row.tobytes().hex() for row in rows]})
path = pathlib.Path(__file__).parent.parent / "Tests/Data/DatasetsTests/Goldens/scribbles.json"
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps({"made_with": f"opencv {cv2.__version__}", "cases": cases}) + "\n")
