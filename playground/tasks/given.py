"""What a visitor gave: one frozen type for every way of giving something to a model.

    Typed | Pixels | Sound | HeldOut | Drawn | Code

Each knows what the model is given (`model_input`, as `playground.inference.explore.explore` takes it), the class that a
conditional model is told (`condition`), how a link says it (`query`), and what to say where a task cannot read it (`refusal`).
A task says in `reads` which of them it understands, and checks one in `Task.check`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

if TYPE_CHECKING:
    from .base import Task

SIDE = 32  # of a coloured picture, in pixels


class Given(ABC):
    """What was given. Hashable: it is part of what a trace depends on."""

    refusal: ClassVar[str]
    text: str = ""  # what stands in the input box

    @abstractmethod
    def model_input(self, task: Task) -> Any:
        """What the model of this task is given."""

    def words(self, task: Task) -> str:
        """What it is, for who sees the answer and not the row in which it was given."""
        return self.text

    def condition(self, task: Task) -> int | None:
        """The class that a conditional model is told; None where nobody knows it."""
        return None

    def label(self, task: Task) -> int | None:
        """The right class of the picture, None where nobody knows it."""
        return self.condition(task)

    def query(self) -> dict[str, str]:
        """What a link says of it; what is too large for a link is left out."""
        return {}

    @property
    def origin(self) -> Given:
        """What was given before anything was set by hand."""
        return self


@dataclass(frozen=True)
class Typed(Given):
    text: str = ""
    refusal = "This task reads pictures; pick or draw one."

    def model_input(self, task: Task) -> str:
        return self.text

    def query(self) -> dict[str, str]:
        return {"input": self.text} if self.text else {}


@dataclass(frozen=True)
class Pixels(Given):
    """A coloured picture that nobody put in words: (32, 32, 3) bytes, 0 to 255 for 0 to 1."""

    data: bytes
    refusal = "This task reads no coloured pictures."

    def model_input(self, task: Task) -> np.ndarray[Any, Any]:
        return (np.frombuffer(self.data, np.uint8).astype(np.float32) / 255).reshape(SIDE, SIDE, 3)

    def words(self, task: Task) -> str:
        return "a picture of your own"


@dataclass(frozen=True)
class Sound(Given):
    """A recording: samples a second, and 16-bit samples."""

    rate: int
    data: bytes
    refusal = "This task hears nothing; choose one that reads sounds."

    def model_input(self, task: Task) -> tuple[int, np.ndarray[Any, Any]]:
        return self.rate, np.frombuffer(self.data, dtype="<i2")

    def words(self, task: Task) -> str:
        return "a recording"


@dataclass(frozen=True)
class HeldOut(Given):
    """A picture of the test set."""

    index: int
    refusal = "This task has no grey pictures to pick; type its input."

    def model_input(self, task: Task) -> np.ndarray[Any, Any]:
        return task.pictures("test")[0][self.index].reshape(28, 28).numpy()

    def words(self, task: Task) -> str:
        return f"a held-out ‘{self.condition(task)}’, picture {self.index}" if task.labelled else f"held-out picture {self.index}"

    def condition(self, task: Task) -> int | None:
        return int(task.pictures("test")[1][self.index]) if task.labelled else None

    def query(self) -> dict[str, str]:
        return {"picture": str(self.index)}


@dataclass(frozen=True)
class Drawn(Given):
    """A picture drawn by hand: 784 numbers in 0..1."""

    ink: tuple[float, ...]
    refusal = "This task reads tokens; type them."

    def model_input(self, task: Task) -> np.ndarray[Any, Any]:
        return np.array(self.ink, dtype=np.float32).reshape(28, 28)

    def words(self, task: Task) -> str:
        return "a drawing"


@dataclass(frozen=True)
class Code(Given):
    """A code set by hand: the decoder draws it, told a class if it is conditional, and no picture is read."""

    numbers: tuple[float, ...]
    told: int | None = None
    before: Given | None = None  # the picture that was given before
    refusal = "This model writes tokens; only pictures have a code to set."

    def model_input(self, task: Task) -> Code:
        return self

    def words(self, task: Task) -> str:
        return "a code set by hand"

    def condition(self, task: Task) -> int | None:
        return self.told

    def label(self, task: Task) -> int | None:
        return None

    def query(self) -> dict[str, str]:
        told = {} if self.told is None else {"condition": str(self.told)}
        return {"code": ",".join(f"{v:g}" for v in self.numbers), **told}

    @property
    def origin(self) -> Given:
        return self if self.before is None else self.before
