"""The visitor's own pairs: paste or upload lines, see what was read and what was not, train on them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from ...errors import InputError
from ...tasks.pairs import Pairs as OwnPairs
from ...tasks.pairs import store
from ...training import recipes
from .. import visit as visits
from ..panel import Panel
from ..stage import Stage
from ..visit import Visit

SHOWN = 5  # lines of the preview


class Pairs(Panel):
    module, sends = "rail/pairs_panel", ("pairs",)

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.recipe.task, stage.visit.recipe.task_options, stage.visit.problems

    def value(self, stage: Stage) -> dict[str, Any]:
        return read(stage.visit)

    def refused(self, visit: Visit, error: InputError) -> dict[str, Any]:
        return read(visit, error)

    def wire(self) -> None:
        self.on("pairs", use, again="once", teller=self, always=self)


def read(visit: Visit, error: InputError | None = None) -> dict[str, Any]:
    """How many lines are learned and held out, the first of them, and the lines that were left out."""
    task = visit.task
    if not isinstance(task, OwnPairs):
        return {"shown": False}
    return {
        "shown": True,
        "own": bool(task.options.pairs),
        "source_unit": task.options.source_unit,
        "target_unit": task.options.target_unit,
        "learned": len(task.pool.train),
        "held_out": len(task.pool.test),
        "known": [len(task.source_vocabulary.words), len(task.target_vocabulary.words)],
        "preview": [list(pair) for pair in task.lines[:SHOWN]],
        "problems": [list(problem) for problem in visit.problems[: store.TOLD]],
        "more_problems": max(0, len(visit.problems) - store.TOLD),
        "limits": [store.FEWEST, store.MOST, store.MAX_BYTES],
        "error": None if error is None else str(error),
    }


def use(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Keep the lines and make them the task; the model of this architecture starts from its initial weights."""
    if visit.recipe.task != OwnPairs.id:
        raise InputError("Choose the task “Your own pairs” first.")
    key = store.keep(data.get("pairs_text", ""))
    units = {name: data.get(name) for name in ("source_unit", "target_unit") if data.get(name) is not None}
    recipe = recipes.make(
        visit.recipe.architecture,
        OwnPairs.id,
        seed=visit.recipe.seed,
        seconds=visit.recipe.seconds,
        device=visit.recipe.device,
        model_options=dict(visit.recipe.model_options),
        task_options={"pairs": key, **units},
        training_options=dict(visit.recipe.training_options),
    )
    problems = store.read(data["pairs_text"]).problems
    return replace(visits.start(*visit.pair), recipe=recipe, given=recipe.build_task().first(), problems=problems)
