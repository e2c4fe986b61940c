"""Runs and traces kept ready: the shipped runs, and those that the run book still keeps, each at any moment of its training."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

from safetensors.torch import load as load_tensors
from torch import Tensor

from .. import api, models
from ..errors import InputError
from ..inference.decoding import Beam
from ..runs.book import RunBook
from ..runs.events import Done
from ..runs.log import RunLog
from ..storage import kept_runs
from ..storage.checkpoints import Checkpoint, loads
from ..tasks import PictureTask
from ..tracing import Trace
from ..training.recipes import Recipe
from ..training.trainer import new_model
from . import pictures
from .visit import SHIPPED, Visit, sensed

TRAINED_RUNS = 48  # built models of trained runs, each at one moment of its training
TRACES = 32
UPLOADS = 12  # weights that visitors brought
UPLOADED = "uploaded-"

_log = logging.getLogger(__name__)


class Shelf:
    """Runs by name: the shipped ones, and the trained ones that the run book still keeps."""

    def __init__(self, book: RunBook[Recipe]) -> None:
        self.book = book
        self._trained: OrderedDict[tuple[str, int | None], api.Run] = OrderedDict()
        self._traces: OrderedDict[tuple[Any, ...], Trace] = OrderedDict()
        self._uploaded: OrderedDict[str, api.Run] = OrderedDict()

    def take(self, data: bytes, otherwise: Recipe) -> str:
        """Keep weights that a visitor brings, by a name of our making. Raises InputError for what is no run of this playground."""
        name = f"{UPLOADED}{sha256(data).hexdigest()[:32]}"
        brought = loads(data, otherwise)
        self._uploaded[name] = api.Run(replace(brought, projections={}, history={}))  # what is drawn is computed here
        while len(self._uploaded) > UPLOADS:
            self._uploaded.popitem(last=False)
        return name

    def keep(self, log: RunLog[Recipe]) -> None:
        """Before the server goes: what a run has learned so far, as a file that `log` finds again and `playground.load` reads."""
        path = kept_runs.keep(log, self._trained_run(log.id, None).checkpoint)
        _log.warning("what run %s has learned is in %s", log.id, path)

    def log(self, run_id: str) -> RunLog[Recipe]:
        """A run by the name that its link carries, also from before the server's last start. Raises InputError if it is no longer kept."""
        try:
            return self.book.get(run_id)
        except InputError:
            if (kept := kept_runs.find(run_id)) is None:
                raise
            return self.book.adopt(kept)

    def belongs(self, shown: str, owner: str) -> bool:
        """Whether what is on the stage is a run of this owner's."""
        return bool(owner) and any(log.id == shown for log in self.book.of(owner))

    def get(self, visit: Visit) -> api.Run:
        """The run on the visit's stage, at the visit's moment of its training. Raises InputError if there is none."""
        if (visit.shown, visit.frame) == (SHIPPED, None):
            return ready(visit.recipe)
        if visit.shown == SHIPPED:
            return shipped_moment(visit.recipe, visit.frame)
        if visit.shown.startswith(UPLOADED):
            if visit.shown not in self._uploaded:
                raise InputError("These weights are no longer kept on the server. Upload them again, or open a shipped model.")
            return self._uploaded[visit.shown]
        return self._trained_run(visit.shown, visit.frame)

    def trace(self, visit: Visit) -> Trace:
        """The visit's input through its run. The latest are kept: one event asks for picture and opened block."""
        run, key = self.get(visit), visit.place
        if key not in self._traces:
            self._traces[key] = pictures.explored(visit, run) if isinstance(run.task, PictureTask) else _decoded(run, visit)
            while len(self._traces) > TRACES:
                self._traces.popitem(last=False)
        return self._traces[key]

    def moments(self, visit: Visit) -> list[int]:
        """The steps of its training at which the run on the stage can be looked at, the first weights first."""
        if visit.shown == SHIPPED:
            return sorted(_shipped_film(visit.recipe.architecture, visit.recipe.task))
        if visit.shown.startswith(UPLOADED):
            return []
        return sorted({snapshot.step for snapshot in self.log(visit.shown).snapshots})

    def _trained_run(self, run_id: str, frame: int | None) -> api.Run:
        key = (run_id, frame)
        if key not in self._trained:
            self._trained[key] = self._build(run_id, frame)
            while len(self._trained) > TRAINED_RUNS:
                self._trained.popitem(last=False)
        self._trained.move_to_end(key)
        return self._trained[key]

    def _build(self, run_id: str, frame: int | None) -> api.Run:
        log = self.log(run_id)
        snapshot = log.snapshot(frame)
        if log.started is None or snapshot is None or (frame is None and not log.over):
            raise InputError("This run has no weights to look into yet; wait for its end, or pause or stop it.")
        weights = {k: v.float() for k, v in load_tensors(snapshot.weights).items()}
        seconds = log.tally.train_s
        metrics = log.end.metrics if isinstance(log.end, Done) else {}
        # Every moment is drawn before the background of the last one, so that they can be compared.
        last = None if frame is None or not log.over else self._trained_run(run_id, None)
        return api.Run(Checkpoint(log.started.recipe, weights, metrics, seconds, log.started.device, last.projections if last else {}))


def shipped_moment(recipe: Recipe, step: int | None) -> api.Run:
    """The shipped run at a step of its training, drawn before the background of the finished one."""
    film = _shipped_film(recipe.architecture, recipe.task)
    if step is None or step not in film:
        raise InputError(f"This run was not kept at step {step}; there are: {', '.join(map(str, sorted(film))) or 'none'}.")
    return _shipped_moment(recipe.architecture, recipe.task, step)


@lru_cache(maxsize=48)
def _shipped_moment(architecture: str, task: str, step: int) -> api.Run:
    run = _shipped(architecture, task)
    return api.Run(replace(run.checkpoint, weights=_shipped_film(architecture, task)[step], projections=run.projections))


def ready(recipe: Recipe) -> api.Run:
    """The shipped run of this pair; where none is shipped, the recipe's model before its first step."""
    if api.shipped_path(recipe.architecture, recipe.task).exists():
        return _shipped(recipe.architecture, recipe.task)
    return _untrained(replace(recipe, device="cpu", seconds=None, training_options=()))


@lru_cache(maxsize=64)
def _shipped(architecture: str, task: str) -> api.Run:
    return api.load(architecture, task)


@lru_cache(maxsize=16)
def _untrained(recipe: Recipe) -> api.Run:
    return api.Run(Checkpoint(recipe, new_model(recipe).state_dict(), {}, 0.0))


@lru_cache(maxsize=16)
def _shipped_film(architecture: str, task: str) -> dict[int, dict[str, Tensor]]:
    return api.load_film(architecture, task)


def _decoded(run: api.Run, visit: Visit) -> Trace:
    """The trace of the visit's input. A beam is searched first; its best hypothesis is then looked at like any other."""
    given = sensed(visit)
    if isinstance(visit.strategy, Beam) and not isinstance(run.model, models.Reader):
        best = run.explore(given, strategy=visit.strategy).tokens
        return run.explore(given, forced=dict(enumerate(best)))
    return run.explore(given, strategy=visit.strategy, forced=dict(visit.forced))
