"""`train(recipe)` is a generator of events. It knows no page and no process.

    for event in train(recipes.make("attention_seq2seq", "reverse")):
        ...

AdamW, gradient norm clipped to 1, 10 % linear warm-up, cosine down to 0. The schedule reads step / steps only and all
random draws come from private generators, so the same recipe on the same device and build gives bit-identical losses.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from ..errors import NoDevice
from ..models import initialise, parameter_count
from ..runs.events import Done, Event, Failed, Paused, Progress, Resumed, Sample, Snapshot, Started
from ..runs.pause import Gate
from ..tasks import Task
from .evaluation import Watcher
from .recipes import Recipe
from .stepper import Stepper

WARM_UP_STEPS = 10  # to turn seconds into steps, and the share (1/10) of the schedule's rise
PER_SECOND = 6  # Progress events at most
CHUNK = 32  # batches drawn at once
EVALUATIONS, FRAMES = 20, 12
MOST_FRAMES = 60  # with those that pauses add
EXACT_ENOUGH, ENOUGH_TIMES = 0.995, 2  # training ends early at this exact match, seen so often in a row
HALVE = "train again with half the learning rate"


def pick_device(name: str = "auto") -> torch.device:
    """The device of this name; "auto" takes CUDA, then Apple's MPS, then the CPU. Raises NoDevice if it is not there."""
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(device for device, there in here.items() if there)
    if not here.get(name):
        raise NoDevice(f"There is no {name} on this machine; it has: {', '.join(d for d, there in here.items() if there)}, or take auto.")
    return torch.device(name)


def pick_precision(name: str, device: torch.device) -> str:
    """The precision of this name; "auto" takes bfloat16 where the device computes it in hardware."""
    if name != "auto":
        return name
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    fast = device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
    return "bfloat16" if fast else "float32"


def new_model(recipe: Recipe) -> nn.Module:
    """The model before its first step: the same parameters for the same recipe, on every device."""
    model = recipe.build_model()
    initialise(model, torch.Generator().manual_seed(recipe.seed))
    return model


def train(recipe: Recipe, *, should_stop: Callable[[], bool] = lambda: False, gate: Gate | None = None) -> Iterator[Event]:
    """Train and tell. `should_stop` is asked before every step; a `gate` may hold it there, which changes no number.

    Order of events: Started, then Progress (at most 6 a second, not all with samples) and Snapshots (12, the first before any step, and the
    final one; each carries the latest held-out score), then Done, or Failed if the loss or a gradient is no longer a
    number: the last finite weights are kept.
    """
    task, device = recipe.build_task(), pick_device(recipe.device)
    model = new_model(recipe).to(device)
    recipe = replace(recipe.settled(precision=pick_precision(recipe.training.precision, device)), seconds=recipe.seconds)
    if recipe.seconds is not None:
        recipe = recipe.settled(steps=_steps_within(recipe, task, model, device))
    options = recipe.training
    stepper = Stepper(model, task, options, recipe.seed, device)
    watcher = Watcher(model, task, device, options.precision)
    evaluate_every = max(1, options.steps // EVALUATIONS)
    frames = film_steps(options.steps)
    yield Started(options.steps, parameter_count(model), str(device), recipe, frames)
    latest = watcher.score()
    yield Snapshot(0, watcher.weights(half=True), watcher.pinned(), latest)

    losses: list[tuple[int, float, float]] = []
    score: float | None = None
    enough, reason, best, step = 0, "finished", _Best(), 0
    told = time.monotonic()
    gate, kept = gate or Gate(), {0}
    while step < options.steps:
        if gate.holds:
            if losses:
                yield _progress(step, options.steps, stepper, losses, score, watcher.look())
                losses, score, told = [], None, time.monotonic()
            if step not in kept and len(kept) < MOST_FRAMES:
                yield Snapshot(step, watcher.weights(half=True), watcher.pinned(), watcher.score())
                kept.add(step)
            yield Paused(step)
            gate.wait(should_stop)
            if not should_stop():
                yield Resumed(step)
        gate.passed()
        if should_stop():
            reason = "stopped"
            break
        loss = stepper.step()
        if loss is None:
            yield Snapshot(step, watcher.weights(), watcher.pinned(), latest)
            yield Failed(
                step,
                f"the loss was no longer a number at step {step + 1}",
                f"the weights of step {step} are kept",
                HALVE,
            )
            return
        step += 1
        losses.append((step, stepper.seconds, loss))
        if step % evaluate_every == 0 or step == options.steps:
            score = latest = watcher.score()
            best.offer(score, model, higher=watcher.higher_is_better)
            enough = enough + 1 if watcher.higher_is_better and score >= EXACT_ENOUGH else 0
        if step in frames:
            yield Snapshot(step, watcher.weights(half=True), watcher.pinned(), latest)
            kept.add(step)
        now = time.monotonic()
        if now - told >= 1 / PER_SECOND or step == options.steps:
            yield _progress(step, options.steps, stepper, losses, score, watcher.glance() if step < options.steps else watcher.look())
            losses, score, told = [], None, now
        if enough >= ENOUGH_TIMES:
            reason = "early"
            break
    if losses:
        yield _progress(step, options.steps, stepper, losses, score, watcher.look())
    if reason != "stopped":
        best.restore(model)
    yield Snapshot(step, watcher.weights(), watcher.pinned(), watcher.score(), best=True)
    yield Done(step, reason, watcher.metrics(), stepper.seconds)


def film_steps(steps: int) -> tuple[int, ...]:
    """Steps at which the film takes a frame: denser at the start, where most happens."""
    return tuple(sorted({round(steps * (i / (FRAMES - 1)) ** 1.3) for i in range(FRAMES)}))


class _Best:
    """The best weights by held-out score; restored at the end if the final ones are clearly worse."""

    def __init__(self) -> None:
        self.score, self.latest = -math.inf, -math.inf
        self.state: dict[str, Any] | None = None

    def offer(self, score: float, model: nn.Module, higher: bool) -> None:
        self.latest = score if higher else -score
        if self.latest >= self.score:
            self.score, self.state = self.latest, copy.deepcopy(model.state_dict())

    def restore(self, model: nn.Module) -> None:
        if self.state is not None and self.latest < self.score:
            model.load_state_dict(self.state)


def _steps_within(recipe: Recipe, task: Task, model: nn.Module, device: torch.device) -> int:
    """How many steps fit the budget, measured on ten steps of a copy that is thrown away."""
    trial = Stepper(copy.deepcopy(model), task, replace(recipe.training, steps=WARM_UP_STEPS), recipe.seed, device)
    trial.step()  # the first one also pays for allocations
    trial.seconds = 0.0
    for _ in range(WARM_UP_STEPS - 1):
        if trial.step() is None:
            break
    assert recipe.seconds is not None
    per_step = max(trial.seconds / (WARM_UP_STEPS - 1), 1e-5)
    return max(1, min(20_000, round(recipe.seconds / per_step)))


def _progress(
    step: int, steps: int, stepper: Stepper, losses: list[tuple[int, float, float]], score: float | None, seen: list[Sample]
) -> Progress:
    pinned, samples = (seen[0], seen[1:]) if seen else (None, [])
    return Progress(
        step, steps, stepper.seconds, step / max(stepper.seconds, 1e-9), stepper.rate, tuple(losses), score, tuple(samples), pinned
    )
