"""The visitor's own pairs: read from any file or text, kept on disk, and learned."""

from .kept import Kept, read_pairs
from .task import Pairs

__all__ = ["Kept", "Pairs", "read_pairs"]
