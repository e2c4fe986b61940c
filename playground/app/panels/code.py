"""Code: what the page runs, as a reader would write it, and the files to run it elsewhere."""

from __future__ import annotations

from ..components import CodePanel
from ..files import shown
from ..page import Page


def build_panels(page: Page) -> None:
    page.add("code", CodePanel(shown(page.first, page.desk), elem_classes=["tab-code", "span-12"]))


def wire(page: Page) -> None:
    """The panel asks for its code itself, once its tab is opened."""
