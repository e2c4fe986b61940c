"""The gallery of all tasks: what each reads, and what a trained model that is shipped writes of it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import cache
from typing import Any

import orjson

from .... import api, tasks
from ....errors import InputError
from ....options import show
from ...islands import Island
from ...panel import Panel
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit


class Gallery(Panel):
    """Comes when it is asked for, a group at a time: a first visit does without."""

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
        self.on("cards", look, again="always_last", teller=self, always=self)


def look(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Ask for the cards of a group."""
    group, known = data.get("group"), [*tasks.grouped()]
    if group not in known:
        raise InputError(f"{show(group)} is not a group of tasks; there are: {', '.join(known)}.")
    return replace(visit, gallery=group)


def cards(group: str) -> list[dict[str, Any]]:
    """A card for each task of a group; one that is somebody's own says what it is about."""
    return [_shipped().get(task.id) or _own(task) for task in tasks.grouped()[group]]


@cache
def _shipped() -> dict[str, dict[str, Any]]:
    """Written by `playground.tools.cards`, by task."""
    return orjson.loads((api.SHIPPED / "cards.json").read_bytes())


def _own(task: type[tasks.Task]) -> dict[str, Any]:
    return {"id": task.id, "about": task.description, "seconds": None, "reads": task.example, "writes": None}
