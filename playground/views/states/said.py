"""How tokens and numbers are said in the sentences of this room."""

from __future__ import annotations

from collections.abc import Sequence

from ..style import Rich


def quoted(token: str) -> str:
    """The end stands bare, the rest in quotes; a space must be seen."""
    return token if token == "end" else f"‘{'␣' if token == ' ' else token}’"


def spelled(tokens: Sequence[str]) -> str:
    """Tokens as they are written: characters without spaces."""
    return ("" if all(len(token) == 1 for token in tokens) else " ").join(tokens)


def signed(value: float, digits: int = 2) -> str:
    """With a true minus, and never a zero that has one."""
    text = f"{value:.{digits}f}"
    return (text.removeprefix("-") if float(text) == 0 else text).replace("-", "−")


def listed(names: Sequence[str], style: str) -> Rich:
    """a, b and c"""
    parts: Rich = []
    for i, name in enumerate(names):
        parts += [("", "" if i == 0 else " and " if i == len(names) - 1 else ", "), (style, name)]
    return parts
