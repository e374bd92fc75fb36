"""Makes the small checkpoint files under Tests/Models/CheckpointsTests/Goldens and what is in them.

Made with Python 3.11.7, torch 2.15.0, numpy 2.4.6, safetensors 0.8.0.
Usage: python Tools/make_checkpoint_goldens.py [FIXTURES]
With the folder of real weights as argument, fixtures.json is made as well: names, shapes and a few
statistics of each file, as torch reads them.
"""

import collections
import io
import json
import os
import pathlib
import platform
import sys
import zipfile
import zlib

import numpy
import safetensors
import safetensors.torch
import torch

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "Tests/Models/CheckpointsTests/Goldens"
expected = {}


def number(value):
    """JSON has no infinities and no NaN."""
    value = float(value)
    if value != value:
        return "nan"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return value


def record(file, tensors):
    """Notes the tensors that a reader must find in a file, in order."""
    rows = []
    for name, tensor in tensors:
        tensor = tensor.detach()
        values = tensor.to(torch.float64).contiguous().flatten().tolist()
        rows.append(
            {
                "name": name,
                "type": str(tensor.dtype).removeprefix("torch."),
                "shape": list(tensor.shape),
                "values": [number(value) for value in values],
            }
        )
    expected[file] = rows


def save(file, value, tensors, **options):
    torch.save(value, GOLDENS / file, **options)
    record(file, tensors)


def all_types():
    """One tensor of every element type, with the values that conversions get wrong first."""
    tricky = [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 6.1e-5, 3.1e-5, 0.1, float("inf"), float("-inf")]
    tensors = collections.OrderedDict()
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        tensors[str(dtype).removeprefix("torch.")] = torch.tensor(tricky, dtype=dtype)
    for dtype in (torch.int8, torch.int16, torch.int32, torch.int64):
        info = torch.iinfo(dtype)
        tensors[str(dtype).removeprefix("torch.")] = torch.tensor(
            [0, 1, -1, info.min, info.max], dtype=dtype
        )
    tensors["uint8"] = torch.tensor([0, 1, 127, 128, 255], dtype=torch.uint8)
    tensors["bool"] = torch.tensor([True, False, True])
    return tensors


def views():
    """Tensors that share one storage, with every kind of stride."""
    torch.manual_seed(7)
    base = torch.randn(4, 6)
    cube = torch.arange(60, dtype=torch.float32).reshape(3, 4, 5)
    return collections.OrderedDict(
        base=base,
        transposed=base.t(),
        row=base[2],
        column=base[:, 3],
        every_other=base[1::2, ::3],
        permuted=cube.permute(2, 0, 1),
        inner=cube[1:, 1:3, 2:4],
        expanded=base[0, :3].expand(2, 3),
        scalar=torch.tensor(3.25),
        empty=torch.zeros(0, 3),
        element=base[3, 5],
    )


def small_state():
    torch.manual_seed(11)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3, bias=False), torch.nn.BatchNorm2d(4), torch.nn.PReLU(4)
    )
    return network.state_dict()


class Malicious:
    """Runs code when an ordinary unpickler reads it."""

    def __init__(self, call):
        self.call = call

    def __reduce__(self):
        return self.call


def torch_files():
    for suffix, options in (("zip", {}), ("legacy", {"_use_new_zipfile_serialization": False})):
        save(f"types_{suffix}.pth", all_types(), all_types().items(), **options)
        save(f"views_{suffix}.pth", views(), views().items(), **options)
        state = small_state()
        nested = {
            "epoch": 68,
            "best": 0.5,
            "wide": 1 << 80,
            "opts": {"name": "täst", "sizes": [1, 2, (3, 4)], "device": torch.device("cpu")},
            "net_state_dict": state,
            "optimizer": {"state": {0: {"exp_avg": torch.ones(2)}}, "param_groups": [{"lr": 0.1}]},
        }
        save(f"nested_{suffix}.pth", nested, state.items(), **options)
        parallel = collections.OrderedDict((f"module.{k}", v) for k, v in state.items())
        save(f"parallel_{suffix}.pth", {"state_dict": parallel}, state.items(), **options)
        parameters = {"w": torch.nn.Parameter(torch.ones(2, 2)), "s": torch.Size([2, 2])}
        save(f"parameter_{suffix}.pth", parameters, [("w", torch.ones(2, 2))], **options)
        tree = {"a": {"b": [torch.zeros(1), {"c": torch.ones(2)}]}, 3: torch.full((1,), 2.0)}
        names = [("a.b.0", torch.zeros(1)), ("a.b.1.c", torch.ones(2)), ("3", tree[3])]
        save(f"tree_{suffix}.pth", tree, names, **options)
        averaged = {"params": {"w": torch.zeros(1)}, "params_ema": {"w": torch.ones(1)}}
        save(f"averaged_{suffix}.pth", averaged, [("w", torch.ones(1))], **options)
        save(f"single_{suffix}.pth", torch.eye(2), [("value", torch.eye(2))], **options)
        evil = {"w": torch.ones(1), "x": Malicious((eval, ("1 + 1",)))}
        torch.save(evil, GOLDENS / f"eval_{suffix}.pth", **options)
        evil = {"w": torch.ones(1), "x": Malicious((os.system, ("true",)))}
        torch.save(evil, GOLDENS / f"system_{suffix}.pth", **options)
        for protocol in (3, 4, 5):
            save(
                f"protocol{protocol}_{suffix}.pth", state, state.items(),
                pickle_protocol=protocol, **options
            )
    unsigned = {
        name: torch.tensor([0, 1, 40000], dtype=getattr(torch, name))
        for name in ("uint16", "uint32", "uint64")
    }
    save("unsigned_zip.pth", unsigned, unsigned.items())
    torch.save(torch.nn.PReLU(1), GOLDENS / "module_zip.pth")
    torch.save({"z": torch.zeros(2, dtype=torch.complex64)}, GOLDENS / "complex_zip.pth")


