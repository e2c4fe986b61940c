"""Gradio's page as visitors get it: it finds its server by its own address, and what is equal for many is made once.

Gradio writes into the page where it believes to be served: `Host` and the path as they arrive. A proxy may have rewritten both,
or speak https where the server hears http, and then the page asks an address that its visitor cannot reach. Only the browser
knows under which address the page was opened, so the page reads it there.

Gradio writes the page anew for every visitor, 198 kB, and nothing in it differs but where it was asked for and who has logged in. So what
is done to it afterwards is kept by its bytes: another visitor gets what was made for the same page, and no other.
"""

from __future__ import annotations

import re
from functools import partial
from hashlib import sha256

from cachetools import LRUCache
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .shelves import ASK_FIRST, Asset

HERE = b'new URL(".",location).href.slice(0,-1)'  # the folder of the page, without the last slash
BELIEVED = re.compile(rb'("root":(?<=[,{]"root":)|const root = )"https?://[^"\\]*"')  # inside strings quotes are escaped
MANIFEST, NO_ICON = (
    b'<link rel="manifest" href="/manifest.json" />',
    b'<link rel="icon" href="data:,">',
)  # both would be asked for at the root
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


def mended(page: bytes) -> bytes:
    """The same page, served from wherever it is opened."""
    return BELIEVED.sub(rb"\1" + HERE, page).replace(MANIFEST, NO_ICON, 1)
