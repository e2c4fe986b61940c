"""The kinds of task, and the examples they give.

Training and held-out examples never overlap. Every random draw comes from the generator that is handed in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from ..vocabulary import BOS, PAD, Vocabulary


@dataclass(frozen=True)
class Batch:
    """Examples as tensors, batch first.

    Sequences: `source` (B, S) and `target` (B, T) token numbers, targets end in EOS; `mask` (B, S) is True where the
    source is real, None where nothing is padded. Pictures or sounds told in words: `source` (B, …) numbers, `mask` (B, S) over
    their frames. Readers: `target` is a class (B,), a number (B,) or, for tags, a class per token (B, S) with NO_ANSWER at
    padding. Grey pictures: `source` and `target` (B, 784) in 0..1, `condition` (B,) their labels, `noise` (B, Z) the draws of a
    model that samples its code while it trains.
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


@dataclass(frozen=True)
class Watched:
    """Inputs that are looked at while a model trains, the pinned one first.

    `batch` is what the model reads of them; its targets are not asked for. `sources` and `right` are tokens: what is looked at, none where
    that is no text, and the answer, none where nobody knows it. `pictures` show what was sensed, in 0..1.
    """

    batch: Batch
    sources: tuple[tuple[str, ...], ...] = ()
    right: tuple[tuple[str, ...], ...] = ()
    pictures: tuple[Tensor, ...] = ()


class Task(ABC):
    """One task under one choice of options. `kind` decides which models fit:

    sequence      tokens to tokens                   label   tokens to one class
    completion    the rest of a begun text           tags    tokens to a class each
    infill        the words that masks hide          number  tokens to a number
    caption       a coloured picture to tokens       sound   a sound to tokens
    picture       28 × 28 pixels to themselves
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

    @abstractmethod
    def watched(self, samples: int, places: Callable[[Batch], int]) -> Watched:
        """The pinned input, where there is one, and held-out `samples`. `places` says at how many places a model looks at an example."""

    @abstractmethod
    def longest(self) -> Batch:
        """One example as long as they come: what the work of a step is reckoned by. Its numbers mean nothing."""


class TypedTask(Task):
    """What a visitor can type, and how well a trivial guess does on it."""

    unit: str = "token"  # what one place of the source is called: "digit", "word", "region"
    examples: tuple[str, ...]
    pinned: str  # the input whose attention is watched during training
    baseline: tuple[str, float] | None = None  # what a trivial guess is called, and its held-out score

    @abstractmethod
    def random_text(self, generator: torch.Generator) -> str:
        """An input as a visitor could have typed it, not from the training examples."""


class WritingTask(Task):
    """The answer is tokens, written one after the other, the end token last."""

    target_vocabulary: Vocabulary

    def join(self, tokens: tuple[str, ...]) -> str:
        """Decoded tokens as the task writes them."""
        return " ".join(tokens)

    def max_steps(self, source_length: int) -> int:
        """Decoding stops at EOS or after this many tokens."""
        return 2 * source_length + 4


class TextTask(TypedTask):
    """What a visitor can type, read as tokens; the answer is tokens too, or words that name it.

    A reader chooses each answer from `classes`; numbers come in units of `scale`, their usual size, so that a loss on them starts near 1.
    """

    scale: float = 1.0
    source_vocabulary: Vocabulary
    max_source: int  # longest input a visitor may type
    trained_lengths: tuple[int, int]

    @abstractmethod
    def parse(self, text: str) -> tuple[str, ...]:
        """Source tokens of what was typed. Raises InputError with what was given, what is allowed, what to do."""

    @abstractmethod
    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The right output, or None where the task cannot know it."""

    def watched(self, samples: int, places: Callable[[Batch], int]) -> Watched:
        read = self.source_vocabulary
        held_out = [read.decode(row) for row in self.held_out(samples, seed=2).source.tolist()]
        sources = tuple(source[: self.trained_lengths[1]] for source in (self.parse(self.pinned), *held_out))
        tokens, mask = pad([read.encode(source) for source in sources])
        return Watched(Batch(tokens, tokens, mask), sources, tuple(self.answer(source) or () for source in sources))

    def longest(self) -> Batch:
        tokens = torch.full((1, self.trained_lengths[1]), PAD)
        return Batch(tokens, torch.full((1, tokens.shape[1] + 1), PAD))


class SequenceTask(TextTask, WritingTask):
    """Tokens to tokens, the end token last."""

    kind = "sequence"

    @property
    def classes(self) -> tuple[str, ...]:
        """What a reader chooses from at each place."""
        return self.target_vocabulary.tokens


