"""The page finds its server by its own address, whatever stands in between.

Gradio writes into the page where it believes to be served: `Host` and the path as they arrive. A proxy may have rewritten both,
or speak https where the server hears http, and then the page asks an address that its visitor cannot reach. Only the browser
knows under which address the page was opened, so the page reads it there.
"""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HERE = b'new URL(".",location).href.slice(0,-1)'  # the folder of the page, without the last slash
BELIEVED = re.compile(rb'(?<=[,{]"root":)"https?://[^"\\]*"|(?<=const root = )"https?://[^"\\]*"')  # inside strings quotes are escaped
MANIFEST, NO_ICON = (
    b'<link rel="manifest" href="/manifest.json" />',
    b'<link rel="icon" href="data:,">',
)  # both would be asked for at the root


class FindsItself:
    """Gradio's page with the address that it has for the browser in place of the one that the server believes in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        parts: list[bytes] = []

        async def send_mended(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    body = mended(b"".join(parts))
                    MutableHeaders(scope=start)["Content-Length"] = str(len(body))
                    await send(start)
                    await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, send_mended if scope["type"] == "http" and scope["method"] == "GET" else send)


def mended(page: bytes) -> bytes:
    """The same page, served from wherever it is opened."""
    return BELIEVED.sub(HERE, page).replace(MANIFEST, NO_ICON, 1)


def _is_page(message: Message) -> bool:
    return message["status"] == 200 and MutableHeaders(scope=message).get("Content-Type", "").startswith("text/html")
