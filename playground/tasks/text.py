"""What generated text tasks share: a pool of examples drawn once from a small grammar, and a forgiving reader of typed text.

    class Colours(PooledSequence):
        def make(self, random): return ("the", "red", "car"), ("la", "voiture", "rouge")

A tenth of the sources steers training and another one judges it (`parts`), by a hash of what siblings share (`siblings`), whatever the
order in which they were drawn.
"""

from __future__ import annotations

import re
import unicodedata
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple, TypeVar

import regex
import torch
from torch import Tensor

from ..errors import InputError
from ..vocabulary import EOS, SPECIALS, Vocabulary, graphemes, normalise
from . import NO_ANSWER, Batch, ReaderTask, SequenceTask, TextTask, pad
from .base import Guess
from .faults import checked, looked_at, too_few
from .guesses import bag_of_words, commonest, most_similar, tag_look_ups
from .parts import CORNERS, HeldOutPart, Part, part_of
from .typed import plain, without_end

MAX_TEXT = 400  # characters
POOL = 12_000  # draws; what is drawn twice counts once
MASKED = SPECIALS[3]
LETTER = r"[\p{L}\p{N}_]"
MARKS = r"\p{M}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"  # drawn as a part of the character before
JOINED = (  # a joiner inside a word, or at its end where it changes how the letter before it is drawn
    r"(?:[\u200c\u200d](?=[\p{L}\p{N}\p{M}])|(?<=[\p{ccc=9}\p{Arabic}\p{Syriac}\p{Mongolian}])\u200d)"
)
LETTERS = rf"(?:{LETTER}(?:[{MARKS}]|{JOINED})*)+"
SYMBOL = rf"[\U0001f1e6-\U0001f1ff]{{2}}|[^\p{{L}}\p{{N}}_\s](?:[{MARKS}\u200d]|(?<=\u200d)[^\s\x00-\x7f])*"  # an emoji stays whole
WORDS = rf"{LETTERS}(?:['’-]{LETTERS})*['’]?"
WORD = regex.compile(rf"{re.escape(MASKED)}|{WORDS}|{SYMBOL}", regex.IGNORECASE)
ACCENTED = regex.compile(r"([\p{Latin}\p{Greek}])[\u0300-\u036f]+")

Example = tuple[tuple[str, ...], Any]  # source tokens; target tokens, tags, a class or a number
T = TypeVar("T", bound=TextTask)


class Pool(NamedTuple):
    """Examples as tensors, those of the test as text for the dice. Training draws corners more often than others."""

    train: Batch
    validation: Batch
    test: Batch
    corners: Batch | None
    test_sources: tuple[tuple[str, ...], ...]


class Pooled(TextTask):
    """A text task whose examples come from `make`, one at a time; a subclass says how answers become numbers (`targets`)."""

    pool_size = POOL
    corner_share = CORNERS  # of training
    max_source = 24
    max_text = MAX_TEXT
    split_words = True  # else every character is a token

    @abstractmethod
    def make(self, random: Random) -> Example:
        """One example: source tokens and what is right for them. Must depend on `random` alone."""

    @abstractmethod
    def targets(self, examples: list[Example]) -> Tensor:
        """What is right for each source of a pool, as the batch's `target`."""

    def siblings(self, source: tuple[str, ...], answer: Any) -> str:
        """What an example shares with its siblings, of which none may be in another part: the text, where it has none."""
        return " ".join(source)

    def edges(self) -> Iterable[Example]:
        """Examples at the edges of what is taught, which `make` hardly draws: they are trained on, and scored by themselves."""
        return ()

    @property
    def trained_lengths(self) -> tuple[int, int]:
        lengths = (self.pool.train.source != 0).sum(1)
        return int(lengths.min()), int(lengths.max())

    @property
    def pool(self) -> Pool:
        return _pool(type(self), self.options)

    def part(self, source: tuple[str, ...], answer: Any) -> Part:
        """Which part an example that `make` may give is in; corners train, and their siblings with them."""
        group = self.siblings(source, answer)
        return "train" if group in _taught(type(self), self.options) else part_of(group)

    def guesses(self) -> Iterator[Guess]:
        yield from (commonest(self), most_similar(self))

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        train = self.pool.train
        return train[torch.randint(len(train), (count,), generator=generator)]

    def held_out(self, part: HeldOutPart, count: int) -> Batch:
        held = self.pool.test if part == "test" else self.pool.validation
        return held[slice(count)]

    def corners(self) -> Batch | None:
        return self.pool.corners

    def random_text(self, generator: torch.Generator) -> str:
        sources = self.pool.test_sources
        return self.spell(sources[int(torch.randint(len(sources), (), generator=generator))])

    def spell(self, source: tuple[str, ...]) -> str:
        return (" " if self.split_words else "").join(source)

    def parse(self, text: str) -> tuple[str, ...]:
        """Words or characters of what was typed, forgiving about case, spacing and accents."""
        example = self.examples[0]
        if not isinstance(text, str):
            raise InputError(f"The input must be text such as {example}, not {type(text).__name__}.")
        if len(text) > self.max_text:
            raise InputError(
                f"The input has {len(text):,} characters; at most {self.max_text} are read. Shorten it, for example: {example}"
            )
        found = self.split_up(text)
        if not found:
            raise InputError(f"Type something, for example: {example}")
        tokens = tuple(map(self.recognised, found))
        self.source_vocabulary.encode(tokens)
        if len(tokens) > self.max_source:
            raise InputError(
                f"The input has {len(tokens)} {self.unit}s; at most {self.max_source} are read. Remove {len(tokens) - self.max_source}."
            )
        return tokens

    def split_up(self, text: str) -> list[str]:
        """Words or characters as they were typed, marks and contractions as models know them."""
        typed = normalise(text)
        if self.split_words:
            return plain(WORD.findall(typed), self._knows)
        space = " " if " " in self.source_vocabulary.ids else ""
        return graphemes(without_end(space.join(typed.split()), self._knows))

    def recognised(self, word: str) -> str:
        """The token that this typed word stands for; itself where there is none."""
        return self._spelled(word) or word

    def _knows(self, word: str) -> bool:
        return self._spelled(word) is not None

    def _spelled(self, word: str) -> str | None:
        known = _spellings(self.source_vocabulary)
        return known.get(word) or known.get(word.casefold()) or known.get(bare(word))


