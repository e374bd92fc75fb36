"""Tokenizes several hundred texts as CLIP's own tokenizer does, and repairs others as ftfy does.

    python3 Tools/make_text_goldens.py

needs ftfy, regex and open_clip_torch, whose `SimpleTokenizer` is OpenAI's; only its special tokens
and its pattern are set back to OpenAI's. Writes Tests/Models/TextsTests/Goldens/tokens.json: for every text
the cleaned text and the tokens between start and end; and Tests/Models/TextsTests/Goldens/repairs.json: texts
of many languages in wrong encodings and what `ftfy.fix_text` makes of them. Run with Python 3.11.7, ftfy 6.3.1, regex
2026.11.15, open_clip_torch 3.3.0.

Only characters of Unicode 14 occur, the version of Python's own tables.
"""

import json
import pathlib
import random
import unicodedata

import ftfy
import regex
from open_clip.tokenizer import SimpleTokenizer, _clean_lower

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "Tests/Models/TextsTests/Goldens"
SPECIALS = ["<|startoftext|>", "<|endoftext|>"]
PATTERN = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)

PROTOCOL = [
    "a photo of a cat",
    "This man has beard of medium length. He is in his thirties.",
    "A photo of a smiling man with glasses.",
    "person with makeup",
    "face",
    "tanned face",
    "Red brick wall Church",
    "She wears lipstick, and has high cheekbones &amp; wavy hair.",
]

PLAIN = [
    "", " ", "\t\n", "a", "A", "1", "1984", "3.14", "a1b2", "!", "...", "don't", "DON'T", "we've",
    "they'll", "I'm", "he'd", "you're", "'s", "''s", "!'s", "it's the dog's bone", "o'clock",
    "rock'n'roll", "'tis", "'re're", "\u2019s", "'\u017f", "ca\u017fe", "snake_case", "camelCase",
    "a_b", "1,000,000", "50%", "$5", "#hash", "@you", "a/b\\c", "x=y", "(parenthesis)", "[list]",
    "e-mail: someone@example.com", "https://example.com/a?b=c&d=e", "hello   world", "a\u00a0b",
    "a\u2003b\u3000c", "line\nbreak", "line\r\nbreak\rmore", "one\u2028two\u2029three",
    "tab\tseparated", "bell\x07here", "null\x00here", "unit\x1fseparator", "del\x7fete",
    "\x1b[31mred\x1b[0m text", "\x1b[3", "esc\x1bape", "vertical\x0btab", "form\x0cfeed",
    "antidisestablishmentarianism", "pneumonoultramicroscopicsilicovolcanoconiosis",
    "a" * 100, "ab" * 60, "word " * 90, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk",
    "<|startoftext|>", "<|endoftext|>", "a<|endoftext|>b", "<|ENDOFTEXT|>", "!<|endoftext|>",
    "<|endoftext", "<start_of_text>", "</w>", "the</w>", "Ġhello",
]

SCRIPTS = [
    "naïve café", "Crème brûlée à la carte", "façade", "Ångström", "Łódź", "İstanbul", "ISTANBUL",
    "ıİiI", "STRASSE Straße ẞ", "ΟΔΥΣΣΕΥΣ", "Σ", "ΑΣ", "ΑΣΑ", "ΑΣ.", "Α.Σ", "ΑΣ\u0301", "ΑΣ\u0301Α",
    "Привет, мир", "Съешь же ещё этих мягких французских булок", "שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया",
    "สวัสดีชาวโลก", "こんにちは世界", "コンニチハ", "你好，世界", "안녕하세요 세계", "谢谢 thank you ありがとう",
    "ﬁne ﬂow oﬃce ﬆone ﬅ", "Ǆ ǆ Ǉ ŉ Ĳ", "ＦＵＬＬ　ＷＩＤＴＨ　１２３", "ﾊﾝｶｸ ｶﾞ", "e\u0301 vs é", "A\u030a",
    "q\u0307\u0323", "\u1e9b\u0323", "Å Ω K", "½ ¼ ²³ ①②③ Ⅳ ४", "٣٤٥", "±∓×÷√∞≈", "→←↑↓", "€£¥₿",
    "“curly” ‘quotes’ it’s „low“ «guillemets» ‹x›", "em—dash en–dash ellipsis…", "soft\u00adhyphen",
    "zero\u200bwidth", "zero\u200cnon\u200djoiner", "left\u200e right\u200f marks", "\ufeffbom",
    "word\u2060joiner", "object\ufffcreplacement\ufffd", "\u202eoverride\u202c", "\u206adeprecated",
    "𝒥ohn ℋancock", "𝟙𝟚𝟛", "𐌰𐌱𐌲", "🄰🄱", "®™©", "№ ℡ ℠",
]

