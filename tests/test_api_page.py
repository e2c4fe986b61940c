"""The page of the Python interface is what signatures and docstrings say now, and they say what is needed."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import playground
from playground import views
from playground.tools import api_page

PUBLIC = [
    *[(name, thing) for name in playground.__all__ if callable(thing := getattr(playground, name))],
    *[
        (f"{kind.__name__}.{name}", method)
        for kind in (playground.Run, playground.Trace, playground.Edit)
        for name, method in api_page.methods(kind)
    ],
]


def test_the_page_is_current() -> None:
    assert api_page.PAGE.read_text(encoding="utf-8") == api_page.text(), "write it anew: python -m playground.tools.api_page"


def test_everything_public_stands_on_it() -> None:
    page = api_page.text()
    assert [name for name in playground.__all__ if f"### `{name}`\n" not in page] == []


@pytest.mark.parametrize(("name", "thing"), PUBLIC, ids=[name for name, _ in PUBLIC])
def test_public_functions_say_what_they_take_and_give(name: str, thing: Any) -> None:
    assert inspect.getdoc(getattr(thing, "func", thing)), f"{name} has no docstring"
    made = api_page.function_of(thing)
    if made is None:
        return
    signature = inspect.signature(made)
    assert signature.return_annotation is not signature.empty
    asked = [p for p in signature.parameters.values() if p.name != "self"]
    assert not [p.name for p in asked if p.annotation is p.empty]
    if asked:
        assert "InputError" in str(inspect.getdoc(thing)), f"{name} does not say when it refuses"


def test_the_figures_are_named_where_they_are_asked_for() -> None:
    told = str(inspect.getdoc(playground.Run.figure))
    assert [name for name in views.VIEWS if f'"{name}"' not in told] == []


def test_a_long_signature_has_a_parameter_a_line() -> None:
    def short(first: int, *, second: str = "a") -> None: ...

    def long(first: dict[str, tuple[int, ...]], second: dict[str, tuple[int, ...]], **third: dict[str, tuple[int, ...]]) -> None: ...

    assert api_page.signature("short", short) == 'short(first: int, *, second: str = "a") -> None'
    assert api_page.signature("long", long).splitlines()[0] == "long("
    assert api_page.signature("long", long).splitlines()[-2:] == ["    **third: dict[str, tuple[int, ...]],", ") -> None"]
