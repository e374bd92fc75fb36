"""Packs BERT's uncased vocabulary and what its tokenizer does to characters, and tokenizes many texts with it.

    python3 Tools/make_word_piece_data.py vocab.txt

reads the vocabulary of `bert-base-uncased` (Apache 2.0; google-research/bert; a copy is
huggingface/swift-coreml-transformers, Resources/vocab.txt) and writes to Sources/System/CTextData

    word-pieces.z  the vocabulary, deflated
    uncased.txt    what `BertNormalizer` makes of every character (Hangul syllables aside, which decompose by
                   a formula), and where `BertPreTokenizer` cuts: `drop`, `space`, `ideograph` and
                   `punctuation` with ranges, then `fold CHARACTER CHARACTER…` a line

and to Tests/Models/TextsTests/Goldens/word-pieces.json texts and their tokens between [CLS] and [SEP]. Needs
tokenizers, which is the code behind `BertTokenizerFast`; run with Python 3.11.7, tokenizers 0.23.3.
"""

import hashlib
import json
import pathlib
import random
import sys
import zlib

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "Sources/System/CTextData"
GOLDENS = ROOT / "Tests/Models/TextsTests/Goldens"
PUBLISHED = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

TEXTS = [
    "This man has beard of medium length. He is in his thirties.",
    "This woman is in her forties.",
    "His face is covered with bushy goatee, and he has sideburns.",
    "this woman looks extremely happy and doesn't have any bangs. she has no glasses.",
    "", " ", "\t\r\n", "a", "A", "unaffable", "UNAFFABLE", "embeddings", "antidisestablishmentarianism",
    "don't", "o'clock", "e-mail@example.com", "https://example.com/a?b=c", "1,000.50 $5 50% #hash @you",
    "snake_case `code` ^x^ ~y~ <b>|</b> {a}[b]", "...!?", "“curly” ‘quotes’ «guillemets» —dash– …",
    "naïve café", "Crème Brûlée à la façade", "Ångström Łódź Ærøskøbing œuf", "İstanbul ıI", "STRASSE Straße ẞ",
    "e\u0301 vs é vs E\u0301", "q\u0307\u0323", "\u0301", "a\u034fb", "ΟΔΥΣΣΕΥΣ Ἀθῆναι", "Привет, мир ЙЁ",
    "שָׁלוֹם עולם", "مَرْحَبًا بالعالم", "नमस्ते दुनिया", "สวัสดีชาวโลก", "Đặng Tiếng Việt", "ﬁne ﬂow Ⅳ ½ ²³ ①",
    "你好，世界", "this is 中文 and日本語text", "こんにちは カタカナ ガ ｶﾞ", "안녕하세요 세계", "각 힣", "豈更車", "\U0002f80a",
    "\U00020000\U0002b740", "㐀〇〡々", "😀", "smile 😀, wave 👋🏽!", "👩‍👩‍👧 🏳️‍🌈 🇩🇪", "a😀b", "❤️ ♥", "1️⃣2️⃣",
    "null\x00here", "bell\x07here", "del\x7fete \x1b[31mred", "soft\u00adhyphen", "zero\u200bwidth", "zero\u200djoiner",
    "\ufeffbom", "object\ufffcreplacement\ufffd", "private\ue000use", "left\u200e right\u200f \u202eoverride",
    "a\u00a0b\u2003c\u3000d\u2028e\u2029f\u1680g", "next\u0085line", "vertical\x0btab form\x0cfeed",
    "qxzqxzqxz ʕ•ᴥ•ʔ", "☃ the ☂", "ℵ ∀x∈ℝ: ⌈x⌉ = −⌊−x⌋", "𝒥ohn 𝟙", "Ａ１ｚ，",
    "a" * 100, "a" * 101, "é" * 100, "e\u0301" * 100, "é" * 101, "ab " + "x" * 250 + " cd", "word " * 90,
    "[CLS] a [SEP] b [MASK][PAD] [UNK]", "[cls] [MASK", "x[MASK]y", "[[MASK]]", "[unused1] ##ing ##", "the##ing",
]  # fmt: skip


def encode(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).ids


def reference(vocabulary):
    """`BertTokenizerFast.from_pretrained("bert-base-uncased")`, without the frame of [CLS] and [SEP]."""
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(SPECIALS)
    return tokenizer


def ranges(codes):
    """Ascending numbers as `first-last`."""
    result = []
    for code in codes:
        if result and result[-1][1] == code - 1:
            result[-1][1] = code
        else:
            result.append([code, code])
    return " ".join(f"{first:x}-{last:x}" for first, last in result)


def characters(tokenizer):
    kinds = {"drop": [], "space": [], "ideograph": [], "punctuation": []}
    folds = []
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000:
            continue
        character = chr(code)
        folded = tokenizer.normalizer.normalize_str(character)
        pieces = tokenizer.pre_tokenizer.pre_tokenize_str(f"a{character}a")
        if len(pieces) == 3:
            kinds["punctuation"].append(code)
        if folded == "":
            kinds["drop"].append(code)
        elif folded == " ":
            kinds["space"].append(code)
        elif folded == f" {character} ":
            kinds["ideograph"].append(code)
        elif folded != character and not 0xAC00 <= code < 0xD7A4:
            folds.append(" ".join(["fold", f"{code:x}", *(f"{ord(one):x}" for one in folded)]))
    return "\n".join([*(f"{kind} {ranges(codes)}" for kind, codes in kinds.items()), *folds]) + "\n"


def random_texts(generator, vocabulary):
    """Characters of all planes, more of those that the vocabulary has, with spaces and marks among them."""
    known = sorted({character for piece in vocabulary for character in piece})
    words = sorted(vocabulary)
    for index in range(120):
        pieces = []
        for _ in range(generator.randint(1, 16)):
            match generator.randrange(6):
                case 0:
                    code = generator.choice([generator.randrange(0x3000), generator.randrange(0x110000)])
                    pieces.append("" if 0xD800 <= code < 0xE000 else chr(code))
                case 1:
                    pieces.append(generator.choice(known))
                case 2:
                    pieces.append(generator.choice(known).upper())
                case 3:
                    pieces.append(generator.choice(" \t\u0301\u0308'-.,\u00a0\u200b"))
                case _:
                    word = generator.choice(words).removeprefix("##")
                    pieces.append(generator.choice([word, word.title(), f" {word} "]))
        yield "".join(pieces)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    published = pathlib.Path(sys.argv[1]).read_bytes()
    assert hashlib.sha256(published).hexdigest() == PUBLISHED, "not the published vocabulary"
    vocabulary = {piece: number for number, piece in enumerate(published.decode().split("\n")[:-1])}
    tokenizer = reference(vocabulary)
    (DATA / "word-pieces.z").write_bytes(zlib.compress(published, 9))
    table = characters(tokenizer)
    (DATA / "uncased.txt").write_text(table)
    print("SHA-256 of uncased.txt", hashlib.sha256(table.encode()).hexdigest())
    texts = TEXTS + list(random_texts(random.Random(20261129), vocabulary))
    lines = [
        json.dumps({"text": text, "tokens": encode(tokenizer, text)}) for text in dict.fromkeys(texts)
    ]
    (GOLDENS / "word-pieces.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(lines), "texts")
