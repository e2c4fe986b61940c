"""The top bar: name, where models are trained, theme, present mode, link."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import torch

from ...errors import InputError
from ...glossary import GROUPS
from ...options import show
from ..panel import Panel
from ..sessions import Visitor
from ..stage import Stage
from ..visit import Visit

WORDS = [[title, [[term.name, term.meaning, list(term.also), term.source] for term in group]] for title, group in GROUPS.items()]


class Top(Panel):
    module, sends, id = "shell/top_bar", ("device",), "edp-top"

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.recipe.device

    def value(self, stage: Stage) -> dict[str, Any]:
        return {"devices": devices(), "device": stage.visit.recipe.device, "words": WORDS}

    def wire(self) -> None:
        self.on("device", self.choose)

    def choose(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Train on another device from now on; one that has failed is tried again."""
        known = [id for id, _ in devices()]
        if data.get("device") not in known:
            raise InputError(f"There is no device {show(data.get('device'))} here; there are: {', '.join(known)}.")
        self.page.book.lost.discard(data["device"])
        return replace(visit, notice=None, recipe=replace(visit.recipe, device=data["device"]))


def devices() -> list[list[str]]:
    """Where models can be trained here, best first."""
    found = []
    if torch.cuda.is_available():
        with suppress(RuntimeError):  # it is listed by the system, and does not work
            found.append(["cuda", torch.cuda.get_device_name().replace("NVIDIA ", "")])
    if torch.backends.mps.is_available():
        found.append(["mps", "Apple GPU"])
    return [*found, ["cpu", "CPU"]]
