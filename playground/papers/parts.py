"""What papers are put together from: sources, arms, bars, axes, questions, and what is measured of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..training import recipes
from ..training.recipes import Recipe

SHARE, POINTS, TIMES, NUMBER = "%", "points", "times", ""  # units: a share of 1 in percent, a difference of two, a multiple, a number


@dataclass(frozen=True)
class Source:
    """Who says so, and where."""

    authors: str
    title: str
    year: int
    where: str


@dataclass(frozen=True)
class Theirs:
    """What the authors measured, in words, and as `bars` (arm, figure) on one `axis` that ends at `to`. Without bars where their text
    prints no figures that can be set side by side."""

    words: str
    bars: tuple[tuple[str, float], ...] = ()
    axis: str = ""
    to: float = 0.0


@dataclass(frozen=True)
class Arm:
    """One training: its letter, what it is called, and its recipe but for the seed. It does all of its `updates`, however early it is
    right. `beside` says that it is no side of the claim but stands beside it, such as one that was trained longer."""

    letter: str
    name: str
    architecture: str
    task: str
    updates: int
    model: Mapping[str, Any] = field(default_factory=dict)
    task_options: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    beside: bool = False

    def recipe(self, seed: int) -> Recipe:
        """Raises InputError for what is no seed."""
        return recipes.make(
            self.architecture,
            self.task,
            seed=seed,
            device="cpu",
            model_options=self.model,
            task_options=self.task_options,
            training_options={**self.training, "steps": self.updates, "early_stop": False},
        )


@dataclass(frozen=True)
class Bar:
    """That a measured `value` must be at least, or at most, so much. `arm` is the letter whose value it is, none where it is of several;
    `at` the place on the line of that arm where it is measured, if it is a point of one."""

    value: str
    words: str
    arm: str = ""
    least: float | None = None
    most: float | None = None
    unit: str = SHARE
    at: float | None = None

    def reached(self, value: float) -> bool:
        """Whether it is; what is no number reaches nothing."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def needs(self) -> str:
        """≥ 90 %"""
        told = [("≥", self.least), ("≤", self.most)]
        return ", ".join(f"{sign} {shown(bound, self.unit)}" for sign, bound in told if bound is not None)


@dataclass(frozen=True)
class Axis:
    """One axis of the figure: its name, its unit, the range that was taught, if one was, and the `names` of its places where they are no
    numbers."""

    name: str
    unit: str = NUMBER
    taught: tuple[float, float] | None = None
    logarithmic: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What a visitor commits to before the trainings: `text`, the `value` it asks for, and `edges`, from the highest down, between the
    options, which are one more than the edges; `at` as a bar has it."""

    text: str
    value: str
    options: tuple[str, ...]
    edges: tuple[float, ...]
    at: float | None = None

    def right(self, value: float) -> int:
        """Which option is."""
        return sum(value < edge for edge in self.edges)


@dataclass(frozen=True)
class Try:
    """A row of what can be tried by hand: acts on one arm, and the value that they leave."""

    arm: str
    words: str
    value: str
    acts: str = ""  # name of the paper's acts; none for the model as it was trained


@dataclass(frozen=True)
class Line:
    """What one arm measured along an axis: `y` at each `x`, over `n` inputs each; `name` where it is not the arm's."""

    arm: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    n: int
    name: str = ""


@dataclass(frozen=True)
class Measured:
    """What the runs of a paper came to: named values, and what is drawn."""

    values: Mapping[str, float]
    lines: tuple[Line, ...]


def shown(value: float, unit: str) -> str:
    """A value in its unit: 97.5 %, 3.4 nats. A share is never rounded up to all, nor down to nothing."""
    if unit == POINTS:
        return f"{100 * value:.1f} points"
    if unit != SHARE:
        return f"{value:.3g} {unit}".rstrip()
    digits = 0 if value in (0.0, 1.0) or (100 * value).is_integer() else 1
    percent = round(100 * value, 1)
    if abs(percent) in (0.0, 100.0) and value not in (-1.0, 0.0, 1.0):
        return f"{100 * value:.2f} %"
    return f"{percent:.{digits}f} %"
