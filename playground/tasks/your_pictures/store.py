"""The visitor's own pictures as they are kept, beside own pairs. The same pictures in the same order have the same key for everybody.

What stands behind their pixels in the file is how they came the last time: their names, and what was refused.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import orjson
from numpy.typing import NDArray

from ..brought.shelf import Shelf, key_of

PIXELS = 784
COUNTED = 4  # bytes that say how many pictures there are


@dataclass(frozen=True, eq=False)
class Kept:
    """Pictures (N, 784) of ink in 0..255 in the order in which they came, their names, and what was refused, with the reason."""

    pictures: NDArray[np.uint8]
    names: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]

    @cached_property
    def packed(self) -> str:
        """The pixels as text."""
        return pack(self.pictures)


def pack(pictures: NDArray[np.uint8]) -> str:
    """Ink (N, 784) in 0..255 as text."""
    return base64.b64encode(zlib.compress(pictures.tobytes(), 9)).decode()


def keep(kept: Kept) -> str:
    """The key under which these pictures are kept. Raises InputError if they cannot be."""
    data = kept.pictures.tobytes()
    account = zlib.compress(orjson.dumps({"names": kept.names, "refused": kept.refused}))
    return shelf.keep(_key(data), len(kept.pictures).to_bytes(COUNTED, "little") + data + account, kept)


def _read(whole: bytes) -> tuple[str, Callable[[], Kept]]:
    end = COUNTED + PIXELS * int.from_bytes(whole[:COUNTED], "little")
    data = whole[COUNTED:end]

    def kept() -> Kept:
        told = orjson.loads(zlib.decompress(whole[end:]))
        refused = tuple((name, why) for name, why in told["refused"])
        return Kept(np.frombuffer(data, np.uint8).reshape(-1, PIXELS), tuple(told["names"]), refused)

    return _key(data) if len(whole) > end else "", kept


def _key(data: bytes) -> str:
    return key_of(b"pictures" + data)


shelf = Shelf("pictures", "pictures", "Bring them again.", _read)
fetch = shelf.fetch
