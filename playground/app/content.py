"""What each component shows, as functions of a visit: JSON-able values, no Gradio."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

from .. import api, models, tasks
from ..errors import InputError
from ..runs.log import RunLog
from ..tasks import PictureTask, SensedTask, TextTask, TypedTask, WritingTask
from ..training.expected_time import expected_seconds
from ..training.recipes import Recipe
from ..views.blocks import opened as blocks
from ..views.figures import trajectory
from ..views.scene import sequence as scene
from ..wire import pack
from . import choices, pictures, scenes, sounds
from . import visit as visits
from .library import UPLOADED, Shelf, ready
from .visit import SHIPPED, Visit


def stage(visit: Visit, shelf: Shelf, owner: str = "") -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The scene, and the figures beside it, as plain data, by their component's name. Raises InputError for bad input."""
    run = shelf.get(visit)
    label = run_label(run, visit.shown, visit.frame, shelf.belongs(visit.shown, owner))
    key = f"{visit.shown}|{visit.frame}|{_hash(visit.recipe.architecture, visit.recipe.task, visit.given, visit.forced, visit.strategy)}"
    if isinstance(run.task, PictureTask):
        drawn, figures = pictures.stage(visit, run, shelf.trace(visit), key=key, label=label)
        return _placed(drawn, visit), figures
    trace = shelf.trace(visit)
    assert isinstance(run.task, TypedTask)
    forced = [step for step, _ in visit.forced]
    heard = sounds.shown(trace.sensed) if run.task.kind == "sound" and trace.sensed is not None else None
    drawn = scene.sequence(trace, run.model, run.task, key=key, run_label=label, forced=forced, heard=heard)
    return _placed(drawn, visit), {"trajectory": trajectory.spec(trajectory.extract(trace, run.projections))}


def moments(visit: Visit, shelf: Shelf) -> dict[str, Any]:
    """When in its training the run on the stage can be looked at."""
    return {"key": _hash(visit.place), "moments": shelf.moments(visit)}


def film(visit: Visit, shelf: Shelf) -> list[dict[str, Any]]:
    """The visit's input at every kept moment of the training: scenes and figures that the page scrubs through by itself."""
    frames = []
    for step in shelf.moments(visit):
        drawn, figures = stage(replace(visit, frame=step), shelf)
        frames.append({"step": step, "scene": drawn, "figures": figures})
    return frames


def block(visit: Visit, shelf: Shelf) -> dict[str, Any]:
    """The opened block, if there is one. Raises InputError for a path that this model does not have."""
    if visit.block is None:
        return {"path": None}
    return blocks.detail(shelf.get(visit), shelf.trace(visit), visit.block)


def still_open(visit: Visit, shelf: Shelf) -> Visit:
    """The visit without its opened block where another model has come that has no such block."""
    if visit.block is None or blocks.has(shelf.get(visit).model, shelf.trace(visit), visit.block):
        return visit
    return replace(visit, block=None)


def run_label(run: api.Run, shown: str, frame: int | None = None, mine: bool = True) -> str:
    own = "your run" if mine else "shared run"
    if frame is not None:
        return f"{'shipped run' if shown == SHIPPED else own} at step {frame} of its training"
    if not run.train_seconds:
        if shown.startswith(UPLOADED):
            return "uploaded weights"
        return "initial weights, not trained yet"
    where = "GPU" if run.checkpoint.device.startswith("cuda") else "CPU"
    kind = "shipped run" if shown == SHIPPED else "uploaded weights" if shown.startswith(UPLOADED) else own
    return f"{kind}, trained {run.train_seconds:.1f} s on {where}"


def source_row(visit: Visit, drawn: dict[str, Any] | None = None, error: InputError | None = None) -> dict[str, Any]:
    """Examples, verdict and messages beside the input."""
    task = visit.task
    common = {
        "kind": task.kind,
        "verdict": drawn["verdict"] if drawn else {"right": None, "text": ""},
        "error": None if error is None else {"text": str(error), "tokens": [list(t) for t in error.tokens]},
    }
    if isinstance(task, SensedTask) and task.kind == "sound":
        common["limits"] = sounds.LIMITS
    if isinstance(task, TypedTask):
        return {**common, "examples": list(task.examples), "scene": scenes.pad(visit) if task.kind == "caption" else None}
    return {**common, "examples": pictures.thumbnails(visit.recipe.task), "fit": pictures.FIT_BOX.get(visit.recipe.task, 20)}


def monitor(visit: Visit, shelf: Shelf, owner: str) -> dict[str, Any]:
    """What the monitor follows, and what it says while nothing is followed."""
    task = visit.task
    sequence = not isinstance(task, PictureTask)
    pinned, target, shown_as = _pinned(task)
    log = None if visit.run is None else shelf.book.get(visit.run)
    shown = ready(visit.recipe)
    return {
        "run": visit.run,
        "about": None if log is None else choices.about(log.recipe),
        "link": None if log is None else link(log),
        "absence_s": shelf.book.absence_s,
        "url": f"runs/{visit.run}/events" if visit.run else None,
        "mine": log is not None and log.owner == owner,
        "film_steps": [],
        "baseline": _baselines(visit, shown),
        "history": shown.history if visit.run is None else None,  # what is drawn while no run is followed
        "score_name": "exact match" if sequence else "error per pixel",
        "score_better": "higher" if sequence else "lower",
        "pinned": pinned,
        "target": target,
        "picture": shown_as,
        "budget_s": round(expected_seconds(visit.recipe), 2),
        "label": run_label(shelf.get(visit), visit.shown, visit.frame, shelf.belongs(visit.shown, owner)),
        "on_stage": (visit.shown, visit.frame) == (visit.run, None),
        "notice": visit.notice,
    }


