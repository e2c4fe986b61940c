"""Many runs of one owner, one after the other: each waits in line like any other, so that nobody waits for more than one of them.

    start(recipes) ─► thread ─► book.start ─► follow to its end ─► the next one …
                                  │ no room
                                  ▼
                              wait a little, ask again

A series nobody asks after any more stops, like a run that nobody follows.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Generic

from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.clock import MONOTONIC, Clock
from playground.runs.log import R, RunLog

RETRY_S = 0.5  # until a series asks for a place again
ABSENCE_S = 90.0  # a hidden tab of a browser may be silent for a minute
KEPT = 200  # series, of all owners
UNDER_WAY = 64


class Series(Generic[R]):
    """Some recipes, and the runs of those that have begun, in their order."""

    def __init__(self, book: RunBook[R], recipes: Sequence[R], owner: str, address: str = "", clock: Clock = MONOTONIC) -> None:
        self.id, self.recipes, self.owner, self.address = secrets.token_urlsafe(16), tuple(recipes), owner, address
        self.runs: list[RunLog[R]] = []
        self.over = self.stopped = False
        self.waits_for: str | None = None  # why the next run has no place yet
        self.began_at = self.asked_at = clock.now()
        self._book, self._clock = book, clock
        self._turn = threading.Condition()
        self._thread = threading.Thread(target=self._go, name="series", daemon=True)

    @property
    def done(self) -> int:
        """How many of its runs have ended."""
        return sum(log.over for log in self.runs)

    def elapsed_s(self) -> float:
        return self._clock.now() - self.began_at

    def begin(self) -> None:
        self._thread.start()

    def ask(self) -> None:
        """Somebody looks at it."""
        self.asked_at = self._clock.now()

    def stop(self) -> None:
        """Begin no more runs, and stop the one that trains; what has ended is kept."""
        with self._turn:
            self.stopped = True
            under_way = [log for log in self.runs if not log.over]
            self._turn.notify_all()
        for log in under_way:
            with suppress(InputError):  # joined: it is somebody else's
                self._book.stop(log.id, self.owner)

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended within so many seconds."""
        self._thread.join(timeout_s)
        return self.over

    def _go(self) -> None:
        try:
            for recipe in self.recipes:
                if (log := self._placed(recipe)) is None:
                    break
                for _ in log.read():
                    if self._deserted() and not self.stopped:
                        self.stop()
                    if self.stopped and log.owner != self.owner:
                        break
        finally:
            self.over = True

    def _placed(self, recipe: R) -> RunLog[R] | None:
        """The recipe's run once it is in line; None where the series ends before."""
        while not (self.stopped or self._deserted()):
            try:
                log = self._book.get(self._book.start(recipe, self.owner, address=self.address))
            except InputError as error:
                if self._book.closing:
                    break
                self.waits_for = str(error)
                with self._turn:
                    self._clock.wait(self._turn, RETRY_S)
                continue
            with self._turn:
                self.waits_for = None
                self.runs.append(log)
            if self.stopped:  # meanwhile
                self.stop()
            return log
        self.stopped = True
        return None

    def _deserted(self) -> bool:
        return self._clock.now() - self.asked_at > ABSENCE_S


class SeriesBook(Generic[R]):
    """All series of one kind on this server, the latest of them; `name` is what a visitor calls one."""

    def __init__(self, book: RunBook[R], clock: Clock = MONOTONIC, name: str = "sweep") -> None:
        self._book, self._clock, self._name = book, clock, name
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Series[R]] = OrderedDict()

    def start(self, recipes: Sequence[R], owner: str, address: str = "") -> Series[R]:
        """Train these one after the other. Raises InputError where this owner has a series under way, or the server too many."""
        with self._lock:
            under_way = [series for series in self._kept.values() if not series.over]
            if any(series.owner == owner for series in under_way):
                raise InputError(f"A {self._name} of yours is under way; wait for its end, or cancel it.")
            if len(under_way) >= UNDER_WAY:
                raise InputError(f"Too many {self._name}s are under way on this server; try again in a minute, or train single runs.")
            series = Series(self._book, recipes, owner, address, self._clock)
            self._kept[series.id] = series
            for id in [id for id, old in self._kept.items() if old.over][: max(0, len(self._kept) - KEPT)]:
                del self._kept[id]
        series.begin()
        return series

    def get(self, id: str) -> Series[R]:
        """Raises InputError where there is none, or none any more."""
        with self._lock:
            series = self._kept.get(id)
        if series is None:
            raise InputError(f"This {self._name} is no longer kept on the server; what was told of it stays here.")
        return series

    def of(self, owner: str) -> Series[R] | None:
        """An owner's newest."""
        with self._lock:
            return next((series for series in reversed(self._kept.values()) if series.owner == owner), None)
