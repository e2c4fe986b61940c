"""Who follows a run, who has left it, and whose connection broke: how long a run goes on for them."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground.app.http.server import app_kwargs
from playground.app.http.streams import KEPT, MOST, OF_ADDRESS, OF_NAME, UNNAMED, Streams
from playground.app.links import from_query
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from playground.runs.log import MISSING, RunLog
from tests.fakes import HERE, FakeRecipe, train
from tests.hand_clock import HandClock

GRACE, ABSENCE = 10.0, 30.0


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def log(clock: HandClock) -> RunLog:
    log = RunLog("id", FakeRecipe(), "ada", clock=clock)
    log.append(next(train(FakeRecipe())))
    return log


def look(log: RunLog, name: str = "", *, goodbye: str = "") -> None:
    """Follow for one payload; `goodbye` is said before the connection ends, or after it."""

    async def follow() -> None:
        follower = log.follow(name=name)
        await anext(follower)
        if goodbye == "before":
            log.goodbye(name)
        await follower.aclose()
        if goodbye == "after":
            log.goodbye(name)

    asyncio.run(follow())


def lasts(log: RunLog, clock: HandClock) -> float:
    """Seconds until the run would be stopped."""
    start = clock.seconds
    while not log.deserted(GRACE, ABSENCE):
        clock.seconds += 1
    seconds, clock.seconds = clock.seconds - start, start
    return seconds


@pytest.mark.fault(26)
@pytest.mark.parametrize(
    ("name", "goodbye", "seconds"),
    [("", "", GRACE), ("tab-one", "", ABSENCE), ("tab-one", "before", GRACE), ("tab-one", "after", GRACE)],
)
def test_a_broken_connection_is_waited_for_longer_than_a_closed_tab(
    log: RunLog, clock: HandClock, name: str, goodbye: str, seconds: float
) -> None:
    look(log, name, goodbye=goodbye)
    assert lasts(log, clock) == seconds


def test_who_comes_back_and_closes_the_tab_is_missed_no_more(log: RunLog, clock: HandClock) -> None:
    look(log, "tab-one")
    clock.seconds = 20.0
    look(log, "tab-one", goodbye="before")
    assert lasts(log, clock) == GRACE


def test_one_who_leaves_does_not_take_away_the_time_of_one_who_lost_the_connection(log: RunLog, clock: HandClock) -> None:
    look(log, "tab-one")
    clock.seconds = 5.0
    look(log, "tab-two", goodbye="before")
    assert lasts(log, clock) == ABSENCE - 5


def test_a_new_connection_before_the_old_one_is_seen_to_be_dead(log: RunLog, clock: HandClock) -> None:
    async def both() -> None:
        old, new = log.follow(name="tab-one"), log.follow(name="tab-one")
        await anext(old)
        await anext(new)
        await old.aclose()
        assert not log.deserted(0, 0)
        log.goodbye("tab-one")
        await new.aclose()

    asyncio.run(both())
    assert lasts(log, clock) == GRACE


def test_names_of_strangers_are_not_kept(log: RunLog, clock: HandClock) -> None:
    for n in range(3 * MISSING):
        log.goodbye(f"stranger-{n}")
    assert not log._leaving
    for n in range(MISSING + 50):
        look(log, f"follower-{n}")
    assert len(log._missing) == MISSING and not log._here


def test_goodbye_is_a_route_that_tells_nothing() -> None:
    book = RunBook(InlineExecutor(f"{HERE}:train"), slots=1, grace_s=60)
    kwargs = app_kwargs(book)
    client = TestClient(Starlette(routes=kwargs["routes"], middleware=kwargs["middleware"]))
    run = book.start(FakeRecipe(steps=3), "ada")
    for address in (f"/runs/{run}/goodbye?name=tab-12345", "/runs/unknown/goodbye?name=tab-12345", f"/runs/{run}/goodbye?name=%3Cb%3E"):
        answer = client.post(address)
        assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(f"/runs/{run}/goodbye?name=tab-12345").status_code == 405
    assert client.post(f"/runs/{run}/goodbye?name=tab-12345", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    book.drain(5)


def test_the_name_of_a_run_in_a_link_is_checked() -> None:
    assert from_query({"run": "A-z0_" * 4 + "AB"}).run == "A-z0_" * 4 + "AB"
    for name in ("", "../../etc/passwd", "A" * 21, "A" * 23, "<img>", "A" * 21 + "é", "A" * 21 + "\n"):
        visit = from_query({"run": name})
        assert visit.run is None and visit.notice and "Link not understood" in visit.notice


@pytest.mark.fault(57)
def test_a_thousand_streams_of_one_leave_room_for_the_others() -> None:
    streams, taken = Streams(), ExitStack()

    def opens(address: str, name: str) -> bool:
        if room := streams.has_room(address, name):
            taken.enter_context(streams.held(address, name))
        return room

    with taken:
        assert sum(opens("eve", "") for _ in range(1_000)) == UNNAMED, "who has no name shares one"
        assert sum(opens("eve", "eve-12345678") for _ in range(1_000)) == OF_NAME
        assert all(opens("eve", f"classmate-{n}") for n in range(60)), "a class behind the same address"
        assert sum(opens("eve", f"eve-{n}") for n in range(1_000)) == OF_ADDRESS - UNNAMED - OF_NAME - 60
        assert sum(opens("mallory", f"mallory-{n}") for n in range(1_000)) == OF_ADDRESS
        assert sum(opens("third", f"third-{n}") for n in range(1_000)) == MOST - 2 * OF_ADDRESS
        assert all(opens(f"home {n}", "") for n in range(KEPT)) and not opens("late", "")
    assert streams.has_room("eve", "") and not streams._addresses and not streams._names


def test_who_is_not_let_in_is_not_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose starter finds no room goes on while its page tries again."""
    monkeypatch.setattr("playground.app.http.streams.OF_NAME", 0)
    clock = HandClock()
    book = RunBook(InlineExecutor(f"{HERE}:train"), slots=1, grace_s=5, absence_s=20, clock=clock)
    client = TestClient(Starlette(**app_kwargs(book)))
    log = book.get(book.start(FakeRecipe(steps=10**6, pause_s=0.01), "ada"))
    for _ in range(5):
        clock.turn(15.0)
        assert client.get(f"/runs/{log.id}/events?name=page-12345").status_code == 503
        assert not log.deserted(5, 20)
    clock.turn(20.0)
    assert log.deserted(5, 20)
    book.drain(5)


@pytest.mark.fault(26)
def test_a_network_that_is_away_for_twenty_seconds_costs_no_run() -> None:
    """With the times that every visitor has."""
    clock = HandClock()
    book = RunBook(InlineExecutor(f"{HERE}:train"), slots=1, clock=clock)
    log = book.get(book.start(FakeRecipe(steps=10**6, pause_s=0.01), "ada"))
    look(log, "tab-one")
    clock.turn(20.0)
    assert not log.deserted(book.grace_s, book.absence_s)
    clock.turn(10.0)
    assert log.deserted(book.grace_s, book.absence_s)
    book.drain(5)
