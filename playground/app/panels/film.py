"""The film: one slider through training time; everything on the stage follows it."""

from __future__ import annotations

from .. import content
from ..downloads import shown
from ..islands import Moments
from ..page import Page


def build(page: Page) -> None:
    """It fetches the moments itself, once somebody comes near the slider."""
    page.add("moments", Moments({**content.moments(page.first, page.shelf), **shown(page.first, page.desk)}))
