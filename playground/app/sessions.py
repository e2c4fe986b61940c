"""Who is there: what their pages say of themselves, and what is remembered of each, within bounds.

Whoever opens a thousand pages loses their own first. Nothing depends on it for long: a page says with every event who it is and where
it stands (`Told`), so that one that was forgotten, or is older than the server, goes on from its address.
"""

from __future__ import annotations

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from .http.lanes import Who
from .visit import Visit

SESSIONS = 1_000
MADE_UP = re.compile(r"[a-z0-9]{20,64}")  # nobody guesses one
LONGEST = 20_000  # characters of what a page says of itself: names, and an address as long as one may be


@dataclass(frozen=True)
class Visitor:
    """Digests, so that no file and no log holds what a browser calls itself; "" owns nothing.

    tab: whose runs it may stop, also after a reload.
    browser: whose pairs it may see, in all its tabs.
    """

    tab: str = ""
    browser: str = ""
    address: str = ""


NOBODY = Visitor()


@dataclass(frozen=True)
class Told:
    """What a page says of itself with every event: its tab's name, its browser's, and the query of its address; its own name, drawn anew
    whenever it is loaded; and how many events it has sent with this one."""

    tab: str = ""
    browser: str = ""
    place: str = ""
    page: str = ""
    number: int = 0

    @classmethod
    def read(cls, text: Any) -> Told:
        """From JSON of four strings and a number; what is nothing of ours says nothing."""
        try:
            said = orjson.loads(text) if isinstance(text, str) and len(text) <= LONGEST else None
        except orjson.JSONDecodeError:
            said = None
        if not isinstance(said, list) or [type(part) for part in said] != [str, str, str, str, int]:
            return cls()
        tab, browser, page = (part if MADE_UP.fullmatch(part) else "" for part in (*said[:2], said[3]))
        return cls(tab, browser, said[2], page, said[4])

    def visitor(self, session: str, address: str) -> Visitor:
        """Where storage is refused, the name of the session serves until the next reload."""
        tab = self.tab or session
        return Visitor(_digest(tab), _digest(self.browser or tab), address)


@dataclass
class Session:
    """What is remembered of one page."""

    visitor: Visitor
    visit: Visit | None = None  # as its last event left it
    sent: dict[str, Hashable] = field(default_factory=dict)  # what the values depended on that its panels show
    told: set[str] = field(default_factory=set)  # panels that show an error, whose values are sent anew
    name: str = ""
    given_by: int = 0  # the number of the event that gave the input

    @property
    def who(self) -> Who:
        """Whose turn its events take."""
        return Who(self.visitor.address, self.visitor.tab, self.name)


class Sessions:
    """The latest sessions by name, at most `most`; the first to go is the one that the address with most of them used longest ago."""

    def __init__(self, most: int = SESSIONS) -> None:
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
                session = self._kept[name] = Session(told.visitor(name, address), name=name)
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


def _digest(secret: str) -> str:
    return secret and sha256(secret.encode()).hexdigest()
