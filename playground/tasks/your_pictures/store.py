"""Where the visitor's own pictures are kept: on disk beside own pairs, under a name made of their pixels.

A recipe holds their key alone, as it does of pairs. The same pictures in the same order have the same key for everybody; what stands
behind their pixels in the file is how they came the last time: their names, and what was refused.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from threading import Lock

import numpy as np
import orjson
from cachetools import LRUCache
from numpy.typing import NDArray

from ...disk import keep_newest, write_whole
from ...errors import InputError
from ..pairs.store import KEEP_BYTES, folder
from ..pairs.store import KEY as KEY

PIXELS = 784
LATEST = 4  # that are held in memory
GONE = "Bring them again."

_fetched: LRUCache[str, Kept] = LRUCache(LATEST)
_lock = Lock()


@dataclass(frozen=True, eq=False)
class Kept:
    """Pictures (N, 784) of ink in 0..255 in the order in which they came, their names, and what was refused, with the reason."""

    pictures: NDArray[np.uint8]
    names: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]

    @cached_property
    def packed(self) -> str:
        """The pixels as text."""
        return base64.b64encode(zlib.compress(self.pictures.tobytes(), 9)).decode()


def keep(kept: Kept) -> str:
    """The key under which these pictures are kept. Raises InputError if they cannot be."""
    data = kept.pictures.tobytes()
    account = zlib.compress(orjson.dumps({"names": kept.names, "refused": kept.refused}))
    key = _key(data)
    try:
        write_whole(folder() / f"{key}.pictures", len(kept.pictures).to_bytes(4, "little") + data + account)
        keep_newest(folder(), KEEP_BYTES)
    except OSError as error:
        raise InputError(f"The pictures could not be kept: {error.strerror}. Nothing was changed.") from None
    with _lock:
        _fetched[key] = kept
    return key


def fetch(key: str) -> Kept:
    """The pictures that were kept under this key. Raises InputError when they are not, or no longer, on this machine."""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise InputError(f"The name of the pictures is not one of ours. {GONE}")
    with _lock:
        if (kept := _fetched.get(key)) is None:
            kept = _fetched[key] = _fetch(key)
        return kept


def _fetch(key: str) -> Kept:
    try:
        path = folder() / f"{key}.pictures"
        whole = path.read_bytes()
        path.touch()
    except OSError:
        raise InputError(f"These pictures are not kept on this machine any more. {GONE}") from None
    end = 4 + PIXELS * int.from_bytes(whole[:4], "little")
    if len(whole) <= end or _key(data := whole[4:end]) != key:
        raise InputError(f"The kept pictures are damaged. {GONE}")
    told = orjson.loads(zlib.decompress(whole[end:]))
    refused = tuple((name, why) for name, why in told["refused"])
    return Kept(np.frombuffer(data, np.uint8).reshape(-1, PIXELS), tuple(told["names"]), refused)


def _key(data: bytes) -> str:
    return sha256(b"pictures" + data).hexdigest()[:24]
