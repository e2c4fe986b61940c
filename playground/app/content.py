"""What each component shows, as functions of a visit: JSON-able values, no Gradio."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load as load_tensors

from .. import api, models, recipes, tasks
from ..checkpoints import Checkpoint
from ..decoding import Beam
from ..errors import InputError
from ..events import Done, pack
from ..expectation import expected_seconds
from ..explore import picture as checked_picture
from ..options import Limit, limits
from ..presets import PRESETS
from ..recipes import Recipe, Training
from ..runs import RunBook
from ..tasks import PictureTask, SequenceTask, TextTask
from ..tracing import Trace
from ..views import latent_map, picture_scene, reconstruction_error, scene, trajectory
from . import visit as visits
from .visit import HOME, SHIPPED, Visit

if TYPE_CHECKING:
    import plotly.graph_objects as go

BUDGETS = [["preset", "preset"], ["5", "5 s"], ["10", "10 s"], ["30", "30 s"], ["60", "60 s"]]
FIT_BOX = {"digits": 28, "strokes": 20}  # pixels that a drawing is scaled to, like the pictures the model knows
TRAINED_RUNS = 16  # built models of trained runs kept ready


class Shelf:
    """Runs by name: the shipped ones, and the trained ones that the run book still keeps."""

    def __init__(self, book: RunBook) -> None:
        self.book = book
        self._trained: OrderedDict[str, api.Run] = OrderedDict()

    def get(self, visit: Visit) -> api.Run:
        """The run on the visit's stage. Raises InputError if there is none."""
        if visit.shown == SHIPPED:
            return shipped(visit.recipe.architecture, visit.recipe.task)
        if visit.shown not in self._trained:
            self._trained[visit.shown] = self._build(visit.shown)
            while len(self._trained) > TRAINED_RUNS:
                self._trained.popitem(last=False)
        self._trained.move_to_end(visit.shown)
        return self._trained[visit.shown]

    def _build(self, run_id: str) -> api.Run:
        log = self.book.get(run_id)
        snapshot = log.snapshot()
        if not log.over or log.started is None or snapshot is None:
            raise InputError("This run has no weights to look into yet; wait for its end, or stop it.")
        weights = {k: v.float() for k, v in load_tensors(snapshot.weights).items()}
        seconds = log.tally.train_s
        metrics = log.end.metrics if isinstance(log.end, Done) else {}
        return api.Run(Checkpoint(log.started.recipe, weights, metrics, seconds, log.started.device))


@lru_cache(maxsize=32)
def shipped(architecture: str, task: str) -> api.Run:
    return api.load(architecture, task)


def stage(visit: Visit, shelf: Shelf) -> tuple[dict[str, Any], dict[str, go.Figure]]:
    """The scene, and the figures beside it by their component's name. Raises InputError for bad input."""
    run = shelf.get(visit)
    label = run_label(run, visit.shown)
    key = f"{visit.shown}|{_hash(visit.recipe.architecture, visit.recipe.task, visit.given, visit.forced, visit.strategy)}"
    if isinstance(run.task, PictureTask):
        values, digit = visits.picture(visit)
        trace = run.explore(checked_picture(values))
        drawn = picture_scene.picture(trace, run.task, key=key, run_label=label, label=digit)
        figures = {
            "latent_map": latent_map.draw(latent_map.extract(run.projections["code"], trace)),
            "reconstruction_error": reconstruction_error.draw(reconstruction_error.extract(run, trace)),
        }
        return _placed(drawn, visit), figures
    trace = _decoded(run, visit)
    assert isinstance(run.task, SequenceTask)
    forced = [step for step, _ in visit.forced]
    drawn = scene.sequence(trace, run.task, dict(run.recipe.model_options), key=key, run_label=label, forced=forced)
    return _placed(drawn, visit), {"trajectory": trajectory.draw(trajectory.extract(trace, run.projections))}


def _decoded(run: api.Run, visit: Visit) -> Trace:
    """The trace of the visit's input. A beam is searched first; its best hypothesis is then looked at like any other."""
    if isinstance(visit.strategy, Beam):
        best = run.explore(visit.given, strategy=visit.strategy).tokens
        return run.explore(visit.given, forced=dict(enumerate(best)))
    return run.explore(visit.given, strategy=visit.strategy, forced=dict(visit.forced))


def run_label(run: api.Run, shown: str) -> str:
    where = "GPU" if run.checkpoint.device.startswith("cuda") else "CPU"
    kind = "shipped run" if shown == SHIPPED else "your run"
    return f"{kind}, trained {run.train_seconds:.1f} s on {where}"


