"""The waiting line: which runs train, which wait for a place, and which have given theirs up.

enter ─► waiting ── take ──► training ── leave ─►
            ▲                   │
            │               paused for long
         go on                  ▼
            └────────────── parked
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Generic

from playground.runs.clock import Clock
from playground.runs.log import R, RunLog
from playground.runs.seat import Order, Seat


@dataclass
class _Waiting(Generic[R]):
    log: RunLog[R]
    order: Order  # what its trainer is told first: "pause" holds a new run before its first step


class Line(Generic[R]):
    """Runs that wait, train or are paused, first come, first served. For one thread at a time: the run book locks it.

    slots: runs that train at the same time, and paused ones whose idle processes are kept beside them.
    room: runs that may wait.
    typical_s: the estimate for a run of which nobody says how long it takes; learned from those that end.
    """

    def __init__(self, slots: int, room: int, typical_s: float, clock: Clock) -> None:
        self.slots, self.room = slots, room
        self._typical_s, self._clock = typical_s, clock
        self._waiting: list[_Waiting[R]] = []
        self._training: dict[str, Seat[R]] = {}
        self._parked: dict[str, Seat[R]] = {}  # paused for long, their processes idle, oldest first

    def refusal(self) -> str | None:
        """Why nobody can be taken in; None where there is room."""
        if len(self._training) < self.slots or len(self._waiting) < self.room:
            return None
        wait = round(max(self._waits(), default=self._typical_s) + self._typical_s)
        return (
            f"All {self.slots} training places are taken and {len(self._waiting)} runs are waiting already. "
            f"Try again in about {wait} s; the shipped models are ready at once."
        )

    def enter(self, log: RunLog[R], *, held: bool = False) -> None:
        """A new run waits at the end; `held` has it paused before its first step."""
        self._waiting.append(_Waiting(log, "pause" if held else "resume"))

    def take(self) -> Seat[R] | None:
        """The first in line takes a free slot; its seat, if it needs a trainer. None when all slots or nobody are left."""
        while self._waiting and len(self._training) < self.slots:
            first = self._waiting.pop(0)
            if (parked := self._parked.pop(first.log.id, None)) is None:
                seat = self._training[first.log.id] = Seat(first.log, self._clock.now(), held=first.order == "pause")
                return seat
            self._training[first.log.id] = parked
            parked.tell(first.order)
        return None

    def tell_places(self) -> None:
        """Tell those who wait where they stand, if that has changed."""
        for position, (place, wait) in enumerate(zip(self._waiting, self._waits(), strict=True), start=1):
            if place.log.position != (position, len(self._waiting)):
                place.log.queue(position, len(self._waiting), wait)

    def command(self, log: RunLog[R], order: Order) -> None:
        """Pass on what a trainer is to do; a parked run that is to go on waits in line again."""
        seat, place = self._training.get(log.id), self._place(log)
        if seat is not None:
            seat.tell(order)
        elif log.id in self._parked:
            if place is None and order != "pause":
                self._waiting.append(_Waiting(log, order))
        elif place is not None:
            place.order = "resume" if order == "resume" else "pause"

    def stop(self, log: RunLog[R]) -> bool:
        """Take the run out of the line and ask its trainer to end; whether it has one, which will leave by itself."""
        self._unqueue(log)
        seat = self._training.get(log.id) or self._parked.get(log.id)
        if seat is not None:
            seat.stop()
        return seat is not None

    def leave(self, seat: Seat[R]) -> None:
        """Its trainer has ended, or never began: the slot is free."""
        self._unqueue(seat.log)
        self._training.pop(seat.log.id, None)
        self._parked.pop(seat.log.id, None)
        if seat.log.status == "done":
            self._typical_s += 0.3 * (self._clock.now() - seat.since - self._typical_s)

    def park(self, pause_s: float) -> None:
        """Free the slots of runs that have been paused for so long; too many idle ones are stopped, oldest first."""
        for seat in [seat for seat in self._training.values() if seat.log.paused_s() > pause_s]:
            self._parked[seat.log.id] = self._training.pop(seat.log.id)
        for seat in list(self._parked.values())[: -self.slots]:
            self.stop(seat.log)

    def joinable(self, recipe: R) -> RunLog[R] | None:
        """The run of an equal recipe that trains or will train, and is not held by hand."""
        seated = [seat.log for seat in self._training.values() if not seat.stopping and not seat.log.over]
        waiting = [place.log for place in self._waiting if place.order != "pause"]
        return next((log for log in [*seated, *waiting] if log.status != "paused" and log.recipe == recipe), None)

    def find(self, run_id: str) -> RunLog[R] | None:
        return next((log for log in self.live() if log.id == run_id), None)

    def live(self) -> list[RunLog[R]]:
        """All runs here, each once."""
        seats = [*self._training.values(), *self._parked.values()]
        return list({log.id: log for log in [*(place.log for place in self._waiting), *(seat.log for seat in seats)]}.values())

    def counts(self) -> dict[str, int]:
        return {"training": len(self._training), "waiting": len(self._waiting), "paused": len(self._parked)}

    def _place(self, log: RunLog[R]) -> _Waiting[R] | None:
        return next((place for place in self._waiting if place.log is log), None)

    def _unqueue(self, log: RunLog[R]) -> None:
        self._waiting = [place for place in self._waiting if place.log is not log]

    def _waits(self) -> list[float]:
        """Seconds until each waiting run may start: the slots are served as they become free."""
        now = self._clock.now()
        free_in = [max(0.0, self._duration(seat.log) - (now - seat.since)) for seat in self._training.values()]
        free_in += [0.0] * (self.slots - len(free_in))
        heapq.heapify(free_in)
        waits = []
        for place in self._waiting:
            waits.append(free_in[0])
            heapq.heapreplace(free_in, free_in[0] + self._duration(place.log))
        return waits

    def _duration(self, log: RunLog[R]) -> float:
        return self._typical_s if log.expected_s is None else log.expected_s
