"""What can happen to a training that is not its own fault: the machine, the server, the neighbours, the visitors."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import threading
import time
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import api
from playground.app.http import server
from playground.app.library import Library
from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.events import Done, Event
from playground.runs.executors.inline import InlineExecutor
from playground.runs.executors.process import ProcessExecutor
from playground.runs.executors.worker import _crash
from playground.runs.log import RunLog
from tests.fakes import HERE, FakeRecipe, train
from tests.hand_clock import HandClock
from tests.small import tiny_recipe


def long(name: str, **changes: Any) -> FakeRecipe:
    return FakeRecipe(name, steps=10**9, pause_s=0.01, **changes)


def types(log: RunLog) -> list[str]:
    return [orjson.loads(payload)["type"] for payload in log.payloads()]


def until(holds: Callable[[], Any], limit_s: float = 20.0) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


@pytest.fixture
def make() -> Iterator[Callable[..., RunBook]]:
    books = []

    def made(executor: Any = None, **changes: Any) -> RunBook:
        executor = executor or InlineExecutor(f"{HERE}:train")
        books.append(RunBook(executor, **{"slots": 1, "line": 50, "grace_s": 60.0, **changes}))
        return books[-1]

    yield made
    for book in books:
        book.drain(5)


# --- the machine -------------------------------------------------------------------------------------------------


@pytest.mark.fault(13)
@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79 GiB"),
        torch.AcceleratorError("CUDA error: out of memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9.05 GB). Tried to allocate 256 bytes"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9e12 bytes"),
        MemoryError(),
    ],
    ids=lambda error: str(error)[:20],
)
def test_a_full_device_is_told_with_advice_whoever_says_so(error: Exception) -> None:
    crash = _crash(error)
    assert (crash.cause, crash.advice) == ("the memory was full", "choose a smaller model or batch")


@pytest.mark.fault(13, 14)
def test_out_of_memory_and_killed_workers_fail_alone_and_the_pool_heals(make: Callable[..., RunBook]) -> None:
    """One after another in the same two places, beside a run that goes on."""
    book = make(ProcessExecutor(f"{HERE}:any_of", memory_bytes=300 * 2**20, preload=("numpy", HERE)), slots=2)
    neighbour = book.get(book.start(long("neighbour"), "bob"))
    fates = {"out_of_memory": "the memory was full", "hungry": "GiB of memory", "telling_pid": "ended from outside"}
    for behaviour, cause in fates.items():
        log = book.get(book.start(FakeRecipe(behaviour, behaviour=behaviour), "ada"))
        follower = map(orjson.loads, log.read())
        if behaviour == "telling_pid":
            pid = next(int(p["samples"][0]["output"][0]) for p in follower if p["type"] == "progress")
            until(lambda log=log: log.snapshots)
            os.kill(pid, signal.SIGKILL)
        *_, end = follower
        assert end["type"] == "failed" and cause in end["cause"] and end["advice"]
        assert "weights of step" in end["kept"] and log.snapshot() is not None, "curve and film are kept"
        seen = len(neighbour)
        until(lambda seen=seen: len(neighbour) > seen)
    assert neighbour.status == "training"
    healed = book.get(book.start(FakeRecipe("next"), "ada"))
    assert orjson.loads(list(healed.read())[-1])["type"] == "done"


class Unreliable:
    """An executor somewhere else: out of reach at first, or lost after some events."""

    def __init__(self, error: Exception, after: int | None) -> None:
        self.error, self.after = error, after
        self.inner = InlineExecutor(f"{HERE}:train")

    def submit(self, recipe: Any, *, paused: bool = False) -> Any:
        if self.after is None:
            raise self.error
        job, left, error = self.inner.submit(recipe, paused=paused), self.after, self.error
        whole = job.events

        def events() -> Iterator[Event]:
            for number, event in enumerate(whole()):
                if number == left:
                    raise error
                yield event

        job.events = events  # type: ignore[method-assign]
        return job

    def close(self) -> None:
        pass


@pytest.mark.fault(16)
@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(111, "/secret/socket"), BlockingIOError(11, "fork"), EOFError("/secret")], ids=repr
)
@pytest.mark.parametrize("after", [None, 5])
def test_an_executor_out_of_reach_is_told_and_what_was_learned_is_kept(
    make: Callable[..., RunBook], error: Exception, after: int | None
) -> None:
    executor = Unreliable(error, after)
    book = make(executor)
    log = book.get(book.start(FakeRecipe("a"), "ada"))
    end = orjson.loads(list(log.read())[-1])
    assert end["cause"] == ("training could not be started" if after is None else "the connection to the training was lost")
    assert "train again" in end["advice"] and "secret" not in str(end)
    kept = types(log)[:-1]
    assert kept == ([] if after is None else ["started", "progress", "snapshot", "progress", "progress"]), "curve and film are kept"
    assert len(log.snapshots) == kept.count("snapshot")
    executor.after = 10**9  # it is back
    assert orjson.loads(list(book.get(book.start(FakeRecipe("b"), "ada")).read())[-1])["type"] == "done"


def test_a_system_without_threads_left_refuses_the_run_and_loses_no_place(
    make: Callable[..., RunBook], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def scarce(thread: threading.Thread) -> None:
        if thread.name in ("run reader", "run tender"):
            raise RuntimeError("can't start new thread")
        start(thread)

    book = make(grace_s=0.2, absence_s=0.2)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", scarce)
        log = book.get(book.start(FakeRecipe("a"), "ada"))
    assert log.status == "failed" and "too busy" in orjson.loads(log.payloads()[-1])["cause"]
    assert list(book.get(book.start(FakeRecipe("b"), "ada")).read())
    lonely = book.get(book.start(long("c"), "ada"))
    until(lambda: lonely.status == "stopped")  # who looks after lonely runs is there again too


# --- the visitors ------------------------------------------------------------------------------------------------


@pytest.mark.fault(17, 19)
def test_a_closed_tab_frees_its_place_right_after_the_grace_time(make: Callable[..., RunBook]) -> None:
    """The grace of ten seconds by a clock turned by hand; a reload within it goes on with the same run."""
    clock = HandClock()
    book = make(grace_s=10.0, clock=clock)
    log = book.get(book.start(long("a"), "ada"))
    until(lambda: log.status == "training")
    reader = log.read()
    next(reader)
    clock.turn(100.0)
    reader.close()  # the tab is closed
    clock.turn(9.9)
    seen = len(log)
    until(lambda: len(log) > seen + 4)  # a trainer that was told to stop does one more step at most
    assert log.status == "training"
    reader = log.read(len(log))
    next(reader)  # reloaded: attached to the same run
    clock.turn(40.1)
    reader.close()
    clock.turn(10.1)
    until(lambda: log.status == "stopped" and not book.counts()["training"])


@pytest.mark.fault(23)
@pytest.mark.parametrize("state", ["training", "queued", "paused", "parked"])
def test_stop_from_ten_tabs_at_once_ends_the_run_once(make: Callable[..., RunBook], state: str) -> None:
    book = make(pause_s=0.05 if state == "parked" else 60.0)
    if state == "queued":
        book.start(long("before"), "bob")
    log = book.get(book.start(long("a"), "ada"))
    if state in ("paused", "parked"):
        book.pause(log.id, "ada")
        until(lambda: log.status == "paused" and book.counts()["paused"] == (state == "parked"))
    until(lambda: log.status == state.replace("parked", "paused"))
    together = threading.Barrier(10)

    def press(_: int) -> None:
        together.wait()
        book.stop(log.id, "ada")

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(press, range(10)))
    until(lambda: log.status == "stopped")
    book.stop(log.id, "ada")
    assert types(log).count("done") == 1
    until(lambda: book.counts()["training"] == (state == "queued") and not book.counts()["waiting"] and not book.counts()["paused"])


@pytest.mark.fault(24)
@given(leaving=st.lists(st.integers(0, 7), max_size=12), held=st.sets(st.integers(0, 7)))
@settings(max_examples=15)
def test_whoever_is_stopped_while_queued_the_others_move_up_in_order(leaving: list[int], held: set[int]) -> None:
    book = RunBook(InlineExecutor(f"{HERE}:train"), slots=1, line=8, grace_s=60)
    book.start(long("training"), "bob")
    logs = [book.get(book.start(long(str(n)), "ada", paused=n in held)) for n in range(8)]
    for n in leaving:
        book.stop(logs[n].id, "ada")
        waiting = [log for log in logs if not log.over]
        assert [log.position for log in waiting] == [(place, len(waiting)) for place in range(1, len(waiting) + 1)]
    assert [log.status == "stopped" for log in logs] == [n in leaving for n in range(8)]
    assert book.counts()["waiting"] == 8 - len(set(leaving))
    book.drain(5)


@pytest.mark.fault(22)
def test_fifty_trains_at_once_and_half_of_them_stopped_again_are_all_accounted_for(make: Callable[..., RunBook]) -> None:
    """Each press is running, queued or politely refused; after the stops and the end nobody is left over."""
    book = make(slots=2, line=30)
    together = threading.Barrier(50)

    def press(n: int) -> str:
        together.wait()
        try:
            run = book.start(long(str(n)), str(n))
        except InputError as error:
            return str(error)
        if n % 2:
            book.stop(run, str(n))
        return run

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(press, range(50)))
    refused = [answer for answer in answers if "training places are taken" in answer]
    logs = [book.get(answer) for answer in answers if answer not in refused]
    assert len(logs) + len(refused) == 50 and len(logs) >= 32
    until(lambda: all(log.over for n, log in ((a, book.get(a)) for a in answers if a not in refused) if int(log.owner) % 2))
    until(lambda: sum(log.status == "training" for log in logs) == min(2, sum(not log.over for log in logs)))
    waiting = sorted(log.position[0] for log in logs if log.status == "queued" and log.position)
    assert waiting == list(range(1, len(waiting) + 1))
    assert book.counts()["training"] + book.counts()["waiting"] + book.counts()["finished"] == len(logs)


@pytest.mark.fault(25)
def test_a_hundred_followers_that_never_read_do_not_hold_up_the_training() -> None:
    """They come one by one, also late, and take nothing: each holds an index, and the run ends in its own time."""
    log = RunLog("id", FakeRecipe(), "ada")

    async def ignore() -> int:
        followers = [log.follow() for _ in range(100)]
        waiting = [asyncio.ensure_future(anext(follower)) for follower in followers]
        await asyncio.sleep(0)
        for number, event in enumerate(train(FakeRecipe(steps=200, text="x" * 5_000))):
            log.append(event)
            if number == 0:
                await asyncio.gather(*waiting)  # each has had one payload, and is never heard of again
                gc.collect()
                tracemalloc.start()
        own = sum(map(len, log.payloads(1)))
        held = tracemalloc.get_traced_memory()[0] - own
        tracemalloc.stop()
        for follower in followers:
            await follower.aclose()
        return held

    assert asyncio.run(ignore()) < 1_000_000
    assert log.over and log.followers == 0


def test_five_hundred_runs_leave_only_those_that_fit_in_memory(make: Callable[..., RunBook]) -> None:
    """Counted are the logs that are really still alive, not what the book says of itself."""
    book = make(slots=4, line=1000, keep_bytes=400_000)
    alive: weakref.WeakSet[RunLog] = weakref.WeakSet()
    for n in range(500):
        run = book.start(FakeRecipe(str(n), steps=3, size=20_000), "ada", paused=n % 50 == 0)
        log = book.get(run)
        alive.add(log)
        if n % 50 == 0:
            book.resume(run, "ada")
    del log
    until(lambda: not book.counts()["training"] and not book.counts()["waiting"])
    until(lambda: gc.collect() >= 0 and len(alive) <= 10)  # threads that are about to end hold some a moment longer
    assert 0 < sum(log.nbytes for log in alive) <= 400_000


# --- the server goes ---------------------------------------------------------------------------------------------


@pytest.mark.fault(27)
def test_what_was_learned_until_the_server_goes_can_be_loaded(
    make: Callable[..., RunBook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real training, ended in its middle; the file of the finished part is read back by the Python interface."""
    monkeypatch.setenv("PLAYGROUND_RUNS", str(tmp_path))
    book = make(InlineExecutor())
    book.keep_by(Library(book).keep)
    log = book.get(book.start(tiny_recipe("attention_seq2seq", "reverse", steps=20_000), "ada"))
    follower = map(orjson.loads, log.read())
    assert any(payload["type"] == "progress" for payload in follower)
    book.drain(10)
    assert "closing" in types(log) and types(log)[-1] == "done"
    (file,) = tmp_path.iterdir()
    run = api.load(file)
    assert file.name == f"run-{log.id}.safetensors" and 0 < log.tally.step < 20_000
    assert run.recipe == log.started.recipe if log.started else False
    assert run.explore("3 1 4").tokens


