"""Marks and spellings that people type, in the form that models were taught.

    plain(["don't" …])             I don't like it!      →   i do not like it
    separated("3,1,4.")            3,1,4.                →   3 1 4
    ungrouped("1'234 + 10,000")    1'234 + 10,000        →   1234 + 10000

Whoever reads typed text says what was read (`Reading.read_as`): nothing is changed silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from ..vocabulary import normalise

Words = tuple[str, ...]
DASHES = "-‐‑‒–—―−"
FULL_STOPS = "!?…"  # each may stand for a full stop
PAUSES = f";{DASHES}"  # each may stand for a comma, or for a full stop where a model knows no commas
MARKS = f'.,:{PAUSES}{FULL_STOPS}"“”„«»'
SHORT = {"s": "is", "re": "are", "m": "am", "ve": "have", "ll": "will"}
IRREGULAR = {"wo": "will", "ca": "can", "sha": "shall"}  # what is left of won't
NEGATED, SHORTENED = re.compile(r"(\w+)n['’]t", re.IGNORECASE), re.compile(r"(\w+)['’](s|re|m|ve|ll)", re.IGNORECASE)
BETWEEN, END = re.compile(rf"(?<=\d)\s*[{DASHES},;./]\s*(?=\d)"), re.compile(r"[\s.,;!?…]+$")
GROUPED = re.compile(r"(?<![\d.,'’])\d{1,3}([.,'’ ])\d{3}(?:\1\d{3})*(?![.,'’ ]?\d)")  # thousands, as various countries write them


def plain(words: list[str], is_known: Callable[[str], bool]) -> list[str]:
    """Words without marks that are not known, and contractions written out: don't is do not. What remains unknown stays as it is."""
    found: list[str] = []
    for word in words:
        if is_known(word):
            found.append(word)
        elif word in MARKS:
            found += _instead(word, is_known)
        else:
            parts = _parts(word)
            found += parts if all(map(is_known, parts)) else [word]
    return found


def _instead(mark: str, is_known: Callable[[str], bool]) -> list[str]:
    """What a mark that is not known stands for."""
    meant = "." if mark in FULL_STOPS else ",." if mark in PAUSES else ""
    return [other for other in meant if is_known(other)][:1]


def _parts(word: str) -> list[str]:
    """The words of a contraction, or between hyphens."""
    if negated := NEGATED.fullmatch(word):
        return [IRREGULAR.get(negated[1].lower(), negated[1]), "not"]
    if short := SHORTENED.fullmatch(word):
        return [short[1], SHORT[short[2].lower()]]
    return word.split("-")


def without_end(text: str, is_known: Callable[[str], bool]) -> str:
    """Characters without marks at the end that are not known."""
    while text and text[-1] in MARKS and not is_known(text[-1]):
        text = text[:-1].rstrip()
    return text


def ended(words: Words, by: str = ".") -> Words:
    """Sentences with one full stop after each, and this mark after the last."""
    once = [word for word, before in zip(words, ("", *words), strict=False) if (word, before) != (".", ".")]
    while once and once[-1] in (".", by):
        once.pop()
    return (*once, by)


def cased(words: Words, known: Collection[str]) -> Words:
    """Capitals where sentences begin and nowhere else, of words that are known in both ways."""
    starts = (True, *(word in (".", "?") for word in words))
    wanted = (word[:1].upper() + word[1:] if start else word[:1].lower() + word[1:] for word, start in zip(words, starts, strict=False))
    return tuple(new if new in known else word for word, new in zip(words, wanted, strict=True))


def articled(words: Words) -> Words:
    """With an before a vowel, and a elsewhere."""
    articles = {True: "an", False: "a"}
    pairs = zip(words, (*words[1:], ""), strict=True)
    return tuple(articles[after[0] in "aeiou"] if word in ("a", "an") and after else word for word, after in pairs)


def separated(text: str) -> str:
    """Digits without the commas, dots or dashes between them, and without marks at the end."""
    return END.sub("", BETWEEN.sub(" ", text))


def ungrouped(text: str) -> str:
    """Numbers without what stands between their thousands."""
    return GROUPED.sub(lambda number: re.sub(r"\D", "", number[0]), text)


def letters(text: str) -> str:
    """What is left of a text without case and spaces."""
    return "".join(normalise(text).casefold().split())
