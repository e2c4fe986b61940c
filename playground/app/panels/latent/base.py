"""What the panels of the latent stage share: all of them set a code, and the decoder draws it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np

from .... import api
from ....errors import InputError
from ....models import Autoencoder
from ....storage.run import Run
from ....tasks import Code, Given
from ... import links
from ...panel import Panel
from ...sessions import Visitor
from ...stage import Stage, told
from ...visit import Visit


class Latent(Panel):
    """A panel of models whose code can be set by hand."""

    of = "autoencoders of pictures"  # whom it suits

    def suits(self, stage: Stage) -> bool:
        return Code in stage.visit.task.reads

    def fitting(self, visit: Visit) -> api.Run:
        """The run on a stage, for what only a model that suits can do. Raises InputError for others."""
        if not self.suits(self.page.library.stage(visit)):
            raise InputError(f"This is asked of {self.of} alone; choose one of them first.")
        return self.page.library.run(visit.slot)

    def depends(self, stage: Stage) -> Hashable:
        visit = stage.visit
        return visit.slot, visit.given.origin

    def set_code(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """A code set by hand: all its `code` numbers, or a `place` of the map; and perhaps another `condition`."""
        if Code not in visit.task.reads:
            raise InputError(Code.refusal)
        stage = self.page.library.stage(visit)
        model, told = model_of(stage.run), data.get("condition")
        if "place" in data:
            place = np.array([links.code(data["place"], 2)], dtype=np.float32)
            numbers: Any = stage.run.projections["code"].back(place)[0].tolist()
        else:
            numbers = data.get("code")
        condition = (condition_of(stage) if told is None else told) if model.conditions else None
        return links.by_hand(visit, links.code(numbers, model.code_size), condition)


def encoded(stage: Stage, given: Given) -> Stage:
    """The stage of another picture, whose code is the encoder's."""
    task, visit = stage.run.task, replace(stage.visit, given=given)
    return replace(stage, visit=visit, trace=stage.run.explore(given.model_input(task), condition=told(given, stage.run)))


def condition_of(stage: Stage) -> int | None:
    """The class that a conditional model is told, guessed where nobody knows it; None for other models."""
    if not model_of(stage.run).conditions:
        return None
    known = stage.visit.given.condition(stage.run.task)
    return int(stage.trace["decoder.condition.one_hot"].argmax()) if known is None else known


def model_of(run: Run) -> Autoencoder:
    assert isinstance(run.model, Autoencoder)
    return run.model
