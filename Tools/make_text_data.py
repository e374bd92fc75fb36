"""Packs the data that texts need into Sources/System/CTextData.

    python3 Tools/make_text_data.py bpe_simple_vocab_16e6.txt.gz

reads the merges of OpenAI's CLIP (MIT; openai/CLIP, clip/bpe_simple_vocab_16e6.txt.gz, also inside
the wheel of open_clip_torch) and writes

    merges.bin     the 48,894 merges that CLIP uses, each as two little-endian uint16 tokens
    entities.txt   HTML's named character references (the table html.entities.html5 of Python), one
                   `name code-point…` a line; after an empty line the names that ftfy also
                   understands in capitals
    mojibake.txt   what bytes 80 … FF mean in each code page that ftfy tries, and the kinds of
                   characters that its heuristic tells apart (Apache 2.0; rspeer/python-ftfy,
                   ftfy/badness.py and ftfy/chardata.py), `page NAME code-point…` or `kind NAME
                   code-point…` a line

and prints the SHA-256 of the merges, which Sources/Models/Texts/BytePairMerges.swift checks. Run with
Python 3.11.7, ftfy 6.3.1.
"""

import gzip
import hashlib
import html
import html.entities
import pathlib
import re
import struct
import sys

from ftfy import badness, chardata

TARGET = pathlib.Path(__file__).resolve().parent.parent / "Sources/System/CTextData"
PUBLISHED = "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"
MERGES = 49152 - 256 - 2


def byte_alphabet():
    """The character that stands for each byte in the merges, in the order of the tokens."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]


def merges(path):
    packed = pathlib.Path(path).read_bytes()
    assert hashlib.sha256(packed).hexdigest() == PUBLISHED, "not the published file"
    lines = gzip.decompress(packed).decode().split("\n")[1 : MERGES + 1]
    alphabet = byte_alphabet()
    tokens = {text: index for index, text in enumerate(alphabet)}
    tokens |= {text + "</w>": 256 + index for index, text in enumerate(alphabet)}
    pairs = bytearray()
    for rank, line in enumerate(lines):
        left, right = line.split()
        pairs += struct.pack("<HH", tokens[left], tokens[right])
        assert left + right not in tokens, "two merges make the same token"
        tokens[left + right] = 512 + rank
    assert len(tokens) == 49406
    return bytes(pairs)


def entities():
    def line(name, text):
        return f"{name} {' '.join(f'{ord(character):x}' for character in text)}"

    table = html.entities.html5
    plain = [line(name, table[name]) for name in sorted(table)]
    capitals = [
        line(name.upper(), table[name].upper())
        for name in sorted(table)
        if name.endswith(";")
        and name == name.lower()
        and html.unescape(f"&{name.upper()}") == f"&{name.upper()}"
    ]
    return "\n".join(plain) + "\n\n" + "\n".join(capitals) + "\n"


def mojibake():
    def line(what, name, text):
        return f"{what} {name} {' '.join(f'{ord(character):x}' for character in text)}"

    plane = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    pages = [
        line("page", name, bytes(range(0x80, 0x100)).decode(name))
        for name in chardata.CHARMAP_ENCODINGS
    ]
    kinds = [
        line("kind", name, [character for character in plane if re.match(f"[{members}]", character)])
        for name, members in (badness.MOJIBAKE_CATEGORIES | chardata.UTF8_CLUES).items()
    ]
    return "\n".join(pages + kinds) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    pairs = merges(sys.argv[1])
    (TARGET / "merges.bin").write_bytes(pairs)
    (TARGET / "entities.txt").write_text(entities())
    (TARGET / "mojibake.txt").write_text(mojibake())
    print(len(pairs), "bytes of merges, SHA-256", hashlib.sha256(pairs).hexdigest())
