"""Who may see pairs or pictures that somebody brought: the browsers that brought them, and everybody once one of those says so.

Kept beside what was brought, by the digests that the page makes of what browsers call themselves. That of which nothing is told, brought
from Python or by an earlier version, is nobody's: whoever has it brings it again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from ...disk import keep_newest, write_whole
from ...errors import InputError
from .shelf import KEY, folder

OWNERS = 100  # who brought the same lines, the latest
KEEP_BYTES = 4 * 2**20  # of all that is told, the oldest go first
_writing = threading.Lock()


@dataclass(frozen=True)
class Access:
    owners: tuple[str, ...] = ()
    shared: bool = False


def claim(key: str, browser: str) -> None:
    """This browser has brought what is kept under this key. Raises InputError where that cannot be kept."""
    with _writing:
        access = of(key)
        if browser and browser not in access.owners:
            _keep(key, replace(access, owners=(*access.owners, browser)[-OWNERS:]))


def share(key: str, browser: str, shared: bool) -> None:
    """Whether everybody who has a link may see them. Raises InputError for who has not brought them."""
    with _writing:
        access = of(key)
        if browser not in access.owners:
            raise InputError("Only the browser that brought these can share them. Bring them here too, then they are yours as well.")
        _keep(key, replace(access, shared=shared))


def seen_by(key: str, browser: str) -> bool:
    """Whether this browser may see them."""
    access = of(key)
    return access.shared or browser in access.owners


def of(key: str) -> Access:
    """What is kept of who may see them: nobody, where nothing is."""
    if not KEY.fullmatch(key):
        return Access()
    try:
        told = orjson.loads(_path(key).read_bytes())
        return Access(tuple(_strings(told["owners"])), told["shared"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        return Access()


def _keep(key: str, access: Access) -> None:
    try:
        path = _path(key)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, orjson.dumps({"owners": access.owners, "shared": access.shared}))
        keep_newest(path.parent, KEEP_BYTES)
    except OSError as error:
        raise InputError(f"Who may see this could not be kept: {error.strerror}. Nothing was changed.") from None


def _path(key: str) -> Path:
    return folder() / "access" / f"{key}.json"


def _strings(values: Iterable[object]) -> Iterable[str]:
    return (value for value in values if isinstance(value, str))
