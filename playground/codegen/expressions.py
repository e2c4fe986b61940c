"""Expressions without their watching: taps give way to what they offered, decided tests to what they decide."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .text import Source, parenthesised

UNKNOWN = object()
SHAPED = {"Float", "Int", "Bool", "Shaped", "Num", "Complex", "UInt"}


def _nothing(node: ast.expr) -> Any:
    return UNKNOWN


def _everything(owner: str, member: ast.stmt) -> bool:
    return True


@dataclass(frozen=True)
class Facts:
    """What is known while text is cleaned.

    `value` gives the value of an expression, or UNKNOWN. `names` are new names, `absent` classes that are never made,
    `parameters` those that are left out with their arguments. `keep` says which members of a class stay, `literal` gives
    the new text of an expression, or None.
    """

    value: Callable[[ast.expr], Any] = _nothing
    names: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    keep: Callable[[str, ast.stmt], bool] = _everything
    literal: Callable[[ast.expr], str | None] = lambda node: None


class Expressions(Source):
    """A text and the edits of its expressions, by positions."""

    def __init__(self, text: str, facts: Facts) -> None:
        super().__init__(text)
        self.facts = facts
        self.shadowed: list[set[str]] = [set()]

    def rendered_lines(self, node: ast.stmt, first: int, last: int, given: Mapping[ast.expr, str] | None = None) -> list[str]:
        """Whole lines of the text with the edits of all expressions of `node` that lie inside; statements inside it are left alone."""
        start, end = self.offset(first, 0), self.offset(last + 1, 0)
        nodes = list(header(node)) if hasattr(node, "body") else [node]
        edits = [e for n in nodes for e in self.edits(n, node, given or {}) if start <= e[0] and e[1] <= end]
        return self.apply(start, end, edits).rstrip("\n").split("\n")

    def render(self, node: ast.AST, parent: ast.AST | None = None) -> str:
        start, end = self.span(node)
        return self.apply(start, end, list(self.edits(node, parent, {})))

    def edits(self, node: ast.AST, parent: ast.AST | None, given: Mapping[ast.expr, str]) -> Iterator[tuple[int, int, str]]:
        """Replacements (start, end, text), outermost first, none inside another."""
        if isinstance(node, ast.expr):
            new = given[node] if node in given else self.expression(node, parent)
            if new is not None:
                yield (*self.around(node, new), new)
                return
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and called(node.exc) == "InputError":
            yield (*self.span(node.exc), f"ValueError({self.render(node.exc.args[0])})")
            node = ast.Tuple([node.cause] if node.cause else [])
        if isinstance(node, ast.Call):
            given_to = [(a, a) for a in (*node.args, *node.keywords)]
            yield from self.without(given_to, [isinstance(a, ast.keyword) and a.arg in self.facts.parameters for a, _ in given_to])
        if isinstance(node, ast.Dict):
            entries = [(key or value, value) for key, value in zip(node.keys, node.values, strict=True)]
            dead = [isinstance(value, ast.Name) and value.id in self.facts.absent for _, value in entries]
            yield from self.without(entries, dead)
            node = ast.Tuple([part for entry, gone in zip(entries, dead, strict=True) if not gone for part in dict.fromkeys(entry)])
        for child in ast.iter_child_nodes(node):
            if not (isinstance(child, ast.keyword) and child.arg in self.facts.parameters):
                yield from self.edits(child, node, given)

    def expression(self, node: ast.expr, parent: ast.AST | None) -> str | None:
        """The new text of an expression, None if it stays."""
        if (literal := self.facts.literal(node)) is not None:
            return literal
        if isinstance(node, ast.Call) and called(node) == "tap":
            return self.operand(node.args[2], parent)
        if isinstance(node, ast.IfExp):
            test = self.test(node.test)
            if isinstance(test, str) and (isinstance(node.body, ast.Call) and called(node.body) in self.facts.absent):
                test = False
            if isinstance(test, bool):
                return self.operand(node.body if test else node.orelse, parent)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in SHAPED:
            return self.render(node.slice.elts[0]) if isinstance(node.slice, ast.Tuple) else None
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            return self.renamed(node.id) if self.renamed(node.id) != node.id else None
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self.facts.names.get(f"{node.value.id}.{node.attr}")
        if isinstance(node, ast.JoinedStr):
            return self.joined(node)
        if isinstance(node, ast.BoolOp | ast.UnaryOp) and isinstance(parent, ast.If | ast.IfExp | ast.While | ast.BoolOp):
            test = self.test(node)
            return None if test == self.piece(node) else str(test)
        return None

    def operand(self, node: ast.expr, parent: ast.AST | None) -> str:
        """What stands where a call stood: in brackets where it would fall apart otherwise."""
        text = self.render(node)
        loose = isinstance(node, ast.BinOp | ast.BoolOp | ast.Compare | ast.IfExp | ast.UnaryOp | ast.Lambda | ast.Await)
        inside = isinstance(parent, ast.BinOp | ast.BoolOp | ast.Compare | ast.Attribute | ast.Subscript | ast.UnaryOp | ast.IfExp)
        return f"({text})" if (loose and inside) or not parenthesised(text) else text

    def test(self, node: ast.expr) -> bool | str:
        """A decided test, or its text with what is decided left out."""
        if isinstance(node, ast.Call) and called(node) == "explicit":
            return False
        value = self.facts.value(node)
        if value is not UNKNOWN:
            return bool(value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.test(node.operand)
            if isinstance(inner, bool):
                return not inner
            return f"not ({inner})" if isinstance(node.operand, ast.BoolOp | ast.Compare | ast.IfExp) else f"not {inner}"
        if isinstance(node, ast.BoolOp):
            both = isinstance(node.op, ast.And)
            parts = [(value, self.test(value)) for value in node.values]
            if any(test is (not both) for _, test in parts):
                return not both
            left = [(value, test) for value, test in parts if isinstance(test, str)]
            if len(left) < len(parts):
                texts = [f"({t})" if isinstance(v, ast.BoolOp | ast.IfExp) and len(left) > 1 else t for v, t in left]
                return (" and " if both else " or ").join(texts) if texts else both
        return self.apply(*self.span(node), [e for c in ast.iter_child_nodes(node) for e in self.edits(c, node, {})])

    def renamed(self, name: str) -> str:
        return name if any(name in names for names in self.shadowed) else self.facts.names.get(name, name)

    def joined(self, node: ast.JoinedStr) -> str | None:
        """An f-string: positions inside are not to be relied on, so names in it are found by their look."""
        text = self.piece(node)
        names = {n.id: self.renamed(n.id) for n in ast.walk(node) if isinstance(n, ast.Name)}
        names |= {name: new for name, new in self.facts.names.items() if "." in name}
        for name, new in names.items():
            if new != name:
                text = re.sub(rf"(?<![\w.'\"‘]){re.escape(name)}(?=[(.\[}}!:,)\s])", new, text)
        return None if text == self.piece(node) else text


def header(node: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of a statement that are not in the blocks inside it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.excepthandler | ast.match_case):
            yield from (c for c in ast.iter_child_nodes(child) if not isinstance(c, ast.stmt))
        elif not isinstance(child, ast.stmt):
            yield child


def called(node: ast.expr) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
