"""Uses: what autoencoders are for. What needs no second run is asked of the one on the stage; others train on a press, in line."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from ..... import api, tasks
from .....errors import InputError
from .....experiments.uses.compressing import compress
from .....experiments.uses.denoising import denoise
from .....experiments.uses.detecting import detect
from .....experiments.uses.dying import dead
from .....experiments.uses.features import features
from .....experiments.uses.rivals import rivals
from .....options import show
from .....runs.series import KEPT, SeriesBook
from .....storage.run import Run
from .....tasks import Code, Drawn, Given, PictureTask
from .....training.expected_time import expected_seconds
from .....training.recipes import Recipe
from .....views.results.page import compress as compressed
from .....views.results.page import dead as died
from .....views.results.page import denoise as denoised
from .....views.results.page import detect as detected
from .....views.results.page import features as told
from ....sessions import Visitor
from ....stage import Stage
from ....visit import Slot, Visit
from ...training.series import Trains, ended, progress
from ..base import Latent, condition_of, model_of

USES = (("compress", "Compress"), ("denoise", "Denoise"), ("detect", "Anomaly"), ("features", "Features"), ("dead", "Dead units"))
MOST = 24  # runs of one series
DRAWS = 1_000_000

T = TypeVar("T")


class Uses(Trains, Latent):
    """One use at a time; what is trained for it is found again among a visitor's own runs."""

    module, sends, classes = "latent/uses/panel", ("train", "cancel"), ("tab-uses", "span-12")

    def build(self) -> Any:
        self.every = SeriesBook(self.page.book, name="comparison")
        self._keys: LRUCache[str, tuple[str, ...]] = LRUCache(KEPT)
        self._lock = Lock()
        return super().build()

    def suits(self, stage: Stage) -> bool:
        return stage.visit.task.kind == "picture"

    def depends(self, stage: Stage) -> Hashable:
        series = self.every.of(stage.visitor.tab)
        return stage.visit.place, series and series.id, tuple(self._mine(stage.run, stage.visitor).items())

    def value(self, stage: Stage) -> dict[str, Any]:
        return self._told(stage, stage.visitor)

    def refused(self, visit: Visit, error: InputError) -> Any:
        stage = self.page.library.stage(visit)
        return {**(self._told(stage, None) if self.suits(stage) else {}), "error": str(error)}

    def wire(self) -> None:
        self.on("train", self.train, "train_uses", again="once", teller=self, always=self)
        self.on("cancel", self.cancel, "cancel_uses", again="always_last", teller=self)
        self.page.desk.answers |= {
            "trained.json": self.trained,
            "compress.json": self.compress,
            "denoise.json": self.denoise,
            "noisy.json": self.noisy,
            "detect.json": self.detect,
            "features.json": self.features,
            "dead.json": self.dead,
        }

    def train(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Train the runs that are named, one after the other."""
        there, keys = rivals(self.fitting(visit).recipe), data.get("runs")
        if not isinstance(keys, list) or not 1 <= len(keys) <= MOST or not all(isinstance(key, str) and key in there for key in keys):
            raise InputError(f"{show(keys)} names no runs to train beside this one; there are: {', '.join(there)}.")
        keys = list(dict.fromkeys(keys))
        device = "cpu" if visit.recipe.device in self.page.book.lost else visit.recipe.device
        series = self.every.start([replace(there[key], device=device) for key in keys], visitor.tab, visitor.address)
        with self._lock:
            self._keys[series.id] = tuple(keys)
        return visit

    def trained(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """How far what is trained is, and the names of the runs that have ended."""
        series = self.every.get(asked.get("series", ""))
        series.ask()
        with self._lock:
            keys = self._keys.get(series.id, ())
        runs = {keys[i]: log.id for i, log in ended(series) if i < len(keys)}
        return {**progress(series), "series": series.id, "keys": list(keys), "runs": runs}

    def compress(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Error against size, of this run and those that are named."""
        run, others = self._runs(visit, asked)
        found = self._once(("compress", visit.slot, *others.values()), lambda: compress(run, others.values()))
        return compressed.spec(found, run, others, *self._picture(visit))

    def denoise(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Error against noise, of a run that has seen noise and of one that has not, as far as they are there."""
        both = self._both(visit, asked)
        first, plain = both.get("noise"), both.get("plain")
        if first is None:
            assert plain is not None
            return denoised.spec(self._once(("denoise", plain), lambda: denoise(plain)), False)
        return denoised.spec(self._once(("denoise", first, plain), lambda: denoise(first, plain)), True)

    def noisy(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """A few pictures under one level of noise."""
        level, draw = _share(asked.get("level", "")), _whole(asked.get("draw", "0"))
        return denoised.pictures(self._both(visit, asked), self._picture(visit)[0], level, draw)

    def detect(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """One class that was left out, or another task's pictures, among known ones."""
        run, others = self._runs(visit, asked)
        left = {_task(one).left_out: one for one in (*others.values(), run)}
        areas = {digit: self._once(("detect", one), partial(detect, one)) for digit, one in left.items() if digit is not None}
        odd, digit = (asked["odd"], None) if "odd" in asked else (None, _whole(asked.get("digit", "")))
        chosen = run if odd is not None else left.get(digit)
        if chosen is None:
            raise InputError(f"No run that was trained without {digit} is named; train one first.")
        found = areas[digit] if digit is not None else self._once(("detect", run, odd), lambda: detect(run, odd))
        return detected.spec(found, chosen, odd, self._picture(visit)[0], areas)

    def features(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """What few labels are worth on the code, and which number knows what."""
        run = self.page.library.run(visit.slot)
        return told.spec(self._once(("features", visit.slot), lambda: features(run)), run, *self._picture(visit))

    def dead(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """What is dead, with and without ReLU on code and output."""
        run, others = self._runs(visit, asked)
        other = others.get("documents") or others.get("default")
        beside = None if other is None else self._once(("dead", other), lambda: dead(other))
        return died.spec(self._once(("dead", visit.slot), lambda: dead(run)), beside)

    def _told(self, stage: Stage, visitor: Visitor | None) -> dict[str, Any]:
        series, recipe, task = None if visitor is None else self.every.of(visitor.tab), stage.run.recipe, _task(stage.run)
        # Little faces do not stand for what somebody else might bring.
        others = [other.id for other in tasks.ordered() if issubclass(other, PictureTask) and other.labelled and other.id != task.id]
        return {
            "address": self.page.desk.shown(stage.visit)["address"],
            "pair": " · ".join(stage.visit.pair),
            "uses": [list(use) for use in USES if task.labelled or use[0] != "features"],  # which asks for labels
            "wanted": list(rivals(recipe)),
            "each_s": _each_s(recipe),
            "runs": {} if visitor is None else self._mine(stage.run, visitor),
            "size": model_of(stage.run).code_size,
            "noise": dict(recipe.model_options).get("noise"),
            "digits": list(range(10)) if task.labelled else [],
            "left_out": task.left_out,
            "others": [[id, tasks.get(id).title] for id in others],
            "whose": _whose(stage.visit.given),
            "series": series and series.id,
            "error": None,
        }

    def _mine(self, run: Run, visitor: Visitor) -> dict[str, str]:
        """The names of a visitor's own runs that this one can be held against."""
        if not visitor.tab:
            return {}
        known = {replace(recipe, device="cpu"): key for key, recipe in rivals(run.recipe).items()}
        logs = [log for log in self.page.book.of(visitor.tab) if log.status == "done" and log.snapshots]
        keys = [(known.get(replace(log.recipe, device="cpu")), log.id) for log in reversed(logs)]
        return {key: id for key, id in keys if key is not None}

    def _runs(self, visit: Visit, asked: Mapping[str, str]) -> tuple[api.Run, dict[str, api.Run]]:
        """The run on the stage, and those that are named "size-8:…,size-16:…"."""
        run, library = self.fitting(visit), self.page.library
        there, others = rivals(run.recipe), {}
        for part in filter(None, asked.get("runs", "").split(",")):
            key, _, id = part.partition(":")
            if key not in there:
                raise InputError(f"{show(key)} is nothing that this run is held against.")
            others[key] = library.run(Slot(there[key], id))
            if replace(others[key].recipe, training_options=(), device="cpu") != replace(there[key], training_options=(), device="cpu"):
                raise InputError(f"The run that is named for {key} was trained by another recipe.")
        return run, others

    def _both(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, api.Run]:
        """By "noise" and "plain": the run on the stage, and the one that differs in having seen noise."""
        run, others = self._runs(visit, asked)
        seen = dict(run.recipe.model_options).get("noise")
        found = {("noise" if seen else "plain"): run, **{key: one for key, one in others.items() if key in ("noise", "plain")}}
        return {key: found[key] for key in ("plain", "noise") if key in found}

    def _picture(self, visit: Visit) -> tuple[NDArray[np.float32], int | None]:
        """The picture on the stage (784,), and the class that is told; of a code set by hand the one before, or the first there is."""
        origin = visit.given.origin
        stage = self.page.library.stage(visit.with_input(visit.task.first() if isinstance(origin, Code) else origin))
        assert stage.trace.picture is not None
        return np.ascontiguousarray(stage.trace.picture.reshape(-1), dtype=np.float32), condition_of(stage)

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was asked for is kept for the next one who asks."""
        found = self.page.library.nursery.grown(key, lambda: iter([make()]), 0.0).newest
        assert found is not None
        return found


def _whose(given: Given) -> str:
    """What the picture is that a use is tried on."""
    if isinstance(given.origin, Code):
        return "The first test picture"
    if isinstance(given, Code):
        return "The picture from before the code was set"
    return "Your drawing" if isinstance(given, Drawn) else "The picture on the stage"


def _task(run: Run) -> PictureTask:
    assert isinstance(run.task, PictureTask)
    return run.task


def _each_s(recipe: Recipe) -> dict[str, float]:
    """CPU seconds that each kind of run may take here."""
    kinds = {key.partition("-")[0]: other for key, other in rivals(recipe).items()}
    return {kind: round(expected_seconds(other), 1) for kind, other in kinds.items()}


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InputError(f"The noise is {show(text)}; allowed is a number from 0 to 1.")
    return value


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise InputError(f"{show(text)} is no whole number from 0 to {DRAWS - 1:,}.")
    return int(text)
