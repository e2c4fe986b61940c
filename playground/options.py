"""Options of tasks, models and training: a frozen dataclass whose fields carry their own limits.

    @dataclass(frozen=True)
    class Options:
        cell: str = choice("gru", {"rnn": "plain RNN", "lstm": "LSTM", "gru": "GRU"}, "What one step computes")
        layers: int = integer(1, 1, 3, "Recurrent layers")

`parse(Options, {"cell": "lstm"})` checks names, types and limits; the page builds its form from `describe(Options)`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from typing import Any, TypeVar

from .errors import InputError

NAME = re.compile(r"[a-z][a-z0-9_]*")  # of what is registered: it stands in links and in names of files
Value = bool | int | float | str
T = TypeVar("T")


@dataclass(frozen=True)
class Limit:
    """What one option may be: `kind` is choice, integer, number, flag or key."""

    kind: str
    label: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    low: float = -math.inf
    high: float = math.inf
    step: float = 1


def are_options(kind: Any) -> bool:
    """Whether this is a dataclass whose fields are all options."""
    return isinstance(kind, type) and is_dataclass(kind) and all(isinstance(f.metadata.get("limit"), Limit) for f in fields(kind))


def is_number(value: Any) -> bool:
    """Whether this orders among numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def choice(default: str, choices: Mapping[str, str], label: str, help: str = "") -> Any:
    return field(default=default, metadata={"limit": Limit("choice", label, help, tuple(choices.items()))})


def integer(default: int, low: int, high: int, label: str, help: str = "", step: int = 1) -> Any:
    return field(default=default, metadata={"limit": Limit("integer", label, help, (), low, high, step)})


def number(default: float, low: float, high: float, label: str, help: str = "", step: float = 0.01) -> Any:
    return field(default=default, metadata={"limit": Limit("number", label, help, (), low, high, step)})


def flag(default: bool, label: str, help: str = "") -> Any:
    return field(default=default, metadata={"limit": Limit("flag", label, help)})


def key(default: str, pattern: str, label: str, help: str = "") -> Any:
    """The name of something kept elsewhere, or nothing; not for typing."""
    return field(default=default, metadata={"limit": Limit("key", label, help, ((pattern, ""),))})


def limits(options: type[Any]) -> dict[str, Limit]:
    return {f.name: f.metadata["limit"] for f in fields(options)}


def described(options: type[Any]) -> dict[str, dict[str, Any]]:
    """Each option as a reader of the Python interface is told it: `default`, `about`, and `allowed`: choices, or the lowest and highest."""
    told = {}
    for name, default in defaults(options).items():
        limit = limits(options)[name]
        allowed: Any = [key for key, _ in limit.choices] if limit.kind == "choice" else (limit.low, limit.high)
        told[name] = {"default": default, "allowed": [False, True] if limit.kind == "flag" else allowed, "about": limit.help or limit.label}
    return {name: about for name, about in told.items() if limits(options)[name].kind != "key"}


def defaults(options: type[Any]) -> dict[str, Value]:
    return {f.name: _default(f) for f in fields(options)}


def parse(options: type[T], given: Mapping[str, Any], what: str = "option") -> T:
    """An instance of `options` from untrusted values (JSON or a link's text). Raises InputError naming the first fault."""
    return options(**checked(options, given, what))


def checked(options: type[Any], given: Mapping[str, Any], what: str = "option") -> dict[str, Value]:
    """The given values in their right types, and nothing else: what was left open stays open."""
    if not isinstance(given, Mapping):
        raise InputError(f"{what}s must be a mapping of names to values, not {show(given)}.")
    allowed = limits(options)
    for kept in [value for value in given.values() if hasattr(value, "options")]:  # what is kept elsewhere brings what belongs to it
        given = {**kept.options, **{name: value for name, value in given.items() if value is not kept}}
    for name in given:
        if name not in allowed:
            raise InputError(f"{show(name)} is not a {what} here; there are: {', '.join(allowed) or 'none'}.")
    return {name: check(name, value, allowed[name]) for name, value in given.items()}


def check(name: str, value: Any, limit: Limit) -> Value:
    """The value in its right type, or an InputError saying what is allowed."""
    if limit.kind == "choice":
        allowed = [key for key, _ in limit.choices]
        if not isinstance(value, str) or value not in allowed:
            raise InputError(f"{name} is {show(value)}; allowed are: {', '.join(allowed)}.")
        return str(value)
    if limit.kind == "key":
        if isinstance(value, str) and (not value or re.fullmatch(limit.choices[0][0], value)):
            return value
        raise InputError(f"{name} is {show(value)}; allowed is a key that this page has given, or nothing.")
    if limit.kind == "flag":
        if isinstance(value, bool):
            return value
        if isinstance(value, str | int | float) and value in ("true", "false", "True", "False", "1", "0", 1, 0):
            return value in ("true", "True", "1", 1)
        raise InputError(f"{name} is {show(value)}; allowed are true and false.")
    return _number(name, value, limit)


def _number(name: str, value: Any, limit: Limit) -> int | float:
    whole = limit.kind == "integer"
    error = InputError(f"{name} is {show(value)}; allowed is a {'whole ' if whole else ''}number from {limit.low:g} to {limit.high:g}.")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise error
    try:
        result = float(value)
    except (ValueError, OverflowError):
        raise error from None
    if not limit.low <= result <= limit.high or (whole and result != int(result)):
        raise error
    return int(result) if whole else result


def _default(f: Field[Any]) -> Value:
    assert f.default is not MISSING, f"option {f.name} needs a default"
    return f.default


def show(value: Any) -> str:
    """The value as an error may quote it, whatever it is and however long."""
    if isinstance(value, str | bytes | list | tuple):
        value = value[:60]  # more would not be shown, and may be millions
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, lists in lists in lists
        return f"a {type(value).__name__} too long to show"
    return text if len(text) <= 60 else text[:57] + "…"
