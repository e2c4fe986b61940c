"""Classes on disk: whatever ends a server, the next one has them again with all seats, votes and runs.

Each class is a file, written whole at every change. As with the waiting line, a server has a folder of its own and holds a lock beside it
for as long as it lives, so that one beside it takes nothing from it.
"""

from __future__ import annotations

import logging
import os
import secrets
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from ..disk import lock, own_folder, write_whole
from .plan import Plan
from .room import Room, Seat, Vote

_log = logging.getLogger(__name__)


class KeptRooms:
    """This server's classes on disk. Raises OSError where there is no folder to write to."""

    def __init__(self) -> None:
        self._all = own_folder("PLAYGROUND_RUNS", "runs") / "classes"
        self._folder = self._all / secrets.token_hex(8)
        self._folder.mkdir(mode=0o700, parents=True)
        self._lock = lock(self._folder.with_suffix(".lock"))

    def keep(self, code: str, data: bytes) -> None:
        """Raises OSError for a full disk."""
        write_whole(self._folder / f"{code}.json", data)

    def forget(self, code: str) -> None:
        with suppress(OSError):
            (self._folder / f"{code}.json").unlink(missing_ok=True)

    def close(self) -> None:
        """Leave them to others, as a process does that ends."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def left(self) -> list[Room]:
        """What servers have left that are gone, ours from now on."""
        rooms = []
        for free in sorted(self._all.glob("*.lock")):
            if (held := lock(free)) is None:
                continue
            folder = free.with_suffix("")
            for path in sorted(folder.glob("[A-Z]*.json")):
                if (room := _read(path)) is not None:
                    rooms.append(room)
                    with suppress(OSError):
                        path.replace(self._folder / path.name)
            with suppress(OSError):
                for path in folder.iterdir():
                    path.unlink()
                folder.rmdir()
                free.unlink()
            os.close(held)
        return rooms


def written(room: Room) -> bytes:
    """A class as its file holds it."""
    return orjson.dumps(
        {
            **{
                name: getattr(room, name)
                for name in ("code", "key", "word", "place", "pace", "asked", "led", "called", "reminded", "gathered")
            },
            "plan": room.plan.json,
            "seats": {name: asdict(seat) for name, seat in room.seats.items()},
            "votes": {number: asdict(vote) for number, vote in room.votes.items()},
            "measured": room.measured,
        },
        option=orjson.OPT_NON_STR_KEYS,
    )


def read(data: bytes) -> Room:
    """What `written` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    told: dict[str, Any] = orjson.loads(data)
    seats = {
        name: Seat(**{**seat, "answers": {int(number): given for number, given in seat["answers"].items()}})
        for name, seat in told["seats"].items()
    }
    return Room(
        **{
            **told,
            "plan": Plan.of(told["plan"]),
            "seats": seats,
            "votes": {int(number): Vote(**vote) for number, vote in told["votes"].items()},
            "measured": {int(number): values for number, values in told["measured"].items()},
        }
    )


def _read(path: Path) -> Room | None:
    try:
        return read(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        _log.exception("a class of an earlier server cannot be read")
        return None
