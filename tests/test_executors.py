"""Where training runs, and what becomes of it when things go wrong. Real processes, fake training."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest

from playground.errors import InputError
from playground.runs.events import Done, Event, Failed, Progress, Snapshot, Started
from playground.runs.executors import Job
from playground.runs.executors.inline import InlineExecutor
from playground.runs.executors.process import ProcessExecutor
from playground.training.recipes import make
from tests.fakes import HERE, FakeRecipe

ANY = f"{HERE}:any_of"
PRELOAD = ("numpy", HERE)  # what makes starting a worker fast


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessExecutor]:
    executor = ProcessExecutor(ANY, preload=PRELOAD)
    yield executor
    executor.close()


def recipe(behaviour: str, **changes: object) -> FakeRecipe:
    return FakeRecipe(behaviour=behaviour, **changes)  # type: ignore[arg-type]


def until_progress(job: Job) -> Iterator[Event]:
    """The job's events, its first Progress already seen."""
    events = job.events()
    assert any(isinstance(event, Progress) for event in events)
    return events


def last(events: Iterator[Event]) -> Event:
    return list(events)[-1]


@pytest.mark.parametrize("method", ["inline", "forkserver", "spawn"])
def test_every_executor_gives_the_same_events(method: str) -> None:
    executor = InlineExecutor(ANY) if method == "inline" else ProcessExecutor(ANY, method=method, preload=PRELOAD)
    events = list(executor.submit(recipe("train")).events())
    executor.close()
    assert events == list(InlineExecutor(f"{HERE}:train").submit(recipe("train")).events())
    assert isinstance(events[0], Started)
    assert [event.step for event in events if isinstance(event, Snapshot)] == [0, 2, 4]
    assert isinstance(events[-1], Done)
    assert events[-1].reason == "finished"


def test_inline_errors_are_the_callers() -> None:
    with pytest.raises(KeyError):
        list(InlineExecutor(ANY).submit(recipe("buggy")).events())


def test_inline_stops() -> None:
    job = InlineExecutor(ANY).submit(recipe("endless"))
    events = until_progress(job)
    job.stop()
    assert getattr(last(events), "reason", None) == "stopped"


def test_inline_leaves_the_callers_thread_count_alone() -> None:
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        for _ in InlineExecutor(ANY).submit(recipe("train")).events():
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.fault(14)
def test_a_killed_worker_fails_alone_and_the_next_run_works(processes: ProcessExecutor) -> None:
    victim, neighbour = (processes.submit(recipe("endless")) for _ in range(2))
    victims_events, neighbours_events = until_progress(victim), until_progress(neighbour)
    assert any(isinstance(event, Snapshot) for event in victims_events), "something is kept before it ends"
    os.kill(victim.pid, signal.SIGKILL)
    end = last(victims_events)
    assert isinstance(end, Failed)
    assert "ended from outside" in end.cause
    assert "weights of step" in end.kept
    assert end.advice
    assert isinstance(next(neighbours_events), Progress | Snapshot)
    neighbour.stop()
    assert isinstance(last(neighbours_events), Done)
    assert isinstance(last(processes.submit(recipe("train")).events()), Done)


def fork_server() -> Any:
    return vars(forkserver)["_forkserver"]


@pytest.mark.fault(58)
def test_the_fork_server_may_be_killed_too(processes: ProcessExecutor) -> None:
    assert isinstance(last(processes.submit(recipe("train")).events()), Done)
    server: int = fork_server()._forkserver_pid
    os.kill(server, signal.SIGKILL)
    assert wait_until(lambda: not alive(server))
    assert isinstance(last(processes.submit(recipe("train")).events()), Done)


@pytest.mark.fault(58)
def test_a_cleared_temporary_folder_costs_no_run(processes: ProcessExecutor) -> None:
    """The socket of the fork server, and the whole folder in which a new one would lie; a neighbour goes on."""
    neighbour = processes.submit(recipe("endless"))
    neighbours_events = neighbour.events()
    assert isinstance(next(neighbours_events), Started)
    for cleared in (lambda path: path.unlink(), lambda path: shutil.rmtree(path.parent)):
        cleared(Path(fork_server()._forkserver_address))
        assert isinstance(last(processes.submit(recipe("train")).events()), Done)
    assert any(isinstance(next(neighbours_events), Progress) for _ in range(50))
    neighbour.stop()
    assert isinstance(last(neighbours_events), Done)


def test_a_temporary_folder_that_is_gone_altogether_is_made_anew(processes: ProcessExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(last(processes.submit(recipe("train")).events()), Done)
    with tempfile.TemporaryDirectory() as folder:  # pytest's are too long for the name of a socket
        gone = Path(folder) / "gone"
        monkeypatch.setattr(tempfile, "tempdir", str(gone))
        shutil.rmtree(Path(fork_server()._forkserver_address).parent)
        assert isinstance(last(processes.submit(recipe("train")).events()), Done)
        assert Path(fork_server()._forkserver_address).is_relative_to(gone)
    monkeypatch.undo()
    assert isinstance(last(processes.submit(recipe("train")).events()), Done)


@pytest.mark.fault(58)
def test_a_fork_server_killed_with_its_folder_cleared_is_replaced(processes: ProcessExecutor) -> None:
    assert isinstance(last(processes.submit(recipe("train")).events()), Done)
    server = fork_server()
    pid: int = server._forkserver_pid
    shutil.rmtree(Path(server._forkserver_address).parent)
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not alive(pid))
    assert isinstance(last(processes.submit(recipe("train")).events()), Done)


