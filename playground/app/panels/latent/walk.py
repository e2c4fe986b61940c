"""The walk from one picture to another: the player of this stage."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import torch

from ....errors import InputError
from ....inference import latent
from ....options import show
from ....tasks import Code, Drawn, Given, HeldOut
from ....wire import ink, pack
from ... import links
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit
from .base import Latent, condition_of, encoded, model_of

STEPS = 11
WAYS = {"straight": latent.between, "round": latent.around}


class LatentWalk(Latent):
    """Equal steps from the picture on the stage, or the last one that was there, to another one: straight, and on an arc."""

    module, sends, classes = "latent/latent_walk", ("step", "other"), ("walk-row",)

    def depends(self, stage: Stage) -> Hashable:
        return super().depends(stage), stage.visit.other

    def value(self, stage: Stage) -> dict[str, Any]:
        visit, task, model = stage.visit, stage.visit.task, model_of(stage.run)
        told = condition_of(encoded(stage, visit.given.origin))
        ways = {}
        for way in WAYS:
            codes = steps(stage, way)
            places = stage.run.projections["code"](codes)
            ways[way] = {"codes": pack(codes), "places": places.tolist(), "pictures": ink(latent.decoded(model, codes, told))}
        return {
            "ways": ways,
            "steps": STEPS,
            "from": visit.given.origin.label(task),
            "to": aside(visit).label(task),
            "named": task.labelled,
            "drawn": isinstance(visit.given.origin, Drawn),
            "condition": told,
        }

    def wire(self) -> None:
        self.on("step", self.step, "walk", again="always_last")
        self.on("other", another, "another", again="always_last")

    def step(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """A `step` of the walk on one of its ways; at the first one the picture itself is on the stage."""
        if Code not in visit.task.reads:
            raise InputError(Code.refusal)
        step, way = data.get("step"), data.get("way")
        if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step < STEPS:
            raise InputError(f"The walk has steps 0 to {STEPS - 1}; {show(step)} is none of them.")
        if not isinstance(way, str) or way not in WAYS:
            raise InputError(f"One walks {' or '.join(WAYS)}, not {show(way)}.")
        if step == 0:
            return visit.with_input(visit.given.origin)
        stage = self.page.library.stage(visit)
        numbers = steps(stage, way)[step].tolist()
        return links.by_hand(visit, links.code(numbers), condition_of(encoded(stage, visit.given.origin)))


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
    """The picture that a walk leads to: the first of another digit, or the next one where nobody named any, until one is chosen."""
    if visit.other is not None:
        return HeldOut(visit.other)
    here = visit.given.origin.label(visit.task)
    if not visit.task.labelled:
        return HeldOut(1 if visit.given.origin == HeldOut(0) else 0)
    return HeldOut(next(i for i, label in enumerate(visit.task.pictures("test")[1].tolist()) if label != here))


def steps(stage: Stage, way: str) -> latent.Array:
    """The codes of all steps of the walk. (STEPS, Z)"""
    first, last = (encoded(stage, given).trace["encoder.code"] for given in (stage.visit.given.origin, aside(stage.visit)))
    return WAYS[way](first, last, STEPS)
