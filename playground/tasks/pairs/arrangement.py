"""From pairs of texts to examples in tokens: which lines can be learned, with all their right answers, and which cannot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import regex

from ...errors import InputError
from ...vocabulary import graphemes
from ..text import SYMBOL, WORDS, Example
from .reading import Lines

FEWEST = 20  # different sources
MOST_TOKENS = 64  # on one side
MOST_ANSWERS = 8  # of one source
UNITS = {"words": "words", "characters": "characters"}
WORD = regex.compile(f"{WORDS}|{SYMBOL}")


@dataclass(frozen=True)
class Arranged:
    """`examples` in the order of their lines, several of one source where it has several answers; `listed`: line → reason."""

    examples: tuple[Example, ...]
    listed: dict[int, str]

    @cached_property
    def divided(self) -> tuple[list[Example], list[Example]]:
        return divided(self.examples)


def tokens(text: str, unit: str) -> tuple[str, ...]:
    """Words and signs, or characters as a reader counts them."""
    if unit != "words":
        return tuple(graphemes(text))
    parts = ([part] if part.isalnum() else WORD.findall(part) for part in text.split())  # most are words already
    return tuple(word for found in parts for word in found)


def arrange(lines: Lines, source_unit: str, target_unit: str) -> Arranged:
    """The examples that the pairs of these lines make; found out once."""
    units = source_unit, target_unit
    if units not in lines.arranged:
        lines.arranged[units] = _arranged(lines, *units)
    return lines.arranged[units]


def divided(examples: tuple[Example, ...]) -> tuple[list[Example], list[Example]]:
    """Training and held-out examples: those of the tenth of the sources with the lowest hashes are held out, of two at least."""
    sources = sorted(dict.fromkeys(source for source, _ in examples), key=lambda source: crc32("\0".join(source).encode()))
    place = {source: i for i, source in enumerate(sources)}
    order = sorted(examples, key=lambda example: place[example[0]])
    held = max(2, len(sources) // 10)
    return [e for e in order if place[e[0]] >= held], [e for e in order if place[e[0]] < held]


def _arranged(lines: Lines, source_unit: str, target_unit: str) -> Arranged:
    answers: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}  # of each source, and their lines
    texts: dict[tuple[str, ...], str] = {}
    listed: dict[int, str] = {}
    examples: list[Example] = []
    same: dict[str, str] = {}  # one string for equal tokens: there are many more places than tokens
    for (source, target), number in zip(lines.pairs, lines.numbers, strict=True):
        read, written = (tuple(same.setdefault(t, t) for t in tokens(*side)) for side in ((source, source_unit), (target, target_unit)))
        known = answers.get(read, {})
        problem = _too_long("source", read, source_unit) or _too_long("target", written, target_unit)
        if problem is None and written in known:
            problem = f"the same pair stands in line {known[written]:,}"
        elif problem is None and texts.get(read, source) != source:
            problem = f"its source is read like that of line {next(iter(known.values())):,}: only spaces are written otherwise"
        elif problem is None and len(known) == MOST_ANSWERS:
            problem = f"its source has {MOST_ANSWERS} answers above; more are not learned"
        if problem is not None:
            listed[number] = problem
        else:
            answers.setdefault(read, {})[written] = number
            texts[read] = source
            examples.append((read, written))
    return Arranged(tuple(examples), listed)


def enough(lines: Lines, arranged: Arranged) -> None:
    """Raises InputError where there are too few different sources to learn from and to hold out."""
    sources = len({source for source, _ in arranged.examples})
    if sources >= FEWEST:
        return
    listed = sorted((lines.listed | arranged.listed).items())
    told = f" Line {listed[0][0]:,}: {listed[0][1]}." if listed else ""
    if len(arranged.examples) > sources:
        told = f" They stand in {len(arranged.examples)} pairs, since a source may have several answers.{told}"
    else:
        told = f" Write one pair a line, a tab between its sides.{told}"
    there = "is 1 different source" if sources == 1 else f"are {sources} different sources"
    raise InputError(f"There {there}; at least {FEWEST} are needed.{told}")


def _too_long(name: str, found: tuple[str, ...], unit: str) -> str | None:
    return None if len(found) <= MOST_TOKENS else f"the {name} has {len(found)} {unit}; at most {MOST_TOKENS} are learned"
