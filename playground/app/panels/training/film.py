"""The film of a training, which is its time as a slider; curves and samples at the update chosen on it; the visitor's own runs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch

from ....errors import InputError
from ....models import Model
from ....options import show
from ....runs.events import Snapshot, wire
from ....storage.run import Run
from ....training.evaluation import Watcher
from ... import visit as visits
from ...library import Library, trained
from ...panel import Panel, Still
from ...sessions import Visitor
from ...stage import Stage
from ...visit import FIRST, SHIPPED, Slot, Visit


class Film(Panel):
    """One pinned input at every snapshot of a run: the slider through training time."""

    module, sends, classes = "training/film/film", ("look",), ("tab-training", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        visit = stage.visit
        return visit.pair, visit.run, visit.shown, visit.frame, visit.live

    def value(self, stage: Stage) -> dict[str, Any]:
        """`moments`: the updates whose weights are kept, None for those of all frames; `measured`: where score and samples of a shipped
        run's moments are; `at`: the update on the stage, if the stage holds this film's run as it was."""
        visit, home, library = stage.visit, _shipped(stage.visit), self.page.library
        log = None if visit.run is None else library.log(visit.run)
        shipped = [] if log is not None else library.moments(home.slot)
        return {
            "pair": visit.pair,
            "run": visit.run,
            "moments": shipped if log is None else [snapshot.step for snapshot in log.snapshots] if log.kept else None,
            "measured": f"{self.page.desk.shown(home)['address']}/film.json" if shipped else None,
            "at": visit.frame if visit.shown == (visit.run or SHIPPED) and not visit.live else None,
        }

    def wire(self) -> None:
        self.page.desk.answers["film.json"] = self.measured
        self.on("look", self.look, "look_inside", again="always_last")
        self.page[Moment].on("back", self.look, "back_to_the_end", again="always_last")

    def measured(self, visit: Visit, asked: Mapping[str, str]) -> list[dict[str, Any]]:
        """Score and samples of a shipped run at every update at which it can be looked at: no file says them."""
        return _measured(self.page.library, visit.slot)

    def look(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Put a run on the stage as it was at an update, or at its newest one where none is named; without a run, the shipped one."""
        run_id, step = data.get("run"), _update(data.get("step"))
        if run_id is None:
            moments = self.page.library.moments(_shipped(visit).slot)
            return replace(visit, shown=SHIPPED, frame=None if step in (None, *moments[-1:]) else step, forced=(), live=False)
        if not isinstance(run_id, str):
            raise InputError(f"A run is named by its link, not {show(run_id)}.")
        log = self.page.library.log(run_id)
        newest, live = log.snapshots[-1].step if log.snapshots else 0, step is None and not log.over
        step = newest if step is None else step
        return replace(trained(visit, run_id, self.page.library, None if log.over and step >= newest else step), live=live)


class Moment(Panel):
    """Says that the stage holds a model as it was before the end of its training, and leads back."""

    module, sends = "training/film/moment_line", ("back",)

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.pair, stage.visit.shown, stage.visit.frame, stage.visit.live

    def value(self, stage: Stage) -> dict[str, Any]:
        visit = stage.visit
        if visit.frame is None or visit.live:
            return {"at": None}
        run = None if visit.shown == SHIPPED else visit.shown
        over = run is None or self.page.library.log(run).over
        return {"at": visit.frame, "newest": self.page.library.moments(visit.slot)[-1], "over": over, "run": run}


class Curves(Still):
    """Loss and held-out score while training, with the visitor's zoom kept."""

    module, classes = "training/curves", ("tab-training", "span-8")


class Samples(Still):
    """Held-out inputs and what the model made of them at the chosen update."""

    module, classes = "training/samples", ("tab-training",)


class MyRuns(Panel):
    """The runs that this browser started, what each changed, and their curves beside the newest."""

    module, sends, classes = "training/my_runs", ("show", "shipped"), ("tab-training", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.pair, stage.visit.shown

    def value(self, stage: Stage) -> dict[str, Any]:
        """Whether there is a shipped run to go back to."""
        return {"shipped": stage.visit.shown not in (SHIPPED, FIRST) and bool(self.page.library.moments(_shipped(stage.visit).slot))}

    def wire(self) -> None:
        self.on("shipped", shipped, again="always_last")


def shipped(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Back to the shipped run of this pair."""
    return replace(visit, shown=SHIPPED, frame=None, forced=(), live=False)


def _shipped(visit: Visit) -> Visit:
    """The shipped run of a visit's pair at its end: one visit for all who look at it."""
    return visits.start(*visit.pair)


@lru_cache(maxsize=64)
def _measured(library: Library, slot: Slot) -> list[dict[str, Any]]:
    """Looked at as it was while it trained; the last moment is the end."""
    moments = library.moments(slot)
    return [_seen(library.run(replace(slot, frame=None if step == moments[-1] else step)), step) for step in moments]


def _seen(run: Run, step: int) -> dict[str, Any]:
    assert isinstance(run.model, Model)
    watcher = Watcher(run.model, run.task, torch.device("cpu"), run.recipe.training.precision)
    pinned, *samples = watcher.look()
    frame = wire(Snapshot(step, b"", pinned, watcher.score(), samples=tuple(samples)))
    return {name: frame[name] for name in ("step", "score", "samples")}


def _update(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise InputError(f"An update of a training is a whole number from 0, not {show(value)}.")
    return value
