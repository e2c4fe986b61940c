"""What one finished run lets us know about its source: option values, which classes were made, which branches are taken."""

from __future__ import annotations

import ast
import operator
import textwrap
from collections.abc import Callable
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

from torch import nn

from .. import models, tasks
from ..inference.decoding import GREEDY
from ..training.recipes import Recipe
from ..vocabulary import SPECIALS, Vocabulary, graphemes
from .modules import PACKAGE, Ref, module, ref_of
from .plain import UNKNOWN

PLAIN = (bool, int, float, str, type(None))
COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
NOT_WATCHED: dict[str, Any] = {
    "recording": None,
    "forced": {},
    "generator": None,
    "strategy": GREEDY,
}  # decoding as a script does it: greedily
EVALUATED = (ast.Attribute, ast.Call, ast.BoolOp, ast.Compare, ast.IfExp, ast.BinOp, ast.UnaryOp)


class Known:
    """The facts of one run."""

    def __init__(self, recipe: Recipe, task: tasks.Task, model: nn.Module) -> None:
        self.recipe, self.task, self.model = recipe, task, model
        self.architecture = models.get(recipe.architecture)
        self.build = ref_of(self.architecture.build)
        self.parts = list(model.modules())

    @cached_property
    def made(self) -> frozenset[Ref]:
        """Classes of this package that the model's parts have, bases included."""
        return frozenset(ref_of(c) for part in self.parts for c in type(part).__mro__ if c.__module__.startswith(PACKAGE))

    def absent(self, ref: Ref) -> bool:
        """Whether this is a kind of layer that the model could have had, and has not."""
        value = module(ref.module).value(ref.name)
        return isinstance(value, type) and issubclass(value, nn.Module) and ref not in self.made

    @cached_property
    def one_by_one(self) -> bool:
        """Whether the task's characters are single code points, so that a text splits into them as it is."""
        vocabulary = getattr(self.task, "source_vocabulary", None)
        words = vocabulary.words if isinstance(vocabulary, Vocabulary) else ()
        return all(graphemes(word) == list(word) for word in words)

    def value(self, ref: Ref, node: ast.expr) -> Any:
        """The value of an expression in this definition, or UNKNOWN."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name() | ast.Attribute():
                found = self._object(ref, node)
                return found if isinstance(found, PLAIN) else UNKNOWN
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARED:
                a, b = self._side(ref, left), self._side(ref, right)
                if isinstance(op, ast.In | ast.NotIn) and b == {}:
                    return isinstance(op, ast.NotIn)
                if a is UNKNOWN or b is UNKNOWN or (not isinstance(op, ast.Is | ast.IsNot) and not isinstance(a, PLAIN)):
                    return UNKNOWN
                return COMPARED[type(op)](a, b)
            case ast.Call(func=ast.Name(id="isinstance"), args=[subject, kinds]):
                found = self._object(ref, subject)
                return UNKNOWN if found is UNKNOWN else isinstance(found, self._evaluated(ref, kinds))
        return UNKNOWN

    def literal(self, ref: Ref, node: ast.expr) -> Any:
        """In `build`, whatever is asked of the task, as a value; else UNKNOWN."""
        if ref != self.build or not isinstance(node, EVALUATED):
            return UNKNOWN
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        inner = {a.arg for n in ast.walk(node) if isinstance(n, ast.arg) for a in [n]}
        space = module(ref.module).live.__dict__
        others = names - {"task", "len", "getattr", "isinstance"}
        if "task" not in names or inner or not all(isinstance(space.get(n), type) and not issubclass(space[n], nn.Module) for n in others):
            return UNKNOWN
        value = self._evaluated(ref, node, task=self.task)
        return value if isinstance(value, (*PLAIN, Vocabulary)) else UNKNOWN

    def _side(self, ref: Ref, node: ast.expr) -> Any:
        if isinstance(node, ast.Tuple | ast.List | ast.Set) and all(isinstance(e, ast.Constant) for e in node.elts):
            return ast.literal_eval(node)
        return node.value if isinstance(node, ast.Constant) else self._object(ref, node)

    def _object(self, ref: Ref, node: ast.expr) -> Any:
        """What a dotted name stands for, if it is the same for all that may run this code."""
        path: list[str] = []
        while isinstance(node, ast.Attribute):
            path.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return UNKNOWN
        found = [_follow(root, path) for root in self._roots(ref, node.id)]
        if not found or any(f is UNKNOWN for f in found):
            return UNKNOWN
        first = found[0]
        same = all(type(f) is type(first) and f == first for f in found) if isinstance(first, PLAIN) else all(f is not None for f in found)
        return first if same else UNKNOWN

    def _roots(self, ref: Ref, name: str) -> list[Any]:
        layer = ref.module.split(".")[1]
        if name == "self":
            return self._selves(ref, layer)
        if layer == "decoding":
            return [NOT_WATCHED[name]] if name in NOT_WATCHED else []
        if layer == "training" and name == "corrupt":
            return [getattr(self.model, "corrupt", None)]
        if name in ("task", "model") and layer in ("training", "reading", "codegen"):
            return [self.task if name == "task" else self.model]
        if name in ("options", "o") and layer in ("models", "training"):
            return [self.recipe.training if layer == "training" else self._model_options]
        return []

    def _selves(self, ref: Ref, layer: str) -> list[Any]:
        kind = module(ref.module).value(ref.name)
        if layer == "models":
            return [_steady(part) for part in self.parts if isinstance(kind, type) and isinstance(part, kind)]
        if layer == "tasks":
            return [self.task] if isinstance(kind, type) and isinstance(self.task, kind) else []
        return [SimpleNamespace(model=self.model, task=self.task, options=self.recipe.training)] if layer == "training" else []

    @cached_property
    def _model_options(self) -> Any:
        return self.architecture.Options(**dict(self.recipe.model_options))

    def _evaluated(self, ref: Ref, node: ast.expr, **given: Any) -> Any:
        return eval(compile(ast.Expression(node), ref.module, "eval"), {**module(ref.module).live.__dict__, **given})


class _steady:
    """A part of the model without what changes after it was made."""

    def __init__(self, part: nn.Module) -> None:
        self.part = part

    def get(self, name: str) -> Any:
        changing = name == "training" or any(name in _reassigned(c) for c in type(self.part).__mro__ if c.__module__.startswith(PACKAGE))
        return UNKNOWN if changing else getattr(self.part, name, UNKNOWN)


def _follow(root: Any, path: list[str]) -> Any:
    for name in path:
        if isinstance(getattr(type(root), name, None), property | cached_property):
            return UNKNOWN
        root = root.get(name) if isinstance(root, _steady) else getattr(root, name, UNKNOWN)
        if root is UNKNOWN:
            return UNKNOWN
    return root.part if isinstance(root, _steady) else root


@lru_cache(maxsize=512)
def _reassigned(kind: type) -> set[str]:
    """Attributes that methods other than `__init__` set."""
    node = module(kind.__module__).nodes.get(kind.__name__)
    methods = [m for m in getattr(node, "body", []) if isinstance(m, ast.FunctionDef) and m.name != "__init__"]
    stores = [n for m in methods for n in ast.walk(m) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)]
    return {n.attr for n in stores}


def spelled(value: Any) -> str:
    """A value as source; vocabularies as the call that makes them."""
    if hasattr(value, "tokens"):
        words = value.tokens[4 if SPECIALS[3] in value.ids else 3 :]
        mask = ", mask=True" if SPECIALS[3] in value.ids else ""
        if all(len(word) == 1 for word in words):
            return f"Vocabulary({quoted(''.join(words))}{mask})"
        if all(word and not any(c.isspace() for c in word) for word in words):
            return f"Vocabulary({_several_lines(' '.join(words))}.split(){mask})"
        return f"Vocabulary({spelled(list(words))}{mask})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{spelled(k)}: {spelled(v)}" for k, v in value.items()) + "}"
    if type(value) in (list, tuple):
        inner = ", ".join(map(spelled, value)) + ("," if type(value) is tuple and len(value) == 1 else "")
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    return quoted(value) if isinstance(value, str) else repr(value)


def _several_lines(text: str) -> str:
    lines = textwrap.wrap(text, 90, break_long_words=False, break_on_hyphens=False)
    if len(lines) == 1:
        return quoted(text)
    return "\n".join(["", *(f"        {quoted(line + ' ')}" for line in lines[:-1]), f"        {quoted(lines[-1])}"])


def quoted(text: str) -> str:
    """A string as source, in double quotes where that needs no other change."""
    shown = repr(text)
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in shown and "\\'" not in shown else shown
