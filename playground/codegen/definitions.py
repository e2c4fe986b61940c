"""Where a name's definition stands: modules as their source reads, found by following imports from a class.

What is installed (torch, the standard library …) is imported by a script; everything else, this package or the file in which
somebody wrote an architecture, is ours and gets copied.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sysconfig
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

import libcst as cst

PACKAGE = __name__.split(".")[0]
INSTALLED = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib", "purelib", "platlib"))


Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


@dataclass(frozen=True)
class Ref:
    """A definition at the top of one of our modules."""

    module: str
    name: str

    @property
    def value(self) -> Any:
        return getattr(importlib.import_module(self.module), self.name)


@dataclass(frozen=True)
class Foreign:
    """A name that a script imports: `module` itself, or `name` of it."""

    module: str
    name: str | None
    alias: str

    def __str__(self) -> str:
        told = f"import {self.module}" if self.name is None else f"from {self.module} import {self.name}"
        return told if self.alias in (self.name, self.module) else f"{told} as {self.alias}"


def ours(module: str) -> bool:
    if module.split(".")[0] == PACKAGE:
        return True
    file = getattr(importlib.import_module(module), "__file__", None)
    return file is not None and not file.startswith(INSTALLED)


def ref_of(thing: Any) -> Ref:
    """Of a class or function."""
    return Ref(thing.__module__, thing.__qualname__.split(".")[0])


class Source:
    """One module of ours."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.live = importlib.import_module(module)
        self.definitions: dict[str, Statement] = {}
        self._imports: dict[str, tuple[str, str | None]] = {}
        for statement in cst.parse_module(inspect.getsource(self.live)).body:
            self._read(statement)

    def _read(self, statement: cst.BaseStatement | cst.BaseSmallStatement) -> None:
        if isinstance(statement, cst.ClassDef | cst.FunctionDef):
            self.definitions[statement.name.value] = statement
        elif isinstance(statement, cst.If):  # if TYPE_CHECKING
            for inner in statement.body.body:
                self._read(inner)
        elif isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                if isinstance(small, cst.Import | cst.ImportFrom):
                    self._imports |= imported(small, self.live.__package__ or "")
                for name in assigned(small):
                    self.definitions[name] = statement

    def together(self, name: str) -> list[str]:
        """Names that one statement defines, this one among them."""
        return [other for other, statement in self.definitions.items() if statement is self.definitions[name]]

    def find(self, name: str) -> Ref | Foreign | None:
        """What a name at the top of this module stands for; None for Python's own."""
        if name in self.definitions:
            return Ref(self.module, name)
        if name not in self._imports:
            return None
        module, attribute = self._imports[name]
        if not ours(module):
            return Foreign(module, attribute, name)
        if attribute is None or isinstance(getattr(importlib.import_module(module), attribute, None), ModuleType):
            return Foreign(module if attribute is None else f"{module}.{attribute}", None, name)
        return source(module).find(attribute)


@lru_cache(maxsize=256)
def source(module: str) -> Source:
    return Source(module)


def imported(statement: cst.Import | cst.ImportFrom, package: str) -> dict[str, tuple[str, str | None]]:
    """Name in the module → where it comes from: a module, or an attribute of one."""
    if isinstance(statement.names, cst.ImportStar):
        return {}
    if isinstance(statement, cst.Import):
        return {name.evaluated_alias or name.evaluated_name.split(".")[0]: (name.evaluated_name, None) for name in statement.names}
    told = "." * len(statement.relative) + (cst.Module([]).code_for_node(statement.module) if statement.module else "")
    module = importlib.util.resolve_name(told, package)
    return {name.evaluated_alias or name.evaluated_name: (module, name.evaluated_name) for name in statement.names}


def assigned(statement: cst.BaseSmallStatement) -> list[str]:
    """Names that a statement gives values to."""
    if isinstance(statement, cst.AnnAssign):
        targets: list[cst.BaseExpression] = [statement.target]
    elif isinstance(statement, cst.Assign):
        targets = [target.target for target in statement.targets]
    else:
        return []
    names = [e.value for t in targets for e in (t.elements if isinstance(t, cst.Tuple) else [])] + targets
    return [name.value for name in names if isinstance(name, cst.Name)]
