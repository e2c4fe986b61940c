"""Looking inside: all heads at a glance, the chosen one in lines, and the block that a visitor has opened."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from ...errors import InputError
from ...views.blocks import opened as blocks
from ..panel import Panel, Still
from ..sessions import Visitor
from ..stage import Stage
from ..visit import Visit
from .player import Player


class Block(Panel):
    """The opened block of the model: its equation with the numbers of the step, its parameters, its code."""

    module, id = "inside/block/panel", "block"

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.place, stage.visit.block

    def value(self, stage: Stage) -> dict[str, Any]:
        path = stage.visit.block
        return {"path": None} if path is None else blocks.detail(stage.run, stage.trace, path)

    def wire(self) -> None:
        self.page[Player].on("inspect", self.inspect, again="always_last")

    def inspect(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Open the block at a path, or close the open one; a path that this model does not have leaves all as it was."""
        path = data.get("block")
        if not isinstance(path, str | None):
            raise InputError("To open a block, give its path; null closes the open one.")
        if path is not None:
            stage = self.page.library.stage(replace(visit, block=None))
            blocks.detail(stage.run, stage.trace, path)
        return replace(visit, block=path)


class Heads(Still):
    """Every head of every attention at a glance; one is chosen here for the whole page."""

    module, classes = "inside/heads_panel", ("tab-attention", "span-6")


class Lines(Still):
    """The chosen head as lines as wide as its weights, or as a heatmap."""

    module, classes = "inside/lines_panel", ("tab-attention", "span-6")
