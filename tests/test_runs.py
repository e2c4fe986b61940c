"""The run book with real executors and fake training: joining, waiting, stopping, forgetting."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest

from playground.errors import InputError
from playground.runs.book import RunBook, cores
from playground.runs.events import Done, Snapshot, Started
from playground.runs.executors.inline import InlineExecutor
from playground.runs.executors.process import ProcessExecutor
from playground.runs.log import RunLog
from tests.fakes import HERE, FakeRecipe, train
from tests.hand_clock import HandClock

LONG = FakeRecipe("long", steps=10**9, pause_s=0.01)
SHORT = FakeRecipe("short")


@pytest.fixture
def book() -> Iterator[RunBook]:
    book = make_book()
    yield book
    book.drain(5)


def make_book(**changes: Any) -> RunBook:
    return RunBook(InlineExecutor(f"{HERE}:train"), **{"slots": 2, "line": 3, "grace_s": 60.0, "expect": expected, **changes})


def expected(recipe: FakeRecipe) -> float | None:
    return recipe.expected_s


def goes_on(log: RunLog) -> bool:
    """A trainer that was told to stop does one more step at most."""
    seen = len(log)
    return wait_until(lambda: len(log) > seen + 4) and log.status == "training"


def long(name: str) -> FakeRecipe:
    return FakeRecipe(name, steps=10**9, pause_s=0.01)


def types(log: RunLog) -> list[str]:
    return [orjson.loads(payload)["type"] for payload in log.payloads()]


def test_a_run_from_start_to_end(book: RunBook) -> None:
    log = book.get(book.start(SHORT, "ada"))
    payloads = [orjson.loads(payload) for payload in log.read()]
    assert [payload["id"] for payload in payloads] == list(range(1, len(payloads) + 1))
    assert [p["type"] for p in payloads[:3]] == ["started", "progress", "snapshot"]
    assert payloads[-1] | {"id": 0} == {
        "id": 0, "type": "done", "step": 5, "reason": "finished", "metrics": {"score": 1.0}, "train_s": 0.5
    }  # fmt: skip
    assert payloads[0]["expected_s"] == 2.0
    assert payloads[0]["film_steps"] == [0, 2, 4]
    assert (log.status, log.over) == ("done", True)
    assert isinstance(log.started, Started)
    assert not any(b"wwww" in payload for payload in log.payloads())  # weights stay here
    assert [frame.step for frame in log.snapshots] == [0, 2, 4]
    assert [getattr(log.snapshot(step), "step", None) for step in (None, 0, 3, 99)] == [2, 0, 2, 4]


def test_ids_cannot_be_guessed(book: RunBook) -> None:
    ids = {book.start(long("a"), "ada"), book.start(long("b"), "ada")}
    assert len(ids) == 2
    assert all(len(run_id) >= 22 for run_id in ids)


@pytest.mark.fault(21)
def test_a_double_click_and_a_neighbour_join_the_same_run(book: RunBook) -> None:
    first = book.start(LONG, "ada")
    assert book.start(LONG, "ada") == first
    assert book.start(FakeRecipe("long", steps=10**9, pause_s=0.01), "bob") == first
    assert book.start(long("other"), "bob") != first


def test_a_queued_run_is_joined_too(book: RunBook) -> None:
    for name in "ab":
        book.start(long(name), "ada")
    assert book.start(LONG, "ada") == book.start(LONG, "bob")


def test_finished_and_stopping_runs_are_not_joined(book: RunBook) -> None:
    finished = book.start(SHORT, "ada")
    list(book.get(finished).read())
    assert book.start(SHORT, "ada") != finished
    stopping = book.start(LONG, "ada")
    book.stop(stopping, "ada")
    assert book.start(LONG, "ada") != stopping


def test_only_the_starter_stops(book: RunBook) -> None:
    run = book.start(LONG, "ada")
    with pytest.raises(InputError, match="Only the one who started"):
        book.stop(run, "bob")
    assert not book.get(run).over


@pytest.mark.fault(23)
def test_stop_ten_times(book: RunBook) -> None:
    run = book.start(LONG, "ada")
    log = book.get(run)
    assert wait_until(lambda: log.status == "training")
    for _ in range(10):
        book.stop(run, "ada")
    list(log.read())
    for _ in range(10):
        book.stop(run, "ada")
    assert log.status == "stopped"
    assert types(log).count("done") == 1


def test_unknown_runs_are_a_sentence(book: RunBook) -> None:
    for call in (lambda: book.get("nonsense"), lambda: book.stop("nonsense", "ada")):
        with pytest.raises(InputError, match="no longer kept"):
            call()


@pytest.mark.fault(24)
def test_the_line_moves_up_when_a_queued_run_is_stopped(book: RunBook) -> None:
    for name in "ab":
        book.start(long(name), "ada")
    waiting = [book.start(long(name), name) for name in "cde"]
    logs = [book.get(run) for run in waiting]
    assert [log.position for log in logs] == [(1, 3), (2, 3), (3, 3)]
    book.stop(waiting[0], "c")
    book.stop(waiting[0], "c")
    assert types(logs[0])[-1] == "done"
    assert logs[0].status == "stopped"
    assert [log.position for log in logs[1:]] == [(1, 2), (2, 2)]
    told = orjson.loads(logs[2].payloads()[-1])
    assert (told["type"], told["position"], told["of"]) == ("queued", 2, 2)
    assert told["eta_s"] >= 0


def test_a_freed_slot_goes_to_the_first_in_line(book: RunBook) -> None:
    running = [book.start(long(name), "ada") for name in "ab"]
    first, second = (book.get(book.start(long(name), "ada")) for name in "cd")
    book.stop(running[0], "ada")
    assert wait_until(lambda: first.status == "training")
    assert wait_until(lambda: second.position == (1, 1)), "it is told once the first has moved up"


def test_estimates_come_from_who_can_tell() -> None:
    book = make_book(slots=1, expect=lambda recipe: 100.0)
    book.start(long("a"), "ada")
    logs = [book.get(book.start(long(name), "ada")) for name in "bc"]
    waits = [orjson.loads(log.payloads()[-1])["eta_s"] for log in logs]
    assert 90 < waits[0] <= 100
    assert 190 < waits[1] <= 200
    book.drain(5)


def test_a_full_line_is_a_polite_refusal(book: RunBook) -> None:
    for name in "abcde":
        book.start(long(name), "ada")
    with pytest.raises(InputError, match=r"All 2 training places are taken and 3 runs are waiting already\. Try again"):
        book.start(long("f"), "ada")


@pytest.mark.fault(22)
def test_fifty_at_once_are_all_accounted_for() -> None:
    book = make_book(slots=2, line=20)
    together = threading.Barrier(50)

    def press(n: int) -> str | None:
        together.wait()
        try:
            return book.start(long(str(n)), f"student {n}")
        except InputError:
            return None

    with ThreadPoolExecutor(50) as pool:
        runs = list(pool.map(press, range(50)))
    logs = [book.get(run) for run in runs if run]
    assert len(logs) == 22
    assert book.counts() | {"finished": 0} == {"training": 2, "waiting": 20, "paused": 0, "finished": 0, "followers": 0}
    assert sorted(log.position[0] for log in logs if log.position and log.status == "queued") == list(range(1, 21))
    book.drain(5)
    assert all(log.over for log in logs)


def test_thirty_pressing_the_same_share_one_run(book: RunBook) -> None:
    with ThreadPoolExecutor(30) as pool:
        assert len(set(pool.map(lambda n: book.start(LONG, str(n)), range(30)))) == 1


def test_a_closed_tab_frees_the_slot() -> None:
    clock = HandClock()
    book = make_book(slots=1, grace_s=10.0, clock=clock)
    lonely = book.get(book.start(long("a"), "ada"))
    waiting = book.get(book.start(long("b"), "bob"))
    come_and_go(lonely)
    reading = threading.Thread(target=lambda: list(waiting.read()))
    reading.start()
    assert wait_until(lambda: waiting.followers == 1)
    clock.turn(10.0)
    assert wait_until(lambda: lonely.status == "stopped")
    assert wait_until(lambda: waiting.status == "training")
    clock.turn(3600.0)
    assert goes_on(waiting)  # it is followed
    book.drain(5)
    reading.join()


def test_who_has_just_pressed_has_longer_to_come() -> None:
    """A page on a slow machine needs seconds to follow what it started."""
    clock = HandClock()
    book = make_book(slots=1, grace_s=10.0, absence_s=30.0, clock=clock)
    log = book.get(book.start(LONG, "ada"))
    clock.turn(29.0)
    assert goes_on(log)
    clock.turn(1.0)
    assert wait_until(lambda: log.status == "stopped")


def come_and_go(log: RunLog) -> None:
    reading = log.read()
    next(reading)
    reading.close()


def test_pinned_runs_need_no_followers() -> None:
    clock = HandClock()
    book = make_book(grace_s=10.0, clock=clock)
    log = book.get(book.start(LONG, "ada", pinned=True))
    clock.turn(3600.0)
    assert goes_on(log)
    book.drain(5)


def test_five_hundred_small_runs_stay_within_the_bound() -> None:
    book = make_book(slots=4, line=1000, keep_bytes=300_000)
    runs = [book.start(FakeRecipe(str(n), size=5_000), "ada") for n in range(500)]
    assert wait_until(lambda: not book.counts()["training"] and not book.counts()["waiting"])
    kept = book.of("ada")
    assert 2 < len(kept) < 30  # notices of their places in the line count too
    assert sum(log.nbytes for log in kept) <= 300_000
    with pytest.raises(InputError):
        book.get(runs[0])


def test_eviction_spares_what_was_used_last() -> None:
    book = make_book(slots=1, keep_bytes=30_000)
    used = book.start(FakeRecipe("used"), "ada")
    list(book.get(used).read())
    for n in range(30):
        list(book.get(book.start(FakeRecipe(str(n)), "ada")).read())
        assert wait_until(lambda: not book.counts()["training"])
        assert book.get(used)
    assert len(book.of("ada")) < 10


def test_a_failing_executor_ends_the_run_in_words(caplog: pytest.LogCaptureFixture) -> None:
    book = RunBook(InlineExecutor("no.such.module:train"))
    log = book.get(book.start(SHORT, "ada"))
    *_, end = log.read()
    assert orjson.loads(end)["cause"] == "training met an error of ours"
    assert "no.such" not in end.decode()
    assert "ModuleNotFoundError" in caplog.text
    assert log.status == "failed"
    assert wait_until(lambda: not book.counts()["training"])


def test_a_killed_worker_frees_its_slot_and_keeps_its_film() -> None:
    executor = ProcessExecutor(f"{HERE}:telling_pid", preload=("numpy", HERE))
    book = RunBook(executor, slots=1, grace_s=60)
    log, following = (book.get(book.start(FakeRecipe(name), "ada")) for name in "ab")
    payloads = map(orjson.loads, log.read())
    pid = next(int(p["samples"][0]["output"][0]) for p in payloads if p["type"] == "progress")
    assert wait_until(lambda: len(log.snapshots) > 1)
    os.kill(pid, signal.SIGKILL)
    *_, end = payloads
    assert (end["type"], log.status) == ("failed", "failed")
    assert log.snapshot() is not None
    assert wait_until(lambda: following.status == "training")
    book.drain(5)
    assert following.status == "stopped"


def test_drain_tells_stops_and_saves() -> None:
    book = make_book()
    logs = [book.get(book.start(long(name), "ada")) for name in "abc"]
    assert wait_until(lambda: len(logs[0].snapshots) > 0 and len(logs[1].snapshots) > 0)
    saved: list[RunLog] = []

    def keep(log: RunLog) -> None:
        saved.append(log)
        raise OSError("disk full")

    book.keep_by(keep)
    book.drain(5)
    assert saved == logs[:2] or saved == logs[1::-1]
    for log in logs:
        assert "closing" in types(log)
        assert types(log)[-1] == "done"
    with pytest.raises(InputError, match="about to restart"):
        book.start(SHORT, "ada")


# --- following a log ---------------------------------------------------------------------------------------------


def filled(**changes: Any) -> RunLog:
    log = RunLog("id", SHORT, "ada")
    fill(log, FakeRecipe(**changes))
    return log


def fill(log: RunLog, recipe: FakeRecipe) -> None:
    for event in train(recipe):
        log.append(event)


async def collect(log: RunLog, after: int = 0) -> list[bytes]:
    return [payload async for payload in log.follow(after) if payload is not None]


@pytest.mark.parametrize("after", [-5, 0, 1, 4, 9, 10, 999])
def test_resuming_gives_exactly_the_rest(after: int) -> None:
    log = filled()
    everything = log.payloads()
    assert asyncio.run(collect(log, after)) == everything[max(after, 0) :]
    assert list(log.read(after)) == everything[max(after, 0) :]


def test_followers_share_the_very_same_bytes() -> None:
    async def two() -> tuple[list[bytes], list[bytes]]:
        return await asyncio.gather(collect(log), collect(log, 0))

    log = filled()
    first, second = asyncio.run(two())
    assert all(a is b for a, b in zip(first, second, strict=True))


def test_live_followers_miss_nothing_however_they_are_timed() -> None:
    log = RunLog("id", SHORT, "ada")

    async def follow_all() -> list[list[bytes]]:
        writer = asyncio.to_thread(fill, log, FakeRecipe(steps=300))
        followers = [asyncio.create_task(collect(log, 0)) for _ in range(30)]
        await writer
        return [await follower for follower in followers]

    assert all(seen == log.payloads() for seen in asyncio.run(follow_all()))
    assert log.followers == 0


def test_silence_gives_beats_and_leaving_releases() -> None:
    log = RunLog("id", SHORT, "ada")

    async def wait_a_little() -> None:
        follower = log.follow(beat_s=0.01)
        assert [await anext(follower) for _ in range(3)] == [None, None, None]
        assert log.followers == 1
        assert not log.deserted(0, 0)
        sleeping = asyncio.ensure_future(anext(log.follow()))
        while log.followers < 2:
            await asyncio.sleep(0)
        sleeping.cancel()
        await asyncio.gather(sleeping, return_exceptions=True)
        await follower.aclose()

    asyncio.run(wait_a_little())
    assert log.followers == 0
    assert log.deserted(0, 0)


def test_a_follower_that_never_reads_costs_only_an_index() -> None:
    import tracemalloc

    log = RunLog("id", SHORT, "ada")

    async def ignore(count: int) -> int:
        followers = [log.follow() for _ in range(count)]
        log.append(Started(5, 1, "cpu", None))
        for follower in followers:
            await anext(follower)  # attached, and never heard of again
        tracemalloc.start()
        before = log.nbytes
        for event in train(FakeRecipe(steps=200, text="x" * 20_000)):
            log.append(event)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        for follower in followers:
            await follower.aclose()
        return held - (log.nbytes - before)

    assert asyncio.run(ignore(100)) < 1_000_000  # the log itself is 8 MB, a hundred backlogs would be 800


def test_nothing_is_taken_after_the_end() -> None:
    log = filled()
    count = len(log)
    log.append(Done(9, "finished", {}, 1.0))
    log.say({"type": "closing"})
    assert len(log) == count


def test_size_counts_weights_and_payloads() -> None:
    small, large = filled(size=10), filled(size=100_000)
    assert large.nbytes - small.nbytes == 3 * (100_000 - 10)
    assert all(isinstance(frame, Snapshot) for frame in large.snapshots)


def test_the_room_loads_neither_torch_nor_the_page() -> None:
    code = """