EMOJI = [
    "😀", "😀😃😄", "I ❤️ you", "❤", "👍🏽", "👩‍👩‍👧‍👦 family", "🏳️‍🌈", "🇩🇪🇫🇷", "🏴󠁧󠁢󠁷󠁬󠁳󠁿 Wales", "1️⃣2️⃣", "smile 😀, wave 👋!",
    "🤷🏻‍♀️", "a😀b", "😀1", "☕️ coffee", "🫠 melting", "( ͡° ͜ʖ ͡°)", "¯\\_(ツ)_/¯", "(╯°□°)╯︵ ┻━┻", "ʕ•ᴥ•ʔ", "♥♡", "★☆",
]  # fmt: skip

ENTITIES = [
    "&amp;", "&amp;amp;", "&amp;amp;amp;", "&lt;b&gt;bold&lt;/b&gt;", "<b>&amp;</b>", "a &amp b", "&copy2024",
    "this&not that", "&notit;", "&NTILDE; &ntilde;", "P&EACUTE;REZ", "&nbsp;x&nbsp;", "&#65;", "&#x41;&#X42;",
    "&#65", "&#0;", "&#128;", "&#x85;", "&#xD800;", "&#1114112;", "&#99999999999999999999;", "&#11;", "&#59;",
    "&#;", "&#x;", "&;", "&", "&&amp;&", "&unknown;", "&hellip;", "&mdash;", "&quot;hi&quot;", "&apos;s",
    "&rsquo;s", "&lsquo;", "&zwj;", "&checkmark;", "&CounterClockwiseContourIntegral;", "&fjlig;", "&NotEqualTilde;",
    "AT&T", "Q&A", "R&D;", "&lt", "&ltx", "&#38;amp;", "&amp;#39;s", "&eacute", "caf&eacute;", "&Eacute;&EACUTE;",
    "&#12ab;", "&szlig; &SZLIG;", "line\n<p>\n&amp;eacute; &eacute;", "&eacute;\n<p>\n&eacute;", "&#xfffe;", "&#xfdd0;", "&#x1F600;",
]  # fmt: skip

MOJIBAKE = [
    "âœ” No problems", "sÃ³", "voilÃ\xa0 le travail", "voilÃ le travail", "Ã la mode", "Ã", "Â", "Â©", "Â© 2020",
    "cafÃ© society", "schÃ¶n", "It’s a cafÃ© in “Paris”", "l’humanitÃ©", "â€œquotedâ€\x9d", "â€œquotedâ€", "itâ€™s", "dashâ€”dash",
    "\x93smart\x94 quotes", "it\x92s", "C1 \x85 here", "\x80", "\x81", "Ãƒ\xa0 double", "ÃƒÂ© twice", "ÃƒÆ’Ã‚Â©", "naÃ¯ve", "ðŸ˜€ grin",
    "Ã…ngstrÃ¶m", "CAFÉ®", "Ã¤Ã¶Ã¼ÃŸ", "ã\x83\x84", "(ã\x83\x84)", "¯\\_(ã\x83\x84)_/¯", "Â£5", "5Â°", "Â½ cup", "â‚¬10", "â„¢",
    "ÃŸ", "Ã‰cole", "Ãªtre", "aÂ b", "a Â b", "Hello.Â  World", "Ã¡", "à¹", "ØªØ§", "«quoted»", "¿Qué?", "¡Olé!", "Ål", "ÅÄÖ",
    "MÃ©xico D.F.", "SÃ£o Paulo", "Ã\x81frica", "RenÃ©e & ZoÃ«", "Ã\xadndice", "fÃ cil", "Ã quele", "Ã s vezes", "œuvre", "Œ", "×²", "Þx¤",
]  # fmt: skip

SAMPLES = [
    "café", "Müller", "Ελλάδα", "Привет", "日本語", "한국어", "“quoted”", "it’s", "…", "—", "é à ü ñ", "😀", "ﬁ", "100 €", "déjà vu", "½",
    "Ærøskøbing", "smörgåsbord", "المغرب", "हिन्दी", "ไทย", "œuf", "™", "Çok güzel", "São João", "à la", "Łódź",
]  # fmt: skip

CAPTION_WORDS = (
    "This the a person woman man has wears with and is in her his blond brown black gray hair bangs "
    "pointy nose arched eyebrows goatee sideburns 5 o'clock shadow smiling young attractive "
    "wavy straight receding hairline earrings necklace necktie hat eyeglasses lipstick double chin "
    "high cheekbones rosy cheeks mouth slightly open bags under eyes, . ! She's He's hasn't"
).split()


def mojibake():
    """Good texts read in the wrong encoding, alone, inside a sentence, twice."""
    for text in SAMPLES:
        for encoding in ("latin-1", "sloppy-windows-1252"):
            bad = text.encode().decode(encoding)
            yield bad
            yield f"a photo of {bad} in the sun"
            yield f"“{bad}”"
            yield bad.encode().decode(encoding)


def captions(generator):
    for _ in range(60):
        yield " ".join(generator.choices(CAPTION_WORDS, k=generator.randint(3, 40)))


