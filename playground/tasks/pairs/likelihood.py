"""How likely bytes are a text in an encoding: by the letters that come out, and which of them follow each other in its languages.

    likelihood(sampled(b"cat\\tko\\xe8ka"), "cp1250")  >  likelihood(sampled(b"cat\\tko\\xe8ka"), "cp1252")      kočka, koèka

What follows what is counted in the names that Babel has of lands, languages and currencies: a thousand words a language, enough
to tell a list of ten. A column is in one language mostly, so that its plain words tell which one. Where two bytes are a letter, a script's
usual signs are all as likely as each other.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise

WESTERN, CENTRAL = "de fr es it pt nl sv da fi nb".split(), "cs pl hu sk sl hr ro".split()  # noqa: SIM905
CYRILLIC = ["ru", "uk", "bg", "sr"]
LANGUAGES = {  # that are written in an encoding of one byte a letter
    "cp1252": WESTERN,
    "cp1250": CENTRAL,
    "cp1251": CYRILLIC,
    "cp1253": ["el"],
    "cp1254": ["tr"],
    "cp1255": ["he"],
    "cp1256": ["ar", "fa"],
    "cp1257": ["lt", "lv", "et"],
    "cp1258": ["vi"],
    "cp874": ["th"],
    "iso8859-2": CENTRAL,
    "koi8-r": CYRILLIC,
    "mac-roman": WESTERN,
    "cp850": WESTERN,
    "cp852": CENTRAL,
    "cp866": CYRILLIC,
}
RARE = {  # how many times rarer than others, as a logarithm
    "iso8859-2": 1.0,
    "cp1257": 1.0,
    "cp1258": 1.0,
    "koi8-r": 2.0,
    **dict.fromkeys(("mac-roman", "cp850", "cp852", "cp866"), 4.0),
}
USUAL = {  # first bytes of the signs that most of a text is made of, how many these are, and what is always among them
    "cp932": (b"\x82\x83" + bytes(range(0x88, 0x98)), 3_000, "[\u3041-\u30fe]"),
    "euc-jp": (b"\xa4\xa5" + bytes(range(0xB0, 0xD0)), 3_000, "[\u3041-\u30fe]"),
    "cp949": (bytes(range(0xB0, 0xC9)), 2_350, "[\uac00-\ud7a3]"),
    "gb18030": (bytes(range(0xB0, 0xD8)), 3_755, "[\u4e00-\u9fff]"),
    "big5": (bytes(range(0xA4, 0xC7)), 5_401, "[\u4e00-\u9fff]"),
}
BETWEEN = re.compile(rb"[\t,;]")
LINES, MOST_BYTES, COLUMNS = 100, 200, 3  # that are looked at: lines, those with foreign letters first, and of each column so much
SIGNS, OPENING = "«»“”‘’‹›–—…°€§„‚¿¡", "„‚¿¡"  # the latter stand behind no letter
SIGN, STRANGE, LETTER = (math.log(share) for share in (1e-3, 1e-7, 1e-6))  # a usual sign, another one, a letter of other languages
TURNED = math.log(1e-3)  # a capital behind a small letter, or a sign of East Asia beside a Latin letter
PLAIN = math.log(1 / 40)  # a Latin letter among signs of East Asia
OTHER = math.log(1e-4)  # one cell in another language than most
WEIGHT = 4.0  # of how often a letter occurs at all, in occurrences of the letter before it


def sampled(data: bytes) -> tuple[bytes, ...]:
    """The first columns, one below the other, as far as they hold foreign letters."""
    lines = sorted(re.split(rb"[\r\n]+", data), key=bytes.isascii)[:LINES]
    cells = [BETWEEN.split(line) for line in lines]
    columns = (b"\n".join(row[i][:MOST_BYTES] for row in cells if len(row) > i) for i in range(COLUMNS))
    return tuple(column for column in columns if not column.isascii())


@lru_cache(maxsize=64)
def likelihood(columns: tuple[bytes, ...], encoding: str) -> float:
    """The natural logarithm of how likely these columns are, in languages of this encoding."""
    texts = [column.decode(encoding, "ignore") for column in columns]
    each = (_of_signs(text, encoding) if encoding in USUAL else _of_letters(text, LANGUAGES[encoding]) for text in texts)
    return sum(each) - RARE.get(encoding, 0.0)


def _of_signs(text: str, encoding: str) -> float:
    """Of an encoding of two bytes a letter."""
    first, usual, among = USUAL[encoding]
    signs = [sign for sign in text if not sign.isascii()]
    often = sum(sign.encode(encoding)[0] in first for sign in signs)
    total = often * math.log(0.95 / usual) + (len(signs) - often) * math.log(0.05 / 20_000)
    total += PLAIN * sum(sign.isascii() and sign.isalpha() for sign in text)
    beside = len(re.findall(r"[A-Za-z](?=[^\x00-\x7f])", text)) + len(re.findall(r"[^\x00-\x7f](?=[A-Za-z])", text))
    return total + TURNED * (beside + 2 * (re.search(among, text) is None))


def _of_letters(text: str, languages: list[str]) -> float:
    """Of an encoding of one byte a letter: all cells in the language that fits best, or one in another where that fits far better."""
    cells = unicodedata.normalize("NFC", text).split("\n")
    turned = sum(before.islower() and after.isupper() for before, after in pairwise(text))
    paired = [[*pairwise(f" {''.join(map(_small, cell))} ")] for cell in cells]
    each = [[sum(_follows(language, *pair) for pair in pairs) for pairs in paired] for language in languages]
    best = max(each, key=sum)
    return TURNED * turned + sum(max(usual, max(others) + OTHER) for usual, others in zip(best, zip(*each, strict=True), strict=True))


@lru_cache(maxsize=100_000)
def _follows(language: str, before: str, after: str) -> float:
    """The logarithm of how often this letter comes behind that one."""
    pairs, letters = _counted(language)
    if after != " " and not _is_letter(after):
        return STRANGE if after not in SIGNS or (after in OPENING and _is_letter(before)) else SIGN
    if after not in letters:
        return LETTER
    before = before if _is_letter(before) else " "
    often = letters[after] / letters.total()
    return math.log((pairs[before, after] + WEIGHT * often) / (letters[before] + WEIGHT))


@lru_cache(maxsize=64)
def _counted(language: str) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """How often letters follow each other, and how often each occurs, in words of a language."""
    from babel import Locale  # some 10 ms a language: only for files in older encodings

    locale = Locale(language)
    names = [*locale.territories.values(), *locale.languages.values(), *locale.currencies.values(), *locale.scripts.values()]
    words = "".join(map(_small, f" {unicodedata.normalize('NFC', ' '.join(names))} "))
    return Counter(pairwise(words)), Counter(words)


def _small(letter: str) -> str:
    """A letter in small, or a sign; " " for digits and signs that every encoding has."""
    small = letter.lower()[:1]
    return " " if small.isascii() and not small.isalpha() else small


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"
