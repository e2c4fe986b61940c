"""What somebody gave, file by file: a folder, a zip, or single files. Nothing is unpacked to the disk, and nothing before it is bounded.

A zip says in its last bytes how many entries it has and how long their list is, and in the list how large each becomes: all of that is
looked at first. What an entry says of its size is not believed: reading it ends where it should.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ...errors import InputError
from ...options import show
from ..scenes.files import MAX_BYTES

MOST_FILES = 10_000
MOST_UNPACKED = 512 * 2**20  # of all entries of a zip
MOST_LIST = 4 * 2**20  # of a zip's list of entries
END, END_BYTES = b"PK\x05\x06", 22 + 2**16  # of a zip: its last record, and how much of the file it may take
IGNORED = {"thumbs.db", "desktop.ini"}
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError)  # what `zipfile` raises
LONGEST = 120  # characters of a name that are kept


@dataclass(frozen=True)
class File:
    """One file: what it is called, how long it says that it is, and its bytes. `read` raises InputError with the reason alone."""

    name: str
    size: int
    read: Callable[[], bytes]


def files(given: Any) -> Iterator[File]:
    """All that may be pictures, by name. Raises InputError for what is no folder, zip or file, and for zips beyond all bounds."""
    if isinstance(given, bytes | bytearray | memoryview):
        yield from _of("picture", bytes(given))
    elif isinstance(given, str | os.PathLike) and str(given):
        yield from _at(Path(given))
    elif isinstance(given, Sequence | Set | Iterator) and not isinstance(given, str):
        for one in given:
            match one:
                case (str() as name, bytes() as data):
                    if not _ignored(name):
                        yield from _of(name, data)
                case str() | os.PathLike():
                    yield from _at(Path(one))
                case _:
                    raise InputError(f"A list of pictures holds paths, or names with bytes; {show(one)} is neither.")
    else:
        raise InputError(f"Pictures come as a folder, a zip, its bytes or a list of files, not as {show(given)}.")


def told(name: str) -> str:
    """A file's name as a message may quote it."""
    return "".join(c if c.isprintable() else "�" for c in name)[-LONGEST:] or "without a name"


def _at(path: Path) -> Iterator[File]:
    try:
        if path.is_dir():
            for n, one in enumerate(sorted(p for p in path.rglob("*") if p.is_file() and not _ignored(p.relative_to(path).as_posix()))):
                _counted(n, path.name)
                yield File(told(one.relative_to(path).as_posix()), one.stat().st_size, lambda one=one: _read(one))  # type: ignore[misc]
        else:
            with path.open("rb") as file:
                if _is_zip(file.read(4)):
                    yield from _entries(told(path.name), file)
                else:
                    yield File(told(path.name), path.stat().st_size, lambda: _read(path))
    except (OSError, ValueError) as error:
        raise InputError(f"{show(str(path))} could not be read: {getattr(error, 'strerror', None) or error}.") from None


def _of(name: str, data: bytes) -> Iterator[File]:
    yield from _entries(told(name), io.BytesIO(data)) if _is_zip(data[:4]) else [File(told(name), len(data), lambda: data)]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"could not be read: {error.strerror}") from None


def _is_zip(start: bytes) -> bool:
    return start in (b"PK\x03\x04", END)


def _entries(name: str, file: BinaryIO) -> Iterator[File]:
    _bounded(name, file)
    try:
        archive = zipfile.ZipFile(file)
    except DAMAGED:
        raise InputError(f"The zip {name} is damaged. Pack the pictures again.") from None
    with archive:
        every = sorted((one for one in archive.infolist() if not one.is_dir() and not _ignored(one.filename)), key=lambda one: one.filename)
        if (size := sum(one.file_size for one in every)) > MOST_UNPACKED:
            raise InputError(
                f"The zip {name} would unpack to {size / 2**20:,.0f} MB; at most {MOST_UNPACKED // 2**20} MB are. "
                "Scale the pictures down, or pack fewer."
            )
        for one in every:
            yield File(told(one.filename), one.file_size, lambda one=one: _unpacked(archive, one))  # type: ignore[misc]


def _bounded(name: str, file: BinaryIO) -> None:
    """By the last record of a zip alone. Raises InputError."""
    file.seek(max(0, file.seek(0, io.SEEK_END) - END_BYTES))
    last = file.read(END_BYTES)
    record = last[last.rfind(END) :] if END in last else b""
    if len(record) < 22:
        raise InputError(f"The zip {name} is damaged: it has no end. Pack the pictures again.")
    _counted(int.from_bytes(record[10:12], "little") - 1, name)
    if int.from_bytes(record[12:16], "little") > MOST_LIST:
        raise InputError(f"The zip {name} has a list of more than {MOST_LIST // 2**20} MB of names. Pack at most {MOST_FILES:,} files.")


def _counted(n: int, name: str) -> None:
    if n >= MOST_FILES:
        raise InputError(f"There are more than {MOST_FILES:,} files in {show(name)}; at most so many are looked at. Pick some of them.")


def _unpacked(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    if one.flag_bits & 1:
        raise InputError("is encrypted; pack it without a password")
    if one.compress_type not in PACKED:
        raise InputError("is packed in a way that is not read; pack it by deflate, as is usual")
    try:
        with archive.open(one) as file:
            return file.read(min(one.file_size, MAX_BYTES) + 1)
    except DAMAGED:
        raise InputError("is damaged in the zip") from None


def _ignored(name: str) -> bool:
    """What systems leave in folders and zips."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not parts or "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1].lower() in IGNORED
