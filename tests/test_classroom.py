"""A class without a server: who may do what, what everybody is told, and that nothing is lost or said of anybody."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from playground.classroom import codes
from playground.classroom.book import FORGOTTEN_S, GONE_S, IDLE_S, NEAR, SILENT_S, TEACHER, ClassBook, digest
from playground.classroom.kept import KeptRooms, read, written
from playground.classroom.plan import Plan, Row, Trial
from playground.classroom.question import WRITTEN, Curve, Question, Scale
from playground.classroom.room import SEATS, Room
from playground.errors import InputError
from tests.hand_clock import HandClock

CHOICE = Question([["", "How many?"]], options=([["", "many"]], [["", "few"]], [["", "none"]]), row=1, edges=(0.5, 0.1), known=0.9)
NUMBER = Question([["", "How far?"]], scale=Scale(0, 100, 5, near=10, unit="%"), right=40, place="step=3", hides=3)
DRAWN = Question([["", "Draw it."]], curve=Curve((2, 4, 8), ("length", "exact match"), Scale(0, 100, 5, 10, "%"), 2, 100, (0.9, 0.5, 0.1)))
STEP = Question([["", "Which one?"]], options=([["d", "‘a’"]], [["d", "‘b’"]]), points=WRITTEN, right=1)
ROWS = (Row("A", "with", "%", least=0.9), Row("B", "without", "%", most=0.5))
HERE = "203.0.113.9"
PLAN = Plan("A paper", "paper=x", (CHOICE, NUMBER), Trial("x", ROWS, first=10, without=(12, 14)))


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def book(clock: HandClock) -> ClassBook:
    return ClassBook(clock)


class Taught:
    """A class that is open, and everybody in it."""

    def __init__(self, book: ClassBook, students: int = 0, plan: Plan = PLAN) -> None:
        self.book = book
        self.code, self.key = book.open(plan, HERE)
        self.seats = [book.join(self.code)[0] for _ in range(students)]

    def steer(self, what: str, **told: Any) -> None:
        self.book.steer(self.code, self.key, what, told)

    def vote(self, student: int, answer: Any) -> None:
        self.book.sit(self.code, self.seats[student], lambda room, seat: room.commit(seat, answer))

    def told(self, teacher: bool = False) -> dict[str, Any]:
        watch = self.book.watch(self.code, key=self.key)
        return orjson.loads(self.book.told(watch, TEACHER if teacher else "somebody"))

    @property
    def room(self) -> Room:
        return self.book.room(self.code)


def test_codes_are_words_that_can_be_said(book: ClassBook) -> None:
    assert all(len(code) == 4 and code.isalpha() and code.isupper() for code in codes.CODES)
    assert len(set(codes.CODES)) == len(codes.CODES) > 250
    with pytest.raises(InputError, match="taken"):
        codes.free(codes.CODES)
    assert Taught(book).code in codes.CODES


def test_a_vote_is_counted_and_seen_by_all_once_it_is_revealed(book: ClassBook) -> None:
    taught = Taught(book, 3)
    taught.steer("ask", question=0)
    taught.vote(0, 1)
    taught.vote(1, 0)
    taught.vote(1, 1)  # changed
    assert taught.told()["question"]["answered"] == 2
    assert taught.told()["question"]["counts"] is None
    assert taught.told(teacher=True)["question"]["counts"] == [[0, 2, 0]]
    taught.steer("close")
    with pytest.raises(InputError, match="closed"):
        taught.vote(2, 0)
    taught.steer("again")
    for student in range(3):
        taught.vote(student, 2)
    taught.steer("reveal")
    asked = taught.told()["question"]
    assert asked["counts"] == [[0, 2, 0], [0, 0, 3]]
    assert (asked["right"], asked["truth"], asked["of_class"]) == (0, "90 %", False)  # nobody has trained: what is known
    taught.book.measured(taught.code, 1, [0.95, 0.2])
    taught.book.measured(taught.code, 2, [0.95, 0.02])
    taught.book.measured(taught.code, 3, None)
    asked = taught.told()["question"]
    assert (asked["right"], asked["truth"], asked["hits"]) == (1, "11 %", [2, 0])


def test_runs_are_covered_until_nothing_is_left_to_guess(book: ClassBook) -> None:
    taught = Taught(book, 3)
    taught.book.measured(taught.code, 3, [0.95, 0.2])
    assert taught.told(teacher=True)["trial"]["runs"] is None
    assert taught.told()["trial"]["in"] == 1
    taught.steer("ask", question=0)
    assert taught.told()["trial"]["runs"] is None
    taught.steer("reveal")
    assert taught.told()["trial"]["runs"] == [[14, [0.95, 0.2]]]  # seeds that judge are left out
    taught.steer("again")
    assert taught.told()["trial"]["runs"] is None


def test_numbers_are_counted_in_columns(book: ClassBook) -> None:
    taught = Taught(book, 2)
    taught.steer("ask", question=1)
    assert taught.told()["place"] == "step=3"
    assert taught.told()["question"]["hides"] == 3
    taught.vote(0, 38.2)
    taught.vote(1, 100)
    taught.steer("reveal")
    asked = taught.told()["question"]
    assert asked["counts"] == [[0, 0, 0, 0, 1, 0, 0, 0, 0, 1]]
    assert (asked["right"], asked["hits"], asked["hides"]) == (4, [1], None)
    assert taught.room.seats[digest(taught.seats[0])].answers == {1: [40, None]}


def test_curves_lie_over_each_other_and_tell_nothing_of_who_drew_them(book: ClassBook) -> None:
    taught = Taught(book, 3, replace(PLAN, questions=(DRAWN, STEP)))
    taught.steer("ask", question=0)
    taught.vote(0, [91, 52.4, 0])
    taught.vote(1, [10, 20, 30])
    told, teacher = taught.told()["question"], taught.told(teacher=True)["question"]
    assert told["counts"] is None and "curves" not in told and told["answered"] == 2
    assert teacher["curves"] == [[[10, 20, 30], [90, 50, 0]]] and teacher["counts"] == [[2]]  # not in the order of coming
    assert teacher["curve"][:2] == [[2, 4, 8], ["length", "exact match"]]
    taught.steer("reveal")
    told = taught.told()["question"]
    assert (told["line"], told["hits"], told["right"], told["of_class"]) == ([90, 50, 10], [1], None, False)
    for number, points in ((1, [0.3, 0.2, 0.3]), (2, [0.1, 0.2, 0.3]), (3, [0.0, 0.4, 0.3])):
        book.measured(taught.code, number, [0.95, 0.2, *points])
    told = taught.told()
    assert (told["question"]["line"], told["question"]["hits"], told["question"]["of_class"]) == ([10, 20, 30], [1], True)
    assert told["trial"]["runs"][0] == [10, [0.95, 0.2]]  # the points of the curve are no rows
    lines = taught.book.table(taught.code, taught.key).splitlines()
    assert "1,Draw it.,first,2: 90–100,1,no" in lines and "1,Draw it.,first,8: 30–40,1,yes" in lines
    assert lines[-1] == "14,0.95,0.2"
    assert read(written(taught.room)) == taught.room


@pytest.mark.parametrize(
    "answer", [None, 5, [1, 2], [1, 2, 3, 4], [1, 2, "3"], [1, 2, True], [1, 2, float("nan")], [1, 2, 101], ["ada"] * 3]
)
def test_what_is_no_curve_is_refused(book: ClassBook, answer: Any) -> None:
    taught = Taught(book, 1, replace(PLAN, questions=(DRAWN,)))
    taught.steer("ask", question=0)
    with pytest.raises(InputError, match="give 3 numbers from 0 to 100"):
        taught.vote(0, answer)


def test_steps_and_tokens_are_pointed_at(book: ClassBook) -> None:
    taught = Taught(book, 2, replace(PLAN, questions=(STEP,)))
    taught.steer("ask", question=0)
    for student in (0, 1):
        taught.vote(student, student)
    taught.steer("reveal")
    asked = taught.told()["question"]
    assert (asked["points"], asked["columns"], asked["counts"], asked["right"]) == ("written", ["‘a’", "‘b’"], [[1, 1]], 1)


@pytest.mark.parametrize("answer", [None, True, "1", 3, -1, 1.0, float("nan"), [1], pytest.param(10**400, id="huge")])
def test_what_is_no_answer_is_refused(book: ClassBook, answer: Any) -> None:
    taught = Taught(book, 1)
    with pytest.raises(InputError, match="asked"):
        taught.vote(0, 1)
    taught.steer("ask", question=0)
    with pytest.raises(InputError, match="options"):
        taught.vote(0, answer)
    taught.steer("ask", question=1)
    if answer is None or isinstance(answer, str | bool | list) or not 0 <= answer <= 100:
        with pytest.raises(InputError, match="from 0 to 100"):
            taught.vote(0, answer)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        *(("ask", {"question": number}) for number in (2, True, None)),
        *(("place", {"place": place}) for place in (7, "x" * 9000)),
        *((what, {}) for what in ("pace", "close", "reveal", "again", "sing", ["end"])),
    ],
)
def test_what_cannot_be_steered_is_refused(book: ClassBook, what: Any, told: dict[str, Any]) -> None:
    taught = Taught(book)
    with pytest.raises(InputError):
        taught.steer(what, **told)


def test_only_its_teacher_steers_a_class(book: ClassBook) -> None:
    taught = Taught(book, 1)
    for key in ("", None, 7, taught.seats[0], taught.room.key):
        with pytest.raises(InputError, match="Only the screen"):
            book.steer(taught.code, key, "end", {})
    for word in ("", None, "acre-arch-atom", *["guess"] * 3):
        with pytest.raises(InputError, match="words"):
            book.take_over(taught.code, word)
    with pytest.raises(InputError, match="wait a minute"):
        book.take_over(taught.code, taught.room.word)  # tried too often


def test_who_knows_the_words_takes_a_class_over(book: ClassBook) -> None:
    taught = Taught(book, 1)
    word = taught.told(teacher=True)["word"]
    assert "word" not in taught.told()
    key = book.take_over(taught.code.lower(), f" {word.upper()} ")
    with pytest.raises(InputError, match="Only the screen"):
        taught.steer("end")
    taught.key = key
    assert taught.told(teacher=True)["word"] != word
    taught.steer("end")
    with pytest.raises(InputError, match="no class"):
        book.join(taught.code)


def test_who_comes_back_has_the_same_seat(book: ClassBook) -> None:
    taught = Taught(book, 2)
    taught.steer("ask", question=0)
    taught.vote(0, 2)
    again, known = book.join(taught.code, taught.seats[0])
    assert (again, known) == (taught.seats[0], {"away": False, "answers": {0: [2, None]}, "seed": 10})
    new, known = book.join(taught.code, "a" * 500)
    assert len(taught.room.seats) == 3 and new != "a" * 500 and known["seed"] == 14


def test_a_class_and_a_server_are_full_at_some_time(book: ClassBook) -> None:
    taught = Taught(book, SEATS)
    with pytest.raises(InputError, match="seats"):
        book.join(taught.code)
    for _ in range(NEAR - 1):
        book.open(PLAN, HERE)
    with pytest.raises(InputError, match="as many classes"):
        book.open(PLAN, HERE)
    book.open(PLAN, "elsewhere")


def test_without_its_teacher_a_class_goes_on_free_and_ends_by_itself(book: ClassBook, clock: HandClock) -> None:
    taught = Taught(book, 1)
    assert taught.told()["pace"] == "follow"
    clock.seconds = GONE_S + 1
    assert taught.told()["pace"] == "free"
    taught.steer("place", place="step=2")
    assert taught.told()["pace"] == "follow"
    clock.seconds += IDLE_S + 1
    with pytest.raises(InputError, match="no class"):
        book.room(taught.code)


def test_who_explores_alone_is_called_back(book: ClassBook) -> None:
    taught = Taught(book, 2)

    def wander(room: Room, seat: str) -> None:
        room.seats[seat].away = True

    book.sit(taught.code, taught.seats[1], wander)
    assert taught.told(teacher=True)["away"] == 1
    taught.steer("call")
    assert (taught.told(teacher=True)["away"], taught.told()["called"]) == (0, 1)


def test_how_many_are_elsewhere_or_lost_is_a_number_and_all_can_be_sent_here(book: ClassBook, clock: HandClock) -> None:
    taught = Taught(book, 3)
    before = taught.room

    def wander(room: Room, seat: str) -> None:
        room.seats[seat].away = True

    for seat in taught.seats[:2]:
        book.stray(taught.code, seat, True)
    told = taught.told(teacher=True)
    assert (told["astray"], told["silent"], told["gathered"]) == (2, 0, 0)
    assert not {"astray", "silent"} & taught.told().keys()
    book.sit(taught.code, taught.seats[1], wander)
    assert taught.told(teacher=True)["astray"] == 1  # who explores alone is told beside
    taught.steer("gather")
    told = taught.told(teacher=True)
    assert (told["away"], taught.told()["gathered"]) == (0, 1)
    for seat in taught.seats[:2]:
        book.stray(taught.code, seat, False)
    clock.seconds = SILENT_S + 1
    book.stray(taught.code, taught.seats[0], True)
    told = taught.told(teacher=True)
    assert (told["astray"], told["silent"]) == (1, 2)
    book.join(taught.code, taught.seats[0])  # a page that was opened anew is where the class is
    assert taught.told(teacher=True)["astray"] == 0
    clock.seconds += FORGOTTEN_S
    assert taught.told(teacher=True)["silent"] == 1
    with pytest.raises(InputError, match="not in this class"):
        book.stray(taught.code, "x", True)
    assert read(written(before)) == before


def test_every_change_is_told_at_once_and_the_same_to_all(book: ClassBook) -> None:
    taught = Taught(book, 2)

    async def follow() -> tuple[list[dict[str, Any]], bool]:
        watch = book.watch(taught.code, seat=taught.seats[0])
        streams = [watch.follow(who, lambda who=who: book.told(watch, who), 10.0) for who in ("one", "two")]
        first = [await anext(stream) for stream in streams]
        taught.steer("pace", pace="paused")
        second = [await anext(stream) for stream in streams]
        taught.steer("end")
        last = [[payload async for payload in stream] for stream in streams]
        told = [first[0], second[0], *last[0]]
        return [orjson.loads(payload or b"") for payload in told], all(a is b for a, b in (first, second))

    told, same = asyncio.run(follow())
    assert [one.get("pace") for one in told[:2]] == ["follow", "paused"]
    assert told[2:] == [{"ended": True}]
    assert same  # the very bytes: one payload for all who sit in it


def test_counts_leave_as_csv(book: ClassBook) -> None:
    taught = Taught(book, 2)
    taught.steer("ask", question=0)
    taught.vote(0, 1)
    taught.steer("again")
    taught.vote(0, 0)
    book.measured(taught.code, 1, [0.95, 0.7])
    book.measured(taught.code, 2, None)
    taught.steer("reveal")
    lines = book.table(taught.code, taught.key).splitlines()
    assert lines[0] == "question,text,vote,answer,count,right"
    assert lines[1:4] == ["1,How many?,first,many,0,yes", "1,How many?,first,few,1,no", "1,How many?,first,none,0,no"]
    assert lines[-3:] == ["seed,A with (%),B without (%)", "10,0.95,0.7", "11,failed,failed"]
    with pytest.raises(InputError, match="Only the screen"):
        book.table(taught.code, taught.seats[0])


def test_what_is_written_is_read_again(book: ClassBook) -> None:
    taught = Taught(book, 2)
    taught.steer("ask", question=1)
    taught.vote(0, 55)
    book.measured(taught.code, 1, [0.5, 0.25])
    book.measured(taught.code, 2, None)
    assert read(written(taught.room)) == taught.room


KILLED = """
import os, signal, sys
from playground.classroom.book import ClassBook
from playground.classroom.kept import KeptRooms
from tests.test_classroom import PLAN, Taught
book = ClassBook()
book.keep_by(KeptRooms())
taught = Taught(book, 3)
taught.steer("ask", question=0)
taught.vote(0, 1)
taught.vote(2, 2)
book.measured(taught.code, 1, [.9, .1])
print(taught.code, taught.key, *taught.seats, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.fault(56)
def test_a_class_outlives_kill_9_in_the_middle_of_a_vote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_RUNS", str(tmp_path))
    killed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, env={**os.environ})
    code, key, *seats = killed.stdout.split()
    book, entered = ClassBook(), []
    book.entered = entered.append
    kept = KeptRooms()
    book.keep_by(kept)
    room = book.room(code)
    assert room.counts(0, 0) == [0, 1, 1]
    assert room.measured == {1: [0.9, 0.1]}
    assert entered == [room]  # what is not trained yet goes on
    book.sit(code, seats[1], lambda room, seat: room.commit(seat, 0))
    beside = ClassBook()
    beside.keep_by(KeptRooms())
    with pytest.raises(InputError, match="no class"):
        beside.room(code)  # a server beside it takes nothing from one that lives
    kept.close()
    third = ClassBook()
    third.keep_by(KeptRooms())
    assert third.room(code).counts(0, 0) == [1, 1, 1]
    third.steer(code, key, "end", {})
    assert not list(tmp_path.rglob("[A-Z]*.json"))


