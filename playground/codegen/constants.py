"""What a run has settled, written out: option values, what a model was told of its task, vocabularies as lists of words."""

from __future__ import annotations

import textwrap
from dataclasses import fields
from typing import Any, cast

import libcst as cst
from libcst import matchers as m
from torch import nn

from ..options import limits
from ..vocabulary import SPECIALS, Vocabulary

SIMPLE = (bool, int, float, str, type(None), Vocabulary)
EVALUATED = (cst.Attribute, cst.Call, cst.BooleanOperation, cst.Comparison, cst.IfExp, cst.BinaryOperation, cst.UnaryOperation)
LINE = 72


def options_class(name: str, options: Any) -> str:
    """A dataclass whose defaults are these values, with what each is for."""
    told = limits(type(options))
    lines = [f"    {f.name}: {type(value).__name__} = {spelled(value)}" for f in fields(options) for value in [getattr(options, f.name)]]
    helps = [told[f.name].help or told[f.name].label for f in fields(options)]
    body = [line + (f"  # {text}" if len(line) + len(text) < 96 else "") for line, text in zip(lines, helps, strict=True)]
    return "\n".join(["@dataclass(frozen=True)", f"class {name}:", *(body or ["    pass"])]) + "\n"


def spelled(value: Any) -> str:
    """A value as source; a vocabulary as the call that makes it."""
    if not isinstance(value, Vocabulary):
        return f'"{shown[1:-1]}"' if (shown := repr(value))[0] == "'" and '"' not in shown else shown
    mask = ", mask=True" if SPECIALS[3] in value.ids else ""
    words = value.tokens[4 if mask else 3 :]
    if all(len(word) == 1 for word in words):
        return f"Vocabulary({spelled(''.join(words))}{mask})"
    if any(not word or len(word.split()) != 1 or "\\" in word or word != word.strip() for word in words):
        return f"Vocabulary({list(words)!r}{mask})"
    lines = textwrap.wrap(" ".join(words), LINE, break_long_words=False, break_on_hyphens=False)
    text = spelled(lines[0]) if len(lines) == 1 else '"""\n' + "\n".join(lines) + '\n"""'
    return f"Vocabulary({text}.split(){mask})"


def carried(value: Any) -> str:
    """What somebody brought as source; a long text, of which white space is no part, in lines."""
    if not isinstance(value, str):
        return repr(value)
    return '"""\n' + "\n".join(value[i : i + LINE] for i in range(0, len(value), LINE)) + '\n"""'


class Told(cst.CSTTransformer):
    """`build(task, options)` as `build(options)`: whatever it asks of the task alone stands there as a value."""

    def __init__(self, task: Any, space: dict[str, Any]) -> None:
        super().__init__()
        self.task, self.space, self.values = task, space, dict[cst.CSTNode, cst.BaseExpression]()
        self.name = ""

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.name = self.name or node.params.params[0].name.value

    def leave_Parameters(self, original_node: cst.Parameters, updated_node: cst.Parameters) -> cst.Parameters:
        kept = [p for p in updated_node.params if p.name.value != self.name]
        return updated_node.with_changes(params=kept)

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, EVALUATED) and (value := self.value(node)) is not None:
            self.values[node] = value
            return False
        return super().on_visit(node)

    def on_leave(self, original_node: cst.CSTNode, updated_node: Any) -> Any:
        return self.values[original_node] if original_node in self.values else super().on_leave(original_node, updated_node)

    def value(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """As source, if it follows from the task."""
        names = {cast(cst.Name, n).value for n in m.findall(node, m.Name())} - {
            cast(cst.Attribute, a).attr.value for a in m.findall(node, m.Attribute())
        }
        others = [self.space.get(name) for name in names - {self.name, "len", "getattr", "hasattr", "isinstance", "str"}]
        if self.name not in names or not all(isinstance(o, type) and not issubclass(o, nn.Module) for o in others):
            return None
        found = eval(cst.Module([]).code_for_node(node), {**self.space, self.name: self.task})
        return cst.parse_expression(spelled(found)) if isinstance(found, SIMPLE) else None


class Tables(cst.CSTTransformer):
    """A task's vocabularies as words instead of the code that finds them, and what somebody brought along as it is."""

    def __init__(self, task: Any) -> None:
        super().__init__()
        self.task = task
        self.kept = [
            name for name, limit in limits(type(task.options)).items() if limit.kind == "key"
        ]  # what an option names lies elsewhere

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        for target in updated_node.targets:
            name = target.target.attr if isinstance(target.target, cst.Attribute) else target.target
            value = getattr(self.task, name.value, None) if isinstance(name, cst.Name) else None
            if self._named(original_node.value):
                return updated_node.with_changes(value=cst.parse_expression(carried(value)))
            if isinstance(value, Vocabulary) and not isinstance(updated_node.value, cst.Name):
                return updated_node.with_changes(value=cst.parse_expression(spelled(value)))
        return updated_node

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.BaseExpression:
        return updated_node.orelse if self._named(updated_node) == "" else updated_node

    def _named(self, node: cst.BaseExpression) -> str | None:
        """What somebody brought and this takes by its key: the key, "" where nothing was; None where it takes nothing by a key."""
        for name in self.kept:
            if m.matches(node, m.IfExp(test=m.Attribute(attr=m.Name(name)))):
                return str(getattr(self.task.options, name))
        return None
