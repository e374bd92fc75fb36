"""Makes folders of faces for measurements of speed out of a few real ones.

    python3 Tools/bench_faces.py --fixtures DIR --count N OUTPUT

writes OUTPUT/real/*.jpg, OUTPUT/made/*.png and OUTPUT/masks/*.png, N of each, 512x512. Every real face
serves again and again, mirrored and cut out differently each time (with its label map), so that no two
files hold the same pixels; what was in these folders goes; the face to score is the real one blurred, shifted in color and with noise,
as a method might give it back. Everything follows from the position in the list. Needs Pillow, numpy.
"""

import argparse
import multiprocessing
import os
import pathlib
import random
import shutil

import numpy
from PIL import Image, ImageFilter, ImageOps

SIDE = 512


def make(task):
    """One real face, its label map and the face to score."""
    index, fixtures, output = task
    names = sorted(path.stem for path in (fixtures / "faces" / "images").glob("*.jpg"))
    name = names[index % len(names)]
    choice = random.Random(index)
    side = choice.randint(420, SIDE)
    left, top = choice.randint(0, SIDE - side), choice.randint(0, SIDE - side)
    box = (left, top, left + side, top + side)
    is_mirrored = choice.random() < 0.5

    def cut(image, filtering):
        if is_mirrored:
            image = ImageOps.mirror(image)
        return image.resize((SIDE, SIDE), filtering, box=box)

    face = cut(
        Image.open(fixtures / "faces" / "images" / f"{name}.jpg").convert("RGB"),
        Image.Resampling.LANCZOS,
    )
    mask = cut(Image.open(fixtures / "faces" / "masks" / f"{name}.png"), Image.Resampling.NEAREST)
    blurred = numpy.asarray(face.filter(ImageFilter.GaussianBlur(choice.uniform(0.5, 2))), float)
    noise = numpy.random.default_rng(index).normal(choice.uniform(-8, 8), 4, blurred.shape)
    made = Image.fromarray(numpy.clip(blurred + noise, 0, 255).astype(numpy.uint8))
    face.save(output / "real" / f"{index:05}.jpg", quality=95)
    made.save(output / "made" / f"{index:05}.png")
    mask.save(output / "masks" / f"{index:05}.png")


def write(fixtures, output, count):
    """Writes all files with all processors."""
    for folder in ("real", "made", "masks"):
        shutil.rmtree(output / folder, ignore_errors=True)
        (output / folder).mkdir(parents=True)
    tasks = [(index, fixtures, output) for index in range(count)]
    with multiprocessing.Pool(len(os.sched_getaffinity(0))) as pool:
        pool.map(make, tasks, chunksize=8)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fixtures", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--count", type=int, required=True, metavar="N")
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    write(options.fixtures, options.output, options.count)
