"""Tasks: where examples come from, how typed input is read, and what is right.

A task file holds one class and registers it; presets, contract tests and the page find it. Training and held-out
examples never overlap. Every random draw comes from the generator that is handed in.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from ..errors import InputError
from ..vocabulary import BOS, PAD, Vocabulary


@dataclass(frozen=True)
class Batch:
    """Examples as tensors, batch first.

    Sequences: `source` (B, S) and `target` (B, T) token numbers, targets end in EOS; `mask` (B, S) is True where the
    source is real, None where nothing is padded. Sounds: `source` (B, F, C) frames, `mask` (B, F). Readers: `target` is a
    class (B,), a number (B,) or, for tags, a class per token (B, S) with NO_ANSWER at padding. Pictures: `source` and
    `target` (B, 784) in 0..1, `condition` (B,) their labels, `noise` (B, Z) the draws of a model that samples its code while it
    trains.
    """

    source: Tensor
    target: Tensor
    mask: Bool[Tensor, "batch source"] | None = None
    condition: Int[Tensor, " batch"] | None = None
    noise: Float[Tensor, "batch code"] | None = None

    @property
    def target_in(self) -> Tensor:
        """What the decoder reads under teacher forcing: the target moved right by one, BOS first. (B, T)"""
        return torch.cat([torch.full_like(self.target[:, :1], BOS), self.target[:, :-1]], dim=1)

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, rows: slice | Tensor) -> Batch:
        return self._each(lambda part: part[rows])

    def to(self, device: torch.device) -> Batch:
        return self._each(lambda part: part.to(device))

    def _each(self, change: Callable[[Tensor], Tensor]) -> Batch:
        parts = (self.source, self.target, self.mask, self.condition, self.noise)
        return Batch(*(None if part is None else change(part) for part in parts))  # type: ignore[arg-type]


NO_ANSWER = -100  # a target that no loss and no score counts; torch's own default for it


class Task(ABC):
    """One task under one choice of options. `kind` decides which models fit:

    sequence      tokens to tokens                   label   tokens to one class
    completion    the rest of a begun text           tags    tokens to a class each
    infill        the words that masks hide          number  tokens to a number
    picture       28 × 28 pixels to themselves
    sound         frames of sound to tokens
    """

    id: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    example: ClassVar[str]
    kind: ClassVar[str]
    Options: ClassVar[type[Any]]

    def __init__(self, options: Any = None) -> None:
        self.options = self.Options() if options is None else options

    @abstractmethod
    def sample(self, count: int, generator: torch.Generator) -> Batch:
        """`count` training examples."""

    @abstractmethod
    def held_out(self, count: int, seed: int = 0) -> Batch:
        """`count` examples that training never sees; the same for the same seed."""


class TextTask(Task):
    """What a visitor can type, read as tokens; the answer is tokens too, or words that name it."""

    unit: str = "token"  # what one source token is called: "digit", "word"
    source_vocabulary: Vocabulary
    max_source: int  # longest input a visitor may type
    trained_lengths: tuple[int, int]
    examples: tuple[str, ...]
    pinned: str  # the input whose attention is watched during training
    baseline: tuple[str, float] | None = None  # what a trivial guess is called, and its held-out score

    @abstractmethod
    def parse(self, text: str) -> tuple[str, ...]:
        """Source tokens of what was typed. Raises InputError with what was given, what is allowed, what to do."""

    @abstractmethod
    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The right output, or None where the task cannot know it."""

    @abstractmethod
    def random_text(self, generator: torch.Generator) -> str:
        """An input as a visitor could have typed it, not from the training examples."""


class SequenceTask(TextTask):
    """Tokens to tokens, the end token last."""

    kind = "sequence"
    target_vocabulary: Vocabulary

    def join(self, tokens: tuple[str, ...]) -> str:
        """Decoded tokens as the task writes them."""
        return " ".join(tokens)

    def max_steps(self, source_length: int) -> int:
        """Decoding stops at EOS or after this many tokens."""
        return 2 * source_length + 4


@dataclass(frozen=True)
class Sensed:
    """One input as a model senses it.

    `source` (1, F, C) floats and `mask` (1, F), None where all is real; `text` is what it is known to say, if it is known;
    `shown` is what a visitor perceives of it: (samples a second, int16 samples).
    """

    source: Float[Tensor, "1 frames features"]
    mask: Bool[Tensor, "1 frames"] | None
    text: str | None
    shown: Any


class SensedTask(SequenceTask):
    """What is sensed, not read, to tokens. Given as text, what the text says is synthesised; `parse` reads that text.

    `features` is the width of a frame, `trained_frames` how many the longest training example has.
    """

    features: int
    trained_frames: int

    @abstractmethod
    def perceive(self, given: Any) -> Sensed:
        """What was given, as the model senses it. Raises InputError."""

    @abstractmethod
    def places(self, states: int) -> tuple[str, ...]:
        """What the encoder's states are called."""


class ReaderTask(TextTask):
    """Tokens to an answer that is read off at once: `kind` "label" (one of `classes`), "tags" (one per token) or "number".

    `answer` gives one word for a label or a number, one per token for tags. Numbers come in units of `scale`, their usual
    size, so that a loss on them starts near 1.
    """

    classes: tuple[str, ...] = ()
    scale: float = 1.0

    def join(self, answers: tuple[str, ...]) -> str:
        """The answer as the task writes it."""
        return " ".join(answers)


class PictureTask(Task):
    """Grey pictures of 28 × 28 pixels, ink is 1."""

    kind = "picture"

    @abstractmethod
    def pictures(self, part: str) -> tuple[Tensor, Tensor]:
        """All pictures (N, 784) and their labels (N,) of "train" or "held_out"."""

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        pictures, labels = self.pictures("train")
        chosen = torch.randint(len(pictures), (count,), generator=generator)
        return Batch(pictures[chosen], pictures[chosen], condition=labels[chosen])

    def held_out(self, count: int, seed: int = 0) -> Batch:
        pictures, labels = self.pictures("held_out")
        order = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(seed))[:count]
        return Batch(pictures[order], pictures[order], condition=labels[order])


def pad(rows: list[list[int]], width: int | None = None) -> tuple[Tensor, Tensor]:
    """Token numbers as a rectangle (B, width) filled up with PAD, and the mask that is True where they are real."""
    width = max(map(len, rows)) if width is None else width
    tokens = torch.tensor([row + [PAD] * (width - len(row)) for row in rows])
    return tokens, tokens != PAD


T = TypeVar("T", bound=type[Task])
_registry: dict[str, type[Task]] = {}


def register(task: T) -> T:
    _registry[task.id] = task
    return task


def tasks() -> dict[str, type[Task]]:
    return dict(_registry)


def get(id: str) -> type[Task]:
    """The task class of this id. Raises InputError that names the registered ones."""
    if not isinstance(id, str) or id not in _registry:
        raise InputError(f"{str(id)[:60]!r} is not a task here; there are: {', '.join(_registry)}.")
    return _registry[id]


for _module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")
