"""The texts of lessons: what is asked and what is told, with the values of the model in braces.

    "It gives ●{weight}● of its weight to state {state}, and is right on {share:%} of new inputs."

Braces name values of the claim; a unit behind a colon, such as `%` or `points`, says how a number is written. ■…■ marks what is read,
●…● what crosses over, ▲…▲ what is written, and *…* what matters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from string import Formatter

from ..papers.parts import shown

STYLES = {"■": "e", "●": "c", "▲": "d", "*": "b"}
MARKED = re.compile(r"([■●▲*])(.+?)\1")


@dataclass(frozen=True)
class Words:
    """What one question says: its `title`, the question itself; the `text` that leads to it; `options` of a choice; `reveal`, what the
    model does; `why`, one sentence, beside which visitors lay their own."""

    title: str
    text: str
    reveal: str
    why: str
    options: tuple[str, ...] = ()

    def map(self, change: Callable[[str], str]) -> Words:
        """The same with every text changed."""
        return Words(change(self.title), change(self.text), change(self.reveal), change(self.why), tuple(map(change, self.options)))

    def __iter__(self) -> Iterator[str]:
        """All texts."""
        for each in fields(self):
            value = getattr(self, each.name)
            yield from (value,) if isinstance(value, str) else value

    @property
    def named(self) -> set[str]:
        """The values that they name."""
        return {name for text in self for _, name, _, _ in Formatter().parse(text) if name}


def filled(text: str, values: Mapping[str, float | str]) -> str:
    """A text with its values in it."""
    parts = []
    for before, name, unit, _ in Formatter().parse(text):
        parts.append(before)
        if name is not None:
            value = values[name]
            parts.append(value if isinstance(value, str) else shown(value, unit or ""))
    return "".join(parts)


def rich(text: str) -> list[list[str]]:
    """Segments of a style and their text, as the page draws them."""
    segments, at = [], 0
    for found in MARKED.finditer(text):
        segments += [["", text[at : found.start()]], [STYLES[found[1]], found[2]]]
        at = found.end()
    return [segment for segment in [*segments, ["", text[at:]]] if segment[1]]


def plain(text: str) -> str:
    """A text without its marks."""
    return MARKED.sub(r"\2", text)
