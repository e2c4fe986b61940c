"""Training functions that train nothing: a real executor runs them in place of `playground.training.trainer.train`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from playground.errors import InputError
from playground.runs.events import Done, Event, Paused, Progress, Resumed, SequenceSample, Snapshot, Started
from playground.runs.pause import Gate

HERE = "tests.fakes"


@dataclass(frozen=True)
class FakeRecipe:
    """`pause_s` between steps, `size` bytes of weights in each snapshot."""

    name: str = "fake"
    steps: int = 5
    pause_s: float = 0.0
    size: int = 100
    text: str = "x"
    device: str = "cpu"
    expected_s: float | None = 2.0
    film_steps: tuple[int, ...] = (0, 2, 4)
    behaviour: str = "train"


def train(recipe: FakeRecipe, *, should_stop: Callable[[], bool] = lambda: False, gate: Gate | None = None) -> Iterator[Event]:
    """Counts to `recipe.steps`, politely."""
    yield Started(recipe.steps, 1234, "cpu", replace(recipe), recipe.film_steps)
    pinned = SequenceSample(("3", "1"), ("1", recipe.text), ("1", "3"))
    gate = gate or Gate()
    for step in range(recipe.steps):
        if gate.holds:
            yield Paused(step)
            gate.wait(should_stop)
            if not should_stop():
                yield Resumed(step)
        gate.passed()
        if should_stop():
            yield Done(step, "stopped", {"score": 0.5}, step * 0.1)
            return
        yield progress(step, recipe)
        if step % 2 == 0:
            yield Snapshot(step, b"w" * recipe.size, pinned, score=step / recipe.steps, best=step == 2)
        time.sleep(recipe.pause_s)
    yield Done(recipe.steps, "finished", {"score": 1.0}, recipe.steps * 0.1)


def progress(step: int, recipe: FakeRecipe) -> Progress:
    sample = SequenceSample(("3",), (recipe.text,), ("3",))
    return Progress(step, recipe.steps, step * 0.1, 10.0, 1e-3, ((step, step * 0.1, 2.0),), None, (sample,))


def any_of(recipe: FakeRecipe, *, should_stop: Callable[[], bool] = lambda: False, gate: Gate | None = None) -> Iterator[Event]:
    """Behaves as the recipe says: one executor, many fates."""
    yield from globals()[recipe.behaviour](recipe, should_stop=should_stop, gate=gate)


def endless(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    yield from train(replace(recipe, steps=10**9, pause_s=0.01), should_stop=should_stop, gate=gate)


def deaf(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """Never asks whether it should stop."""
    yield from _beginning(recipe)
    time.sleep(600)


def babbling(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """Never asks either, and never stops talking."""
    yield from endless(recipe, should_stop=lambda: False)


def silent(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """Thinks for long between two words."""
    yield from _beginning(recipe)
    time.sleep(2.0)
    yield Done(1, "finished", {}, 2.0)


def hungry(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """Takes 20 MB every 50 ms."""
    yield from _beginning(recipe)
    held = []
    for step in range(1000):
        held.append(bytearray(os.urandom(20 * 2**20)))
        yield progress(step, recipe)
        time.sleep(0.05)


def vanishing(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """Leaves without a word, as after a segmentation fault."""
    yield from _beginning(recipe)
    os._exit(139)


def unfinished(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    yield from _beginning(recipe)


def buggy(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    yield from _beginning(recipe)
    raise KeyError("/home/secret/path")


def out_of_memory(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    yield from _beginning(recipe)
    raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9e12 bytes")


def refused(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> NoReturn:
    raise InputError("hidden is 10**9; at most 512 is allowed")


def telling_pid(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """Says in which process it runs."""
    yield from endless(replace(recipe, text=str(os.getpid())), should_stop=should_stop, gate=gate)


def babbling_pid(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """The same, and never asks whether it should stop."""
    yield from telling_pid(recipe, should_stop=lambda: False)


def where(recipe: FakeRecipe, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """Says what a worker of Ray has: its cores, torch's threads, and which of the page's modules."""
    import ray
    import torch

    cores = ray.get_runtime_context().get_assigned_resources()["CPU"]
    loaded = [name for name in ("gradio", "plotly", "playground.app") if name in sys.modules]
    answers = (str(cores), str(torch.get_num_threads()), str(loaded))
    yield Started(1, 1, "cpu", recipe)
    yield replace(progress(0, recipe), samples=tuple(SequenceSample((), (answer,), ()) for answer in answers))


def gpu_that_goes(recipe: Any, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """Trains on the CPU; on a GPU it learns something, and then the GPU is gone. Takes real recipes too."""
    yield from _beginning(FakeRecipe())
    if recipe.device == "cuda":
        import torch

        raise torch.AcceleratorError("CUDA error: unspecified launch failure\nCUDA kernel errors might be reported at some other API call")
    yield Done(2, "finished", {"score": 1.0}, 0.2)


def gpu_that_asserts(recipe: Any, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """A kernel that fails on a real GPU, which costs its process the device."""
    import torch

    yield from _beginning(FakeRecipe())
    place = torch.tensor([10**6], device=recipe.device)
    yield Done(2, str(torch.zeros(2, device=recipe.device)[place].item()), {}, 0.2)


def train_on_the_cpu(recipe: Any, *, should_stop: Callable[[], bool], gate: Gate | None = None) -> Iterator[Event]:
    """The real training, of a recipe that is meant for a GPU."""
    from playground.training.trainer import train

    yield from train(replace(recipe, device="cpu"), should_stop=should_stop, gate=gate)


def _beginning(recipe: FakeRecipe) -> Iterator[Event]:
    yield Started(recipe.steps, 1, "cpu", recipe)
    yield progress(0, recipe)
    yield Snapshot(0, b"w" * recipe.size, SequenceSample(("3",), ("3",), ("3",)), 0.1)
    yield progress(1, recipe)
