"""The waiting line on disk: after a server that was killed the next one takes its runs up, in their order, under their names.

A server writes a file of its own and holds a lock beside it for as long as it lives, so that one beside it over the same folder takes
nothing from it, and whatever ended it, its lock is free.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from ..disk import lock, own_folder, write_whole
from ..errors import InputError
from ..runs.line import Place
from ..training import recipes
from ..training.recipes import Recipe
from . import kept_runs

MOST = 200  # places that are read

_log = logging.getLogger(__name__)


class KeptLine:
    """This server's line on disk. Raises OSError where there is no folder to write to."""

    def __init__(self) -> None:
        folder = own_folder("PLAYGROUND_RUNS", "runs") / "line"
        folder.mkdir(mode=0o700, exist_ok=True)
        name = secrets.token_hex(8)
        self._folder, self._path = folder, folder / f"{name}.json"
        self._lock = lock(folder / f"{name}.lock")

    def keep(self, places: Iterable[Place[Recipe]]) -> None:
        """Write who waits, the first one first."""
        told = [{"id": p.id, "owner": p.owner, "order": p.order, "recipe": p.recipe.to_json()} for p in places]
        write_whole(self._path, orjson.dumps(told))

    def close(self) -> None:
        """Leave it to others, as a process does that ends."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def left(self) -> list[Place[Recipe]]:
        """What servers have left that are gone; nobody finds it again. Runs that were saved since are no longer in line."""
        places = []
        for free in sorted(self._folder.glob("*.lock")):
            if (held := lock(free)) is not None:
                places += _read(free.with_suffix(".json"))
                for path in (free, free.with_suffix(".json")):
                    with suppress(OSError):
                        path.unlink(missing_ok=True)
                os.close(held)
        return places


def _read(path: Path) -> list[Place[Recipe]]:
    try:
        told = orjson.loads(path.read_bytes())
    except FileNotFoundError:  # nobody ever waited
        return []
    except (OSError, ValueError):
        _log.exception("the waiting line of an earlier server cannot be read")
        return []
    places = [_place(one) for one in told[:MOST]] if isinstance(told, list) else []
    return [place for place in places if place is not None and kept_runs.find(place.id) is None]


def _place(told: Any) -> Place[Recipe] | None:
    """From JSON, everything checked again; None for what cannot be trained any more."""
    try:
        if (
            kept_runs.NAME.fullmatch(told["id"])
            and kept_runs.OWNER.fullmatch(told["owner"])
            and told["order"] in ("resume", "pause", "step")
        ):
            return Place(told["id"], told["owner"], recipes.from_json(told["recipe"]), told["order"])
    except (InputError, KeyError, TypeError) as error:
        _log.warning("a run that waited cannot be taken up: %s", error)
    return None
