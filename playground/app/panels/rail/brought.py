"""What the panels share by which a visitor brings pairs or pictures: when they are shown anew, and who may see what was brought."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any

from ....errors import InputError
from ....options import limits
from ....tasks.brought import access
from ...panel import Panel
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit


class Brought(Panel):
    @abstractmethod
    def read(self, visit: Visit, error: InputError | None = None) -> dict[str, Any]:
        """What was brought, as the page shows it, and what was wrong with the last."""

    def depends(self, stage: Stage) -> Hashable:
        key = brought(stage.visit)
        return stage.visit.pair, stage.visit.recipe.task_options, key and access.of(key)

    def value(self, stage: Stage) -> dict[str, Any]:
        """With whether anybody may see it, and whether that is this visitor's to choose."""
        key = brought(stage.visit)
        seen = access.of(key)
        mine = stage.visitor.browser in seen.owners
        return {**self.read(stage.visit), "sharing": {"mine": mine, "shared": seen.shared} if key else None}

    def refused(self, visit: Visit, error: InputError) -> dict[str, Any]:
        return self.read(visit, error)


def share(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Let everybody who has a link see what was brought, or no longer."""
    if not (key := brought(visit)):
        raise InputError("These are examples: everybody sees them. Bring some of your own first.")
    access.share(key, visitor.browser, data.get("shared") is True)
    return visit


def brought(visit: Visit) -> str:
    """The key of what somebody brought and the page shows; "" for examples, and for tasks to which nobody brings anything."""
    options = visit.task.options
    return next((getattr(options, name) for name, limit in limits(type(options)).items() if limit.kind == "key"), "")
