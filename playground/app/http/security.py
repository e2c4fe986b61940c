"""What every answer of the server passes through: security headers, same-origin writes, a limit on bodies.

Plain ASGI, each class one concern. (Starlette's BaseHTTPMiddleware buffers between two tasks and breaks event streams.)
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .assets.pages import Pages
from .assets.shelves import Shelves
from .hosts import OwnHosts

MAX_BODY_BYTES = 20 * 2**20
MAX_HELD_BYTES = 256 * 2**20  # of all bodies on their way: a class that sends a picture each
SMALL_BYTES = 64 * 2**10  # a click is always taken
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

SOURCES = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",  # Gradio compiles component templates in the page
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "*",  # a Space is shown inside a frame
}
CONTENT_SECURITY_POLICY = "; ".join(f"{kind} {allowed}" for kind, allowed in SOURCES.items())


def middleware(hosts: Iterable[str] = (), *, dev: bool = False) -> list[Middleware]:
    """Outermost first: refusals carry the security headers too. `hosts`: names that the server may be asked under beside its own.

    `dev`: the page's modules come singly, as they are on the disk.
    """
    compress = Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)  # event streams are left alone, and what comes compressed
    asked = [Middleware(OwnHosts, tuple(hosts)), Middleware(Shelves, dev), compress, Middleware(Pages), Middleware(SameOrigin)]
    return [Middleware(SecurityHeaders), *asked, Middleware(BodyLimit)]


class SecurityHeaders:
    """Nothing is loaded from other hosts, and no answer is taken for another type than it says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                if "immutable" not in headers.get("Cache-Control", ""):  # modules are no documents, and it is 430 bytes on each of eighty
                    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
                if headers.get("Content-Type", "").startswith("text/event-stream"):
                    headers["X-Accel-Buffering"] = "no"  # nginx would collect it first
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class SameOrigin:
    """Requests that may change something come from our own page, or from a program that is not a browser.

    Browsers say where a request comes from in `Sec-Fetch-Site` (over https and on localhost; no proxy alters it), and
    in `Origin`, which is compared with `Host` and, where GRADIO_ROOT_PATH is a whole address, with that. Programs send neither.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.public = urlsplit(os.environ.get("GRADIO_ROOT_PATH", "")).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" and scope["method"] not in SAFE_METHODS else Headers()
        if not _is_same_origin(headers, self.public):
            await JSONResponse({"error": _refusal(headers)}, 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses bodies over `limit` bytes: by their announced length before reading, otherwise once they exceed it.

    While all bodies on their way have over `total` bytes, more than `small` is refused too.
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES, total: int = MAX_HELD_BYTES, small: int = SMALL_BYTES) -> None:
        self.app = app
        self.limit, self.total, self.small = limit, total, small
        self.held = 0
        self.too_large = JSONResponse({"error": f"Too large: at most {limit / 2**20:.3g} MB can be sent."}, 413)
        self.too_many = JSONResponse({"error": "Too much is being sent to the server right now. Try again in a minute."}, 503)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif _announced_length(Headers(scope=scope)) > self.limit:
            await self.too_large(scope, receive, send)
        else:
            await self._count(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0
        refusal: JSONResponse | None = None
        answered = False

        async def counting_receive() -> Message:
            nonlocal received, refusal
            message = await receive()
            size = len(message.get("body", b""))
            received, self.held = received + size, self.held + size
            if received > self.limit:
                refusal = self.too_large
            elif size and received > self.small and self.held > self.total:
                refusal = self.too_many
            if refusal is not None:
                raise _Refused
            return message

        async def send_unless_refused(message: Message) -> None:
            nonlocal answered
            if refusal is not None and not answered:
                return  # an inner layer has turned the exception into an answer of its own
            answered = True
            await send(message)

        try:
            await self.app(scope, counting_receive, send_unless_refused)
        except Exception:  # ours, perhaps wrapped in another by a layer between
            if refusal is None or answered:
                raise
        finally:
            self.held -= received
        if refusal is not None and not answered:
            await refusal(scope, receive, send)


class _Refused(Exception):
    pass


def _is_same_origin(headers: Headers, public: str = "") -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() in {headers.get("host", "").lower(), public} - {""}


def _refusal(headers: Headers) -> str:
    """A proxy that rewrites `Host` looks like another site where browsers send no `Sec-Fetch-Site`: over plain http."""
    told, host = "This request came from another site. Use the page itself.", headers.get("host", "")[:100]
    if "sec-fetch-site" in headers or (origin := headers.get("origin", "null")[:100]) == "null":
        return told
    return (
        f"{told} The page is at {origin}, and the server was asked as {host}: if a proxy of yours stands between them, let it pass Host on "
        f"(nginx: proxy_set_header Host $http_host), or start the server with GRADIO_ROOT_PATH set to the page's whole address."
    )


def _announced_length(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0
