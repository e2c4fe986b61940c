"""What is remembered of every open page, within bounds: whoever opens a thousand pages loses their own first.

Nothing depends on it for long: a page says with every event who it is and where it stands (`Told`), so that one that was forgotten, or is
older than the server, goes on from its address.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from .visit import Visit
from .visitor import Told, Visitor

MOST = 1_000


@dataclass
class Session:
    """What is remembered of one page."""

    visitor: Visitor
    visit: Visit | None = None  # as its last event left it
    sent: dict[str, Hashable] = field(default_factory=dict)  # what the values depended on that its panels show
    turn: threading.Lock = field(default_factory=threading.Lock)


class Sessions:
    """The latest sessions by name, at most `most`; the first to go is the one that the address with most of them used longest ago."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._kept: OrderedDict[str, Session] = OrderedDict()
        self._by_address: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, name: str, told: Told, address: str) -> Session:
        """The session of this name, made anew where it is not known."""
        with self._lock:
            session = self._kept.get(name)
            if session is None:
                session = self._kept[name] = Session(told.visitor(name, address))
                self._by_address[address] += 1
                self._forget()
            self._kept.move_to_end(name)
            return session

    def _forget(self) -> None:
        while len(self._kept) > self.most:
            address = self._by_address.most_common(1)[0][0]
            name = next(name for name, session in self._kept.items() if session.visitor.address == address)
            del self._kept[name]
            self._by_address -= Counter([address])
