"""The loss of a variational autoencoder, taken apart."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

from ....inference import variational
from ....models.vae import VariationalAutoencoder
from ....training.evaluation import JUDGING
from ....views.scene import reconstruction as picture_scene
from ...stage import Stage
from ...visit import Visit
from .base import Latent
from .maps import SLICE_S


class Loss(Latent):
    """What drawing a picture and what its code costs, and which numbers of the code are used. Counted once somebody looks."""

    module, classes = "latent/loss_panels", ("tab-loss", "span-12")

    of = "variational autoencoders"

    def suits(self, stage: Stage) -> bool:
        return isinstance(stage.run.model, VariationalAutoencoder)

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.place

    def value(self, stage: Stage) -> dict[str, Any]:
        visit, here = stage.visit, picture_scene.terms(stage.trace)
        return {
            "address": self.page.desk.shown(replace(visit, given=visit.task.first(), acts=()))["address"],
            "here": None if here is None else {"reconstruction": here.reconstruction, "kl": here.kl},
        }

    def wire(self) -> None:
        self.page.desk.answers["loss.json"] = self.loss

    def loss(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Both terms on the test set, and each number's part of the second."""
        run = self.fitting(visit)
        model = run.model
        assert isinstance(model, VariationalAutoencoder)
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
            "pictures": found.pictures,
        }
