"""The class book: which classes there are, who may do what in them, and who is told.

open(plan) ─► a code, the teacher's key ─► join ─► a seat ─► vote · let go · leave
                                       ─► steer ─► pace · place · ask · close · reveal · again · remind · call back · end

Every change is told to all followers at once, is on the disk before it is answered, and so outlives the server. Keys and seats are names
that nobody guesses; the book knows them by their digests.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import orjson

from ..errors import InputError
from ..options import show
from ..runs.clock import MONOTONIC, Clock
from . import codes, telling
from .kept import KeptRooms, written
from .plan import FREE, Plan
from .room import Room
from .watch import ENDED, Presence, Watch

CLASSES = 60  # at the same time
NEAR = 20  # of them from one address
IDLE_S = 3 * 3600.0  # until a class in which nothing happens ends by itself
GONE_S = 45.0  # until a class whose teacher is away goes on free
MISSED_S = 90.0  # until a student who is away is no longer counted as there
SILENT_S = 20.0  # until the teacher is told that one has no connection
FORGOTTEN_S = 600.0  # until that is told no more
TEACHER = ""  # who follows as the teacher; students follow by the digests of their seats


class ClassBook:
    """All classes of this server."""

    def __init__(self, clock: Clock = MONOTONIC) -> None:
        self.entered: Callable[[Room], None] = lambda room: None  # told whenever somebody has joined, and of classes that are taken up
        self._clock = clock
        self._lock = threading.RLock()
        self._rooms: dict[str, Room] = {}
        self._watches: dict[str, Watch] = {}
        self._kept: KeptRooms | None = None

    def __len__(self) -> int:
        return len(self._rooms)

    def keep_by(self, kept: KeptRooms) -> None:
        """From now on keep classes there, and take up those that an earlier server has left."""
        with self._lock:
            self._kept = kept
            for room in kept.left():
                if room.code not in self._rooms:
                    self._add(room, "")
        for room in list(self._rooms.values()):
            self.entered(room)

    def open(self, plan: Plan, address: str = "") -> tuple[str, str]:
        """A new class; its code, and the key of who teaches it. Raises InputError where there are too many."""
        with self._lock:
            self._end_idle()
            if len(self._rooms) >= CLASSES or sum(watch.address == address for watch in self._watches.values()) >= NEAR:
                raise InputError("There are as many classes as this server holds. End one that is over, or try again later.")
            key = secrets.token_urlsafe(24)
            room = Room(codes.free(self._rooms), digest(key), codes.takeover(), plan, plan.place, plan.pace)
            self._add(room, address)
        self._changed(room)
        return room.code, key

    def join(self, code: Any, seat: Any = None) -> tuple[str, dict[str, Any]]:
        """A seat by its name, and what is known of it; who names one that is known gets it back. Raises InputError."""
        with self._lock:
            room = self.room(code)
            name = seat if isinstance(seat, str) and digest(seat) in room.seats else secrets.token_urlsafe(24)
            mine = room.join(digest(name))
            self._watches[room.code].seen(digest(name))
            self._watches[room.code].strays(digest(name), False)
        self._changed(room)
        self.entered(room)
        trial = room.plan.trial
        told = {"away": mine.away, "answers": mine.answers, "seed": trial and trial.seed(mine.number)}
        return name, told

    def sit(self, code: Any, seat: Any, act: Callable[[Room, str], None]) -> None:
        """Have somebody in the class do something: `Room.commit` and the like. Raises InputError."""
        with self._lock:
            room = self.room(code)
            name = digest(seat)
            room.seat(name)
            self._watches[room.code].seen(name)
            act(room, name)
        self._changed(room)

    def stray(self, code: Any, seat: Any, astray: bool) -> None:
        """Somebody has turned to another place than the class's, or is back; where, nobody is told. Raises InputError."""
        with self._lock:
            room, name = self.room(code), digest(seat)
            room.seat(name)
            watch = self._watches[room.code]
            watch.seen(name)
            watch.strays(name, astray)
        watch.changed()  # nothing to be written

    def steer(self, code: Any, key: Any, what: Any, told: Mapping[str, Any]) -> None:
        """Do what the teacher asks for. Raises InputError for who is not the teacher, and for what cannot be done."""
        acts: dict[Any, Callable[[Room], None]] = {
            "place": lambda room: room.go(told.get("place")),
            "pace": lambda room: room.set_pace(told.get("pace")),
            "ask": lambda room: room.ask(told.get("question")),
            "close": Room.close,
            "reveal": Room.reveal,
            "again": Room.again,
            "remind": Room.remind,
            "call": Room.call_back,
            "gather": Room.gather,
            "end": self._end,
        }
        if not isinstance(what, str) or what not in acts:
            raise InputError(f"{show(what)} is nothing that a teacher does; there are: {', '.join(acts)}.")
        with self._lock:
            room = self.taught(code, key)
            self._watches[room.code].seen(TEACHER)
            acts[what](room)
        self._changed(room)

    def take_over(self, code: Any, word: Any) -> str:
        """A new key for who knows the class's words; the old one opens nothing any more. Raises InputError."""
        with self._lock:
            room = self.room(code)
            watch = self._watches[room.code]
            if (
                not watch.may_try()
                or not isinstance(word, str)
                or not secrets.compare_digest(word.strip().lower().encode(), room.word.encode())
            ):
                raise InputError("These are not the words on the teacher's screen. Look them up there; after five tries, wait a minute.")
            key = secrets.token_urlsafe(24)
            room.key, room.word = digest(key), codes.takeover()
            watch.seen(TEACHER)
        self._changed(room)
        return key

    def room(self, code: Any) -> Room:
        """Raises InputError where there is no class of this code, or none any more."""
        with self._lock:
            self._end_idle()
            room = self._rooms.get(code.strip().upper()) if isinstance(code, str) else None
        if room is None:
            raise InputError("There is no class with these letters now. Look at the teacher's screen again, or ask whether it has ended.")
        return room

    def taught(self, code: Any, key: Any) -> Room:
        """The class, for its teacher alone. Raises InputError."""
        room = self.room(code)
        if not secrets.compare_digest(digest(key), room.key):
            raise InputError("Only the screen that opened this class steers it. Take it over with the words that are shown there.")
        return room

    def watch(self, code: Any, *, key: Any = None, seat: Any = None) -> Watch:
        """What to follow of a class, as its teacher or as one who sits in it. Raises InputError."""
        with self._lock:
            room = self.taught(code, key) if key else self.room(code)
            if not key:
                room.seat(digest(seat))
            return self._watches[room.code]

    def told(self, watch: Watch, who: str) -> bytes:
        """What this follower is told now; the same bytes for all who sit in the class."""
        teaches = who == TEACHER
        with self._lock:
            room = self._rooms.get(watch.code)
            if room is None or self._watches[watch.code] is not watch:
                return ENDED
            watch.look(GONE_S)
            pace = room.pace if watch.near(TEACHER, GONE_S) else FREE
            there = watch.counted(lambda: _there(room, watch))
            if teaches:
                return watch.once((pace, there), lambda: orjson.dumps(telling.teacher(room, there, pace)))
            return watch.once((pace, there.joined), lambda: orjson.dumps(telling.student(room, there.joined, pace)))

    def measured(self, code: str, number: int, values: list[float] | None) -> None:
        """What the runs of a seat came to; None where one failed."""
        with self._lock:
            room = self._rooms.get(code)
            if room is None:
                return
            room.measured[number] = values
        self._changed(room)

    def table(self, code: Any, key: Any) -> str:
        """Counts as CSV, for the teacher alone. Raises InputError."""
        with self._lock:
            return telling.table(self.taught(code, key))

    def has(self, room: Room) -> bool:
        """Whether this class goes on."""
        return self._rooms.get(room.code) is room

    def rooms(self) -> list[Room]:
        with self._lock:
            return list(self._rooms.values())

    def _add(self, room: Room, address: str) -> None:
        self._rooms[room.code] = room
        watch = self._watches[room.code] = Watch(room.code, address, self._clock)
        for name in (TEACHER, *room.seats):
            watch.seen(name)

    def _end(self, room: Room) -> None:
        del self._rooms[room.code]
        self._watches.pop(room.code).changed()
        if self._kept is not None:
            self._kept.forget(room.code)

    def _end_idle(self) -> None:
        for room in [room for room in self._rooms.values() if self._watches[room.code].idle_s() > IDLE_S]:
            self._end(room)

    def _changed(self, room: Room) -> None:
        """Tell everybody, then have it on the disk. Whoever comes while it is written there waits, and finds it done."""
        with self._lock:
            watch = self._watches.get(room.code)
            if watch is None:
                return
            number = watch.changed()
        if self._kept is None:
            return
        with watch.writing:
            if watch.written >= number:
                return
            with self._lock:
                if room.code not in self._rooms:
                    return
                number, data = watch.number, written(room)
            self._kept.keep(room.code, data)
            watch.written = number


def _there(room: Room, watch: Watch) -> Presence:
    names = {name: seat for name, seat in room.seats.items() if not seat.left}
    near = [name for name in names if watch.near(name, MISSED_S)]
    astray = sum(watch.is_astray(name) and not names[name].away for name in near)
    return Presence(len(near), astray, sum(watch.silent(name, SILENT_S, FORGOTTEN_S) for name in names))


def digest(secret: Any) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()[:32] if isinstance(secret, str) and secret else ""
