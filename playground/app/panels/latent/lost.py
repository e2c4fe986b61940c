"""How much is lost."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from ....views.figures import reconstruction_error
from ...stage import Stage
from .base import Latent


class ReconstructionError(Latent):
    """How much is lost: of this picture, of the test set, and by PCA of the same size."""

    module, classes = "charts/plotly_figure", ("tab-latent", "span-4", "nopres")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.place

    def value(self, stage: Stage) -> dict[str, Any]:
        return reconstruction_error.spec(reconstruction_error.extract(stage.run, stage.trace))

    def wire(self) -> None:
        pass
