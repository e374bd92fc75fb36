"""Images in memory, written losslessly where the program can read them."""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
import zlib
from contextlib import contextmanager
from typing import Any, Iterable, Iterator, Mapping, Tuple, Union

#: A folder, an array or tensor of images, a sequence of images, or images by id.
Images = Union[str, "os.PathLike[str]", Mapping[str, Any], Iterable[Any]]


@contextmanager
def folder(images: Images, value_range: Tuple[float, float]) -> Iterator[str]:
    """A folder with the images; one made for them is removed afterwards."""
    if isinstance(images, (str, os.PathLike)):
        yield os.fspath(images)
        return
    shared = "/dev/shm"
    place = shared if os.path.isdir(shared) and os.access(shared, os.W_OK) else None
    path = tempfile.mkdtemp(prefix="evalkit-", dir=place)
    try:
        named = images.items() if isinstance(images, Mapping) else (
            (f"{index:06d}", image) for index, image in enumerate(images)
        )
        count = 0
        for name, image in named:
            if not name or "/" in name or name.startswith("."):
                raise ValueError(f"{name!r} is no id of an image: ids are names of files")
            with open(os.path.join(path, f"{name}.png"), "wb") as file:
                file.write(png(image, value_range))
            count += 1
        if not count:
            raise ValueError("there are no images")
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def png(image: Any, value_range: Tuple[float, float] = (0.0, 1.0)) -> bytes:
    """An 8-bit RGB PNG of a PIL image, array or tensor.

    Args:
        image: ``[H, W, 3]`` or ``[3, H, W]``, bytes or floats.
        value_range: what floats for black and white are. Values are rounded to the nearest level, as torchvision's
            ``save_image`` does; what lies outside is an error, since a wrong range would make every score wrong.
    """
    if hasattr(image, "convert") and hasattr(image, "tobytes"):
        image = image.convert("RGB")
        return encoded(image.tobytes(), image.width, image.height)
    import numpy as np

    if hasattr(image, "detach"):
        image = image.detach().cpu().numpy()
    array = np.asarray(image)
    if array.ndim != 3 or 3 not in (array.shape[0], array.shape[2]):
        raise ValueError(f"an image is [H, W, 3] or [3, H, W], but one has the shape {list(array.shape)}")
    if array.shape[2] != 3:
        array = array.transpose(1, 2, 0)
    if array.dtype != np.uint8:
        if not np.issubdtype(array.dtype, np.floating):
            raise ValueError(f"images are bytes or floats, but one is {array.dtype}")
        low, high = value_range
        if not np.isfinite(array).all():
            raise ValueError("an image has values that are no finite numbers")
        slack = 1e-3 * (high - low)
        if array.min() < low - slack or array.max() > high + slack:
            raise ValueError(
                f"an image has values in {array.min():.4g}…{array.max():.4g}, but value_range is {low:g}…{high:g}; "
                "name the right range"
            )
        scaled = (array.astype(np.float64) - low) * (255.0 / (high - low))
        array = np.clip(np.floor(scaled + 0.5), 0, 255).astype(np.uint8)
    array = np.ascontiguousarray(array)
    return encoded(array.tobytes(), array.shape[1], array.shape[0])


def encoded(samples: bytes, width: int, height: int) -> bytes:
    """A PNG of RGB samples, row by row."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    stride = 3 * width
    rows = b"".join(b"\0" + samples[start:start + stride] for start in range(0, stride * height, stride))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
