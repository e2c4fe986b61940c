"""What one seed of a paper came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .parts import Bar, Line, shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from .paper import Paper


class Check(NamedTuple):
    """One bar, and whether what was measured reached it."""

    bar: Bar
    value: float
    reached: bool


@dataclass(frozen=True)
class Result:
    """One seed: `values` by name, `lines` of the figure, the CPU `seconds_by_arm` of its trainings, and, of a side that fell short, in what
    way its answers are `wrong`; results that are shipped do not say."""

    paper: Paper
    seed: int
    values: Mapping[str, float]
    lines: tuple[Line, ...]
    seconds_by_arm: Mapping[str, float]
    wrong: str = ""

    @property
    def seconds(self) -> float:
        """CPU seconds of all arms together."""
        return sum(self.seconds_by_arm.values())

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every bar of the paper: criterion, control, act."""
        return tuple(self._check(bar) for bar in self.paper.bars)

    @property
    def holds(self) -> bool:
        """Whether the claim does, with this seed."""
        return all(self._check(bar).reached for bar in self.paper.criterion)

    @property
    def control_holds(self) -> bool:
        """Whether the control came out as it must."""
        return all(self._check(bar).reached for bar in self.paper.control)

    @property
    def act_holds(self) -> bool:
        """Whether the act took the cause away."""
        return all(self._check(bar).reached for bar in self.paper.act)

    @property
    def sentence(self) -> str:
        """Reproduced with seed 7: …"""
        return f"{'Reproduced' if self.holds and self.control_holds else 'Not reproduced'} with seed {self.seed}: {self.told}"

    @property
    def told(self) -> str:
        """What was measured, in a sentence."""
        return self.filled(self.paper.sentence)

    @property
    def limits(self) -> str:
        """What this does not show."""
        return self.filled(self.paper.limits)

    def filled(self, text: str) -> str:
        """A text of the paper with this seed's values in it."""
        units = {bar.value: bar.unit for bar in self.paper.bars}
        usual = self.paper.axes[1].unit
        return text.format_map({name: shown(value, units.get(name, usual)) for name, value in self.values.items()})

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: what, needs, value, reached."""
        return [["what", "needs", "value", "reached"], *([c.bar.words, c.bar.needs, c.value, c.reached] for c in self.checks)]

    def figure(self, theme: str = "light") -> go.Figure:
        """What the arms measured, the bars of the criterion in it, and the judge seeds thin behind. Raises InputError for other themes."""
        from ..views.claims import figure

        return figure(self, theme)

    @property
    def json(self) -> dict[str, Any]:
        """What is kept of it."""
        return {
            "seed": self.seed,
            "values": {name: round(value, 6) for name, value in self.values.items()},
            "lines": [asdict(line) for line in self.lines],
            "seconds": {letter: round(seconds, 2) for letter, seconds in self.seconds_by_arm.items()},
        }

    @classmethod
    def of(cls, paper: Paper, kept: Mapping[str, Any]) -> Result:
        """What `json` kept of a result of this paper."""
        lines = tuple(Line(line["arm"], tuple(line["x"]), tuple(line["y"]), line["n"], line["name"]) for line in kept["lines"])
        return cls(paper, kept["seed"], kept["values"], lines, kept["seconds"])

    def _check(self, bar: Bar) -> Check:
        value = self.values[bar.value]
        return Check(bar, value, bar.reached(value))

    def __repr__(self) -> str:
        """Result(bahdanau_2015, seed 7: reproduced, A at 12 .975, B at 12 .000, 11.2 s)"""
        told = ", ".join(f"{check.bar.value} {check.value:.3f}" for check in self.checks if check.bar in self.paper.criterion)
        verdict = "reproduced" if self.holds and self.control_holds else "not reproduced"
        return f"Result({self.paper.id}, seed {self.seed}: {verdict}, {told}, {self.seconds:.1f} s)"
