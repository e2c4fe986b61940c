"""Two trained side by side: what stands beside the recipe of the rail, what both have in common, and what differs."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from .... import models, tasks
from ....errors import InputError
from ....training import locks, recipes
from ....training.expected_time import expected_seconds
from ....training.recipes import Recipe
from ...library.shipped import alike
from ...panel import Panel
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit
from ..rail.rail import options

HOLDS = {
    "batches": {"training.batch_size", "training.examples"},
    "updates": {"training.steps", "training.early_stop"},
    "seconds": {"training.steps"},
}
SIZES = {f"model.{name}" for name in locks.WIDTHS}  # that a lock on width or parameters decides


class Race(Panel):
    """Chooses the rival, and trains both; the status line follows them, and the page draws what they tell."""

    module, sends, classes = "race/race_panel", ("rival", "race"), ("tab-compare", "span-12")

    def suits(self, stage: Stage) -> bool:
        return isinstance(stage.visit.task, tasks.TextTask)

    def depends(self, stage: Stage) -> Hashable:
        visit = stage.visit
        return visit.recipe, visit.rival, visit.locks

    def value(self, stage: Stage) -> dict[str, Any]:
        return _told(stage.visit)

    def refused(self, visit: Visit, error: InputError) -> Any:
        return _told(visit, str(error))

    def wire(self) -> None:
        self.on("rival", choose, "choose_rival", again="always_last", teller=self, always=self)
        self.on("race", self.train, "train_both", again="once", teller=self, always=self)

    def train(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Train the rail's recipe and its rival side by side, in slots A and B."""
        visit = choose(visit, data, visitor)
        a, b = locks.matched(visit.recipe, rival(visit), visit.locks)
        started = self.page.start(replace(visit, recipe=a), visitor, rival=b)
        return replace(started, recipe=replace(visit.recipe, device=started.recipe.device))


def choose(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Another rival, other options of it, or other locks; what is not given of its options is as its presets have it."""
    given = data.get("options")
    if not isinstance(given, dict):
        raise InputError("The options of B are missing; choose them beside Train both.")
    other = recipes.make(
        data.get("architecture"),  # type: ignore[arg-type]  # `make` refuses what is none
        visit.recipe.task,
        seed=data.get("seed", 0),
        device=visit.recipe.device,
        model_options=given.get("model"),
        task_options=dict(visit.recipe.task_options),
        training_options=given.get("training"),
    )
    asked, possible = locks.checked(data.get("locks")), locks.possible(visit.recipe, other)
    return replace(visit, rival=other, locks=tuple(lock for lock in asked if lock in possible))


def rival(visit: Visit) -> Recipe:
    """What is trained beside: what was chosen, else another architecture of which a run is shipped, else another seed."""
    a, chosen = visit.recipe, visit.rival
    if chosen is not None and models.get(chosen.architecture).fits(tasks.get(a.task)):
        return chosen
    others = (other for other in alike(a) if other.architecture != a.architecture)
    return next(others, replace(a, seed=a.seed + 1, seconds=None, clock_s=None))


def _told(visit: Visit, error: str | None = None) -> dict[str, Any]:
    a, b = visit.recipe, rival(visit)
    possible = locks.possible(a, b)
    chosen = [lock for lock in visit.locks if lock in possible]
    try:
        both = locks.matched(a, b, chosen)
    except InputError as unable:
        both, error = (a, b), error or str(unable)
    held = {key for lock in chosen for key in HOLDS.get(lock, SIZES)}
    return {
        "suits": True,
        "architectures": [[entry.id, entry.title] for entry in models.ordered() if entry.fits(tasks.get(a.task))],
        "architecture": b.architecture,
        "seed": both[1].seed,
        "options": [option for option in options(b, ("model", "training")) if f"{option['group']}.{option['name']}" not in held],
        "locks": [[lock, locks.LOCKS[lock], lock in chosen] for lock in possible],
        "rows": [[row.name, row.a, row.b] for row in locks.rows(*both)],
        "seconds": [round(expected_seconds(recipe), 1) for recipe in both],
        "error": error,
    }
