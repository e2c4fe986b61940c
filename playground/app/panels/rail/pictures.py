"""The visitor's own pictures: upload files, a folder or a zip, see which were taken and why others were not, train on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ....errors import InputError
from ....options import show
from ....tasks.brought import access
from ....tasks.scenes.files import MAX_BYTES
from ....tasks.your_pictures import Album, OwnPictures
from ....tasks.your_pictures.files import MOST_FILES
from ....tasks.your_pictures.kept import FEWEST, MOST, of, read_whole
from ....training import recipes
from ....wire import ink
from ... import visit as visits
from ...http.reading import whole
from ...sessions import Visitor
from ...visit import Visit
from .brought import Brought, share

SENT = 14 * 2**20  # bytes of all files at once: in base64 they must fit what is let through to the server
LISTED = 200  # refused files that are shown; all are counted
SOME = 24  # pictures that are shown
ALLOWED = f"Pictures or a zip of at most {SENT // 2**20} MB together are read"


class Pictures(Brought):
    module, sends = "rail/own/pictures_panel", ("pictures", "let_see")

    def read(self, visit: Visit, error: InputError | None = None) -> dict[str, Any]:
        return read(visit, error)

    def wire(self) -> None:
        self.on("pictures", partial(use, read=self.page.reading.pictures), dear=True, again="once", teller=self, always=self)
        self.on("let_see", share, "share_pictures", again="always_last", teller=self, always=self)


def read(visit: Visit, error: InputError | None = None) -> dict[str, Any]:
    """How many pictures train, steer and judge, some of them as the model sees them, and which files were refused."""
    task = visit.task
    if not isinstance(task, OwnPictures):
        return {"shown": False}
    album = of(task)
    rows = np.linspace(0, len(album.pictures) - 1, SOME).astype(int)
    return {
        "shown": True,
        "architecture": visit.recipe.architecture,
        "own": bool(task.options.pictures),
        "parts": {name: album.parts[part] for name, part in (("train", "train"), ("steer", "validation"), ("judge", "test"))},
        "some": ink(album.pictures[rows].astype(np.float32) / 255),
        "refused": [list(one) for one in album.refused[:LISTED]],
        "more_refused": max(0, len(album.refused) - LISTED),
        "limits": {"fewest": FEWEST, "pictures": MOST, "each": MAX_BYTES, "bytes": SENT},
        "error": None if error is None else str(error),
    }


def use(visit: Visit, data: dict[str, Any], visitor: Visitor, read: Callable[..., Album] = read_whole) -> Visit:
    """Keep the pictures and make them the task; the model of this architecture starts from its initial weights."""
    if visit.recipe.task != OwnPictures.id:
        raise InputError("Choose the task “Your own pictures” first.")
    album = read(given(data.get("pictures_files")))
    recipe = recipes.make(
        visit.recipe.architecture,
        OwnPictures.id,
        seed=visit.recipe.seed,
        seconds=visit.recipe.seconds,
        device=visit.recipe.device,
        model_options=dict(visit.recipe.model_options),
        task_options={"pictures": album},
        training_options=dict(visit.recipe.training_options),
    )
    access.claim(album.key, visitor.browser)
    return replace(visits.start(*visit.pair), recipe=recipe, given=recipe.build_task().first())


def given(files: Any) -> list[tuple[str, bytes]]:
    """Names and bytes of files that came as pairs of a name and base64. Raises InputError: what was given, what is allowed."""
    if not isinstance(files, list) or not files:
        raise InputError(f"There are no files. {ALLOWED}.")
    if len(files) > MOST_FILES:
        raise InputError(f"There are {len(files):,} files; at most {MOST_FILES:,} are looked at. Pick some of them.")
    found, left = [], SENT
    for one in files:
        match one:
            case [str() as name, str() as text]:
                found.append((name, whole(text, left, ALLOWED) if text else b""))
            case _:
                raise InputError(f"Files come as pairs of a name and base64; {show(one)} is none.")
        left -= len(found[-1][1])
    return found
