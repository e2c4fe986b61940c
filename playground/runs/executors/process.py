"""Training in a process of its own: what the app uses, because a run that crashes must harm nobody else.

    server                                         worker
    ProcessJob.events()  ◄──── events ─────────── train(recipe, should_stop, gate)
    ProcessJob.stop()    ───── "stop" ──────────► a listening thread sets the flag that `should_stop` reads
    pause, resume, step  ───── their names ─────► it shuts or opens the gate before the next step
    (the server dies)    ───── end of file ─────► it ends the process

Both arrows are one two-way pipe. There is no shared lock: a worker killed while it held one would take the server along.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import connection
from typing import Any

from playground.processes import starting
from playground.processes.starting import GATE, begin
from playground.runs.events import Event
from playground.runs.executors import TRAIN, Ordered, Tally
from playground.runs.executors.worker import Crash, held, idle, too_big, work

TICK_S = 0.1  # how often a silent worker is looked after
WEIGH_S = 0.25  # how often its memory is read
SMALLER = "train again; if it recurs, choose a smaller model"
# The first optimizer of a process imports `torch._dynamo`, a second of CPU: once here, not in every worker after a press.
PRELOAD = ("torch", "torch._dynamo", "playground.training.trainer")
KILLED = ("the training process was ended from outside", SMALLER)  # cause and advice

_log = logging.getLogger(__name__)


class ProcessExecutor:
    """One process per run.

    train: "module:function", imported in the worker only.
    memory_bytes: a worker that holds more is ended (read from /proc; systems without it have no cap).
    patience_s: how long a trainer that was asked to stop may stay silent before it is killed.
    method: "forkserver" or "spawn"; give "spawn" when training on CUDA.
    """

    killed = KILLED  # what is told of a process that is suddenly gone

    def __init__(
        self,
        train: str = TRAIN,
        *,
        memory_bytes: int = 4 * 2**30,
        patience_s: float = 0.5,
        method: str | None = None,
        preload: Sequence[str] = PRELOAD,
    ) -> None:
        self.train, self.memory_bytes, self.patience_s = train, memory_bytes, patience_s
        self._context = starting.context(method, preload)
        self._jobs: set[ProcessJob] = set()

    def warm(self) -> threading.Thread:
        """Load torch into the fork server in the background. Call it once the page is being served."""
        thread = threading.Thread(target=self._warm, name="warm workers", daemon=True)
        thread.start()
        return thread

    def submit(self, recipe: Any, *, paused: bool = False) -> ProcessJob:
        here, there = self._context.Pipe()
        target, args = self._task(recipe, paused)
        process = self._context.Process(target=target, args=(there, *args), name="trainer", daemon=True)
        job = ProcessJob(self, process, here)
        with GATE:
            begin(process)
            self._jobs.add(job)
        there.close()  # the worker now holds the only other end: when it dies, reading here ends
        return job

    def _task(self, recipe: Any, paused: bool) -> tuple[Callable[..., None], tuple[Any, ...]]:
        """What the process runs, its end of the pipe being the first argument."""
        return work, (self.train, recipe, paused)

    def close(self) -> None:
        with GATE:
            jobs = list(self._jobs)
        for job in jobs:
            job.kill()

    def exit_code(self, job: ProcessJob) -> int | None:
        """Wait briefly for a process that has closed its pipe; None if it is still there."""
        connection.wait([job.process.sentinel], timeout=1.0)
        with GATE:
            code: int | None = job.process.exitcode
            return code

    def forget(self, job: ProcessJob) -> None:
        self.exit_code(job)  # reaps it
        with GATE:
            self._jobs.discard(job)

    def _warm(self) -> None:
        if not starting.forks(self._context):
            return
        process = self._context.Process(target=idle, name="warm", daemon=True)
        with GATE:
            begin(process)
        connection.wait([process.sentinel])  # the first child is served only after everything is loaded
        with GATE:
            process.join()


class ProcessJob(Ordered):
    """A worker and what is known of it. `events` must be iterated by one thread; the rest may be called by any."""

    def __init__(self, executor: ProcessExecutor, process: Any, pipe: connection.Connection) -> None:
        self.process = process
        self._executor, self._pipe = executor, pipe
        self._stop_at: float | None = None
        self._killed = False
        self._too_big = 0  # bytes held when it was found to be over the cap
        self._heard_at = self._weighed_at = time.monotonic()
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        pid: int = self.process.pid
        return pid

    def events(self) -> Iterator[Event]:
        tally = Tally()
        try:
            while not tally.over:
                event = self._next(tally)
                tally.count(event)
                yield event
        finally:
            self.kill()  # it has said its last word, or nobody listens any more
            self._executor.forget(self)
            with self._lock:
                self._pipe.close()

    def stop(self) -> None:
        with self._lock, suppress(OSError):  # an ended worker or a closed pipe: nothing left to stop
            if self._stop_at is None:
                self._stop_at = time.monotonic()
                self._pipe.send("stop")

    def _order(self, word: str) -> None:
        with self._lock, suppress(OSError):  # it has ended meanwhile: its last event tells
            self._pipe.send(word)

    def kill(self) -> None:
        self._killed = True
        if not connection.wait([self.process.sentinel], timeout=0):
            with suppress(OSError):  # it ended by itself just now
                self.process.kill()

    def _next(self, tally: Tally) -> Event:
        """The worker's next event, or the one that explains why there is none."""
        self._heard_at = time.monotonic()
        while True:
            self._look_after()
            try:
                if self._pipe.poll(TICK_S):
                    message = self._pipe.recv()
                    return self._explain(message, tally) if isinstance(message, Crash) else message
            except (EOFError, OSError):
                return self._obituary(tally)

    def _look_after(self) -> None:
        """Kill a worker that is too big, or that was asked to stop and neither speaks nor ends."""
        now = time.monotonic()
        if self._stop_at is not None:
            patience = self._executor.patience_s
            if now - max(self._heard_at, self._stop_at) > patience or now - self._stop_at > 4 * patience:
                self._end()
        if now - self._weighed_at > WEIGH_S and not self._too_big:
            self._weighed_at = now
            weight = held(self.pid)
            if weight > self._executor.memory_bytes:
                self._too_big = weight
                self._end()

    def _end(self) -> None:
        """Kill it, also where the fork server that would tell of its end is gone: a worker ends with its pipe."""
        if connection.wait([self.process.sentinel], timeout=0):
            self._killed = True
            with self._lock:
                self._pipe.close()
        else:
            self.kill()

    def _explain(self, crash: Crash, tally: Tally) -> Event:
        _log.error("training crashed in the worker:\n%s", crash.traceback)
        return tally.failed(crash.cause, crash.advice, crash.device_lost)

    def _obituary(self, tally: Tally) -> Event:
        code = self._executor.exit_code(self)
        if self._too_big:
            _log.warning("worker %s ended at %.1f GiB", self.pid, self._too_big / 2**30)
            crash = too_big(self._executor.memory_bytes)
            return tally.failed(crash.cause, crash.advice)
        if self._stop_at is not None or self._killed:
            return tally.stopped()
        _log.error("worker %s ended unexpectedly, exit code %s", self.pid, code)
        return tally.failed("training ended without a result", SMALLER) if code == 0 else tally.failed(*self._executor.killed)
