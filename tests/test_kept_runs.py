"""Runs that outlive their server: written while they train and once they end, found by their name, checked like any file."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from playground import api
from playground.app.library import Library, arrived
from playground.app.links import from_query
from playground.app.sessions import Visitor
from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from playground.runs.keeper import Keeper
from playground.runs.log import RunLog
from playground.storage import checkpoints, kept_runs
from tests.fakes import FakeRecipe, progress, train
from tests.hand_clock import HandClock
from tests.small import tiny_recipe

ROOT = Path(__file__).parent.parent
ADA = sha256(b"ada").hexdigest()
SERVER = f"""
import sys, time
from playground.app.library import Library
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from tests.small import tiny_recipe

book = RunBook(InlineExecutor(), slots=1, grace_s=60)
book.keep_by(Library(book).keep)
print(book.start(tiny_recipe("attention_seq2seq", "reverse", steps=int(sys.argv[1])), "{ADA}"), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunLog, Path]]:
    """A run that had ended before its server went, and its file."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYGROUND_RUNS", str(folder))
        book = RunBook(InlineExecutor(), slots=1, grace_s=60)
        book.keep_by(Library(book).keep)
        log = book.get(book.start(tiny_recipe("attention_seq2seq", "reverse", steps=400), "ada"))
        list(log.read())
        book.drain(5)
    (file,) = folder.iterdir()
    return log, file


@pytest.fixture
def after(ended: tuple[RunLog, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[RunLog, Path, Library]:
    """The same after a new start: the run, its file in a folder of its own, and a server that knows nothing yet."""
    monkeypatch.setenv("PLAYGROUND_RUNS", str(tmp_path))
    file = tmp_path / ended[1].name
    file.write_bytes(ended[1].read_bytes())
    return ended[0], file, Library(RunBook(InlineExecutor(), slots=1, grace_s=60))


def told(log: RunLog, kind: str) -> list[dict[str, Any]]:
    return [event for event in map(orjson.loads, log.payloads()) if event["type"] == kind]


def curve(log: RunLog, name: str = "losses") -> list[list[float]]:
    return [row for event in told(log, "progress") for row in event[name]]


def changed(file: Path, **history: Any) -> None:
    """Other things in the header of a kept file."""
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    about = json.loads(header["__metadata__"]["playground"])
    about["history"] = {**about["history"], **history}
    header["__metadata__"]["playground"] = json.dumps(about)
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])


def test_a_link_finds_the_run_with_curve_and_film(after: tuple[RunLog, Path, Library]) -> None:
    log, _, library = after
    visit = arrived(from_query({"run": log.id}), library)
    assert (visit.run, visit.shown) == (log.id, log.id) and "read back from disk" in (visit.notice or "")
    found = library.book.get(log.id)
    assert found.kept and found.over and found.status == "done" and found.owner == ""
    assert log.started and visit.recipe == replace(log.started.recipe, device=visit.recipe.device)
    whole, thin = curve(log), curve(found)
    assert len(thin) <= kept_runs.POINTS + 1 and [thin[0][0], thin[-1][0]] == [whole[0][0], whole[-1][0]]
    assert [event["score"] for event in told(found, "progress")] == pytest.approx(
        [event["score"] for event in told(log, "progress") if event["score"] is not None], rel=1e-3
    )
    assert [frame["pinned"]["output"] for frame in told(found, "snapshot")] == [
        frame["pinned"]["output"] for frame in told(log, "snapshot")
    ]
    assert told(found, "done")[0]["metrics"] == told(log, "done")[0]["metrics"]
    assert library.run(visit.slot).explore("3 1 4").tokens
    assert arrived(from_query({"run": log.id}), library).shown == log.id, "and again, now from memory"
    assert library.book.counts()["finished"] == 1


def test_a_file_without_a_curve_says_so(after: tuple[RunLog, Path, Library]) -> None:
    log, file, library = after
    checkpoints.save(file, replace(checkpoints.load(file), history={}))
    visit = arrived(from_query({"run": log.id}), library)
    assert visit.shown == log.id and "without its curve" in (visit.notice or "")
    assert library.run(visit.slot).explore("3 1 4").tokens


@pytest.mark.parametrize(
    "frames",
    [
        *(5, [None], ["x"], [{"step": 1}]),
        *([{"step": 1, "score": 0, "best": 0, "pinned": pinned}] for pinned in (
            {}, {"output": [3]}, {"output": "ab"}, {"attention": 3}, {"output": ["a"], "attention": {"onload": "x"}}
        )),
    ],
)  # fmt: skip
def test_frames_that_no_page_could_draw_are_left_out(after: tuple[RunLog, Path, Library], frames: Any) -> None:
    log, file, library = after
    changed(file, frames=frames, end=["x", "<b>"])
    found = library.log(log.id)
    assert not told(found, "snapshot") and curve(found) and told(found, "done")[0]["reason"] == "stopped"


def test_a_damaged_file_is_a_run_no_longer_kept(after: tuple[RunLog, Path, Library]) -> None:
    log, file, library = after
    whole = file.read_bytes()
    for damaged in (b"", whole[:-9], b"\x80\x04pickle", whole[:200] + b"\0" * 50 + whole[250:]):
        file.write_bytes(damaged)
        with pytest.raises(InputError, match="no longer kept"):
            library.log(log.id)
    changed_losses = [[0, 0.0, "x"]]
    file.write_bytes(whole)
    changed(file, losses=changed_losses)
    visit = arrived(from_query({"run": log.id, "seed": "7"}), library)
    assert visit.run is None and visit.recipe.seed == 7 and "Run not found" in (visit.notice or "")


@pytest.mark.fault(31)
@pytest.mark.parametrize("name", ["", "..", "../" * 7 + "a", "/etc/passwd", "A" * 22, "A" * 21 + "\0", "uploaded-" + "0" * 32])
def test_names_that_are_not_ours_open_no_file(after: tuple[RunLog, Path, Library], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    *_, library = after
    monkeypatch.setattr(checkpoints, "load", lambda path: pytest.fail(f"opened {path}"))
    with pytest.raises(InputError, match="no longer kept"):
        library.log(name)


def test_what_is_kept_is_read_by_the_python_interface(after: tuple[RunLog, Path, Library]) -> None:
    log, file, _ = after
    run = api.load(file)
    assert run.history["losses"] and run.figure("learning").data and log.id in file.name


@pytest.mark.fault(30)
def test_runs_of_the_same_recipe_kept_at_once_are_all_there(after: tuple[RunLog, Path, Library]) -> None:
    """Their names differ, whatever they were made of; ten who open one link at once share one run."""
    log, file, library = after
    learned = checkpoints.load(file)
    names = [f"{n}" * 22 for n in range(8)]
    twins = [RunLog(name, log.recipe, "ada") for name in names]
    for twin in twins:
        assert log.started and log.end
        for event in (log.started, log.snapshots[-1], log.end):
            twin.append(event)
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda twin: kept_runs.keep(twin, learned), twins))
        found = list(pool.map(library.log, names))
        same = list(pool.map(library.log, [log.id] * 10))
    assert len(set(paths)) == 8 and all(path.exists() for path in paths)
    assert [one.id for one in found] == names and all(one.snapshots for one in found)
    assert {id(one) for one in same} == {id(library.book.get(log.id))}


@pytest.mark.fault(56)
@pytest.mark.parametrize(("steps", "status"), [(60, "done"), (4_000, "stopped")])
def test_a_server_that_is_killed_loses_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int, status: str) -> None:
    """SIGKILL after the run has ended, or in the middle of it: another server has it for its owner, as far as it was saved."""
    monkeypatch.setenv("PLAYGROUND_RUNS", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", SERVER, str(steps)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            run_id = server.stdout.readline().strip()
            until(lambda: (found := kept_runs.find(run_id)) is not None and found.status == status and len(curve(found)) > 1)
        finally:
            server.kill()
    library = Library(RunBook(InlineExecutor(), slots=1, grace_s=60))
    visit = arrived(from_query({"run": run_id}), library)
    found = library.log(run_id)
    assert visit.shown == run_id and found.status == status
    assert library.called(run_id, Visitor(ADA)).startswith("your run")
    assert library.called(run_id, Visitor(sha256(b"bob").hexdigest())) == "shared run"
    assert told(found, "snapshot") and found.snapshots[-1].step == found.tally.step >= curve(found)[-1][0] > 0
    assert (found.tally.step == steps) == (status == "done")
    assert library.run(visit.slot).explore("3 1 4").tokens


def test_no_file_holds_what_a_tab_calls_itself(after: tuple[RunLog, Path, Library]) -> None:
    log, file, library = after
    assert log.owner == "ada" and checkpoints.load(file).history["owner"] == ""
    changed(file, owner=["x"])
    assert library.log(log.id).owner == ""


def test_a_run_under_way_is_saved_at_its_snapshots_but_not_oftener_than_every_two_seconds() -> None:
    """Its newest state is written, and its end at once, whatever the clock says."""
    clock, saved, log = HandClock(), [], RunLog("a", FakeRecipe(), ADA)
    keeper: Keeper = Keeper(lambda log: saved.append((len(log.snapshots), log.over)), every_s=2.0, clock=clock)
    events = list(train(FakeRecipe(steps=5)))
    log.append(events[0])
    keeper.watch(log)
    clock.turn(2.0)
    assert not saved, "nothing is learned yet"
    for event in events[1:3]:
        log.append(event)
    clock.turn(2.0)
    assert saved == [(1, False)]
    for event in events[3:-1]:
        log.append(event)
    keeper.look()
    clock.turn(1.0)
    assert saved == [(1, False)], "too soon"
    clock.turn(2.0)
    assert saved == [(1, False), (3, False)]
    log.append(progress(5, FakeRecipe()))
    clock.turn(2.0)
    assert len(saved) == 2, "nothing new is learned"
    log.append(events[-1])
    keeper.look()
    until(lambda: saved[2:] == [(3, True)])
    keeper.finish([])
    assert len(saved) == 3, "what has ended is saved once"


def test_a_run_that_cannot_be_saved_costs_the_others_nothing() -> None:
    saved = []

    def keep(log: RunLog) -> None:
        if log.id == "a":
            raise OSError("disk full")
        saved.append(log.id)

    keeper: Keeper = Keeper(keep)
    for name in "abc":
        log = RunLog(name, FakeRecipe(), ADA)
        for event in train(FakeRecipe()):
            log.append(event)
        keeper.watch(log)
    until(lambda: saved == ["b", "c"])
    keeper.finish([])
    assert saved == ["b", "c"]


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)