def averaged_files():
    """Averaged weights beside raw ones under the names that training scripts give them."""
    raw, average = {"w": torch.zeros(1)}, {"w": torch.ones(1)}
    wrapped = {"n_averaged": torch.tensor(3), "module.w": torch.ones(1)}
    for file, value in {
        "ema": {"model": raw, "ema": average, "epoch": 1},
        "model_ema": {"model": raw, "model_ema": average},
        "state_dict_ema": {"state_dict": raw, "state_dict_ema": average},
        "ema_module": {"model": raw, "ema": {"module": average, "updates": 7}},
        "swa": {"state_dict": raw, "swa_model": wrapped},
    }.items():
        save(f"{file}_zip.pth", value, [("w", torch.ones(1))])
    compiled = {f"module._orig_mod.{k}": v for k, v in small_state().items()}
    save("compiled_zip.pth", compiled, small_state().items())
    safetensors.torch.save_file(compiled, str(GOLDENS / "compiled.safetensors"))
    with safetensors.safe_open(str(GOLDENS / "compiled.safetensors"), "pt") as file:
        names = [name.removeprefix("module._orig_mod.") for name in file.offset_keys()]
    record("compiled.safetensors", [(name, small_state()[name]) for name in names])
    parts = {"model.w": torch.zeros(1), "ema.w": torch.ones(1)}
    safetensors.torch.save_file(parts, str(GOLDENS / "parts.safetensors"))


def mixed_archives():
    """Statistics beside arrays that are no numbers, as people keep them, and a Mac's companion files."""
    random = numpy.random.default_rng(3)
    features = random.normal(size=(20, 8))
    arrays = {
        "mu": features.mean(0),
        "name": numpy.array("ffhq"),
        "files": numpy.array(["a.png", "b.png"], dtype=object),
        "made": numpy.array(["2026-11-28"], dtype="datetime64[D]"),
        "rows": numpy.array([(1, 2.0)], dtype=[("id", "<i4"), ("score", "<f8", (2,))]),
        "phase": numpy.array([1 + 2j]),
        "sigma": numpy.cov(features, rowvar=False),
    }
    rows = [(name, torch.from_numpy(arrays[name])) for name in ("mu", "sigma")]
    for file, write in (("mixed.npz", numpy.savez), ("mixed_packed.npz", numpy.savez_compressed)):
        write(GOLDENS / file, allow_pickle=True, **arrays)
        with zipfile.ZipFile(GOLDENS / file, "a") as archive:
            archive.writestr("__MACOSX/._mu.npy", b"\0\5\x16\7\0\2\0\0Mac OS X        ")
            archive.writestr("readme.txt", b"statistics")
        record(file, rows)


