"""A class: its card in the place of the rail, the strip that says where it is, and what came of its votes and runs.

What a class does goes over routes of its own (`http/classes`); through here a browser only goes where its teacher is.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any
from urllib.parse import parse_qsl

from ....errors import InputError
from ...library.experiment import Experimenter
from ...library.plans import LONGEST
from ...panel import Panel, Still
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit


class Steering(Panel):
    """The teacher's, or a student's. It knows the class; the others draw what it shares."""

    module, sends, id = "classroom/card", ("follow",), "edp-class"

    def __init__(self, page: Any) -> None:
        self.experimenter = Experimenter(page.classes, page.book, page.library)
        page.classes.entered = self.experimenter.look
        super().__init__(page)

    def depends(self, stage: Stage) -> Hashable:
        return None

    def value(self, stage: Stage) -> dict[str, Any]:
        return {"failed": ""}

    def refused(self, visit: Visit, error: InputError) -> dict[str, Any]:
        return {"failed": str(error)}

    def wire(self) -> None:
        self.on("follow", self.follow, "follow_class", again="always_last", teller=self, always=self)

    def follow(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Go where the class is, by its link."""
        place = data.get("place")
        if not isinstance(place, str) or len(place) > LONGEST:
            raise InputError(f"A class follows the query of a link, of at most {LONGEST:,} characters.")
        return self.page.asked(dict(parse_qsl(place.removeprefix("?"), keep_blank_values=True)))


class Strip(Still):
    """Across the page, for who sits in a class: where it is, and the way out."""

    module, id = "classroom/strip", "edp-class-strip"


class Asked(Still):
    """What the class is asked; projected, also how to join it, and how many have answered."""

    module, classes = "classroom/panels/asked", ("tab-class", "span-12")


class Says(Still):
    """What the class says."""

    module, classes = "classroom/panels/says_panel", ("tab-class", "span-6")


class Seeds(Still):
    """What everybody's run came to, a seed each."""

    module, classes = "classroom/panels/seeds_panel", ("tab-class", "span-6")
