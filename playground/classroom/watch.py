"""Who follows a class, and who was seen when; all are woken by every change, and whoever is slow hears the newest alone."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import suppress
from typing import NamedTuple

from ..runs.clock import Clock

GAP_S = 0.1  # between two tellings to one follower: many changes at once are told as one
COUNT_S = 5.0  # who goes without a word is noticed by then
ENDED = b'{"ended":true}'  # the last that is told of a class
TRIES, TRIES_S = 5, 60.0  # to take a class over


class Presence(NamedTuple):
    """How many are there; of them, how many have turned to another place than the class's; and how many were lost a while ago."""

    joined: int
    astray: int
    silent: int


class Watch:
    """The watch over one class. Who is astray is known here alone: it is nothing to be kept."""

    def __init__(self, code: str, address: str, clock: Clock) -> None:
        self.code, self.address = code, address
        self.number = self.written = 0  # changes so far, and how many of them are on the disk
        self.writing = threading.Lock()
        self._clock = clock
        self._lock = threading.Lock()
        self._here: Counter[str] = Counter()  # connections by who follows
        self._seen: dict[str, float] = {}
        self._happened = clock.now()
        self._sleepers: set[Callable[[], None]] = set()
        self._told: dict[Hashable, tuple[int, bytes]] = {}
        self._tries: list[float] = []
        self._away: bool = False
        self._astray: set[str] = set()
        self._count = (-1, 0.0, Presence(0, 0, 0))  # of which change, when, and who was there

    def changed(self) -> int:
        """Something is another way now: wake everybody. The number of the change."""
        with self._lock:
            self.number += 1
            self._happened = self._clock.now()
            sleepers, self._sleepers = self._sleepers, set()
        for wake in sleepers:
            with suppress(RuntimeError):  # its event loop has been closed
                wake()
        return self.number

    def seen(self, who: str) -> None:
        self._seen[who] = self._clock.now()

    def strays(self, who: str, astray: bool) -> None:
        """Somebody has turned to another place, or is back."""
        (self._astray.add if astray else self._astray.discard)(who)

    def is_astray(self, who: str) -> bool:
        return who in self._astray

    def silent(self, who: str, from_s: float, until_s: float) -> bool:
        """Whether somebody follows no more, and was seen last so long ago."""
        return not self._here[who] and from_s < self._clock.now() - self._seen.get(who, -until_s) <= until_s

    def near(self, who: str, within_s: float) -> bool:
        """Whether somebody follows, or did something a short while ago."""
        return self._here[who] > 0 or self._clock.now() - self._seen.get(who, -within_s - 1) <= within_s

    def counted(self, count: Callable[[], Presence]) -> Presence:
        """Who is there: counted anew with every change, and now and then, for all followers together."""
        number, at, found = self._count
        now = self._clock.now()
        if number != self.number or now - at > COUNT_S:
            found = count()
            self._count = (self.number, now, found)
        return found

    def look(self, gone_s: float) -> None:
        """Notice when the teacher goes and comes back: that is told, too."""
        away = not self.near("", gone_s)
        if away != self._away:
            self._away = away
            self.changed()

    def idle_s(self) -> float:
        return self._clock.now() - self._happened

    def may_try(self) -> bool:
        """Whether one more try to take the class over is heard."""
        now = self._clock.now()
        self._tries = [at for at in self._tries if now - at < TRIES_S]
        self._tries.append(now)
        return len(self._tries) <= TRIES

    def once(self, what: Hashable, make: Callable[[], bytes]) -> bytes:
        """What was made of the class as it stands; it is made once for all."""
        number, made = self._told.get(what, (-1, b""))
        if number != self.number:
            self._told = {key: value for key, value in self._told.items() if value[0] == self.number}
            made = make()
            self._told[what] = (self.number, made)
        return made

    async def follow(self, who: str, told: Callable[[], bytes], beat_s: float) -> AsyncGenerator[bytes | None, None]:
        """What is told now, and again after each change that makes it another; None after `beat_s` of silence. Ends with the class."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(news.set)

        last, number = b"", -1
        self._here[who] += 1
        try:
            while True:
                news.clear()
                with self._lock:
                    self._sleepers.add(wake)
                    fresh, number = self.number != number, self.number
                if fresh or not last:
                    payload = told()
                    if payload != last:
                        last = payload
                        yield payload
                        if payload == ENDED:
                            return
                        await asyncio.sleep(GAP_S)
                        continue
                try:
                    await asyncio.wait_for(news.wait(), beat_s)
                except TimeoutError:
                    number = -1  # time itself changes who is there
                    yield None
        finally:
            with self._lock:
                self._sleepers.discard(wake)
            self._here[who] -= 1
            self.seen(who)
