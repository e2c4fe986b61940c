"""Training in a Ray cluster, here one head on this machine: what holds for processes holds there too, and what can happen to a head."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

import app
import playground
from playground.runs.book import RunBook
from playground.runs.events import Done, Event, Failed, Paused, Progress, Resumed, Snapshot, Started
from playground.runs.executors import Job, pick_executor
from playground.runs.executors import ray as rays
from playground.runs.executors.inline import InlineExecutor
from playground.runs.executors.process import ProcessExecutor
from playground.runs.executors.ray import RayExecutor
from playground.training.recipes import make
from tests.fakes import HERE, FakeRecipe
from tests.ray_head import Head

ANY = f"{HERE}:any_of"


@pytest.fixture(scope="module")
def head() -> Iterator[Head]:
    with tempfile.TemporaryDirectory(prefix="ray") as folder:  # sockets need a short path
        head = Head(Path(folder))
        yield head
        head.kill()


@pytest.fixture(scope="module")
def cluster(head: Head) -> Iterator[RayExecutor]:
    """Of an executor that was made before its head was there."""
    executor = RayExecutor(head.address, ANY, memory_bytes=600 * 2**20, patience_s=10.0)
    yield executor
    executor.close()


def recipe(behaviour: str, **changes: Any) -> FakeRecipe:
    return FakeRecipe(behaviour=behaviour, **changes)


def of(job: Job, kind: type[Event], events: Iterator[Event] | None = None) -> tuple[Any, Iterator[Event]]:
    """The job's next event of this kind, and those after it."""
    events = events or job.events()
    return next(event for event in events if isinstance(event, kind)), events


def last(events: Iterator[Event]) -> Event:
    return list(events)[-1]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(holds: Callable[[], bool], limit_s: float = 30.0) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def started(cluster: RayExecutor, recipe: FakeRecipe) -> tuple[Job, Iterator[Event], int]:
    """A run under way, and the process in the cluster that trains it."""
    job = cluster.submit(recipe)
    progress, events = of(job, Progress)
    return job, events, int(progress.samples[0].output[0])


# --- the head is down, then up (the order of these tests matters) ----------------------------------------------------


@pytest.mark.fault(16)
def test_a_head_that_is_down_is_told_by_each_run_and_found_once_it_is_up(head: Head, cluster: RayExecutor) -> None:
    book = RunBook(cluster, slots=2, grace_s=60)
    start = time.monotonic()
    log = book.get(book.start(FakeRecipe("early"), "ada"))
    end = orjson.loads(list(log.read())[-1])
    assert end["cause"] == "Ray, which trains the models, could not be reached"
    assert end["advice"].startswith("train again in a minute") and head.address not in str(end)
    assert time.monotonic() - start < 60
    head.start()
    log = book.get(book.start(FakeRecipe("late"), "ada"))
    assert orjson.loads(list(log.read())[-1])["type"] == "done"


def test_the_same_losses_and_weights_as_inline(head: Head) -> None:
    settled = make("attention_seq2seq", "reverse", seed=5, device="cpu", training_options={"steps": 6, "batch_size": 8})
    executor = RayExecutor(head.address)
    there, here = list(executor.submit(settled).events()), list(InlineExecutor().submit(settled).events())
    executor.close()
    losses = [[loss for event in run if isinstance(event, Progress) for _, _, loss in event.losses] for run in (there, here)]
    weights = [[event.weights for event in run if isinstance(event, Snapshot)] for run in (there, here)]
    assert losses[0] == losses[1] and len(losses[0]) == 6
    assert weights[0] == weights[1]
    assert there[0] == here[0] and isinstance(there[-1], Done)


