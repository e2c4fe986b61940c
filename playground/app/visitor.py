"""Who sends an event: names that a browser made up for itself, kept as digests, and the address it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

MADE_UP = re.compile(r"[a-z0-9]{20,64}")  # nobody guesses one
MOST = 20_000  # characters of what a page says of itself: names, and an address as long as one may be


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
    """What a page says of itself with every event: its tab's name, its browser's, and the query of its address."""

    tab: str = ""
    browser: str = ""
    place: str = ""

    @classmethod
    def read(cls, text: Any) -> Told:
        """From JSON of three strings; what is nothing of ours says nothing."""
        try:
            said = orjson.loads(text) if isinstance(text, str) and len(text) <= MOST else None
        except orjson.JSONDecodeError:
            said = None
        if not isinstance(said, list) or len(said) != 3 or not all(isinstance(part, str) for part in said):
            return cls()
        tab, browser = (part if MADE_UP.fullmatch(part) else "" for part in said[:2])
        return cls(tab, browser, said[2])

    def visitor(self, session: str, address: str) -> Visitor:
        """Where storage is refused, the name of the session serves until the next reload."""
        tab = self.tab or session
        return Visitor(_digest(tab), _digest(self.browser or tab), address)


def _digest(secret: str) -> str:
    return secret and sha256(secret.encode()).hexdigest()
