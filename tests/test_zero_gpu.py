"""Training on a GPU that a Space borrows for seconds. The package that lends it has a stand-in, with processes of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from playground.runs.book import RunBook
from playground.runs.events import Done, Event, Failed, Paused, Progress, Resumed, Snapshot, Started
from playground.runs.executors import on_zero_gpu, pick_executor
from playground.runs.executors.inline import InlineExecutor
from playground.runs.executors.process import ProcessExecutor
from playground.runs.executors.zero import LONGEST_S, REFUSED, TAKEN_BACK, ZeroExecutor, lent_s
from playground.training.recipes import make
from tests.borrowed_gpu import VISITOR, Refusal, Spaces
from tests.fakes import HERE, FakeRecipe

ANY = f"{HERE}:any_of"


@pytest.fixture
def spaces(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spaces]:
    monkeypatch.setitem(sys.modules, "spaces", module := Spaces())
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    yield module
    module.end()


@pytest.fixture
def zero(spaces: Spaces) -> Iterator[ZeroExecutor]:
    executor = ZeroExecutor(ANY, expect=lambda recipe: recipe.expected_s, preload=("numpy", HERE))
    yield executor
    executor.close()


def recipe(behaviour: str = "train", **changes: Any) -> FakeRecipe:
    return FakeRecipe(behaviour=behaviour, device="cuda", **changes)


def until(kind: type[Event], events: Iterator[Event]) -> Any:
    return next(event for event in events if isinstance(event, kind))


def test_the_same_events_as_inline(zero: ZeroExecutor, spaces: Spaces) -> None:
    for _ in range(2):
        there = list(zero.submit(recipe()).events())
        assert there == list(InlineExecutor(ANY).submit(recipe()).events()) and isinstance(there[-1], Done)
    assert spaces.forked == 1, "the second run came to a process that was there already"


def test_the_same_losses_and_weights_as_inline(spaces: Spaces) -> None:
    train = f"{HERE}:train_on_the_cpu"
    settled = make("attention_seq2seq", "reverse", seed=5, device="cuda", training_options={"steps": 6, "batch_size": 8})
    there = list(ZeroExecutor(train, expect=lambda recipe: 1.0).submit(settled).events())
    here = list(InlineExecutor(train).submit(settled).events())
    losses = [[loss for event in run if isinstance(event, Progress) for _, _, loss in event.losses] for run in (there, here)]
    weights = [[event.weights for event in run if isinstance(event, Snapshot)] for run in (there, here)]
    assert losses[0] == losses[1] and len(losses[0]) == 6 and weights[0] == weights[1] and there[0] == here[0]


def test_how_long_a_gpu_is_asked_for(zero: ZeroExecutor, spaces: Spaces) -> None:
    list(zero.submit(recipe(expected_s=4.2)).events())
    list(zero.submit(recipe(expected_s=500.0)).events())
    assert spaces.asked == [lent_s(4.2), LONGEST_S] == [24, 120]
    assert lent_s(0.1) >= 15, "a process has to start"


@pytest.mark.parametrize("refusal", [Refusal("You have exceeded your quota"), RuntimeError("/schedule error: 500"), ConnectionError()])
def test_a_refusal_costs_no_run(refusal: Exception, zero: ZeroExecutor, spaces: Spaces) -> None:
    spaces.refusal = refusal
    started, *rest = zero.submit(recipe()).events()
    assert started == Started(5, 1234, "cpu", replace(recipe(), device="cpu"), (0, 2, 4), REFUSED)
    assert rest == list(InlineExecutor(ANY).submit(recipe()).events())[1:]
    spaces.refusal = None
    assert until(Started, zero.submit(recipe()).events()).notice == "", "the next run asks again"


def test_a_refusal_is_told_to_whoever_follows(zero: ZeroExecutor, spaces: Spaces) -> None:
    spaces.refusal = Refusal("You have exceeded your quota")
    book: RunBook[FakeRecipe] = RunBook(zero, slots=1)
    told = [orjson.loads(payload) for payload in book.get(book.start(recipe(), "ada")).read()]
    assert [event["notice"] for event in told if event["type"] == "started"] == [REFUSED]
    assert told[-1]["type"] == "done" and not book.lost
    book.drain(5)


def test_a_gpu_is_borrowed_with_the_quota_of_who_asked_whoever_makes_room(zero: ZeroExecutor, spaces: Spaces) -> None:
    """A run that waited is begun by the thread of the run before it."""
    book: RunBook[FakeRecipe] = RunBook(zero, slots=1, grace_s=60)
    runs = []
    for visitor in ("ada", "ben"):
        token = VISITOR.set(visitor)
        runs.append(book.get(book.start(recipe(name=visitor, pause_s=0.05), visitor)))
        VISITOR.reset(token)
    for log in runs:
        assert orjson.loads(list(log.read())[-1])["type"] == "done"
    assert spaces.visitors == ["ada", "ben"]
    book.drain(5)


def test_pause_one_step_going_on_and_stop(zero: ZeroExecutor) -> None:
    job = zero.submit(recipe("endless"))
    stream = job.events()
    until(Progress, stream)
    job.pause()
    until(Paused, stream)
    job.step()
    assert [type(next(stream)) for _ in range(2)] == [Resumed, Progress]
    until(Paused, stream)
    job.resume()
    assert isinstance(next(stream), Resumed)
    for _ in range(3):
        job.stop()
    *_, end = stream
    assert isinstance(end, Done) and (end.reason, end.metrics) == ("stopped", {"score": 0.5}), "its own words"


def test_what_is_stepped_by_hand_from_its_start_borrows_nothing(zero: ZeroExecutor, spaces: Spaces) -> None:
    job = zero.submit(recipe(), paused=True)
    stream = job.events()
    assert [type(next(stream)) for _ in range(2)] == [Started, Paused] and not spaces.asked
    job.resume()
    *_, end = stream
    assert isinstance(end, Done)


def test_the_cpu_that_is_chosen_is_taken(zero: ZeroExecutor, spaces: Spaces) -> None:
    *_, end = zero.submit(replace(recipe(), device="cpu")).events()
    assert isinstance(end, Done) and not spaces.asked


def test_stop_while_a_gpu_is_waited_for(zero: ZeroExecutor, spaces: Spaces) -> None:
    """Nobody waits with it; once the GPU is there it is given back."""
    free, given_back = threading.Event(), threading.Event()
    spaces.waits = free.wait
    lent = zero.lent

    def watched(*given: Any) -> Iterator[Any]:
        words = list(lent(*given))
        assert isinstance(words[-1], Done) and words[-1].reason == "stopped"
        given_back.set()
        yield from words

    zero.lent = watched
    job = zero.submit(recipe("endless"))
    job.stop()
    assert list(job.events()) == [Done(0, "stopped", {}, 0.0)]
    free.set()
    assert given_back.wait(60)


def test_what_was_said_while_a_gpu_was_waited_for_holds_on_the_cpu_too(zero: ZeroExecutor, spaces: Spaces) -> None:
    spaces.refusal = Refusal()
    job = zero.submit(recipe("endless"))
    job.pause()
    stream = job.events()
    until(Paused, stream)
    job.step()
    assert isinstance(next(stream), Resumed)
    until(Paused, stream)
    job.stop()
    *_, end = stream
    assert isinstance(end, Done) and end.reason == "stopped"


def test_a_gpu_that_is_taken_back_leaves_the_curve(zero: ZeroExecutor, spaces: Spaces) -> None:
    stream = zero.submit(recipe("endless")).events()
    until(Snapshot, stream)
    spaces.end()
    *_, end = stream
    assert isinstance(end, Failed) and (end.cause, end.advice) == TAKEN_BACK
    assert "weights of step" in end.kept and not end.device_lost


@pytest.mark.parametrize(
    ("behaviour", "cause"), [("buggy", "an error of ours"), ("refused", "hidden is 10**9"), ("unfinished", "without a")]
)
def test_every_crash_becomes_one_failed(behaviour: str, cause: str, zero: ZeroExecutor) -> None:
    *_, end = zero.submit(recipe(behaviour)).events()
    assert isinstance(end, Failed) and cause in end.cause and "/home" not in str(end)


def test_one_that_does_not_listen_is_given_up(zero: ZeroExecutor, spaces: Spaces) -> None:
    zero.patience_s = 0.1
    job = zero.submit(recipe("deaf"))
    stream = job.events()
    until(Snapshot, stream)
    job.stop()
    *_, end = stream
    assert isinstance(end, Done) and end.reason == "stopped"


def test_which_executor(spaces: Spaces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    found = pick_executor(None, "cuda", expect=lambda recipe: 1.0)
    assert isinstance(found, ZeroExecutor) and found._context.get_start_method() != "spawn"
    assert type(pick_executor("process")) is ProcessExecutor
    for value in ("", "0", "false"):
        monkeypatch.setenv("SPACES_ZERO_GPU", value)
        assert not on_zero_gpu() and type(pick_executor()) is ProcessExecutor
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setitem(sys.modules, "spaces", None)
    monkeypatch.setattr("playground.runs.executors.find_spec", lambda name: None)
    assert type(pick_executor()) is ProcessExecutor, "the package is not installed"


def test_elsewhere_nothing_of_it_is_imported() -> None:
    script = "import sys; from playground.app import create_app; create_app('cpu'); "
    script += "print([name for name in sys.modules if name.endswith('executors.zero') or name.split('.')[0] == 'spaces'])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"
