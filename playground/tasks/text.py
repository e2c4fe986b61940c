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
from collections.abc import Callable, Iterable
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor

from ..errors import InputError
from ..vocabulary import EOS, SPECIALS, Vocabulary, graphemes, normalise
from . import NO_ANSWER, Batch, ReaderTask, SequenceTask, TextTask, pad
from .parts import CORNERS, HeldOutPart, Part, part_of
from .typed import plain, without_end

MAX_TEXT = 400  # characters
POOL = 12_000  # draws; what is drawn twice counts once
MASKED = SPECIALS[3]
MARKS = "\u0300-\u036f\u20d0-\u20ff\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"  # drawn as a part of the character before
LETTERS = rf"(?:\w[{MARKS}]*)+"
SYMBOL = rf"[\U0001f1e6-\U0001f1ff]{{2}}|[^\w\s](?:[{MARKS}\u200d]|(?<=\u200d)[^\s\x00-\x7f])*"  # an emoji stays whole
WORD = re.compile(rf"{re.escape(MASKED)}|{LETTERS}(?:['’-]{LETTERS})*['’]?|{SYMBOL}", re.IGNORECASE)

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
    max_source = 24
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

    def edges(self) -> Iterable[tuple[str, ...]]:
        """Sources at the edges of what is taught, which `make` hardly draws: they are trained on, and scored by themselves."""
        return ()

    def right(self, source: tuple[str, ...]) -> Any:
        """What `make` would give as the answer to a source that has one."""
        return self.answer(source)

    @property
    def trained_lengths(self) -> tuple[int, int]:
        lengths = (self.pool.train.source != 0).sum(1)
        return int(lengths.min()), int(lengths.max())

    @property
    def pool(self) -> Pool:
        return _pool(type(self), self.options)

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
        if len(text) > MAX_TEXT:
            raise InputError(f"The input has {len(text):,} characters; at most {MAX_TEXT} are read. Shorten it, for example: {example}")
        known = _spellings(self.source_vocabulary)
        typed = normalise(text)

        def spelled(word: str) -> str | None:
            return known.get(word) or known.get(word.casefold()) or known.get(bare(word))

        def is_known(word: str) -> bool:
            return spelled(word) is not None

        if self.split_words:
            found = plain(WORD.findall(typed), is_known)
        else:
            space = " " if " " in self.source_vocabulary.ids else ""
            found = graphemes(without_end(space.join(typed.split()), is_known))
        if not found:
            raise InputError(f"Type something, for example: {example}")
        tokens = tuple(spelled(word) or word for word in found)
        self.source_vocabulary.encode(tokens)
        if len(tokens) > self.max_source:
            raise InputError(
                f"The input has {len(tokens)} {self.unit}s; at most {self.max_source} are read. Remove {len(tokens) - self.max_source}."
            )
        return tokens


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

    def right(self, source: tuple[str, ...]) -> Any:
        answer = self.answer(source)
        return answer if self.kind == "tags" or answer is None else answer[0]

    def targets(self, examples: list[Example]) -> Tensor:
        answers = [answer for _, answer in examples]
        if self.kind == "number":
            return torch.tensor([float(answer) for answer in answers])
        ids = {name: i for i, name in enumerate(self.classes)}
        if self.kind == "label":
            return torch.tensor([ids[answer] for answer in answers])
        width = max(map(len, answers))
        return torch.tensor([[ids[tag] for tag in tags] + [NO_ANSWER] * (width - len(tags)) for tags in answers])


def share_right(task: SequenceTask, guess: Callable[[tuple[str, ...]], tuple[str, ...]]) -> float:
    """Share of test inputs that a guess answers exactly right: what a trivial baseline scores."""
    batch = task.held_out("test", 1_024)
    read, write = task.source_vocabulary.decode, task.target_vocabulary.decode
    rows = zip(batch.source.tolist(), batch.target.tolist(), strict=True)
    return sum(guess(read(source)) == write(target) for source, target in rows) / len(batch)


@lru_cache(maxsize=64)
def _pool(task_class: type[Pooled], options: Any) -> Pool:
    task = task_class(options)
    random = Random(17)
    edges = {source: task.right(source) for source in task.edges()}
    drawn = dict(task.make(random) for _ in range(task.pool_size)) | edges
    taught = {task.siblings(*example) for example in edges.items()}
    parts: dict[Part, list[Example]] = {"train": [], "validation": [], "test": []}
    for example in drawn.items():
        group = task.siblings(*example)
        parts["train" if group in taught else part_of(group)].append(example)
    return pad_pool(task, parts["train"], parts["validation"], parts["test"], list(edges.items()))


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
    times = round(CORNERS * len(rows[0]) / len(rows[3])) if len(rows[3]) else 0
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
    split_up = unicodedata.normalize("NFD", word.casefold())
    return "".join(c for c in split_up if unicodedata.category(c) != "Mn").replace("’", "'")
