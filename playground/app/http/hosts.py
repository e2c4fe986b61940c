"""Under which name the server may be asked where it serves this machine alone: no page of elsewhere may take it for its own.

A site can have its own name lead to 127.0.0.1 (DNS rebinding), and then its page reads and writes here as one of ours. Whoever comes
that way asks for a name of elsewhere at this very port. A proxy on this machine asks for this server's address, or for the name and port
of its own, which is another one; so nothing has to be set for it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class OwnHosts:
    """Refuses over loopback what asks for another name at the server's own port. `allowed`: names beside those of the machine."""

    def __init__(self, app: ASGIApp, allowed: Iterable[str] = ()) -> None:
        self.app = app
        public = urlsplit(os.environ.get("GRADIO_ROOT_PATH", "")).hostname or ""
        self.allowed = {"", "localhost", socket.gethostname().lower(), public, *(name.lower().rstrip(".") for name in allowed)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_ours(Headers(scope=scope).get("host", ""), scope.get("server")):
            told = (
                "This server was asked under a name that is not its own. Open it as localhost, or, if the name is yours, start it with "
                "--allow-host and that name.\n"
            )
            await PlainTextResponse(told, 421)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_ours(self, host: str, server: tuple[str, int | None] | None) -> bool:
        if server is None or not _is_loopback(server[0]):
            return True
        try:
            asked = urlsplit(f"//{host}")
            name, port = (asked.hostname or "").rstrip("."), asked.port or 80
        except ValueError:
            return False
        return port != server[1] or name in self.allowed or name.endswith(".localhost") or _is_address(name)


@lru_cache(1024)
def _is_loopback(address: str) -> bool:
    return _is_address(address) and ip_address(address).is_loopback


@lru_cache(1024)
def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
