"""The code, number by number."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np

from ....inference import latent
from ....inference.projection import CLOUD
from ....models import Variational
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit
from .base import Latent, model_of

SLIDERS = 16
ASKED = 128  # test pictures that tell what a number is worth


class LatentCode(Latent):
    """A slider for each number of the code, as far as the test set goes, those that explain most first; and the condition."""

    module, sends, classes = "latent/latent_code", ("code", "back"), ("tab-latent", "span-8", "nopres")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.slot

    def value(self, stage: Stage) -> dict[str, Any]:
        visit, model = stage.visit, model_of(stage.run)
        pictures, labels = (part[:CLOUD] for part in stage.run.task.pictures("test"))
        codes = latent.encoded(model, pictures, labels)
        whole, without = latent.worth(model, pictures[:ASKED], labels[:ASKED])
        chosen = np.argsort(-without, kind="stable")[:SLIDERS]
        return {
            "address": self.page.desk.shown(replace(visit, given=visit.task.first(), acts=()))["address"],
            "units": chosen.tolist(),
            "low": codes.min(0)[chosen].tolist(),
            "high": codes.max(0)[chosen].tolist(),
            "deviation": codes.std(0)[chosen].tolist(),
            "mean": codes.mean(0).tolist(),
            "error": whole,
            "without": without[chosen].tolist(),
            "size": model.code_size,
            "conditions": model.conditions,
            "prior": isinstance(model, Variational),
        }

    def wire(self) -> None:
        self.on("code", self.set_code, "move_code", again="always_last")
        self.on("back", back, "encode", again="always_last")


def back(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """The picture is encoded again: what was set by hand is forgotten."""
    return visit.with_input(visit.given.origin)
