"""Random harm, the same for the same seed: texts, JSON values, queries of links, bytes."""

from __future__ import annotations

import copy
from random import Random
from typing import Any
from urllib.parse import quote

TEXTS = (
    "", " ", "0", "-0", "-1", "1e999", "inf", "nan", "0x10", "1_000", "²", "٣", "9" * 5_000, "true", "null",
    "\0", "\ud800", "\udfff\ud800",
    "😀", "👩‍👩‍👧‍👦", "e" + "\u0301" * 200, "\u202egnp.exe", "\u200b", "\ufeff", "\u2028", "が", "نص",
    "<script>alert(1)</script>", "{{x}}", "${x}",
    "../../etc/passwd", "a\r\nSet-Cookie: a=b", "x" * 3_000, "3 1 4 1 5", "31415", "reverse", "attention_seq2seq", "shipped",
    "decoder.attention", "end", "<eos>", "%", "&", "=", "uploaded-" + "0" * 32,
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 9, 99, 784, 2**31, -(2**63), 10**30, 0.5, -0.0, 1e-300, 1e300, float("inf"), float("nan"), [], {},
    [[]], [None], [0] * 784, [0.5] * 784, [1e9] * 784, [[0] * 28] * 28, [0.1] * 3072, ["a"], [1, 2], {"a": 1}, {"0": "5"}, [[[[[[1]]]]]],
)  # fmt: skip
PLANES = ((32, 127), (0x80, 0x250), (0x300, 0x370), (0x590, 0x700), (0x900, 0xE80), (0x2000, 0x2070), (0x3040, 0xAC00), (0, 0x110000))


def text(draw: Random) -> str:
    """A text that once was trouble, or letters from anywhere in Unicode, halves of surrogate pairs among them."""
    if draw.random() < 0.5:
        return draw.choice(TEXTS)
    low, high = draw.choice(PLANES)
    return "".join(chr(draw.randrange(low, high)) for _ in range(draw.randrange(13)))


def value(draw: Random, deep: int = 0) -> Any:
    """Anything that JSON can say, and what Python's reader of it lets through."""
    kind = draw.random()
    if kind < 0.4:
        return copy.deepcopy(draw.choice(VALUES))
    if kind < 0.8 or deep > 2:
        return text(draw)
    if kind < 0.9:
        return [value(draw, deep + 1) for _ in range(draw.randrange(4))]
    return {text(draw): value(draw, deep + 1) for _ in range(draw.randrange(4))}


def changed(draw: Random, given: Any) -> Any:
    """The value with one of its parts replaced, left out, taken twice, or moved a little."""
    if isinstance(given, dict) and given and draw.random() < 0.9:
        name = draw.choice(sorted(given, key=repr))
        rest = {key: part for key, part in given.items() if key != name}
        if (what := draw.random()) < 0.15:
            return rest
        return {**given, text(draw): value(draw)} if what < 0.25 else {**rest, name: changed(draw, given[name])}
    if isinstance(given, list) and given and draw.random() < 0.8:
        place, what = draw.randrange(len(given)), draw.random()
        middle = [changed(draw, given[place])] if what < 0.6 else [] if what < 0.8 else [given[place]] * 2
        return [*given[:place], *middle, *given[place + 1 :]]
    if isinstance(given, str) and draw.random() < 0.5:
        place = draw.randrange(len(given) + 1)
        return given[:place] + text(draw) + given[place + draw.randrange(3) :]
    if isinstance(given, int | float) and draw.random() < 0.5:
        return draw.choice((-given, given + 1, given - 1, given * 10, given * 1e9, str(given)))
    return value(draw)


def query(draw: Random, link: dict[str, str], names: tuple[str, ...]) -> str:
    """A link's text with some of its values changed, others of these `names` added, and some named twice."""
    pairs = list(link.items())
    for _ in range(draw.randrange(1, 4)):
        what = draw.random()
        if what < 0.5 and pairs:
            place = draw.randrange(len(pairs))
            pairs[place] = pairs[place][0], str(changed(draw, pairs[place][1]))
        elif what < 0.9:
            pairs.append((draw.choice(names), text(draw)))
        elif pairs:
            pairs.append((draw.choice(pairs)[0], text(draw)))
    written = "&".join(f"{quote(name, errors='replace')}={quote(said, errors='surrogatepass')}" for name, said in pairs)
    return flipped(draw, written.encode()).decode("latin-1") if draw.random() < 0.1 else written


def flipped(draw: Random, data: bytes, reach: int = 0) -> bytes:
    """Bytes cut off, flipped, left out, or said twice; within the first `reach` of them where it is named."""
    reach = min(reach or len(data), len(data))
    for _ in range(draw.randrange(1, 4)):
        place, length, what = draw.randrange(reach + 1), min(draw.choice((1, 1, 2, 8, 64)), len(data)), draw.random()
        if what < 0.1:
            data = data[:place]
        elif what < 0.2:
            data = data[:place] + data[place : place + length] + data[place:]
        elif what < 0.3:
            data = data[:place] + data[place + length :]
        elif what < 0.5:
            data = data[:place] + draw.randbytes(length) + data[place + length :]
        else:
            data = data[:place] + bytes(byte ^ draw.randrange(256) for byte in data[place : place + length]) + data[place + length :]
    return data
