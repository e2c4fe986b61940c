"""The left rail: task, architecture, options, Train."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ... import models, tasks
from ...errors import InputError
from ...options import limits
from ...training import recipes
from .. import choices
from .. import visit as visits
from ..islands import Rail
from ..page import Page
from ..visit import SHIPPED, Visit


def build(page: Page) -> None:
    page.add("rail", Rail(choices.rail(page.first)))


def wire(page: Page) -> None:
    rail = page.parts["rail"]
    page.on(rail.choose, choose, "choose", again="always_last")
    page.on(rail.options, set_options, "options", again="always_last")
    page.on(rail.train, lambda visit, data, owner: train(page, visit, data, owner), "train", again="once")
    page.on(rail.once, lambda visit, data, owner: once(page, visit, data, owner), "one_step", again="once")
    page.on(rail.reset, lambda visit, data, owner: reset(page, visit, data, owner), "reset", again="once")


def choose(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Another task, architecture or preset. A task that the architecture cannot learn brings one that can."""
    task, architecture = tasks.get(data.get("task", "")), models.get(data.get("architecture", ""))
    if not architecture.fits(task):
        changed_task = task.id != visit.recipe.task
        if changed_task:
            architecture = choices.usual(task)
        else:
            raise InputError(f"{architecture.title} {architecture.why_not(task)}.")
    chosen = visits.start(architecture.id, task.id, visit.recipe.device, data.get("preset"))
    if task.id == visit.recipe.task:
        chosen = replace(chosen, given=visits.origin(visit))
    return replace(chosen, run=None, shown=SHIPPED)


def set_options(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Other options for the next training; the stage stays as it is."""
    options = data.get("options")
    if not isinstance(options, dict):
        raise InputError("The settings are missing; choose them in the rail.")
    budget = data.get("budget", "preset")
    if data.get("task") == visit.recipe.task and isinstance(options.get("task"), dict):
        options = {**options, "task": options["task"] | _not_in_the_rail(visit)}
    recipe = recipes.make(
        data.get("architecture", ""),
        data.get("task", ""),
        preset=data.get("preset"),
        seconds=None if budget == "preset" else _seconds(budget),
        seed=data.get("seed", 0),
        device=visit.recipe.device,
        model_options=options.get("model"),
        task_options=options.get("task"),
        training_options=options.get("training"),
    )
    return replace(visit, recipe=recipe, preset=data.get("preset"))


def train(page: Page, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Start a run, or join the identical one that is queued or training."""
    visit = set_options(visit, data, owner)
    return page.start(visit, owner)


def once(page: Page, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """One step of training: of the visitor's run under way, else of a new one that is held after it."""
    visit = set_options(visit, data, owner)
    run_id = _under_way(page, visit, owner)
    if run_id is None or page.book.get(run_id).recipe != visit.recipe:
        visit = page.start(visit, owner, paused=True)
    else:
        visit = replace(visit, run=run_id, notice=None)
    page.book.step(visit.run or "", owner)
    return visit


def reset(page: Page, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Back to the initial weights, the same for the same seed: a new run, held before its first step."""
    visit = set_options(visit, data, owner)
    if (running := _under_way(page, visit, owner)) is not None:
        page.book.stop(running, owner)
    return page.start(visit, owner, paused=True)


def _under_way(page: Page, visit: Visit, owner: str) -> str | None:
    """The followed run, if it is the visitor's own and not over."""
    mine = [log for log in page.book.of(owner) if log.id == visit.run and not log.over]
    return mine[0].id if mine else None


def _not_in_the_rail(visit: Visit) -> dict[str, Any]:
    """Options that are set elsewhere, such as which lines of one's own."""
    known = limits(tasks.get(visit.recipe.task).Options)
    return {name: value for name, value in visit.recipe.task_options if known[name].kind == "key"}


def _seconds(budget: Any) -> float:
    try:
        return float(budget)
    except (TypeError, ValueError):
        raise InputError(f"The time budget is {str(budget)[:40]!r}; it must be a number of seconds.") from None
