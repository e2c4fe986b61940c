"""The kinds of task. Whoever uses a task asks it; nobody asks of which kind it is.

Training and held-out examples never overlap. Every random draw comes from the generator that is handed in. What stands here
as a property may be a plain attribute in a task: `pinned = "3 1 4"`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InputError
from ..options import show
from ..vocabulary import EOS, Vocabulary
from .examples import Batch, Reading
from .given import Given, HeldOut, Typed

Guess = tuple[str, float]  # what a trivial guess is called, and its held-out score


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
    group: ClassVar[str | None] = None  # of tasks in a list; None: where others of this kind are
    order: ClassVar[float] = math.inf  # in a list: from the easiest to read off the picture
    reads: ClassVar[tuple[type[Given], ...]]  # ways of giving an input that it understands
    writes: ClassVar[bool] = False  # whether the answer is tokens, written one after the other
    score_name: ClassVar[str] = "exact match"
    higher_is_better: ClassVar[bool] = True
    Options: ClassVar[type[Any]]
    scale: float = 1.0  # the usual size of the numbers that are its answers

    def __init__(self, options: Any = None) -> None:
        self.options = self.Options() if options is None else options

    # Examples

    @abstractmethod
    def sample(self, count: int, generator: torch.Generator) -> Batch:
        """`count` training examples."""

    @abstractmethod
    def held_out(self, count: int, seed: int = 0) -> Batch:
        """`count` examples that training never sees; the same for the same seed."""

    @abstractmethod
    def readings(self, batch: Batch) -> list[Reading]:
        """Each example of a batch as it is read alone, without padding."""

    @property
    def trained_lengths(self) -> tuple[int, int] | None:
        """How many tokens the shortest and the longest example have, or say; None where that has no meaning."""
        return None

    def pictures(self, part: str) -> tuple[Tensor, Tensor]:
        """All grey pictures (N, 784) and their labels (N,) of "train" or "held_out". Raises InputError where there are none."""
        raise InputError(HeldOut.refusal)

    # One input

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

    @abstractmethod
    def perceive(self, given: Any) -> Reading:
        """What a model is to read of an input (`Given.model_input`). Raises InputError: what was given, what is allowed, what to do."""

    def watched(self) -> Reading | None:
        """The pinned input, which is looked at during training, no longer than examples are; None where it is one of the examples."""
        return None

    def places(self, reading: Reading, count: int) -> tuple[str, ...]:
        """Short names of the `count` states that an encoder makes of it: tokens, regions, or times."""
        return reading.tokens

    def grid(self, count: int) -> tuple[int, int]:
        """How so many states lie on its `image`: rows and columns."""
        return 1, count

    def image(self, reading: Reading) -> NDArray[np.uint8] | None:
        """A picture that stands for it, (rows, columns) or (rows, columns, 3); None where its tokens do."""
        return None

    def right(self, reading: Reading) -> tuple[str, ...] | None:
        """The right answer, None where nobody knows it."""
        return None

    def doubt(self, reading: Reading) -> str | None:
        """Why an answer may well be wrong, told before it is given; None where nothing speaks against it."""
        return reading.doubt

    # Answers

    @property
    def names(self) -> tuple[str, ...]:
        """What the classes of a model's logits are called, in their order."""
        return ()

    def vocabularies(self) -> tuple[Vocabulary, ...]:
        """Of what is read, then of what is written."""
        return ()

    def join(self, tokens: tuple[str, ...]) -> str:
        """An answer as the task writes it."""
        return " ".join(tokens)

    def token_id(self, token: Any) -> int:
        """The number of a token that a model is made to write, "end" for the end. Raises InputError."""
        raise InputError("This task writes no tokens, so that none can be forced.")

    def max_steps(self, source_length: int) -> int:
        """Decoding stops at EOS or after this many tokens."""
        return 0

    # Trivial guesses

    @property
    def baseline(self) -> Guess | None:
        """What a trivial guess is called, and its held-out score."""
        return None

    @property
    def floor(self) -> Guess:
        """The same, or a guess that reads nothing."""
        return self.baseline or ("guessing evenly", 0.0)

    @property
    def guess_loss(self) -> float | None:
        """The loss, in nats, of giving every word and the end the same probability; None where no words are written."""
        return None


