"""Decode: the one picture, the player, and the panels that follow its step."""

from __future__ import annotations

from typing import Any

from ...errors import InputError
from ...tasks import SequenceTask
from .. import content
from .. import visit as visits
from ..components import AttentionPanel, NextTokenPanel, PlotlyFigure, StepPlayer, Tabs
from ..page import Page
from ..visit import Visit


def build_stage(page: Page, drawn: dict[str, Any]) -> None:
    page.add("player", StepPlayer(drawn))
    page.add("tabs", Tabs(content.tabs(page.first)))


def build_panels(page: Page, trajectory: str) -> None:
    page.add("attention", AttentionPanel(elem_classes="tab-decode"))
    page.add("next_token", NextTokenPanel(elem_classes="tab-decode"))
    figure = page.add("trajectory", PlotlyFigure(elem_classes=["tab-decode", "nopres"]))
    figure.value = trajectory
    page.add("latent_map", PlotlyFigure(elem_classes=["tab-latent", "span-8", "show-present"]))
    page.add("reconstruction_error", PlotlyFigure(elem_classes=["tab-latent", "nopres"]))


def wire(page: Page) -> None:
    page.on(page.parts["player"].strategy, strategy, "strategy", again="always_last")
    page.on(page.parts["next_token"].force, force, "force", again="always_last")
    page.on(page.parts["latent_map"].point, point, "point", again="always_last")


def strategy(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Another way to choose each token."""
    if not isinstance(visit.task, SequenceTask):
        raise InputError("Only models that write tokens choose them.")
    return visit.decode_by(data.get("name"), data.get("temperature", 1))


def force(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Write another token at this step and let the model go on from there."""
    if not isinstance(visit.task, SequenceTask):
        raise InputError("Only models that write tokens can be forced.")
    return visit.force(data.get("step"), data.get("text"))


def point(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """A digit of the map goes onto the stage."""
    return visits.held_out(visit, data.get("customdata"))
