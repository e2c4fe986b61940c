"""The shipped runs, each at its end and at the moments of its film; of a pair without one, its model before any training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from torch import Tensor

from ... import api, models
from ...errors import InputError
from ...storage.checkpoints import Checkpoint
from ...training import recipes
from ...training.recipes import Recipe
from ...training.trainer import new_model


def moment(recipe: Recipe, step: int | None) -> api.Run:
    """The shipped run at a step of its training, drawn before the background of the finished one."""
    film = _film(recipe.architecture, recipe.task)
    if step is None or step not in film:
        raise InputError(f"This run was not kept at step {step}; there are: {', '.join(map(str, sorted(film))) or 'none'}.")
    return _moment(recipe.architecture, recipe.task, step)


@lru_cache(maxsize=48)
def _moment(architecture: str, task: str, step: int) -> api.Run:
    run = _shipped(architecture, task)
    return api.Run(replace(run.checkpoint, weights=_film(architecture, task)[step], projections=run.projections))


def ready(recipe: Recipe) -> api.Run:
    """The shipped run of this pair; where none is shipped, the recipe's model before its first step."""
    if api.shipped_path(recipe.architecture, recipe.task).exists():
        return _shipped(recipe.architecture, recipe.task)
    return untrained(recipe)


def untrained(recipe: Recipe) -> api.Run:
    """The recipe's model before its first step."""
    return _untrained(replace(recipe, device="cpu", seconds=None, training_options=()))


@lru_cache(maxsize=64)
def _shipped(architecture: str, task: str) -> api.Run:
    return api.load(architecture, task)


@lru_cache(maxsize=16)
def _untrained(recipe: Recipe) -> api.Run:
    return api.Run(Checkpoint(recipe, new_model(recipe).state_dict(), {}, 0.0))


@lru_cache(maxsize=16)
def _film(architecture: str, task: str) -> dict[int, dict[str, Tensor]]:
    return api.load_film(architecture, task)


def moments(architecture: str, task: str) -> list[int]:
    """The updates at which it can be looked at, its end the last."""
    end = _shipped(architecture, task).history["frames"][-1]["step"]
    return sorted({*_film(architecture, task), end})


def alike(recipe: Recipe) -> Iterator[Recipe]:
    """What the shipped runs of the very same task were trained by, of whatever architecture; none of them is loaded for it."""
    for entry in models.ordered():
        if api.shipped_path(entry.id, recipe.task).exists():
            usual = recipes.make(entry.id, recipe.task, device="cpu")
            if usual.task_options == recipe.task_options:
                yield usual
