"""A Ray head of our own on this machine: reachable from nowhere else, in a folder of its own, ended by its process group."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

# In the environment of all that loads Ray; the first makes it listen on 127.0.0.1 only.
LOCAL = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
STORE_BYTES = 100 * 2**20


class Head:
    """Down until `start`. The same port again after `kill`."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address, self._folder = f"127.0.0.1:{self.port}", folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, cpus: int = 3) -> None:
        log = self._folder / f"{time.monotonic_ns()}.txt"
        options = {
            "port": self.port,
            "num-cpus": cpus,
            "include-dashboard": "false",
            "include-log-monitor": "false",
            "object-store-memory": STORE_BYTES,
            "temp-dir": self._folder,
            "min-worker-port": 0,
            "max-worker-port": 0,
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        command = [Path(sys.executable).parent / "ray", "start", "--head", "--block", "--no-monitor", "--disable-usage-stats", *flags]
        with log.open("wb") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)
        deadline = time.monotonic() + 120
        while b"Ray runtime started" not in log.read_bytes():
            assert self._process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """All of it at once, as when its machine is switched off."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
