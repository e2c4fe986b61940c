"""A finished training, to be looked into."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from torch import nn

from ..errors import InputError
from ..inference.decoding import GREEDY, Strategy
from ..inference.explore import explore
from ..inference.projection import Projection, project
from ..options import show
from ..tasks import Task
from ..tracing import Edit, Trace
from . import checkpoints
from .checkpoints import Checkpoint


class Run:
    """A finished training: its recipe, its weights, and everything that can be seen with them."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        if not isinstance(checkpoint, Checkpoint):
            raise InputError(f"A run is made by train or load, not of {show(checkpoint)}.")
        self.checkpoint = checkpoint
        self.recipe, self.metrics = checkpoint.recipe, checkpoint.metrics
        self.train_seconds = checkpoint.train_seconds
        self.history = checkpoint.history

    @cached_property
    def task(self) -> Task:
        """What was learned: it makes examples, reads input and knows what is right."""
        return self.recipe.build_task()

    @cached_property
    def model(self) -> nn.Module:
        """The trained model, a torch module in eval mode."""
        return self.checkpoint.model()

    @cached_property
    def projections(self) -> dict[str, Projection]:
        """Two principal components (2, H) of the "encoder" and "decoder" states of many held-out inputs, or of the "code" of pictures:
        stored with shipped runs, else fitted when first asked for."""
        return self.checkpoint.projections or project(self.model, self.task)

    @property
    def updates(self) -> int:
        """How many updates it was trained for: as its curve says, 0 without one."""
        return max((row[0] for name in ("losses", "scores") for row in self.history.get(name, ())[-1:]), default=0)

    def explore(
        self,
        given: Any,
        strategy: Strategy = GREEDY,
        edits: Edit | Iterable[Edit] | None = (),
        forced: Mapping[int, str] | None = None,
        condition: int | None = None,
    ) -> Trace:
        """One input through the model, everything it computes kept.

        `given` is what the task can perceive: text as it is typed; a picture (28, 28) in 0..1, or (32, 32, 3) for captions; a sound as
        (samples a second, samples). `strategy` is Greedy(), Sample(…) or Beam(…). `edits`, one or several, apply in their order while the
        model computes. `forced` maps steps, from 0, to tokens that are written whatever the model prefers, "end" for the end; before the
        last of them the answer does not end by itself. `condition` is the class that a conditional model is told; it guesses without one.

        Nothing is ignored: raises InputError for input the task cannot read, and for whatever this model cannot do with the rest.
        """
        trace = explore(self.model, self.task, given, strategy=strategy, edits=edits, forced=forced, condition=condition)
        trace.drawn_by = self._drawn
        return trace

    def _drawn(self, trace: Trace) -> str | None:
        """A trace of this run as HTML that works alone; None where nothing can draw it."""
        return None

    def __repr__(self) -> str:
        """Run(attention_seq2seq · reverse, 300 updates, exact match .998)"""
        score = next((value for name, value in self.metrics.items() if name in ("exact_match", "mse")), None)
        told = "" if score is None else f", {self.task.score_name} {_short(score)}"
        steps = self.recipe.training.steps
        return f"Run({self.recipe.architecture} · {self.recipe.task}, {steps:,} update{'s' if steps > 1 else ''}{told})"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Weights, recipe, metrics and background as one safetensors file, whole or not at all. Raises InputError if that fails."""
        place = checkpoints.file_path(path)
        try:
            if place.is_dir():
                raise InputError(f"{place.name!r} is a folder; name a file in it, such as {place / 'mine.safetensors'}.")
            return checkpoints.save(place, self.checkpoint)
        except OSError as error:
            raise InputError(
                f"{place.name[:60]!r} cannot be written: {error.strerror}. Name a folder that exists and may be written to."
            ) from None


def _short(score: float) -> str:
    """Three digits after the point, never rounded up to certainty."""
    return f"{math.floor(score * 1000) / 1000 if score < 1 else score:.3f}".lstrip("0") if score >= 0.1 else f"{score:.4f}".lstrip("0")
