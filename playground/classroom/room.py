"""One class as it stands: its seats, its votes, its pace. Every change is a method; who may ask for it, and when, is the book's."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError
from ..options import show
from .plan import FOLLOW, PACES, Plan
from .question import Answer, Question

OPEN, CLOSED, REVEALED = "open", "closed", "revealed"  # what a vote is
SEATS = 200
LONGEST_PLACE = 8_000  # characters of a link
FIRST, SECOND = 0, 1  # votes on a question


@dataclass
class Seat:
    """Somebody in the class, of whom nothing is known but what they answered. `number` counts those who came, from 1.

    answers: by question the first vote and the second, None where there was none.
    """

    number: int
    away: bool = False  # explores without the class
    left: bool = False
    answers: dict[int, list[Answer | None]] = field(default_factory=dict)


@dataclass
class Vote:
    """How far the asking of one question is: its first vote or its second, open, closed or revealed."""

    round: int = FIRST
    phase: str = OPEN


@dataclass
class Room:
    """A class by its `code`. Seats and the teacher's key are known by digests, so that no file holds what lets anybody in."""

    code: str
    key: str
    word: str  # by which the class is taken over; shown to the teacher alone
    plan: Plan
    place: str  # the link that everybody follows
    pace: str = FOLLOW
    seats: dict[str, Seat] = field(default_factory=dict)
    votes: dict[int, Vote] = field(default_factory=dict)  # of the questions that were asked, by their place
    asked: int | None = None
    measured: dict[int, list[float] | None] = field(default_factory=dict)  # by seat number; None where a run failed
    led: int = 1  # how often a question, and not the teacher, has led the class somewhere
    called: int = 0  # how often everybody was called back
    reminded: int = 0
    gathered: int = 0  # how often everybody was sent where the teacher is

    @property
    def question(self) -> Question | None:
        """The one that is asked."""
        return None if self.asked is None else self.plan.questions[self.asked]

    @property
    def vote(self) -> Vote | None:
        return None if self.asked is None else self.votes[self.asked]

    @property
    def present(self) -> list[Seat]:
        return [seat for seat in self.seats.values() if not seat.left]

    def join(self, name: str) -> Seat:
        """A seat, the old one for who comes back. Raises InputError where all are taken."""
        seat = self.seats.get(name)
        if seat is None:
            if len(self.seats) >= SEATS:
                raise InputError(
                    f"All {SEATS} seats of this class are taken. Look on with somebody else, or ask the teacher for a second class."
                )
            seat = self.seats[name] = Seat(len(self.seats) + 1)
        seat.left = False
        return seat

    def seat(self, name: str) -> Seat:
        """Raises InputError for who has none."""
        if name not in self.seats or self.seats[name].left:
            raise InputError("You are not in this class; join it with its four letters.")
        return self.seats[name]

    def commit(self, name: str, answer: Any) -> None:
        """Answer the question that is asked, or change the answer. Raises InputError where nothing is asked, or no more."""
        seat, question, vote = self.seat(name), self.question, self.vote
        if question is None or vote is None or self.asked is None:
            raise InputError("Nothing is asked right now; wait for the teacher's question.")
        if vote.phase != OPEN:
            raise InputError("The vote is closed; what you answered before stays.")
        seat.answers.setdefault(self.asked, [None, None])[vote.round] = question.checked(answer)

    def go(self, place: Any) -> None:
        """Lead everybody somewhere else."""
        if not isinstance(place, str) or len(place) > LONGEST_PLACE:
            raise InputError(f"A place is the query of a link, of at most {LONGEST_PLACE:,} characters.")
        self.place = place.removeprefix("?")

    def set_pace(self, pace: Any) -> None:
        if pace not in PACES:
            raise InputError(f"{show(pace)} is no pace; there are: {', '.join(PACES)}.")
        self.pace = pace

    def ask(self, number: Any) -> None:
        """Put a question, from 0; one that was asked before is shown as it was left."""
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(self.plan.questions):
            raise InputError(f"This class has no question {show(number)}; there are {len(self.plan.questions)}, from 0.")
        self.asked = number
        self.votes.setdefault(number, Vote())
        if place := self.plan.questions[number].place:
            self.place, self.led = place, self.led + 1

    def close(self) -> None:
        """No more answers are taken."""
        self._vote().phase = CLOSED

    def reveal(self) -> None:
        """Show everybody what was said, and what is so."""
        self._vote().phase = REVEALED

    def again(self) -> None:
        """Have everybody vote once more on the same question; what was said first is kept beside it."""
        vote = self._vote()
        if vote.round == FIRST:
            vote.round = SECOND
        vote.phase = OPEN

    def remind(self) -> None:
        self.reminded += 1

    def call_back(self) -> None:
        """Everybody who explores alone comes back."""
        self.called += 1
        for seat in self.seats.values():
            seat.away = False

    def gather(self) -> None:
        """Everybody comes where the class is, whoever explores alone or goes freely too."""
        self.call_back()
        self.gathered += 1

    def counts(self, number: int, round: int) -> list[int]:
        """How many answers fall into each column of a question in this vote."""
        question = self.plan.questions[number]
        found = Counter(column for answer in self.said(number, round) for column in question.columns_of(answer))
        return [found[column] for column in range(question.columns)]

    def said(self, number: int, round: int) -> list[Answer]:
        """The answers to a question in this vote, in an order that tells nothing of who gave them."""
        given = (seat.answers.get(number, [None, None])[round] for seat in self.seats.values())
        return sorted(
            (answer for answer in given if answer is not None), key=lambda answer: answer if isinstance(answer, list) else [answer]
        )

    def answered(self) -> int:
        """How many of those present have answered in the vote that is on."""
        vote = self.vote
        if vote is None or self.asked is None:
            return 0
        return sum(seat.answers.get(self.asked, [None, None])[vote.round] is not None for seat in self.present)

    def hits(self, number: int, round: int) -> int | None:
        """How many answers of this vote are right; None where nobody knows what is."""
        question = self.plan.questions[number]
        right = question.answer(list(self.measured.values()))
        if right is None or (isinstance(right, float) and math.isnan(right)):
            return None
        return sum(question.hits(answer, right) for answer in self.said(number, round))

    def _vote(self) -> Vote:
        if self.vote is None:
            raise InputError("No question is asked yet; ask one first.")
        return self.vote
