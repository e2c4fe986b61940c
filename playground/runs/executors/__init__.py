"""Where a training run happens: here and now (`inline`), in a process of its own (`process`), in a cluster (`ray`), or on the GPU
that a Hugging Face Space borrows (`zero`).

An executor turns a recipe into a `Job`; a job is a blocking iterator of events that can be stopped. Whatever becomes of
the trainer, the iterator of a process or a cluster ends with exactly one `Done` or `Failed`, so that nobody waits for ever:

    job = InlineExecutor().submit(recipe)
    for event in job.events():
        print(event)                                # Started, (Progress | Snapshot | Paused | Resumed)*, Done | Failed
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from playground.runs.events import Done, Event, Failed, Snapshot

Train = Callable[..., Iterator[Event]]  # train(recipe, *, should_stop: Callable[[], bool], gate: Gate) -> Iterator[Event]

TRAIN = "playground.training.trainer:train"


class Job(Protocol):
    """One run under way."""

    def events(self) -> Iterator[Event]:
        """Blocks between events; may be iterated once."""

    def stop(self) -> None:
        """Ask the trainer to end after its current step. May be called from any thread, any number of times."""

    def pause(self) -> None:
        """Ask the trainer to wait before its next step."""

    def resume(self) -> None:
        """Let it go on."""

    def step(self) -> None:
        """Let one step through, and hold the next."""

    def kill(self) -> None:
        """End it now. What has been sent is kept."""


class Ordered(ABC):
    """The part of a `Job` whose trainer is told by words what to do."""

    @abstractmethod
    def _order(self, word: str) -> None:
        """Tell it; what has ended hears nothing."""

    def pause(self) -> None:
        self._order("pause")

    def resume(self) -> None:
        self._order("resume")

    def step(self) -> None:
        self._order("step")


class Executor(Protocol):
    """A place where recipes are trained."""

    def submit(self, recipe: Any, *, paused: bool = False) -> Job:
        """Train the recipe; `paused` holds it before its first step."""

    def close(self) -> None:
        """End everything still under way."""


def pick_executor(name: str | None = None, device: str = "cpu", expect: Callable[[Any], float] = lambda recipe: 60.0) -> Executor:
    """The executor of this name for a server; None takes Ray where RAY_ADDRESS says where its head is, the GPU that a Space with ZeroGPU
    borrows, for as long as is expected of a recipe, and processes elsewhere.

    Raises InputError if it is Ray and Ray is not installed. That its head is down is told by each run.
    """
    address = os.environ.get("RAY_ADDRESS")
    if name == "ray" or (name is None and address):
        from playground.runs.executors.ray import RayExecutor

        return RayExecutor(address or "auto")
    if name is None and on_zero_gpu():
        from playground.runs.executors.zero import ZeroExecutor

        return ZeroExecutor(expect=expect)
    from playground.runs.executors.process import ProcessExecutor

    return ProcessExecutor(method="spawn" if device == "cuda" else None)


def on_zero_gpu() -> bool:
    """Whether this is a Space with ZeroGPU, by the variable that its package `spaces` reads, and that package is installed."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true") and find_spec("spaces") is not None


def load(path: str) -> Train:
    """The training function named "module:function", imported only now: torch is slow to load."""
    module, _, name = path.partition(":")
    train: Train = getattr(import_module(module), name)
    return train


@dataclass
class Tally:
    """How far a stream of events has come: enough to end it honestly where it broke off."""

    step: int = 0
    train_s: float = 0.0
    kept_step: int | None = None  # of the newest snapshot
    begun: bool = False
    over: bool = False

    def count(self, event: Event) -> None:
        self.begun = True
        self.step = max(self.step, getattr(event, "step", 0))
        self.train_s = getattr(event, "train_s", self.train_s)
        self.over = isinstance(event, Done | Failed)
        if isinstance(event, Snapshot):
            self.kept_step = event.step

    def failed(self, cause: str, advice: str, device_lost: bool = False) -> Failed:
        if self.kept_step is not None:
            kept = f"the curve up to step {self.step} and the weights of step {self.kept_step} are kept"
        else:
            kept = f"the curve up to step {self.step} is kept" if self.step else "it had not learned anything yet"
        return Failed(self.step, cause, kept, advice, device_lost)

    def stopped(self) -> Done:
        return Done(self.step, "stopped", {}, self.train_s)


__all__ = ["TRAIN", "Executor", "Job", "Ordered", "Tally", "Train", "load", "on_zero_gpu", "pick_executor"]
