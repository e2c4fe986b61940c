"""The run book: who trains what, in which order, and for whom.

    start(recipe) ─► already under way? ── yes ─► the same run, joined
                         │ no
                         ▼
                     a free slot? ── yes ─► training, one reader thread that fills the run's log
                         │ no
                         ▼
                     room in line? ── yes ─► queued, told its position whenever it changes
                         │ no
                         ▼
                     InputError, in a sentence

A run that nobody follows stops after a grace time, a longer one if a connection broke than if a tab was closed; a finished
run is kept until the memory is needed for newer ones. A paused run keeps its place for a while, where visitors have a share only
until somebody waits, then gives it up and waits in line again when it is to go on.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Generic

from playground.errors import InputError
from playground.runs.archive import Archive
from playground.runs.clock import MONOTONIC, Clock
from playground.runs.executors import Executor
from playground.runs.keeper import Keeper
from playground.runs.line import Line, Place
from playground.runs.log import R, RunLog
from playground.runs.seat import Order, Seat

_log = logging.getLogger(__name__)


class RunBook(Generic[R]):
    """All runs of this server.

    slots: runs that train at the same time.
    line: runs that may wait.
    share: runs that one owner may have under way, of which one trains; None is no limit.
    grace_s: how long a run goes on with no follower.
    absence_s: the same after a follower's connection broke: it may come back.
    pause_s: how long a paused run keeps its place.
    keep_bytes: memory for finished runs, least recently used go first (one always stays).
    expect: how many seconds a recipe will take, where somebody can tell.
    typical_s: otherwise the estimate for a run before any has been seen; learned from then on.
    """

    def __init__(
        self,
        executor: Executor,
        *,
        slots: int | None = None,
        line: int = 32,
        share: int | None = None,
        grace_s: float = 10.0,
        absence_s: float = 30.0,
        pause_s: float = 60.0,
        keep_bytes: int = 256 * 2**20,
        typical_s: float = 10.0,
        expect: Callable[[R], float] | None = None,
        clock: Clock = MONOTONIC,
    ) -> None:
        self.executor = executor
        self.expect = expect
        self.grace_s, self.absence_s, self.pause_s = grace_s, max(absence_s, grace_s), pause_s
        self.closing = False
        self.lost: set[str] = set()  # devices that failed under a run
        self._clock = clock
        self._lock = threading.RLock()
        self._freed = threading.Condition(self._lock)  # notified when a slot becomes free
        self._line: Line[R] = Line(slots or cores(), line, typical_s, clock, share)
        self._archive: Archive[R] = Archive(keep_bytes)
        self._tender: threading.Thread | None = None
        self._keeper: Keeper[R] | None = None

    def keep_by(self, keep: Callable[[RunLog[R]], None], keep_line: Callable[[list[Place[R]]], None] | None = None) -> None:
        """From now on have `keep` save what runs have learned: while they train, once they have ended, and when the server goes; and
        `keep_line` the runs of which nothing is saved, whenever there are others."""
        self._keeper = Keeper(keep, self._places if keep_line else None, keep_line, clock=self._clock)

    def take_up(self, places: Iterable[Place[R]]) -> None:
        """Have the runs in line that an earlier server has left, under their names; what there is no room for has no place."""
        with self._lock:
            for place in places:
                if (refusal := self._line.refusal(place.owner)) is not None:
                    _log.warning("a run that waited is not taken up: %s", refusal)
                    continue
                self._enter(
                    RunLog(place.id, place.recipe, place.owner, expected_s=self._expected(place.recipe), clock=self._clock), place.order
                )

    def start(self, recipe: R, owner: str, *, address: str = "", pinned: bool = False, paused: bool = False) -> str:
        """Train the recipe, or join the run that does; the id of the run. `InputError` when there is no room.

        `paused` makes a new run that is held before its first step, never joined to another: it is to be stepped by hand.
        """
        expected_s = self._expected(recipe)
        with self._lock:
            if not self.closing and not paused and (joined := self._line.joinable(recipe)) is not None:
                joined.touch()
                return joined.id
            self._admit(owner, address)
            log = self._log(recipe, owner, address, expected_s, pinned)
            self._enter(log, "pause" if paused else "resume")
            return log.id

    def start_both(self, a: R, b: R, owner: str, *, address: str = "") -> tuple[str, str]:
        """Train two recipes side by side, as two new runs; their ids. `InputError` when there is no room for both."""
        expected_s = self._expected(a), self._expected(b)
        with self._lock:
            self._admit(owner, address, runs=2)
            first = self._log(a, owner, address, expected_s[0])
            self._enter(first, "resume")
            second = self._log(b, owner, address, expected_s[1])
            first.beside, second.beside = second.id, first.id
            self._enter(second, "resume")
            return first.id, second.id

    def stop(self, run_id: str, owner: str) -> None:
        """Stop a run, or take it out of the line. Only its starter may; stopping an ended run does nothing."""
        self._halt(self._own(run_id, owner, "stop"))

    def pause(self, run_id: str, owner: str) -> None:
        """Hold a run before its next step. Only its starter may; one that is not training is left as it is."""
        self._command(run_id, owner, "pause")

    def resume(self, run_id: str, owner: str) -> None:
        """Let a paused run go on; in line, if it has lost its place."""
        self._command(run_id, owner, "resume")

    def step(self, run_id: str, owner: str) -> None:
        """Let a run do one more step and hold it."""
        self._command(run_id, owner, "step")

    def get(self, run_id: str) -> RunLog[R]:
        """The run's log. `InputError` when there is none: never was, evicted, or from before a restart."""
        with self._lock:
            log = self._line.find(run_id)
            log = self._archive.find(run_id) if log is None else log
        if log is None:
            raise InputError("This run is no longer kept on the server. Train it again, or open a shipped model.")
        return log

    def adopt(self, log: RunLog[R]) -> RunLog[R]:
        """Take in an ended run from before the server was started anew; the one of its name, if somebody else was faster."""
        with self._lock:
            return self._archive.adopt(log)

    def of(self, owner: str) -> list[RunLog[R]]:
        """The runs one visitor started, newest first."""
        with self._lock:
            mine = [log for log in [*self._line.live(), *self._archive] if log.owner == owner]
        return sorted(mine, key=lambda log: -log.born_at)

    def counts(self) -> dict[str, int]:
        """How many runs train, wait and are finished, each run counted once: one that just ended trains until its slot is free."""
        with self._lock:
            followers = sum(log.followers for log in [*self._line.live(), *self._archive])
            return {**self._line.counts(), "finished": len(self._archive), "followers": followers}

    def drain(self, timeout_s: float = 6.0) -> None:
        """Before the server goes: tell every follower, stop all, wait, and save what has weights and is not saved yet."""
        deadline = self._clock.now() + timeout_s
        with self._lock:
            self.closing = True
            live = self._line.live()
        for log in live:
            log.say({"type": "closing"})
        for log in live:
            self._halt(log)
        with self._freed:
            while self._line.live() and (left_s := deadline - self._clock.now()) > 0:
                self._clock.wait(self._freed, left_s)
        self.executor.close()
        for log in live:
            if not log.over:
                log.append(log.tally.stopped())
        if self._keeper is not None:
            self._keeper.finish(live)

    def _expected(self, recipe: R) -> float | None:
        return self.expect(recipe) if self.expect is not None else None

    def _admit(self, owner: str, address: str, runs: int = 1) -> None:
        """Raises InputError where there is no room for so many more runs."""
        if self.closing:
            raise InputError("The server is about to restart, so nothing new is trained. Try again in a minute.")
        if (refusal := self._line.refusal(owner, address, runs)) is not None:
            raise InputError(refusal)

    def _log(self, recipe: R, owner: str, address: str, expected_s: float | None, pinned: bool = False) -> RunLog[R]:
        """A new run under a name that nobody guesses."""
        number, name = 1 + max((log.number for log in self.of(owner)), default=0), secrets.token_urlsafe(16)
        return RunLog(name, recipe, owner, address=address, pinned=pinned, number=number, expected_s=expected_s, clock=self._clock)

    def _enter(self, log: RunLog[R], order: Order) -> None:
        self._line.enter(log, order)
        _log.info("event=run_entered run=%s training=%d waiting=%d", log.id, *list(self._line.counts().values())[:2])
        if self._keeper is not None:
            self._keeper.watch(log)
        self._advance()
        self._tend()

    def _places(self) -> list[Place[R]]:
        with self._lock:
            return self._line.places()

    def _own(self, run_id: str, owner: str, what: str) -> RunLog[R]:
        log = self.get(run_id)
        if log.owner != owner:
            raise InputError(f"Only the one who started this run can {what} it. You can leave it, or start one of your own.")
        return log

    def _command(self, run_id: str, owner: str, order: Order) -> None:
        log = self._own(run_id, owner, order)
        with self._lock:
            self._line.command(log, order)
            self._advance()
        self._look()

    def _advance(self) -> None:
        """Fill free slots from the front of the line; tell the rest where they stand."""
        while not self.closing and (seat := self._line.take()) is not None:
            try:
                threading.Thread(target=seat.context.run, args=(self._train, seat), name="run reader", daemon=True).start()
            except RuntimeError:  # the system gives no more threads
                self._line.leave(seat)
                seat.log.append(seat.log.tally.failed("the server is too busy to start another training", "train again in a minute"))
                self._archive.adopt(seat.log)
        self._line.tell_places()

    def _train(self, seat: Seat[R]) -> None:
        """The reader thread of one run."""
        try:
            seat.train(self.executor, self.lost)
        finally:
            self._leave(seat)

    def _leave(self, seat: Seat[R]) -> None:
        with self._freed:
            self._line.leave(seat)
            self._archive.adopt(seat.log)
            _log.info("event=run_ended run=%s status=%s seconds=%.1f", seat.log.id, seat.log.status, self._clock.now() - seat.since)
            self._advance()
            self._freed.notify_all()
        self._look()

    def _look(self) -> None:
        if self._keeper is not None:
            self._keeper.look()

    def _halt(self, log: RunLog[R]) -> None:
        with self._lock:
            if not self._line.stop(log) and not log.over:
                log.append(log.tally.stopped())
                self._archive.adopt(log)
            self._advance()
        self._look()

    def _tend(self) -> None:
        """Have a thread look after the runs for as long as there are live ones."""
        if self._tender is None:
            tender = threading.Thread(target=self._look_after, name="run tender", daemon=True)
            with suppress(RuntimeError):  # the system gives no more threads: the next start tries again
                tender.start()
                self._tender = tender

    def _look_after(self) -> None:
        """Give the places of runs that are paused for long to those in line; stop runs that nobody follows."""
        with self._lock:
            while live := self._line.live():
                self._line.park(self.pause_s)
                self._advance()
                for log in live:
                    if not log.pinned and log.deserted(self.grace_s, self.absence_s):
                        self._halt(log)
                self._clock.wait(self._freed, min(self.grace_s / 4, 0.5))
            self._tender = None


def cores() -> int:
    """Cores this process may use: a container's share, not the machine's number."""
    try:
        available = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        available = os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(available, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no cgroup, or "max": no limit
        return available
