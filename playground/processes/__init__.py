"""Processes beside the server: how they are started, and how one is asked for what may be slow or large."""

from .aside import Aside, Ended, Late

__all__ = ["Aside", "Ended", "Late"]
