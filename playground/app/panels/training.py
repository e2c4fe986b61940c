"""Training: the status line of the followed run, its film, its curves, its samples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ... import recipes
from ...errors import InputError
from .. import content
from ..components import Curves, Film, Samples, TrainMonitor
from ..page import Page
from ..visit import Visit


def build_status(page: Page) -> None:
    page.add("monitor", TrainMonitor(content.monitor(page.first, page.book, "")))


def build_panels(page: Page) -> None:
    page.add("film", Film(elem_classes=["tab-training", "span-12"]))
    page.add("curves", Curves(elem_classes=["tab-training", "span-8"]))
    page.add("samples", Samples(elem_classes="tab-training"))


def wire(page: Page) -> None:
    monitor = page.parts["monitor"]
    page.on(monitor.stop, lambda visit, data, owner: stop(page, visit, data, owner), "stop")
    page.on(monitor.explore, lambda visit, data, owner: explore(page, visit, data, owner), "explore_run", again="always_last")
    page.on(monitor.train, lambda visit, data, owner: again(page, visit, data, owner), "train_again", again="once")


def stop(page: Page, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Stop the followed run; stopping one that has ended does nothing."""
    page.book.stop(_run_id(data.get("run")), owner)
    return visit


def explore(page: Page, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Put the trained model on the stage."""
    return content.trained(visit, _run_id(data.get("run")), page.shelf)


def again(page: Page, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """The remedy for a loss that left the numbers: the same recipe at half the learning rate."""
    failed = page.book.get(_run_id(data.get("again")))
    recipe: recipes.Recipe = failed.recipe  # type: ignore[assignment]
    options = dict(recipe.training_options)
    options["learning_rate"] = max(float(options["learning_rate"]) / 2, 1e-5)
    recipe = replace(recipe, training_options=tuple(sorted(options.items())))
    return replace(visit, recipe=recipe, run=page.book.start(recipe, owner))


def _run_id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise InputError("Which run? None was named.")
    return value
