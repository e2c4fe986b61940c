"""A chain of task classes written as one: what a reader of one script need not look up in four bases."""

from __future__ import annotations

import ast
import re

from .text import Source


def merged(texts: list[str], name: str, docstring: str) -> str:
    """One class `name` out of a chain's texts, base first. A base's member that is called by `super()` gets a name of its own."""
    members: dict[str, str] = {}
    for text in texts:
        for key, piece in _members(text):
            if key in members and re.search(rf"super\(\)\.{re.escape(key)}\(", piece):
                own = "_" + key.strip("_")
                while own in members:
                    own += "_"
                members[own] = re.sub(rf"(\bdef ){re.escape(key)}\b", rf"\g<1>{own}", members[key])
                piece = piece.replace(f"super().{key}(", f"self.{own}(")
            members.pop(key, None)
            members[key] = piece
    values = [piece for piece in members.values() if not _is_method(piece)]
    methods = [piece for key, piece in sorted(members.items(), key=lambda m: m[0] != "__init__") if _is_method(piece)]
    parts = [*(["\n".join(values)] if values else []), *methods]
    about = [f'    """{docstring}"""'] if docstring else []
    return "\n".join([f"class {name}:", *about, *([""] if about and parts else []), "\n\n".join(parts) or "    pass"]) + "\n"


def _members(text: str) -> list[tuple[str, str]]:
    """The members of a class by name, each with the comments above it."""
    source = Source(text)
    (node,) = (n for n in source.tree.body if isinstance(n, ast.ClassDef))
    found, line = [], source.after_header(node.body)
    for member in node.body:
        lines = source.lines[line - 1 : member.end_lineno]
        line = (member.end_lineno or 0) + 1
        while lines and not lines[0].strip():
            lines = lines[1:]
        names = [member.name] if isinstance(member, ast.FunctionDef | ast.ClassDef) else _bound(member)
        found += [(names[0], "\n".join(lines))] if names else []
    return found


def _bound(member: ast.stmt) -> list[str]:
    targets = member.targets if isinstance(member, ast.Assign) else [member.target] if isinstance(member, ast.AnnAssign) else []
    return [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]


def _is_method(piece: str) -> bool:
    return bool(re.search(r"^    (?:def|class) ", piece, re.MULTILINE))
