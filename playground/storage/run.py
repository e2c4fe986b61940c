"""A finished training, to be looked into."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from torch import nn

from ..inference.decoding import GREEDY, Strategy
from ..inference.explore import explore
from ..inference.projection import Projection, project
from ..tasks import Task
from ..tracing import Edit, Trace
from . import checkpoints
from .checkpoints import Checkpoint


class Run:
    """A finished training: its recipe, its weights, and everything that can be seen with them."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.recipe, self.metrics = checkpoint.recipe, checkpoint.metrics
        self.train_seconds = checkpoint.train_seconds
        self.history = checkpoint.history

    @cached_property
    def task(self) -> Task:
        return self.recipe.build_task()

    @cached_property
    def model(self) -> nn.Module:
        return self.checkpoint.model()

    @cached_property
    def projections(self) -> dict[str, Projection]:
        """Principal components of many states: stored with shipped runs, else fitted when first asked for."""
        return self.checkpoint.projections or project(self.model, self.task)

    def explore(
        self,
        given: Any,
        strategy: Strategy = GREEDY,
        edits: Sequence[Edit] = (),
        forced: Mapping[int, str] | None = None,
        condition: int | None = None,
    ) -> Trace:
        """One input through the model, everything kept; see `playground.inference.explore.explore`."""
        return explore(self.model, self.task, given, strategy=strategy, edits=tuple(edits), forced=forced, condition=condition)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Weights, recipe, metrics and background as one safetensors file, written whole or not at all."""
        return checkpoints.save(path, self.checkpoint)