import importlib, pkgutil, sys, types
package = types.ModuleType("playground")  # without its __init__, which offers the whole Python interface
package.__path__ = ["playground"]
sys.modules["playground"] = package
import playground.runs
rooms = [module.name for module in pkgutil.walk_packages(playground.runs.__path__, "playground.runs.")]
for name in rooms:
    importlib.import_module(name)
assert {"playground.runs.book", "playground.runs.executors.ray"} <= set(rooms)
assert not {"torch", "ray", "gradio", "plotly", "starlette"} & set(sys.modules)
below = {"runs", "errors", "wire", "processes"}
assert not any(name.startswith("playground.") for name in sys.modules if name.split(".")[1:2] and name.split(".")[1] not in below)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


def test_a_container_share_of_cores_is_at_least_one() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)


def wait_until(condition: Callable[[], bool], timeout_s: float = 20.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_run_that_just_ended_is_counted_once() -> None:
    seen: list[dict[str, int]] = []

    class Watched(RunBook):
        def _leave(self, seat: Any) -> None:
            assert seat.log.over
            seen.append(self.counts())
            super()._leave(seat)

    book = Watched(InlineExecutor(f"{HERE}:train"))
    book.start(SHORT, "ada")
    assert wait_until(lambda: book.counts()["finished"] == 1)
    assert seen == [{"training": 1, "waiting": 0, "paused": 0, "finished": 0, "followers": 0}]
    book.drain(5)
