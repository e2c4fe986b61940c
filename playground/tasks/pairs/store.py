"""The visitor's own lines `source ⇥ target`: read, checked line by line, and kept under a name made of their content.

A recipe is small and travels in links and to other processes; lines are not. So a recipe holds only their key, a hash,
and whoever trains reads the lines from disk by it. The same lines have the same key for everybody.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from ...disk import keep_newest, own_folder, write_whole
from ...errors import InputError
from ...vocabulary import graphemes, normalise, visible

FEWEST, MOST = 20, 20_000  # lines
MAX_BYTES = 2 * 2**20
MAX_SIDE = 120  # characters on one side of a line
MAX_RAW = 10 * MAX_SIDE  # the same before spaces are made single and accents composed: what is longer is not even looked at
KEEP_BYTES = 64 * 2**20  # of all kept lines together; the least recently used go first
SEPARATORS = ("\t", " → ", " => ", " -> ")
TOLD = 20  # problems that are listed; all are counted
KEY = re.compile(r"[0-9a-f]{24}")

Pair = tuple[str, str]


@dataclass(frozen=True)
class Lines:
    """Pairs in the order of the text, and the problems of the lines that were left out: (line number, what is wrong)."""

    pairs: tuple[Pair, ...]
    problems: tuple[tuple[int, str], ...]
    total: int


def read(text: str) -> Lines:
    """Pairs and problems of pasted or uploaded text. Raises InputError if it cannot be a list of pairs at all."""
    if not isinstance(text, str):
        raise InputError(f"The pairs must be text with one pair a line, not {type(text).__name__}.")
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise InputError(f"The pairs have more than {MAX_BYTES // 2**20} MB; paste at most {MOST:,} short lines.")
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST:
        raise InputError(f"There are {len(lines):,} lines; at most {MOST:,} are read. Remove some.")
    pairs: dict[Pair, None] = {}
    problems = []
    for number, line in lines:
        found = _pair(line)
        if isinstance(found, str):
            problems.append((number, found))
        elif found in pairs:
            problems.append((number, "the same pair stands above already"))
        else:
            pairs[found] = None
    return Lines(tuple(pairs), tuple(problems), len(lines))


def keep(text: str) -> str:
    """The key under which the pairs of this text are kept. Raises InputError if there are too few good ones."""
    lines = read(text)
    if len(lines.pairs) < FEWEST:
        first = f" Line {lines.problems[0][0]}: {lines.problems[0][1]}." if lines.problems else ""
        raise InputError(
            f"There are {len(lines.pairs)} good pairs; at least {FEWEST} are needed. Write one pair a line, a tab between its sides.{first}"
        )
    data = "\n".join(f"{source}\t{target}" for source, target in lines.pairs).encode()
    key = sha256(data).hexdigest()[:24]
    try:
        folder = _folder()
        write_whole(folder / f"{key}.tsv", data)
        keep_newest(folder, KEEP_BYTES)
    except OSError as error:
        raise InputError(f"The pairs could not be kept: {error.strerror}. Nothing was changed.") from None
    return key


def fetch(key: str) -> tuple[Pair, ...]:
    """The pairs that were kept under this key. Raises InputError when they are not, or no longer, on this machine."""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise InputError("The name of the pairs is not one of ours; paste the pairs again.")
    return _fetch(key)


@lru_cache(maxsize=16)
def _fetch(key: str) -> tuple[Pair, ...]:
    try:
        path = _folder() / f"{key}.tsv"
        data = path.read_bytes()
        path.touch()
    except OSError:
        raise InputError("These pairs are not kept on this machine any more. Paste them again.") from None
    if sha256(data).hexdigest()[:24] != key:
        raise InputError("The kept pairs are damaged. Paste them again.")
    return tuple((source, target) for source, _, target in (line.partition("\t") for line in data.decode().split("\n")))


def _pair(line: str) -> Pair | str:
    """Source and target of one line, or what is wrong with it."""
    separator = next((s for s in SEPARATORS if s in line), None)
    if separator is None:
        return "no tab between source and target"
    raw = line.split(separator)
    if len(raw) != 2:
        return f"{len(raw)} columns instead of two"
    for name, side in zip(("source", "target"), raw, strict=True):
        if len(side) > MAX_RAW:
            return f"the {name} has {len(side)} characters, at most {MAX_SIDE} are read"
    sides = [clean(side) for side in raw]
    for name, side in zip(("source", "target"), sides, strict=True):
        if not side:
            return f"the {name} is empty"
        if len(side) > MAX_SIDE:
            return f"the {name} has {len(side)} characters, at most {MAX_SIDE} are read"
        hidden = [c for c in graphemes(side) if visible(c) != c]
        if hidden:
            return f"the {name} holds the invisible character {visible(hidden[0])}"
    return sides[0], sides[1]


def clean(side: str) -> str:
    """One spelling: normalised, spaces single, accents composed."""
    return " ".join(unicodedata.normalize("NFC", normalise(side)).split())


def _folder() -> Path:
    return own_folder("PLAYGROUND_PAIRS")
