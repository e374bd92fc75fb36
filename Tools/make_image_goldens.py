"""Makes what Tests/Compute/ImagesTests compares Images with.

Made with Python 3.11, Pillow 13.0.0 (libjpeg-turbo 3.2.0), torch 2.15.0, torchvision 0.29.2,
torch-fidelity, clean-fid and numpy; run as

    python Tools/make_image_goldens.py [FIXTURES]

It writes Tests/Compute/ImagesTests/Goldens: small files of every stored kind, `decoding.txt` (what Pillow makes
of them), `pillow.txt` (its 8-bit resizes), `tensors.json` (float resizes) and `preprocessing.json`. Given
the folder of fixtures, it also writes `fixtures.txt`. `files/given-*.jpg` are kept as they are: encoded by
libjpeg-turbo 2.1.5 with the sampling factors, YCCK and arithmetic codes that Pillow does not write.

Long results are written as a sum: of (byte + 1) * 0x100000001B3 ** index, modulo 2 ** 64.
"""

import io
import json
import pathlib
import struct
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

GOLDENS = pathlib.Path(__file__).parent.parent / "Tests/Compute/ImagesTests/Goldens"
PRIME = np.uint64(0x100000001B3)


def checksum(array):
    data = np.ascontiguousarray(array, np.uint8).reshape(-1).astype(np.uint64) + np.uint64(1)
    powers = np.cumprod(np.concatenate([[np.uint64(1)], np.full(len(data) - 1, PRIME)]), dtype=np.uint64)
    return f"{int((data * powers).sum(dtype=np.uint64)):016x}"


def picture(width, height, channels=3):
    """The picture that Swift's tests compute with the same integer formula."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    return ((x * x * 7 + y * 13 + x * y * 5 + c * 101 + (x * 31 ^ y * 17)) & 255).astype(np.uint8)


def gentle(width, height):
    """The same picture over a smooth wave: shrinking leaves more of it than the mean."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    wave = abs((x * (c + 2) + y * 3) % 400 - 200) * 127 // 200
    return (wave + picture(width, height) // 2).astype(np.uint8)


def shortest(values):
    """Float32 values with the fewest digits that give them back."""
    return [float(str(np.float32(v))) for v in values.reshape(-1)]


# --- PNG, written by hand: Pillow cannot write most kinds ------------------------------------------

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_rows(samples, depth):
    """[H, W, C] integers to PNG rows, with every filter type in turn."""
    height = samples.shape[0]
    channels = samples.shape[2]
    distance = max(1, channels * depth // 8)
    previous, rows = None, b""
    for y in range(height):
        flat = samples[y].reshape(-1)
        if depth == 16:
            row = flat.astype(">u2").tobytes()
        elif depth == 8:
            row = flat.astype(np.uint8).tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in flat)
            bits += "0" * (-len(bits) % 8)
            row = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        previous = previous or bytes(len(row))
        rows += bytes([y % 5]) + filtered(row, previous, distance, y % 5)
        previous = row
    return rows


def filtered(row, above, distance, kind):
    result = bytearray()
    for i, value in enumerate(row):
        a = row[i - distance] if i >= distance else 0
        b = above[i]
        c = above[i - distance] if i >= distance else 0
        p = a + b - c
        nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        result.append((value - [0, a, b, (a + b) // 2, nearest][kind]) & 255)
    return bytes(result)


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, depth, colour, interlaced=False, palette=None, transparency=None):
    height, width = samples.shape[:2]
    if interlaced:
        parts = [samples[y0::dy, x0::dx] for x0, y0, dx, dy in ADAM7]
        data = b"".join(packed_rows(p, depth) for p in parts if p.size)
    else:
        data = packed_rows(samples, depth)
    compressed = zlib.compress(data)
    half = len(compressed) // 2
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced)))
        + chunk(b"gAMA", struct.pack(">I", 100000))
        + chunk(b"tEXt", b"Comment\0a golden")
        + (chunk(b"PLTE", bytes(palette)) if palette else b"")
        + (chunk(b"tRNS", bytes(transparency)) if transparency else b"")
        + chunk(b"IDAT", compressed[:half])
        + chunk(b"IDAT", compressed[half:])
        + chunk(b"IEND", b"")
    )


def wide(width, height, channels, depth):
    """Like `picture`, over all values of a bit depth."""
    low, high = picture(width, height, channels).astype(int), picture(height, width, channels).astype(int)
    both = low * 256 + high.transpose(1, 0, 2)
    return both if depth == 16 else both >> (16 - depth)


