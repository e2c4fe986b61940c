"""The map of codes, and beside it what the decoder draws everywhere on it; both on one scale."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ....errors import InputError
from ....experiments.pca_baseline import components
from ....inference import latent
from ....models.layers.plain import Plain
from ....tasks import Drawn, HeldOut
from ....views.figures import latent_map
from ....views.figures.latent_map import ACROSS, UP
from ....wire import ink, pack
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit
from .base import Latent, condition_of, encoded, model_of

SLICE_S = 0.4  # of work for one question
GLYPHS = ("slant", "thickness", "size")  # factors that a stroke of the map shows


class LatentMap(Latent):
    """The test set at its codes, what the decoder draws all over the map, and what it draws under the pointer."""

    module, sends, classes = "latent/latent_map", ("code", "point", "own"), ("tab-latent", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.slot, condition_of(stage), stage.visit.own

    def value(self, stage: Stage) -> dict[str, Any]:
        visit, projection, model, told = stage.visit, stage.run.projections["code"], model_of(stage.run), condition_of(stage)
        info = latent_map.extract(projection, None)
        reach, count, factors = latent_map.reach(info), len(info.cloud), visit.task.factors("test")
        spread = None if info.size > 2 else latent.deviations(model, *(part[:count] for part in stage.run.task.pictures("test")))
        return {
            "address": self.page.desk.shown(replace(visit, given=visit.task.first(), acts=()))["address"],
            "cloud": pack(info.cloud),
            "labels": list(info.labels),
            "named": visit.task.labelled,
            "factors": {name: pack(factors[name][:count].numpy()) for name in GLYPHS if name in factors},
            "spread": None if spread is None else pack(spread),
            "axes": latent_map.axes(info),
            "reach": reach,
            "reading": latent_map.reading(info),
            "plane": info.size > 2,
            "mean": pack(projection.mean),
            "components": pack(projection.components),
            "manifold": {
                "across": ACROSS,
                "up": UP,
                "pictures": ink(latent.decoded(model, latent.grid(projection, reach, ACROSS, UP), told)),
                "condition": told,
            },
            "own": None if visit.own is None else self.drawn(stage, visit.own),
        }

    def wire(self) -> None:
        self.on("code", self.set_code, "set_code", again="always_last")
        self.on("point", self.point, again="always_last")
        self.on("own", self.own, "show_own", again="always_last")
        self.page.desk.answers |= {"decoder.json": self.decoder, "near.json": self.near, "landed.json": self.landed}

    def point(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """A digit of the map goes onto the stage."""
        index: Any = data.get("index")
        return visit.with_input(HeldOut(index))

    def own(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """The picture that was drawn last goes onto the stage again."""
        if visit.own is None:
            raise InputError("Nothing was drawn yet; draw something first.")
        return visit.with_input(visit.own)

    def drawn(self, stage: Stage, own: Any) -> dict[str, Any]:
        """A drawing, what is kept of it, and where it lands."""
        kept = encoded(stage, own)
        assert kept.trace.picture is not None and kept.trace.reconstruction is not None
        return {
            "address": self.page.desk.shown(replace(stage.visit, given=own, acts=()))["address"],
            "pictures": ink(np.stack([kept.trace.picture, kept.trace.reconstruction])),
            "place": [float(v) for v in kept.code_place],
        }

    def decoder(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """The decoder in plain layers, for a browser to run: what is under a pointer cannot be asked for in every frame."""
        model = model_of(self.fitting(visit))
        layers = model.drawing()
        return {"layers": None if layers is None else [packed(layer) for layer in layers], "conditions": model.conditions}

    def near(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """What the code is worth: how many principal components err as little, and how well neighbours tell a digit."""
        known, model = self._known(visit), model_of(self.fitting(visit))
        needed = components(visit.task).needed(float(known.errors.mean()))
        return {
            "size": model.code_size,
            "components": needed,
            "right": known.right,
            "of": len(known.errors),
            "among": len(known.codes),
            "near": latent.NEAR,
        }

    def landed(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """What lies around the drawing of a stage, and how strange it is."""
        if not isinstance(visit.given, Drawn):
            raise InputError("Only of a drawing one asks where it landed; draw something first.")
        known, trace = self._known(visit), self.page.library.stage(visit).trace
        assert trace.picture is not None and trace.reconstruction is not None
        error = float(((trace.reconstruction - trace.picture) ** 2).mean())
        near = known.near(trace["encoder.code"][None])[0].tolist() if visit.task.labelled else []
        return {"near": [str(label) for label in near], "mse": error, "stranger": known.stranger(error), "of": len(known.errors)}

    def _known(self, visit: Visit) -> latent.Known:
        """Kept for a while: it takes a second, and depends on the weights alone."""
        run = self.fitting(visit)
        grown = self.page.library.nursery.grown(("codes", visit.slot), lambda: iter([latent.known(model_of(run), run.task)]), SLICE_S)
        assert grown.newest is not None
        return grown.newest


def packed(layer: Plain) -> dict[str, Any]:
    """A layer as the page reads it."""
    return {"kind": type(layer).__name__.lower()} | {
        name: pack(part.detach().cpu().numpy()) if hasattr(part, "detach") else part for name, part in vars(layer).items()
    }
