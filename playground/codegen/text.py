"""Source text and where its syntax tree's nodes stand in it; small tools for lines."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence


class Source:
    """A text, its tree, and the places of nodes in it. Positions count bytes, as the tree does."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self.data = text.encode()
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.data.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def offset(self, line: int, column: int) -> int:
        return min(self.starts[line - 1] + column, len(self.data))

    def span(self, node: ast.AST) -> tuple[int, int]:
        first = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return first, self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def piece(self, node: ast.AST) -> str:
        """The text of a node; a statement's with its indentation."""
        start, end = self.span(node)
        if isinstance(node, ast.stmt):
            start = self.offset(node.lineno, 0)
        return self.data[start:end].decode()

    def start(self, node: ast.stmt) -> int:
        """The first line of a statement, decorators included."""
        return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])

    def after_header(self, body: list[ast.stmt]) -> int:
        """The first line after the header of this block: its comments begin there."""
        line = self.start(body[0])
        while line > 1 and (not self.lines[line - 2].strip() or self.lines[line - 2].lstrip().startswith("#")):
            line -= 1
        return line

    def around(self, node: ast.expr, new: str) -> tuple[int, int]:
        """The span of an expression, with brackets around it that its new text no longer needs."""
        start, end = self.span(node)
        bracketed = self.data[start - 1 : start] == b"(" and self.data[end : end + 1] == b")"
        called = start >= 2 and (self.data[start - 2 : start - 1].isalnum() or self.data[start - 2 : start - 1] in (b"_", b")", b"]"))
        if bracketed and not called and new.isidentifier():
            return start - 1, end + 1
        return start, end

    def without(self, items: Sequence[tuple[ast.AST, ast.AST]], gone: Sequence[bool]) -> Iterator[tuple[int, int, str]]:
        """Edits that take items, each from its first to its last node, out of a list with commas between."""
        spans = [(self.span(first)[0], self.span(last)[1]) for first, last in items]
        kept = False
        for i, (start, end) in enumerate(spans):
            if not gone[i]:
                kept = True
            elif kept:
                yield spans[i - 1][1], end, ""
            else:
                yield start, spans[i + 1][0] if i + 1 < len(spans) else end, ""

    def apply(self, start: int, end: int, edits: list[tuple[int, int, str]]) -> str:
        out, at = b"", start
        for first, last, text in sorted(edits):
            out += self.data[at:first] + text.encode()
            at = last
        return (out + self.data[at:end]).decode()


def dedent(lines: list[str], by: int = 4) -> list[str]:
    return [line[by:] if line[:by].isspace() else line for line in lines]


def parenthesised(text: str) -> bool:
    """Whether an expression may be broken into these lines without brackets of its own."""
    if "\n" not in text:
        return True
    try:
        ast.parse(textwrap.dedent(text), mode="eval")
    except SyntaxError:
        return False
    return True