def png_files():
    files = {}
    for interlaced in (False, True):
        suffix = "-interlaced" if interlaced else ""
        for depth in (1, 2, 4, 8, 16):
            files[f"grey{depth}{suffix}"] = png(wide(13, 11, 1, depth), depth, 0, interlaced)
        for depth in (1, 2, 4, 8):
            entries = [(i * 53 + 7) & 255 for i in range(3 * 2**depth)]
            files[f"palette{depth}{suffix}"] = png(wide(13, 11, 1, depth), depth, 3, interlaced, entries)
        for depth in (8, 16):
            files[f"rgb{depth}{suffix}"] = png(wide(13, 11, 3, depth), depth, 2, interlaced)
            files[f"greyalpha{depth}{suffix}"] = png(wide(13, 11, 2, depth), depth, 4, interlaced)
            files[f"rgba{depth}{suffix}"] = png(wide(13, 11, 4, depth), depth, 6, interlaced)
    low = np.arange(13 * 11).reshape(11, 13, 1) * 3  # around 255, where mode I;16 is limited
    files["grey16-low"] = png(low, 16, 0)
    files["grey8-transparent"] = png(wide(13, 11, 1, 8), 8, 0, transparency=[0, 7])
    files["rgb8-transparent"] = png(wide(13, 11, 3, 8), 8, 2, transparency=[0, 0, 0, 101, 0, 202])
    entries = [(i * 53 + 7) & 255 for i in range(48)]
    files["palette4-transparent"] = png(wide(13, 11, 1, 4), 4, 3, palette=entries, transparency=[0, 128, 255])
    files["palette8-short"] = png(wide(13, 11, 1, 8), 8, 3, palette=entries)
    files["rgb8-1x1"] = png(wide(1, 1, 3, 8), 8, 2)
    files["grey1-9x1-interlaced"] = png(wide(9, 1, 1, 1), 1, 0, True)
    return {f"{name}.png": data for name, data in files.items()}


# --- JPEG -----------------------------------------------------------------------------------------

def smooth(width, height, channels):
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    wave = 127.5 + 80 * np.sin(x * (c + 1) / 5.0 + y / 7.0) + 40 * np.cos(y * (c + 2) / 9.0)
    return np.clip(wave, 0, 255).astype(np.uint8)


def jpeg(channels, width=37, height=29, **options):
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[channels]
    samples = smooth(width, height, channels)
    image = Image.fromarray(samples[..., 0] if channels == 1 else samples, mode)
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


def jpeg_files():
    cmyk = jpeg(4, quality=90)
    adobe = cmyk.index(b"Adobe")
    ycck = cmyk[: adobe + 11] + b"\x02" + cmyk[adobe + 12 :]
    rgb = jpeg(3, quality=90)
    files = {
        "baseline-420": jpeg(3, quality=75),
        "baseline-422": jpeg(3, quality=90, subsampling=1),
        "baseline-444": jpeg(3, quality=95, subsampling=0),
        "progressive-420": jpeg(3, quality=75, progressive=True),
        "progressive-444": jpeg(3, quality=60, subsampling=0, progressive=True),
        "optimised-420": jpeg(3, quality=30, optimize=True),
        "restarts-420": jpeg(3, quality=75, restart_marker_blocks=2),
        "even-420": jpeg(3, 32, 48, quality=80),
        "narrow-420": jpeg(3, 1, 17, quality=80),
        "kept-rgb": jpeg(3, quality=90, keep_rgb=True),
        "grey": jpeg(1, quality=85),
        "grey-progressive": jpeg(1, quality=85, progressive=True),
        "cmyk": cmyk,
        "cmyk-progressive": jpeg(4, quality=80, progressive=True),
        "ycck": ycck,
        "trailing-bytes": rgb + b"more bytes than the image needs",
    }
    return {f"{name}.jpg": data for name, data in files.items()}


def write_decoding():
    folder = GOLDENS / "files"
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    given = {path.name: path.read_bytes() for path in sorted(folder.glob("given-*.jpg"))}
    for name, data in {**png_files(), **jpeg_files(), **given}.items():
        (folder / name).write_bytes(data)
        rgb = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        lines.append(f"{name} {rgb.shape[1]} {rgb.shape[0]} {checksum(rgb)}")
    for quality in (1, 50, 75, 95, 100):
        for channels in (1, 3):
            samples = picture(45, 31, channels)
            image = Image.fromarray(samples[..., 0] if channels == 1 else samples)
            stream = io.BytesIO()
            image.save(stream, "JPEG", quality=quality)
            # The whole file, tables and all.
            code = checksum(np.frombuffer(stream.getvalue(), np.uint8))
            lines.append(f"encoded:{quality}:{channels} 45 31 {code}")
    (GOLDENS / "decoding.txt").write_text("\n".join(lines) + "\n")