class PooledSequence(Pooled, SequenceTask):
    """Tokens to tokens from a pool."""

    def targets(self, examples: list[Example]) -> Tensor:
        """Raises InputError for an answer that decoding could not write to its end."""
        for source, answer in examples:
            if len(answer) >= (most := self.max_steps(len(source))):
                raise InputError(
                    f"{self.id}: the answer to {' '.join(source)!r} has {len(answer)} tokens, and decoding stops after {most} with the "
                    "end among them. Let max_steps give more, or make answers shorter."
                )
        return pad([[*self.target_vocabulary.encode(answer), EOS] for _, answer in examples])[0]


class PooledReader(Pooled, ReaderTask):
    """Tokens to a label, to tags or to a number, from a pool."""

    def guesses(self) -> Iterator[Guess]:
        yield from super().guesses()
        yield from tag_look_ups(self) if self.kind == "tags" else (bag_of_words(self),)

    def targets(self, examples: list[Example]) -> Tensor:
        answers = [answer for _, answer in examples]
        if self.kind == "number":
            return torch.tensor([float(answer) for answer in answers])
        ids = {name: i for i, name in enumerate(self.classes)}
        if self.kind == "label":
            return torch.tensor([ids[answer] for answer in answers])
        width = max(map(len, answers))
        return torch.tensor([[ids[tag] for tag in tags] + [NO_ANSWER] * (width - len(tags)) for tags in answers])


@lru_cache(maxsize=64)
def _pool(task_class: type[Pooled], options: Any) -> Pool:
    task = task_class(options)
    random = Random(17)
    edges = dict(checked(task, example) for example in task.edges())
    drawn = dict(checked(task, task.make(random)) for _ in range(task.pool_size)) | edges
    parts: dict[Part, list[Example]] = {"train": [], "validation": [], "test": []}
    for example in drawn.items():
        parts[task.part(*example)].append(example)
    pool = pad_pool(task, parts["train"], parts["validation"], parts["test"], list(edges.items()))
    if empty := [name for name, part in parts.items() if not part]:
        raise too_few(task, len(drawn), empty[0])
    return looked_at(task, pool, drawn)


@lru_cache(maxsize=64)
def _taught(task_class: type[Pooled], options: Any) -> frozenset[str]:
    """What the corners share with their siblings."""
    task = task_class(options)
    return frozenset(task.siblings(*example) for example in task.edges())


def pad_pool(task: Pooled, *parts: list[Example]) -> Pool:
    """The examples for training, validation and test, and corners, as rectangles of the same width; corners are repeated in training.
    Raises InputError for one that is too long."""
    longest = max((source for part in parts for source, _ in part), key=len)
    if (width := len(longest)) > task.max_source:
        raise InputError(
            f"{task.id}: the example {' '.join(longest)!r} has {width} tokens; max_source allows "
            f"{task.max_source}. Let one or the other fit."
        )
    every = [example for part in parts for example in part]
    (source, mask), target = pad([task.source_vocabulary.encode(source) for source, _ in every]), task.targets(every)
    rows = torch.split(torch.arange(len(every)), [len(part) for part in parts])
    whole = Batch(source, target, mask)
    times = round(task.corner_share * len(rows[0]) / len(rows[3])) if len(rows[3]) else 0
    return Pool(
        train=whole[torch.cat([rows[0], rows[3].repeat(times)])],
        validation=whole[rows[1]],
        test=whole[rows[2]],
        corners=whole[rows[3]] if len(rows[3]) else None,
        test_sources=tuple(source for source, _ in parts[2]),
    )


@lru_cache(maxsize=64)
def _spellings(vocabulary: Vocabulary) -> dict[str, str]:
    """What a visitor may type for each word: itself, in other case, without accents."""
    words = [*vocabulary.words, *(t for t in vocabulary.tokens if t == MASKED)]
    loose = {bare(w): w for w in reversed(words)} | {w.casefold(): w for w in reversed(words)}
    return loose | {w: w for w in words}


def bare(word: str) -> str:
    """Lower case, no accents."""
    return unaccented(word.casefold()).replace("’", "'")


def unaccented(text: str) -> str:
    """Without accents on Latin and Greek letters. Of other scripts every letter stays: й is another one than и, and が than か."""
    return unicodedata.normalize("NFC", ACCENTED.sub(r"\1", unicodedata.normalize("NFD", text)))
