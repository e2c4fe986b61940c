"""What a question put to a model is answered with: numbers, as a table, as a sentence computed from them, and as a figure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

DRAWN_BY = "playground.views.results"  # named, not imported: what draws stands above what asks


class Result(ABC):
    """An answer in numbers."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What they say, computed from them."""

    @abstractmethod
    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header."""

    def figure(self, theme: str = "light") -> go.Figure:
        """The numbers as a Plotly figure; `theme` is "light" or "dark". Its sentence and its table are in `layout.meta`. Raises InputError
        for other themes."""
        drawn: go.Figure = import_module(DRAWN_BY).figure(self, theme)
        return drawn
