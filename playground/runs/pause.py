"""Holds a trainer between two steps: pause, go on, or let one step through."""

from __future__ import annotations

import threading
from collections.abc import Callable

from playground.runs.clock import MONOTONIC, Clock

TICK_S = 0.05  # how often a waiting trainer asks whether it should stop


class Gate:
    """One thread trains and waits here; any other may shut and open it."""

    def __init__(self, shut: bool = False, clock: Clock = MONOTONIC) -> None:
        self._changed = threading.Condition()
        self._clock = clock
        self._shut, self._granted = shut, 0

    @property
    def holds(self) -> bool:
        """Whether the next step has to wait."""
        return self._shut and not self._granted

    def shut(self) -> None:
        self._set(shut=True)

    def open(self) -> None:
        self._set(shut=False)

    def once(self) -> None:
        """Let one step through, and hold the next."""
        self._set(shut=True, granted=1)

    def _set(self, *, shut: bool, granted: int = 0) -> None:
        with self._changed:
            self._shut, self._granted = shut, granted
            self._changed.notify_all()

    def wait(self, should_stop: Callable[[], bool]) -> None:
        """Block until a step may be done, or until the trainer should stop."""
        with self._changed:
            while self.holds and not should_stop():
                self._clock.wait(self._changed, TICK_S)

    def passed(self) -> None:
        """A step has begun: what was granted is used up."""
        with self._changed:
            self._granted = 0
