"""Source text without its watching: the code as its author would have written it, had nobody wanted to look inside.

    weights = tap(self, "weights", scores.softmax(-1))      weights = scores.softmax(-1)
    if explicit(): return self._looped(…)                   (gone: nobody looks)
    query: Float[Tensor, "batch hidden"]                    query: Tensor

The text is edited at the places that its syntax tree names, so comments and layout survive. What is known about a run
(`Facts`) decides branches: code that this run never takes is left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .expressions import UNKNOWN, Expressions, Facts, called
from .prose import prose
from .text import dedent

__all__ = ["UNKNOWN", "Facts", "local_names", "plain"]

WIDTH = 110  # of a line that is written anew
DROPPED_DECORATORS = {"register"}
ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
Block = list[ast.stmt]

NOTHING = Facts()


def plain(text: str, facts: Facts = NOTHING) -> str:
    """The text of a definition, cleaned; it starts in the first column."""
    return Cleaner(text, facts).whole()


class Cleaner(Expressions):
    """One pass over one text: statements by lines, expressions by positions."""

    def whole(self) -> str:
        lines = self.block(self.tree.body, 1, "")
        return "\n".join(lines).strip("\n") + "\n"

    # statements

    def block(self, statements: Block, first: int, owner: str) -> list[str]:
        """The lines of a block whose comments may begin at line `first`."""
        out: list[str] = []
        for statement in statements:
            start, end = self.start(statement), statement.end_lineno or statement.lineno
            lead, first = self.lines[first - 1 : start - 1], end + 1
            lines = self.statement(statement, owner)
            if lines is None:
                continue
            out += (lead if out else _without_blank_start(lead)) + lines
            if isinstance(statement, ENDS) or (isinstance(statement, ast.If) and self.ends(statement)):
                break
        return out

    def statement(self, node: ast.stmt, owner: str) -> list[str] | None:
        """The lines of one statement, None if it goes."""
        if not self.facts.keep(owner, node):
            return None
        if isinstance(node, ast.If):
            return self.branch(node)
        if isinstance(node, ast.With) and all(self.is_idle(item) for item in node.items):
            return dedent(self.block(node.body, self.after_header(node.body), ""))
        if self.is_idle_statement(node):
            return None
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            return self.definition(node)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return prose(self.piece(node)).split("\n") if prose(self.piece(node)) else None
        if not getattr(node, "body", None):
            return self.rendered_lines(node, self.start(node), node.end_lineno or node.lineno)
        return self.compound(node)

    def compound(self, node: ast.stmt) -> list[str]:
        """A statement with blocks: the lines between the blocks are its headers."""
        blocks = [getattr(node, "body", [])] + [h.body for h in getattr(node, "handlers", [])]
        blocks += [b for b in (getattr(node, "orelse", []), getattr(node, "finalbody", [])) if b]
        out, at = [], self.start(node)
        for statements in blocks:
            inside = self.after_header(statements)
            out += self.rendered_lines(node, at, inside - 1)
            out += self.block(statements, inside, "") or [" " * statements[0].col_offset + "pass"]
            at = (statements[-1].end_lineno or 0) + 1
        return out

    def definition(self, node: ast.FunctionDef | ast.ClassDef) -> list[str]:
        first = node.body[0]
        inline = bool(self.data[self.offset(first.lineno, 0) : self.span(first)[0]].strip())  # def f() -> T: ...
        inside = first.lineno if inline else self.after_header(node.body)
        if isinstance(node, ast.ClassDef):
            if inline:
                return self.rendered_lines(node, self.start(node), first.lineno)
            head = self.rendered_lines(node, self.start(node), inside - 1)
            body = self.block(node.body, inside, node.name)
        else:
            self.shadowed.append(local_names(node))
            head = [*self.decorators(node), *self.signature(node)]
            body = [] if inline else self.block(node.body, inside, "")
            self.shadowed.pop()
        decorated = [line for line in head if line.strip().removeprefix("@") not in DROPPED_DECORATORS]
        if inline:
            return [*decorated[:-1], f"{decorated[-1]} {self.render(first)}"]
        return decorated + (body or [" " * (node.col_offset + 4) + "pass"])

    def decorators(self, node: ast.FunctionDef) -> list[str]:
        return [" " * node.col_offset + "@" + self.render(d) for d in node.decorator_list]

    def signature(self, node: ast.FunctionDef) -> list[str]:
        """`def` to colon on one line where it fits."""
        arguments = list(self.arguments(node.args))
        indent = " " * node.col_offset
        end = (f" -> {self.render(node.returns)}" if node.returns else "") + ":"
        start, inner = f"{indent}def {node.name}(", f"{indent}    {', '.join(arguments)}"
        line = f"{start}{', '.join(arguments)}){end}"
        if len(line) <= WIDTH:
            return [line]
        if len(inner) <= WIDTH:
            return [start, inner, f"{indent}){end}"]
        return [start, *(f"{indent}    {a}," for a in arguments), f"{indent}){end}"]

    def arguments(self, given: ast.arguments) -> Iterator[str]:
        plain_ones = [*given.posonlyargs, *given.args]
        defaults: list[ast.expr | None] = [None] * (len(plain_ones) - len(given.defaults)) + list(given.defaults)
        for argument, default in zip(plain_ones, defaults, strict=True):
            if argument.arg not in self.facts.parameters:
                yield self.argument(argument, default)
        if given.vararg:
            yield "*" + self.argument(given.vararg, None)
        named = [(a, d) for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if a.arg not in self.facts.parameters]
        if named and not given.vararg:
            yield "*"
        for argument, default in named:
            yield self.argument(argument, default)
        if given.kwarg:
            yield "**" + self.argument(given.kwarg, None)

    def argument(self, node: ast.arg, default: ast.expr | None) -> str:
        text = node.arg + (f": {self.render(node.annotation)}" if node.annotation else "")
        if default is None:
            return text
        return f"{text} = {self.render(default)}" if node.annotation else f"{text}={self.render(default)}"

    def branch(self, node: ast.If, word: str = "if") -> list[str] | None:
        """An `if` whose test may be decided. `word` is what it begins with: if, elif."""
        test = self.test(node.test)
        if isinstance(test, str) and self.makes_absent(node.body):
            test = False
        inside = self.after_header(node.body)
        if test is True:
            body = self.block(node.body, inside, "")
            if word == "if":
                return dedent(body) or None
            return [" " * node.col_offset + "else:", *body] if body else None
        if test is False:
            return self.otherwise(node, word)
        out = self.rendered_lines(node, self.start(node), inside - 1, {node.test: test})
        out[0] = re.sub(r"^(\s*)(?:el)?if\b", rf"\1{word}", out[0])
        out += self.block(node.body, inside, "") or [" " * node.body[0].col_offset + "pass"]
        return out + (self.otherwise(node, "elif") or [])

    def otherwise(self, node: ast.If, word: str) -> list[str] | None:
        """What follows where `node`'s test fails: nothing, an `elif` or an `else`."""
        if not node.orelse:
            return None
        first = node.orelse[0]
        if isinstance(first, ast.If) and first.col_offset == node.col_offset:
            return self.branch(first, word)
        inside = self.after_header(node.orelse)
        body = self.block(node.orelse, inside, "")
        if word == "if":
            return dedent(body) or None
        head = self.lines[(node.body[-1].end_lineno or 0) : inside - 1]
        return [*head, *body] if body else None

    def ends(self, node: ast.If) -> bool:
        """Whether a decided `if` leaves its block, so that what follows it is never reached."""
        test = self.test(node.test)
        taken = node.body if test is True else node.orelse if test is False else []
        return bool(taken) and (isinstance(taken[-1], ENDS) or (isinstance(taken[-1], ast.If) and self.ends(taken[-1])))

    def is_idle(self, item: ast.withitem) -> bool:
        """A context that only names what a trace would record."""
        context = item.context_expr
        while isinstance(context, ast.IfExp) and isinstance(test := self.test(context.test), bool):
            context = context.body if test else context.orelse
        return isinstance(context, ast.Call) and called(context) in ("part", "nullcontext")

    def is_idle_statement(self, node: ast.stmt) -> bool:
        """Statements that did nothing but offer a value, and imports that the whole script makes once."""
        if isinstance(node, ast.Expr):
            return isinstance(node.value, ast.Call) and called(node.value) == "tap"
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.value, ast.Call | ast.IfExp):
            return called(node.value) == "tap" and self.piece(node.targets[0]) == self.render(node.value)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in self.facts.parameters:
            return True
        if isinstance(node, ast.ImportFrom):
            return node.level > 0 or (node.module or "").startswith("playground")
        return False

    def makes_absent(self, body: Block) -> bool:
        """Whether a branch only returns a class that this model does not use."""
        only = body[0] if len(body) == 1 else None
        return isinstance(only, ast.Return) and isinstance(only.value, ast.Call) and called(only.value) in self.facts.absent


def local_names(node: ast.FunctionDef | ast.Lambda) -> set[str]:
    """Names that a function binds itself, so that they are not the module's."""
    names = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            names.add(inner.id)
    return names


def _without_blank_start(lines: list[str]) -> list[str]:
    while lines and not lines[0].strip():
        lines = lines[1:]
    return lines
