"""Scenes as they are typed: in words, or with places.

    a red circle above a blue square               drawn where it fits best
    red circle at 10 8, blue square at 20 24       pixels from the left and from the top

`below` and `right of` are understood and told the other way round, as the captions do. Marks and dashes are passed
over, but for the sign of a number; which ones stands in the pattern itself, since a model's script carries this reader alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

from ...errors import InputError
from ...vocabulary import normalise, visible

SHAPES = ("circle", "square", "triangle", "cross")
COLOURS = ("red", "yellow", "green", "blue", "purple", "black")
HALF = 5.4  # half the width of a typed shape, pixels
LOW, HIGH = 4, 28  # where the middle of a shape may lie
MAX_TEXT = 200
CLEAR = 0.75  # how far, at most, the lesser of two distances may come up to the larger one for a relation to be clear

_THING = rf"(?:an? )?({'|'.join(COLOURS)}) ({'|'.join(SHAPES)})(?: at (\d+) (\d+))?"
_SCENE = re.compile(rf"{_THING}(?: (?:(above|below|left of|right of|and) )?{_THING})?(?: and)?")
_WORDS = {*COLOURS, *SHAPES, "a", "an", "at", "above", "below", "left", "right", "of", "and"}
EXAMPLE = "a red circle above a blue square"
_HOW = f"A scene is one coloured shape, or two: {EXAMPLE}. With places: red circle at 10 8, blue square at 20 24"


@dataclass(frozen=True)
class Thing:
    """One shape on the picture: its middle in pixels from the left and the top, and half its width."""

    colour: str
    shape: str
    x: float
    y: float
    half: float = HALF


def read_scene(text: str) -> tuple[tuple[Thing, ...], str | None]:
    """The things of a typed scene and its caption, None where two captions are as right as each other. Raises InputError."""
    if len(text) > MAX_TEXT:
        raise InputError(f"The input has {len(text):,} characters; at most {MAX_TEXT} are read. Shorten it: {EXAMPLE}")
    typed = re.sub("[−–—‐‑‒―]", "-", normalise(text).casefold())
    words = re.findall(r"(?<!\d)-(?=\d)|\w+|[^\w\s.,:;!?…\"“”„«»-]", typed)
    if not words:
        raise InputError(f"Type a scene, for example: {EXAMPLE}")
    _refuse_unknown(words)
    found = _SCENE.fullmatch(" ".join(words))
    if found is None:
        raise InputError(f"{' '.join(words)[:80]!r} is no scene. {_HOW}.")
    colour, shape, x, y, how, *second = found.groups()
    if second[0] is None:
        return _placed(((colour, shape, x, y),)), f"a {colour} {shape}"
    one, two = (colour, shape, x, y), tuple(second)
    if (x is None) != (two[2] is None):
        raise InputError(f"One shape has a place and the other has none; give both, or none. {_HOW}.")
    if x is not None:
        things = _placed((one, two))
        return things, caption(things)
    if how in (None, "and"):
        raise InputError(f"How do the two lie to each other? Write above or left of between them. {_HOW}.")
    first, last = (two, one) if how in ("below", "right of") else (one, two)
    things = _laid_out(first, last, upright=how in ("above", "below"))
    return things, caption(things)


def caption(things: tuple[Thing, ...]) -> str | None:
    """The one right caption, or None where the things lie as much above as left of each other."""
    if len(things) == 1:
        return f"a {things[0].colour} {things[0].shape}"
    a, b = things
    across, down = abs(a.x - b.x), abs(a.y - b.y)
    if min(across, down) > CLEAR * max(across, down) or across == down:
        return None
    first, last = sorted(things, key=lambda thing: thing.y if down > across else thing.x)
    return f"a {first.colour} {first.shape} {'above' if down > across else 'left of'} a {last.colour} {last.shape}"


def _placed(parts: tuple[tuple[str | None, ...], ...]) -> tuple[Thing, ...]:
    """Things at the places that were typed; a single one without a place in the middle."""
    things = []
    for colour, shape, x, y in parts:
        at = [16.0, 16.0] if x is None or y is None else [float(x[:6]), float(y[:6])]
        if not all(LOW <= v <= HIGH for v in at):
            raise InputError(
                f"The {colour} {shape} is at {at[0]:g} {at[1]:g}; places go from {LOW} to {HIGH}, from the left and from the top."
            )
        things.append(Thing(str(colour), str(shape), *at))
    return tuple(things)


def _laid_out(first: tuple[str | None, ...], last: tuple[str | None, ...], upright: bool) -> tuple[Thing, ...]:
    """Two things well apart, a little aside of each other: by how much follows from the words, so that a scene stays the same."""
    aside = crc32(" ".join(map(str, (*first[:2], *last[:2]))).encode()) % 7 - 3
    places = ((16 + aside, 9), (16 - aside, 23)) if upright else ((9, 16 + aside), (23, 16 - aside))
    return tuple(Thing(str(thing[0]), str(thing[1]), *map(float, at)) for thing, at in zip((first, last), places, strict=True))


def _refuse_unknown(words: list[str]) -> None:
    wrong = [word not in _WORDS and not word.isdecimal() for word in words]
    if any(wrong):
        bad = ", ".join(f"‘{visible(w)}’" for w in list(dict.fromkeys(w for w, is_bad in zip(words, wrong, strict=True) if is_bad))[:5])
        raise InputError(
            f"{bad} cannot be drawn; shapes are {', '.join(SHAPES)}, colours {', '.join(COLOURS)}, relations above and left of.",
            tuple((visible(w), is_bad) for w, is_bad in zip(words, wrong, strict=True)),
        )
