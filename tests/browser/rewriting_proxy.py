"""A reverse proxy as nginx is with `proxy_pass` alone: `Host` becomes the server's, the path of the place is taken off.

python -m tests.browser.rewriting_proxy PORT SERVER PATH [--keeps-host]
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from urllib.parse import urlsplit


async def main(port: int, server: str, path: str, keeps_host: bool) -> None:
    at = urlsplit(server)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, asked, version = head[0].split(" ")
            if not asked.startswith(path):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                dropped = ("connection:", "keep-alive:", *(() if keeps_host else ("host:",)))
                kept = [line for line in head[1:-2] if not line.lower().startswith(dropped)]
                host = [] if keeps_host else [f"Host: {at.netloc}"]
                first = f"{method} /{asked.removeprefix(path).removeprefix('/')} {version}"
                above, below = await asyncio.open_connection(at.hostname, at.port)
                below.write("\r\n".join([first, *host, "Connection: close", *kept, "", ""]).encode("latin-1"))
                up = asyncio.create_task(poured(reader, below))
                await poured(above, writer)
                up.cancel()
                below.close()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port) as listener:
        await listener.serve_forever()


async def poured(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], "--keeps-host" in sys.argv))