# --- Resizing -------------------------------------------------------------------------------------

SIZES = [
    ((31, 17), (13, 29)), ((17, 31), (40, 8)), ((64, 48), (32, 24)), ((5, 7), (19, 23)),
    ((100, 3), (7, 3)), ((3, 100), (3, 7)), ((1, 1), (4, 5)), ((16, 16), (1, 1)), ((33, 21), (33, 20)),
    ((49, 49), (50, 98)), ((203, 101), (96, 64)),
]
FILTERS = {name: getattr(Image.Resampling, name.upper()) for name in ("nearest", "box", "bilinear", "bicubic", "lanczos")}


def write_pillow():
    lines = []
    for (width, height), size in SIZES:
        for channels in (1, 3):
            samples = picture(width, height, channels)
            image = Image.fromarray(samples[..., 0] if channels == 1 else samples)
            for name, kind in FILTERS.items():
                lines.append(f"{width} {height} {channels} {size[0]} {size[1]} {name} {checksum(image.resize(size, kind))}")
    # Sizes at which adding positions up and multiplying them differ would show here.
    for old, new in ((299, 256), (256, 299), (1023, 511), (997, 333), (111, 1000)):
        image = Image.fromarray(picture(old, 2, 1)[..., 0])
        lines.append(f"{old} 2 1 {new} 3 nearest {checksum(image.resize((new, 3), FILTERS['nearest']))}")
    (GOLDENS / "pillow.txt").write_text("\n".join(lines) + "\n")


def tensor_filters():
    from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x

    def pillow(kind):
        def resize(planes, width, height):
            images = [Image.fromarray(p.numpy(), "F").resize((width, height), kind) for p in planes]
            return torch.tensor(np.stack([np.asarray(i) for i in images]))
        return resize

    def interpolate(**options):
        return lambda planes, width, height: F.interpolate(planes[None], size=(height, width), **options)[0]

    filters = {f"pillow-float-{name}": pillow(kind) for name, kind in FILTERS.items()}
    filters |= {
        "torch-nearest": interpolate(mode="nearest"),
        "torch-bilinear-half-pixel-no-antialias": interpolate(mode="bilinear", align_corners=False),
        "torch-bilinear-align-corners-no-antialias": interpolate(mode="bilinear", align_corners=True),
        "torch-bicubic-0.75-half-pixel-no-antialias": interpolate(mode="bicubic", align_corners=False),
        "tensorflow1-bilinear": lambda p, w, h: interpolate_bilinear_2d_like_tensorflow1x(p[None], (h, w), align_corners=False)[0],
        "adaptive-average": lambda p, w, h: F.adaptive_avg_pool2d(p[None], (h, w))[0],
    }
    return filters


def write_tensors():
    cases = []
    sizes = [((9, 7), (5, 4)), ((5, 6), (11, 9)), ((12, 1), (7, 2)), ((1, 8), (3, 8)), ((20, 15), (3, 2)), ((6, 6), (1, 1))]
    for name, resize in tensor_filters().items():
        for (width, height), (new_width, new_height) in sizes:
            planes = torch.tensor(picture(width, height, 2).transpose(2, 0, 1).astype(np.float32)) / 4 - 20
            values = resize(planes, new_width, new_height)
            cases.append({
                "filter": name, "old": [width, height], "new": [new_width, new_height],
                "values": shortest(values),
            })
    lines = ",\n".join(json.dumps(case) for case in cases)
    (GOLDENS / "tensors.json").write_text(f"[\n{lines}\n]\n")


# --- Preprocessing --------------------------------------------------------------------------------

