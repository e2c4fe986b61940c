"""`train(recipe)` is a generator of events. It knows no page and no process.

    for event in train(recipes.make("attention_seq2seq", "reverse")):
        ...

AdamW, gradient norm clipped to 1, 10 % linear warm-up, cosine down to 0. The schedule reads step / steps only and all
random draws come from private generators, so the same recipe on the same device and build gives bit-identical losses.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch

from ..errors import NoDevice
from ..models import Model, initialise, parameter_count
from ..runs.events import Event, Resumed, Started
from ..runs.pause import Gate
from ..tasks import Task
from .evaluation import Watcher
from .recipes import Recipe
from .reporter import Reporter
from .stepper import Stepper

MORE = 1.15  # updates than fit where a clock ends the run: what is measured in a moment when much else happens is too little
WARM_UP_STEPS = 10  # to turn seconds into steps, and the share (1/10) of the schedule's rise


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


def new_model(recipe: Recipe) -> Model:
    """The model before its first step: the same parameters for the same recipe, on every device."""
    model = recipe.build_model()
    initialise(model, torch.Generator().manual_seed(recipe.seed))
    return model


def train(recipe: Recipe, *, should_stop: Callable[[], bool] = lambda: False, gate: Gate | None = None) -> Iterator[Event]:
    """Train and tell. `should_stop` is asked before every step; a `gate` may hold it there, which changes no number.

    Order of events: Started, then Progress (where a score was measured, else at most 6 a second) and Snapshots (12, the first before any
    step, and the final one; each with score and samples of its own step), then Done, or Failed if the loss or a gradient is no longer a
    number: the last finite weights are kept.
    """
    task, device = recipe.build_task(), pick_device(recipe.device)
    model = new_model(recipe).to(device)
    recipe = replace(recipe.settled(precision=pick_precision(recipe.training.precision, device)), seconds=recipe.seconds)
    if recipe.seconds is not None:
        recipe = recipe.settled(steps=_steps_within(recipe, task, model, device))
    options, gate = recipe.training, gate or Gate()
    stepper = Stepper(model, task, options, recipe.seed, device)
    reporter = Reporter(stepper, Watcher(model, task, device, options.precision))
    yield Started(options.steps, parameter_count(model), str(device), recipe, reporter.frames, batches=stepper.fingerprint())
    yield from reporter.start()
    reason = "finished"
    while stepper.done < options.steps:
        if gate.holds:
            yield from reporter.pause()
            gate.wait(should_stop)
            if not should_stop():
                yield Resumed(stepper.done)
        gate.passed()
        if should_stop():
            reason = "stopped"
            break
        loss = stepper.step()
        if loss is None:
            yield from reporter.fail()
            return
        yield from reporter.step(loss)
        if reporter.enough:
            reason = "early"
            break
        if recipe.clock_s is not None and stepper.seconds >= recipe.clock_s:
            break
    yield from reporter.end(reason)


def _steps_within(recipe: Recipe, task: Task, model: Model, device: torch.device) -> int:
    """How many steps fit the budget, measured on ten steps of a copy that is thrown away; a few more where a clock will end them."""
    trial = Stepper(copy.deepcopy(model), task, replace(recipe.training, steps=WARM_UP_STEPS), recipe.seed, device)
    trial.step()  # the first one also pays for allocations
    trial.seconds = 0.0
    for _ in range(WARM_UP_STEPS - 1):
        if trial.step() is None:
            break
    assert recipe.seconds is not None
    per_step = max(trial.seconds / (WARM_UP_STEPS - 1), 1e-5)
    more = 1.0 if recipe.clock_s is None else MORE
    return max(1, min(20_000, round(more * recipe.seconds / per_step)))
