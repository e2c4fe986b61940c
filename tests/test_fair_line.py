"""One visitor cannot lock the others out: a share of the line for each, owners in turns, and no place held by a run at rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from playground.runs.log import RunLog
from tests.fakes import HERE
from tests.hand_clock import HandClock
from tests.test_pause import events, long, steps, until

Make = Callable[..., RunBook]


@pytest.fixture
def make() -> Iterator[Make]:
    books = []

    def made(**changes: Any) -> RunBook:
        settings = {"slots": 2, "share": 3, "grace_s": 60.0, "clock": HandClock(), "expect": lambda recipe: 100.0}
        books.append(RunBook(InlineExecutor(f"{HERE}:train"), **{**settings, **changes}))
        return books[-1]

    yield made
    for book in books:
        book.drain(5)


def press(book: RunBook, owner: str, name: str, *, address: str = "", paused: bool = False) -> RunLog:
    return book.get(book.start(long(f"{owner} {name}"), owner, address=address, paused=paused))


def at_rest(log: RunLog) -> bool:
    return log.status == "paused"


@pytest.mark.fault(57)
def test_thirty_four_presses_leave_room_for_everybody_else(make: Make) -> None:
    book = make()
    taken, refused = [], []
    for n in range(34):
        try:
            taken.append(press(book, "eve", str(n)))
        except InputError as error:
            refused.append(str(error))
    assert (len(taken), len(refused)) == (3, 31)
    assert book.counts()["training"] == 1 and book.counts()["waiting"] == 2
    assert refused[0] == (
        "You have 3 runs under way already, of which one trains at a time. Try again in about 100 s, or stop one. "
        "The shipped models are ready at once."
    )
    bob = press(book, "bob", "a")
    until(lambda: bob.status == "training")


def test_a_stopped_run_makes_room_for_another_one(make: Make) -> None:
    book = make()
    runs = [press(book, "eve", str(n)) for n in range(3)]
    book.stop(runs[0].id, "eve")
    press(book, "eve", "3")
    with pytest.raises(InputError, match="You have 3 runs under way"):
        press(book, "eve", "4")
    book.stop(runs[2].id, "eve")
    press(book, "eve", "5")


def test_owners_take_turns(make: Make) -> None:
    book = make(slots=1)
    eve = [press(book, "eve", str(n)) for n in range(3)]
    bob = [press(book, "bob", str(n)) for n in range(2)]
    ada = press(book, "ada", "0")
    until(lambda: eve[0].status == "training")
    order = [bob[0], ada, eve[1], bob[1], eve[2]]
    assert [log.position for log in order] == [(place, 5) for place in range(1, 6)]
    for log, following in zip([eve[0], *order], order, strict=False):
        assert following.status == "queued"
        book.stop(log.id, log.owner)
        until(lambda following=following: following.status == "training")  # type: ignore[misc]


def test_a_free_place_is_not_taken_by_a_second_run_of_the_same_owner(make: Make) -> None:
    book = make()
    first, second = press(book, "eve", "0"), press(book, "eve", "1")
    until(lambda: first.status == "training")
    assert second.position == (1, 1)
    book.stop(first.id, "eve")
    until(lambda: second.status == "training")


@pytest.mark.fault(57)
def test_runs_stepped_by_hand_yield_as_soon_as_somebody_waits(make: Make) -> None:
    book = make()
    eve = [press(book, name, "0", paused=True) for name in ("eve", "mallory")]
    until(lambda: all(map(at_rest, eve)))
    assert book.counts()["training"] == 2
    bob, ada = press(book, "bob", "0"), press(book, "ada", "0")
    until(lambda: bob.status == ada.status == "training")
    assert book.counts() | {"finished": 0} == {"training": 2, "waiting": 0, "paused": 2, "finished": 0, "followers": 0}
    book.step(eve[0].id, "eve")
    assert eve[0].position == (1, 1)
    book.stop(bob.id, "bob")
    until(lambda: at_rest(eve[0]) and steps(eve[0]) == 1)


def test_two_steppers_share_one_place_step_by_step(make: Make) -> None:
    book = make(slots=1)
    logs = [press(book, name, "0", paused=True) for name in ("eve", "bob")]
    for count in (1, 2, 3):
        for log in logs:
            until(lambda: any(map(at_rest, logs)))
            book.step(log.id, log.owner)
            until(lambda log=log, count=count: at_rest(log) and steps(log) == count)  # type: ignore[misc]


def test_an_owners_own_run_at_rest_makes_room_and_counts(make: Make) -> None:
    book = make()
    runs = []
    for n in range(3):
        runs.append(press(book, "eve", str(n), paused=True))
        until(lambda: at_rest(runs[-1]))
    assert (book.counts()["training"], book.counts()["paused"]) == (1, 2)
    with pytest.raises(InputError, match="All are paused: go on with one, or stop one"):
        press(book, "eve", "3")


def test_a_run_that_is_to_go_on_is_not_at_rest(make: Make) -> None:
    book = make(slots=1)
    eve = press(book, "eve", "0", paused=True)
    until(lambda: at_rest(eve))
    book.resume(eve.id, "eve")
    bob = press(book, "bob", "0")
    until(lambda: eve.status == "training")
    assert bob.status == "queued"


def test_a_parked_run_paused_again_while_it_waits_rests_outside(make: Make) -> None:
    book = make(slots=1)
    eve = press(book, "eve", "0", paused=True)
    until(lambda: at_rest(eve))
    bob = press(book, "bob", "0")
    until(lambda: bob.status == "training")
    book.resume(eve.id, "eve")
    assert eve.status == "queued"
    book.pause(eve.id, "eve")
    assert at_rest(eve) and events(eve)[-1]["type"] == "paused"
    assert (book.counts()["waiting"], book.counts()["paused"]) == (0, 1)


def test_of_too_many_idle_runs_those_of_whoever_has_most_are_stopped(make: Make) -> None:
    clock = HandClock()
    book = make(share=4, clock=clock)
    bob = press(book, "bob", "0", paused=True)
    until(lambda: at_rest(bob))
    eve = []
    for n in range(4):
        eve.append(press(book, "eve", str(n), paused=True))
        until(lambda: at_rest(eve[-1]) or eve[-1].over)
    ada, carl = press(book, "ada", "0"), press(book, "carl", "0")
    until(lambda: ada.status == carl.status == "training")
    clock.turn(1.0)
    until(lambda: [log.status for log in eve].count("stopped") == 3)
    assert at_rest(bob)


def test_without_a_share_nothing_is_limited(make: Make) -> None:
    book = make(share=None)
    for n in range(34):
        press(book, "eve", str(n))
    with pytest.raises(InputError, match="All 2 training places are taken and 32 runs"):
        press(book, "eve", "34")


def test_one_step_pressed_while_the_run_waits_is_done_once_it_has_a_place(make: Make) -> None:
    book = make(slots=1)
    bob = press(book, "bob", "0")
    eve = press(book, "eve", "0", paused=True)
    book.step(eve.id, "eve")
    book.stop(bob.id, "bob")
    until(lambda: at_rest(eve) and steps(eve) == 1)


def test_addresses_take_turns_and_owners_at_each(make: Make) -> None:
    """Who has many names has one address; a class behind one is served in turns as if it were alone."""
    book = make(slots=2)
    training = [press(book, f"eve {n}", "0", address="e") for n in range(2)]
    eve = [press(book, f"eve {n}", "0", address="e") for n in range(2, 6)]
    bob = [press(book, f"bob {n}", "0", address="b") for n in range(3)]
    again = press(book, "eve 2", "1", address="e")
    late = press(book, "eve 6", "0", address="e")
    until(lambda: all(log.status == "training" for log in training))
    order = [bob[0], bob[1], eve[0], bob[2], *eve[1:], late, again]
    assert sorted(order, key=lambda log: log.position or (0, 0)) == order


def test_no_address_takes_all_places_of_the_line(make: Make) -> None:
    book = make(slots=1, line=8)
    for n in range(7):
        press(book, f"eve {n}", "0", address="e")
    with pytest.raises(InputError, match="All 1 training places are taken and 6 runs are waiting already"):
        press(book, "eve 7", "0", address="e")
    bobs = [press(book, f"bob {n}", "0", address="b") for n in range(2)]
    assert [log.position for log in bobs] == [(1, 8), (3, 8)]
    with pytest.raises(InputError, match="8 runs are waiting already"):
        press(book, "ada", "0", address="a")


def both(book: RunBook, owner: str, name: str = "") -> tuple[RunLog, RunLog]:
    a, b = book.start_both(long(f"{owner} {name} a"), long(f"{owner} {name} b"), owner)
    return book.get(a), book.get(b)


def test_two_that_are_a_pair_train_side_by_side(make: Make) -> None:
    book = make()
    a, b = both(book, "eve")
    until(lambda: a.status == b.status == "training")
    assert (a.beside, b.beside, a.number, b.number) == (b.id, a.id, 1, 2)
    third = press(book, "eve", "0")
    assert third.position == (1, 1)
    book.stop(a.id, "eve")
    until(lambda: a.over)
    assert third.status == "queued", "a pair has no third"


def test_whoever_trains_nothing_comes_before_the_second_of_a_pair(make: Make) -> None:
    book = make()
    ada = press(book, "ada", "0")
    until(lambda: ada.status == "training")
    a, b = both(book, "eve")
    until(lambda: a.status == "training")
    assert b.position == (1, 1)
    bob = press(book, "bob", "0")
    assert (bob.position, b.position) == ((1, 2), (2, 2))
    book.stop(ada.id, "ada")
    until(lambda: bob.status == "training")
    assert b.status == "queued"
    book.stop(bob.id, "bob")
    until(lambda: b.status == "training")


def test_on_one_place_a_pair_trains_one_after_the_other(make: Make) -> None:
    book = make(slots=1)
    a, b = both(book, "eve")
    until(lambda: a.status == "training")
    assert b.position == (1, 1) and orjson.loads(b.payloads()[0])["eta_s"] == 100.0
    book.stop(a.id, "eve")
    until(lambda: b.status == "training")


def test_a_paused_pair_makes_room_and_goes_on_side_by_side(make: Make) -> None:
    book = make()
    pair = both(book, "eve")
    until(lambda: all(log.status == "training" for log in pair))
    for log in pair:
        book.pause(log.id, "eve")
    until(lambda: all(map(at_rest, pair)))
    bob = press(book, "bob", "0")
    until(lambda: bob.status == "training")
    book.stop(bob.id, "bob")
    until(lambda: bob.over)
    for log in pair:
        book.resume(log.id, "eve")
    until(lambda: all(log.status == "training" for log in pair))


def test_a_pair_is_taken_in_whole_or_not_at_all(make: Make) -> None:
    book = make()
    runs = [press(book, "eve", str(n)) for n in range(2)]
    with pytest.raises(InputError, match="You have 2 runs under way already"):
        both(book, "eve")
    assert len(book.of("eve")) == 2
    book.stop(runs[1].id, "eve")
    pair = both(book, "eve")
    assert [log.position for log in pair] == [(1, 2), (2, 2)], "neither is the other of what trains"


def test_a_pair_is_never_joined_to_what_others_train(make: Make) -> None:
    book = make(slots=4)
    ben = book.get(book.start(long("same"), "ben"))
    a, b = book.start_both(long("same"), long("same"), "eve")
    assert len({ben.id, a, b}) == 3
