"""Work aside: what hangs, dies or grows in a process of its own costs that process and nothing else."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.disk import write_whole
from playground.errors import InputError
from playground.processes import Aside, Ended, Late, starting
from tests.harmful import MB, burst, die, fail, hang, hang_in_c

NEVER_S = 60.0  # no test waits for it


@pytest.fixture(scope="module")
def aside() -> Iterator[Aside]:
    starting.context(preload=["playground.api", "pytest"])
    made = Aside([__name__], memory_bytes=256 * MB)
    yield made
    made.close()


def refuse(text: str) -> None:
    raise InputError(text, (("a", True),))


def grow(size: int) -> int:
    return len(bytearray(size))


def wait_for(path: Path) -> int:
    """Says that it has begun, and ends when somebody makes this file."""
    write_whole(path.with_name("began"), str(os.getpid()).encode())
    while not path.exists():
        time.sleep(0.01)
    return os.getpid()


def wait_until_there(path: Path) -> list[int]:
    while not path.exists():
        time.sleep(0.01)
    return [int(path.read_text())]


def pid(aside: Aside) -> int:
    return aside.call(os.getpid, deadline_s=NEVER_S)


def test_a_process_is_kept_and_asked_again(aside: Aside) -> None:
    first = pid(aside)
    assert first != os.getpid() and first == pid(aside)
    assert aside.call(sorted, [3, 1, 2], deadline_s=NEVER_S) == [1, 2, 3]


def test_a_refusal_comes_back_as_it_was_and_costs_no_process(aside: Aside) -> None:
    before = pid(aside)
    with pytest.raises(InputError, match=r"no\.") as caught:
        aside.call(refuse, "no.", deadline_s=NEVER_S)
    assert caught.value.tokens == (("a", True),) and pid(aside) == before


def test_an_error_comes_back_with_where_it_was_raised(aside: Aside) -> None:
    before = pid(aside)
    with pytest.raises(KeyError, match="lost") as caught:
        aside.call(fail, deadline_s=NEVER_S)
    assert "in fail" in str(caught.value.__notes__) and pid(aside) != before


@pytest.mark.parametrize("function", [hang, hang_in_c])
def test_what_hangs_is_ended_at_its_deadline_and_the_next_is_answered(aside: Aside, function: object) -> None:
    before = pid(aside)
    with pytest.raises(Late):
        aside.call(function, deadline_s=0.05)  # type: ignore[arg-type]
    assert not alive(before) and pid(aside) != before


def test_one_that_was_killed_while_idle_is_replaced_unseen(aside: Aside) -> None:
    before = pid(aside)
    os.kill(before, signal.SIGKILL)
    assert pid(aside) not in (before, os.getpid())


def test_what_kills_its_process_twice_is_told_and_the_next_is_answered(aside: Aside) -> None:
    with pytest.raises(Ended, match="die"):
        aside.call(die, deadline_s=NEVER_S)
    assert pid(aside) != os.getpid()


def test_what_grows_too_large_fails_alone(aside: Aside) -> None:
    before = pid(aside)
    with pytest.raises(MemoryError):
        aside.call(burst, deadline_s=NEVER_S)
    assert aside.call(grow, 64 * MB, deadline_s=NEVER_S) == 64 * MB and pid(aside) != before


def test_one_that_is_busy_leaves_the_other_place_free(aside: Aside, tmp_path: Path) -> None:
    """Whoever asks beside it is answered before it is."""
    answered: list[int] = []
    thread = threading.Thread(target=lambda: answered.append(aside.call(wait_for, tmp_path / "go", deadline_s=NEVER_S)))
    thread.start()
    (busy,) = wait_until_there(tmp_path / "began")
    others = {pid(aside) for _ in range(3)}
    assert len(others) == 1 and busy not in others and not answered
    (tmp_path / "go").touch()
    thread.join()
    assert answered == [busy]


def test_fresh_interpreters_do_as_well_and_end_with_whoever_asked() -> None:
    """Where there is no fork server."""
    fresh = Aside([__name__], method="spawn")
    before = pid(fresh)
    with pytest.raises(Late):
        fresh.call(hang, deadline_s=0.05)
    after = pid(fresh)
    assert not alive(before) and after != before
    fresh.close()
    assert not alive(after)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
