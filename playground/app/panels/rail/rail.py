"""The left rail: task, architecture, options, Train."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import cache
from typing import Any

from .... import api, models, tasks
from ....errors import InputError
from ....options import Limit, limits, show
from ....training import recipes
from ....training.expected_time import expected_seconds
from ....training.presets import PRESETS
from ....training.recipes import Recipe
from ... import visit as visits
from ...names import groups
from ...panel import Panel
from ...sessions import Visitor
from ...stage import Stage
from ...visit import SHIPPED, UNNAMED, Visit

BUDGETS = (5, 10, 30, 60)  # seconds that a visitor may choose instead of the preset's updates


class Rail(Panel):
    module, sends = "rail/rail", ("choose", "train", "options", "once", "reset")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.recipe, stage.visit.preset

    def value(self, stage: Stage) -> dict[str, Any]:
        return {**choices(stage.visit), "opened": stage.opened}

    def refused(self, visit: Visit, error: InputError) -> Any:
        return choices(visit, str(error))

    def wire(self) -> None:
        self.on("choose", choose, again="always_last", teller=self, always=self)  # whoever chose waits, also where two choices led back
        self.on("options", set_options, again="always_last", teller=self, always=self)
        self.on("train", self.train, again="once", teller=self, always=self)
        self.on("once", self.once, "one_update", again="once", teller=self, always=self)
        self.on("reset", self.reset, again="once", teller=self, always=self)

    def train(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Start a run, or join the identical one that is queued or training."""
        return self.page.start(set_options(visit, data, visitor), visitor)

    def once(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """One update of training: of the visitor's run under way, else of a new one that is held after it."""
        visit = set_options(visit, data, visitor)
        run_id = self._under_way(visit, visitor)
        if run_id is None or self.page.book.get(run_id).recipe != visit.recipe:
            visit = self.page.start(visit, visitor, paused=True)
        else:
            visit = replace(visit, run=run_id, notice=None)
        self.page.book.step(visit.run or "", visitor.tab)
        return visit

    def reset(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Back to the initial weights, the same for the same seed: a new run, held before its first update."""
        visit = set_options(visit, data, visitor)
        if (running := self._under_way(visit, visitor)) is not None:
            self.page.book.stop(running, visitor.tab)
        return self.page.start(visit, visitor, paused=True)

    def _under_way(self, visit: Visit, visitor: Visitor) -> str | None:
        """The followed run, if it is the visitor's own and not over."""
        mine = [log for log in self.page.book.of(visitor.tab) if log.id == visit.run and not log.over]
        return mine[0].id if mine else None


def choose(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Another task, architecture or preset. A task that the architecture cannot learn brings one that can."""
    task, architecture = tasks.get(data.get("task", "")), models.get(data.get("architecture", ""))
    if not architecture.fits(task):
        if task.id == visit.recipe.task:
            raise InputError(f"{architecture.title} {architecture.why_not(task)}.")
        architecture = usual(task)
    chosen = visits.start(architecture.id, task.id, visit.recipe.device, data.get("preset"))
    if task.id == visit.recipe.task:
        chosen = replace(chosen, given=visit.given.origin, rival=visit.rival, locks=visit.locks, own=visit.own)
    return replace(chosen, run=None, shown=SHIPPED, lesson=visit.lesson)


def set_options(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Other options for the next training; the stage stays as it is."""
    given = data.get("options")
    if not isinstance(given, dict):
        raise InputError("The settings are missing; choose them in the rail.")
    budget = data.get("budget", "preset")
    if data.get("task") == visit.recipe.task and isinstance(given.get("task"), dict):
        given = {**given, "task": given["task"] | _not_in_the_rail(visit)}
    recipe = recipes.make(
        data.get("architecture", ""),
        data.get("task", ""),
        preset=data.get("preset"),
        seconds=None if budget == "preset" else _seconds(budget),
        seed=data.get("seed", 0),
        device=visit.recipe.device,
        model_options=given.get("model"),
        task_options=given.get("task"),
        training_options=given.get("training"),
    )
    return replace(visit, recipe=recipe, preset=data.get("preset"))


def choices(visit: Visit, error: str | None = None) -> dict[str, Any]:
    """Tasks, architectures, options and what to expect, as the rail draws them."""
    recipe = visit.recipe
    task = tasks.get(recipe.task)
    presets = PRESETS.get(visit.pair, ())
    nearest = recipes.nearest(recipe.architecture, recipe.task, dict(recipe.model_options), dict(recipe.task_options), visit.preset)
    return {
        "groups": [{"name": name, "tasks": [_task(t) for t in group]} for name, group in tasks.grouped().items() if group],
        "architectures": [_architecture(a) for a in models.ordered()],
        "task": recipe.task,
        "architecture": recipe.architecture,
        "why_not": {a.id: a.why_not(task) for a in models.ordered() if not a.fits(task)},
        "facts": facts(recipe),
        "budgets": [["preset", _about(expected_seconds(replace(recipe, seconds=None)), 0)], *([f"{s}", f"{s} s"] for s in BUDGETS)],
        "budget": "preset" if recipe.seconds is None else f"{recipe.seconds:g}",
        "seed": recipe.seed,
        "presets": [[p.name, p.title] for p in presets],
        "preset": visit.preset or nearest.name,
        "options": options(recipe),
        "note": nearest.note,
        "error": error,
    }


def options(recipe: Recipe, of: tuple[str, ...] = ("model", "task", "training")) -> list[dict[str, Any]]:
    """The options of a recipe as a form draws them."""
    return [
        _option(group, name, limit, dict(values)[name])
        for group, kinds, values in groups(recipe)
        for name, limit in limits(kinds).items()
        if group in of and limit.kind != "key"
    ]


def facts(recipe: Recipe) -> dict[str, str]:
    """What is known before training."""
    parameters, flops = recipes.work(recipe)
    return {
        "parameters": f"{parameters:,}",
        "work": f"≈ {flops / 1e9:.2g} GFLOP" if flops >= 1e9 else f"≈ {flops / 1e6:.3g} MFLOP",
        "time": _about(expected_seconds(recipe), 1),
    }


@cache
def shipped(task: type[tasks.Task]) -> tuple[str, ...]:
    """The architectures of which a trained model of this task is shipped, that of the start page before others."""
    found = [a.id for a in models.ordered() if a.fits(task) and api.shipped_path(a.id, task.id).exists()]
    return tuple(sorted(found, key=lambda id: id != UNNAMED[0]))


def usual(task: type[tasks.Task]) -> models.Architecture:
    """What a task opens with: an architecture of which a trained model is shipped; where none is, that of the start page before others."""
    trained = shipped(task)
    return models.get(trained[0]) if trained else min((a for a in models.ordered() if a.fits(task)), key=lambda a: a.id != UNNAMED[0])


def _task(t: type[tasks.Task]) -> dict[str, Any]:
    return {"id": t.id, "title": t.title, "example": t.example, "usual": usual(t).id, "trained": shipped(t)}


def _about(seconds: float, digits: int) -> str:
    """An estimate, to so many digits after the point; from ten seconds on to none."""
    return f"≈ {max(seconds, 10.0**-digits):.{digits if seconds < 10 else 0}f} s"


def _architecture(a: models.Architecture) -> dict[str, Any]:
    return {"id": a.id, "title": a.title, "glyphs": a.parts, "tasks": [t.id for t in tasks.ordered() if a.fits(t)]}


def _option(group: str, name: str, limit: Limit, value: Any) -> dict[str, Any]:
    about = {"group": group, "name": name, "label": limit.label, "help": limit.help, "type": limit.kind, "value": value}
    if limit.kind == "choice":
        return {**about, "choices": [list(c) for c in limit.choices]}
    if limit.kind in ("integer", "number"):
        return {**about, "low": limit.low, "high": limit.high, "step": limit.step}
    return about


def _not_in_the_rail(visit: Visit) -> dict[str, Any]:
    """Options that are set elsewhere, such as which lines of one's own."""
    known = limits(tasks.get(visit.recipe.task).Options)
    return {name: value for name, value in visit.recipe.task_options if known[name].kind == "key"}


def _seconds(budget: Any) -> float:
    try:
        return float(budget)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"The time budget is {show(budget)}; it must be a number of seconds.") from None
