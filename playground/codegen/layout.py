"""How a script is laid out: lines of at most 100 columns, imports in two groups."""

from __future__ import annotations

import io
import sys
import textwrap
import tokenize
from collections.abc import Iterable
from functools import lru_cache

import black
from black.mode import Preview

from .definitions import Foreign

WIDTH = 100
MODE = black.Mode(line_length=WIDTH, magic_trailing_comma=False, preview=True, enabled_features={Preview.string_processing})


@lru_cache(maxsize=2048)
def formatted(code: str) -> str:
    lines = f"{code}\n".split("\n")
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(code).readline))):
        (row, column), line = token.start, lines[token.start[0] - 1]
        if token.type == tokenize.COMMENT and len(line) > WIDTH and line[:column].strip():  # a remark too long to stand behind its line
            indent = " " * (len(line) - len(line.lstrip()))
            lines[row - 1 : row] = [
                *textwrap.wrap(token.string, WIDTH - 12, initial_indent=indent, subsequent_indent=f"{indent}# "),
                line[:column].rstrip(),
            ]
    return black.format_str("\n".join(lines), mode=MODE).strip("\n")


def import_lines(foreign: Iterable[Foreign]) -> list[str]:
    """Imports in two groups, the standard library first; several names of one module on one line."""
    together: dict[str, list[str]] = {}
    for f in sorted(foreign, key=lambda f: (f.module, not (f.name or "").isupper(), str(f.name))):
        line = f"from {f.module} import " if f.name else str(f)
        together.setdefault(line, []).extend([f.name if f.alias == f.name else f"{f.name} as {f.alias}"] if f.name else [])
    lines = sorted((line + ", ".join(names) for line, names in together.items()), key=lambda line: (line.startswith("from"), line.lower()))
    standard = [line for line in lines if line.split()[1].split(".")[0] in sys.stdlib_module_names]
    return [*standard, "", *(line for line in lines if line not in standard)]
