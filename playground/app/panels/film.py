"""The film: one slider through training time; everything on the stage follows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import content
from ..components import Moments
from ..page import Page
from ..visit import Visit


def build(page: Page) -> None:
    page.add("moments", Moments(content.film(page.first, page.shelf)))


def wire(page: Page) -> None:
    page.on(page.parts["moments"].film, film, "film", again="once")


def film(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """Send the input at every kept moment of the training, for scrubbing without asking again."""
    return replace(visit, film=True)
