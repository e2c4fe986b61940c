"""The far end: what runs where a recipe is trained, in a process of this machine (`process`) or of another (`ray`).

Light to import: the server imports it too, and torch is loaded only by the training function's own module.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from traceback import format_exc
from typing import Any

from playground.errors import InputError, NoDevice
from playground.processes.starting import step_back
from playground.runs.events import Event
from playground.runs.executors import load
from playground.runs.pause import Gate

FULL = ("allocate memory", "out of memory", "_ALLOC_FAILED")  # how libraries say that the memory is full
GONE = ("CUDA error", "CUDA driver", "CUDA unknown error", "CUDA GPUs", "NVIDIA driver", "cuDNN error")  # ... and that the GPU is lost


@dataclass(frozen=True)
class Crash:
    """An exception, split into what a visitor may read and what only the server's log gets."""

    cause: str
    advice: str
    traceback: str
    device_lost: bool = False


def work(pipe: Connection, path: str, recipe: Any, paused: bool = False) -> None:
    """Train and send every event. Ends at once when the server goes away."""
    step_back()
    stop, gate = threading.Event(), Gate(paused)
    threading.Thread(target=listen, args=(pipe, orders(stop, gate)), name="listen", daemon=True).start()
    try:
        for word in words(path, recipe, stop, gate):
            pipe.send(word)
    except OSError:
        os._exit(1)  # nobody listens any more


def words(path: str, recipe: Any, stop: threading.Event, gate: Gate) -> Iterator[Event | Crash]:
    """What the training function says, one torch thread computing; if it fails, its last word is why."""
    try:
        train = load(path)
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        yield from train(recipe, should_stop=stop.is_set, gate=gate)
    except Exception as error:  # noqa: BLE001  whatever it is, somebody waits for an end
        yield _crash(error)


def orders(stop: threading.Event, gate: Gate) -> dict[str, Callable[[], object]]:
    """What a trainer can be told, and what that does."""
    return {"stop": stop.set, "pause": gate.shut, "resume": gate.open, "step": gate.once}


def listen(pipe: Connection, orders: Mapping[str, Callable[[], object]]) -> None:
    """Do as the server says for as long as it is there; end this process with it."""
    try:
        while True:
            orders[pipe.recv()]()
    except (EOFError, OSError):
        os._exit(1)


def idle() -> None:
    """A worker with nothing to do: once it has run, its fork server is ready."""


def held(pid: int) -> int:
    """Bytes a process holds for itself, libraries not counted; 0 when it is gone or the system does not say."""
    try:
        _, resident, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text().split())
    except (OSError, ValueError):
        return 0
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE")


def too_big(limit_bytes: int) -> Crash:
    return Crash(f"training needed more than {limit_bytes / 2**30:.2g} GiB of memory", "choose a smaller model or batch", "over its cap")


def _crash(error: Exception) -> Crash:
    if isinstance(error, NoDevice) or (_is_device_error(error) and not _is_out_of_memory(error)):
        return Crash("the GPU failed or is gone", "train again, now on the CPU", format_exc(), device_lost=True)
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


def _is_device_error(error: Exception) -> bool:
    """torch raises AcceleratorError for what CUDA itself reports, and plain RuntimeErrors while it is being set up or in its libraries."""
    return type(error).__name__ == "AcceleratorError" or (isinstance(error, RuntimeError) and any(words in str(error) for words in GONE))
