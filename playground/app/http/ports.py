"""Where the page is served: an address and a port that are really ours to take, or a sentence that says why not."""

from __future__ import annotations

import errno
import os
import socket

from ...errors import InputError

PORTS = range(7860, 7960)  # tried one after the other where none was asked for
LOOPBACK = "127.0.0.1"  # Gradio wants the port there too, whatever the address


def free_place(host: str, port: int | None) -> tuple[str, int]:
    """The host as Gradio wants it and a port that is free there: the one asked for (0: any), or the first free one of 7860 to 7959.

    Raises InputError if the port is taken or not allowed, if no port is free, or if the address is none of this machine.
    """
    bare = host.removeprefix("[").removesuffix("]")
    if port is not None and not 0 <= port <= 65_535:
        raise InputError(f"Port {port} does not exist; allowed are 1 to 65535. Choose one with --port.")
    for candidate in PORTS if port is None else (port,):
        try:
            found = _taken_for_a_moment(bare, candidate)
            _taken_for_a_moment(LOOPBACK, found)
        except OSError as error:
            if port is None and error.errno == errno.EADDRINUSE:
                continue
            raise InputError(_why_not(host, candidate, error)) from None
        return (f"[{bare}]" if ":" in bare else bare), found
    raise InputError(f"No port from {PORTS[0]} to {PORTS[-1]} is free on {host}. Name a free one with --port, or end what runs there.")


def _taken_for_a_moment(host: str, port: int) -> int:
    """The port, after it was bound and let go. Raises OSError."""
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        if (
            os.name == "posix"
        ):  # else ports of which the last connection is still closing count as taken; on Windows it takes what is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(place)
        return int(probe.getsockname()[1])


def _why_not(host: str, port: int, error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{host[:100]} is no address of this machine. Choose one with --host: 127.0.0.1 for yourself, 0.0.0.0 for everybody."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken on {host}. Choose another with --port, or leave it out: then the next free one is taken."
    if error.errno == errno.EACCES:
        return f"Port {port} is not yours to take. Choose one from 1024 on with --port."
    return f"{host[:100]}, port {port}, cannot be served: {error.strerror}. Choose others with --host and --port."
