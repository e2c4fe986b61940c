"""What an act does: on many held-out inputs, beside the same act elsewhere.

An act that hurts shows that something was broken, not that the place matters: the control does the same at every other place of the same
kind and size, and its median says what such an act costs anywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

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
from .acts import Act
from .acts.taken import Taken, lengths, width
from .result import Result

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
class Effect(Result):
    """Scores over `inputs` held-out inputs, `before` the act and under it.

    `change` is the difference, `interval` its 95 % confidence interval: a paired bootstrap, or, where no input changed, the exact bound
    of a share of which none was seen. Of a source too short for the act nothing is counted. `control` is None where there is no elsewhere.
    """

    inputs: int
    before: float
    score: float
    interval: tuple[float, float]
    control: Control | None
    measure: str = "score"

    @property
    def change(self) -> float:
        return self.score - self.before

    @property
    def sentence(self) -> str:
        """What the act costs here, and what the same costs elsewhere."""
        if self.interval[0] <= 0 <= self.interval[1]:
            said = f"does not change beyond chance: it is {self.score:.3g}"
        else:
            low, high = (f"{bound:+.3g}" for bound in self.interval)
            way = "falls" if self.change < 0 else "rises"
            said = f"{way} from {self.before:.3g} to {self.score:.3g} ({self.change:+.3g} [{low}, {high}])"
        told = f"The {self.measure} of {self.inputs:,} held-out inputs {said}."
        if self.control is None:
            return told
        many = f"{self.control.places:,} other places" if self.control.places > 1 else "the one other place"
        return f"{told} The same at {many} changes it by {self.control.change:+.3g} (median), {self.control.worst:+.3g} at worst."

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: what, score, change, low, high, inputs."""
        rows: list[list[Any]] = [
            ["what", self.measure, "change", "low", "high", "inputs"],
            ["before", self.before, 0.0, None, None, self.inputs],
            ["under the act", self.score, self.change, *self.interval, self.inputs],
        ]
        if (control := self.control) is not None:
            before = control.score - control.change
            rows.append([f"control, median of {control.places}", control.score, control.change, None, None, control.inputs])
            rows.append([f"control, worst: {_where(control.where)}", before + control.worst, control.worst, None, None, control.inputs])
        return rows

    def __repr__(self) -> str:
        """Effect(exact match 0.98 → 0.31 on 512 inputs, -0.67 [-0.71, -0.63], control -0.02)"""
        low, high = self.interval
        control = "" if self.control is None else f", control {self.control.change:+.3g}"
        return (
            f"Effect({self.measure} {self.before:.3g} → {self.score:.3g} on {self.inputs:,} inputs, "
            f"{self.change:+.3g} [{low:+.3g}, {high:+.3g}]{control})"
        )


def effect(run: Run, acts: Sequence[Act | Edit], count: int = MANY, taken: Taken | None = None) -> Effect:
    """What these acts do together, a control beside them if it is one alone; `taken` keeps what they take from the run. Raises InputError
    for an edit that matches nothing, and for a place that no held-out input has."""
    batch, taken = run.task.held_out("test", count), taken or Taken(run)
    batch = batch[_long_enough(lengths(run, batch), acts, taken)]
    if not len(batch):
        raise InputError(
            "No held-out input is long enough for this act, or as long as what it takes; choose an earlier place, or another input."
        )
    before = judged(run, batch, Recording(run.model, sites="", explicit=False))
    wide = width(run, batch)
    recording = Recording(run.model, [edit for act in acts for edit in taken.edits(act, wide)], sites="")
    after = judged(run, batch, recording)
    recording.finish(strict=not all(isinstance(act, Act) for act in acts))
    control = _control(run, acts[0], batch, before, taken) if len(acts) == 1 else None
    score_name = run.task.score_name
    return Effect(len(batch), float(before.mean()), float(after.mean()), interval(after - before, before), control, score_name)


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


def _where(act: Act | Edit) -> str:
    """The site, and the place in it where there is one."""
    place = act.place if isinstance(act, Act) else next((index for _, index in act.at), None)
    return act.site if place is None else f"{act.site} {place}"


def _long_enough(places: list[int], acts: Sequence[Act | Edit], taken: Taken) -> Tensor:
    """Which sources of these lengths have a place for every act. (B,)"""
    return torch.tensor([all(taken.reaches(act, length) for act in acts if isinstance(act, Act)) for length in places], dtype=torch.bool)


def _control(run: Run, act: Act | Edit, batch: Batch, before: Scores, taken: Taken) -> Control | None:
    """Every other place over the first inputs, as many as fit, in batches whose rows have an act each."""
    places, wide = lengths(run, batch), width(run, batch)
    others = list(taken.elsewhere(act, max(places, default=0), batch.target.shape[1] if batch.target.dim() > 1 else 0))
    inputs = min(len(batch), max(FEWEST, CONTROLLED // max(len(others), 1)))
    few = batch[:inputs]
    rows = [
        (place, int(row))
        for place, other in enumerate(others)
        for row in torch.nonzero(_long_enough(places[:inputs], (other,), taken))[:, 0]
    ]
    scores = np.full((len(others), inputs), math.nan)
    made = [taken.edits(other, wide) for other in others]
    for start in range(0, len(rows), ROWS):
        chosen, of = zip(*rows[start : start + ROWS], strict=True)
        recording = Recording(run.model, sites="", edits_by_row=[made[place] for place in chosen])
        scores[list(chosen), list(of)] = judged(run, few[torch.tensor(of)], recording)
    tried = np.flatnonzero(np.isfinite(scores).any(1))
    if not len(tried):
        return None
    changes = np.nanmean(scores[tried] - before[:inputs], axis=1)
    worst = int(np.argmin(changes) if run.task.higher_is_better else np.argmax(changes))
    median = float(np.median(changes))
    return Control(len(tried), inputs, float(before[:inputs].mean()) + median, median, float(changes[worst]), others[int(tried[worst])])
