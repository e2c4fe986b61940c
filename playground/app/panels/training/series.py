"""How far several runs of one visitor are, that train one after the other."""

from __future__ import annotations

from typing import Any

from ....runs.events import Done
from ....runs.log import RunLog
from ....runs.series import Series, SeriesBook
from ....training.expected_time import expected_seconds
from ....training.recipes import Recipe
from ...sessions import Visitor
from ...visit import Visit


class Trains:
    """A panel that trains several runs of a visitor."""

    every: SeriesBook[Recipe]

    def cancel(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Begin no more runs; those that have ended stay."""
        series = self.every.of(visitor.tab)
        if series is not None:
            series.stop()
        return visit


def ended(series: Series[Recipe]) -> list[tuple[int, RunLog[Recipe]]]:
    """Those that were trained to their end, by their places among all."""
    return [(i, log) for i, log in enumerate(series.runs) if log.status == "done" and isinstance(log.end, Done) and log.end.metrics]


def progress(series: Series[Recipe]) -> dict[str, Any]:
    """What the page is told of it."""
    return {
        "done": series.done,
        "of": len(series.recipes),
        "over": series.over,
        "stopped": series.stopped,
        "failed": sum(log.status == "failed" for log in series.runs),
        "waits": series.waits_for or (_waits(series.runs[-1]) if series.runs else None),
        "eta_s": _left(series),
    }


def _waits(log: RunLog[Recipe]) -> str | None:
    """Where the run that is due stands in line."""
    return None if log.position is None or log.over else "Place {} of {} in line.".format(*log.position)


def _left(series: Series[Recipe]) -> float:
    """Seconds until it may be over: as long for each run as those before took here, else as is expected of it."""
    rest = series.recipes[series.done :]
    if series.over or not rest:
        return 0.0
    if series.done:
        return round(series.elapsed_s() / series.done * len(rest), 1)
    expected = [expected_seconds(recipe) for recipe in rest]
    return round(max(sum(expected) - series.elapsed_s(), sum(expected[1:]), expected[0] / 2), 1)
