"""Latent: the map, the sliders, the walk, and how much is lost. All of them set a code, and the decoder draws it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from ...errors import InputError
from ...inference import latent
from ...inference.projection import CLOUD
from ...models import Autoencoder
from ...options import show
from ...storage.run import Run
from ...tasks import Code, Given, HeldOut
from ...views.figures import latent_map, reconstruction_error
from ...wire import ink, pack
from .. import links
from ..panel import Panel
from ..sessions import Visitor
from ..stage import Stage, told
from ..visit import Visit

SIDE = 10  # the manifold's pictures across and up
SLIDERS = 16
STEPS = 8  # of a walk


class Latent(Panel):
    """A panel of models whose code can be set by hand."""

    def suits(self, stage: Stage) -> bool:
        return Code in stage.visit.task.reads

    def depends(self, stage: Stage) -> Hashable:
        visit = stage.visit
        return visit.slot, visit.given.origin

    def set_code(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """A code set by hand: all its `code` numbers, a `place` of the map, or a step of the `walk`; and perhaps another `condition`."""
        if Code not in visit.task.reads:
            raise InputError(Code.refusal)
        stage = self.page.library.stage(visit)
        model, told = _model(stage.run), data.get("condition")
        if "walk" in data:
            numbers: Any = between(stage)[_step(data["walk"])].tolist()
            told = _told(_encoded(stage, visit.given.origin))
        elif "place" in data:
            place = np.array([links.code(data["place"], 2)], dtype=np.float32)
            numbers = stage.run.projections["code"].back(place)[0].tolist()
        else:
            numbers = data.get("code")
        condition = (_told(stage) if told is None else told) if model.conditions else None
        return links.by_hand(visit, links.code(numbers, model.code_size), condition)


class LatentMap(Latent):
    """The test set at its codes, or what the decoder draws all over the map; a click or a drag sets the code."""

    module, sends, classes = "latent/latent_map", ("code", "point", "manifold"), ("tab-latent", "span-5", "show-present")

    def depends(self, stage: Stage) -> Hashable:
        visit = stage.visit
        return visit.slot, visit.manifold, _told(stage) if visit.manifold else None

    def value(self, stage: Stage) -> dict[str, Any]:
        projection, model = stage.run.projections["code"], _model(stage.run)
        info, manifold = latent_map.extract(projection, None), None
        if stage.visit.manifold:
            told = _told(stage)
            drawn = latent.decoded(model, latent.grid(projection, latent_map.reach(info), SIDE), told)
            manifold = {"side": SIDE, "pictures": ink(drawn), "condition": told}
        return {
            "cloud": pack(info.cloud),
            "labels": list(info.labels),
            "axes": latent_map.axes(info),
            "reach": latent_map.reach(info),
            "reading": latent_map.reading(info),
            "plane": info.size > 2,
            "manifold": manifold,
        }

    def wire(self) -> None:
        self.on("code", self.set_code, "set_code", again="always_last")
        self.on("point", self.point, again="always_last")
        self.on("manifold", self.manifold, dear=True, again="always_last")

    def point(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """A digit of the map goes onto the stage."""
        index: Any = data.get("index")
        return visit.with_input(HeldOut(index))

    def manifold(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """The map shows the test set, or what the decoder draws everywhere."""
        on = data.get("on")
        if not isinstance(on, bool):
            raise InputError(f"The map shows the manifold or not: true or false, not {show(on)}.")
        return replace(visit, manifold=on)


class LatentCode(Latent):
    """A slider for each number of the code, as far as the test set goes: the most varying ones, if there are many; and the condition."""

    module, sends, classes = "latent/latent_code", ("code", "back"), ("show-present",)

    def value(self, stage: Stage) -> dict[str, Any]:
        model = _model(stage.run)
        pictures, labels = (part[:CLOUD] for part in stage.run.task.pictures("test"))
        codes = latent.encoded(model, pictures, labels)
        chosen = np.sort(np.argsort(-codes.var(0), kind="stable")[:SLIDERS])
        return {
            "units": chosen.tolist(),
            "low": codes.min(0)[chosen].tolist(),
            "high": codes.max(0)[chosen].tolist(),
            "size": model.code_size,
            "conditions": model.conditions,
            "prior": hasattr(model, "terms"),
            "picture": isinstance(stage.visit.given.origin, HeldOut),
        }

    def wire(self) -> None:
        self.on("code", self.set_code, "move_code", again="always_last")
        self.on("back", back, "encode", again="always_last")


class LatentWalk(Latent):
    """Pictures at equal steps between the picture on the stage, or the last one that was there, and another one."""

    module, sends, classes = "latent/latent_walk", ("code", "other"), ("nopres",)

    def depends(self, stage: Stage) -> Hashable:
        return super().depends(stage), stage.visit.other

    def value(self, stage: Stage) -> dict[str, Any]:
        visit, task = stage.visit, stage.visit.task
        told = _told(_encoded(stage, visit.given.origin))
        return {
            "pictures": ink(latent.decoded(_model(stage.run), between(stage), told)),
            "steps": STEPS,
            "from": visit.given.origin.label(task),
            "to": aside(visit).label(task),
            "condition": told,
        }

    def wire(self) -> None:
        self.on("code", self.set_code, "walk_code", again="always_last")
        self.on("other", another, "another", again="always_last")


class ReconstructionError(Latent):
    """How much is lost: of this picture, of the test set, and by PCA of the same size."""

    module, classes = "charts/plotly_figure", ("tab-latent", "span-3", "nopres")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.place

    def value(self, stage: Stage) -> dict[str, Any]:
        return reconstruction_error.spec(reconstruction_error.extract(stage.run, stage.trace))

    def wire(self) -> None:
        pass


def back(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """The picture is encoded again: what was set by hand is forgotten."""
    return visit.with_input(visit.given.origin)


def another(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """A walk to another picture."""
    if HeldOut not in visit.task.reads:
        raise InputError("This task reads tokens; only between pictures one can walk.")
    generator = torch.Generator()
    generator.seed()
    chosen = visit.task.another(generator, visit.given)
    assert isinstance(chosen, HeldOut)
    return replace(visit, other=chosen.index)


def aside(visit: Visit) -> Given:
    """The picture that a walk leads to: the first of another digit, until one is chosen."""
    if visit.other is not None:
        return HeldOut(visit.other)
    here = visit.given.origin.label(visit.task)
    return HeldOut(next(i for i, label in enumerate(visit.task.pictures("test")[1].tolist()) if label != here))


def between(stage: Stage) -> latent.Array:
    """The codes of all steps of the walk. (STEPS, Z)"""
    ends = [_encoded(stage, given).trace["encoder.code"] for given in (stage.visit.given.origin, aside(stage.visit))]
    return latent.between(ends[0], ends[1], STEPS)


def _encoded(stage: Stage, given: Given) -> Stage:
    """The stage of another picture, whose code is the encoder's."""
    task, visit = stage.run.task, replace(stage.visit, given=given)
    return replace(stage, visit=visit, trace=stage.run.explore(given.model_input(task), condition=told(given, stage.run)))


def _told(stage: Stage) -> int | None:
    """The class that a conditional model is told, guessed where nobody knows it; None for other models."""
    if not _model(stage.run).conditions:
        return None
    known = stage.visit.given.condition(stage.run.task)
    return int(stage.trace["decoder.condition.one_hot"].argmax()) if known is None else known


def _model(run: Run) -> Autoencoder:
    assert isinstance(run.model, Autoencoder)
    return run.model


def _step(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < STEPS:
        raise InputError(f"The walk has steps 0 to {STEPS - 1}; {show(given)} is none of them.")
    return given
