"""The loss of a variational model, taken apart."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ....inference import variational
from ....tracing import Trace
from ....training.evaluation import JUDGING
from ....views.scene import reconstruction as picture_scene
from ...stage import Stage
from ...visit import Visit
from .base import Latent
from .maps import SLICE_S


class Loss(Latent):
    """What drawing a picture or writing a text again costs, what its code does, and which numbers of the code are used. Counted once
    somebody looks."""

    module, classes = "latent/loss_panels", ("tab-loss", "span-12")

    of = "variational models"

    def suits(self, stage: Stage) -> bool:
        return isinstance(stage.run.model, variational.VariationalModel)

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.place

    def value(self, stage: Stage) -> dict[str, Any]:
        visit = stage.visit
        return {
            "address": self.page.desk.shown(replace(visit, given=visit.task.first(), acts=()))["address"],
            "here": _here(stage.trace),
        }

    def wire(self) -> None:
        self.page.desk.answers["loss.json"] = self.loss

    def loss(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Both terms on the test set, and each number's part of the second."""
        run = self.fitting(visit)
        model = run.model
        assert isinstance(model, variational.VariationalModel)
        grown = self.page.library.nursery.grown(("loss", visit.slot), lambda: iter([variational.apart(model, run.task, JUDGING)]), SLICE_S)
        assert grown.newest is not None
        found = grown.newest
        return {
            "reconstruction": found.reconstruction,
            "kl": found.kl.tolist(),
            "used": found.used.tolist(),
            "least": variational.USED,
            "beta": found.beta,
            "moves": found.moves.tolist(),
            "far": variational.FAR,
            "floor": found.floor,
            "examples": found.examples,
            "of": found.of,
        }


def _here(trace: Trace) -> dict[str, float] | None:
    """Both terms of what is on the stage, the code being its mean; None of a text that is not written again as it was read."""
    if (terms := picture_scene.terms(trace)) is not None:
        return {"reconstruction": terms.reconstruction, "kl": terms.kl}
    kl, sure = trace.get("encoder.kl"), trace.probabilities
    if kl is None or sure is None or not trace.ended or trace.tokens[:-1] != trace.source:
        return None
    return {"reconstruction": float(-np.log(sure.max(-1)).sum()), "kl": float(kl.sum())}
