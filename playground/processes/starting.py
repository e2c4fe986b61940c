"""Starting processes, whatever became of the fork server that they come from.

Processes are forked from a small server process that has what they need loaded already (0.04 s and 10 MB each, against 0.83 s and
147 MB for a fresh interpreter with torch); Windows and CUDA cannot fork safely and start fresh ones.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import forkserver, util
from pathlib import Path
from typing import Any

GATE = threading.Lock()  # held while processes are started or reaped: multiprocessing's list of them is not made for many threads

_log = logging.getLogger(__name__)


def context(method: str | None = None, preload: Sequence[str] = ()) -> Any:
    """Where processes come from: "forkserver", which loads these modules once for all, or "spawn"; None chooses for this system.

    There is one fork server a program; it loads what the last caller with a list asked for before it was started.
    """
    chosen: Any = multiprocessing.get_context(method or ("spawn" if sys.platform == "win32" else "forkserver"))
    if forks(chosen) and preload:
        chosen.set_forkserver_preload(list(preload))
        _give_folder()
    return chosen


def forks(context: Any) -> bool:
    """Whether its processes come from the fork server."""
    return bool(context.get_start_method() == "forkserver")


def begin(process: Any) -> None:
    """Start it; once more, from a new fork server, where the one there cannot be reached. Raises OSError or EOFError.

    Whoever calls holds the `GATE`.
    """
    try:
        process.start()
    except (OSError, EOFError):
        if process._start_method != "forkserver":
            raise
        _log.warning("the fork server is out of reach; a new one is started", exc_info=True)
        _give_up_fork_server()
        process.start()


def step_back() -> None:
    """The page comes first: lower priority, first choice of the kernel when memory runs out, deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(10)
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text("800")


def _give_up_fork_server() -> None:
    """Have the next process start a new one, in a folder of its own: somebody may have cleared the folder with the socket of this one.

    It is left to end with the processes that it started, which go on. `multiprocessing` knows no other way than to wait for that.
    """
    server: Any = vars(forkserver)["_forkserver"]
    with server._lock:
        if server._forkserver_alive_fd is not None:
            os.close(server._forkserver_alive_fd)
        server._forkserver_alive_fd = server._forkserver_address = server._forkserver_pid = None
    _give_folder()


def _give_folder() -> None:
    """A folder for sockets that nobody else may enter. One of `multiprocessing`'s own complains at the end if it was cleared."""
    os.makedirs(tempfile.gettempdir(), exist_ok=True)
    folder = tempfile.mkdtemp(prefix="pymp-")
    util.Finalize(None, shutil.rmtree, (folder, True), exitpriority=-100)  # after the servers, errors ignored
    process: Any = multiprocessing.current_process()
    process._config["tempdir"] = folder
