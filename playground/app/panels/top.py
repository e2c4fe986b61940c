"""The top bar: name, where models are trained, theme, present mode, link."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from ...errors import InputError
from .. import choices
from ..islands import TopBar
from ..page import Page
from ..visit import Visit


def build(page: Page) -> None:
    page.add("top", TopBar(choices.top(page.first), elem_id="edp-top"))


def wire(page: Page) -> None:
    page.on(page.parts["top"].device, partial(choose, page), "device")


def choose(page: Page, visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Train on another device from now on; one that has failed is tried again."""
    known = [id for id, _ in choices.devices()]
    if data.get("device") not in known:
        raise InputError(f"There is no device {str(data.get('device'))[:40]!r} here; there are: {', '.join(known)}.")
    page.book.lost.discard(data["device"])
    return replace(visit, notice=None, recipe=replace(visit.recipe, device=data["device"]))
