"""What may be slow or large on hostile input is computed aside: in a process that can be ended, by a deadline and within a bound.

    server                                     a kept process
    Aside.call(function, *args)  ── pipe ──►   function(*args), its memory bounded
                                 ◄── pipe ──   what it returned or raised
    (the deadline passes)        ── kill       the next call has a fresh process
    (the server dies)            ── end ──►    it ends by itself, at twice the deadline at the latest

Processes are started when they are first needed, and kept. Functions and arguments travel by name and by value.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing import connection
from multiprocessing.connection import Connection
from pathlib import Path
from traceback import format_exc
from typing import Any, TypeVar

from playground.errors import InputError

from . import starting
from .starting import GATE, begin

START_S = 120.0  # a fresh interpreter that loads torch on a busy machine takes some seconds
TRIES = 2

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Ended(Exception):
    """The process ended before it answered, and so did the one that was asked after it."""


class Late(Exception):
    """There was no answer by the deadline; the process was ended."""


class Aside:
    """Processes that are asked one thing at a time, `places` at most.

    modules: loaded by each of them before it is first asked.
    memory_bytes: what a process may take beside what these modules take (where the system bounds a process's addresses: Linux); more
        is a MemoryError of that process alone.
    """

    def __init__(self, modules: Sequence[str] = (), *, places: int = 2, memory_bytes: int = 768 * 2**20, method: str | None = None) -> None:
        self.modules, self.memory_bytes = tuple(modules), memory_bytes
        self._context = starting.context(method)
        self._places = threading.Semaphore(places)
        self._idle: list[_Process] = []  # the one that answered last is asked next

    def warm(self) -> threading.Thread:
        """Start the first process in the background. Call it once the page is being served."""
        thread = threading.Thread(target=self.call, args=(os.getpid,), kwargs={"deadline_s": START_S}, name="warm aside", daemon=True)
        thread.start()
        return thread

    def call(self, function: Callable[..., T], *args: Any, deadline_s: float) -> T:
        """What the function returns or raises; asked once more where its process ends. Raises Late or Ended."""
        with self._places:
            for _ in range(TRIES):
                process = self._take()
                try:
                    ok, answer = process.ask((function, args, deadline_s), deadline_s)
                except (EOFError, OSError):
                    process.end()
                    _log.warning("the process %s ended while it was asked for %s", process.pid, function.__name__)
                    continue
                except BaseException:
                    process.end()
                    raise
                if ok or isinstance(answer, InputError):
                    self._idle.append(process)
                else:
                    process.end()  # nobody knows what state it is in
                if not ok:
                    raise answer
                return answer
            raise Ended(f"two processes ended while they were asked for {function.__name__}")

    def close(self) -> None:
        """End those that wait to be asked."""
        while self._idle:
            self._idle.pop().end()

    def _take(self) -> _Process:
        try:
            return self._idle.pop()
        except IndexError:
            return _Process(self._context, self.modules, self.memory_bytes)


class _Process:
    """One of them, and this end of its pipe."""

    def __init__(self, context: Any, modules: tuple[str, ...], memory_bytes: int) -> None:
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=serve, args=(there, modules, memory_bytes), name="aside", daemon=True)
        with GATE:
            begin(self._process)
        there.close()  # the process now holds the only other end: when it dies, reading here ends
        self.pid: int = self._process.pid
        self._ready = False

    def ask(self, question: Any, deadline_s: float) -> tuple[bool, Any]:
        """Whether it went well, and what was returned or raised. Raises Late, and EOFError or OSError where the process is gone."""
        if not self._ready:
            self._hear(START_S)
            self._ready = True
        self._pipe.send(question)
        return self._hear(deadline_s)

    def _hear(self, deadline_s: float) -> Any:
        if not self._pipe.poll(deadline_s):
            raise Late(f"no answer within {deadline_s:g} s")
        return self._pipe.recv()

    def end(self) -> None:
        """Kill it where it has not ended by itself, and clear it away."""
        self._pipe.close()
        if not connection.wait([self._process.sentinel], timeout=0):
            with suppress(OSError):  # it ended just now
                self._process.kill()
        if connection.wait([self._process.sentinel], timeout=1.0):
            with GATE:
                self._process.join()


def serve(pipe: Connection, modules: tuple[str, ...], memory_bytes: int) -> None:
    """Answer questions until nobody is there to ask them."""
    starting.step_back()
    for module in modules:
        import_module(module)
    _bound_memory(memory_bytes)
    with suppress(EOFError, OSError):  # the server has gone
        pipe.send(None)
        while True:
            function, args, deadline_s = pipe.recv()
            _end_after(2 * deadline_s)
            try:
                answer = True, function(*args)
            except Exception as error:  # noqa: BLE001  it is raised where it was asked
                error.add_note(format_exc())
                answer = False, error
            _end_after(0)
            pipe.send(answer)


def _bound_memory(more_bytes: int) -> None:
    """Let this process take so much more than it has. Where the system does not say what it has, there is no bound."""
    with suppress(OSError, ImportError):
        import resource

        has = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (has + more_bytes, has + more_bytes))


def _end_after(seconds: float) -> None:
    """Have the system end this process, in whatever it is then caught, unless it is called again: who asked may be gone. 0 is never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