def rail(visit: Visit, error: str | None = None, training: bool = False) -> dict[str, Any]:
    """Tasks, architectures, options and what to expect, as the rail draws them."""
    recipe = visit.recipe
    presets = PRESETS.get((recipe.architecture, recipe.task), ())
    budget = "preset" if recipe.seconds is None else f"{recipe.seconds:g}"
    return {
        "tasks": [{"id": t.id, "title": t.title, "example": t.example, "kind": t.kind} for t in _ordered(tasks.tasks(), HOME[1])],
        "architectures": [_architecture(a) for a in _ordered(models.architectures(), "seq2seq")],
        "task": recipe.task,
        "architecture": recipe.architecture,
        "facts": facts(recipe),
        "budgets": BUDGETS,
        "budget": budget,
        "seed": recipe.seed,
        "presets": [[p.name, p.title] for p in presets],
        "preset": visit.preset
        or recipes.nearest(recipe.architecture, recipe.task, dict(recipe.model_options), dict(recipe.task_options)).name,
        "options": _options(recipe),
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


def source_row(visit: Visit, drawn: dict[str, Any] | None = None, error: InputError | None = None) -> dict[str, Any]:
    """Examples, verdict and messages beside the input."""
    task = visit.task
    common = {
        "kind": task.kind,
        "verdict": drawn["verdict"] if drawn else {"right": None, "text": ""},
        "error": None if error is None else {"text": str(error), "tokens": [list(t) for t in error.tokens]},
    }
    if isinstance(task, TextTask):
        return {**common, "examples": list(task.examples)}
    return {**common, "examples": _thumbnails(visit.recipe.task), "fit": FIT_BOX.get(visit.recipe.task, 20)}


def monitor(visit: Visit, book: RunBook, owner: str) -> dict[str, Any]:
    """What the monitor follows, and what it says while nothing is followed."""
    task = visit.task
    sequence = isinstance(task, TextTask)
    source = task.parse(task.pinned)[: task.trained_lengths[1]] if isinstance(task, TextTask) else None
    mine = visit.run is not None and book.get(visit.run).owner == owner
    return {
        "run": visit.run,
        "url": f"runs/{visit.run}/events" if visit.run else None,
        "mine": mine,
        "film_steps": [],
        "baseline": _guessing(task),
        "score_name": "exact match" if sequence else "error per pixel",
        "score_better": "higher" if sequence else "lower",
        "pinned": None if source is None else list(source),
        "target": list(task.answer(source) or ()) if isinstance(task, TextTask) and source else None,
        "budget_s": round(expected_seconds(visit.recipe), 2),
        "shipped_label": run_label(shipped(visit.recipe.architecture, visit.recipe.task), SHIPPED),
        "notice": visit.notice,
    }


def tabs(visit: Visit, open_: str | None = None) -> dict[str, Any]:
    first = "latent" if visit.task.kind == "picture" else "decode"
    return {"tabs": [[first, first.capitalize()], ["training", "Training"]], "open": open_ or first}


def devices() -> list[list[str]]:
    """Where models can be trained here, best first."""
    found = []
    if torch.cuda.is_available():
        found.append(["cuda", torch.cuda.get_device_name().replace("NVIDIA ", "")])
    if torch.backends.mps.is_available():
        found.append(["mps", "Apple GPU"])
    return [*found, ["cpu", "CPU, 1 thread a run"]]


def _placed(drawn: dict[str, Any], visit: Visit) -> dict[str, Any]:
    return {
        **drawn,
        "step": visit.step,
        "strategy": type(visit.strategy).__name__.lower(),
        "link": visit.query(),
        "given": _hash(visit.given, visit.forced),
    }


def _guessing(task: tasks.Task) -> list[list[Any]]:
    """The loss of giving every word, and the end, the same probability."""
    return [["guessing evenly", math.log(len(task.target_vocabulary.words) + 1)]] if isinstance(task, SequenceTask) else []


def _hash(*parts: Any) -> str:
    return f"{hash(parts) & 0xFFFFFFFFFFFFFFFF:x}"


def _architecture(a: models.Architecture) -> dict[str, Any]:
    every = tasks.tasks().values()
    return {
        "id": a.id,
        "title": a.title,
        "glyphs": a.parts,
        "tasks": [t.id for t in every if a.fits(t)],
        "why_not": {t.id: a.why_not(t) for t in every if not a.fits(t)},
    }


def _ordered(entries: dict[str, Any], first: str) -> list[Any]:
    return sorted(entries.values(), key=lambda e: e.id != first)


def _options(recipe: Recipe) -> list[dict[str, Any]]:
    groups = (
        ("model", models.get(recipe.architecture).Options, recipe.model_options),
        ("task", tasks.get(recipe.task).Options, recipe.task_options),
        ("training", Training, recipe.training_options),
    )
    return [_option(group, name, limit, dict(values)[name]) for group, options, values in groups for name, limit in limits(options).items()]


def _option(group: str, name: str, limit: Limit, value: Any) -> dict[str, Any]:
    about = {"group": group, "name": name, "label": limit.label, "help": limit.help, "type": limit.kind, "value": value}
    if limit.kind == "choice":
        return {**about, "choices": [list(c) for c in limit.choices]}
    if limit.kind in ("integer", "number"):
        return {**about, "low": limit.low, "high": limit.high, "step": limit.step}
    return about


@lru_cache(maxsize=8)
def _thumbnails(task: str) -> list[dict[str, Any]]:
    """The first held-out picture of eight digits."""
    built = tasks.get(task)()
    assert isinstance(built, PictureTask)
    pictures, labels = built.pictures("held_out")
    firsts = {int(label): i for i, label in reversed(list(enumerate(labels.tolist())))}
    return [{"id": i, "label": str(d), "picture": pack(pictures[i].view(28, 28).numpy())} for d, i in sorted(firsts.items())[:8]]


def trained(visit: Visit, run_id: str, shelf: Shelf) -> Visit:
    """The visit with a trained run on its stage, its recipe being what was trained."""
    run = shelf.get(replace(visit, shown=run_id))
    recipe = replace(run.recipe, device=visit.recipe.device)
    same_task = recipe.task == visit.recipe.task
    return replace(
        visit, recipe=recipe, shown=run_id, given=visit.given if same_task else visits.first_input(recipe.build_task()), forced=()
    )