def test_what_cannot_be_read_costs_that_class_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_RUNS", str(tmp_path))
    kept = KeptRooms()
    book = ClassBook()
    book.keep_by(kept)
    taught = Taught(book)
    broken = next(tmp_path.rglob("[A-Z]*.json")).with_name("ZZZZ.json")
    broken.write_text('{"code": "ZZZZ"}')
    kept.close()
    after = ClassBook()
    after.keep_by(KeptRooms())
    assert [room.code for room in after.rooms()] == [taught.code]


def test_nothing_of_a_student_is_kept_or_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies on the disk, and what is told to whom: counts and numbers, no seat, no key, no address, and no text of theirs."""
    monkeypatch.setenv("PLAYGROUND_RUNS", str(tmp_path))
    book = ClassBook()
    book.keep_by(KeptRooms())
    taught = Taught(book, 3, replace(PLAN, questions=(*PLAN.questions, DRAWN)))
    taught.steer("ask", question=2)
    taught.vote(0, [1, 2, 3])
    taught.steer("ask", question=0)
    for student in range(3):
        taught.vote(student, student)
    book.stray(taught.code, taught.seats[0], True)
    taught.steer("gather")
    taught.steer("reveal")
    (file,) = tmp_path.rglob("[A-Z]*.json")
    kept, (told, teacher) = file.read_text(), (str(taught.told()), str(taught.told(teacher=True)))
    for secret in (*taught.seats, taught.key, HERE):
        assert secret not in kept + told + teacher + book.table(taught.code, taught.key)
    for seat in taught.room.seats:
        assert seat not in told + teacher  # not even a digest
    assert {field for seat in orjson.loads(kept)["seats"].values() for field in seat} == {"number", "away", "left", "answers"}
    given = [one for seat in taught.room.seats.values() for votes in seat.answers.values() for one in votes]
    numbers = [number for one in given for number in (one if isinstance(one, list) else [one])]
    assert all(isinstance(number, int | float | None) for number in numbers)