def preprocessings():
    from torchvision import transforms as T

    filters = tensor_filters()

    def floats(image):
        return torch.tensor(np.asarray(image).transpose(2, 0, 1).astype(np.float32))

    def normalised(mean, std, *before):
        return T.Compose([*before, T.ToTensor(), T.Normalize(mean, std)])

    halves = ((0.5,) * 3, (0.5,) * 3)
    imagenet = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    clip = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))

    def lpips(image):  # im2tensor works in float64 and rounds once
        return torch.tensor((np.asarray(image) / (255.0 / 2.0) - 1.0).transpose(2, 0, 1).astype(np.float32))

    def irse50(image):
        x = normalised(*halves, T.Resize((256, 256), T.InterpolationMode.BICUBIC))(image)
        return F.adaptive_avg_pool2d(x[None, :, 35:223, 32:220], (112, 112))[0]

    def mobilefacenet(image):
        x = floats(image.resize((256, 256), Image.Resampling.BICUBIC))
        x = F.adaptive_avg_pool2d(x[None, :, 35:223, 32:220], (112, 112))[0]
        return (x[:, :, 8:104] - 127.5) / 128

    def fid_clean(image):
        x = filters["pillow-float-bicubic"](floats(image), 299, 299)
        return (x.clip(0, 255) - 128) / 128

    def at(size):
        return lambda image: normalised(*clip, T.Resize(size, T.InterpolationMode.BICUBIC), T.CenterCrop(size))(image)

    def unet(kind):
        return normalised(*halves, T.Resize((512, 512), kind))

    def compact(image, *sizes):
        for size in sizes:
            image = image.resize((size, size), Image.Resampling.BICUBIC)
        return floats(image) / 127.5 - 1

    return {
        "fid-pytorch": lambda i: 2 * filters["torch-bilinear-half-pixel-no-antialias"](T.ToTensor()(i), 299, 299) - 1,
        "fid-torch-fidelity": lambda i: (filters["tensorflow1-bilinear"](floats(i), 299, 299) - 128) / 128,
        "fid-clean": fid_clean,
        "lpips": lpips,
        "lpips-256": lambda i: lpips(i.resize((256, 256), Image.Resampling.BICUBIC)),
        "dists": T.ToTensor(),
        "irse50-crop": irse50,
        "mobilefacenet-crop": mobilefacenet,
        "bisenet-512": normalised(*imagenet, T.Resize((512, 512), T.InterpolationMode.BILINEAR)),
        "celebamask-unet-512": unet(T.InterpolationMode.BILINEAR),
        "celebamask-unet-512-nearest": unet(T.InterpolationMode.NEAREST),
        "celebamask-unet-512-bicubic": unet(T.InterpolationMode.BICUBIC),
        "unet-small-256": lambda i: floats(i.resize((256, 256), Image.Resampling.BILINEAR)) / 127.5 - 1,
        "compact-128": lambda i: compact(i, 128),
        "compact-96": lambda i: compact(i, 128, 96),
        "compact-face-96": lambda i: compact(i, 128)[:, 17:113, 15:111],
    } | {f"clip-{size}": at(size) for size in (224, 288, 336, 384, 448)}, {
        "aligned-112": lambda i: (floats(i) - 127.5) / 127.5,
        "mobilefacenet-112x96": lambda i: (floats(i)[:, :, 8:104] - 127.5) / 128,
    }


def write_preprocessing():
    anywhere, aligned = preprocessings()
    cases = []
    for names, sizes in ((anywhere, [(141, 97), (90, 203), (256, 256)]), (aligned, [(112, 112)])):
        for name, prepare in names.items():
            for width, height in sizes:
                image = Image.fromarray(gentle(width, height))
                values = prepare(image)
                step = 1 + values.numel() // 150
                cases.append({
                    "name": name, "old": [width, height], "shape": list(values.shape), "step": step,
                    "pixels": checksum(np.asarray(image)),
                    "values": shortest(values.reshape(-1)[::step]),
                })
    lines = ",\n".join(json.dumps(case) for case in cases)
    (GOLDENS / "preprocessing.json").write_text(f"[\n{lines}\n]\n")


def write_fixtures(root):
    lines = []
    for pattern in ("faces/images/*.jpg", "identity/aligned112/*.png", "lpips/*.png"):
        for path in sorted(root.glob(pattern)):
            lines.append(f"{path.relative_to(root)} {checksum(np.asarray(Image.open(path).convert('RGB')))}")
    for path in sorted(root.glob("faces/masks/*.png")):
        lines.append(f"{path.relative_to(root)} {checksum(np.asarray(Image.open(path)))}")
    (GOLDENS / "fixtures.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    GOLDENS.mkdir(parents=True, exist_ok=True)
    write_decoding()
    write_pillow()
    write_tensors()
    write_preprocessing()
    if len(sys.argv) > 1:
        write_fixtures(pathlib.Path(sys.argv[1]))
