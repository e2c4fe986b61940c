"""What cleaning leaves behind: locals and private methods that nobody uses any more."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import pairwise

from .plain import Facts, plain


def tidy(text: str, before: str) -> str:
    """The text without unused locals, and without the private methods that only cut code used; `before` is as it was."""
    once_used = used_attributes([ast.parse(before)])
    while (shorter := _shorter(text, once_used)) != text:
        text = shorter
    return text


def _shorter(text: str, once_used: set[str]) -> str:
    tree = ast.parse(text)
    methods = {m.name: m for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for m in c.body if isinstance(m, ast.FunctionDef)}
    idle = {name for name in methods if is_private(name) and name in once_used | called_by_pattern([ast.parse(text)], methods)}
    idle -= reached(tree, {n: m for n, m in methods.items() if n in idle})
    lines = {line for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for line in unused_locals(node)}
    read = used_attributes([tree])

    def keep(owner: str, member: ast.stmt) -> bool:
        if isinstance(member, ast.FunctionDef) and owner:
            return member.name not in idle
        return member.lineno not in lines and not for_onlookers(owner, member, read)

    return plain(text, Facts(keep=keep))


def for_onlookers(owner: str, member: ast.stmt, read: set[str]) -> bool:
    """What a class says of itself to the page: its `block`, and lists that its own code never reads."""
    if not owner:
        return isinstance(member, ast.Assign) and ast.unparse(member.targets[0]) == "self.block"
    name = assigned(member)
    return name == "block" or (name not in read and isinstance(getattr(member, "value", None), ast.Tuple))


def reached(tree: ast.AST, doubtful: dict[str, ast.FunctionDef]) -> set[str]:
    """Which of these methods are called by others than themselves and each other alone."""
    inside = {id(node) for method in doubtful.values() for node in ast.walk(method)}
    trees: list[ast.AST] = [node for node in ast.walk(tree) if id(node) not in inside and not isinstance(node, ast.Module)]
    found: set[str] = set()
    while new := (used_attributes(trees, deep=False) | called_by_pattern(trees, doubtful, deep=False)) & set(doubtful) - found:
        found |= new
        trees = [node for name in new for node in ast.walk(doubtful[name])]
    return found


def used_attributes(trees: Iterable[ast.AST], deep: bool = True) -> set[str]:
    """Names that are read off some object."""
    used: set[str] = set()
    for node in (node for tree in trees for node in (ast.walk(tree) if deep else [tree])):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Store):
            used.add(node.attr)
        elif _reads_by_name(node) and isinstance(node.args[1], ast.Constant):  # type: ignore[attr-defined]
            used.add(str(node.args[1].value))  # type: ignore[attr-defined]
    return used


def called_by_pattern(trees: Iterable[ast.AST], names: Iterable[str], deep: bool = True) -> set[str]:
    """Those of the names that a `getattr(self, f"_{cell}")` may read."""
    starts = []
    for node in (node for tree in trees for node in (ast.walk(tree) if deep else [tree])):
        if _reads_by_name(node) and isinstance(node.args[1], ast.JoinedStr):  # type: ignore[attr-defined]
            first = node.args[1].values[0]  # type: ignore[attr-defined]
            starts += [str(first.value)] if isinstance(first, ast.Constant) else []
    return {name for name in names if any(name.startswith(start) for start in starts)}


def _reads_by_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr")


def assigned(node: ast.stmt) -> str | None:
    """The name that a plain assignment binds."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
    return target.id if isinstance(target, ast.Name) else None


def unused_locals(function: ast.FunctionDef) -> set[int]:
    """Lines of `name = …` in a function that never reads the name; and of an assignment that the next one overwrites."""
    nodes = list(ast.walk(function))
    read = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Store)}
    lines = set()
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name not in read and name != "_":
                lines.add(node.lineno)
        elif isinstance(node, ast.stmt) and len(body := getattr(node, "body", [])) > 1:
            for first, second in pairwise(body):
                if isinstance(first, ast.Assign) and isinstance(second, ast.Assign) and _overwrites(first, second):
                    lines.add(first.lineno)
    return lines


def _overwrites(first: ast.Assign, second: ast.Assign) -> bool:
    if not isinstance(first.value, ast.Attribute | ast.Constant):
        return False
    targets = [ast.unparse(t) for t in first.targets]
    return targets == [ast.unparse(t) for t in second.targets] and targets[0] not in ast.unparse(second.value)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")
