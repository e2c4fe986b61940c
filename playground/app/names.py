"""What runs are called."""

from __future__ import annotations

from typing import Any

from .. import models, tasks
from ..options import limits
from ..runs.log import RunLog
from ..storage.run import Run
from ..training import recipes
from ..training.recipes import Recipe, Training
from .visit import FIRST, SHIPPED

UPLOADED = "uploaded-"  # how the names of weights begin that a visitor brought


def run_label(run: Run, shown: str, frame: int | None = None, own: str = "your run") -> str:
    """Whose answer is on the stage; `own` is what a run that was trained here is called."""
    kind = run_kind(shown, frame, own)
    if frame is not None:
        return kind
    if not run.train_seconds:
        return "first weights" if shown == SHIPPED else kind
    where = "GPU" if run.checkpoint.device.startswith("cuda") else "CPU"
    return f"{kind}, trained {run.train_seconds:.1f} s on {where}"


def run_kind(shown: str, frame: int | None, own: str) -> str:
    """What a run is called without what its training took."""
    if shown == FIRST:
        return "first weights"
    kind = "shipped run" if shown == SHIPPED else "uploaded weights" if shown.startswith(UPLOADED) else own
    return kind if frame is None else f"{kind} at update {frame:,}"


def run_name(number: int, mine: bool) -> str:
    """What a run that was trained here is called: by its number among its owner's, where that is who looks."""
    return "shared run" if not mine else f"your run {number}" if number else "your run"


def about(recipe: Recipe) -> dict[str, str]:
    """What a run is called in a list: its pair, and in one line what differs from the pair's first preset."""
    usual = recipes.make(recipe.architecture, recipe.task)
    differs = [] if recipe.seconds is None else [f"{recipe.seconds:g} s"]
    for (_, options, mine), (_, _, theirs) in zip(groups(recipe), groups(usual), strict=True):
        known, labels = dict(theirs), limits(options)
        differs += [
            f"{labels[name].label.lower()} {_said(value)}" for name, value in mine if value != known[name] and labels[name].kind != "key"
        ]
    differs += [f"seed {recipe.seed}"] if recipe.seed != usual.seed else []
    more = [f"{len(differs) - 4} more"] if len(differs) > 4 else []
    pair = f"{models.get(recipe.architecture).title} · {tasks.get(recipe.task).title}"
    return {"pair": pair, "label": ", ".join([*differs[:4], *more]) or "as shipped"}


def groups(recipe: Recipe) -> tuple[tuple[str, type[Any], recipes.Pairs], ...]:
    """All options of a recipe: what they belong to, their class, and their values."""
    return (
        ("model", models.get(recipe.architecture).Options, recipe.model_options),
        ("task", tasks.get(recipe.task).Options, recipe.task_options),
        ("training", Training, recipe.training_options),
    )


def link(log: RunLog[Recipe]) -> str:
    """The link to a run: its recipe, in case that the run is no longer kept, and its name."""
    return f"{log.recipe.to_query()}&run={log.id}"


def _said(value: Any) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value).replace("_", " ")
