"""Which stretches of a Python text are coloured, and that no character is lost between them."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

from playground.codegen.colours import spans
from playground.models.layers import recurrent


def pieces(code: str) -> list[tuple[str, str]]:
    units, at, found = code.encode("utf-16-le"), 0, []
    for length, kind in spans(code):
        found.append((units[2 * at : 2 * (at + length)].decode("utf-16-le"), kind))
        at += length
    assert 2 * at == len(units), "the spans are as long as the text"
    return found


@pytest.mark.parametrize(
    ("code", "coloured"),
    [
        ("def f(x): return not None", [("def", "word"), ("return", "word"), ("not", "word"), ("None", "word")]),
        ("from a import b", [("from", "word"), ("import", "word")]),
        ("x = 1_000 + 2.5e-3  # why", [("1_000", "number"), ("2.5e-3", "number"), ("# why", "comment")]),
        ("rb'a' + \"b\\n\"", [("rb'a'", "string"), ('"b\\n"', "string")]),
        ('"""two\nlines"""', [('"""two\nlines"""', "string")]),
        ("'# no comment'", [("'# no comment'", "string")]),
        ("'🎈' # 𝛼\nif x: pass", [("'🎈'", "string"), ("# 𝛼", "comment"), ("if", "word"), ("pass", "word")]),
        ("σ = forward.matched", []),
        ("", []),
    ],
)
def test_what_is_coloured(code: str, coloured: list[tuple[str, str]]) -> None:
    assert [(text, kind) for text, kind in pieces(code) if kind] == coloured


def test_a_whole_module_keeps_every_character() -> None:
    code = inspect.getsource(recurrent)
    assert "".join(text for text, _ in pieces(code)) == code
    assert {kind for _, kind in pieces(code)} == {"", "word", "string", "number", "comment"}
    assert all(a[1] != b[1] for a, b in zip(pieces(code), pieces(code)[1:], strict=False)), "neighbours are joined"


def test_broken_code_is_coloured_too() -> None:
    assert "".join(text for text, _ in pieces("def (:\r\n 'open\n\tx = \x00")) == "def (:\r\n 'open\n\tx = \x00"


def test_the_library_is_loaded_with_the_first_code() -> None:
    subprocess.run(
        [sys.executable, "-c", "import playground.codegen.colours, sys; assert 'pygments.lexers.python' not in sys.modules"], check=True
    )
