"""Results that grow while somebody asks: how far, who shares them, and that nothing is worked between two questions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from playground.app.library.growing import Nursery
from playground.errors import InputError


class Clock:
    """Counts the seconds that work takes."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def counting(clock: Clock, worked: list[int], last: int = 5) -> Iterator[int]:
    for part in range(1, last + 1):
        clock.now += 1
        worked.append(part)
        yield part


def test_it_grows_only_while_it_is_asked_for_and_all_who_ask_share_it() -> None:
    clock, worked = Clock(), list[int]()
    nursery = Nursery(clock=clock)

    def ask(seconds: float) -> tuple[int | None, bool, float]:
        grown = nursery.grown("key", lambda: counting(clock, worked), seconds)
        return grown.newest, grown.over, grown.spent_s

    assert ask(0) == (1, False, 1.0)
    clock.now += 100
    assert worked == [1], "nobody has asked since"
    assert ask(2) == (3, False, 3.0)
    assert ask(10) == (5, True, 5.0)
    assert ask(10) == (5, True, 5.0) and worked == [1, 2, 3, 4, 5], "what is over is kept"
    assert nursery.grown("other", lambda: counting(clock, worked), 0).newest == 1


def test_what_fails_is_tried_anew() -> None:
    clock, tries = Clock(), list[int]()
    nursery = Nursery(clock=clock)

    def failing() -> Iterator[int]:
        tries.append(1)
        yield 1
        raise InputError("no")

    with pytest.raises(InputError):
        nursery.grown("key", failing, 10)
    with pytest.raises(InputError):
        nursery.grown("key", failing, 10)
    assert len(tries) == 2


def test_the_latest_are_kept() -> None:
    clock, worked = Clock(), list[int]()
    nursery = Nursery(kept=2, clock=clock)
    for key in ("a", "b", "a", "c", "a", "b"):
        nursery.grown(key, lambda: counting(clock, worked), 0)
    assert worked == [1, 1, 2, 1, 3, 1], "b was forgotten for c"
