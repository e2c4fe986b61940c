"""How many event streams are held open, and by whom: who opens a thousand takes no place of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 1_000  # streams of all
OF_ADDRESS = 400  # a class behind one address
OF_NAME = 4  # of a page: one, and those of it that are not known yet to be dead
UNNAMED = 100  # of programs at one address, which call themselves nothing
KEPT = 100  # beyond `MOST`, for addresses that have none yet


class Streams:
    """Counts streams by address, and by what a page at that address calls itself."""

    def __init__(self) -> None:
        self._addresses: Counter[str] = Counter()
        self._names: Counter[tuple[str, str]] = Counter()

    def __len__(self) -> int:
        return self._addresses.total()

    def has_room(self, address: str, name: str) -> bool:
        """Whether this page may have one more."""
        near, mine = self._addresses[address], self._names[address, name]
        return near < OF_ADDRESS and mine < (OF_NAME if name else UNNAMED) and len(self) < (MOST if near else MOST + KEPT)

    @contextmanager
    def held(self, address: str, name: str) -> Iterator[None]:
        """One stream, for as long as it is open."""
        self._addresses[address] += 1
        self._names[address, name] += 1
        try:
            yield
        finally:
            self._addresses -= Counter([address])
            self._names -= Counter([(address, name)])
