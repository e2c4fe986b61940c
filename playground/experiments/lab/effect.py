"""What an act does: on many held-out inputs, beside the same act elsewhere.

An act that hurts shows that something was broken, not that the place matters: the control does the same at every other place of the same
kind and size, and its median says what such an act costs anywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import InputError
from ...inference.decoding import begin, following
from ...models import Autoencoder, EncoderDecoder, Reader, writable
from ...storage.run import Run
from ...tasks import Batch
from ...tracing import Edit, Recording
from ...vocabulary import BOS, PAD
from .acts import Act, Form, elsewhere, forms, summaries

MANY = 512  # held-out inputs
DRAWS = 4000
ROWS = 2048  # of one batch
CONTROLLED = 1024  # rows that all places of a control share
FEWEST = 8  # inputs at each of them

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Control:
    """The same act at all `places` else, over `inputs` each: the median of what they change, the change of the `worst`, and `where` that
    was. `score` is what the median leaves of the score before."""

    places: int
    inputs: int
    score: float
    change: float
    worst: float
    where: Act | Edit


@dataclass(frozen=True)
class Effect:
    """Scores over `inputs` held-out inputs, `before` the act and under it.

    `change` is the difference, `interval` its 95 % confidence interval: a paired bootstrap, or, where no input changed, the exact bound
    of a share of which none was seen. Of a source too short for the act nothing is counted. `control` is None where there is no elsewhere.
    """

    inputs: int
    before: float
    score: float
    interval: tuple[float, float]
    control: Control | None

    @property
    def change(self) -> float:
        return self.score - self.before


def effect(run: Run, acts: Sequence[Act | Edit], count: int = MANY) -> Effect:
    """What these acts do together, a control beside them if it is one alone. Raises InputError for an edit that matches
    nothing, and for a place that no held-out input has."""
    batch, found = run.task.held_out("test", count), forms(run)
    batch = batch[_long_enough(_lengths(run, batch), acts, found)]
    if not len(batch):
        raise InputError("No held-out input is long enough for this act; choose a place that comes earlier.")
    before = judged(run, batch, Recording(run.model, sites="", explicit=False))
    recording = Recording(run.model, [edit for act in acts for edit in _edits(act)], sites="")
    after = judged(run, batch, recording)
    recording.finish(strict=not all(isinstance(act, Act) for act in acts))
    control = _control(run, acts[0], batch, before, found) if len(acts) == 1 else None
    return Effect(len(batch), float(before.mean()), float(after.mean()), interval(after - before, before), control)


def judged(run: Run, batch: Batch, recording: Recording) -> Scores:
    """The score of every example while a recording is open: of an answer that is written, whether greedy decoding writes the right one."""
    model = run.model
    with torch.inference_mode():
        if isinstance(model, EncoderDecoder):
            right = _writes(model, batch, recording)
            for other in () if batch.also is None else batch.also.unbind(1):
                right = right | _writes(model, replace(batch, target=other), recording)
            return right.double().cpu().numpy()
        assert isinstance(model, Autoencoder | Reader)
        with recording.open():
            return model.each(batch).double().cpu().numpy()


def _writes(model: EncoderDecoder, batch: Batch, recording: Recording) -> Tensor:
    """Whether, fed the right tokens one after the other, every arg max is the next right one. (B,)"""
    state = begin(model, batch.source, batch.mask, recording)
    token = torch.full((len(batch),), BOS, device=batch.source.device)
    right = (batch.target != PAD).any(1)
    for step, due in enumerate(batch.target.unbind(1)):
        logits, state = following(model, token, state, step, recording)
        right = right & ((writable(logits).argmax(-1) == due) | (due == PAD))
        token = due
    return right


def interval(differences: Scores, before: Scores) -> tuple[float, float]:
    """Where the mean of paired differences lies with 95 % confidence. (N,), (N,)"""
    if not differences.any():
        bound = 1 - 0.025 ** (1 / len(differences))
        return (-bound if before.any() else 0.0), (bound if (before < 1).any() else 0.0)
    means = differences[np.random.default_rng(0).integers(len(differences), size=(DRAWS, len(differences)))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _edits(act: Act | Edit) -> tuple[Edit, ...]:
    return act.edits if isinstance(act, Act) else (act,)


def _long_enough(lengths: list[int], acts: Sequence[Act | Edit], found: Mapping[str, Form]) -> Tensor:
    """Which sources of these lengths have a place for every act. (B,)"""
    return torch.tensor([all(act.reaches(length, found) for act in acts if isinstance(act, Act)) for length in lengths], dtype=torch.bool)


@torch.no_grad()
def _lengths(run: Run, batch: Batch) -> list[int]:
    """How many positions of each source an encoder has states of."""
    mask, width = batch.mask, batch.source.shape[1]
    if isinstance(run.model, EncoderDecoder) and len(batch):
        encoded = run.model.encode(batch.source, batch.mask)
        mask, width = encoded.mask, encoded.states.shape[1]
    return [width] * len(batch) if mask is None else mask.sum(1).tolist()


def _control(run: Run, act: Act | Edit, batch: Batch, before: Scores, found: dict[str, Form]) -> Control | None:
    """Every other place over the first inputs, as many as fit, in batches whose rows have an act each."""
    lengths = _lengths(run, batch)
    others = list(elsewhere(act, found, max(lengths, default=0) + (summaries(act.site, found) if act.site in found else 0)))
    inputs = min(len(batch), max(FEWEST, CONTROLLED // max(len(others), 1)))
    few = batch[:inputs]
    rows = [
        (place, int(row))
        for place, other in enumerate(others)
        for row in torch.nonzero(_long_enough(lengths[:inputs], (other,), found))[:, 0]
    ]
    scores = np.full((len(others), inputs), math.nan)
    for start in range(0, len(rows), ROWS):
        places, of = zip(*rows[start : start + ROWS], strict=True)
        recording = Recording(run.model, sites="", edits_by_row=[_edits(others[place]) for place in places])
        scores[list(places), list(of)] = judged(run, few[torch.tensor(of)], recording)
    tried = np.flatnonzero(np.isfinite(scores).any(1))
    if not len(tried):
        return None
    changes = np.nanmean(scores[tried] - before[:inputs], axis=1)
    worst = int(np.argmin(changes) if run.task.higher_is_better else np.argmax(changes))
    median = float(np.median(changes))
    return Control(len(tried), inputs, float(before[:inputs].mean()) + median, median, float(changes[worst]), others[int(tried[worst])])
