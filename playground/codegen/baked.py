"""Tables instead of packages: what a task computes with Babel or num2words to read a text is written out as a constant.

Making training examples still needs the package; its import stays inside the function that uses it.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any

from ..tasks import TypedTask
from .known import spelled
from .text import Source

AVAILABLE = {"torch", "numpy"}
CALLED = {"sklearn": "scikit-learn"}  # packages whose name is another one where they are installed from
WIDTH = 110


def packages(texts: Iterable[str]) -> set[str]:
    """What has to be installed for the imports inside functions."""
    found = {name for text in texts for name in _imported(text)}
    return {CALLED.get(name, name) for name in found}


def _imported(text: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module).split(".")[0])
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
    return names - AVAILABLE - sys.stdlib_module_names


def with_values(text: str, task: TypedTask) -> str:
    """A task's class with its examples and its pinned input written out where they are computed, and the options inside it."""
    source = Source(text)
    edits = []
    for owner in source.tree.body:
        for member in owner.body if isinstance(owner, ast.ClassDef) else []:
            if isinstance(member, ast.FunctionDef) and member.name in ("examples", "pinned"):
                start, end = source.offset(source.start(member), 0), source.span(member)[1]
                edits.append((start, end, f"    {member.name} = {_filled(getattr(task, member.name))}"))
            elif isinstance(member, ast.ClassDef) and is_dataclass(task.options):
                start, end = source.offset(source.start(member), 0), source.span(member)[1]
                values = [f"        {f.name} = {spelled(getattr(task.options, f.name))}" for f in fields(task.options)]
                edits.append((start, end, "\n".join([f"    class {member.name}:", *(values or ["        pass"])])))
    return source.apply(0, len(source.data), edits)


def baked(data: str, task: str, inputs: list[Any], needs: list[str]) -> dict[str, str]:
    """New texts of the functions whose results were needed to make the task and to read these inputs.

    The code is run here in a namespace of its own. Of functions that need a package those are written out that remember
    their results anyway, or that import it themselves.
    """
    source = Source(data)
    functions = {n.name: n for n in source.tree.body if isinstance(n, ast.FunctionDef)}
    reaching = {name for name in functions if _imported(source.piece(functions[name]))}
    while more := {n for n, f in functions.items() if n not in reaching and reaching & _names(f)}:
        reaching |= more
    candidates = {n for n in reaching if _remembers(functions[n]) or _imported(source.piece(functions[n]))}
    space: dict[str, Any] = {"__name__": __name__}  # dataclasses look their module up
    exec(compile("from __future__ import annotations\n" + data, "<script>", "exec"), space)
    results: dict[str, dict[tuple[Any, ...], Any]] = {name: {} for name in candidates}
    inside: list[str] = []
    for name in candidates:
        space[name] = _recorded(space[name], results[name], inside, name)
    made = space[task]()
    for given in inputs:
        made.parse(given)
    return {name: _table(source, functions[name], rows, needs) for name, rows in results.items() if rows}


def _recorded(function: Callable[..., Any], rows: dict[tuple[Any, ...], Any], inside: list[str], name: str) -> Callable[..., Any]:
    signature = inspect.signature(function)

    @wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        inside.append(name)
        result = function(*args, **named)
        inside.pop()
        if not inside:
            given = signature.bind(*args, **named)
            given.apply_defaults()
            rows[tuple(given.arguments.values())] = result
        return result

    return call


def _table(source: Source, node: ast.FunctionDef, rows: dict[tuple[Any, ...], Any], needs: list[str]) -> str:
    """The function as a look-up."""
    name = f"{node.name.strip('_').upper()}_TABLE"
    head = "\n".join(source.lines[node.lineno - 1 : source.after_header(node.body) - 1])
    arguments = ", ".join(a.arg for a in node.args.args)
    key = f"({arguments},)" if len(node.args.args) == 1 else arguments
    entries = "\n".join(f"    {spelled(k)}: {_filled(v)}," for k, v in rows.items())
    told = ast.get_docstring(node)
    about = f'    """{told}"""\n' if told else ""
    return f"{name} = {{  # computed with {', '.join(needs)}\n{entries}\n}}\n\n\n{head}\n{about}    return {name}[{key}]\n"


def _filled(value: Any) -> str:
    """A value as source, in lines of some length."""
    if not isinstance(value, dict | list | tuple) or len(repr(value)) < WIDTH - 20:
        return spelled(value)
    opening, closing = {dict: ("{", "}"), list: ("[", "]"), tuple: ("(", ")")}[type(value)]
    items = [f"{spelled(k)}: {spelled(v)}" for k, v in value.items()] if isinstance(value, dict) else [spelled(v) for v in value]
    lines, line = [], "       "
    for item in items:
        if len(line) + len(item) > WIDTH:
            lines.append(line)
            line = "       "
        line += f" {item},"
    return "\n".join([opening, *lines, line, f"    {closing}"])


def _remembers(node: ast.FunctionDef) -> bool:
    return any(re.search(r"\bcache\b|lru_cache", ast.unparse(d)) for d in node.decorator_list)


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