def test_a_sweep_in_the_cluster_is_the_sweep_trained_here(head: Head, cluster: RayExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the head's address in the environment, as a server has it."""
    monkeypatch.setenv("RAY_ADDRESS", head.address)
    tiny = {"model_options": {"embedding": 8}, "training_options": {"steps": 6, "batch_size": 8}, "device": "cpu"}
    there, here = (playground.sweep("seq2seq", "reverse", "hidden", [8, 16], seeds=2, executor=name, **tiny) for name in ("ray", "inline"))
    assert [point[:4] for point in there.points] == [point[:4] for point in here.points] and len(there.points) == 4
    for key, run in there.runs.items():
        assert [loss for *_, loss in run.history["losses"]] == [loss for *_, loss in here.runs[key].history["losses"]]


def test_pause_one_step_and_going_on(cluster: RayExecutor) -> None:
    job = cluster.submit(recipe("endless"), paused=True)
    stream = job.events()
    assert [type(next(stream)) for _ in range(2)] == [Started, Paused]
    job.step()
    assert [type(next(stream)) for _ in range(2)] == [Resumed, Progress]
    of(job, Paused, stream)
    job.resume()
    assert isinstance(next(stream), Resumed)
    job.pause()
    of(job, Paused, stream)
    for _ in range(10):
        job.stop()
    end = last(stream)
    job.stop()
    assert isinstance(end, Done)
    assert (end.reason, end.metrics) == ("stopped", {"score": 0.5})  # its own words


def test_a_killed_worker_fails_with_its_curve(cluster: RayExecutor) -> None:
    job, events, pid = started(cluster, recipe("telling_pid"))
    of(job, Snapshot, events)
    os.kill(pid, signal.SIGKILL)
    end = last(events)
    assert isinstance(end, Failed)
    assert "ended from outside" in end.cause and "weights of step" in end.kept and end.advice


@pytest.mark.parametrize("how", ["close", "stop"])
def test_what_is_ended_here_ends_there(head: Head, how: str) -> None:
    mine = RayExecutor(head.address, ANY, patience_s=0.3)
    job, events, pid = started(mine, recipe("babbling_pid"))
    mine.close() if how == "close" else job.stop()
    assert getattr(last(events), "reason", None) == "stopped"
    until(lambda: not alive(pid))


@pytest.mark.parametrize(("behaviour", "cause"), [("buggy", "an error of ours"), ("hungry", "more than 0.59 GiB of memory")])
def test_every_crash_becomes_one_failed_that_shows_no_internals(cluster: RayExecutor, behaviour: str, cause: str) -> None:
    *_, end = cluster.submit(recipe(behaviour)).events()
    assert isinstance(end, Failed)
    assert cause in end.cause and "weights of step" in end.kept
    assert not any(word in f"{end.cause}{end.kept}{end.advice}" for word in ("/home", "Traceback", "Error", ".py"))


def test_a_trainer_takes_one_core_and_knows_neither_page_nor_gradio(head: Head) -> None:
    executor = RayExecutor(head.address, f"{HERE}:where")
    progress, _ = of(executor.submit(recipe("where")), Progress)
    executor.close()
    cores, threads, modules = (part[0] for part in (sample.output for sample in progress.samples))
    assert (cores, threads, modules) == ("1.0", "1", "[]")


@pytest.mark.fault(16)
def test_a_head_that_dies_mid_run_leaves_curve_and_film_within_bounded_time_and_may_come_back(head: Head, cluster: RayExecutor) -> None:
    book = RunBook(cluster, slots=2, grace_s=60)
    log = book.get(book.start(recipe("endless"), "ada"))
    until(lambda: len(log.snapshots) > 2)
    head.kill()
    start = time.monotonic()
    end = orjson.loads(list(log.read())[-1])
    assert time.monotonic() - start < 60
    assert end["type"] == "failed" and end["cause"] == "the connection to Ray, which trains the models, was lost"
    assert "weights of step" in end["kept"] and log.snapshot() is not None and log.tally.step > 2
    head.start()
    log = book.get(book.start(recipe("train"), "ada"))
    assert orjson.loads(list(log.read())[-1])["type"] == "done"
    book.drain(5)


# --- without a head ------------------------------------------------------------------------------------------------------


def test_a_head_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        executor = RayExecutor(f"127.0.0.1:{mute.getsockname()[1]}", ANY, reach_s=1.0)
        start = time.monotonic()
        end = last(executor.submit(recipe("train")).events())
        assert isinstance(end, Failed) and "could not be reached" in end.cause
        assert time.monotonic() - start < 60


def test_stop_while_the_head_is_being_looked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        executor = RayExecutor(f"127.0.0.1:{mute.getsockname()[1]}", ANY, patience_s=0.2, reach_s=60.0)
        job = executor.submit(recipe("train"))
        job.stop()
        end = last(job.events())
    assert isinstance(end, Done) and end.reason == "stopped"


def test_which_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert type(pick_executor()) is type(pick_executor("process")) is ProcessExecutor
    found = pick_executor("ray")
    assert isinstance(found, RayExecutor) and found.cluster.address == "auto"
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert type(pick_executor("process")) is ProcessExecutor
    found = pick_executor()
    assert isinstance(found, RayExecutor) and found.cluster.address == "10.0.0.1:6379"
    assert "ray" not in sys.modules, "the server itself never loads it"


def test_ray_that_is_not_installed_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(rays, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["app.py", "--executor", "ray"])
    with pytest.raises(SystemExit) as ended:
        app.main()
    said = capsys.readouterr().err
    assert ended.value.code == 2 and "Traceback" not in said
    assert "Ray is not installed. Run `pip install 'ray>=2.50,<3'`, or start with `--executor process`." in said
