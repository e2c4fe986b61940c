"""The waiting line outlives its server: who waited waits again, in order and by name, and nobody trains twice."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from playground.app.library import Library
from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from playground.runs.line import Place
from playground.runs.seat import Order
from playground.storage import kept_runs
from playground.storage.kept_line import KeptLine
from tests.fakes import HERE, FakeRecipe
from tests.pages import new_page
from tests.small import tiny_recipe
from tests.test_runs import long, wait_until

ROOT = Path(__file__).parent.parent
OWNERS = [sha256(name.encode()).hexdigest() for name in "abcdefgh"]
SERVER = f"""
import time
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from tests.pages import new_page
from tests.small import tiny_recipe

page = new_page(RunBook(InlineExecutor(), slots=4, grace_s=600))
page.outlive()
for seed, owner in enumerate({OWNERS}):
    print(page.book.start(tiny_recipe("attention_seq2seq", "reverse", steps=20_000, seed=seed), owner), flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYGROUND_RUNS", str(tmp_path))
    return tmp_path


def place(name: str = "a", seed: int = 0, order: Order = "resume") -> Place:
    return Place(name * 22, OWNERS[0], tiny_recipe("attention_seq2seq", "reverse", seed=seed), order)


@pytest.mark.fault(56)
def test_after_a_kill_four_who_trained_are_kept_and_four_who_waited_train(own_folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            runs = [server.stdout.readline().strip() for _ in OWNERS]
            assert wait_until(lambda: all(kept_runs.find(run) for run in runs[:4]) and written(own_folder) == [runs[4:]], 60)
        finally:
            server.kill()
    page = new_page(RunBook(InlineExecutor(), slots=2, grace_s=600))
    page.outlive()
    logs = [page.library.log(run) for run in runs]
    assert [log.owner for log in logs] == OWNERS and [log.recipe.seed for log in logs] == list(range(8))
    assert all(log.kept and log.status == "stopped" and log.snapshots for log in logs[:4])
    assert not any(log.kept for log in logs[4:]) and [log.position for log in logs[6:]] == [(1, 2), (2, 2)]
    assert wait_until(lambda: all(log.snapshots for log in logs[4:6]))
    page.book.stop(runs[7], OWNERS[7])
    page.book.drain(5)
    assert written(own_folder) == [[]], "who was told that the server goes waits no more"


def test_a_run_without_weights_begins_again(own_folder: Path) -> None:
    """It trained, but nothing of it was saved."""
    book: RunBook = RunBook(InlineExecutor(f"{HERE}:train"), slots=1, grace_s=600)
    lines: list[list[Place]] = []
    book.keep_by(lambda log: None, lines.append)
    first = book.start(FakeRecipe("first", steps=10**6, pause_s=0.01, behaviour="train"), "ada", paused=True)
    others = [book.start(long(name), name) for name in "bc"]
    assert wait_until(lambda: bool(lines) and [p.id for p in lines[-1]] == [first, *others])
    assert [p.order for p in lines[-1]] == ["pause", "resume", "resume"]
    again: RunBook = RunBook(InlineExecutor(f"{HERE}:train"), slots=1, grace_s=600)
    again.take_up(lines[-1])
    assert wait_until(lambda: again.get(first).status == "paused") and again.get(others[1]).position == (2, 2)
    book.stop(others[0], "b")
    assert wait_until(lambda: [p.id for p in lines[-1]] == [first, others[1]])
    book.drain(5)
    again.drain(5)


def test_who_finds_no_room_is_left_out() -> None:
    book: RunBook = RunBook(InlineExecutor(f"{HERE}:train"), slots=1, line=2, grace_s=600)
    book.take_up(Place(str(i) * 22, str(i), long(str(i))) for i in range(5))
    assert [log.id[0] for log in sorted(book._line.live(), key=lambda log: log.id)] == ["0", "1", "2"]
    with pytest.raises(InputError):
        book.get("4" * 22)
    book.drain(5)


def test_two_servers_over_one_folder_leave_each_other_alone() -> None:
    living, beside = KeptLine(), KeptLine()
    living.keep([place("a", 1), place("b", 2, "pause")])
    assert beside.left() == []
    living.close()  # as the system does when its process ends
    assert beside.left() == [place("a", 1), place("b", 2, "pause")] and KeptLine().left() == []


def test_a_run_that_was_saved_since_waits_no_more(own_folder: Path) -> None:
    book: RunBook = RunBook(InlineExecutor(), slots=1, grace_s=600)
    book.keep_by(Library(book).keep)
    log = book.get(book.start(tiny_recipe("attention_seq2seq", "reverse"), OWNERS[0]))
    list(log.read())
    book.drain(5)
    gone = KeptLine()
    gone.keep([Place(log.id, log.owner, log.recipe), place()])
    gone.close()
    assert KeptLine().left() == [place()]


@pytest.mark.parametrize("text", [b"", b"[", b"{}", b"[1, null]", b'[{"id": "../../x"}]', b'[{"id": 3, "owner": 4}]', b"\xff"])
def test_what_is_damaged_costs_no_start(own_folder: Path, text: bytes) -> None:
    gone = KeptLine()
    gone.keep([place()])
    gone._path.write_bytes(text)
    gone.close()
    assert KeptLine().left() == []


def test_what_cannot_be_trained_any_more_is_left_out() -> None:
    gone = KeptLine()
    gone.keep([place("a"), place("b"), place("c"), place("d")])
    told = orjson.loads(gone._path.read_bytes())
    told[0]["recipe"]["architecture"] = "unheard of"
    told[1]["owner"] = "ada"
    told[2]["order"] = "stop"
    gone._path.write_bytes(orjson.dumps(told))
    gone.close()
    assert KeptLine().left() == [place("d")]


def test_a_folder_that_cannot_be_written_costs_the_keeping_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PLAYGROUND_RUNS", str(tmp_path / "file" / "below"))
    page = new_page(RunBook(InlineExecutor(f"{HERE}:train"), slots=1, grace_s=600))
    page.outlive()
    run = page.book.start(FakeRecipe(), "ada")  # type: ignore[arg-type]
    assert list(page.book.get(run).read())


def written(folder: Path) -> list[list[str]]:
    """The runs in every line on disk."""
    return [[one["id"] for one in orjson.loads(path.read_bytes())] for path in (folder / "line").glob("*.json")]
