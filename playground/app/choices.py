"""What can be chosen in the rail and the top bar, what a choice means, and what a run that made it is called."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import torch

from .. import api, models, tasks
from ..options import Limit, limits
from ..training import recipes
from ..training.expected_time import expected_seconds
from ..training.presets import PRESETS
from ..training.recipes import Recipe, Training
from . import visit as visits
from .visit import Visit

TASKS = (  # from the easiest to read off the picture
    "reverse", "copy", "sort", "addition", "dates", "numbers", "translation", "summary", "qa", "text_to_text",
    "sentiment", "entities", "pronouns", "infill", "total", "completion", "pairs", "scenes", "dialing", "digits", "strokes",
)  # fmt: skip
BUDGETS = [["preset", "preset"], ["5", "5 s"], ["10", "10 s"], ["30", "30 s"], ["60", "60 s"]]


def rail(visit: Visit, error: str | None = None, training: bool = False) -> dict[str, Any]:
    """Tasks, architectures, options and what to expect, as the rail draws them."""
    recipe = visit.recipe
    presets = PRESETS.get((recipe.architecture, recipe.task), ())
    nearest = recipes.nearest(recipe.architecture, recipe.task, dict(recipe.model_options), dict(recipe.task_options), visit.preset)
    budget = "preset" if recipe.seconds is None else f"{recipe.seconds:g}"
    return {
        "tasks": [_task(t) for t in _ordered(tasks.tasks(), TASKS)],
        "architectures": [_architecture(a) for a in _architectures()],
        "task": recipe.task,
        "architecture": recipe.architecture,
        "facts": facts(recipe),
        "budgets": BUDGETS,
        "budget": budget,
        "seed": recipe.seed,
        "presets": [[p.name, p.title] for p in presets],
        "preset": visit.preset or nearest.name,
        "options": _options(recipe),
        "note": nearest.note,
        "error": error,
        "training": training,
        "locked": None,
    }


def facts(recipe: Recipe) -> list[list[str]]:
    """What is known before training."""
    parameters, flops = recipes.work(recipe)
    return [
        ["parameters", f"{parameters:,}"],
        ["work per step", f"≈ {flops / 1e9:.2g} GFLOP" if flops >= 1e9 else f"≈ {flops / 1e6:.3g} MFLOP"],
        ["expected time", f"≈ {expected_seconds(recipe):.2g} s"],
    ]


def usual(task: type[tasks.Task]) -> models.Architecture:
    """What a task opens with: an architecture of which a trained model is shipped, that of the start page before others."""
    fitting = [a for a in _architectures() if a.fits(task)]
    return min(fitting, key=lambda a: (not api.shipped_path(a.id, task.id).exists(), a.id != visits.HOME[0]))


def about(recipe: Recipe) -> dict[str, str]:
    """What a run is called in a list: its pair, and in one line what differs from the pair's first preset."""
    usual = recipes.make(recipe.architecture, recipe.task)
    differs = [] if recipe.seconds is None else [f"{recipe.seconds:g} s"]
    for (_, options, mine), (_, _, theirs) in zip(_groups(recipe), _groups(usual), strict=True):
        known, labels = dict(theirs), limits(options)
        differs += [
            f"{labels[name].label.lower()} {_said(value)}" for name, value in mine if value != known[name] and labels[name].kind != "key"
        ]
    differs += [f"seed {recipe.seed}"] if recipe.seed != usual.seed else []
    more = [f"{len(differs) - 4} more"] if len(differs) > 4 else []
    pair = f"{models.get(recipe.architecture).title} · {tasks.get(recipe.task).title}"
    return {"pair": pair, "label": ", ".join([*differs[:4], *more]) or "as shipped"}


def top(visit: Visit) -> dict[str, Any]:
    """The devices to choose from, and the visit's."""
    return {"devices": devices(), "device": visit.recipe.device}


def devices() -> list[list[str]]:
    """Where models can be trained here, best first."""
    found = []
    if torch.cuda.is_available():
        with suppress(RuntimeError):  # it is listed by the system, and does not work
            found.append(["cuda", torch.cuda.get_device_name().replace("NVIDIA ", "")])
    if torch.backends.mps.is_available():
        found.append(["mps", "Apple GPU"])
    return [*found, ["cpu", "CPU, 1 thread a run"]]


def _task(t: type[tasks.Task]) -> dict[str, str]:
    return {"id": t.id, "title": t.title, "example": t.example, "kind": t.kind, "usual": usual(t).id}


def _architecture(a: models.Architecture) -> dict[str, Any]:
    every = tasks.tasks().values()
    return {
        "id": a.id,
        "title": a.title,
        "glyphs": a.parts,
        "tasks": [t.id for t in every if a.fits(t)],
        "why_not": {t.id: a.why_not(t) for t in every if not a.fits(t)},
    }


def _architectures() -> list[models.Architecture]:
    return sorted(models.architectures().values(), key=lambda a: a.order)


def _ordered(entries: dict[str, Any], known: tuple[str, ...]) -> list[Any]:
    """In the order of teaching; what is not placed there comes last."""
    return sorted(entries.values(), key=lambda e: known.index(e.id) if e.id in known else len(known))


def _options(recipe: Recipe) -> list[dict[str, Any]]:
    return [
        _option(group, name, limit, dict(values)[name])
        for group, options, values in _groups(recipe)
        for name, limit in limits(options).items()
        if limit.kind != "key"
    ]


def _option(group: str, name: str, limit: Limit, value: Any) -> dict[str, Any]:
    about = {"group": group, "name": name, "label": limit.label, "help": limit.help, "type": limit.kind, "value": value}
    if limit.kind == "choice":
        return {**about, "choices": [list(c) for c in limit.choices]}
    if limit.kind in ("integer", "number"):
        return {**about, "low": limit.low, "high": limit.high, "step": limit.step}
    return about


def _groups(recipe: Recipe) -> tuple[tuple[str, type[Any], recipes.Pairs], ...]:
    return (
        ("model", models.get(recipe.architecture).Options, recipe.model_options),
        ("task", tasks.get(recipe.task).Options, recipe.task_options),
        ("training", Training, recipe.training_options),
    )


def _said(value: Any) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value).replace("_", " ")