class TypedTask(Task):
    """What a visitor can type."""

    reads: ClassVar[tuple[type[Given], ...]] = (Typed,)

    @property
    def unit(self) -> str:
        """What one place of the source is called: "digit", "word", "region"."""
        return "token"

    @property
    @abstractmethod
    def examples(self) -> tuple[str, ...]:
        """Inputs that a visitor is offered."""

    @property
    @abstractmethod
    def pinned(self) -> str:
        """The input that a visitor finds, and whose attention is watched during training."""

    @abstractmethod
    def random_text(self, generator: torch.Generator) -> str:
        """An input as a visitor could have typed it, not from the training examples."""

    def first(self) -> Given:
        return Typed(self.pinned)

    def another(self, generator: torch.Generator, shown: Given) -> Given:
        return Typed(self.random_text(generator))

    def check(self, given: Given) -> None:
        super().check(given)
        self.perceive(given.model_input(self))

    def watched(self) -> Reading:
        return self.perceive(self.pinned)

    def doubt(self, reading: Reading) -> str | None:
        """That it is shorter or longer than any example was."""
        told, trained = reading.tokens or reading.right, self.trained_lengths
        if reading.doubt or told is None or trained is None or trained[0] <= len(told) <= trained[1]:
            return reading.doubt
        n, (low, high) = len(told), trained
        lengths = f"inputs of length {low}" if low == high else f"lengths {low} to {high}"
        return f"This input has {n} {self.unit}{'s' if n > 1 else ''}; the model was trained on {lengths}, so expect mistakes."


class WritingTask(Task):
    """The answer is tokens, written one after the other, the end token last."""

    writes = True
    target_vocabulary: Vocabulary

    @property
    def names(self) -> tuple[str, ...]:
        return self.target_vocabulary.tokens

    def vocabularies(self) -> tuple[Vocabulary, ...]:
        return *super().vocabularies(), self.target_vocabulary

    def token_id(self, token: Any) -> int:
        if not isinstance(token, str):
            raise InputError(f"A forced token must be text such as 5, or end, not {show(token)}.")
        return EOS if token == "end" else self.target_vocabulary.encode([token])[0]

    def max_steps(self, source_length: int) -> int:
        return 2 * source_length + 4

    @property
    def guess_loss(self) -> float:
        return math.log(len(self.target_vocabulary.words) + 1)


class TextTask(TypedTask):
    """What a visitor can type, read as tokens; the answer is tokens too, or words that name it."""

    source_vocabulary: Vocabulary
    max_source: int  # longest input a visitor may type

    @property
    @abstractmethod
    def trained_lengths(self) -> tuple[int, int]: ...

    @abstractmethod
    def parse(self, text: str) -> tuple[str, ...]:
        """Source tokens of what was typed. Raises InputError with what was given, what is allowed, what to do."""

    @abstractmethod
    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The right output, or None where the task cannot know it."""

    def perceive(self, given: Any) -> Reading:
        return self.reading(self.parse(given))

    def reading(self, tokens: tuple[str, ...]) -> Reading:
        """Tokens as they are read. Raises InputError for unknown ones."""
        return Reading(torch.tensor([self.source_vocabulary.encode(tokens)]), tokens=tokens)

    def readings(self, batch: Batch) -> list[Reading]:
        return [self.reading(self.source_vocabulary.decode(row)) for row in batch.source.tolist()]

    def watched(self) -> Reading:
        return self.reading(self.parse(self.pinned)[: self.trained_lengths[1]])

    def right(self, reading: Reading) -> tuple[str, ...] | None:
        return self.answer(reading.tokens)

    def vocabularies(self) -> tuple[Vocabulary, ...]:
        return self.source_vocabulary, *super().vocabularies()


class SequenceTask(TextTask, WritingTask):
    """Tokens to tokens, the end token last."""

    kind = "sequence"


class ReaderTask(TextTask):
    """Tokens to an answer that is read off at once: `kind` "label" (one of `classes`), "tags" (one per token) or "number".

    `answer` gives one word for a label or a number, one per token for tags. Numbers come in units of `scale`, their usual
    size, so that a loss on them starts near 1.
    """

    classes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.classes
