"""Drawn shapes and the words for them."""

from .task import Scenes

__all__ = ["Scenes"]