def _baselines(visit: Visit, shown: api.Run) -> list[list[Any]]:
    """Lines of the charts. A shipped run knows what a trivial guess scores; for others it is found once something trains."""
    task, trivial = visit.task, shown.history.get("baseline")
    if trivial is None and visit.run is not None and isinstance(task, TypedTask):
        trivial = task.baseline
    return [*_guessing(task), *([[*trivial, "score"]] if trivial else [])]


def link(log: RunLog[Recipe]) -> str:
    """The link to a run: its recipe, in case that the run is no longer kept, and its name."""
    return f"{log.recipe.to_query()}&run={log.id}"


def _pinned(task: tasks.Task) -> tuple[list[str] | None, list[str] | None, dict[str, Any] | None]:
    """The watched input's tokens, its right answer, and how it is shown where it is no text."""
    if isinstance(task, SensedTask):
        sensed = task.perceive(task.pinned)
        pixels = task.picture(sensed.source[0]).mul(255).round().byte().numpy()
        return [task.pinned], list(sensed.right or ()), pack(pixels)
    if not isinstance(task, TextTask):
        return None, None, None
    source = task.parse(task.pinned)[: task.trained_lengths[1]]
    return list(source), list(task.answer(source) or ()), None


def tabs(visit: Visit, open_: str | None = None) -> dict[str, Any]:
    first = "latent" if visit.task.kind == "picture" else "decode"
    attention = [["attention", "Attention"]] if _attends(visit.recipe.architecture, visit.recipe.task) else []
    return {"tabs": [[first, first.capitalize()], *attention, ["training", "Training"], ["code", "Code"]], "open": open_ or first}


@lru_cache(maxsize=128)
def _attends(architecture: str, task: str) -> bool:
    """Whether models of this pair look at anything: whether one of their blocks is an attention."""
    built = models.get(architecture).build(tasks.get(task)(), models.get(architecture).Options())
    return any(path.endswith("attention") or path == "pooling" for path in blocks.known(built))


def _placed(drawn: dict[str, Any], visit: Visit) -> dict[str, Any]:
    return {
        **drawn,
        "step": visit.step,
        "block": visit.block,
        "strategy": type(visit.strategy).__name__.lower(),
        "link": visit.query(),
        "given": _hash(visit.given, visit.forced),
    }


def _guessing(task: tasks.Task) -> list[list[Any]]:
    """The loss of giving every word, and the end, the same probability."""
    return [["guessing evenly", math.log(len(task.target_vocabulary.words) + 1)]] if isinstance(task, WritingTask) else []


def _hash(*parts: Any) -> str:
    return f"{hash(parts) & 0xFFFFFFFFFFFFFFFF:x}"


def arrived(visit: Visit, shelf: Shelf) -> Visit:
    """The visit of a link that names a run: it watches a run under way, and has what an ended one learned on its stage.

    A run that is no longer kept leaves the recipe of the link, and says so. Nothing is trained.
    """
    if visit.run is None:
        return visit
    try:
        log = shelf.log(visit.run)
    except InputError:
        gone = "Run not found: it is no longer kept on the server. Its settings are in the rail; Train makes it again"
        return replace(visit, run=None, notice=visit.notice or gone)
    if log.over and log.snapshots:
        without = "" if len(log) > 2 else ", without its curve"  # nothing but its beginning and its end
        kept = f"Kept run: the server was started anew since then, and the run was read back from disk{without}"
        return replace(trained(visit, log.id, shelf), notice=kept if log.kept else visit.notice)
    under_way = log.recipe
    same_task = under_way.task == visit.recipe.task
    given = visit.given if same_task else visits.first_input(under_way.build_task())
    return replace(visit, recipe=replace(under_way, device=visit.recipe.device), given=given)


def trained(visit: Visit, run_id: str, shelf: Shelf, frame: int | None = None) -> Visit:
    """The visit with a run on its stage, finished or at a step of its training, its recipe being what was trained."""
    run = shelf.get(replace(visit, shown=run_id, frame=frame))
    recipe = replace(run.recipe, device=visit.recipe.device)
    same_task = recipe.task == visit.recipe.task
    return replace(
        visit,
        recipe=recipe,
        shown=run_id,
        frame=frame,
        given=_still_fits(visit, run) if same_task else visits.first_input(recipe.build_task()),
        forced=(),
    )


def _still_fits(visit: Visit, run: api.Run) -> Any:
    """What was given; a code set by hand only where the model's codes are as long."""
    by_hand = isinstance(visit.given, tuple) and visit.given[0] == "code"
    return visits.origin(visit) if by_hand and len(visit.given[1]) != getattr(run.model, "code_size", None) else visit.given
