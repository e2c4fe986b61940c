"""Code: what the page runs, as a reader would write it, and the files to run it elsewhere or to bring back."""

from __future__ import annotations

from typing import Any

from ...errors import InputError
from .. import content
from ..downloads import shown
from ..islands import CodePanel
from ..library import UPLOADED
from ..page import Page
from ..visit import Visit


def build_panels(page: Page) -> None:
    page.add("code", CodePanel(shown(page.first, page.desk), elem_classes=["tab-code", "span-12"]))


def wire(page: Page) -> None:
    """The panel asks for its code itself, once its tab is opened."""
    page.on(page.parts["code"].uploaded, lambda visit, data, owner: uploaded(page, visit, data), "uploaded", again="always_last")


def uploaded(page: Page, visit: Visit, data: dict[str, Any]) -> Visit:
    """Put weights that were just uploaded on the stage."""
    name = data.get("run")
    if not isinstance(name, str) or not name.startswith(UPLOADED):
        raise InputError("Which weights? Upload a file first.")
    return content.trained(visit, name, page.shelf)
