"""Results that grow while somebody asks for more of them.

Nothing is computed between two questions: who asks no longer, or closes the page, has stopped the work. And who asks for what somebody
else has asked for already goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from threading import Lock
from typing import Any, Generic, TypeVar

from cachetools import LRUCache

T = TypeVar("T")
KEPT = 32


class Growing(Generic[T]):
    """One of them: what came last, and whether nothing more will come."""

    def __init__(self, parts: Iterator[T], clock: Callable[[], float]) -> None:
        self._parts, self._clock, self._lock = parts, clock, Lock()
        self.newest: T | None = None
        self.over = False
        self.spent_s = 0.0  # that were worked on it, by whoever asked

    def after(self, seconds: float) -> None:
        """Work on it for so long, and at least until something came. Another one who asks meanwhile waits."""
        with self._lock:
            begin = self._clock()
            while not self.over:
                try:
                    self.newest = next(self._parts)
                except StopIteration:
                    self.over, self._parts = True, iter(())
                if self._clock() - begin >= seconds:
                    break
            self.spent_s += self._clock() - begin


class Nursery:
    """The latest of them, by what was asked."""

    def __init__(self, kept: int = KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock, self._clock = Lock(), clock
        self._growing: LRUCache[Hashable, Growing[Any]] = LRUCache(kept)

    def grown(self, key: Hashable, parts: Callable[[], Iterator[T]], seconds: float) -> Growing[T]:
        """What is known after so many more seconds. Raises what making it raises; then it is made anew for the next one who asks."""
        with self._lock:
            growing: Growing[T] | None = self._growing.get(key)
            if growing is None:
                growing = self._growing[key] = Growing(parts(), self._clock)
        try:
            growing.after(seconds)
        except Exception:
            with self._lock:
                if self._growing.get(key) is growing:
                    del self._growing[key]
            raise
        return growing
