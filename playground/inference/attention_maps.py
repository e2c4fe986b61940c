"""Who looks at what: every map of attention in a trace, and the one that the picture draws.

Architectures differ in where they attend; a view asks by glob and gets rows that look at columns. Of several heads the
picture draws the sharpest, the one whose largest weight is highest on average; of those that cross over the most telling, which is
sharp and looks elsewhere for every output. A head that rests on one place is sharp too, and tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
LAYERED = re.compile(r"(encoder|prompt|decoder)\.layers\.(\d+)\.(self_attention|cross_attention)\.weights")


class AttentionMap(NamedTuple):
    """The weights of one layer, (heads, rows, columns); rows look at columns.

    `side` says who looks at whom: "cross" outputs at source states, "encoder" source at source, "decoder" outputs at the
    prompt and the outputs before them, "prompt" the prompt at itself, "pooling" the answer at source states.
    """

    site: str
    side: str
    layer: int
    weights: Array


def attention_maps(sites: Mapping[str, Array]) -> list[AttentionMap]:
    """All maps of a trace, in the order in which the model computes them; weights at other places are no attention that we know."""
    found = [m for site, weights in sites.items() if fnmatchcase(site, "*.weights") and (m := _map(site, weights)) is not None]
    order = ("encoder", "prompt", "pooling", "decoder", "cross")
    return sorted(found, key=lambda m: (order.index(m.side), m.layer))


def crossing(sites: Mapping[str, Array], source: int, positions: tuple[int, ...] = ()) -> Array | None:
    """How much each output looks at each source position, (outputs, source); None where nothing attends.

    `positions` are the places at which a reader's answers are read off. An answer about the whole is read off at a summary
    token that the model puts before the source; its column is left out here.
    """
    chosen = drawn(attention_maps(sites), source)
    if chosen is None:
        return None
    attention, head = chosen
    rows = attention.weights[head]
    if attention.side != "encoder":
        return rows[:, :source]
    before = rows.shape[1] - source  # 1 where a summary token stands first
    return rows[[before + i for i in positions] or [0], before:]


def drawn(maps: list[AttentionMap], source: int) -> tuple[AttentionMap, int] | None:
    """The map and head that the picture draws: outputs at source states where there are such, else the model's own way."""
    sides = [m.side for m in maps]
    for side in ("cross", "pooling", "decoder", "encoder"):
        if side in sides:
            score = information if side == "cross" else sharpness
            candidates = [(score(w[:, :source]), m, head) for m in maps if m.side == side for head, w in enumerate(m.weights)]
            _, chosen, head = max(candidates, key=lambda c: c[0])
            return chosen, head
    return None


def sharpness(weights: Array) -> float:
    """The largest weight of a row, on average over the rows: 1 when every row looks at one place only."""
    return float(weights.max(-1).mean()) if weights.size else 0.0


def information(weights: Array) -> float:
    """Bits that a row and the place it looks at tell about each other: entropy of the mean row less the mean entropy of the rows."""
    return float(_entropy(weights.mean(0)) - _entropy(weights).mean()) if weights.size else 0.0


def _entropy(rows: Array) -> Array:
    return -(rows * np.log2(np.maximum(rows, 1e-12))).sum(-1)


def _map(site: str, weights: Array) -> AttentionMap | None:
    if site == "pooling.weights" and weights.ndim == 1:
        return AttentionMap(site, "pooling", 0, weights[None, None])
    if site == "decoder.attention.weights" and weights.ndim == 2:
        return AttentionMap(site, "cross", 0, weights[None])
    named = LAYERED.fullmatch(site)
    if named is None or weights.ndim != 3:
        return None
    part, layer, kind = named.groups()
    heads = np.nan_to_num(weights if part != "decoder" else weights.swapaxes(0, 1))
    return AttentionMap(site, "cross" if kind == "cross_attention" else part, int(layer), heads)
