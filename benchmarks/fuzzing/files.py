"""Files that mean harm: own pairs and checkpoints."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from playground import api
from playground.storage import checkpoints as stored
from playground.tasks.pairs import read_pairs
from playground.tasks.pairs.table import SEPARATORS

from . import RUNS, Case, mutations

CASES = Path(__file__).parent.parent.parent / "tests" / "data" / "cases"


def warm_up() -> None:
    """Every file is read once: tables of likely letters are made when they are first needed."""
    for data in _files().values():
        _account(read_pairs(data))


def pairs(draw: Random) -> Iterator[Case]:
    """Files of pairs as people have them, their bytes harmed or their lines mixed with random ones; and the account of each line."""
    files = _files()
    choices = {"encoding": ("utf-8", "latin-1", "utf-16", "cp1252", "?"), "separator": (*SEPARATORS, "?"), "quotes": (True, False, "?")}
    while True:
        name = draw.choice(sorted(files))
        given: Any = mutations.flipped(draw, files[name])
        if (kind := draw.random()) < 0.3:
            given = [mutations.text(draw) + draw.choice("\t,;| ") + mutations.text(draw) for _ in range(draw.randrange(80))]
        elif kind < 0.4:
            given = given.decode(draw.choice(("utf-8", "latin-1")), errors="surrogateescape").split("\n")
        asked = {key: draw.choice(values) for key, values in choices.items() if draw.random() < 0.1}
        units = [draw.choice(("words", "characters")) for _ in range(2)]
        about = f"{name if isinstance(given, bytes) else 'lines'} {asked} {units} {given[:100]!r:.160}"
        yield Case(about, lambda given=given, units=units, asked=asked: _account(read_pairs(given, *units, **asked)))


def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(CASES.iterdir())}


def _account(kept: Any) -> None:
    """As the page shows it."""
    assert kept.lines >= len(kept.listed)
    json.dumps([kept.said, kept.changes, list(kept.listed.items())])
    if len(kept.arranged.examples) > 1:
        assert kept.learned + kept.held_out + len(kept.listed) == kept.lines and kept.preview is not None


def checkpoints(draw: Random) -> Iterator[Case]:
    """Shipped files cut off, flipped, with another header, or with other values in what they say of themselves."""
    files = [api.shipped_path(*pair) for pair in RUNS]
    whole = {path.name: path.read_bytes() for path in files}
    fitting = {path.name: api.load(*pair).recipe for path, pair in zip(files, RUNS, strict=True)}
    while True:
        name = draw.choice(sorted(whole))
        data, otherwise = whole[name], fitting[name] if draw.random() < 0.3 else None
        (length,) = struct.unpack("<Q", data[:8])
        if (kind := draw.random()) < 0.3:
            harmed, how = mutations.flipped(draw, data, 8 + length), "header's bytes"
        elif kind < 0.4:
            harmed, how = mutations.flipped(draw, data), "bytes"
        elif kind < 0.45:
            harmed, how = struct.pack("<Q", draw.choice((0, 1, 2**18, 2**40, 2**64 - 1, length + 1, length - 1))) + data[8:], "length"
        else:
            harmed, how = _retold(draw, data[8 : 8 + length], data[8 + length :])
        yield Case(f"{name}, {how}", lambda harmed=harmed, otherwise=otherwise: stored.loads(harmed, otherwise))


def _retold(draw: Random, header: bytes, body: bytes) -> tuple[bytes, str]:
    """The file with one value of its header, or of what is told there, changed."""
    told = json.loads(header)
    about = json.loads(told["__metadata__"][stored.KEY])
    if draw.random() < 0.7:
        part = draw.choice(sorted(about))
        about[part], how = mutations.changed(draw, about[part]), f"{part} told otherwise"
    else:
        tensor = draw.choice(sorted(told))
        told[tensor], how = mutations.changed(draw, told[tensor]), f"{tensor} told otherwise"
    if isinstance(told.get("__metadata__"), dict):
        told["__metadata__"][stored.KEY] = json.dumps(about)
    text = json.dumps(told).encode()
    return struct.pack("<Q", len(text)) + text + body, how
