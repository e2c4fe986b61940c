"""The trade: what drawing a picture costs against what its code costs, run by run, β by β. Of the shipped runs that is measured; all others
are trained on a press, in line."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import orjson

from .... import api
from ....errors import InputError
from ....experiments.uses.trading import Point, beta_of, others, point
from ....inference import variational
from ....models.vae import VariationalAutoencoder
from ....runs.series import SeriesBook
from ....storage.run import Run
from ....training.evaluation import JUDGING
from ....training.expected_time import expected_seconds
from ....training.recipes import Recipe, from_json
from ...sessions import Visitor
from ...stage import Stage
from ...visit import SHIPPED, Slot, Visit
from ..training.monitor import Monitor
from ..training.series import Trains, ended, progress
from .base import Latent


class Trade(Trains, Latent):
    """The run on the stage among those of a visitor's that differ from it in β alone."""

    module, sends, classes = "latent/trade_panel", ("train", "cancel", "open"), ("tab-loss", "span-12")

    def build(self) -> Any:
        self.every = SeriesBook(self.page.book, name="sweep of β")
        return super().build()

    of = "variational autoencoders"

    def suits(self, stage: Stage) -> bool:
        return isinstance(stage.run.model, VariationalAutoencoder)

    def depends(self, stage: Stage) -> Hashable:
        series = self.every.of(stage.visitor.tab)
        return stage.visit.slot, series and series.id, tuple(self._mine(stage).items())

    def value(self, stage: Stage) -> dict[str, Any]:
        return self._told(stage, stage.visitor)

    def refused(self, visit: Visit, error: InputError) -> Any:
        stage = self.page.library.stage(visit)
        return {**(self._told(stage, None) if self.suits(stage) else {}), "error": str(error)}

    def wire(self) -> None:
        self.on("train", self.train, "train_trade", again="once", teller=self, always=self)
        self.on("cancel", self.cancel, "cancel_trade", again="always_last", teller=self)
        self.on("open", self.open, "open_trade", again="always_last", teller=self)
        self.page.desk.answers |= {"traded.json": self.traded, "trade.json": self.trade}

    def train(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Train the values of β that are not there yet, one after the other."""
        self.fitting(visit)
        stage = self.page.library.stage(visit, visitor)
        there = self._mine(stage)
        device = "cpu" if visit.recipe.device in self.page.book.lost else visit.recipe.device
        wanted = [replace(recipe, device=device) for key, recipe in others(_base(stage.run, visit)).items() if key not in there]
        if not wanted:
            raise InputError("All values of β are trained already.")
        self.every.start(wanted, visitor.tab, visitor.address)
        return visit

    def open(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Another β goes onto the stage; what was given stays on it."""
        if data.get("run") != SHIPPED:
            return self.page[Monitor].show(visit, data, visitor)
        recipe = self.page.library.run(Slot(visit.recipe)).recipe
        return replace(visit, recipe=replace(recipe, device=visit.recipe.device), shown=SHIPPED, frame=None, live=False)

    def traded(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """How far what is trained is, and the names of the runs that have ended, by their β."""
        series = self.every.get(asked.get("series", ""))
        series.ask()
        return {**progress(series), "runs": {beta_of(log.recipe): log.id for _, log in ended(series)}}

    def trade(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Both terms of the run on the stage, of those that are named "0.5:…,4:…", and of those measured by its recipe but for β; and what
        each keeps and dreams."""
        own = self.fitting(visit)
        there = others(_base(own, visit))
        found = {beta_of(own.recipe): (own, visit.slot, "")}
        for part in filter(None, asked.get("runs", "").split(",")):
            key, _, id = part.partition(":")
            if key not in there:
                raise InputError("The runs that are named are none that differ in β alone.")
            slot = Slot(there[key], id)
            run = self.page.library.run(slot)
            if replace(run.recipe, training_options=(), device="cpu") != replace(there[key], training_options=(), device="cpu"):
                raise InputError(f"The run that is named for β = {key} was trained by another recipe.")
            found.setdefault(key, (run, slot, id))
        points = {key: self._point(*one) for key, one in found.items()}
        if own.train_seconds and visit.frame is None:  # what is measured is the end of a training
            known = {key: _measured().get(replace(recipe, device="cpu")) for key, recipe in there.items() if key not in points}
            points |= {key: {**asdict(one), "run": "", "kept_only": True} for key, one in known.items() if one is not None}
        ordered = [points[key] for key in sorted(points, key=float)]
        return {"points": ordered, "here": beta_of(own.recipe), "pictures": len(own.task.held_out("test", JUDGING))}

    def _point(self, run: Run, slot: Slot, id: str) -> dict[str, Any]:
        model, made = run.model, self.page.library.nursery
        assert isinstance(model, VariationalAutoencoder)
        apart = made.grown(("loss", slot), lambda: iter([variational.apart(model, run.task, JUDGING)]), 0.0).newest
        return {**asdict(point(run, apart)), "run": id, "kept_only": False}

    def _told(self, stage: Stage, visitor: Visitor | None) -> dict[str, Any]:
        series = None if visitor is None else self.every.of(visitor.tab)
        runs = {} if visitor is None else self._mine(stage)
        missing = [recipe for key, recipe in others(_base(stage.run, stage.visit)).items() if key not in runs]
        return {
            "address": self.page.desk.shown(replace(stage.visit, given=stage.visit.task.first(), acts=()))["address"],
            "runs": runs,
            "missing": len(missing),
            "seconds": round(sum(expected_seconds(recipe) for recipe in missing), 1),
            "series": series and series.id,
            "error": None,
        }

    def _mine(self, stage: Stage) -> dict[str, str]:
        """The names of a visitor's own runs, and of the shipped one, that differ from this one in β alone, by their β."""
        base, tab = _base(stage.run, stage.visit), stage.visitor.tab
        if not tab:
            return {}
        known = {replace(recipe, device="cpu"): key for key, recipe in others(base).items()}
        logs = [log for log in self.page.book.of(tab) if log.status == "done" and log.snapshots]
        keys = [(known.get(replace(log.recipe, device="cpu")), log.id) for log in reversed(logs)]
        found = {key: id for key, id in keys if key is not None}
        if api.shipped_path(base.architecture, base.task).exists():
            shipped = known.get(replace(self.page.library.run(Slot(base)).recipe, device="cpu"))
            found |= {} if shipped is None or shipped in found else {shipped: SHIPPED}
        return found


def _base(run: Run, visit: Visit) -> Recipe:
    """What the run was trained by; what it would be trained by where it has not been."""
    return run.recipe if run.recipe.training_options else visit.recipe


@lru_cache(maxsize=1)
def _measured() -> dict[Recipe, Point]:
    """Written by `playground.tools.trade`: what other values of β make of the shipped runs, by their recipe."""
    known = orjson.loads((api.SHIPPED / "trade.json").read_bytes())
    return {replace(from_json(one["recipe"]), device="cpu"): Point(**one["point"]) for those in known.values() for one in those}
