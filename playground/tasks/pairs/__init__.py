"""The visitor's own pairs: the task, and the store of pasted lines."""

from .task import Pairs

__all__ = ["Pairs"]
