"""The visitor's own pairs: paste or upload lines, see what they were taken for and what became of each, train on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from ....errors import InputError
from ....tasks.brought import access
from ....tasks.pairs import Kept
from ....tasks.pairs import Pairs as OwnPairs
from ....tasks.pairs.arrangement import FEWEST, MOST_TOKENS
from ....tasks.pairs.encodings import NAMES
from ....tasks.pairs.kept import of, read_through
from ....tasks.pairs.reading import MAX_BYTES, MOST, bounded
from ....tasks.pairs.table import SEPARATORS
from ....training import recipes
from ... import visit as visits
from ...http.reading import whole
from ...sessions import Visitor
from ...visit import Visit
from .brought import Brought, share

LISTED = 200  # lines that are shown; all are counted
ALLOWED = f"A text file of at most {MAX_BYTES // 2**20} MB is read"
CHOICES = ("encoding", "separator", "quotes", "header", "html")


class Pairs(Brought):
    module, sends = "rail/own/pairs_panel", ("pairs", "let_see")

    def read(self, visit: Visit, error: InputError | None = None) -> dict[str, Any]:
        return read(visit, error)

    def wire(self) -> None:
        self.on("pairs", partial(use, read=self.page.reading.pairs), dear=True, again="once", teller=self, always=self)
        self.on("let_see", share, "share_pairs", again="always_last", teller=self, always=self)


def read(visit: Visit, error: InputError | None = None) -> dict[str, Any]:
    """How many lines are learned, held out and listed, what they were taken for, and the first of them as the model sees them."""
    task = visit.task
    if not isinstance(task, OwnPairs):
        return {"shown": False}
    kept = of(task)
    return {
        "shown": True,
        "architecture": visit.recipe.architecture,
        "own": bool(task.options.pairs),
        "source_unit": task.options.source_unit,
        "target_unit": task.options.target_unit,
        "lines": kept.lines,
        "learned": kept.learned,
        "held_out": kept.held_out,
        "known": [len(task.source_vocabulary.words), len(task.target_vocabulary.words)],
        "preview": [[list(source), list(target)] for source, target in kept.preview],
        "found": found(kept),
        "changed": list(kept.changes),
        "listed": list(kept.listed.items())[:LISTED],
        "more_listed": max(0, len(kept.listed) - LISTED),
        "limits": {"fewest": FEWEST, "lines": MOST, "tokens": MOST_TOKENS, "bytes": MAX_BYTES},
        "error": None if error is None else str(error),
    }


def found(kept: Kept) -> list[dict[str, Any]]:
    """What the text was taken for, and what else it could be: name, the value as it is, and all values with their labels."""
    told = kept.read.found
    decided: list[tuple[str, Any, list[tuple[Any, str]]]] = [
        ("encoding", told.encoding, [(name, NAMES[name]) for name in dict.fromkeys([told.encoding or "", *told.encodings]) if name]),
        ("separator", told.separator, [(name, f"{name} between") for name in SEPARATORS]),
        ("header", told.header, [(True, "first line is a header"), (False, "first line is a pair")]),
        ("quotes", told.quotes, [(True, "quotes enclose"), (False, "quotes are text")]),
        ("html", told.html, [(True, "HTML is read"), (False, "HTML is text")]),
    ]
    return [{"name": name, "value": value, "choices": choices} for name, value, choices in decided if value is not None]


def use(visit: Visit, data: dict[str, Any], visitor: Visitor, read: Callable[..., Kept] = read_through) -> Visit:
    """Keep the lines and make them the task; the model of this architecture starts from its initial weights."""
    if visit.recipe.task != OwnPairs.id:
        raise InputError("Choose the task “Your own pairs” first.")
    given = whole(data["pairs_file"], MAX_BYTES, ALLOWED) if "pairs_file" in data else data.get("pairs_text")
    if not isinstance(given, str | bytes):
        raise InputError("Paste lines of text, or choose a file of them.")
    asked: dict[str, Any] = {name: data.get(name) for name in CHOICES}
    asked |= {name: data.get(name) or getattr(visit.task.options, name) for name in ("source_unit", "target_unit")}
    bounded(len(given))
    kept = read(given, asked)
    recipe = recipes.make(
        visit.recipe.architecture,
        OwnPairs.id,
        seed=visit.recipe.seed,
        seconds=visit.recipe.seconds,
        device=visit.recipe.device,
        model_options=dict(visit.recipe.model_options),
        task_options={"pairs": kept},
        training_options=dict(visit.recipe.training_options),
    )
    access.claim(kept.key, visitor.browser)
    return replace(visits.start(*visit.pair), recipe=recipe, given=recipe.build_task().first())
