"""The far end of the pipe: what runs inside a worker process. See `process` for the picture.

Light to import: the server imports it too, and torch is loaded only by the training function's own module.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from traceback import format_exc
from typing import Any

from playground.errors import InputError
from playground.executors import load
from playground.gate import Gate

FULL = ("allocate memory", "out of memory", "_ALLOC_FAILED")  # how libraries say that the memory is full


@dataclass(frozen=True)
class Crash:
    """An exception, split into what a visitor may read and what only the server's log gets."""

    cause: str
    advice: str
    traceback: str


def work(pipe: Connection, path: str, recipe: Any, paused: bool = False) -> None:
    """Train and send every event. Ends at once when the server goes away."""
    _step_back()
    stop, gate = threading.Event(), Gate(paused)
    threading.Thread(target=_listen, args=(pipe, stop, gate), name="listen", daemon=True).start()
    try:
        train = load(path)
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        for event in train(recipe, should_stop=stop.is_set, gate=gate):
            pipe.send(event)
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more
    except Exception as error:  # noqa: BLE001  a worker's last word is why it failed
        crash = _crash(error)
        with suppress(OSError):  # nobody listens any more
            pipe.send(crash)


def idle() -> None:
    """A worker with nothing to do: once it has run, its fork server is ready."""


def _step_back() -> None:
    """The page comes first: lower priority, first choice of the kernel when memory runs out, deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(10)
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text("800")


def _listen(pipe: Connection, stop: threading.Event, gate: Gate) -> None:
    orders = {"stop": stop.set, "pause": gate.shut, "resume": gate.open, "step": gate.once}
    try:
        while True:
            orders[pipe.recv()]()
    except (EOFError, OSError):
        os._exit(1)


def _crash(error: Exception) -> Crash:
    if isinstance(error, InputError):
        return Crash(str(error), "change the setting and train again", format_exc())
    if _is_out_of_memory(error):
        return Crash("the memory was full", "choose a smaller model or batch", format_exc())
    return Crash("training met an error of ours", "try another setting; the error has been logged", format_exc())


def _is_out_of_memory(error: Exception) -> bool:
    """torch raises its own OutOfMemoryError on a GPU, and plain RuntimeErrors on the CPU, on Apple's MPS and from CUDA's libraries."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or (isinstance(error, RuntimeError) and any(words in str(error) for words in FULL))
    )
