"""The visitor's own pairs as they are kept: the same pairs have the same key for everybody, however they were written.

What stands below them in the file, after a blank line, is how they came the last time: numbers of their lines, and what was left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import orjson

from ..brought.shelf import Shelf, key_of
from .reading import Found, Lines, Pair

END = b"\n\n"  # of the pairs


def keep(lines: Lines) -> str:
    """The key under which these pairs are kept. Raises InputError if they cannot be."""
    data = "\n".join(f"{source}\t{target}" for source, target in lines.pairs).encode()
    account = {"numbers": lines.numbers, "listed": list(lines.listed.items()), "found": asdict(lines.found)}
    return shelf.keep(key_of(data), data + END + orjson.dumps(account), lines)


def _read(kept: bytes) -> tuple[str, Callable[[], Lines]]:
    data, _, account = kept.partition(END)

    def lines() -> Lines:
        parts = (line.partition("\t") for line in data.decode().split("\n"))
        return _with_account(tuple((source, target) for source, _, target in parts), account)

    return key_of(data), lines


def _with_account(pairs: tuple[Pair, ...], account: bytes) -> Lines:
    """The pairs as they came; where nothing is told of that, each on a line of its own."""
    if not account:
        return Lines(pairs, tuple(range(1, len(pairs) + 1)), {})
    told = orjson.loads(account)
    found = Found(**{**told["found"], "encodings": tuple(told["found"]["encodings"])})
    return Lines(pairs, tuple(told["numbers"]), dict(told["listed"]), found)


shelf = Shelf("pairs", "tsv", "Paste them again.", _read)
fetch = shelf.fetch
