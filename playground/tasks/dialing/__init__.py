"""Telephone tones and the keys that make them."""

from .task import Dialing

__all__ = ["Dialing"]
