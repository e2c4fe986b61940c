"""What a paper measured, drawn: as a chart and as a stamp."""

from .chart import asked, figure, spec
from .thumb import thumb

__all__ = ["asked", "figure", "spec", "thumb"]
