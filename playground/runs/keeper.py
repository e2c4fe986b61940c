"""Runs are saved while they train and once they have ended, so that a server that dies loses none: only what came after a snapshot."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterable
from typing import Generic

from playground.runs.clock import MONOTONIC, Clock
from playground.runs.log import R, RunLog

_log = logging.getLogger(__name__)


class Keeper(Generic[R]):
    """Saves on a thread of its own, one run after the other.

    keep: writes a run as it is now.
    every_s: a run under way is saved no oftener than this, if it has new snapshots; one that has ended, at once.
    """

    def __init__(self, keep: Callable[[RunLog[R]], None], *, every_s: float = 2.0, clock: Clock = MONOTONIC) -> None:
        self._keep, self._every_s, self._clock = keep, every_s, clock
        self._watched: dict[str, RunLog[R]] = {}
        self._saved: dict[str, tuple[int, float]] = {}  # how many snapshots a watched run had when it was saved, and when that was
        self._news = threading.Condition()
        self._writing = threading.Lock()  # so that what is older never comes after what is newer
        self._finished = False
        threading.Thread(target=self._work, name="run keeper", daemon=True).start()

    def watch(self, log: RunLog[R]) -> None:
        """Save this run from now on, until it has ended and is saved."""
        with self._news:
            self._watched[log.id] = log
            self._news.notify_all()

    def look(self) -> None:
        """A run has ended: save it now."""
        with self._news:
            self._news.notify_all()

    def finish(self, last: Iterable[RunLog[R]]) -> None:
        """Before the server goes: save these runs, and what is not saved yet of others. Nothing is saved after this."""
        with self._writing:
            self._finished = True
            with self._news:
                rest = [log for log in self._watched.values() if log.over]
                self._news.notify_all()
            for log in dict.fromkeys([*last, *rest]):
                self._save(log)

    def _work(self) -> None:
        while not self._finished:
            with self._news:
                watched = list(self._watched.values())
            for log in watched:
                with self._writing:
                    if self._is_due(log) and not self._finished:
                        self._save(log)
            with self._news:
                if self._finished or any(log.over for log in self._watched.values()):
                    continue
                if self._watched:
                    self._clock.wait(self._news, self._every_s)
                else:
                    self._news.wait()

    def _is_due(self, log: RunLog[R]) -> bool:
        snapshots, when = self._saved.get(log.id, (0, -math.inf))
        return log.over or (len(log.snapshots) > snapshots and self._clock.now() >= when + self._every_s)

    def _save(self, log: RunLog[R]) -> None:
        over, snapshots = log.over, len(log.snapshots)
        self._saved[log.id] = snapshots, self._clock.now()
        if snapshots:
            try:
                self._keep(log)
            except Exception:  # noqa: BLE001  one that cannot be saved must not cost the others
                _log.exception("run %s could not be saved", log.id)
        if over:
            with self._news:
                self._watched.pop(log.id, None)
            del self._saved[log.id]
