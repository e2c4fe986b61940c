"""The gallery of all tasks: what each reads, and what a trained model that is shipped writes of it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from ... import tasks
from ...errors import InputError
from ...options import show
from ...training import recipes
from ...wire import pack
from ..islands import Island
from ..library.shipped import ready
from ..panel import Panel
from ..sessions import Visitor
from ..stage import Stage
from ..visit import Visit
from .rail import shipped


class Gallery(Panel):
    """Comes when it is asked for, a group at a time: a first visit does without, and vocabularies may take seconds to make."""

    module, sends, id = "rail/gallery", ("cards",), "edp-gallery"

    def build(self) -> Any:
        return Island(self.module, self.sends, elem_id=self.id)

    def depends(self, stage: Stage) -> Hashable:
        return None

    def value(self, stage: Stage) -> dict[str, Any]:
        group = stage.visit.gallery
        return {"group": group, "cards": cards(group) if group else [], "error": None}

    def sent(self, stage: Stage) -> Any:
        return self.unchanged

    def refused(self, visit: Visit, error: InputError) -> dict[str, Any]:
        return {"group": None, "cards": [], "error": str(error)}

    def wire(self) -> None:
        self.on("cards", look, dear=True, again="always_last", teller=self, always=self)


def look(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Ask for the cards of a group."""
    group, known = data.get("group"), [*tasks.grouped()]
    if group not in known:
        raise InputError(f"{show(group)} is not a group of tasks; there are: {', '.join(known)}.")
    return replace(visit, gallery=group)


@cache
def cards(group: str) -> list[dict[str, Any]]:
    """A card for each task of a group. The shipped runs do not change while a server lives."""
    return [_card(task) for task in tasks.grouped()[group]]


def _card(task: type[tasks.Task]) -> dict[str, Any]:
    """The input that a visitor finds, as text or as a picture, and what the model that the task opens with makes of it.

    Of a task of which no trained model is shipped nothing is written; its example says what it is about.
    """
    runs = [ready(recipes.make(architecture, task.id)) for architecture in shipped(task)]
    card: dict[str, Any] = {"id": task.id, "about": task.description, "seconds": min((run.train_seconds for run in runs), default=None)}
    if not runs:
        return {**card, "reads": task.example, "writes": None}
    run = runs[0]
    given = run.task.first()
    trace = run.explore(given.model_input(run.task))
    canvas = None if trace.sensed is None else run.task.canvas(trace.sensed, 1)
    if trace.reconstruction is not None:
        return {**card, "reads": _picture(trace.picture), "writes": _picture(trace.reconstruction)}
    if canvas is None:
        return {**card, "reads": given.text, "writes": trace.output}
    return {**card, "reads": _picture(canvas[0] if canvas[0].ndim == 3 else 1 - canvas[0]), "writes": trace.output}


def _picture(values: Any) -> dict[str, Any]:
    """Ink (rows, columns) or colours (rows, columns, 3) in 0..1, as bytes."""
    return pack((np.asarray(values).clip(0, 1) * 255).round().astype(np.uint8))