def python2_file():
    """A legacy file as PyTorch 0.3 under Python 2 wrote it: byte strings, pairs, storage views."""
    values = torch.arange(6, dtype=torch.float32)
    out = io.BytesIO()

    def text(value):
        return b"U" + bytes([len(value)]) + value.encode()

    def tensor(offset_in_view, view):
        storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("7") + text("cuda:0")
        storage += b"K\x06" + view + b"tQ"
        return (
            b"ctorch._utils\n_rebuild_tensor\n(" + storage + b"K" + bytes([offset_in_view])
            + b"K\x02\x85K\x01\x85tR"
        )

    view = b"(" + text("8") + b"K\x02K\x04t"
    pairs = b"](" + b"](" + text("plain") + tensor(1, b"N") + b"e"
    pairs += b"](" + text("view") + tensor(1, view) + b"ee"
    out.write(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.")
    out.write(b"\x80\x02}(" + text("protocol_version") + b"M\xe9\x03")
    out.write(text("little_endian") + b"\x88u.")
    out.write(b"\x80\x02ccollections\nOrderedDict\n" + pairs + b"\x85R}" + text("_metadata")
              + b"Nsb.")
    out.write(b"\x80\x02](" + text("7") + b"e.")
    out.write((6).to_bytes(8, "little") + values.numpy().tobytes())
    (GOLDENS / "python2_legacy.pth").write_bytes(out.getvalue())
    record("python2_legacy.pth", [("plain", values[1:3]), ("view", values[3:5])])


class Scripted(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(5)
        self.conv = torch.nn.Conv2d(2, 3, 1)
        self.scale = torch.nn.Parameter(torch.full((2,), 0.5, dtype=torch.float16))
        self.register_buffer("input_resolution", torch.tensor(224))
        self.sizes = [1, 2]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)


def script_file():
    module = Scripted()
    saved = io.BytesIO()
    torch.jit.save(torch.jit.script(module), saved)
    # Debug records hold the paths of the machine that made the file.
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(GOLDENS / "script.pt", "w") as target:
        for entry in source.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(entry.filename), source.read(entry))
    # TorchScript keeps a module's own tensors before those of its parts.
    state = module.state_dict()
    record("script.pt", [(name, state[name]) for name in state])


def other_files():
    tensors = {**all_types(), "matrix": torch.arange(6, dtype=torch.float32).reshape(2, 3)}
    safetensors.torch.save_file(
        tensors, str(GOLDENS / "types.safetensors"), metadata={"format": "pt"}
    )
    with safetensors.safe_open(str(GOLDENS / "types.safetensors"), "pt") as file:
        record("types.safetensors", [(name, tensors[name]) for name in file.offset_keys()])
    arrays = {}
    for code in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        for order in "<>":
            name = ("little_" if order == "<" else "big_") + code
            arrays[name] = numpy.arange(12).reshape(3, 4).astype(numpy.dtype(order + code))
    arrays["boolean"] = numpy.array([True, False])
    arrays["fortran"] = numpy.asfortranarray(numpy.arange(24.0).reshape(2, 3, 4))
    arrays["fortran_big"] = numpy.asfortranarray(numpy.arange(6).reshape(2, 3).astype(">i2"))
    arrays["scalar"] = numpy.array(2.5)
    arrays["empty"] = numpy.zeros((0, 5), numpy.float32)
    rows = [(k, torch.from_numpy(v.astype(v.dtype.newbyteorder("=")))) for k, v in arrays.items()]
    numpy.savez(GOLDENS / "arrays.npz", **arrays)
    record("arrays.npz", rows)
    numpy.savez_compressed(GOLDENS / "arrays_packed.npz", **arrays)
    record("arrays_packed.npz", rows)
    for version in ((1, 0), (2, 0), (3, 0)):
        file = f"version{version[0]}.npy"
        with open(GOLDENS / file, "wb") as out:
            numpy.lib.format.write_array(out, numpy.arange(3.0), version=version)
        record(file, [("value", torch.arange(3.0, dtype=torch.float64))])
    numpy.save(GOLDENS / "objects.npy", numpy.array([{}], dtype=object), allow_pickle=True)

    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = packer.compress(bytes(1 << 22)) + packer.flush()
    (GOLDENS / "zeros.deflate").write_bytes(zeros)


def fixture_statistics(folder):
    statistics = {}
    files = [*folder.glob("weights/**/*.pth"), *folder.glob("weights/*.ckpt")]
    for path in sorted(files):
        value = torch.load(path, map_location="cpu", weights_only=True)
        value = value.get("net_state_dict", value)
        rows = []
        for name, tensor in value.items():
            flat = tensor.double().flatten()
            weights = (torch.arange(len(flat)) % 251 + 1).double()
            rows.append(
                {
                    "name": name,
                    "shape": list(tensor.shape),
                    "type": str(tensor.dtype).removeprefix("torch."),
                    "sum": (flat * weights).sum().item(),
                    "magnitude": (flat.abs() * weights).sum().item(),
                }
            )
        chosen = rows if len(rows) <= 60 else rows[:20] + rows[len(rows) // 2 :][:20] + rows[-20:]
        statistics[str(path.relative_to(folder))] = {
            "count": len(rows),
            "values": sum(tensor.numel() for tensor in value.values()),
            "tensors": chosen,
        }
    (GOLDENS / "fixtures.json").write_text(json.dumps(statistics, indent=0) + "\n")


if __name__ == "__main__":
    GOLDENS.mkdir(parents=True, exist_ok=True)
    torch_files()
    averaged_files()
    mixed_archives()
    python2_file()
    script_file()
    other_files()
    versions = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "safetensors": safetensors.__version__,
    }
    (GOLDENS / "expected.json").write_text(
        json.dumps({"versions": versions, "files": expected}, indent=0, ensure_ascii=False) + "\n"
    )
    if len(sys.argv) > 1:
        fixture_statistics(pathlib.Path(sys.argv[1]))
