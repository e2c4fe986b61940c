"""Whose turn it is: dear work of one visitor holds one place, and nobody's cheap events wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from playground.app.http.lanes import DEAR, LOOK, MOST, ROOM, Crowded, Lanes, Who

ADA, BOB, EVE = (Who(name, name, name) for name in ("ada", "bob", "eve"))


class Work:
    """What began, in its order, and how many at once; each ends when it is let go."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.ended: list[str] = []
        self._open: dict[str, threading.Event] = {}

    def __call__(self, name: str) -> str:
        gate = self._open.setdefault(name, threading.Event())
        self.began.append(name)
        assert gate.wait(60)
        self.ended.append(name)
        return name

    @property
    def under_way(self) -> set[str]:
        return set(self.began) - set(self.ended)

    def let_go(self, name: str) -> None:
        self._open.setdefault(name, threading.Event()).set()


def run(test: Callable[[Lanes, Work], Awaitable[None]]) -> None:
    async def within() -> None:
        await test(Lanes(), Work())

    asyncio.run(within())


def ask(lanes: Lanes, lane: Any, who: Who, work: Callable[[], Any]) -> asyncio.Task[Any]:
    return asyncio.get_running_loop().create_task(lanes.run(lane, who, work))


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.001)


@pytest.mark.fault(57)
def test_cheap_events_are_answered_while_dear_ones_hold_their_lane() -> None:
    async def test(lanes: Lanes, work: Work) -> None:
        dear = [ask(lanes, DEAR, who, partial(work, who.owner)) for who in (ADA, BOB)]
        await until(lambda: work.under_way == {"ada", "bob"})
        for _ in range(10):
            assert await lanes.run(LOOK, EVE, lambda: "answered") == "answered"
        assert work.under_way == {"ada", "bob"}
        for name in ("ada", "bob"):
            work.let_go(name)
        assert await asyncio.gather(*dear) == ["ada", "bob"]

    run(test)


def test_dear_events_of_one_session_hold_one_place_and_more_than_some_are_refused() -> None:
    async def test(lanes: Lanes, work: Work) -> None:
        names = [f"ada {n}" for n in range(24)]
        greedy = [ask(lanes, DEAR, ADA, partial(work, name)) for name in names]
        await until(lambda: len(work.began) == 1 and sum(task.done() for task in greedy) == 24 - 1 - MOST)
        refused = [task for task in greedy if task.done()]
        for task in refused:
            with pytest.raises(Crowded, match="waiting for their turn already"):
                task.result()
        assert await lanes.run(DEAR, BOB, lambda: "at once") == "at once", "the other place is his"
        assert [event.who for event in lanes._running] == [ADA]
        for name in names:
            work.let_go(name)
        await asyncio.gather(*(task for task in greedy if task not in refused))
        assert work.ended == names[: 1 + MOST], "in their order"

    run(test)


@pytest.mark.parametrize("crowd", ["one owner in many sessions", "many owners at one address"])
def test_whoever_was_not_served_yet_comes_next(crowd: str) -> None:
    async def test(lanes: Lanes, work: Work) -> None:
        def who(n: int) -> Who:
            return Who("there", "ada" if crowd.startswith("one") else f"ada {n}", f"session {n}")

        greedy = [ask(lanes, DEAR, who(n), partial(work, f"ada {n}")) for n in range(24)]
        await until(lambda: len(work.under_way) == (1 if crowd.startswith("one") else 2))
        other = [ask(lanes, DEAR, one, partial(work, one.owner)) for one in (BOB, EVE)]
        work.let_go("ada 0")
        work.let_go("ada 1")
        await until(lambda: {"bob", "eve"} <= set(work.began))
        assert len(work.began) <= 4 and not any(task.done() for task in greedy[2:])
        for name in ("bob", "eve", *(f"ada {n}" for n in range(24))):
            work.let_go(name)
        await asyncio.gather(*greedy, *other)

    run(test)


def test_events_of_a_session_keep_their_order_across_the_lanes() -> None:
    """A cheap one behind a dear one of the same session waits, and holds no place meanwhile."""

    async def test(lanes: Lanes, work: Work) -> None:
        dear = ask(lanes, DEAR, ADA, partial(work, "dear"))
        cheap = [ask(lanes, LOOK, ADA, partial(work, f"cheap {n}")) for n in range(4)]
        await until(lambda: work.under_way == {"dear"})
        assert await lanes.run(LOOK, BOB, lambda: "at once") == "at once"
        assert [event.lane for event in lanes._running] == [DEAR]
        for name in ("dear", *(f"cheap {n}" for n in range(4))):
            work.let_go(name)
        await asyncio.gather(dear, *cheap)
        assert work.ended == ["dear", "cheap 0", "cheap 1", "cheap 2", "cheap 3"]

    run(test)


def test_a_full_room_refuses_the_address_that_fills_it() -> None:
    async def test(lanes: Lanes, work: Work) -> None:
        greedy = [ask(lanes, DEAR, Who("there", f"{n}", f"{n}"), partial(work, f"{n}")) for n in range(ROOM + 2)]
        await until(lambda: len(work.under_way) == 2)
        bob = ask(lanes, DEAR, BOB, lambda: "served")
        await until(lambda: greedy[-1].done())
        with pytest.raises(Crowded, match="more to do"):
            greedy[-1].result()
        work.let_go("0")
        assert await bob == "served"
        for n in range(ROOM + 2):
            work.let_go(f"{n}")
        await asyncio.gather(*greedy[:-1])

    run(test)


def test_what_fails_or_is_given_up_leaves_its_place() -> None:
    async def test(lanes: Lanes, work: Work) -> None:
        def fail() -> None:
            raise KeyError("lost")

        for _ in range(3):
            with pytest.raises(KeyError):
                await lanes.run(DEAR, ADA, fail)
        one, other = (ask(lanes, DEAR, ADA, partial(work, name)) for name in ("one", "other"))
        await until(lambda: work.under_way == {"one"})
        other.cancel()
        work.let_go("one")
        assert await one == "one" and await lanes.run(DEAR, ADA, lambda: "next") == "next" and work.began == ["one"]

    run(test)


def test_events_without_a_session_take_no_turns_among_themselves() -> None:
    async def test(lanes: Lanes, work: Work) -> None:
        both = [ask(lanes, DEAR, Who("there", ticket), partial(work, ticket)) for ticket in ("a", "b")]
        await until(lambda: work.under_way == {"a", "b"})
        for name in ("a", "b"):
            work.let_go(name)
        await asyncio.gather(*both)

    run(test)
