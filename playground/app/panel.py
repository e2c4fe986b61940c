"""What a panel is: one component of the page, when its value changes, what that value is, and what it answers to.

    class Tabs(Panel):
        module = "shell/tabs"

        def depends(self, stage):          # another value of this, and `value` is sent anew
            return stage.visit.pair

        def value(self, stage):            # JSON-able
            return {"tabs": [...]}

The page loops over its panels. A panel without a value (`Still`) draws what other islands share with it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from ..errors import InputError
from .islands import UNCHANGED, Island, dump
from .stage import Stage
from .visit import Visit

if TYPE_CHECKING:
    from .page import Handler, Page


class Panel(ABC):
    """One component. `module` is the island that draws it, `sends` the events that come back from it."""

    module: ClassVar[str]
    sends: ClassVar[tuple[str, ...]] = ()
    id: ClassVar[str | None] = None  # of the element
    classes: ClassVar[tuple[str, ...]] = ()
    still: ClassVar[bool] = False  # never sent a value

    def __init__(self, page: Page) -> None:
        self.page = page
        self.name = type(self).__name__
        self.component = self.build()

    def build(self) -> Any:
        """The component as the page is sent with it."""
        first = self.page.first
        value = None if self.still or not self.suits(first) else self.value(first)
        return Island(self.module, self.sends, value, elem_id=self.id, elem_classes=list(self.classes))

    def suits(self, stage: Stage) -> bool:
        """Whether there is anything to show; if not, the component is left as it is."""
        return True

    def depends(self, stage: Stage) -> Hashable:
        """What the value depends on."""
        return stage.visit.place

    @abstractmethod
    def value(self, stage: Stage) -> Any:
        """What is shown: JSON-able."""

    def sent(self, stage: Stage) -> Any:
        """The value as Gradio takes it."""
        return dump(self.value(stage))

    @property
    def unchanged(self) -> Any:
        """What leaves the component as it is."""
        return UNCHANGED

    def wire(self) -> None:  # noqa: B027  (many have no events)
        """Connect events to handlers."""

    def on(self, event: str, handler: Handler, endpoint: str | None = None, **how: Any) -> None:
        """Answer an event of this panel's component; see `Page.on`."""
        self.page.on(getattr(self.component, event), handler, endpoint or event, **how)


class Still(Panel):
    """A panel that draws what other islands share with it."""

    still = True

    def value(self, stage: Stage) -> None:
        return None


class Teller(Protocol):
    """A panel that says what was wrong."""

    name: str

    def refused(self, visit: Visit, error: InputError) -> Any:
        """Its value beside an error, JSON-able: what was given is still there."""
