"""The kinds of task. Whoever uses a task asks it; nobody asks of which kind it is.

Examples come in three parts that share nothing (`parts`). Every random draw comes from the generator that is handed in. What stands here
as a property may be a plain attribute in a task: `pinned = "3 1 4"`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, ClassVar

import torch
from torch import Tensor

from ..errors import InputError
from ..options import show
from ..vocabulary import EOS, Vocabulary
from .examples import Batch, Reading, Watched
from .given import Drawn, Given, HeldOut, Sound, Typed
from .parts import HeldOutPart, Part

Guess = tuple[str, float]  # what a trivial guess is called, and its score
Places = Callable[[Batch], int]  # at how many places a model looks at an example


class Task(ABC):
    """One task under one choice of options. `kind` decides which models fit:

    sequence      tokens to tokens                   label   tokens to one class
    completion    the rest of a begun text           tags    tokens to a class each
    infill        the words that masks hide          number  tokens to a number
    caption       a coloured picture to tokens       sound   a sound to tokens
    picture       28 × 28 pixels to themselves       features   some numbers to themselves
    """

    id: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    example: ClassVar[str]
    kind: ClassVar[str]
    group: ClassVar[str | None] = None  # of tasks in a list; None: where others of this kind are
    order: ClassVar[float] = math.inf  # in a list: from the easiest to read off the picture
    reads: ClassVar[tuple[type[Given], ...]]  # ways of giving an input that it understands
    labelled: ClassVar[bool] = True  # whether it is known what each grey picture shows
    writes: ClassVar[bool] = False  # whether the answer is tokens, written one after the other
    score_name: ClassVar[str] = "exact match"
    higher_is_better: ClassVar[bool] = True
    Options: ClassVar[type[Any]]
    source_vocabulary: Vocabulary | None = None  # of what is read, and of what is written, where those are tokens
    target_vocabulary: Vocabulary | None = None
    scale: float = 1.0  # the usual size of the numbers that are its answers, so that a loss on them starts near 1

    def __init__(self, options: Any = None) -> None:
        self.options = self.Options() if options is None else options

    # Examples

    @abstractmethod
    def sample(self, count: int, generator: torch.Generator) -> Batch:
        """`count` training examples."""

    @abstractmethod
    def held_out(self, part: HeldOutPart, count: int) -> Batch:
        """At most `count` examples that training never sees, no two alike and always the same: of "validation", which steers a
        training and is looked at meanwhile, or of "test", which steers nothing."""

    def corners(self) -> Batch | None:
        """Examples at the edges of what is taught, which chance would hardly draw: they are trained on, none is held out, and they
        have a score of their own. None where there are no such."""
        return None

    @abstractmethod
    def longest(self) -> Batch:
        """One example as long as they come: what the work of a step is reckoned by. Its numbers mean nothing."""

    @abstractmethod
    def watched(self, samples: int = 0, places: Places | None = None) -> Watched:
        """What is looked at during training: the pinned input where there is one, and `samples` of "validation"."""

    def pictures(self, part: Part) -> tuple[Tensor, Tensor]:
        """All grey pictures (N, 784) and their labels (N,) of "train", "validation" or "test"; labels are 0 where nobody knows them. Raises
        InputError where there are no pictures."""
        raise InputError(HeldOut.refusal)

    def factors(self, part: Part) -> dict[str, Tensor]:
        """What made each picture of a part as it is, by name (N,); nothing where nobody knows."""
        return {}

    def seen_by(self, browser: str) -> bool:
        """Whether a visitor may see it, by the digest of what the browser calls itself: what somebody brought may be private."""
        return True

    # One input

    @property
    def examples(self) -> tuple[str, ...]:
        """Inputs that a visitor may begin with, as they are typed."""
        return ()

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

    def drawn(self, values: Any) -> Given:
        """What a drawing, as a pad or a file gives it, is to this task. Raises InputError where it reads none."""
        raise InputError(Drawn.refusal)

    def recorded(self, rate: Any, samples: bytes) -> Given:
        """What a recording of 16-bit samples is to this task. Raises InputError where it hears none."""
        raise InputError(Sound.refusal)

    @property
    def unit(self) -> str:
        """What one place of the source is called: "digit", "word", "region", "pixel"."""
        return "token"

    def places(self, reading: Reading, count: int) -> tuple[str, ...]:
        """Short names of the `count` states that an encoder makes of it: tokens, regions, or times."""
        return reading.tokens

    def canvas(self, reading: Reading, count: int) -> tuple[Tensor, tuple[int, int]] | None:
        """The input as a picture in 0..1, (rows, columns) or (rows, columns, 3), and how `count` states lie on it; None for text."""
        return None

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The right output for these tokens, or None where the task cannot know it."""
        return None

    def answers(self, source: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """All right outputs for these tokens, the usual one first; none where the task cannot know them."""
        right = self.answer(source)
        return () if right is None else (right,)

    def nearest(self, source: tuple[str, ...], output: tuple[str, ...]) -> tuple[str, ...] | None:
        """Of the right outputs for these tokens the one that agrees with `output` in most places; None where there is none."""
        return max(self.answers(source), key=lambda right: (right == output, sum(map(str.__eq__, right, output))), default=None)

    def known(self, count: int) -> Batch | None:
        """Up to `count` training examples, each source once, where somebody wants to know what was learned by heart."""
        return None

    def doubt(self, tokens: tuple[str, ...]) -> str | None:
        """Why an answer to these tokens is a guess: how they lie outside what was taught. None where they do not."""
        return None

    # Answers

    @property
    def shape(self) -> tuple[int, ...]:
        """Of an input where the answer is to be that input again, (28, 28) or (features,); of all others none."""
        return ()

    @property
    def classes(self) -> tuple[str, ...]:
        """What a model chooses from at each place: names of its logits, in their order."""
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

    def guesses(self) -> Iterable[Guess]:
        """Cheap rules that somebody would try before a model, and what each scores on "test"."""
        return ()

    @property
    def baseline(self) -> Guess | None:
        """The best of them, measured when first asked for."""
        return _best_guess(type(self), self.options)

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
    @abstractmethod
    def examples(self) -> tuple[str, ...]: ...

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

    @property
    def trained_lengths(self) -> tuple[int, int] | None:
        """The fewest and the most tokens of an example, or of what it says; None where that has no meaning."""
        return None

    def doubt(self, tokens: tuple[str, ...]) -> str | None:
        """Too few tokens, or too many."""
        low, high = self.trained_lengths or (0, len(tokens))
        if low <= len(tokens) <= high:
            return None
        trained = f"inputs of length {low}" if low == high else f"lengths {low} to {high}"
        many = f"{len(tokens)} {self.unit}{'s' if len(tokens) > 1 else ''}"
        return f"This input has {many}; the model was trained on {trained}, so expect mistakes."

    def check(self, given: Given) -> None:
        super().check(given)
        self.perceive(given.model_input(self))


class WritingTask(Task):
    """The answer is tokens, written one after the other, the end token last."""

    writes = True
    target_vocabulary: Vocabulary

    @property
    def classes(self) -> tuple[str, ...]:
        return self.target_vocabulary.tokens

    def token_id(self, token: Any) -> int:
        if not isinstance(token, str):
            raise InputError(f"A forced token must be text such as 5, or end, not {show(token)}.")
        return EOS if token == "end" else self.target_vocabulary.encode([token])[0]

    def max_steps(self, source_length: int) -> int:
        return 2 * source_length + 4

    @property
    def guess_loss(self) -> float:
        return math.log(len(self.target_vocabulary.words) + 1)


@lru_cache(maxsize=64)
def _best_guess(task_class: type[Task], options: Any) -> Guess | None:
    return max(task_class(options).guesses(), key=lambda guess: guess[1], default=None)
