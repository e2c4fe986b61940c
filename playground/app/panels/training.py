"""Training: the status line of the followed run, its film, its curves, its samples."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from ...errors import InputError
from ...options import show
from ...runs.events import Failed
from ...training import recipes
from ...training.reporter import HALVE
from .. import content
from ..islands import Curves, Film, MyRuns, Samples, TrainMonitor
from ..page import Page
from ..visit import SHIPPED, Visit


def build_status(page: Page) -> None:
    page.add("monitor", TrainMonitor(content.monitor(page.first, page.shelf, "")))


def build_panels(page: Page) -> None:
    page.add("film", Film(elem_classes=["tab-training", "span-12"]))
    page.add("curves", Curves(elem_classes=["tab-training", "span-8"]))
    page.add("samples", Samples(elem_classes="tab-training"))
    page.add("my_runs", MyRuns(elem_classes=["tab-training", "span-12"]))


def wire(page: Page) -> None:
    monitor = page.parts["monitor"]
    for what in ("stop", "pause", "resume", "step"):
        page.on(getattr(monitor, what), partial(_order, page, what), what)
    page.on(monitor.explore, lambda visit, data, owner: explore(page, visit, data, owner), "explore_run", again="always_last")
    page.on(page.parts["my_runs"].show, lambda visit, data, owner: explore(page, visit, data, owner), "show_run", again="always_last")
    page.on(page.parts["my_runs"].shipped, shipped, "shipped", again="always_last")
    page.on(monitor.leave, leave, "leave", again="always_last")
    page.on(monitor.train, lambda visit, data, owner: again(page, visit, data, owner), "train_again", again="once")


def _order(page: Page, what: str, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Stop, pause, step or go on with the followed run; what an ended run cannot do any more does nothing."""
    getattr(page.book, what)(_run_id(data.get("run")), owner)
    return visit


def explore(page: Page, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Put the trained model on the stage; while it trains, as it was at a step."""
    run_id = _run_id(data.get("run"))
    frame = None if page.shelf.log(run_id).over else _step(data.get("step"))
    return content.trained(visit, run_id, page.shelf, frame)


def leave(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Watch no run any more; the run itself goes on for its starter and all others."""
    return replace(visit, run=None, notice=None)


def shipped(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Back to the shipped run of this pair."""
    return replace(visit, shown=SHIPPED, frame=None, forced=())


def again(page: Page, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """The same recipe again; at half the learning rate, if that is the remedy that the run's end advised."""
    ended = page.book.get(_run_id(data.get("again")))
    recipe: recipes.Recipe = ended.recipe  # type: ignore[assignment]
    if isinstance(ended.end, Failed) and ended.end.advice == HALVE:
        options = dict(recipe.training_options)
        options["learning_rate"] = max(float(options["learning_rate"]) / 2, 1e-5)
        recipe = replace(recipe, training_options=tuple(sorted(options.items())))
    return page.start(replace(visit, recipe=recipe), owner)


def _step(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InputError(f"The step of a training is a whole number from 0, not {show(value)}.")
    return value


def _run_id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise InputError("Which run? None was named.")
    return value
