"""Docstrings and comments for a reader who has the script alone: what they say about watching goes."""

from __future__ import annotations

import re
import textwrap

WATCHING = re.compile(r"\b(tap|taps|tapped|trace|traces|traced|recording|Recording|Edit|forced|the page)\b|(^|\s)Sites?\b")
SENTENCE = re.compile(r"(?<=[.;:!?])\s+(?=[A-Z`(])")
MARKS = re.compile(r"[ \t]*#\s*(type:\s*ignore|noqa)[^\n]*")


def prose(docstring: str) -> str:
    """A docstring statement, quotes and indentation included; empty if nothing of it is left."""
    found = re.match(r'^(\s*)(r?)("""|")(.*)\3$', docstring, re.DOTALL)
    if not found or not WATCHING.search(docstring):
        return said(docstring)
    indent, raw, quotes, text = found.groups()
    paragraphs = [kept for paragraph in text.split("\n\n") if (kept := told(paragraph, indent))]
    text = "\n\n".join(paragraphs).strip()
    if not text:
        return ""
    return said(f"{indent}{raw}{quotes}{text}{chr(10) + indent if chr(10) in text else ''}{quotes}")


def told(paragraph: str, indent: str) -> str:
    """A paragraph without its sentences about watching; figures and lists stay as they are."""
    if not WATCHING.search(paragraph):
        return paragraph
    head = re.split(r"(?:^|(?<=\s))Sites?\b", paragraph)[0]  # a list of sites runs to the end of its paragraph
    kept = [sentence for sentence in SENTENCE.split(head) if not WATCHING.search(sentence)]
    if len(kept) == len(SENTENCE.split(head)):
        return head.rstrip()
    inner = re.search(r"\n( +)", paragraph)
    indent = inner.group(1) if inner else ""
    first = " " * (len(paragraph) - len(paragraph.lstrip(" ")))
    return textwrap.fill(" ".join(" ".join(kept).split()), 110, initial_indent=first, subsequent_indent=indent)


def said(text: str) -> str:
    text = re.sub(r" that can be watched| \(docs/decisions\.md\)", "", text).replace("InputError", "ValueError")
    return re.sub(r"\bvisitor(s?)\b", r"user\1", text)


def unmarked(text: str) -> str:
    """Without remarks to type checkers and linters or about watching, and without turns to batch first and back."""
    text = MARKS.sub("", text)
    text = re.sub(r"\.transpose\((\d), (\d)\)\.transpose\(\1, \2\)", "", text)
    return re.sub(r"[ \t]+#[^\n]*\btapped\b[^\n]*", "", text)
