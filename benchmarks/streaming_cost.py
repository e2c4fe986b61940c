"""What live streaming costs a training: `train()` consumed as the page does, against its bare training steps."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any
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
            yield Row(f"{what}: scores, held out and at the corners, of the bare training time", f"{statistics.median(scoring):+.1%}")


def _live(recipe: Recipe) -> tuple[int, float, float]:
    """Steps, CPU seconds of everything up to the last frame, and how many of them measured scores: held out, and at the corners."""
    scores = 0.0

    def timed(measure: Callable[[Watcher], Any]) -> Callable[[Watcher], Any]:
        def measured(watcher: Watcher) -> Any:
            nonlocal scores
            start = time.thread_time()
            result = measure(watcher)
            scores += time.thread_time() - start
            return result

        return measured

    start, spent, step = 0.0, 0.0, 0
    with mock.patch.object(Watcher, "score", timed(Watcher.score)), mock.patch.object(Watcher, "sure", timed(Watcher.sure)):
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
