"""The time, and waiting for it. Whoever needs either is given a clock, so that a test can turn the hands."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds that only ever go up, and a wait that ends by them."""

    def now(self) -> float: ...

    def wait(self, condition: threading.Condition, timeout_s: float) -> None:
        """Let go of the condition until it is notified, or for `timeout_s`. The caller holds it, and looks again afterwards."""


class Monotonic:
    """The machine's own time; setting its clock does not change it."""

    def now(self) -> float:
        return time.monotonic()

    def wait(self, condition: threading.Condition, timeout_s: float) -> None:
        condition.wait(timeout_s)


MONOTONIC: Clock = Monotonic()