@pytest.mark.fault(27)
def test_a_server_that_cannot_end_tidily_ends_all_the_same(make: Callable[..., RunBook], monkeypatch: pytest.MonkeyPatch) -> None:
    """Told to end while a trainer is deaf and saving hangs: all followers are told, and the process is cut off in time."""
    codes: list[int] = []
    hanging, demo = threading.Event(), threading.Event()
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(logging, "shutdown", lambda: None)
    demo.close = lambda verbose=True: demo.set()  # type: ignore[attr-defined]
    book = make(ProcessExecutor(f"{HERE}:any_of", preload=("numpy", HERE)), slots=2)
    book.keep_by(lambda log: hanging.wait() and None)
    logs = [book.get(book.start(FakeRecipe(name, behaviour=name), "ada")) for name in ("deaf", "babbling")]
    until(lambda: all(log.snapshots for log in logs))
    leaving = threading.Thread(target=server._leave, args=(demo, book, 2.5))
    leaving.start()
    until(lambda: all({"closing", "done"} <= set(types(log)) for log in logs))
    until(lambda: codes == [1])
    assert not demo.is_set(), "saving still hangs: it was cut off"
    hanging.set()
    leaving.join()


def test_a_closing_server_starts_nothing_new_and_forgets_nobody_in_line(make: Callable[..., RunBook]) -> None:
    book = make()
    logs = [book.get(book.start(long(str(n)), "ada")) for n in range(10)]
    until(lambda: logs[0].status == "training")
    book.drain(5)
    for log in logs:
        assert types(log)[-2:] == ["closing", "done"] or {"closing", "done"} <= set(types(log))
        assert isinstance(log.end, Done) and log.end.reason == "stopped"
    assert not any("started" in types(log) for log in logs[1:])
