"""A clock that a test turns by hand, for whoever is given a `playground.runs.clock.Clock`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class HandClock:
    """Waits end when the hands are turned far enough, or when they are notified.

    `turn` comes back when all whose time had come have looked and wait again, or have ended: what they have not done by
    then they do not do, and no test has to sleep to see that.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._asleep: dict[threading.Thread, tuple[float, threading.Condition]] = {}
        self._lock = threading.Lock()

    def now(self) -> float:
        return self.seconds

    def wait(self, condition: threading.Condition, timeout_s: float) -> None:
        sleeper = threading.current_thread()
        with self._lock:
            self._asleep[sleeper] = (self.seconds + timeout_s, condition)
        condition.wait()
        with self._lock:
            self._asleep.pop(sleeper, None)

    def turn(self, seconds: float, sleepers: int = 1) -> None:
        """Once so many are asleep, let the time pass."""
        _until(lambda: len(self._asleep) >= sleepers)
        with self._lock:
            self.seconds += seconds
            due = {sleeper: condition for sleeper, (end, condition) in self._asleep.items() if end <= self.seconds}
            for sleeper in due:
                del self._asleep[sleeper]
        for condition in due.values():
            with condition:
                condition.notify_all()
        _until(lambda: all(sleeper in self._asleep or not sleeper.is_alive() for sleeper in due))


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.001)
