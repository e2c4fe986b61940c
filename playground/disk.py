"""Files are written whole or not at all, and folders of kept files are bounded."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PART = ".saving-"  # how files begin that are not whole yet
LEFT_S = 3600.0  # nobody writes one file for so long


def write_whole(path: Path, data: bytes) -> Path:
    """A temporary file beside `path`, flushed to the disk, then renamed: whoever reads sees the old file or the new one.

    Raises OSError (a full disk, no permission); then nothing has changed and no part of a file is left.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)  # temporary files start private
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def own_folder(variable: str, name: str = "") -> Path:
    """The folder that an environment variable names, or one of this user's among temporary files; made if need be, or OSError."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    usual = Path(tempfile.gettempdir()) / f"encoder-decoder-playground-{user}" / name
    folder = Path(os.environ.get(variable) or usual)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def lock(path: Path) -> int | None:
    """The file, made if need be, locked for this process until the descriptor is closed or the process ends, however; None where another
    has it. Where the system locks no files (Windows), nobody ever gets one.
    """
    if fcntl is None:
        return None
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def keep_newest(folder: Path, total: int) -> None:
    """Remove the files used longest ago until the rest has at most `total` bytes, and parts that a killed process has left."""
    found = []
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # somebody else has just removed it
            about = path.stat()
            if path.name.startswith(PART):
                if about.st_mtime < time.time() - LEFT_S:
                    path.unlink()
            elif S_ISREG(about.st_mode):
                found.append((about.st_mtime, about.st_size, path))
    held = 0
    for _, size, path in sorted(found, reverse=True):
        held += size
        if held > total:
            path.unlink(missing_ok=True)
