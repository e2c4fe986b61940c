"""Visitors' files, read aside: what is broken, huge or hostile costs a process that can be ended, never the server.

Each is bounded in length before it is sent there, and in time and memory while it is read.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...processes import Aside, Ended, Late
from ...tasks.dialing.sound import brought
from ...tasks.pairs import Kept
from ...tasks.pairs.kept import read_through
from ...tasks.scenes.files import decoded
from ...tasks.your_pictures import Album
from ...tasks.your_pictures.kept import read_whole

PICTURE_S, SOUND_S, PAIRS_S, PICTURES_S = 10.0, 10.0, 20.0, 30.0  # several times what the largest that are allowed took on two busy cores
MODULES = ("playground.tasks.pairs", "playground.tasks.your_pictures", "playground.tasks.scenes.files", "playground.tasks.dialing.sound")

T = TypeVar("T")


class Reading:
    """What visitors bring is read by. All of it raises InputError, also where reading takes too long or too much memory."""

    def __init__(self, aside: Aside | None = None, *, within: float = 1.0) -> None:
        """`within` shortens or lengthens all deadlines."""
        self.aside, self.within = aside or Aside(MODULES), within

    def picture(self, data: bytes) -> NDArray[np.float32]:
        """The file as (32, 32, 3) in 0..1."""
        return self._ask("this picture", "save it anew, or smaller", PICTURE_S, decoded, data)

    def sound(self, rate: int, samples: bytes) -> bytes:
        """16-bit samples, so many a second, at 8,000 a second."""
        return self._ask("this recording", "save it at 8,000 samples a second", SOUND_S, brought, rate, samples)

    def pairs(self, given: str | bytes, asked: dict[str, Any]) -> Kept:
        """As `read_pairs` reads a text or a file's bytes, with these choices."""
        return self._ask("these pairs", "give fewer or shorter lines", PAIRS_S, read_through, given, asked)

    def pictures(self, files: list[tuple[str, bytes]]) -> Album:
        """As `read_pictures` reads files' names and bytes."""
        return self._ask("these pictures", "bring fewer of them, or smaller ones", PICTURES_S, read_whole, files)

    def _ask(self, what: str, advice: str, deadline_s: float, function: Callable[..., T], *args: Any) -> T:
        try:
            return self.aside.call(function, *args, deadline_s=deadline_s * self.within)
        except Late:
            raise InputError(
                f"Reading {what} took more than the {deadline_s:g} seconds that it may take, and was ended: {advice}."
            ) from None
        except MemoryError:
            most = f"{self.aside.memory_bytes / 2**20:,.0f} MB"
            raise InputError(f"Reading {what} takes more than the {most} of memory that it may take: {advice}.") from None
        except Ended:
            raise InputError(f"Reading {what} ended the process that read it: {advice}.") from None


def whole(text: Any, most: int, allowed: str) -> bytes:
    """The bytes of the file in base64 `text`. Raises InputError for more than `most`: what was given, what is allowed."""
    if not isinstance(text, str) or not text:
        raise InputError(f"There is no file. {allowed}.")
    if len(text) > most * 4 // 3 + 4:
        raise InputError(f"The file has {len(text) * 3 / 4 / 2**20:.1f} MB. {allowed}; make it smaller.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"The file did not arrive whole. {allowed}; choose it again.") from None
