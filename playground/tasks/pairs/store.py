"""Where the visitor's own pairs are kept: on disk, under a name made of their content.

A recipe is small and travels in links and to other processes; lines are not. So a recipe holds only their key, a hash,
and whoever trains reads the lines from disk by it. The same pairs have the same key for everybody, however they were written; what
stands below them in the file, after a blank line, is how they came the last time: numbers of their lines, and what was left out.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from threading import Lock

import orjson
from cachetools import LRUCache

from ...disk import keep_newest, own_folder, write_whole
from ...errors import InputError
from .reading import Found, Lines, Pair

KEEP_BYTES = 64 * 2**20  # of all kept lines together; the least recently used go first
KEY = re.compile(r"[0-9a-f]{24}")
END = b"\n\n"  # of the pairs
LATEST = 4  # that are held in memory

_fetched: LRUCache[str, Lines] = LRUCache(LATEST)
_lock = Lock()


def keep(lines: Lines) -> str:
    """The key under which these pairs are kept. Raises InputError if they cannot be."""
    data = "\n".join(f"{source}\t{target}" for source, target in lines.pairs).encode()
    account = {"numbers": lines.numbers, "listed": list(lines.listed.items()), "found": asdict(lines.found)}
    key = sha256(data).hexdigest()[:24]
    try:
        write_whole(folder() / f"{key}.tsv", data + END + orjson.dumps(account))
        keep_newest(folder(), KEEP_BYTES)
    except OSError as error:
        raise InputError(f"The pairs could not be kept: {error.strerror}. Nothing was changed.") from None
    with _lock:
        _fetched[key] = lines
    return key


def fetch(key: str) -> Lines:
    """The lines that were kept under this key. Raises InputError when they are not, or no longer, on this machine."""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise InputError("The name of the pairs is not one of ours; paste the pairs again.")
    with _lock:
        if (lines := _fetched.get(key)) is None:
            lines = _fetched[key] = _fetch(key)
        return lines


def _fetch(key: str) -> Lines:
    try:
        path = folder() / f"{key}.tsv"
        data, _, account = path.read_bytes().partition(END)
        path.touch()
    except OSError:
        raise InputError("These pairs are not kept on this machine any more. Paste them again.") from None
    if sha256(data).hexdigest()[:24] != key:
        raise InputError("The kept pairs are damaged. Paste them again.")
    return _with_account(
        tuple((source, target) for source, _, target in (line.partition("\t") for line in data.decode().split("\n"))), account
    )


def _with_account(pairs: tuple[Pair, ...], account: bytes) -> Lines:
    """The pairs as they came; where nothing is told of that, each on a line of its own."""
    if not account:
        return Lines(pairs, tuple(range(1, len(pairs) + 1)), {})
    told = orjson.loads(account)
    found = Found(**{**told["found"], "encodings": tuple(told["found"]["encodings"])})
    return Lines(pairs, tuple(told["numbers"]), dict(told["listed"]), found)


def folder() -> Path:
    """Where they are, made if need be, or OSError."""
    return own_folder("PLAYGROUND_PAIRS")