@dataclass(frozen=True)
class Sensed:
    """A picture or a sound, ready to be read.

    `source` (1, …) is what the model reads, `mask` (1, frames) is True where it is real, None where all is. `text` is what was
    drawn or played, and so the right answer, None where nobody knows. `shown` is what a visitor sees, an array (32, 32, 3) in
    0..1, or hears, (rate, samples). `doubt` says why any answer would be a guess.
    """

    source: Tensor
    mask: Bool[Tensor, "1 frames"] | None = None
    text: str | None = None
    shown: Any = None
    doubt: str | None = None

    @property
    def right(self) -> tuple[str, ...] | None:
        """The right answer in tokens."""
        return None if self.text is None else tuple(self.text.split())


class SensedTask(TypedTask, WritingTask):
    """A picture or a sound in, tokens out: `kind` "caption" or "sound". What is typed is drawn or played first.

    `features` is how many numbers a frame of a sound has. `trained_lengths` are the fewest and the most tokens that examples say,
    None where that has no meaning.
    """

    features: int
    trained_lengths: tuple[int, int] | None = None

    @abstractmethod
    def perceive(self, given: Any) -> Sensed:
        """What is read of a text, or of a picture or sound itself. Raises InputError: what was given, what is allowed, what to do."""

    @abstractmethod
    def places(self, sensed: Sensed, count: int) -> tuple[str, ...]:
        """Short names of `count` states that an encoder spreads evenly over what was sensed: regions, or times."""

    @abstractmethod
    def grid(self, count: int) -> tuple[int, int]:
        """How so many states lie on `picture`: rows and columns."""

    @abstractmethod
    def picture(self, source: Tensor) -> Tensor:
        """One example's source (…) as a picture in 0..1, (rows, columns, 3) or (rows, columns): how a page shows it small."""

    @abstractmethod
    def max_steps(self, source_length: int = 0) -> int:
        """Decoding stops at EOS or after this many tokens, however large the source is."""

    def watched(self, samples: int, places: Callable[[Batch], int]) -> Watched:
        """All filled up to the longest. Of the pinned input the places are named, of the others a page shows what was sensed."""
        pinned, rows = self.perceive(self.pinned), self.held_out(samples, seed=2)
        source, mask = joined([pinned.source, rows.source]), None
        if rows.mask is not None:
            own = pinned.source.new_ones(pinned.source.shape[:2], dtype=torch.bool) if pinned.mask is None else pinned.mask
            mask = joined([own, rows.mask])
        return Watched(
            Batch(source, source, mask),
            (self.places(pinned, places(Batch(pinned.source, pinned.source, pinned.mask))), *[()] * len(rows)),
            (pinned.right or (), *(self.target_vocabulary.decode(row) for row in rows.target.tolist())),
            tuple(map(self.picture, source)),
        )

    def longest(self) -> Batch:
        """The pinned one."""
        pinned = self.perceive(self.pinned)
        return Batch(pinned.source, torch.full((1, self.max_steps()), PAD), pinned.mask)


class ReaderTask(TextTask):
    """Tokens to an answer that is read off at once: `kind` "label" (one of `classes`), "tags" (one per token) or "number".

    `answer` gives one word for a label or a number, one per token for tags.
    """

    classes: tuple[str, ...] = ()

    def join(self, answers: tuple[str, ...]) -> str:
        """The answer as the task writes it."""
        return " ".join(answers)


class PictureTask(Task):
    """Grey pictures of 28 × 28 pixels, ink is 1."""

    kind = "picture"

    @abstractmethod
    def pictures(self, part: str) -> tuple[Tensor, Tensor]:
        """All pictures (N, 784) and their labels (N,) of "train" or "held_out"."""

    def as_data(self, drawn: Tensor) -> Tensor:
        """Drawings (N, 784), already centred and scaled, through whatever the pictures of this task went through."""
        return drawn

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        pictures, labels = self.pictures("train")
        chosen = torch.randint(len(pictures), (count,), generator=generator)
        return Batch(pictures[chosen], pictures[chosen], condition=labels[chosen])

    def held_out(self, count: int, seed: int = 0) -> Batch:
        pictures, labels = self.pictures("held_out")
        order = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(seed))[:count]
        return Batch(pictures[order], pictures[order], condition=labels[order])

    def watched(self, samples: int, places: Callable[[Batch], int]) -> Watched:
        """There is no pinned picture: the first held-out one stands for it."""
        return Watched(self.held_out(1 + samples))

    def longest(self) -> Batch:
        return Batch(torch.zeros(1, 784), torch.zeros(1, 784))


def pad(rows: list[list[int]], width: int | None = None) -> tuple[Tensor, Tensor]:
    """Token numbers as a rectangle (B, width) filled up with PAD, and the mask that is True where they are real."""
    width = max(map(len, rows)) if width is None else width
    tokens = torch.tensor([row + [PAD] * (width - len(row)) for row in rows])
    return tokens, tokens != PAD


def joined(parts: list[Tensor]) -> Tensor:
    """Batches (B, S, …) of several lengths as one, filled up with 0 to the longest."""
    longest = max(part.shape[1] for part in parts)
    return torch.cat([torch.cat([part, part.new_zeros(len(part), longest - part.shape[1], *part.shape[2:])], dim=1) for part in parts])
