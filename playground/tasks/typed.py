"""Marks and spellings that people type, in the form that models were taught.

    plain(["do", "n't" …])         I don't like it!      →   i do not like it
    separated("3,1,4.")            3,1,4.                →   3 1 4

Whoever reads typed text says what was read (`Reading.read_as`): nothing is changed silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from ..vocabulary import normalise

Words = tuple[str, ...]
FULL_STOPS = "!?…"  # each may stand for a full stop
MARKS = f'.,;:{FULL_STOPS}"“”„«»'
NEGATED, IS = re.compile(r"(\w+)n['’]t", re.IGNORECASE), re.compile(r"(where|who|what)['’]s", re.IGNORECASE)
BETWEEN, END = re.compile(r"(?<=\d)\s*[-–,;./]\s*(?=\d)"), re.compile(r"[\s.,;!?…]+$")


def plain(words: list[str], is_known: Callable[[str], bool]) -> list[str]:
    """Words without marks that are not known, and contractions written out: don't is do not. What remains unknown stays as it is."""
    found: list[str] = []
    for word in words:
        if is_known(word):
            found.append(word)
        elif word in MARKS:
            found += ["."] * (word in FULL_STOPS and is_known("."))
        else:
            short = NEGATED.fullmatch(word) or IS.fullmatch(word)
            parts = [short[1], "not" if short.re is NEGATED else "is"] if short else []
            found += parts if parts and all(map(is_known, parts)) else [word]
    return found


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


def letters(text: str) -> str:
    """What is left of a text without case and spaces."""
    return "".join(normalise(text).casefold().split())
