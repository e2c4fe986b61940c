"""The visitor's own pairs: paste or upload lines, see what was read and what was not, train on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...errors import InputError
from ...tasks.pairs import store as pair_store
from ...tasks.pairs.task import Pairs
from ...training import recipes
from .. import pairs as shown
from .. import visit as visits
from ..islands import PairsPanel
from ..page import Page
from ..visit import Visit


def build(page: Page) -> None:
    page.add("pairs", PairsPanel(shown.value(page.first)))


def wire(page: Page) -> None:
    page.on(page.parts["pairs"].pairs, use, "pairs", again="once")


def use(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Keep the lines and make them the task; the model of this architecture starts from its initial weights."""
    if visit.recipe.task != Pairs.id:
        raise InputError("Choose the task “Your own pairs” first.")
    key = pair_store.keep(data.get("pairs_text", ""))
    units = {name: data.get(name) for name in ("source_unit", "target_unit") if data.get(name) is not None}
    recipe = recipes.make(
        visit.recipe.architecture,
        Pairs.id,
        seed=visit.recipe.seed,
        seconds=visit.recipe.seconds,
        device=visit.recipe.device,
        model_options=dict(visit.recipe.model_options),
        task_options={"pairs": key, **units},
        training_options=dict(visit.recipe.training_options),
    )
    problems = pair_store.read(data["pairs_text"]).problems
    return replace(
        visits.start(visit.recipe.architecture, Pairs.id), recipe=recipe, given=visits.first_input(recipe.build_task()), problems=problems
    )
