"""A page without a server: its panels, and what an event is answered with."""

from __future__ import annotations

from typing import Any

import orjson

from playground.app.islands import UNCHANGED
from playground.app.page import Handler, Page
from playground.app.panel import Panel
from playground.app.panels import code, compare, inside, player, source, states, top
from playground.app.panels.lab import acting, evidence
from playground.app.panels.latent import arrows, loss, lost, maps, numbers, texts, trade, walk
from playground.app.panels.latent.uses import panel as uses
from playground.app.panels.papers import card
from playground.app.panels.papers import gallery as shelf
from playground.app.panels.rail import classroom, gallery, lessons, pairs, pictures, rail
from playground.app.panels.training import film, monitor, race, sweep
from playground.app.sessions import Session, Visitor
from playground.app.visit import Visit
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor

ADA, BEN = Visitor("ada", "ada's"), Visitor("ben", "ben's")

ROOMS = (
    *(arrows, card, classroom, code, compare, evidence, film, gallery, inside, acting, lessons, loss, lost, maps, numbers),
    *(pairs, pictures, player, race, rail, shelf, source, states, sweep, texts, top, monitor, trade, uses, walk),
)


def new_page(book: RunBook | None = None, device: str = "cpu") -> Page:
    page = Page(book or RunBook(InlineExecutor()), device)
    for room in ROOMS:
        for panel in vars(room).values():
            if isinstance(panel, type) and issubclass(panel, Panel) and panel.__module__ == room.__name__:
                page.add(panel)
    page.teller = page[source.Source]
    return page


def answered(page: Page, visit: Visit, handler: Handler, data: dict[str, Any], visitor: Visitor = ADA, **how: Any) -> dict[str, Any]:
    """The new visit and the new values by panel, after a session that shows this visit had an event."""
    session = Session(visitor, visit, page.keys(page.library.stage(visit)))
    values = page.answer(handler, data, session, **how)
    told = dict(zip((panel.name for panel in page.answering), values, strict=True))
    return {"visit": session.visit} | {name: orjson.loads(v) if isinstance(v, str) else v for name, v in told.items() if v is not UNCHANGED}
