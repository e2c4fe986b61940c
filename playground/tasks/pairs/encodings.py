"""From a file's bytes to its text: by what it says of itself, else by what reads best, and never with a letter lost.

UTF-8 and UTF-16 are recognised without doubt. Older encodings say nothing of themselves, so each is tried, and that is taken in which
the letters are likeliest (`likelihood`). It is named, others can be chosen, and where the next one is nearly as likely that is said.
"""

from __future__ import annotations

import codecs
import unicodedata
from typing import Any, NamedTuple

from ...errors import InputError
from ...options import show
from .likelihood import likelihood, sampled

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
    "cp852": "DOS 852 (Central Europe)",
    "cp866": "DOS 866 (Cyrillic)",
}
LEGACY = tuple(NAMES)[5:]
ALIKE = {  # encodings of which one that is read here has all letters, as Python calls them
    "utf-8-sig": "utf-8",
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_jp": "euc-jp",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
MARKED = {"utf-16": ("utf-16-le", "utf-16-be"), "utf-32": ("utf-32-le", "utf-32-be")}  # names of two, of which a mark or the zeros tell
LONGEST = 40  # characters of a name
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
BROKEN = 20  # in UTF-8, for each broken letter there are more foreign ones that are whole
SURE = 6.0  # logarithm of how many times likelier than the next an encoding is that is no guess


class Decoded(NamedTuple):
    """A file's text, the encoding that it was read in and all that would do, the best first, as `NAMES` has them. `rival` is the text
    in the next likely encoding that has other letters, where which of them it is was a guess."""

    text: str
    encoding: str
    encodings: tuple[str, ...]
    rival: str | None = None


def decoded(data: bytes, encoding: str | None = None) -> Decoded:
    """The text of a file, in the `encoding` that was chosen or in the likeliest.

    Raises InputError for what is no text, and for bytes that the chosen encoding, or every known one, leaves without a letter.
    """
    for start, what in OTHERS.items():
        if data.startswith(start):
            raise InputError(f"This file is {what}, not text. Save it as text (CSV UTF-8, or tabs between columns) and upload that.")
    fitting = _fitting(data)
    if encoding is not None:
        encoding = called(encoding)
    if encoding in MARKED:
        encoding = next((name for name in fitting if name in MARKED[encoding]), MARKED[encoding][0])
    if encoding is not None:
        if (text := _text(data, encoding)) is None:
            raise InputError(f"The file is not in {NAMES[encoding]}: some of its bytes are no letters there. Choose another encoding.")
        return Decoded(text, encoding, fitting)
    for name in fitting:
        if (text := _text(data, name)) is not None:
            return Decoded(text, name, fitting, _rival(data, text, fitting))
    raise InputError(
        "The file is no text, or in an encoding that is not known here; read are UTF-8, UTF-16, and those of Windows and of East Asia. "
        "Save it as UTF-8 and upload that."
    )


def called(name: Any) -> str:
    """What an encoding is called here, a key of NAMES or of MARKED, by any of Python's names for it. Raises InputError."""
    try:
        found = codecs.lookup(name).name if isinstance(name, str) and len(name) <= LONGEST and name.isascii() else ""
    except (LookupError, ValueError):
        found = ""
    found = ALIKE.get(found, found)
    if found not in NAMES and found not in MARKED:
        raise InputError(f"{show(name)} is not an encoding that is read here; there are: {', '.join(NAMES)}.")
    return found


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
    columns = sampled(data)
    return tuple(sorted((name for name in LEGACY if _is_text(_text(data, name))), key=lambda name: -likelihood(columns, name)))


def _rival(data: bytes, text: str, fitting: tuple[str, ...]) -> str | None:
    """The text in the best encoding that has other letters, if the first one is not far likelier."""
    columns = sampled(data) if len(fitting) > 1 else ()
    for name in fitting[1:]:
        if likelihood(columns, name) <= likelihood(columns, fitting[0]) - SURE:
            return None
        if (other := _text(data, name)) != text:
            return other
    return None


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
