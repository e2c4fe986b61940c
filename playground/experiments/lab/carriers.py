"""What carries something from place to place in a model that writes, found in the trace of two runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...errors import InputError
from ...tracing import Edit, Recording

MOST_ROWS = 30
ROUNDING = 1e-5  # by which rows of one batch may differ though they are computed alike
STEPS = ("scores", "weights", "query", "key", "value", "logits", "sum", "linear1", "activation", "positions")  # ways to a quantity
FINER = ("heads", "linear2", "output")  # what a sublayer adds, in the order in which a large map does without

Carried = Mapping[
    tuple[int, int], tuple[Any, bool]
]  # of a row and a place: what the first run has there, and whether the other has the same


class Carrier(NamedTuple):
    """One row of the map: a site, or one `head` of it, of the part that reads or of the "decoder". `once`: it passes once for all places,
    which lie along its last axis but one."""

    site: str
    part: str
    head: int | None = None
    once: bool = False

    def __str__(self) -> str:
        return self.site if self.head is None else f"{self.site} {self.head}"

    def edit(self, place: int, value: Any) -> Edit:
        """What puts a value there, whatever is computed."""
        at = () if self.head is None else (((-3 if self.once else -2), self.head),)
        if self.part == "decoder" and self.once:
            return Edit(self.site, "patch", value, at=at)
        return Edit(self.site, "patch", value, at=(*at, (-2, place))) if self.once else Edit(self.site, "patch", value, (place,), at)


def carriers(recording: Recording, positions: int, among: tuple[Carrier, ...] | None = None) -> tuple[tuple[Carrier, ...], Carried]:
    """The rows of the map, and for every cell what the first run of a batch of two has there and whether the second has the same.

    What carries is told by the trace: every quantity that has a place for each source position or output step, or passes once from
    the part that reads to the one that writes; not the ways to a quantity, and not what is the same in both runs everywhere. `among`
    keeps to rows of another map, whose runs differ in one place alone: before it they are the same but for rounding.
    """
    found: dict[Carrier, list[Tensor]] = {}
    same = torch.equal if among is None else partial(torch.allclose, rtol=ROUNDING, atol=ROUNDING)
    for site, taps in recording.taps.items():
        part, last = site.partition(".")[0], site.rpartition(".")[2]
        if last in STEPS or last.endswith("_gate") or last.rstrip("0123456789") == "norm":
            continue
        once = len(taps) == 1 and taps[0][0] is None
        if part != "decoder" and once:
            first = taps[0][1]
            if first.dim() < 3 or first.shape[-2] not in (positions, _begun(recording, part)):
                continue
        ordered = [value for _, value in sorted(taps, key=lambda tap: tap[0] or 0)]
        axis = (-3 if once else -2) if last == "heads" else None
        for head in (None,) if axis is None else range(ordered[0].shape[axis]):
            rows = ordered if head is None or axis is None else [value.select(axis, head) for value in ordered]
            if once and part != "decoder":
                rows = list(rows[0].unbind(-2))
            carrier = Carrier(site, part, head, once)
            if (among is None or carrier in among) and any(not same(row[0], row[1]) for row in rows):
                found[carrier] = rows
    for finer in FINER:
        if len(found) > MOST_ROWS:
            found = {carrier: rows for carrier, rows in found.items() if not carrier.site.endswith(f".{finer}")}
    if not found:
        raise InputError("Nothing that can be looked at in this model differs between these inputs; choose others.")
    rows_of = tuple(found)
    return rows_of, {
        (row, place): (value[0].cpu().numpy(), same(value[0], value[1]))
        for row, carrier in enumerate(rows_of)
        for place, value in enumerate(found[carrier])
    }


def _begun(recording: Recording, part: str) -> int:
    """How many places a prompt has whose last token the first step reads."""
    taps = recording.taps.get(f"{part}.embedded", [])
    return taps[0][1].shape[-2] if taps else 0
