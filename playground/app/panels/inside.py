"""Looking inside: all heads at a glance, the chosen one in lines, and the block that a visitor has opened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...errors import InputError
from .. import content
from ..islands import BlockPanel, HeadsPanel, LinesPanel
from ..page import Handler, Page
from ..visit import Visit


def build_block(page: Page) -> None:
    page.add("block", BlockPanel(content.block(page.first, page.shelf), elem_id="block"))


def build_panels(page: Page) -> None:
    page.add("heads", HeadsPanel(elem_classes=["tab-attention", "span-6"]))
    page.add("lines", LinesPanel(elem_classes=["tab-attention", "span-6"]))


def wire(page: Page) -> None:
    opened = inspect(page)
    for name, part in (("inspect", "player"), ("inspect_here", "block"), ("inspect_head", "lines")):
        page.on(page.parts[part].inspect, opened, name, again="always_last")


def inspect(page: Page) -> Handler:
    """Open the block at a path, or close the open one; a path that this model does not have leaves all as it was."""

    def opened(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
        path = data.get("block")
        if not isinstance(path, str | None):
            raise InputError("To open a block, give its path; null closes the open one.")
        after = replace(visit, block=path)
        content.block(after, page.shelf)
        return after

    return opened
