"""The waiting line: which runs train, which wait for a place, and which have given theirs up.

enter ─► waiting ── take ──► training ── leave ─►
            ▲                   │
            │               paused for long
         go on                  ▼
            └────────────── parked

With a share, one visitor trains one run at a time, those who wait are served in turns, and a paused run gives its place up as soon
as somebody waits for it. Of two that train side by side the second has a place that is free once its turn has come: whoever trains
nothing yet comes before it. Addresses take turns too, since a visitor may have many names; a class shares one, and inside of it owners
take turns.
"""

from __future__ import annotations

import heapq
from collections import Counter
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Generic

from playground.runs.clock import Clock
from playground.runs.events import Paused
from playground.runs.log import R, RunLog
from playground.runs.seat import Order, Seat


@dataclass
class _Waiting(Generic[R]):
    log: RunLog[R]
    order: Order  # what its trainer is told first; all but "resume" hold a new run before its first step
    context: Context = field(default_factory=copy_context)  # of whoever asked: a borrowed GPU is counted as theirs


@dataclass(frozen=True)
class Place(Generic[R]):
    """What has to be known of a waiting run to take it up again, whatever happened to its server."""

    id: str
    owner: str
    recipe: R
    order: Order = "resume"


class Line(Generic[R]):
    """Runs that wait, train or are paused: owners in turns, each of them first come, first served.

    For one thread at a time: the run book locks it.

    slots: runs that train at the same time, and paused ones whose idle processes are kept beside them.
    room: runs that may wait.
    typical_s: the estimate for a run of which nobody says how long it takes; learned from those that end.
    share: runs of one owner, waiting, training and paused ones together, of which one trains; None is no limit.
    """

    def __init__(self, slots: int, room: int, typical_s: float, clock: Clock, share: int | None = None) -> None:
        self.slots, self.room, self.share = slots, room, share
        self._typical_s, self._clock = typical_s, clock
        self._waiting: list[_Waiting[R]] = []
        self._training: dict[str, Seat[R]] = {}
        self._parked: dict[str, Seat[R]] = {}  # paused for long, their processes idle, oldest first

    def refusal(self, owner: str, address: str = "", runs: int = 1) -> str | None:
        """Why no run of this owner's, or not so many, can be taken in; None where there is room."""
        mine = [log for log in self.live() if log.owner == owner and not self._leaves(log)]
        if self.share is not None and len(mine) + runs > self.share:
            ends = self._ends(owner)
            when = (
                "All are paused: go on with one, or stop one."
                if ends is None
                else f"Try again in about {max(1, round(ends))} s, or stop one."
            )
            return (
                f"You have {len(mine)} runs under way already, of which one trains at a time. {when} The shipped models are ready at once."
            )
        near = sum(place.log.address == address for place in self._waiting)
        kept = self.room // 4 if self.share is not None else 0  # for those who come from elsewhere
        waits = runs if len(self._training) >= self.slots else runs - 1  # of them, at most
        if not waits or (len(self._waiting) + waits <= self.room and near + waits <= self.room - kept):
            return None
        wait = round(max(self._waits(), default=self._typical_s) + self._typical_s)
        return (
            f"All {self.slots} training places are taken and {len(self._waiting)} runs are waiting already. "
            f"Try again in about {wait} s; the shipped models are ready at once."
        )

    def enter(self, log: RunLog[R], order: Order = "resume") -> None:
        """A new run waits; any order but "resume" holds it before its first step."""
        self._queue(_Waiting(log, order))

    def places(self) -> list[Place[R]]:
        """Everybody here in the order in which they would be served again: who trains, who waits, who is paused for long."""
        known = [place.log.id for place in self._waiting]
        training = [(seat.log, _order(seat)) for seat in self._training.values() if not seat.stopping]
        waiting = [(place.log, place.order) for place in self._waiting]
        parked = [(seat.log, _order(seat)) for seat in self._parked.values() if not seat.stopping and seat.log.id not in known]
        return [Place(log.id, log.owner, log.recipe, order) for log, order in [*training, *waiting, *parked] if not log.over]

    def take(self) -> Seat[R] | None:
        """The first who may takes a free slot; its seat, if it needs a trainer. None when all slots or nobody are left."""
        while (first := next((place for place in self._waiting if self._admits(place.log)), None)) is not None:
            self._unqueue(first.log)
            if (parked := self._parked.pop(first.log.id, None)) is None:
                seat = self._training[first.log.id] = Seat(
                    first.log, self._clock.now(), held=first.order != "resume", context=first.context
                )
                if first.order == "step":
                    seat.tell("step")
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
            self._unqueue(log)
            if order != "pause":
                self._queue(_Waiting(log, order))
            elif place is not None:
                log.append(Paused(log.tally.step))
        elif place is not None:
            place.order = order

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
        """Free the slots of runs that have been paused for so long; too many idle ones are stopped, of whoever has most, oldest first."""
        for seat in [seat for seat in self._training.values() if seat.log.paused_s() > pause_s]:
            self._park(seat)
        idle = [seat.log for seat in self._parked.values() if not seat.stopping]
        while len(idle) > self.slots:
            owners = Counter(log.owner for log in idle)
            log = max(idle, key=lambda log: owners[log.owner])
            idle.remove(log)
            self.stop(log)

    def joinable(self, recipe: R) -> RunLog[R] | None:
        """The run of an equal recipe that trains or will train, and is not held by hand."""
        seated = [seat.log for seat in self._training.values() if not seat.stopping and not seat.log.over]
        waiting = [place.log for place in self._waiting if place.order == "resume"]
        return next((log for log in [*seated, *waiting] if log.status != "paused" and log.recipe == recipe), None)

    def find(self, run_id: str) -> RunLog[R] | None:
        return next((log for log in self.live() if log.id == run_id), None)

    def live(self) -> list[RunLog[R]]:
        """All runs here, each once."""
        seats = [*self._training.values(), *self._parked.values()]
        return list({log.id: log for log in [*(place.log for place in self._waiting), *(seat.log for seat in seats)]}.values())

    def counts(self) -> dict[str, int]:
        return {"training": len(self._training), "waiting": len(self._waiting), "paused": len(self._parked)}

    def _admits(self, log: RunLog[R]) -> bool:
        """Whether a run may train now. A run at rest makes room, the owner's own one before others."""
        if self.share is None:
            return len(self._training) < self.slots
        owner = log.owner
        mine = [seat.log.id for seat in self._training.values() if seat.log.owner == owner and not seat.rests and not seat.stopping]
        if mine and mine != [log.beside]:
            return False
        resting = [seat for seat in self._training.values() if seat.rests]
        for seat in sorted(resting, key=lambda seat: (seat.log.owner != owner, seat.log.paused_at)):
            if seat.log.owner == owner or len(self._training) >= self.slots:
                self._park(seat)
        return len(self._training) < self.slots

    def _park(self, seat: Seat[R]) -> None:
        self._parked[seat.log.id] = self._training.pop(seat.log.id)

    def _queue(self, place: _Waiting[R]) -> None:
        """Behind those who come before it when addresses, and at one address owners, take turns; whoever trains has had one."""
        seats = [seat.log for seat in self._training.values() if not seat.rests and not seat.stopping]
        owners, addresses = Counter(log.owner for log in seats), Counter(log.address for log in seats)
        log = place.log
        mine = owners[log.owner] + sum(other.log.owner == log.owner for other in self._waiting)
        for index, other in enumerate(self._waiting):
            near = other.log.address == log.address
            if owners[other.log.owner] > mine if near else addresses[other.log.address] > addresses[log.address]:
                self._waiting.insert(index, place)
                return
            owners[other.log.owner] += 1
            addresses[other.log.address] += 1
        self._waiting.append(place)

    def _place(self, log: RunLog[R]) -> _Waiting[R] | None:
        return next((place for place in self._waiting if place.log is log), None)

    def _unqueue(self, log: RunLog[R]) -> None:
        self._waiting = [place for place in self._waiting if place.log is not log]

    def _leaves(self, log: RunLog[R]) -> bool:
        seat = self._training.get(log.id) or self._parked.get(log.id)
        return log.over or (seat is not None and seat.stopping)

    def _ends(self, owner: str) -> float | None:
        """Seconds until the first of this owner's runs may be over; None where all of them are paused."""
        waits = zip(self._waiting, self._waits(), strict=True)
        waiting = [wait + self._duration(place.log) for place, wait in waits if place.log.owner == owner]
        return min(
            [*waiting, *(self._left(seat) for seat in self._training.values() if seat.log.owner == owner and not seat.rests)], default=None
        )

    def _waits(self) -> list[float]:
        """Seconds until each waiting run may start: the slots are served as they become free, and with a share each owner's one by one."""
        free_in = [self._left(seat) for seat in self._training.values()]
        free_in += [0.0] * (self.slots - len(free_in))
        heapq.heapify(free_in)
        owner_in = {seat.log.owner: self._left(seat) for seat in self._training.values()} if self.share is not None else {}
        waits = []
        for place in self._waiting:
            waits.append(max(free_in[0], 0.0 if place.log.beside in self._training else owner_in.get(place.log.owner, 0.0)))
            ends = waits[-1] + self._duration(place.log)
            heapq.heapreplace(free_in, ends)
            if self.share is not None:
                owner_in[place.log.owner] = ends
        return waits

    def _left(self, seat: Seat[R]) -> float:
        """Seconds until its slot may be free; a run at rest makes room where there is a share."""
        if self.share is not None and seat.rests:
            return 0.0
        return max(0.0, self._duration(seat.log) - (self._clock.now() - seat.since))

    def _duration(self, log: RunLog[R]) -> float:
        return self._typical_s if log.expected_s is None else log.expected_s


def _order(seat: Seat[R]) -> Order:
    """What its trainer would be told first if it began anew."""
    return "pause" if seat.rests or (seat.held and seat.log.status != "training") else "resume"
