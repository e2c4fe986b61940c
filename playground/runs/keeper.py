"""Runs are saved while they train and once they have ended, so that a server that dies loses none: only what came after a snapshot. Those
of which nothing is saved yet are written down with the line that they stand in."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterable
from typing import Generic

from playground.runs.clock import MONOTONIC, Clock
from playground.runs.line import Place
from playground.runs.log import R, RunLog

_log = logging.getLogger(__name__)


NEVER = 0, -math.inf


class Keeper(Generic[R]):
    """Saves on a thread of its own, one run after the other.

    keep: writes a run as it is now.
    places, keep_line: who stands in line, and what writes that down.
    every_s: a run under way is saved no oftener than this, if it has new snapshots; one that has ended, at once.
    """

    def __init__(
        self,
        keep: Callable[[RunLog[R]], None],
        places: Callable[[], list[Place[R]]] | None = None,
        keep_line: Callable[[list[Place[R]]], None] | None = None,
        *,
        every_s: float = 2.0,
        clock: Clock = MONOTONIC,
    ) -> None:
        self._keep, self._places, self._keep_line, self._every_s, self._clock = keep, places, keep_line, every_s, clock
        self._line: list[Place[R]] = []  # as it was written down
        self._watched: dict[str, RunLog[R]] = {}
        self._saved: dict[str, tuple[int, float]] = {}  # how many snapshots a watched run had when it was saved, and when that was
        self._news = threading.Condition()
        self._writing = threading.Lock()  # so that what is older never comes after what is newer
        self._finished = self._stale = False
        threading.Thread(target=self._work, name="run keeper", daemon=True).start()

    def watch(self, log: RunLog[R]) -> None:
        """Save this run from now on, until it has ended and is saved."""
        with self._news:
            self._watched[log.id] = log
            self._stale = True
            self._news.notify_all()

    def look(self) -> None:
        """A run has ended, or stands elsewhere in line: see to it now."""
        with self._news:
            self._stale = True
            self._news.notify_all()

    def finish(self, last: Iterable[RunLog[R]]) -> None:
        """Before the server goes: save these runs, and what is not saved yet of others. Nothing is saved after this."""
        with self._writing:
            self._finished = True
            self._write_line([])
            with self._news:
                rest = [log for log in self._watched.values() if log.over]
                self._news.notify_all()
            for log in dict.fromkeys([*last, *rest]):
                self._save(log)

    def _work(self) -> None:
        while not self._finished:
            with self._news:
                watched, self._stale = list(self._watched.values()), False
            for log in watched:
                with self._writing:
                    if self._is_due(log) and not self._finished:
                        self._save(log)
            if self._places is not None:
                places = self._places()  # not while writing: whoever holds the book's lock may wait for that
                with self._writing:
                    if not self._finished:
                        self._write_line([place for place in places if not self._saved.get(place.id, NEVER)[0]])
            with self._news:
                if self._finished or self._stale or any(log.over for log in self._watched.values()):
                    continue
                if self._watched:
                    self._clock.wait(self._news, self._every_s)
                else:
                    self._news.wait()

    def _write_line(self, places: list[Place[R]]) -> None:
        if self._keep_line is None or places == self._line:
            return
        self._line = places
        try:
            self._keep_line(places)
        except Exception:  # noqa: BLE001  a full disk must not cost the runs
            _log.exception("the waiting line could not be written")

    def _is_due(self, log: RunLog[R]) -> bool:
        snapshots, when = self._saved.get(log.id, NEVER)
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
