"""This package's modules as source: what each defines, what it imports, and which definition a name means."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import sys
from functools import lru_cache
from types import ModuleType
from typing import Any, NamedTuple

from .prose import unmarked
from .text import Source

PACKAGE = __package__.split(".")[0]


class Ref(NamedTuple):
    """One top-level definition."""

    module: str
    name: str


class Foreign(NamedTuple):
    """Something of torch, numpy or the standard library, as it is imported: `from module import name as alias`."""

    module: str
    name: str | None
    alias: str

    def __str__(self) -> str:
        what, alias = self.name or self.module, self.alias
        renamed = f" as {alias}" if alias != what else ""
        return f"from {self.module} import {self.name}{renamed}" if self.name else f"import {self.module}{renamed}"


class Module:
    """One module's source, read once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.live: ModuleType = importlib.import_module(name)
        self.source = Source(one_by_one(inspect.getsource(self.live)))
        self.docstring = ast.get_docstring(self.source.tree) or ""
        self.nodes: dict[str, ast.stmt] = {}
        self.imports: dict[str, Foreign | Ref | str] = {}
        for node in self.source.tree.body:
            self._read(node)

    def text(self, name: str) -> str:
        """A definition with its decorators and the comment right above it."""
        node, lines = self.nodes[name], self.source.lines
        first = self.source.start(node)
        while first > 1 and lines[first - 2].startswith("#"):
            first -= 1
        return unmarked("\n".join(lines[first - 1 : node.end_lineno]))

    def line(self, name: str) -> int:
        return self.nodes[name].lineno

    def value(self, name: str) -> Any:
        return getattr(self.live, name)

    def _read(self, node: ast.stmt) -> None:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                self.nodes[name] = node
            case ast.Assign(targets=targets):
                for target in targets:
                    for inner in ast.walk(target):
                        if isinstance(inner, ast.Name):
                            self.nodes[inner.id] = node
            case ast.AnnAssign(target=ast.Name(id=name)):
                self.nodes[name] = node
            case ast.Import(names=names):
                for alias in names:
                    self.imports[alias.asname or alias.name] = Foreign(alias.name, None, alias.asname or alias.name)
            case ast.ImportFrom():
                self._read_from(node)
            case _:
                pass

    def _read_from(self, node: ast.ImportFrom) -> None:
        package = self.name if hasattr(self.live, "__path__") else self.name.rpartition(".")[0]
        origin = importlib.util.resolve_name("." * node.level + (node.module or ""), package) if node.level else str(node.module)
        for alias in node.names:
            name = alias.asname or alias.name
            inner = f"{origin}.{alias.name}"
            if not origin.startswith(PACKAGE):
                self.imports[name] = Foreign(origin, alias.name, name)
            elif inner in sys.modules and isinstance(sys.modules[inner], ModuleType) and alias.name not in module(origin).nodes:
                self.imports[name] = inner
            else:
                self.imports[name] = Ref(origin, alias.name)


def one_by_one(text: str) -> str:
    """The source with `A, B = 1, 2` as two assignments, so that each name is a definition that can be left out or called otherwise."""
    source = Source(text)
    edits = []
    for node in source.tree.body:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
                pairs = zip(names, values, strict=True)
                edits.append((*source.span(node), "\n".join(f"{source.piece(name)} = {source.piece(value)}" for name, value in pairs)))
    return source.apply(0, len(source.data), edits)


@lru_cache(maxsize=256)
def module(name: str) -> Module:
    return Module(name)


def resolve(where: str, name: str) -> Ref | Foreign | str | None:
    """What a name means in a module: a definition, something foreign, a module of this package, or nothing but a builtin."""
    here = module(where)
    if name in here.nodes:
        return Ref(where, name)
    found = here.imports.get(name)
    return resolve(found.module, found.name) if isinstance(found, Ref) else found


def ref_of(obj: type | Any) -> Ref:
    return Ref(obj.__module__, obj.__qualname__)
