"""Training in the calling thread: for the Python interface, notebooks and tests.

Between two events the caller's code runs with its own torch settings; only the training itself is held to one thread,
as in a worker process, so that both give the same losses bit for bit.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playground.runs.clock import MONOTONIC, Clock
from playground.runs.events import Event
from playground.runs.executors import TRAIN, load
from playground.runs.pause import Gate


class InlineExecutor:
    """Runs `train` wherever `Job.events()` is iterated. Its exceptions are the caller's."""

    def __init__(self, train: str = TRAIN, clock: Clock = MONOTONIC) -> None:
        self._train, self._clock = train, clock

    def submit(self, recipe: Any, *, paused: bool = False) -> InlineJob:
        return InlineJob(self._train, recipe, Gate(paused, self._clock))

    def close(self) -> None:
        """Nothing runs by itself, so nothing has to be ended."""


class InlineJob:
    def __init__(self, train: str, recipe: Any, gate: Gate) -> None:
        self._train = train
        self._recipe = recipe
        self._stop = threading.Event()
        self._gate = gate
        self.pause, self.resume, self.step = self._gate.shut, self._gate.open, self._gate.once

    def events(self) -> Iterator[Event]:
        stream = load(self._train)(self._recipe, should_stop=self._stop.is_set, gate=self._gate)
        while True:
            with one_thread():
                event = next(stream, None)
            if event is None:
                return
            yield event

    def stop(self) -> None:
        self._stop.set()
        self._gate.open()

    def kill(self) -> None:
        """A thread cannot be killed: the same as `stop`."""
        self.stop()


@contextmanager
def one_thread() -> Iterator[None]:
    """One torch thread inside, the caller's number again outside. A trainer without torch is left alone."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
