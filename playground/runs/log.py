"""One run as everybody sees it: an append-only list of payloads, shared by all who follow.

Each event is serialised once, to one bytes object. A follower is an index into the list and a way to be woken, so thirty
late comers replay the same bytes, and a client that never reads costs nothing. Weights never become payloads.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic, Literal, Protocol, TypeVar

import orjson

from playground.runs.clock import MONOTONIC, Clock
from playground.runs.events import Done, Event, Failed, Paused, Resumed, Snapshot, Started, wire
from playground.runs.executors import Tally

Waker = Callable[[], object]
MISSING = 1000  # followers that are waited for at most
OVERHEAD_BYTES = 4096  # of an empty log, so that many small runs are bounded too

Status = Literal["queued", "training", "paused", "done", "stopped", "failed"]


class Recipe(Hashable, Protocol):
    """What has to be known of a recipe here: equal ones are the same training."""

    @property
    def device(self) -> str: ...


R = TypeVar("R", bound=Recipe)


class RunLog(Generic[R]):
    """The log of one run. One thread appends, any number read.

    Payload n (counted from 1) is JSON with "id": n and "type"; asking for what comes `after` n resumes without a gap.
    """

    def __init__(
        self,
        run_id: str,
        recipe: R,
        owner: str,
        *,
        address: str = "",
        pinned: bool = False,
        kept: bool = False,
        number: int = 0,
        expected_s: float | None = None,
        clock: Clock = MONOTONIC,
    ) -> None:
        self.id, self.recipe, self.owner, self.pinned = run_id, recipe, owner, pinned
        self.number = number  # which of its owner's runs it is, from 1; 0 where nobody counted
        self.beside: str | None = None  # the run that trains side by side with it
        self.address = address  # where its owner comes from; many may share one
        self.telling = secrets.token_hex(4)  # another one where a run is told again, after the server was started anew
        self.kept = kept  # read back from disk, after the server was started anew
        self.status: Status = "queued"
        self.position: tuple[int, int] | None = None  # (position, of) while queued
        self.started: Started | None = None
        self.end: Done | Failed | None = None
        self.snapshots: list[Snapshot] = []  # the film, in order of training; stays on the server
        self.tally = Tally()
        self.nbytes = OVERHEAD_BYTES
        self.expected_s = expected_s
        self.born_at = self.paused_at = clock.now()
        self._clock = clock
        self._lock = threading.Lock()
        self._payloads: list[bytes] = []
        self._followers = 0
        self._met = False  # somebody has followed
        self._here: Counter[str] = Counter()  # connections of the followers who have a name
        self._leaving: set[str] = set()  # said goodbye, and their connection has not ended yet
        self._missing: dict[str, float] = {}  # whose connection ended without a goodbye, and when
        self._sleepers: set[Waker] = set()  # of followers who have seen all; each is woken once
        self._lonely_since = self.born_at

    def __len__(self) -> int:
        return len(self._payloads)

    @property
    def over(self) -> bool:
        """Nothing will be appended any more."""
        return self.end is not None

    @property
    def followers(self) -> int:
        return self._followers

    def deserted(self, grace_s: float, absence_s: float) -> bool:
        """Nobody follows: for `grace_s` since the last one left, for `absence_s` since a connection broke without a goodbye, or
        where nobody has followed yet."""
        with self._lock:
            now = self._clock.now()
            grace_s = grace_s if self._met else absence_s  # who has just pressed a button may be slow to come
            lonely = not self._followers and now - self._lonely_since >= grace_s
            return lonely and all(now - since >= absence_s for since in self._missing.values())

    def goodbye(self, name: str) -> None:
        """A follower says that it leaves; its connection ends by itself. A name that does not follow changes nothing."""
        with self._lock:
            self._missing.pop(name, None)
            if name in self._here:
                self._leaving.add(name)

    def touch(self, name: str = "") -> None:
        """Somebody is about to follow: the time without followers starts anew. Who has a `name` and could not be let in is waited for."""
        with self._lock:
            self._lonely_since = self._clock.now()
            if name and name not in self._here and (name in self._missing or len(self._missing) < MISSING):
                self._missing[name] = self._lonely_since

    def snapshot(self, step: int | None = None) -> Snapshot | None:
        """The newest frame up to `step`; without `step` the best one, or the last when none was called best."""
        if step is None:
            best = [frame for frame in self.snapshots if frame.best]
            return next(reversed(best or self.snapshots), None)
        return next((frame for frame in reversed(self.snapshots) if frame.step <= step), None)

    def payloads(self, after: int = 0) -> list[bytes]:
        """What there is by now."""
        return self._payloads[max(after, 0) :]

    async def follow(self, after: int = 0, *, beat_s: float | None = None, name: str = "") -> AsyncGenerator[bytes | None, None]:
        """Payloads after number `after`, then each new one until the run is over; None after `beat_s` of silence.

        Who gives a `name` will say `goodbye` before leaving, and is waited for if the connection ends without it.
        """
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        after = max(after, 0)

        def wake() -> None:
            loop.call_soon_threadsafe(news.set)

        with self._following(wake, name):
            while not (self.over and after >= len(self)):
                while after < len(self):
                    after += 1
                    yield self._payloads[after - 1]
                news.clear()
                if self._sleeps(after, wake):
                    try:
                        await asyncio.wait_for(news.wait(), beat_s)
                    except TimeoutError:
                        yield None

    def read(self, after: int = 0) -> Iterator[bytes]:
        """`follow` for ordinary threads: blocks until the run is over."""
        news = threading.Event()
        after = max(after, 0)
        with self._following(news.set):
            while not (self.over and after >= len(self)):
                while after < len(self):
                    after += 1
                    yield self._payloads[after - 1]
                news.clear()
                if self._sleeps(after, news.set):
                    news.wait()

    def append(self, event: Event) -> None:
        """Add what the trainer said. After `Done` or `Failed` the run is over and nothing more is taken."""
        body = wire(event)
        if isinstance(event, Started):
            body["expected_s"] = self.expected_s
        with self._lock:
            if self.over:
                return
            self.tally.count(event)
            self._add(body)
            match event:
                case Started():
                    self.started, self.status, self.position = event, "training", None
                case Paused():
                    self.status, self.paused_at = "paused", self._clock.now()
                case Resumed():
                    self.status, self.position = "training", None
                case Snapshot():
                    self.hold(event)
                case Done():
                    self.status, self.end = "stopped" if event.reason == "stopped" else "done", event
                case Failed():
                    self.status, self.end = "failed", event
            self._wake()

    def hold(self, snapshot: Snapshot) -> None:
        """Keep weights, without a word to the followers."""
        self.snapshots.append(snapshot)
        self.nbytes += len(snapshot.weights)

    def say(self, body: dict[str, Any]) -> None:
        """Add what the run book, not the trainer, has to tell the followers."""
        with self._lock:
            if not self.over:
                self._add(body)
                self._wake()

    def paused_s(self) -> float:
        """Seconds since training was paused; 0 while it is not."""
        return self._clock.now() - self.paused_at if self.status == "paused" else 0.0

    def queue(self, position: int, of: int, eta_s: float) -> None:
        """Tell where in the line the run stands."""
        self.position, self.status = (position, of), "queued"
        self.say({"type": "queued", "position": position, "of": of, "eta_s": round(eta_s, 1)})

    def _add(self, body: dict[str, Any]) -> None:
        payload = orjson.dumps({"id": len(self._payloads) + 1, **body}, option=orjson.OPT_SERIALIZE_NUMPY)
        payload = bytes(memoryview(payload))  # orjson leaves up to ten times the room behind its text
        self._payloads.append(payload)
        self.nbytes += len(payload)

    def _sleeps(self, after: int, waker: Waker) -> bool:
        """Ask to be woken once; False when there is news already."""
        with self._lock:
            if self.over or len(self) > after:
                return False
            self._sleepers.add(waker)
            return True

    def _wake(self) -> None:
        sleepers, self._sleepers = self._sleepers, set()
        for waker in sleepers:
            with suppress(RuntimeError):  # its event loop has been closed
                waker()

    @contextmanager
    def _following(self, waker: Waker, name: str = "") -> Iterator[None]:
        with self._lock:
            self._followers, self._met = self._followers + 1, True
            if name:
                self._here[name] += 1
                self._leaving.discard(name)
                self._missing.pop(name, None)
        try:
            yield
        finally:
            with self._lock:
                self._followers -= 1
                self._sleepers.discard(waker)
                self._lonely_since = self._clock.now()
                if name:
                    self._gone(name)

    def _gone(self, name: str) -> None:
        self._here[name] -= 1
        if self._here[name]:  # it has come back before its old connection was seen to be dead
            return
        del self._here[name]
        if name in self._leaving:
            self._leaving.remove(name)
        elif len(self._missing) < MISSING:
            self._missing[name] = self._lonely_since
