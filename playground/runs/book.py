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
run is kept until the memory is needed for newer ones. A paused run keeps its place for a while, then gives it up and
waits in line again when it is to go on.
"""

from __future__ import annotations

import heapq
import logging
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.errors import InputError
from playground.runs.events import Failed
from playground.runs.executors import Executor, Job
from playground.runs.log import Clock, RunLog

_log = logging.getLogger(__name__)


@dataclass
class _Seat:
    """A taken training slot."""

    log: RunLog
    since: float
    paused: bool = False  # to be held before its first step
    job: Job | None = None  # None until the executor has answered
    stopping: bool = False
    order: str | None = None  # what its trainer is told as soon as it can be told anything

    def tell(self, order: str) -> None:
        if self.job is None:
            self.order = order
        else:
            getattr(self.job, order)()


class RunBook:
    """All runs of this server.

    slots: runs that train at the same time.
    line: runs that may wait.
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
        grace_s: float = 10.0,
        absence_s: float = 30.0,
        pause_s: float = 60.0,
        keep_bytes: int = 256 * 2**20,
        typical_s: float = 10.0,
        expect: Callable[[Any], float] | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.executor = executor
        self.expect = expect
        self.slots, self.line = slots or cores(), line
        self.grace_s, self.absence_s, self.pause_s, self.keep_bytes = grace_s, max(absence_s, grace_s), pause_s, keep_bytes
        self.closing = False
        self.lost: set[str] = set()  # devices that failed under a run
        self._typical_s, self._clock = typical_s, clock
        self._lock = threading.RLock()
        self._freed = threading.Condition(self._lock)  # notified when a slot becomes free
        self._logs: OrderedDict[str, RunLog] = OrderedDict()  # least recently used first
        self._waiting: list[RunLog] = []
        self._held: set[str] = set()  # waiting runs that are to be paused at their start
        self._training: dict[str, _Seat] = {}
        self._parked: dict[str, _Seat] = {}  # paused for long, their processes idle, oldest first
        self._tender: threading.Thread | None = None

    def start(self, recipe: Hashable, owner: str, *, pinned: bool = False, paused: bool = False) -> str:
        """Train the recipe, or join the run that does; the id of the run. `InputError` when there is no room.

        `paused` makes a new run that is held before its first step, never joined to another: it is to be stepped by hand.
        """
        expected_s = self.expect(recipe) if self.expect is not None else None
        with self._lock:
            if self.closing:
                raise InputError("The server is about to restart, so nothing new is trained. Try again in a minute.")
            if not paused and (joined := self._under_way(recipe)) is not None:
                joined.touch()
                return joined.id
            if len(self._training) >= self.slots and len(self._waiting) >= self.line:
                raise InputError(self._refusal())
            run_id = secrets.token_urlsafe(16)
            log = RunLog(run_id, recipe, owner, pinned=pinned, expected_s=expected_s, clock=self._clock)
            self._logs[log.id] = log
            self._held |= {log.id} if paused else set()
            self._waiting.append(log)
            self._advance()
            self._tend()
            return log.id

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

    def get(self, run_id: str) -> RunLog:
        """The run's log. `InputError` when there is none: never was, evicted, or from before a restart."""
        with self._lock:
            log = self._logs.get(run_id)
            if log is None:
                raise InputError("This run is no longer kept on the server. Train it again, or open a shipped model.")
            self._logs.move_to_end(run_id)
            return log

    def adopt(self, log: RunLog) -> RunLog:
        """Take in an ended run from before the server was started anew; the one of its name, if somebody else was faster."""
        with self._lock:
            log = self._logs.setdefault(log.id, log)
            self._logs.move_to_end(log.id)
            self._evict()
            return log

    def of(self, owner: str) -> list[RunLog]:
        """The runs one visitor started, newest first."""
        with self._lock:
            return sorted((log for log in self._logs.values() if log.owner == owner), key=lambda log: -log.born_at)

    def counts(self) -> dict[str, int]:
        """How many runs train, wait and are finished, each run counted once: one that just ended trains until its slot is free."""
        with self._lock:
            followers = sum(log.followers for log in self._logs.values())
            seated = self._training.keys() | self._parked.keys()
            finished = sum(log.over and log.id not in seated for log in self._logs.values())
            training, waiting, paused = len(self._training), len(self._waiting), len(self._parked)
        return {"training": training, "waiting": waiting, "paused": paused, "finished": finished, "followers": followers}

    def drain(self, timeout_s: float = 6.0, keep: Callable[[RunLog], None] | None = None) -> None:
        """Before the server goes: tell every follower, stop all, wait, and let `keep` save what has weights.

        Runs that had ended before are saved too, those used last first, for as long as the time lasts.
        """
        deadline = time.monotonic() + timeout_s
        with self._lock:
            self.closing = True
            live = self._live()
            ended = [log for log in reversed(self._logs.values()) if log.over and not log.kept]
        for log in live:
            log.say({"type": "closing"})
        for log in live:
            self._halt(log)
        with self._freed:
            self._freed.wait_for(lambda: not self._training and not self._parked, timeout_s)
        self.executor.close()
        for log in live:
            if not log.over:
                log.append(log.tally.stopped())
            if keep is not None and log.snapshots:
                _save(log, keep)
        for log in ended if keep is not None else ():
            if log.snapshots and time.monotonic() < deadline:
                _save(log, keep)  # type: ignore[arg-type]

    def _own(self, run_id: str, owner: str, what: str) -> RunLog:
        log = self.get(run_id)
        if log.owner != owner:
            raise InputError(f"Only the one who started this run can {what} it. You can leave it, or start one of your own.")
        return log

    def _command(self, run_id: str, owner: str, order: str) -> None:
        log = self._own(run_id, owner, order)
        with self._lock:
            if (seat := self._training.get(log.id)) is not None:
                seat.tell(order)
            elif log.id in self._parked and log not in self._waiting and order != "pause":
                self._parked[log.id].order = order
                self._waiting.append(log)
                self._advance()
            elif log in self._waiting and log.id not in self._parked:
                self._held = self._held - {log.id} if order == "resume" else self._held | {log.id}

    def _under_way(self, recipe: Hashable) -> RunLog | None:
        seated = [seat.log for seat in self._training.values() if not seat.stopping and not seat.log.over]
        going = [log for log in [*seated, *self._waiting] if log.status != "paused" and log.id not in self._held]
        return next((log for log in going if log.recipe == recipe), None)

    def _refusal(self) -> str:
        wait = round(max(self._waits(), default=self._typical_s) + self._typical_s)
        return (
            f"All {self.slots} training places are taken and {len(self._waiting)} runs are waiting already. "
            f"Try again in about {wait} s; the shipped models are ready at once."
        )

    def _advance(self) -> None:
        """Fill free slots from the front of the line; tell the rest where they stand."""
        while self._waiting and len(self._training) < self.slots and not self.closing:
            log = self._waiting.pop(0)
            if (parked := self._parked.pop(log.id, None)) is not None:
                self._training[log.id] = parked
                parked.tell(parked.order or "resume")
                continue
            seat = self._training[log.id] = _Seat(log, self._clock(), log.id in self._held)
            self._held.discard(log.id)
            try:
                threading.Thread(target=self._read, args=(seat,), name="run reader", daemon=True).start()
            except RuntimeError:  # the system gives no more threads
                del self._training[log.id]
                log.append(log.tally.failed("the server is too busy to start another training", "train again in a minute"))
        for position, (log, wait) in enumerate(zip(self._waiting, self._waits(), strict=True), start=1):
            if log.position != (position, len(self._waiting)):
                log.queue(position, len(self._waiting), wait)

    def _waits(self) -> list[float]:
        """Seconds until each waiting run may start: the slots are served as they become free."""
        now = self._clock()
        free_in = [max(0.0, self._duration(seat.log) - (now - seat.since)) for seat in self._training.values()]
        free_in += [0.0] * (self.slots - len(free_in))
        heapq.heapify(free_in)
        waits = []
        for log in self._waiting:
            waits.append(free_in[0])
            heapq.heapreplace(free_in, free_in[0] + self._duration(log))
        return waits

    def _duration(self, log: RunLog) -> float:
        return self._typical_s if log.expected_s is None else log.expected_s

    def _read(self, seat: _Seat) -> None:
        """The reader thread of one run: from its executor into its log, whatever happens."""
        log = seat.log
        try:
            job = self.executor.submit(log.recipe, paused=seat.paused)
            with self._lock:
                seat.job = job
                if seat.order is not None:
                    seat.tell(seat.order)
                stopping = seat.stopping
            if stopping:
                job.stop()
            for event in job.events():
                if isinstance(event, Failed) and event.device_lost:
                    self.lost.add(str(getattr(log.recipe, "device", "")))
                log.append(event)
                if log.over:
                    break
            if not log.over:
                log.append(log.tally.failed("training ended without a result", "train again"))
        except InputError as error:
            log.append(log.tally.failed(str(error), "change the setting and train again"))
        except (OSError, EOFError):  # the executor cannot be reached: ConnectionError is one of them
            _log.exception("the executor was out of reach")
            cause = "training could not be started" if seat.job is None else "the connection to the training was lost"
            log.append(log.tally.failed(cause, "train again in a minute; the error has been logged"))
        except Exception:  # noqa: BLE001  nothing may escape: followers wait for an end
            _log.exception("run failed outside its trainer")
            log.append(log.tally.failed("training met an error of ours", "train again; the error has been logged"))
        finally:
            self._leave(seat)

    def _leave(self, seat: _Seat) -> None:
        with self._freed:
            self._training.pop(seat.log.id, None)
            if self._parked.pop(seat.log.id, None) is not None and seat.log in self._waiting:
                self._waiting.remove(seat.log)
            if seat.log.status == "done":
                self._typical_s += 0.3 * (self._clock() - seat.since - self._typical_s)
            self._logs.move_to_end(seat.log.id)
            self._evict()
            self._advance()
            self._freed.notify_all()

    def _halt(self, log: RunLog) -> None:
        with self._lock:
            seat = self._training.get(log.id) or self._parked.get(log.id)
            if log in self._waiting:
                self._waiting.remove(log)
            self._held.discard(log.id)
            if seat is None and not log.over:
                log.append(log.tally.stopped())
                self._evict()
                self._advance()
            elif seat is not None and not seat.stopping:
                seat.stopping = True
                if seat.job is not None:
                    seat.job.stop()

    def _evict(self) -> None:
        finished = [log for log in self._logs.values() if log.over and log.id not in self._training and log.id not in self._parked]
        held = sum(log.nbytes for log in finished)
        for log in finished[:-1]:
            if held <= self.keep_bytes:
                return
            held -= log.nbytes
            del self._logs[log.id]

    def _tend(self) -> None:
        """Have a thread look after lonely runs for as long as there are live ones."""
        if self._tender is None:
            tender = threading.Thread(target=self._stop_lonely, name="run tender", daemon=True)
            with suppress(RuntimeError):  # the system gives no more threads: the next start tries again
                tender.start()
                self._tender = tender

    def _stop_lonely(self) -> None:
        while True:
            time.sleep(min(self.grace_s / 4, 0.5))
            with self._lock:
                live = self._live()
                if not live:
                    self._tender = None
                    return
                self._park()
            for log in live:
                if not log.pinned and log.deserted(self.grace_s, self.absence_s):
                    self._halt(log)

    def _park(self) -> None:
        """Give the places of runs that have been paused for long to those in line; too many idle ones are stopped, oldest first."""
        for seat in [seat for seat in self._training.values() if seat.log.paused_s() > self.pause_s]:
            self._parked[seat.log.id] = self._training.pop(seat.log.id)
        for seat in list(self._parked.values())[: -self.slots]:
            self._halt(seat.log)
        self._advance()

    def _live(self) -> list[RunLog]:
        """Runs that wait, train or are paused, each once."""
        seats = [*self._training.values(), *self._parked.values()]
        return list({log.id: log for log in [*self._waiting, *(seat.log for seat in seats)]}.values())


def _save(log: RunLog, keep: Callable[[RunLog], None]) -> None:
    try:
        keep(log)
    except Exception:  # noqa: BLE001  one that cannot be saved must not cost the others
        _log.exception("run %s could not be saved", log.id)


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
