"""From a file's bytes to its text: by what it says of itself, else by what reads best, and never with a letter lost.

UTF-8 and UTF-16 are recognised without doubt. Older encodings say nothing of themselves, so each is tried; what has little
noise and most of a language (charset-normalizer) is taken and named, and a visitor can choose another. Where two bytes are a
letter, its measure is blind to the language: how many of the signs are the usual ones of that script stands in.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import islice

from ...errors import InputError
from ...options import show

NAMES = {  # Python's name → what it is called; of equally good ones the first is taken
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 (big-endian)",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32 (big-endian)",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp1258": "Windows-1258 (Vietnamese)",
    "cp874": "Windows-874 (Thai)",
    "iso8859-2": "ISO 8859-2 (Central Europe)",
    "koi8-r": "KOI8-R (Cyrillic)",
    "cp932": "Shift JIS (Japanese)",
    "euc-jp": "EUC-JP (Japanese)",
    "cp949": "EUC-KR (Korean)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "mac-roman": "Mac Roman (Western Europe)",
    "cp850": "DOS 850 (Western Europe)",
}
LEGACY = tuple(NAMES)[5:]
MARKS = {  # the longer ones first
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
OTHERS = {  # how files begin that are no text
    b"PK\x03\x04": "a zipped file, as Excel and Word save them",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"SQLite format 3": "a database",
}
SAMPLE, MOST_BYTES = 200, 2_000  # columns with foreign letters that an encoding is guessed by, and of each
USUAL = {  # first bytes of the signs that most of a text is made of, and what is always among them
    "cp932": (b"\x82\x83" + bytes(range(0x88, 0x98)), "[\u3041-\u30fe]"),
    "euc-jp": (b"\xa4\xa5" + bytes(range(0xB0, 0xD0)), "[\u3041-\u30fe]"),
    "cp949": (bytes(range(0xB0, 0xC9)), "[\uac00-\ud7a3]"),
    "gb18030": (bytes(range(0xB0, 0xD8)), "[\u4e00-\u9fff]"),
    "big5": (bytes(range(0xA4, 0xC7)), "[\u4e00-\u9fff]"),
}
BETWEEN = re.compile(rb"[\t\n\r,;]")
BROKEN = 20  # in UTF-8, for each broken letter there are more foreign ones that are whole
NOISE = 0.1  # encodings this near to the cleanest one are told apart by how much of a language they make


def decoded(data: bytes, encoding: str | None = None) -> tuple[str, str, tuple[str, ...]]:
    """The text of a file, the encoding that it was read in (a key of NAMES), and which others would do, the best first.

    Raises InputError for what is no text, and for bytes that the chosen `encoding`, or every known one, leaves without a letter.
    """
    for start, what in OTHERS.items():
        if data.startswith(start):
            raise InputError(f"This file is {what}, not text. Save it as text (CSV UTF-8, or tabs between columns) and upload that.")
    fitting = _fitting(data)
    if encoding is not None:
        if encoding not in tuple(NAMES):
            raise InputError(f"{show(encoding)} is not an encoding that is read here; there are: {', '.join(NAMES)}.")
        if (text := _text(data, encoding)) is None:
            raise InputError(f"The file is not in {NAMES[encoding]}: some of its bytes are no letters there. Choose another encoding.")
        return text, encoding, fitting
    for name in fitting:
        if (text := _text(data, name)) is not None:
            return text, name, fitting
    raise InputError(
        "The file is no text, or in an encoding that is not known here; read are UTF-8, UTF-16, and those of Windows and of East Asia. "
        "Save it as UTF-8 and upload that."
    )


def _fitting(data: bytes) -> tuple[str, ...]:
    """Encodings in which these bytes are letters, the likeliest first; one only where there is no doubt."""
    for mark, name in MARKS.items():
        if data.startswith(mark):
            return (name,)
    if b"\0" in data:
        return _wide(data)
    if _text(data, "utf-8") is not None:
        return ("utf-8",)
    return _guessed(data)


def _wide(data: bytes) -> tuple[str, ...]:
    """UTF-16 without its mark: most bytes that could be a tab, or most that could end a line, do. Else zeros are characters like others."""
    for name in ("utf-16-le", "utf-16-be"):
        text = _text(data, name)
        if text is not None and any(2 * text.count(sign) > data.count(sign.encode()) for sign in "\t\n"):
            return (name,)
    return ("utf-8",)


def _guessed(data: bytes) -> tuple[str, ...]:
    from charset_normalizer import from_bytes  # 30 ms to import, for files of a kind that is rare by now

    foreign = (column[:MOST_BYTES] for column in BETWEEN.split(data) if not column.isascii())
    sample = b"\n".join(islice(foreign, SAMPLE))
    told: list[tuple[str, float, float]] = []
    for name in LEGACY:
        if _is_text(_text(data, name)):
            best = from_bytes(sample, cp_isolation=[name.replace("-", "_")], threshold=1).best()
            told.append((name, 1.0, 0.0) if best is None else (name, best.chaos, _usual(sample, name) if name in USUAL else best.coherence))
    least = min((chaos for _, chaos, _ in told), default=0.0)
    clean = sorted((row for row in told if row[1] <= least + NOISE), key=lambda row: -round(row[2], 2))
    return (*(name for name, _, _ in clean), *(name for name, chaos, _ in told if chaos > least + NOISE))


def _usual(sample: bytes, name: str) -> float:
    """The share of signs that are usual ones in an encoding of two bytes a letter."""
    first, among = USUAL[name]
    signs = [c for c in sample.decode(name, "ignore") if not c.isascii()]
    if not re.search(among, "".join(signs)):
        return 0.0
    return sum(c.encode(name)[0] in first for c in signs) / len(signs)


def _text(data: bytes, encoding: str) -> str | None:
    """The text, its mark dropped; None where a byte is no letter.

    UTF-8 with a broken letter here and there is still UTF-8: the letter is U+FFFD, and its line will not be learned.
    """
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            return None
        text = data.decode(encoding, "replace")
        foreign = sum(not c.isascii() for c in text)
        return text.removeprefix("\ufeff") if BROKEN * text.count("\ufffd") < foreign else None
    return text.removeprefix("\ufeff")


def _is_text(text: str | None) -> bool:
    """Whether these are letters and signs alone: what no text holds was never meant."""
    return text is not None and all(unicodedata.category(c) not in ("Cc", "Co", "Cn") or c in "\t\n\r\v\f" for c in set(text))
