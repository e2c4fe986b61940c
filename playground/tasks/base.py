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

from ..errors import InputError
from ..vocabulary import BOS, PAD, Vocabulary
from .given import Code, Drawn, Given, HeldOut, Sound, Typed


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
    reads: ClassVar[tuple[type[Given], ...]]  # ways of giving an input that it understands
    writes: ClassVar[bool] = False  # whether the answer is tokens, written one after the other
    score_name: ClassVar[str] = "exact match"
    higher_is_better: ClassVar[bool] = True
    Options: ClassVar[type[Any]]

    examples: tuple[str, ...] = ()  # inputs that a visitor may begin with
    baseline: tuple[str, float] | None = None  # what a trivial guess is called, and its held-out score

    def __init__(self, options: Any = None) -> None:
        self.options = self.Options() if options is None else options

    @abstractmethod
    def sample(self, count: int, generator: torch.Generator) -> Batch:
        """`count` training examples."""

    @abstractmethod
    def held_out(self, count: int, seed: int = 0) -> Batch:
        """`count` examples that training never sees; the same for the same seed."""

    @abstractmethod
    def first(self) -> Given:
        """The input that a visitor finds."""

    @abstractmethod
    def another(self, generator: torch.Generator, shown: Given) -> Given:
        """Another input by chance; of pictures, never the one that is shown."""

    def check(self, given: Given) -> None:
        """Raises InputError for what this task cannot read."""
        if not isinstance(given, self.reads):
            raise InputError(given.refusal)

    def drawn(self, values: Any) -> Given:
        """What a drawing, as a pad or a file gives it, is to this task. Raises InputError where it reads none."""
        raise InputError(Drawn.refusal)

    def recorded(self, rate: Any, samples: bytes) -> Given:
        """What a recording of 16-bit samples is to this task. Raises InputError where it hears none."""
        raise InputError(Sound.refusal)

    def pictures(self, part: str) -> tuple[Tensor, Tensor]:
        """All grey pictures (N, 784) and their labels (N,) of "train" or "held_out". Raises InputError where there are none."""
        raise InputError(HeldOut.refusal)


class TypedTask(Task):
    """What a visitor can type, and how well a trivial guess does on it."""

    reads: ClassVar[tuple[type[Given], ...]] = (Typed,)
    unit: str = "token"  # what one place of the source is called: "digit", "word", "region"
    pinned: str  # the input whose attention is watched during training

    @abstractmethod
    def random_text(self, generator: torch.Generator) -> str:
        """An input as a visitor could have typed it, not from the training examples."""

    def first(self) -> Given:
        return Typed(self.pinned)

    def another(self, generator: torch.Generator, shown: Given) -> Given:
        return Typed(self.random_text(generator))


class WritingTask(Task):
    """The answer is tokens, written one after the other, the end token last."""

    writes = True
    target_vocabulary: Vocabulary

    def join(self, tokens: tuple[str, ...]) -> str:
        """Decoded tokens as the task writes them."""
        return " ".join(tokens)

    def max_steps(self, source_length: int) -> int:
        """Decoding stops at EOS or after this many tokens."""
        return 2 * source_length + 4


class TextTask(TypedTask):
    """What a visitor can type, read as tokens; the answer is tokens too, or words that name it."""

    source_vocabulary: Vocabulary
    max_source: int  # longest input a visitor may type
    trained_lengths: tuple[int, int]

    def check(self, given: Given) -> None:
        super().check(given)
        self.parse(given.text)

    @abstractmethod
    def parse(self, text: str) -> tuple[str, ...]:
        """Source tokens of what was typed. Raises InputError with what was given, what is allowed, what to do."""

    @abstractmethod
    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The right output, or None where the task cannot know it."""


class SequenceTask(TextTask, WritingTask):
    """Tokens to tokens, the end token last."""

    kind = "sequence"


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

    def check(self, given: Given) -> None:
        super().check(given)
        self.perceive(given.model_input(self))

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
    reads = (HeldOut, Drawn, Code)
    score_name, higher_is_better = "error per pixel", False

    def first(self) -> Given:
        return HeldOut(0)

    def another(self, generator: torch.Generator, shown: Given) -> Given:
        count = len(self.pictures("held_out")[0])
        if isinstance(shown.origin, HeldOut):  # a step of 1 to count - 1 around the circle
            return HeldOut((shown.origin.index + int(torch.randint(1, count, (), generator=generator))) % count)
        return HeldOut(int(torch.randint(count, (), generator=generator)))

    def check(self, given: Given) -> None:
        super().check(given)
        count = len(self.pictures("held_out")[0])
        if isinstance(given, HeldOut) and (type(given.index) is not int or not 0 <= given.index < count):
            raise InputError(f"The test set has pictures 0 to {count - 1}; {str(given.index)[:40]!r} is none of them.")

    def as_data(self, drawn: Tensor) -> Tensor:
        """Drawings (N, 784), already centred and scaled, through whatever the pictures of this task went through."""
        return drawn

    def drawn(self, values: Any) -> Given:
        """`values` (28, 28) of ink in 0..1, already centred and scaled."""
        return Drawn(tuple(self.as_data(torch.from_numpy(values).reshape(1, -1))[0].tolist()))

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


def joined(parts: list[Tensor]) -> Tensor:
    """Batches (B, S, …) of several lengths as one, filled up with 0 to the longest."""
    longest = max(part.shape[1] for part in parts)
    return torch.cat([torch.cat([part, part.new_zeros(len(part), longest - part.shape[1], *part.shape[2:])], dim=1) for part in parts])
