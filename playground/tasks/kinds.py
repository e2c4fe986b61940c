"""The kinds of task that read tokens: to tokens, or to an answer that is read off at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch

from ..vocabulary import PAD, Vocabulary
from .base import Places, TypedTask, WritingTask
from .examples import Batch, Reading, Watched, pad
from .typed import letters


def _repeated(source: tuple[str, ...]) -> float:
    """Which share of the tokens stood before already."""
    return 1 - len(set(source)) / len(source) if source else 0.0


REPEATED: Mapping[str, Callable[[tuple[str, ...]], bool]] = {
    "none": lambda source: _repeated(source) == 0,
    "up to 20 %": lambda source: 0 < _repeated(source) <= 0.2,
    "20 to 40 %": lambda source: 0.2 < _repeated(source) <= 0.4,
    "over 40 %": lambda source: _repeated(source) > 0.4,
}


class TextTask(TypedTask):
    """What a visitor can type, read as tokens; the answer is tokens too, or words that name it."""

    source_vocabulary: Vocabulary
    max_source: int  # longest input a visitor may type
    untaught: ClassVar[str | None] = None  # what to say of tokens that have no right answer; None where that tells nothing

    @property
    @abstractmethod
    def trained_lengths(self) -> tuple[int, int]: ...

    @abstractmethod
    def parse(self, text: str) -> tuple[str, ...]:
        """Source tokens of what was typed, in a form that was taught. Raises InputError with what was given, what is allowed, what
        to do."""

    @abstractmethod
    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None: ...

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        """What the task says is to be learned, and which source tokens need it: a score of each tells what a single one hides."""
        return {}

    @property
    def strata(self) -> Mapping[str, Mapping[str, Callable[[tuple[str, ...]], bool]]]:
        """Groups of inputs by what may make them hard, the easiest first, and which source tokens belong to each: by how many of their
        tokens stood before already, and by the rules that they need."""
        needs = {"what it needs": self.rules} if self.rules else {}
        return {"repeated tokens": REPEATED, **needs}

    def spell(self, source: tuple[str, ...]) -> str:
        """Source tokens as a visitor would type them."""
        return ("" if " " in self.source_vocabulary.ids else " ").join(source)

    def perceive(self, given: Any) -> Reading:
        tokens = self.parse(given)
        read_as = self.spell(tokens)
        same = letters(given) in (letters(read_as), letters("".join(tokens)))
        return Reading(torch.tensor([self.source_vocabulary.encode(tokens)]), tokens=tokens, read_as=None if same else read_as)

    def doubt(self, tokens: tuple[str, ...]) -> str | None:
        """Tokens that have no right answer, too few or too many."""
        return (self.untaught if self.answer(tokens) is None else None) or super().doubt(tokens)

    def watched(self, samples: int = 0, places: Places | None = None) -> Watched:
        """All cut to the length that examples have."""
        rows = self.held_out("validation", samples).source.tolist() if samples else []
        sources = [self.parse(self.pinned), *map(self.source_vocabulary.decode, rows)]
        cut = tuple(source[: self.trained_lengths[1]] for source in sources)
        tokens, mask = pad([self.source_vocabulary.encode(source) for source in cut])
        return Watched(Batch(tokens, tokens, mask), cut, tuple(self.answer(source) or () for source in cut))

    def longest(self) -> Batch:
        most = self.trained_lengths[1]
        return Batch(torch.full((1, most), PAD), torch.full((1, most + 1), PAD))


class SequenceTask(TextTask, WritingTask):
    """Tokens to tokens, the end token last."""

    kind = "sequence"


class ReaderTask(TextTask):
    """Tokens to an answer that is read off at once: `kind` "label" (one of `classes`), "tags" (one per token) or "number".

    `answer` gives one word for a label or a number, one per token for tags. Numbers come in units of `scale`.
    """
