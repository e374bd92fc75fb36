#!/usr/bin/env python3
"""Packs an archive of `make dist` and the client in `Python/src` into a wheel. The same input gives the same bytes.

    Tools/make_wheel.py dist/evalkit-VERSION-linux-MACHINE.tar.gz FOLDER
"""

import base64
import hashlib
import re
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def libc(program: bytes) -> str:
    """The newest version of the C library that the program names, as in `2_36`."""
    versions = {tuple(map(int, found)) for found in re.findall(rb"GLIBC_(\d+)\.(\d+)\0", program)}
    return "_".join(str(number) for number in max(versions))


def main() -> None:
    archive, folder = Path(sys.argv[1]), Path(sys.argv[2])
    version, machine = re.fullmatch(r"evalkit-(.+)-linux-(.+)\.tar\.gz", archive.name).groups()
    entries: dict[str, tuple[bytes, int]] = {}
    name = f"evalkit-{version}"
    with tarfile.open(archive) as tar:
        for member in tar:
            if not member.isfile():
                continue
            path = member.name.split("/", 1)[1]
            data = tar.extractfile(member).read()
            if path == "bin/evalkit":
                program = data
                entries[f"{name}.data/scripts/evalkit"] = (data, 0o755)
            elif path.startswith(("lib/", "share/man/")):
                entries[f"{name}.data/data/{path}"] = (data, 0o644)
            elif path in ("share/doc/evalkit/LICENSE", "share/doc/evalkit/THIRD_PARTY_NOTICES.md"):
                entries[f"{name}.dist-info/licenses/{Path(path).name}"] = (data, 0o644)
    source = ROOT / "Python" / "src"
    for path in sorted((source / "evalkit").glob("*")):
        if path.suffix == ".py" or path.name == "py.typed":
            entries[str(path.relative_to(source))] = (path.read_bytes(), 0o644)
    tag = f"py3-none-manylinux_{libc(program)}_{machine}"
    readme = (ROOT / "Python" / "README.md").read_text()
    entries[f"{name}.dist-info/METADATA"] = (
        f"Metadata-Version: 2.1\nName: evalkit\nVersion: {version}\n"
        "Summary: Scores face generation and editing the way five papers did\n"
        "License: Apache-2.0\nRequires-Python: >=3.9\n"
        'Provides-Extra: arrays\nRequires-Dist: numpy; extra == "arrays"\n'
        'Provides-Extra: frames\nRequires-Dist: pandas; extra == "frames"\n'
        f"Description-Content-Type: text/markdown\n\n{readme}".encode(),
        0o644,
    )
    entries[f"{name}.dist-info/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: evalkit\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(), 0o644,
    )
    record = f"{name}.dist-info/RECORD"
    lines = []
    for path, (data, _) in sorted(entries.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(data)}\n")
    entries[record] = ("".join(lines).encode() + f"{record},,\n".encode(), 0o644)
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
        for path, (data, mode) in sorted(entries.items()):
            info = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            info.external_attr = (0o100000 | mode) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, data)
    print(wheel)


if __name__ == "__main__":
    main()
