"""One experiment with many seeds: what a class tries together is trained here, a seed for each who joined.

The trainings wait in the same line as everybody's, few at a time, so that nobody beside a class waits for all of it. They begin when
somebody joins, before anything is asked; what was measured once with a seed is not trained again.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from urllib.parse import parse_qs, urlencode

from cachetools import LRUCache

from ...classroom.book import ClassBook
from ...classroom.room import Room
from ...classroom.telling import uncovered
from ...errors import InputError
from ...papers import papers
from ...runs.book import RunBook, cores
from ...runs.clock import MONOTONIC, Clock
from ...runs.events import Done
from ...runs.log import RunLog
from ...training.recipes import Recipe
from ..visit import Trial
from . import Library
from .plans import PAPER, experiment, points, rows
from .trials import Judge, in_order

KEPT = 1_000  # results of seeds
RETRY_S = 0.5  # until a place in line is asked for again
INPUTS = ("input", "picture", "condition", "code")  # of a link
MEASURES = ("exact_match", "mse")  # of a single model: the first that it has

_log = logging.getLogger(__name__)


class Experimenter:
    """Trains what classes try together, as many at a time as the server trains."""

    def __init__(
        self, classes: ClassBook, book: RunBook[Recipe], library: Library, at_once: int | None = None, clock: Clock = MONOTONIC
    ) -> None:
        self._classes, self._book, self._library, self._judge = classes, book, library, Judge(library)
        self._at_once, self._clock = at_once or cores(), clock
        self._lock = threading.Lock()
        self._rest = threading.Condition()
        self._busy: set[tuple[str, int]] = set()  # class and seat of what is under way
        self._workers = 0
        self._results: LRUCache[tuple[str, int], list[float]] = LRUCache(KEPT)
        self._runs: LRUCache[tuple[str, int], tuple[str, ...]] = LRUCache(KEPT)  # of these results, in the order of the trainings

    def look(self, room: Room) -> None:
        """Somebody joined: have their runs trained, if this class tries anything."""
        if room.plan.trial is None:
            return
        with self._lock:
            start = self._workers < self._at_once
            self._workers += start
        if start:
            threading.Thread(target=self._work, name="class experiment", daemon=True).start()

    def own(self, room: Room, number: int, row: int) -> str:
        """The link to the run by which a row was measured for the seat of this number, on the class's input where it fits. Raises
        InputError where there is none, where it is covered, and where it is no longer kept."""
        trial = room.plan.trial
        if trial is None or not 0 <= row < len(trial.rows) or room.measured.get(number) is None:
            raise InputError("Your run is not in yet, or it failed; wait until its dot is drawn.")
        if row not in uncovered(room):
            raise InputError("This run is covered until your teacher reveals what it shows.")
        at, seed = _training(trial.name, trial.rows[row].arm), trial.seed(number)
        with self._lock:
            runs = self._runs.get((trial.name, seed), ())
        if not runs:
            raise InputError("Your run was trained before the server was started anew, and its weights are gone.")
        recipe = self._library.log(runs[at]).recipe
        place = parse_qs(room.place, keep_blank_values=True)
        given = {name: place[name][-1] for name in INPUTS if name in place} if place.get("task") == [recipe.task] else {}
        return f"{recipe.to_query()}&{urlencode({**given, 'run': runs[at]})}"

    def _work(self) -> None:
        while (found := self._next()) is not None:
            room, number = found
            try:
                self._classes.measured(room.code, number, self._measured(room, number))
            except Exception:  # noqa: BLE001  the others' runs go on, whatever this one came to
                _log.exception("a run of class %s could not be measured", room.code)
                with suppress(OSError):
                    self._classes.measured(room.code, number, None)
            finally:
                with self._lock:
                    self._busy.discard((room.code, number))

    def _next(self) -> tuple[Room, int] | None:
        """Whose turn it is: classes that have measured least come first. None where nothing is left, and the worker ends."""
        with self._lock:
            for room in sorted(self._classes.rooms(), key=lambda room: len(room.measured)):
                if room.plan.trial is None or self._book.closing:
                    continue
                for number in sorted(seat.number for seat in list(room.seats.values())):
                    if number not in room.measured and (room.code, number) not in self._busy:
                        self._busy.add((room.code, number))
                        return room, number
            self._workers -= 1
            return None

    def _measured(self, room: Room, number: int) -> list[float] | None:
        trial = room.plan.trial
        assert trial is not None
        name, seed = trial.name, trial.seed(number)
        with self._lock:
            known = self._results.get((name, seed))
        if known is not None:
            return known
        logs = []
        for recipe in experiment(name, seed):
            log = self._trained(recipe, room)
            if log is None or log.status != "done":
                return None
            logs.append(log)
        values = self._values(name, seed, logs)
        with self._lock:
            self._results[name, seed] = values
            self._runs[name, seed] = tuple(log.id for log in logs)
        return values

    def _trained(self, recipe: Recipe, room: Room) -> RunLog[Recipe] | None:
        """The run of a recipe when it is over; None where the class, or the server, ends before."""
        owner = f"class {room.code}"
        while not self._book.closing and self._classes.has(room):
            try:
                log = self._book.get(self._book.start(recipe, f"{owner} {recipe.seed}", address=owner))
            except InputError:  # no room in line
                with self._rest:
                    self._clock.wait(self._rest, RETRY_S)
                continue
            for _ in log.read():
                pass
            return log
        return None

    def _values(self, name: str, seed: int, logs: list[RunLog[Recipe]]) -> list[float]:
        """In the order of the rows, then those of the curve."""
        if name.startswith(PAPER):
            paper = papers[name.removeprefix(PAPER)]
            result = self._judge.result(Trial(paper.id, seed, tuple(log.id for log in logs)))
            return [round(value, 4) for value in (*(result.values[name] for name, _ in rows(paper)), *points(paper, result))]
        end = logs[0].end
        assert isinstance(end, Done)
        return [round(next(end.metrics[measure] for measure in MEASURES if measure in end.metrics), 4)]


def _training(name: str, arm: str) -> int:
    """Which of an experiment's trainings is that of an arm; what is measured of several is shown by the first."""
    letters = [known.letter for known in in_order(papers[name.removeprefix(PAPER)])] if name.startswith(PAPER) else []
    return letters.index(arm) if arm in letters else 0
