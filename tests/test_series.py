"""Many runs of one owner: one at a time, in their order, and everybody else gets a turn between two of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from playground.runs.series import ABSENCE_S, SeriesBook
from tests.fakes import HERE, FakeRecipe
from tests.hand_clock import HandClock
from tests.test_pause import long, until

Make = Callable[..., RunBook]


@pytest.fixture
def make() -> Iterator[Make]:
    books = []

    def made(**changes: Any) -> RunBook:
        books.append(RunBook(InlineExecutor(f"{HERE}:train"), **{"slots": 1, "share": 3, "grace_s": 60.0, **changes}))
        return books[-1]

    yield made
    for book in books:
        book.drain(5)


def test_runs_follow_one_another_and_their_results_stay(make: Make) -> None:
    recipes = [FakeRecipe(name=f"{n}", steps=2) for n in range(5)]
    series = SeriesBook(make()).start(recipes, "eve")
    assert series.wait(20) and not series.stopped
    assert [log.recipe for log in series.runs] == recipes and series.done == 5
    assert all(log.status == "done" and log.end.metrics == {"score": 1.0} for log in series.runs)


@pytest.mark.fault(57)
def test_whoever_comes_later_waits_for_one_run_of_a_series(make: Make) -> None:
    book = make()
    series = SeriesBook(book).start([long(f"eve {n}") for n in range(30)], "eve")
    until(lambda: bool(series.runs) and series.runs[0].status == "training")
    bob = book.get(book.start(long("bob"), "bob"))
    assert bob.position == (1, 1), "the other 29 are not in line"
    book.stop(series.runs[0].id, "eve")
    until(lambda: bob.status == "training")
    until(lambda: len(series.runs) == 2)
    assert series.runs[1].status == "queued"
    book.stop(bob.id, "bob")
    until(lambda: series.runs[1].status == "training")
    series.stop()
    assert series.wait(20) and len(series.runs) == 2 and series.done == 2


def test_of_two_series_both_go_on(make: Make) -> None:
    book, told = make(), []
    every = SeriesBook(book)
    for owner in ("eve", "bob"):
        told.append(every.start([FakeRecipe(name=f"{owner} {n}", steps=3, pause_s=0.01) for n in range(4)], owner))
    assert all(series.wait(30) for series in told)
    ends = sorted((log.born_at, log.owner) for series in told for log in series.runs)
    assert {owner for _, owner in ends[:3]} == {"eve", "bob"}, "neither waits for the end of the other"


def test_a_series_has_patience_where_there_is_no_room(make: Make) -> None:
    book = make(share=1)
    own = book.get(book.start(long("eve's own"), "eve"))
    series = SeriesBook(book).start([FakeRecipe(name="swept", steps=2)], "eve")
    until(lambda: series.waits_for is not None)
    assert "under way already" in (series.waits_for or "") and not series.runs
    book.stop(own.id, "eve")
    assert series.wait(20) and series.done == 1 and series.waits_for is None


def test_nobody_starts_a_second_one_meanwhile(make: Make) -> None:
    every = SeriesBook(make())
    series = every.start([long("a"), long("b")], "eve")
    with pytest.raises(InputError, match="A sweep of yours is under way"):
        every.start([long("c")], "eve")
    assert every.of("eve") is series and every.of("bob") is None and every.get(series.id) is series
    series.stop()
    assert series.wait(20) and every.start([FakeRecipe()], "eve").wait(20)
    with pytest.raises(InputError, match="no longer kept"):
        every.get("x")


def test_a_series_that_nobody_asks_after_stops(make: Make) -> None:
    clock = HandClock()
    series = SeriesBook(make(), clock).start([long("a"), long("b")], "eve")
    until(lambda: bool(series.runs) and series.runs[0].status == "training")
    clock.seconds += ABSENCE_S - 1
    series.ask()
    clock.seconds += 2
    assert not series.stopped
    clock.seconds += ABSENCE_S
    assert series.wait(20) and series.stopped and len(series.runs) == 1 and series.runs[0].status == "stopped"


def test_a_server_that_goes_ends_it(make: Make) -> None:
    book = make()
    series = SeriesBook(book).start([long("a"), long("b")], "eve")
    until(lambda: bool(series.runs) and series.runs[0].status == "training")
    book.drain(5)
    assert series.wait(20) and series.stopped and len(series.runs) == 1
