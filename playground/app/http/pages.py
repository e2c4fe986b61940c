"""Gradio's page as visitors get it: it finds its server by its own address, and what is equal for many is made once.

Gradio writes the page anew for every visitor, 198 kB, and nothing in it differs but where it was asked for and who has logged in. So what
is done to it afterwards is kept by its bytes: another visitor gets what was made for the same page, and no other.
"""

from __future__ import annotations

from functools import partial
from hashlib import sha256

from cachetools import LRUCache
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .assets import ASK_FIRST, Asset
from .origin import mended

PAGES = 16  # kept: 60 kB each for every encoding that was asked for
OWN = ("content-type", "content-length", "cache-control", "etag", "vary", "content-encoding")


class Pages:
    """Gradio's page with the address that it has for the browser in place of the one that the server believes in, compressed once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: LRUCache[bytes, Asset] = LRUCache(PAGES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        parts: list[bytes] = []

        async def send_kept(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    answer = await self._asset(b"".join(parts)).answer(Headers(scope=scope))
                    for name, value in MutableHeaders(scope=start).items():
                        if name not in OWN:
                            answer.headers.append(name, value)
                    await answer(scope, receive, send)

        await self.app(scope, receive, send_kept if scope["type"] == "http" and scope["method"] == "GET" else send)

    def _asset(self, page: bytes) -> Asset:
        key = sha256(page).digest()
        if (asset := self._kept.get(key)) is None:
            headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": f"private, {ASK_FIRST}"}
            asset = self._kept[key] = Asset(partial(mended, page), headers)
        return asset


def _is_page(message: Message) -> bool:
    return message["status"] == 200 and MutableHeaders(scope=message).get("Content-Type", "").startswith("text/html")
