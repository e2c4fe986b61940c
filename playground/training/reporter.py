"""When to tell what of a training: losses and samples, frames of the film, how it ended. Keeps the best weights."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from typing import Any

from ..models import Model
from ..runs.events import Done, Event, Failed, Paused, Progress, Snapshot
from .evaluation import Watcher
from .stepper import Stepper

PER_SECOND = 6  # Progress events at most, beside those that tell a score
EVALUATIONS, FRAMES = 20, 12
MOST_FRAMES = 60  # with those that pauses add
EXACT_ENOUGH, ENOUGH_TIMES = 0.995, 2  # training ends early at this exact match, seen so often in a row
HALVE = "train again with half the learning rate"


class Reporter:
    """Tells what a stepper does, in events; each method is called at its moment of the training."""

    def __init__(self, stepper: Stepper, watcher: Watcher) -> None:
        self.stepper, self.watcher, self.steps = stepper, watcher, stepper.options.steps
        self.frames, self.evaluate_every = film_steps(self.steps), between_evaluations(self.steps)
        self.best, self.latest, self.right = Best(), math.nan, 0
        self.losses: list[tuple[int, float, float]] = []  # with the score, what was not told yet
        self.score: float | None = None
        self.kl: float | None = None
        self.kept: set[int] = set()

    @property
    def enough(self) -> bool:
        """Whether to end early: all was right so often in a row that there is nothing left to learn."""
        return self.stepper.options.early_stop and self.right >= ENOUGH_TIMES

    def start(self) -> Iterator[Event]:
        self.latest = self.watcher.score()
        yield self._frame(self.latest)
        self.told = time.monotonic()

    def step(self, loss: float) -> Iterator[Event]:
        """What is due after this step. A score is told at once, so that it stands at the step at which it was measured."""
        step, last = self.stepper.done, self.stepper.done == self.steps
        self.losses.append((step, self.stepper.seconds, loss))
        if step % self.evaluate_every == 0 or last:
            self._evaluate()
        if step in self.frames:
            yield self._frame(self.latest)
        if self.score is not None or time.monotonic() - self.told >= 1 / PER_SECOND:
            yield self._progress(whole=last)

    def pause(self) -> Iterator[Event]:
        """All that there is, before nothing happens for a while."""
        if self.losses:
            yield self._progress()
        if self.stepper.done not in self.kept and len(self.kept) < MOST_FRAMES:
            yield self._frame(self.watcher.score())
        yield Paused(self.stepper.done)

    def fail(self) -> Iterator[Event]:
        """The step that was not done made a loss or a gradient that is no number."""
        step = self.stepper.done
        pinned, *samples = self.watcher.look()
        yield Snapshot(step, self.watcher.weights(), pinned, self.latest, samples=tuple(samples))
        yield Failed(step, f"the loss was no longer a number at step {step + 1}", f"the weights of step {step} are kept", HALVE)

    def end(self, reason: str) -> Iterator[Event]:
        if self.losses:
            yield self._progress()
        if reason != "stopped":
            self.best.restore(self.stepper.model)
        pinned, *samples = self.watcher.look()
        yield Snapshot(self.stepper.done, self.watcher.weights(), pinned, self.watcher.score(), best=True, samples=tuple(samples))
        yield Done(self.stepper.done, reason, self.watcher.metrics(), self.stepper.seconds)

    def _evaluate(self) -> None:
        higher = self.watcher.task.higher_is_better
        self.score = self.latest = self.watcher.score()
        self.kl = self.watcher.kl()
        self.best.offer(self.latest, self.stepper.model, higher)
        enough = higher and self.latest >= EXACT_ENOUGH and self.watcher.sure()
        self.right = self.right + 1 if enough else 0

    def _frame(self, score: float) -> Snapshot:
        self.kept.add(self.stepper.done)
        pinned, *samples = self.watcher.look()
        return Snapshot(self.stepper.done, self.watcher.weights(half=True), pinned, score, samples=tuple(samples))

    def _progress(self, whole: bool = False) -> Progress:
        """All that was not told yet. Samples come with a score, so that both are of one step; if not `whole`, only where looking has not
        had its share of the time."""
        self.told = time.monotonic()
        losses, score, kl, at = self.losses, self.score, self.kl, self.stepper
        self.losses, self.score, self.kl = [], None, None
        seen = [] if score is None else self.watcher.look() if whole else self.watcher.glance()
        pinned, samples = (seen[0], seen[1:]) if seen else (None, [])
        per_s = at.done / max(at.seconds, 1e-9)
        return Progress(at.done, self.steps, at.seconds, per_s, at.rate, tuple(losses), score, tuple(samples), pinned, kl)


class Best:
    """The best weights by the score on what steers; restored at the end if the final ones are clearly worse."""

    def __init__(self) -> None:
        self.score, self.latest = -math.inf, -math.inf
        self.state: dict[str, Any] | None = None

    def offer(self, score: float, model: Model, higher: bool) -> None:
        self.latest = score if higher else -score
        if self.latest >= self.score:
            self.score, self.state = self.latest, copy.deepcopy(model.state_dict())

    def restore(self, model: Model) -> None:
        if self.state is not None and self.latest < self.score:
            model.load_state_dict(self.state)


def between_evaluations(steps: int) -> int:
    return max(1, steps // EVALUATIONS)


def film_steps(steps: int) -> tuple[int, ...]:
    """Steps at which the film takes a frame: denser at the start, where most happens, and where the score is measured anyway."""
    every = between_evaluations(steps)
    shares = ((i / (FRAMES - 1)) ** 1.3 for i in range(FRAMES - 1))
    return tuple(sorted({*(min(steps, every * round(steps * share / every)) for share in shares), steps}))
