"""Runs that outlive their server: each one file with weights, curves and the frames of its film, found again by its name.

Only names as the run book makes them become names of files, and what is read is checked like a file from anywhere.
"""

from __future__ import annotations

import logging
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from safetensors.torch import save as save_tensors

from ..disk import keep_newest, own_folder
from ..errors import InputError
from ..runs.events import Done, Progress, SequenceSample, Snapshot, Started
from ..runs.log import RunLog
from ..training.recipes import Recipe
from . import checkpoints
from .checkpoints import Checkpoint

NAME = re.compile(r"[A-Za-z0-9_-]{22}")  # of a run, see `RunBook.start`
KEPT_BYTES = 256 * 2**20  # all together, the oldest go first
OWNER = re.compile(r"[0-9a-f]{64}")  # of a run, see `Page.session`
POINTS = 150  # of each curve
FRAME = ("step", "score", "best", "pinned", "samples")
FRAMES_BYTES = 128 * 2**10  # of the film's frames; a header may have twice that

_log = logging.getLogger(__name__)


def keep(log: RunLog[Recipe], learned: Checkpoint) -> Path:
    """Write what a run has learned so far. Raises OSError, and then there is no file."""
    folder = own_folder("PLAYGROUND_RUNS", "runs")
    path = checkpoints.save(folder / f"run-{log.id}.safetensors", replace(learned, history=_history(log)))
    keep_newest(folder, KEPT_BYTES)
    return path


def find(run_id: str) -> RunLog[Recipe] | None:
    """The ended run of this name as it was kept, its curves and film included; None if there is none that can be read."""
    if not NAME.fullmatch(run_id):
        return None
    try:
        path = own_folder("PLAYGROUND_RUNS", "runs") / f"run-{run_id}.safetensors"
        return _told_again(run_id, checkpoints.load(path)) if path.is_file() else None
    except (InputError, OSError) as error:
        _log.warning("the kept run %s cannot be read: %s", run_id, error)
        return None


def _history(log: RunLog[Recipe]) -> dict[str, Any]:
    """Curves and film as they went down the stream, thinned to what a file's header may hold."""
    reason = log.end.reason if isinstance(log.end, Done) else "stopped"
    step = log.tally.step if log.over else log.snapshots[-1].step  # under way: what came after the weights is not told
    history: dict[str, Any] = {"losses": [], "scores": [], "kl": [], "frames": [], "end": [step, reason], "owner": _owner(log.owner)}
    for event in map(orjson.loads, log.payloads()):
        if event["type"] == "progress":
            history["losses"] += [row for row in event["losses"] if row[0] <= step]
            for curve, value in (("scores", event["score"]), ("kl", event["kl"])):
                history[curve] += [] if value is None or event["step"] > step else [[event["step"], event["train_s"], value]]
        elif event["type"] == "snapshot" and event["step"] <= step:
            history["frames"].append({name: event[name] for name in FRAME})
    if len(orjson.dumps(history["frames"])) > FRAMES_BYTES:  # samples of pictures are the largest; those of the last frame stay longest
        history["frames"] = [{**frame, "samples": []} for frame in history["frames"][:-1]] + history["frames"][-1:]
    if len(orjson.dumps(history["frames"])) > FRAMES_BYTES:
        history["frames"] = []
    return {**history, **{curve: _thinned(history[curve]) for curve in ("losses", "scores", "kl")}}


def _thinned(rows: list[list[float]]) -> list[list[float]]:
    every = max(1, math.ceil(len(rows) / POINTS))
    return [[step, round(s, 3), float(f"{value:.5g}")] for i, (step, s, value) in enumerate(rows) if not i % every or i == len(rows) - 1]


def _told_again(run_id: str, learned: Checkpoint) -> RunLog[Recipe]:
    """A log that says what the run once said, in fewer words."""
    recipe, history = learned.recipe, learned.history
    log = RunLog(run_id, recipe, _owner(history.get("owner")), kept=True)
    steps, losses, scores, frames = recipe.training.steps, history.get("losses", []), history.get("scores", []), history.get("frames")
    paid = {step: kl for step, _, kl in history.get("kl", [])}
    log.append(Started(steps, sum(tensor.numel() for tensor in learned.weights.values()), learned.device, recipe))
    for i, (step, train_s, score) in enumerate(scores):
        told = tuple(map(tuple, losses)) if not i else ()
        log.append(Progress(int(step), steps, train_s, 0.0, 0.0, told, score, kl=paid.get(step)))
    if losses and not scores:
        log.append(Progress(int(losses[-1][0]), steps, losses[-1][1], 0.0, 0.0, tuple(map(tuple, losses))))
    for frame in filter(_is_frame, frames if isinstance(frames, list) else ()):
        log.say({"type": "snapshot", "samples": [], **frame})
    step, reason = _end(history.get("end"))
    weights = save_tensors({name: tensor.contiguous() for name, tensor in learned.weights.items()})
    log.hold(Snapshot(step, weights, SequenceSample((), (), ()), 0.0, best=True))
    log.append(Done(step, reason, learned.metrics, learned.train_seconds))
    return log


def _end(end: Any) -> tuple[int, str]:
    known = isinstance(end, list) and len(end) == 2 and isinstance(end[0], int) and end[1] in ("finished", "early", "stopped")
    return (end[0], end[1]) if known else (0, "stopped")


def _owner(name: Any) -> str:
    """Whose it is, if it is said by a digest: no file holds what a browser tab calls itself."""
    return name if isinstance(name, str) and OWNER.fullmatch(name) else ""


def _is_frame(frame: Any) -> bool:
    """Whether the page can draw it: one pinned input, and perhaps samples, at one step."""
    if not isinstance(frame, dict) or {*frame, "samples"} != set(FRAME) or not isinstance(frame["step"], int):
        return False
    samples = frame.get("samples", [])
    return isinstance(samples, list) and all(map(_is_sample, [frame["pinned"], *samples]))


def _is_sample(sample: Any) -> bool:
    if not isinstance(sample, dict):
        return False
    words = [sample[name] for name in ("source", "output", "target") if name in sample]
    arrays = [sample[name] for name in ("attention", "picture", "reconstruction") if sample.get(name) is not None]
    told = bool(words) and all(isinstance(tokens, list) and all(isinstance(token, str) for token in tokens) for tokens in words)
    return (told or bool(arrays)) and all(isinstance(array, dict) and set(array) in ({"shape", "f32"}, {"shape", "u8"}) for array in arrays)
