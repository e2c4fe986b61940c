"""Docstrings for a reader who has the script alone: short, and without what they say about watching."""

from __future__ import annotations

import inspect
import re
import textwrap

WATCHING = re.compile(r"\b(tap|taps|tapped|trace|traces|traced|recording|Recording|Edit|forced|the page)\b|(^|\s)Sites?\b")
SENTENCE = re.compile(r"(?<=[.;:!?])\s+(?=[A-Z`(])")
WIDTH = 86


def prose(docstring: str) -> str:
    """A docstring, quotes included, empty if nothing is left: its first paragraph on a line, or what fits of its first sentence."""
    told = unwatched(inspect.cleandoc(docstring.strip('r"')).split("\n\n")[0], 10_000)
    for shorter in (_first, _bare, _begun):
        told = told if len(told) <= WIDTH else shorter(told)
    lines = told.split("\n") if "\n" in told else textwrap.wrap(told, WIDTH)
    if not lines:
        return ""
    return f'"""{lines[0]}"""' if len(lines) == 1 else '"""' + "\n    ".join(lines) + '\n    """'


def _first(text: str) -> str:
    return SENTENCE.split(text)[0]


def _bare(text: str) -> str:
    return re.sub(r" \([^()]*\)", "", text).rstrip(" .;:,") + "."


def _begun(text: str) -> str:
    return re.split("[;:,] ", text)[0].rstrip(" .;:,") + "."


def unwatched(text: str, width: int) -> str:
    """Paragraphs without their sentences about watching; figures and lists, which are indented, keep their lines."""
    paragraphs = []
    for paragraph in text.split("\n\n"):
        head = re.split(r"(?:^|(?<=\s))Sites?\b", paragraph)[0]  # a list of sites runs to the end of its paragraph
        if re.search(r"^ ", paragraph, re.MULTILINE):
            kept = head.rstrip()
        else:
            kept = textwrap.fill(" ".join(" ".join(s.split()) for s in SENTENCE.split(head) if not WATCHING.search(s)), width)
        paragraphs += [kept] if kept.strip() else []
    text = re.sub(r" that can be watched| \(docs/decisions\.md\)", "", "\n\n".join(paragraphs)).replace("InputError", "ValueError")
    return re.sub(r"\bvisitor(s?)\b", r"user\1", text)