def characters(generator):
    """Random characters of every category but the controls, surrogates and private ones."""
    assigned = [
        character
        for character in map(chr, range(0x20, 0x2FA20))
        if unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn")
    ]
    below = [character for character in assigned if ord(character) < 0x3000]
    for index in range(160):
        pool = below if index % 4 else assigned
        pieces = generator.choices(pool, k=generator.randint(1, 12))
        yield "".join(piece + (" " if generator.random() < 0.2 else "") for piece in pieces)


PHRASES = [
    "Der Bär läuft über die Straße – für 5 €", "“Où est l’élève ?” — à Noël…", "El niño comió piñas, ¿verdad?",
    "Не говори гоп, пока не перепрыгнешь", "Їжак з'їв ґрунт", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "Zażółć gęślą jaźń", "Příliš žluťoučký kůň úpěl", "Őrült tűzőgép", "Pijamalı hasta yağız şoföre",
    "Įlinkdama fechtuotojo špaga", "Glāžšķūņa rūķīši", "いろはにほへと ちりぬるを", "敏捷的棕色狐狸", "키스의 고유조건은",
    "ويكيبيديا الموسوعة الحرة", "דג סקרן שט בים", "ऋषियों को सताने वाले", "เป็นมนุษย์สุดประเสริฐ", "😀 café 👍🏽 — 20°C",
    "½ £10 ± 3 µm × 2² = ¾", "naïve coöperation™ © 2020 ®", "São João à la carte", "„Quote“ ‚single‘ «guillemets»", "Ål på øya, æble",
]  # fmt: skip


def read_wrongly(generator, text):
    """A text in UTF-8 as another program shows it."""
    encoding = generator.choice(ftfy.chardata.CHARMAP_ENCODINGS)
    data = text.encode()
    damage = generator.randrange(8)
    if damage == 0:
        data = data.replace(b"\xa0", b" ")
    elif damage == 1:
        # Surrogates of three bytes each, as databases of long ago kept them.
        data = text.encode("utf-16-be", "surrogatepass")
        units = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
        data = b"".join(chr(unit).encode("utf-8", "surrogatepass") for unit in units)
    elif damage == 2:
        return data.decode("windows-1252", "replace")
    elif damage == 3:
        return data.decode("windows-1252", "replace").replace("\ufffd", "?")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("sloppy-windows-1252")


def repairs(generator):
    """Phrases in wrong encodings: whole, twice, beside sound ones, cut out, and only suspicious."""
    for phrase in PHRASES:
        yield phrase
        for encoding in ftfy.chardata.CHARMAP_ENCODINGS:
            yield phrase.encode().decode(encoding, "replace")
    for _ in range(400):
        words = generator.choice(PHRASES).split()
        text = " ".join(words[: generator.randint(1, len(words))])
        bad = read_wrongly(generator, text)
        match generator.randrange(6):
            case 0:
                yield bad
            case 1:
                yield read_wrongly(generator, bad)
            case 2:
                yield f"{generator.choice(PHRASES)} {bad}"
            case 3:
                yield f"The text: {bad}, {read_wrongly(generator, generator.choice(PHRASES))}"
            case 4:
                yield bad[generator.randrange(len(bad)) :]
            case _:
                start = generator.randrange(len(bad))
                yield bad[:start] + generator.choice(" ?\ufffd\u00a0") + bad[start + 1 :]
    alphabet = sorted(
        {
            bytes([byte]).decode(encoding, "replace")
            for encoding in ftfy.chardata.CHARMAP_ENCODINGS
            for byte in range(0x80, 0x100)
        }
    )
    for _ in range(200):
        length = generator.randint(2, 6)
        yield "".join(
            generator.choice("aZ1 .") if generator.random() < 0.25 else generator.choice(alphabet)
            for _ in range(length)
        )


def reference():
    """OpenAI's tokenizer."""
    tokenizer = SimpleTokenizer()
    for ours, theirs in zip(SPECIALS, ["<start_of_text>", "<end_of_text>"]):
        tokenizer.encoder[ours] = tokenizer.encoder.pop(theirs)
        del tokenizer.cache[theirs]
        tokenizer.cache[ours] = ours
    tokenizer.pat = regex.compile(PATTERN, regex.IGNORECASE)
    return tokenizer


if __name__ == "__main__":
    generator = random.Random(20260102)
    texts = PROTOCOL + PLAIN + SCRIPTS + EMOJI + ENTITIES + MOJIBAKE
    texts += [*mojibake(), *captions(generator), *characters(generator)]
    tokenizer = reference()
    lines = [
        json.dumps({"text": text, "cleaned": _clean_lower(text), "tokens": tokenizer.encode(text)})
        for text in dict.fromkeys(texts)
    ]
    (GOLDENS / "tokens.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(lines), "texts")
    lines = [
        json.dumps({"text": text, "fixed": ftfy.fix_text(text)}, ensure_ascii=False)
        for text in dict.fromkeys(repairs(random.Random(20260103)))
    ]
    (GOLDENS / "repairs.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(lines), "repairs")
