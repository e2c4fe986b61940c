"""The visitor's own pictures: read from any folder, zip or files, kept on disk, and learned."""

from .kept import Album, read_pictures
from .task import OwnPictures

__all__ = ["Album", "OwnPictures", "read_pictures"]
