"""What the panel of the visitor's own pairs shows: JSON-able values, no Gradio."""

from __future__ import annotations

from typing import Any

from ..errors import InputError
from ..tasks.pairs import store as pair_store
from ..tasks.pairs.task import Pairs
from .visit import Visit

SHOWN = 5  # lines of the preview


def depends(visit: Visit) -> tuple[Any, ...]:
    """What its value depends on."""
    return visit.recipe.task, visit.recipe.task_options, visit.problems


def value(visit: Visit, error: InputError | None = None) -> dict[str, Any]:
    """What the panel shows: how many lines are learned and held out, the first of them, and the lines that were left out."""
    task = visit.task
    if not isinstance(task, Pairs):
        return {"shown": False}
    return {
        "shown": True,
        "own": bool(task.options.pairs),
        "source_unit": task.options.source_unit,
        "target_unit": task.options.target_unit,
        "learned": len(task.pool.train),
        "held_out": len(task.pool.held_out),
        "known": [len(task.source_vocabulary.words), len(task.target_vocabulary.words)],
        "preview": [list(pair) for pair in task.lines[:SHOWN]],
        "problems": [list(problem) for problem in visit.problems[: pair_store.TOLD]],
        "more_problems": max(0, len(visit.problems) - pair_store.TOLD),
        "limits": [pair_store.FEWEST, pair_store.MOST, pair_store.MAX_BYTES],
        "error": None if error is None else str(error),
    }
