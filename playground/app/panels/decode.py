"""Decode: the one picture, the player, and the panels that follow its step."""

from __future__ import annotations

from typing import Any

from ...errors import InputError
from ...tasks import WritingTask
from .. import content
from ..islands import AttentionPanel, NextTokenPanel, PlotlyFigure, StepPlayer, Tabs
from ..page import Page
from ..visit import Visit
from . import inside


def build_stage(page: Page, drawn: dict[str, Any]) -> None:
    page.add("player", StepPlayer(drawn))
    inside.build_block(page)
    page.add("tabs", Tabs(content.tabs(page.first)))


def build_panels(page: Page, trajectory: dict[str, Any]) -> None:
    page.add("attention", AttentionPanel(elem_classes="tab-decode"))
    page.add("next_token", NextTokenPanel(elem_classes="tab-decode"))
    page.add("trajectory", PlotlyFigure(trajectory, elem_classes=["tab-decode", "nopres"]))


def wire(page: Page) -> None:
    page.on(page.parts["player"].strategy, strategy, "strategy")
    page.on(page.parts["next_token"].force, force, "force")


def strategy(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Another way to choose each token."""
    if not isinstance(visit.task, WritingTask):
        raise InputError("Only models that write tokens choose them.")
    return visit.decode_by(data.get("name"), data.get("temperature", 1))


def force(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Write another token at this step and let the model go on from there."""
    if not isinstance(visit.task, WritingTask):
        raise InputError("Only models that write tokens can be forced.")
    return visit.force(data.get("step"), data.get("text"))
