"""Whose turn it is: cheap events and dear ones have places of their own, and nobody's work waits for all of somebody else's.

    await lanes.run(DEAR, who, work)     work() in a thread, once it is the turn of `who`

A session has one event at a time, in whichever lane, in the order in which they came. A free place goes to the address that was
served longest ago, and there to the owner that was. Who waits holds no thread and no place.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync
from cachetools import LRUCache

from ...errors import InputError

MOST = 8  # events of one session that wait
ROOM = 200  # events that wait, of everybody
REMEMBERED = 2_000  # addresses and owners of whom is known when they were served
BUSY = "The server has more to do than it can right now. Try this again in a minute."
T = TypeVar("T")


@dataclass(frozen=True)
class Lane:
    """`places` for events at the same time, of which one owner has `each` at most."""

    name: str
    places: int
    each: int


LOOK = Lane("look", places=2, each=2)  # steps, typed text: milliseconds
DEAR = Lane("dear", places=2, each=1)  # files, sweeps, code: up to seconds


@dataclass(frozen=True)
class Who:
    """Whose event it is. Events without a session take no turns among themselves."""

    address: str = ""
    owner: str = ""
    session: str = ""


class Crowded(InputError):
    """More events wait than are taken."""


@dataclass(eq=False)
class _Event:
    lane: Lane
    who: Who
    turn: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Lanes:
    """All events of a server that take their turns. For the one thread of its event loop."""

    def __init__(self) -> None:
        self._waiting: list[_Event] = []  # in the order in which they came
        self._running: list[_Event] = []
        self._served: LRUCache[tuple[Lane | str, ...], int] = LRUCache(REMEMBERED)  # when an address last was, and an owner there
        self._count = count(1)
        self._answered: Counter[str] = Counter()
        self._took: dict[str, float] = {}
        self._threads = anyio.CapacityLimiter(LOOK.places + DEAR.places)

    async def run(self, lane: Lane, who: Who, work: Callable[[], T], name: str = "") -> T:
        """What `work` returns or raises; it is counted under its name.

        Raises Crowded where too many events of this session, or of this address in a full room, wait.
        """
        if who.session and sum(event.who.session == who.session for event in self._waiting) >= MOST:
            raise Crowded(f"{MOST} of your events are waiting for their turn already; wait until they are answered, then do this again.")
        event = _Event(lane, who)
        self._waiting.append(event)
        self._make_room()
        self._next()
        start = time.perf_counter()
        try:
            await event.turn
            return await run_sync(work, limiter=self._threads)
        finally:
            for events in (self._waiting, self._running):
                if event in events:
                    events.remove(event)
            self._answered[name] += 1
            self._took[name] = self._took.get(name, 0.0) + time.perf_counter() - start
            self._next()

    def counted(self) -> dict[str, float]:
        """By name, as /metrics has it: how many were answered, and the seconds until then, their wait included."""
        events = {f'playground_events_total{{endpoint="{name}"}}': float(n) for name, n in sorted(self._answered.items()) if name}
        seconds = {f'playground_event_seconds_total{{endpoint="{name}"}}': s for name, s in sorted(self._took.items()) if name}
        return events | seconds

    def _make_room(self) -> None:
        """Where too many wait, the latest event of the address that has most of them gives way."""
        if len(self._waiting) <= ROOM:
            return
        ((address, _),) = Counter(event.who.address for event in self._waiting).most_common(1)
        last = next(event for event in reversed(self._waiting) if event.who.address == address)
        self._waiting.remove(last)
        if not last.turn.done():  # its visitor has left just now
            last.turn.set_exception(Crowded(BUSY))

    def _next(self) -> None:
        """Give free places away."""
        while ready := [event for event in self._waiting if self._may_run(event)]:
            event = min(ready, key=self._served_at)
            self._waiting.remove(event)
            self._running.append(event)
            now = next(self._count)
            for key in _keys(event):
                self._served[key] = now
            event.turn.set_result(None)

    def _may_run(self, event: _Event) -> bool:
        beside = [other for other in self._running if other.lane is event.lane]
        session = event.who.session
        return (
            not event.turn.done()
            and len(beside) < event.lane.places
            and sum(other.who.owner == event.who.owner for other in beside) < event.lane.each
            and not (session and any(other.who.session == session for other in self._running))
            and not (session and next(other for other in self._waiting if other.who.session == session) is not event)
        )

    def _served_at(self, event: _Event) -> tuple[int, ...]:
        return tuple(self._served.get(key, 0) for key in _keys(event))


def _keys(event: _Event) -> tuple[tuple[Lane | str, ...], ...]:
    who = event.who
    return (event.lane, who.address), (event.lane, who.address, who.owner)
