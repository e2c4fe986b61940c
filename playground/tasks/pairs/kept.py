"""What became of a visitor's pairs, to the line: `read_pairs`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...options import show
from . import store
from .arrangement import FEWEST, UNITS, Arranged, arrange, enough
from .encodings import NAMES
from .reading import Lines, bounded, read
from .table import Choices
from .task import Pairs, sample_lines

SHOWN = 5  # pairs of the preview


@dataclass(frozen=True, eq=False)
class Kept:
    """Pairs as they are read and divided. `learned + held_out + len(listed) == lines`, always.

    `task_options={"pairs": kept}` trains on them, in these units; that is when they are written to this machine's store.
    """

    read: Lines
    source_unit: str
    target_unit: str

    @cached_property
    def arranged(self) -> Arranged:
        return arrange(self.read, self.source_unit, self.target_unit)

    @property
    def lines(self) -> int:
        """How many lines there are that are not blank; one whose quotes reach over several counts once."""
        return self.read.total

    @cached_property
    def learned(self) -> int:
        """Lines to learn from."""
        return len(self.arranged.divided[0])

    @property
    def held_out(self) -> int:
        """Lines that training never sees."""
        return len(self.arranged.examples) - self.learned

    @cached_property
    def listed(self) -> dict[int, str]:
        """The lines that are neither: their number, from 1, and the reason."""
        return dict(sorted((self.read.listed | self.arranged.listed).items()))

    @property
    def encoding(self) -> str | None:
        """What the file was decoded from, as Python calls it; None for text."""
        return self.read.found.encoding

    @property
    def preview(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """The first pairs that are learned, source and target in tokens."""
        examples = self.arranged.examples
        held = {source for source, _ in self.arranged.divided[1]}
        return tuple(islice((example for example in examples if example[0] not in held), SHOWN))

    @property
    def said(self) -> tuple[str, ...]:
        """What was detected and what was changed, each in a few words."""
        found = self.read.found
        return (
            *([NAMES[found.encoding]] if found.encoding else []),
            f"{found.separator} between source and target",
            *(["quotes round columns are no part of them"] if found.quotes else []),
            *(["the first line is a header"] if found.header else []),
            *self.changes,
        )

    @property
    def changes(self) -> tuple[str, ...]:
        """What was changed in reading, or is a guess, and in how many lines."""
        counted = self.read.found.changed
        return tuple(what.format(_lines(counted[name])) for name, what in CHANGES.items() if name in counted)

    @cached_property
    def key(self) -> str:
        """The name under which they are kept; asking for it keeps them. Raises InputError where there are too few."""
        enough(self.read, self.arranged)
        return store.keep(self.read)

    @property
    def options(self) -> dict[str, str]:
        """Options of the task that learns them."""
        return {"pairs": self.key, "source_unit": self.source_unit, "target_unit": self.target_unit}


CHANGES = {
    "letters": "the encoding is a guess, the next likely one has other letters in {}",
    "maybe header": "the first line may be a header, it is taken as a pair",
    "numbers": "the column of numbers left out in {}",
    "more columns": "only the first two columns taken in {}",
    "HTML": "HTML read in {}",
    "direction marks": "direction marks dropped in {}",
    "equals": "characters replaced by their equals in {}",
    "spaces": "other white space read as one space in {}",
}


def read_pairs(
    given: str | os.PathLike[str] | bytes | Iterable[str],
    source_unit: str = "words",
    target_unit: str = "words",
    *,
    encoding: str | None = None,
    separator: str | None = None,
    quotes: bool | None = None,
    header: bool | None = None,
    html: bool | None = None,
) -> Kept:
    """Pairs of a file (its path or its bytes) or of lines, each line accounted for.

    What is not given is detected: the `encoding` ("utf-8", "latin-1" …), the `separator` ("tab", "comma", "semicolon" …), whether
    `quotes` quote, whether the first line is a `header`, whether `html` is read. Raises InputError where no pairs can be in it at all.
    """
    for name, unit in (("source_unit", source_unit), ("target_unit", target_unit)):
        if not isinstance(unit, str) or unit not in UNITS:
            raise InputError(f"{name} is {show(unit)}; allowed are: {', '.join(UNITS)}.")
    opened = _opened(given)
    lines = read(opened, Choices(encoding, separator, quotes, header, html))
    if not lines.total:
        what = "This file is empty" if isinstance(opened, bytes) else f"There are no lines in {show(given)}"
        raise InputError(f"{what}. Give at least {FEWEST} lines, each a source, a tab and a target.")
    return Kept(lines, source_unit, target_unit)


def read_through(given: str | bytes, asked: dict[str, Any]) -> Kept:
    """The same of a text, which is no path, or a file's bytes; with all that follows from it, so that it can be sent on."""
    kept = read_pairs(given.split("\n") if isinstance(given, str) else given, **asked)
    _ = kept.arranged.divided  # kept there
    return kept


def of(task: Pairs) -> Kept:
    """The account of the pairs that a task learns."""
    lines = store.fetch(task.options.pairs) if task.options.pairs else sample_lines()
    return Kept(lines, task.options.source_unit, task.options.target_unit)


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"


def _opened(given: Any) -> Any:
    """The bytes of a file; text and lines as they are. A text of one line without a separator is a path."""
    if isinstance(given, os.PathLike) or (isinstance(given, str) and given and not any(c in given for c in "\n\r\t\u2028")):
        path = Path(given)
        try:
            bounded(path.stat().st_size)
            return path.read_bytes()
        except InputError:
            raise
        except (OSError, ValueError) as error:
            raise InputError(f"The file {show(str(given))} could not be read: {getattr(error, 'strerror', None) or error}.") from None
    return given
