"""Latent: the map, the sliders, the walk, and how much is lost. All of them set a code, and the decoder draws it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ...errors import InputError
from ...tasks import PictureTask
from .. import pictures
from .. import visit as visits
from ..islands import LatentCode, LatentMap, LatentWalk, PlotlyFigure
from ..page import Page
from ..visit import Visit


def build_panels(page: Page) -> None:
    page.add("latent_map", LatentMap(elem_classes=["tab-latent", "span-5", "show-present"]))
    with gr.Column(elem_classes=["tab-latent", "latent-side"]):
        page.add("latent_code", LatentCode(elem_classes=["show-present"]))
        page.add("latent_walk", LatentWalk(elem_classes=["nopres"]))
    page.add("reconstruction_error", PlotlyFigure(elem_classes=["tab-latent", "span-3", "nopres"]))


def wire(page: Page) -> None:
    for name, endpoint in (("latent_map", "set_code"), ("latent_code", "move_code"), ("latent_walk", "walk_code")):
        page.on(page.parts[name].code, lambda visit, data, owner: code(page, visit, data, owner), endpoint, again="always_last")
    page.on(page.parts["latent_map"].point, point, "point", again="always_last")
    page.on(page.parts["latent_map"].manifold, manifold, "manifold", again="always_last")
    page.on(page.parts["latent_code"].back, lambda visit, data, owner: visits.back(visit), "encode", again="always_last")
    page.on(page.parts["latent_walk"].other, lambda visit, data, owner: visits.another(visit), "another", again="always_last")


def code(page: Page, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """A code set by hand is decoded without a picture."""
    if not isinstance(visit.task, PictureTask):
        raise InputError("This model writes tokens; only pictures have a code to set.")
    return pictures.code(visit, page.shelf.get(visit), data)


def point(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """A digit of the map goes onto the stage."""
    return visits.held_out(visit, data.get("index"))


def manifold(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """The map shows the test set, or what the decoder draws everywhere."""
    return visits.with_manifold(visit, data.get("on"))
