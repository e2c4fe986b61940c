"""Where what visitors bring is kept: on disk, under a name made of its content.

A recipe is small and travels in links and to other processes; what it learns from is not. So a recipe holds only a key, a hash, and whoever
trains reads the rest from disk by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

from ...disk import keep_newest, own_folder, write_whole
from ...errors import InputError

KEEP_BYTES = 64 * 2**20  # of all that is kept together; the least recently used go first
KEY = re.compile(r"[0-9a-f]{24}")
LATEST = 4  # of a kind, that are held in memory

T = TypeVar("T")


class Shelf(Generic[T]):
    """All of one kind, `what` it is called, in files of one `ending`. `read` makes it of a file's bytes and gives its key with it;
    `again` is what a visitor does where it is gone."""

    def __init__(self, what: str, ending: str, again: str, read: Callable[[bytes], tuple[str, Callable[[], T]]]) -> None:
        self.what, self.ending, self.again, self.read = what, ending, again, read
        self.latest: LRUCache[str, T] = LRUCache(LATEST)
        self._lock = Lock()

    def keep(self, key: str, data: bytes, kept: T) -> str:
        """The key, once the bytes stand under it. Raises InputError where they cannot be kept."""
        try:
            write_whole(folder() / f"{key}.{self.ending}", data)
            keep_newest(folder(), KEEP_BYTES)
        except OSError as error:
            raise InputError(f"The {self.what} could not be kept: {error.strerror}. Nothing was changed.") from None
        with self._lock:
            self.latest[key] = kept
        return key

    def fetch(self, key: str) -> T:
        """What was kept under this key. Raises InputError when it is not, or no longer, on this machine."""
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise InputError(f"The name of the {self.what} is not one of ours. {self.again}")
        with self._lock:
            if (kept := self.latest.get(key)) is None:
                kept = self.latest[key] = self._fetch(key)
            return kept

    def _fetch(self, key: str) -> T:
        try:
            path = folder() / f"{key}.{self.ending}"
            data = path.read_bytes()
            path.touch()
        except OSError:
            raise InputError(f"These {self.what} are not kept on this machine any more. {self.again}") from None
        found, make = self.read(data)
        if found != key:
            raise InputError(f"The kept {self.what} are damaged. {self.again}")
        return make()


def key_of(content: bytes) -> str:
    return sha256(content).hexdigest()[:24]


def folder() -> Path:
    """Where they are, made if need be, or OSError."""
    return own_folder("PLAYGROUND_PAIRS")
