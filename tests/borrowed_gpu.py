"""What the package `spaces` does on a Space with ZeroGPU, without a GPU: a decorated generator is asked for with a duration and runs in a
forked process, which is kept for the next call and serves one at a time. Arguments and what it yields are pickled."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

VISITOR: ContextVar[str | None] = ContextVar("VISITOR", default=None)  # as Gradio keeps its request, whose quota is used


class Refusal(Exception):
    """As `gradio.Error` where there is no quota left."""


class Spaces(ModuleType):
    """To be put into `sys.modules`."""

    def __init__(self) -> None:
        super().__init__("spaces")
        self.__spec__ = ModuleSpec("spaces", None)
        self.asked: list[int] = []  # durations
        self.visitors: list[str | None] = []
        self.refusal: Exception | None = None
        self.waits: Callable[[], object] = lambda: None  # while all GPUs are lent
        self.worker: Any = None
        self.taken = threading.Lock()
        self.forked = 0

    def GPU(self, *, duration: Callable[..., int]) -> Callable[[Any], Any]:
        def decorate(task: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
            def handler(*given: Any) -> Iterator[Any]:
                self.asked.append(duration(*given))
                self.visitors.append(VISITOR.get())
                self.waits()
                if self.refusal is not None:
                    raise self.refusal
                with self.taken:  # a run's last word comes before its process is free
                    yield from self._far(task, given)

            return handler

        return decorate

    def end(self) -> None:
        if self.worker is not None:
            os.kill(self.worker.pid, signal.SIGKILL)

    def _far(self, task: Callable[..., Iterator[Any]], given: tuple[Any, ...]) -> Iterator[Any]:
        if self.worker is None or not self.worker.is_alive():
            fork = multiprocessing.get_context("fork")
            self.pipe, there = fork.Pipe()
            self.worker = fork.Process(target=_work, args=(task, there, self.pipe), daemon=True)
            self.worker.start()
            there.close()
            self.forked += 1
        self.pipe.send(given)
        try:
            while (said := self.pipe.recv()) is not None:
                yield said
        except EOFError:
            raise Refusal("GPU task aborted") from None


def _work(task: Callable[..., Iterator[Any]], pipe: Any, far_end: Any) -> None:
    far_end.close()  # the server alone holds it: with the server this process ends
    with suppress(EOFError):
        while True:
            for said in task(*pipe.recv()):
                pipe.send(said)
            pipe.send(None)
