"""Pause, one step, go on, begin again: by the run's starter alone, and without changing one number."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.clock import MONOTONIC
from playground.runs.events import Done, Paused, Progress, Resumed
from playground.runs.executors.inline import InlineExecutor
from playground.runs.executors.process import ProcessExecutor
from playground.runs.log import RunLog
from playground.runs.pause import Gate
from playground.training.trainer import train
from tests.fakes import HERE, FakeRecipe
from tests.hand_clock import HandClock
from tests.small import PAIRS, tiny_recipe


def long(name: str) -> FakeRecipe:
    return FakeRecipe(name, steps=10**9, pause_s=0.01)


@pytest.fixture
def make() -> Iterator[Callable[..., RunBook]]:
    books = []

    def made(**changes: Any) -> RunBook:
        executor = InlineExecutor(f"{HERE}:train", changes.get("clock", MONOTONIC))
        books.append(RunBook(executor, **{"slots": 1, "line": 3, "grace_s": 60.0, **changes}))
        return books[-1]

    yield made
    for book in books:
        book.drain(5)


def until(holds: Callable[[], bool], limit_s: float = 5.0) -> None:
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def events(log: RunLog) -> list[dict[str, Any]]:
    return [orjson.loads(payload) for payload in log.payloads()]


def steps(log: RunLog) -> int:
    return sum(e["type"] == "progress" for e in events(log))


def test_a_gate_holds_lets_one_through_and_opens() -> None:
    gate = Gate(shut=True)
    assert gate.holds
    gate.once()
    assert not gate.holds
    gate.passed()
    assert gate.holds
    gate.open()
    gate.wait(lambda: False)
    gate.shut()
    gate.wait(lambda: True)
    assert gate.holds


def test_pause_holds_and_resume_goes_on(make: Callable[..., RunBook]) -> None:
    clock = HandClock()
    book = make(clock=clock)
    log = book.get(book.start(long("a"), "ada"))
    until(lambda: steps(log) > 2)
    book.pause(log.id, "ada")
    until(lambda: log.status == "paused")
    held = steps(log)
    clock.turn(30.0, sleepers=2)  # the trainer at its gate, and who looks after the runs
    assert steps(log) == held
    book.resume(log.id, "ada")
    until(lambda: log.status == "training" and steps(log) > held + 2)


def test_one_step_is_one_step(make: Callable[..., RunBook]) -> None:
    book = make()
    log = book.get(book.start(long("a"), "ada", paused=True))
    until(lambda: log.status == "paused")
    for count in (1, 2, 3):
        book.step(log.id, "ada")
        until(lambda count=count: steps(log) == count and log.status == "paused")  # type: ignore[misc]


@pytest.mark.parametrize("what", ["pause", "resume", "step", "stop"])
def test_only_the_starter_may(make: Callable[..., RunBook], what: str) -> None:
    book = make()
    log = book.get(book.start(long("a"), "ada"))
    with pytest.raises(InputError, match=f"Only the one who started this run can {what} it"):
        getattr(book, what)(log.id, "eve")


def test_a_run_stepped_by_hand_is_not_joined(make: Callable[..., RunBook]) -> None:
    book = make()
    by_hand = book.start(long("a"), "ada", paused=True)
    until(lambda: book.get(by_hand).status == "paused")
    assert book.start(long("a"), "bob") != by_hand
    assert book.start(long("a"), "eve", paused=True) != by_hand


def test_a_long_pause_frees_the_place_and_going_on_waits_in_line(make: Callable[..., RunBook]) -> None:
    book = make(pause_s=0.1)
    first = book.get(book.start(long("a"), "ada"))
    until(lambda: steps(first) > 1)
    book.pause(first.id, "ada")
    second = book.get(book.start(long("b"), "bob"))
    assert second.status == "queued"
    until(lambda: second.status == "training")
    assert book.counts()["paused"] == 1
    held = steps(first)
    book.resume(first.id, "ada")
    assert first.status == "queued" and first.position == (1, 1)
    book.stop(second.id, "bob")
    until(lambda: first.status == "training" and steps(first) > held)
    assert book.counts()["paused"] == 0


def test_a_paused_run_can_be_stopped(make: Callable[..., RunBook]) -> None:
    book = make(pause_s=0.1)
    for parked in (False, True):
        log = book.get(book.start(long(str(parked)), "ada"))
        book.pause(log.id, "ada")
        until(lambda log=log: log.status == "paused")  # type: ignore[misc]
        if parked:
            until(lambda: book.counts()["paused"] == 1)
        book.stop(log.id, "ada")
        until(lambda log=log: log.status == "stopped")  # type: ignore[misc]
    until(lambda: book.counts()["training"] == book.counts()["paused"] == 0)


def test_idle_paused_runs_are_bounded(make: Callable[..., RunBook]) -> None:
    book = make(pause_s=0.05)
    logs = []
    for name in "abc":
        logs.append(book.get(book.start(long(name), "ada")))
        until(lambda: logs[-1].status == "training")
        book.pause(logs[-1].id, "ada")
        until(lambda: book.counts()["training"] == 0)
    until(lambda: [log.status for log in logs] == ["stopped", "stopped", "paused"])


def test_a_lonely_paused_run_ends(make: Callable[..., RunBook]) -> None:
    book = make(grace_s=0.2, absence_s=0.2)
    log = book.get(book.start(long("a"), "ada", paused=True))
    until(lambda: log.status == "stopped")


def test_a_waiting_run_can_be_told_to_start_held(make: Callable[..., RunBook]) -> None:
    book = make()
    first, second = (book.get(book.start(long(name), "ada")) for name in "ab")
    book.pause(second.id, "ada")
    book.stop(first.id, "ada")
    until(lambda: second.status == "paused")
    assert steps(second) == 0


def test_a_worker_process_pauses_steps_and_goes_on() -> None:
    executor = ProcessExecutor(f"{HERE}:train", preload=())
    try:
        job = executor.submit(long("a"), paused=True)
        stream = job.events()
        assert [type(next(stream)).__name__ for _ in range(2)] == ["Started", "Paused"]
        job.step()
        assert [type(e) for e in (next(stream), next(stream))] == [Resumed, Progress]
        assert any(isinstance(next(stream), Paused) for _ in range(2)), "held again after one step"
        job.resume()
        assert isinstance(next(stream), Resumed)
        job.stop()
        *_, end = stream
        assert isinstance(end, Done) and end.reason == "stopped"
    finally:
        executor.close()


def test_holding_changes_no_loss() -> None:
    recipe, gate = tiny_recipe(*PAIRS[0], steps=8), Gate(shut=True)
    plain = [loss for e in train(recipe) if isinstance(e, Progress) for _, _, loss in e.losses]
    held, pauses = [], 0
    for event in train(recipe, gate=gate):
        if isinstance(event, Progress):
            held += [loss for _, _, loss in event.losses]
        if isinstance(event, Paused):
            pauses += 1
            threading.Timer(0.02, gate.once).start()
    assert held == plain and pauses == 8
