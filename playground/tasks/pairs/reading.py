"""The visitor's own lines `source ⇥ target`: read from any file or text, each kept or listed with a reason.

Nothing is changed unsaid: accents are composed (NFC), white space becomes single spaces, direction marks are dropped, and
HTML is read where it is found; `Found` counts the lines of each, and of what is a guess. What can be neither seen nor read is
listed by its line.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import regex

from ...errors import InputError
from ...options import show
from ...vocabulary import graphemes, visible
from ..text import JOINED
from .encodings import Decoded, decoded
from .table import Choices, Row, table, unmarked

MOST = 50_000  # lines
MAX_BYTES = 5 * 2**20
MAX_SIDE = 1_000  # characters on one side of a line; what is longer is not looked at
LINE_END = re.compile("\r\n|[\n\r\x85]")
OTHER_END = re.compile("[\u2028\u2029]")  # ends of lines where a text has more of them than of others, else white space
ANY_END = re.compile(f"{LINE_END.pattern}|{OTHER_END.pattern}")
DIRECTION = re.compile("[\u200e\u200f\u061c]")
JOINERS = regex.compile(rf"(?<=[\p{{L}}\p{{N}}\p{{M}}]){JOINED}")
UNSEEN = regex.compile(r"[\p{C}\p{Zl}\p{Zp}\ufe0e\ufe0f]")
PLAIN = re.compile(r"\S+(?: \S+)*")

Pair = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """What a text was taken for, and how many of its lines were changed in which way, or are a guess; None where nothing was to decide."""

    encoding: str | None = None
    encodings: tuple[str, ...] = ()  # in which its bytes would be letters
    separator: str = "tab"
    header: bool = False
    quotes: bool | None = None
    html: bool | None = None
    changed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Lines:
    """Pairs in the order of the text, the number of each one's line, and what was left out: line number → reason.

    `arranged` remembers what `arrange` made of them, by units.
    """

    pairs: tuple[Pair, ...]
    numbers: tuple[int, ...]
    listed: dict[int, str]
    found: Found = Found()
    arranged: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)

    @property
    def total(self) -> int:
        return len(self.pairs) + len(self.listed)


def read(given: str | bytes | Iterable[str], chosen: Choices | None = None) -> Lines:
    """Pairs and what was left out of a text, of a file's bytes, or of lines. Raises InputError where no pairs can be in it at all."""
    chosen = chosen or Choices()
    file: Decoded | None = None
    if isinstance(given, bytes):
        bounded(len(given))
        file = decoded(given, chosen.encoding)
        given = file.text
    elif not isinstance(given, str):
        given = _joined(given)
    bounded(len(given))
    lines = [(number, line) for number, line in enumerate(_lines(given), 1) if line.strip()]
    if len(lines) > MOST:
        raise InputError(f"There are {len(lines):,} lines; at most {MOST:,} are read. Remove some.")
    columns = table(lines, chosen)
    reader = _Reader(columns.html is True, Counter(columns.done | {"letters": _otherwise(file)}))
    for row in columns.rows:
        reader.take(row)
    encoding, encodings = (None, ()) if file is None else (file.encoding, file.encodings)
    found = Found(encoding, encodings, columns.separator, columns.header, columns.quotes, columns.html, dict(+reader.changed))
    listed = dict(sorted((columns.listed | reader.listed).items()))
    return Lines(tuple(reader.pairs), tuple(reader.pairs.values()), listed, found)


def cleaned(side: str) -> str:
    """One spelling of one text: accents composed, spaces single, direction marks dropped."""
    return " ".join(unicodedata.normalize("NFC", DIRECTION.sub("", side)).split())


class _Reader:
    """Takes row after row."""

    def __init__(self, marked: bool, changed: Counter[str]) -> None:
        self.marked, self.changed = marked, changed
        self.pairs: dict[Pair, int] = {}  # and the number of its line
        self.listed: dict[int, str] = {}
        self.firsts: dict[str, tuple[str, int]] = {}  # a source as it is read → as it stood at first, and where

    def take(self, row: Row) -> None:
        text = [unmarked(cell) if self.marked else cell for cell in row.cells]
        source, target = (cleaned(side) if len(side) <= MAX_SIDE else side for side in text)
        raw = row.cells[0].strip()
        problem = _problem("source", source) or _problem("target", target)
        if problem is None:
            first, line = self.firsts.setdefault(source, (raw, row.number))
            if (source, target) in self.pairs:
                problem = f"the same pair stands in line {self.pairs[source, target]:,}"
            elif raw != first:
                problem = f"its source is read like that of line {line:,}: only spaces, marks or accents are written otherwise"
        if problem is None:
            self.pairs[source, target] = row.number
            self._count(row.cells, text)
        else:
            self.listed[row.number] = problem

    def _count(self, cells: tuple[str, ...], text: list[str]) -> None:
        """What was done to these cells, each once a line."""
        done = {
            "HTML": list(cells) != text,
            "direction marks": any(map(DIRECTION.search, text)),
            "equals": any(map(_has_equals, text)),
            "spaces": not all(PLAIN.fullmatch(DIRECTION.sub("", cell).strip()) for cell in text),
        }
        self.changed.update(name for name, was in done.items() if was)


def _has_equals(side: str) -> bool:
    """Whether it holds a character that composing replaces, such as the sign of kelvins by the letter K."""
    return not unicodedata.is_normalized("NFC", side) and any(not unicodedata.is_normalized("NFC", c) for c in side)


def _otherwise(file: Decoded | None) -> int:
    """How many lines the next likely encoding has other letters in, where the one that was taken is a guess."""
    return 0 if file is None or file.rival is None else sum(map(str.__ne__, _lines(file.text), _lines(file.rival)))


def _problem(name: str, side: str) -> str | None:
    """Why this side of a line is not read."""
    if len(side) > MAX_SIDE:
        return f"the {name} has {len(side):,} characters; at most {MAX_SIDE:,} are read"
    if not side:
        return f"the {name} is empty"
    if "\ufffd" in side:
        return f"the {name} holds � where a letter was lost when the file was saved"
    hidden = [c for c in graphemes(JOINERS.sub("", side)) if visible(c) != c] if UNSEEN.search(side) else []
    return f"the {name} holds the invisible character {visible(hidden[0])}" if hidden else None


def bounded(size: int) -> None:
    """Raises InputError for more bytes, or characters, than are read."""
    if size > MAX_BYTES:
        raise InputError(f"The pairs have more than {MAX_BYTES // 2**20} MB; at most {MOST:,} short lines are read. Remove some.")


def _joined(given: Iterable[str]) -> str:
    try:
        rows = None if isinstance(given, Mapping) else list(given)
    except TypeError:  # nothing to go through, also where its class says that there is
        rows = None
    if rows is None or not all(isinstance(row, str) for row in rows):
        raise InputError(f"The pairs must be text, a file's bytes or lines of text, not {show(given)}.")
    return "\n".join(row.rstrip("\r\n") for row in rows)


def _lines(text: str) -> list[str]:
    fewer = len(LINE_END.findall(text)) >= len(OTHER_END.findall(text))
    return (LINE_END if fewer else ANY_END).split(text)
