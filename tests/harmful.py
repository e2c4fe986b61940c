"""What harms the process that is asked for it, whatever it is given. Light to import: it is, by every such process."""

from __future__ import annotations

import os
import signal
import time
from typing import Any, NoReturn

MB = 2**20


def hang(*_: Any) -> NoReturn:
    while True:
        time.sleep(1)


def hang_in_c(*_: Any) -> int:
    """Holds its interpreter all the while: no thread of it could end it."""
    return sum(range(10**12))


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def burst(*_: Any) -> int:
    return len(bytearray(512 * MB))


def fail(*_: Any) -> None:
    raise KeyError("lost")
