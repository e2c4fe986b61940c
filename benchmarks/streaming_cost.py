"""What live streaming costs a training: `train()` consumed as the page does, against its bare training steps."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from unittest import mock

import orjson

from playground.runs.events import Snapshot, Started, wire
from playground.runs.executors.inline import one_thread
from playground.training import recipes
from playground.training.evaluation import Watcher
from playground.training.recipes import Recipe
from playground.training.trainer import train

from .measure import Row, bare_stepper

TURNS = 4
PAIRS = (("attention_seq2seq", "additive"), ("seq2seq", "lstm"))


def rows() -> Iterator[Row]:
    with one_thread():
        for architecture, preset in PAIRS:
            recipe = recipes.make(architecture, "reverse", preset=preset, device="cpu")
            streaming, scoring = [], []
            for _ in range(TURNS):
                steps, live, scores = _live(recipe)
                bare = _bare(recipe, steps)
                streaming.append((live - scores - bare) / bare)
                scoring.append(scores / bare)
            cost = statistics.median(streaming)
            what = f"{architecture} · {preset}"
            yield Row(f"{what}: events, samples and film, of the bare training time", f"{cost:+.1%}", "≤ 5 %", cost <= 0.05)
            yield Row(f"{what}: held-out scores, of the bare training time", f"{statistics.median(scoring):+.1%}")


def _live(recipe: Recipe) -> tuple[int, float, float]:
    """Steps, CPU seconds of everything up to the last frame, and how many of them measured held-out scores."""
    scores = 0.0
    score = Watcher.score

    def timed(watcher: Watcher) -> float:
        nonlocal scores
        start = time.thread_time()
        result = score(watcher)
        scores += time.thread_time() - start
        return result

    start, spent, step = 0.0, 0.0, 0
    with mock.patch.object(Watcher, "score", timed):
        for event in train(recipe):
            if isinstance(event, Started):
                start, scores = time.thread_time(), 0.0
            orjson.dumps(wire(event), option=orjson.OPT_SERIALIZE_NUMPY)
            if isinstance(event, Snapshot) and event.best:
                step, spent = event.step, time.thread_time() - start
    return step, spent, scores


def _bare(recipe: Recipe, steps: int) -> float:
    stepper = bare_stepper(recipe, steps)
    start = time.thread_time()
    for _ in range(steps):
        stepper.step()
    return time.thread_time() - start
