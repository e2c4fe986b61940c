"""Training on a Hugging Face Space with ZeroGPU, which lends a GPU to one function call at a time, for so many seconds.

    server                                        a process forked by the `spaces` package, with a GPU
    ZeroJob.events() ◄─ queue ─ a thread ◄─────── lent(): train(recipe, should_stop, gate)
    stop, pause, ...  ───────── lines of a file ► obey()

The process may have been forked for an earlier call, so it inherits nothing of this one: what it is told meanwhile goes into a file whose
path is an argument. A GPU that is refused, for whatever reason, costs no run: it is trained here, on the CPU, and its visitor is told.
"""

from __future__ import annotations

import logging
import math
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from importlib import import_module
from queue import Empty, SimpleQueue
from typing import Any

from playground.runs.events import Event, Started
from playground.runs.executors import TRAIN, Job, Ordered, Tally
from playground.runs.executors.process import SMALLER, TICK_S, ProcessExecutor
from playground.runs.executors.worker import Crash, orders, words
from playground.runs.pause import Gate

START_S = 15.0  # for a process and its first CUDA call
LONGEST_S = 120  # at most that is asked for in one piece

REFUSED = "No GPU could be borrowed for this run, so it is trained on the CPU."
TAKEN_BACK = (
    "the borrowed GPU was taken back",
    "train again, without long pauses since they count too; or on the CPU, which can be chosen at the top",
)

Word = Event | Crash | Exception | None

_log = logging.getLogger(__name__)


class ZeroExecutor(ProcessExecutor):
    """A borrowed GPU for recipes that ask for CUDA. On the CPU, in processes: the others, what is stepped by hand from its start, since a
    GPU is not lent for thinking, and what no GPU is lent for.

    expect: how many seconds a recipe will take, by which a GPU is asked for.
    """

    def __init__(self, train: str = TRAIN, *, expect: Callable[[Any], float], **options: Any) -> None:
        super().__init__(train, **options)
        spaces = import_module("spaces")
        self.lent = spaces.GPU(duration=lambda path, train, recipe: lent_s(expect(recipe)))(lent)

    def submit(self, recipe: Any, *, paused: bool = False) -> Any:
        if recipe.device == "cuda" and not paused:
            return ZeroJob(self, recipe)
        return self.here(recipe, paused=paused)

    def here(self, recipe: Any, *, paused: bool = False) -> Job:
        """Trained in a process of this machine."""
        return super().submit(replace(recipe, device="cpu"), paused=paused)


def lent_s(expected_s: float) -> int:
    """Seconds to ask a GPU for: evaluations, snapshots and short pauses come on top of the training."""
    return min(LONGEST_S, math.ceil(START_S + 2 * expected_s))


def lent(path: str, train: str, recipe: Any) -> Iterator[Event | Crash]:
    """What runs where the GPU is; `path` is the file of orders."""
    stop, gate, over = threading.Event(), Gate(), threading.Event()
    threading.Thread(target=obey, args=(path, orders(stop, gate), over), name="obey", daemon=True).start()
    try:
        yield from words(train, recipe, stop, gate)
    finally:
        over.set()


def obey(path: str, orders: Mapping[str, Callable[[], object]], over: threading.Event) -> None:
    """Do what each new line of the file says."""
    with open(path) as lines:
        while not over.wait(TICK_S):
            for line in lines:
                orders[line.strip()]()


class ZeroJob(Ordered):
    """A run on a borrowed GPU, or here if there is none. `events` must be iterated by one thread; the rest may be called by any."""

    def __init__(self, executor: ZeroExecutor, recipe: Any) -> None:
        self._executor, self._recipe = executor, recipe
        self._heard: SimpleQueue[Word] = SimpleQueue()
        self._orders: list[str] = []
        self._file = tempfile.NamedTemporaryFile("w", buffering=1, prefix="orders-")  # noqa: SIM115  open as long as the GPU is lent
        self._here: Job | None = None  # where it is trained after a refusal
        self._stop_at: float | None = None
        self._lock = threading.Lock()

    def events(self) -> Iterator[Event]:
        tally, refused = Tally(), False
        borrowing = threading.Thread(
            target=copy_context().run, args=(self._borrow,), name="borrow", daemon=True
        )  # with its visitor's quota
        borrowing.start()
        try:
            while not tally.over and not refused:
                word = self._next(tally)
                refused = isinstance(word, Exception) and not tally.begun
                if not refused:
                    event = self._event(word, tally)
                    tally.count(event)
                    yield event
            if refused:
                yield from self._go_on_here()
        finally:
            self.stop()  # it has said its last word, or nobody listens any more

    def stop(self) -> None:
        self._stop_at = self._stop_at or time.monotonic()
        self._order("stop")

    def kill(self) -> None:
        """The process is not ours to kill: the same as `stop`, and after a while nobody waits for it."""
        self.stop()
        if self._here is not None:
            self._here.kill()

    def _order(self, word: str) -> None:
        with self._lock:
            self._orders.append(word)
            if self._here is not None:
                getattr(self._here, word)()
            elif not self._file.closed:
                self._file.write(f"{word}\n")

    def _borrow(self) -> None:
        """Pass on what is said where the GPU is, to the end, also when nobody waits for it any more."""
        end: Exception | None = None
        try:
            for word in self._executor.lent(self._file.name, self._executor.train, self._recipe):
                self._heard.put(word)
        except Exception as error:  # noqa: BLE001  a refusal is an error of Gradio's, of the network, or of `spaces`
            _log.warning("no GPU, or not to the end: %r", error)
            end = error
        with self._lock:
            self._file.close()
        self._heard.put(end)

    def _next(self, tally: Tally) -> Word:
        """The next word, or that it was stopped and does not answer. Before its start nothing would be lost by not waiting."""
        while True:
            with suppress(Empty):
                return self._heard.get(timeout=TICK_S)
            patience_s = self._executor.patience_s * 4 if tally.begun else 0.0
            if self._stop_at is not None and time.monotonic() - self._stop_at > patience_s:
                return tally.stopped()

    def _event(self, word: Word, tally: Tally) -> Event:
        if word is None:
            return tally.failed("training ended without a result", SMALLER)
        if isinstance(word, Crash):
            _log.error("training failed: %s", word.traceback)
            return tally.failed(word.cause, word.advice, word.device_lost)
        if isinstance(word, Exception):
            return tally.stopped() if self._stop_at is not None else tally.failed(*TAKEN_BACK)
        return word

    def _go_on_here(self) -> Iterator[Event]:
        job = self._executor.here(self._recipe)
        with self._lock:
            self._here = job
            for word in self._orders:
                getattr(job, word)()
        for event in job.events():
            yield replace(event, notice=REFUSED) if isinstance(event, Started) else event
