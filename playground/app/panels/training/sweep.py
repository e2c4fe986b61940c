"""A sweep: one option's values, each trained from several seeds through the line, as lines with their spread whose dots open runs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any, NamedTuple

from cachetools import LRUCache

from ....errors import InputError
from ....experiments import sweep as sweeps
from ....experiments.sweep import Plan, Point
from ....options import Value, show
from ....runs.events import Done
from ....runs.log import RunLog
from ....runs.series import KEPT, Series, SeriesBook
from ....training.expected_time import expected_seconds
from ....training.recipes import Recipe
from ....views.sweeps import offered, spec
from ...names import about
from ...panel import Panel
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit
from .monitor import Monitor
from .series import Trains, ended, progress

VALUES, SEEDS = (2, 6), 5
LEFT_OUT = ("training.precision",)  # changes how a number is held, and hardly what is learned


class Planned(NamedTuple):
    """What a sweep trains, and the runs that it makes of it."""

    base: Recipe
    option: str
    plan: Plan
    series: Series[Recipe]


class Sweeping(Trains, Panel):
    """The form, how far it has come, and what is known so far. It is told by name, which nobody guesses."""

    module, sends, classes = "compare/sweep_panel", ("sweep", "cancel", "open"), ("tab-compare", "span-12")

    def build(self) -> Any:
        self.every = SeriesBook(self.page.book)
        self._planned: LRUCache[str, Planned] = LRUCache(KEPT)
        self._lock = Lock()
        return super().build()

    def depends(self, stage: Stage) -> Hashable:
        series = self.every.of(stage.visitor.tab)
        return stage.visit.recipe, series and series.id

    def value(self, stage: Stage) -> dict[str, Any]:
        return self._told(stage.visit, stage.visitor)

    def refused(self, visit: Visit, error: InputError) -> Any:
        return {**self._told(visit, None), "error": str(error)}

    def wire(self) -> None:
        self.on("sweep", self.start, "start_sweep", again="once", teller=self)
        self.on("cancel", self.cancel, "cancel_sweep", again="always_last", teller=self)
        self.on("open", self.page[Monitor].show, "open_swept", again="always_last")
        self.page.desk.answers["sweep.json"] = self.found

    def start(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Train the values of an option, one run after the other."""
        values, seeds = data.get("values"), data.get("seeds")
        if not isinstance(values, list) or not VALUES[0] <= len(values) <= VALUES[1]:
            raise InputError(f"values is {show(values)}; name {VALUES[0]} to {VALUES[1]} of them.")
        if type(seeds) is not int or not 1 <= seeds <= SEEDS:
            raise InputError(f"seeds is {show(seeds)}; allowed is a whole number from 1 to {SEEDS}.")
        base = visit.recipe if visit.recipe.device not in self.page.book.lost else replace(visit.recipe, device="cpu")
        option = data.get("option", "")
        planned = sweeps.plan(base, option, values, [base.seed + n for n in range(seeds)])
        series = self.every.start(tuple(planned.values()), visitor.tab, visitor.address)
        with self._lock:
            self._planned[series.id] = Planned(base, option, planned, series)
        return visit

    def found(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """How far a sweep has come, and what is known: of the runs that were trained to their end."""
        with self._lock:
            planned = self._planned.get(asked.get("sweep", ""))
        if planned is None:
            raise InputError("This sweep is no longer kept on the server; what was told of it stays here.")
        base, option, plan, series = planned
        series.ask()
        keys = list(plan)
        known = [(keys[i], log) for i, log in ended(series)]
        points = tuple(_point(key, log) for key, log in known)
        values: list[Value] = list(dict.fromkeys(value for value, _ in keys))
        return {
            **spec(sweeps.result(base, option, points), values, [log.id for _, log in known]),
            **progress(series),
            "sweep": series.id,
            "pair": about(base)["pair"],
            "seeds": len(keys) // len(values),
        }

    def _told(self, visit: Visit, visitor: Visitor | None) -> dict[str, Any]:
        series = None if visitor is None else self.every.of(visitor.tab)
        return {
            "address": self.page.desk.shown(visit)["address"],
            "pair": about(visit.recipe)["pair"],
            "options": [offered(*told) for told in sweeps.sweepable(visit.recipe) if told[0] not in LEFT_OUT],
            "each_s": round(expected_seconds(visit.recipe), 2),
            "sweep": series and series.id,
            "error": None,
        }


def _point(key: tuple[Value, int], log: RunLog[Recipe]) -> Point:
    assert isinstance(log.end, Done)
    return Point(*key, sweeps.score_of(log.end.metrics), log.end.step, log.end.train_s)
