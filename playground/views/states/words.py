"""Tables of words as maps: the same rows before and after training, and who stands next to whom."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...experiments.held_out_states import principal
from ...experiments.neighbours import Table, nearest
from ...wire import pack
from ..style import Rich, percent
from .said import listed, quoted

Array = NDArray[np.float32]
COUNT = 4
TITLES = {"source": "source embedding", "target": "target embedding", "output": "output layer"}
HUES = {"source": "e", "target": "d", "output": "d"}


class Map(NamedTuple):
    """One table at one time: places (V, 2) on its own two axes, the `near` (V, COUNT) rows next to each and their cosines."""

    places: Array
    explained: Array
    near: NDArray[np.intp]
    cosines: Array


def extract(rows: Array) -> Map:
    axes = principal(rows, 2)
    return Map(axes(rows), axes.explained, *nearest(rows, COUNT))


def spec(tables: dict[str, Table], trained: str | None) -> dict[str, Any]:
    """Every table as the page draws it; `trained` says for how long, None: not at all."""
    return {"trained": trained or "0 updates", "tables": [_table(name, table, trained) for name, table in tables.items()]}


def reading(name: str, words: tuple[str, ...], at: int, before: Map, after: Map, trained: str | None) -> Rich:
    """Who stands next to one word now, and how many of them stood there before."""
    if trained is None or np.array_equal(before.places, after.places):
        return [
            (HUES[name], quoted(words[at])),
            ("", " stands where chance put it: these rows are as they were drawn, before the first update."),
        ]
    now = [words[i] if words[i].isalnum() else quoted(words[i]) for i in after.near[at]]
    stayed = len({*after.near[at].tolist()} & {*before.near[at].tolist()})
    hue = HUES[name]
    kept = " and ".join(percent(float(m.explained.sum())) for m in (before, after))
    were = {0: "none of them was", len(now): "all of them were"}.get(stayed, f"{stayed} of them {'was' if stayed == 1 else 'were'}")
    said: Rich = [("", f"After {trained} "), (hue, quoted(words[at])), ("", " stands by "), *listed(now, "b")]
    return [*said, ("", f"; {were} among its nearest before. The maps show {kept} of the variance, so trust the lists.")]


def _table(name: str, table: Table, trained: str | None) -> dict[str, Any]:
    before, after = extract(table.before), extract(table.after)
    return {
        "name": name,
        "title": TITLES[name],
        "hue": "enc" if name == "source" else "dec",
        "words": list(table.words),
        "before": _map(before),
        "after": _map(after),
        "readings": [reading(name, table.words, at, before, after, trained) for at in range(len(table.words))],
    }


def _map(drawn: Map) -> dict[str, Any]:
    return {
        "places": pack(drawn.places),
        "explained": [percent(float(share)) for share in drawn.explained],
        "near": drawn.near.tolist(),
        "cosines": [[round(float(c), 4) for c in row] for row in drawn.cosines],
    }