@pytest.mark.parametrize("behaviour", ["deaf", "babbling"])
def test_a_worker_that_does_not_listen_is_ended_also_without_its_fork_server(processes: ProcessExecutor, behaviour: str) -> None:
    job = processes.submit(recipe(behaviour))
    events = job.events()
    assert isinstance(next(events), Started)
    os.kill(fork_server()._forkserver_pid, signal.SIGKILL)
    assert wait_until(lambda: not alive(fork_server()._forkserver_pid))
    job.stop()
    end = last(events)
    assert isinstance(end, Done) and end.reason == "stopped"
    assert wait_until(lambda: not alive(job.pid))


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        ("vanishing", "ended from outside"),
        ("unfinished", "without a result"),
        ("buggy", "an error of ours"),
        ("out_of_memory", "the memory was full"),
        ("refused", "hidden is 10**9; at most 512 is allowed"),
        ("no_such_behaviour", "an error of ours"),
    ],
)
def test_every_crash_becomes_one_failed_that_shows_no_internals(processes: ProcessExecutor, behaviour: str, cause: str) -> None:
    events = list(processes.submit(recipe(behaviour)).events())
    end = events[-1]
    assert isinstance(end, Failed)
    assert cause in end.cause
    assert sum(isinstance(event, Done | Failed) for event in events) == 1
    assert not any(word in f"{end.cause}{end.kept}{end.advice}" for word in ("/home", "Traceback", "Error", ".py"))


def test_a_crash_is_logged_with_its_traceback(processes: ProcessExecutor, caplog: pytest.LogCaptureFixture) -> None:
    list(processes.submit(recipe("buggy")).events())
    assert "Traceback" in caplog.text
    assert "KeyError: '/home/secret/path'" in caplog.text


@pytest.mark.fault(14)
def test_a_worker_over_its_memory_cap_is_ended() -> None:
    executor = ProcessExecutor(ANY, memory_bytes=300 * 2**20, preload=PRELOAD)
    end = last(executor.submit(recipe("hungry")).events())
    assert isinstance(end, Failed)
    assert "more than 0.29 GiB of memory" in end.cause


def test_silence_is_no_error(processes: ProcessExecutor) -> None:
    assert isinstance(last(processes.submit(recipe("silent")).events()), Done)


def test_stop_is_cooperative_and_may_be_repeated(processes: ProcessExecutor) -> None:
    job = processes.submit(recipe("endless"))
    events = until_progress(job)
    for _ in range(10):
        job.stop()
    end = last(events)
    job.stop()
    assert isinstance(end, Done)
    assert (end.reason, end.metrics) == ("stopped", {"score": 0.5})  # its own words


@pytest.mark.parametrize("behaviour", ["deaf", "babbling"])
def test_a_trainer_that_does_not_listen_is_killed(processes: ProcessExecutor, behaviour: str) -> None:
    job = processes.submit(recipe(behaviour))
    events = until_progress(job)
    job.stop()
    end = last(events)
    assert isinstance(end, Done)
    assert end.reason == "stopped"
    assert wait_until(lambda: not alive(job.pid))


def test_a_job_nobody_reads_any_more_ends(processes: ProcessExecutor) -> None:
    job = processes.submit(recipe("endless"))
    until_progress(job).close()  # type: ignore[attr-defined]
    assert wait_until(lambda: not alive(job.pid))


def test_close_ends_all() -> None:
    executor = ProcessExecutor(ANY, preload=PRELOAD)
    jobs = [executor.submit(recipe("deaf")) for _ in range(2)]
    executor.close()
    assert all(getattr(last(job.events()), "reason", None) == "stopped" for job in jobs)
    assert wait_until(lambda: not any(alive(job.pid) for job in jobs))


def test_warm_is_not_needed_but_harmless() -> None:
    executor = ProcessExecutor(ANY, preload=("json", "no_such_module"))
    executor.warm().join(timeout=30)
    assert isinstance(last(executor.submit(recipe("train")).events()), Done)


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path, method: str) -> None:
    script = tmp_path / "parent.py"
    script.write_text(f"""
import time
from playground.runs.executors.process import ProcessExecutor
from playground.training.recipes import make
from tests.fakes import FakeRecipe
if __name__ == "__main__":
    job = ProcessExecutor({ANY!r}, method={method!r}, preload=()).submit(FakeRecipe(behaviour="deaf"))
    events = job.events()
    next(events)
    print(job.pid, flush=True)
    time.sleep(60)
""")
    root = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, cwd=root, env=environment)
    with parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert alive(worker)
        parent.kill()
    assert wait_until(lambda: not alive(worker))


def test_an_input_error_inline_keeps_its_type() -> None:
    with pytest.raises(InputError):
        list(InlineExecutor(ANY).submit(recipe("refused")).events())


def alive(pid: int) -> bool:
    """Is it running? A zombie that nobody has collected yet is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], timeout_s: float = 20.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_the_same_recipe_has_the_same_losses_alone_and_beside_another_training() -> None:
    """Bit for bit: seeds are private, every worker has one thread, and nothing of a neighbour is shared."""
    settled = make("attention_seq2seq", "reverse", seed=5, device="cpu", training_options={"steps": 8, "batch_size": 8})
    other = make("seq2seq", "copy", seed=6, device="cpu", training_options={"steps": 8, "batch_size": 8})
    executor = ProcessExecutor()
    try:
        alone = losses(executor.submit(settled).events())
        beside = [executor.submit(one) for one in (settled, other, settled)]
        first, neighbour, second = (losses(job.events()) for job in beside)
    finally:
        executor.close()
    assert alone == first == second == losses(InlineExecutor().submit(settled).events())
    assert len(alone) == 8 and neighbour != alone


def losses(events: Iterable[Event]) -> list[float]:
    return [loss for event in events if isinstance(event, Progress) for _, _, loss in event.losses]
