"""Features in their code: the direction of each, and how far each disturbs the others."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from ....models import Autoencoder
from ....views.figures import feature_arrows, feature_overlap
from ...panel import Panel
from ...stage import Stage


class FeatureArrows(Panel):
    """The direction of every feature in the code, and where the code on the stage lies among them."""

    module, classes = "charts/plotly_figure", ("tab-features", "span-7", "show-present")

    def suits(self, stage: Stage) -> bool:
        return isinstance(stage.run.model, Autoencoder) and stage.run.model.directions() is not None

    def value(self, stage: Stage) -> dict[str, Any]:
        return feature_arrows.spec(feature_arrows.extract(stage.run, stage.trace))


class FeatureOverlap(FeatureArrows):
    """How far each feature that is there moves the reading of every other one."""

    classes = ("tab-features", "span-5", "nopres")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.slot

    def value(self, stage: Stage) -> dict[str, Any]:
        return feature_overlap.spec(feature_overlap.extract(stage.run))
