"""Event streams, and how many are held open, and by whom: who opens a thousand takes no place of the others."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager, nullcontext
from typing import Protocol

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MOST = 1_000  # streams of all
OF_ADDRESS = 400  # a class behind one address
OF_NAME = 4  # of a page: one, and those of it that are not known yet to be dead
UNNAMED = 100  # of programs at one address, which call themselves nothing
KEPT = 100  # beyond `MOST`, for addresses that have none yet

_log = logging.getLogger(__name__)


class Followed(Protocol):
    """What can be followed: the log of a run, a class."""

    @property
    def id(self) -> str: ...

    @property
    def telling(self) -> str:
        """Another one where it is told again from the beginning."""

    def follow(self, after: int = 0, *, beat_s: float | None = None, name: str = "") -> AsyncGenerator[bytes | None, None]:
        """Payloads after number `after`; None after `beat_s` of silence."""


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


class EventStream(Response):
    """Server-sent events: one message per payload, the payload's number as its id. Holds an index, never a backlog."""

    media_type = "text/event-stream"

    def __init__(
        self, log: Followed, after: int, beat_s: float, stall_s: float, name: str = "", held: AbstractContextManager[None] | None = None
    ) -> None:
        """`held`: entered for as long as it is open."""
        super().__init__(headers={"Cache-Control": "no-store"})
        del self.headers["content-length"]
        self.log, self.after, self.beat_s, self.stall_s, self.name = log, after, beat_s, stall_s, name
        self.held = held or nullcontext()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.held:
            await self._answer(receive, send)

    async def _answer(self, receive: Receive, send: Send) -> None:
        async with anyio.create_task_group() as tasks:

            async def leave_with_client() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                tasks.cancel_scope.cancel()

            tasks.start_soon(leave_with_client)
            try:
                await self._stream(send)
            except TimeoutError:
                _log.info("a follower of %s took nothing for %g s and was dropped", self.log.id, self.stall_s)
            tasks.cancel_scope.cancel()

    async def _stream(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        number = self.after
        await self._send(send, b"retry: 2000\n\n")
        async with aclosing(self.log.follow(self.after, beat_s=self.beat_s, name=self.name)) as payloads:
            async for payload in payloads:
                if payload is None:
                    await self._send(send, b": still here\nevent: beat\ndata:\n\n")
                    continue
                number += 1
                await self._send(send, b"id: %b-%d\ndata: %b\n\n" % (self.log.telling.encode(), number, payload))
        await self._send(send, b"", more_body=False)

    async def _send(self, send: Send, body: bytes, *, more_body: bool = True) -> None:
        with anyio.fail_after(self.stall_s):
            await send({"type": "http.response.body", "body": body, "more_body": more_body})
