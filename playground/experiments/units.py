"""What one unit of a recurrent layer tells, and whether the model needs it.

A unit may be read off like a flag (Y. Lakretz et al., "The emergence of number and syntax units in LSTM language models", 2019) and still
be needed by nobody, since others say the same: so both are measured, what it tells by its values and what it does by setting it to 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..models import EncoderDecoder, Reader
from ..storage.run import Run
from ..tracing import Edit, Recording
from .held_out_states import MANY

Array = NDArray[np.float32]
BINS = 24


@dataclass(frozen=True)
class Part:
    """Some values of a unit: how many, their histogram (BINS,), and between which bounds the middle 90 % of them lie."""

    count: int
    histogram: tuple[int, ...]
    low: float
    high: float


@dataclass(frozen=True)
class Split:
    """A unit's values at the steps where `token` is due, `here`, and at all `others`.

    `told` is how often, of one step of each kind, the order of their values tells which is which: 0.5 is chance, 1 never fails (the area
    under the ROC curve, whichever way round). NaN where one of the kinds is empty.
    """

    token: str
    here: Part
    others: Part
    told: float


@dataclass(frozen=True)
class Silenced:
    """How many of `inputs` held-out answers are right as the model is, and with a unit held at 0."""

    inputs: int
    before: int
    after: int


def split(values: Array, due: NDArray[np.str_], token: str, edges: Array) -> Split:
    """The values (N,) of a unit, told apart by whether `token` is due there. `edges` (BINS + 1,) are those of the histograms."""
    here = due == token
    return Split(token, _part(values[here], edges), _part(values[~here], edges), _told(values[here], values[~here]))


def edges_of(values: Array) -> Array:
    """Bins of equal width over all values; a unit that never moves has a little room around it."""
    low, high = float(values.min()), float(values.max())
    room = 0.0 if high > low else 0.5
    return np.linspace(low - room, high + room, BINS + 1, dtype=np.float32)


def telling(values: Array, due: NDArray[np.str_], tokens: Sequence[str]) -> dict[str, tuple[int, float]]:
    """For each token that is due at some but not all steps, the unit of (N, H) that tells it best, and how well (`Split.told`)."""
    ranks = values.argsort(0).argsort(0) + 1.0
    found = {}
    for token in tokens:
        here = due == token
        count, others = int(here.sum()), int((~here).sum())
        if count and others:
            share = (ranks[here].sum(0) - count * (count + 1) / 2) / (count * others)
            told = np.maximum(share, 1 - share)
            found[token] = (int(told.argmax()), float(told.max()))
    return found


@torch.no_grad()
def silence(run: Run, site: str, unit: int, size: int, count: int = MANY) -> Silenced:
    """Answers of held-out inputs with one of the `size` units at `site` held at 0, at every step, against the model as it is."""
    model, batch = run.model, run.task.held_out("test", count)
    assert isinstance(model, EncoderDecoder | Reader)
    edit = Edit(site, "mask", tuple(float(i != unit) for i in range(size)))
    recording = Recording(model, (edit,), sites="")
    before = model.score(batch)
    with recording.open():
        after = model.score(batch)
    return Silenced(len(batch), round(before * len(batch)), round(after * len(batch)))


def _part(values: Array, edges: Array) -> Part:
    if not len(values):
        return Part(0, (0,) * BINS, float("nan"), float("nan"))
    low, high = np.quantile(values, [0.05, 0.95])
    return Part(len(values), tuple(np.histogram(values, edges)[0].tolist()), float(low), float(high))


def _told(here: Array, others: Array) -> float:
    """By ranks, as Mann and Whitney count them; equal values share theirs."""
    if not len(here) or not len(others):
        return float("nan")
    ordered = np.sort(others)
    below, upto = np.searchsorted(ordered, here, "left"), np.searchsorted(ordered, here, "right")
    share = float((below + upto).sum()) / (2 * len(here) * len(others))
    return max(share, 1 - share)
