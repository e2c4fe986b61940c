"""What a script knows of tokens and tasks: shorter ones of the same names stand in, whose other abilities a script does not need."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from ..tasks.digit_strings import DigitOptions
from ..tasks.examples import pad
from ..vocabulary import BOS, EOS, PAD


class Vocabulary:
    """Tokens and their numbers; the first ones are special."""

    def __init__(self, words: Iterable[str], mask: bool = False) -> None:
        self.tokens = ("<pad>", "<bos>", "<eos>", *(["[MASK]"] if mask else []), *words)
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, tokens: Iterable[str]) -> list[int]:
        return [self.ids[token] for token in tokens]

    def decode(self, ids: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.tokens[i] for i in ids if i not in (PAD, BOS, EOS))

    def read(self, text: str) -> list[str]:
        """The tokens of a text: at each place the longest that fits, in whatever case; other marks are passed over."""
        words = sorted(self.tokens[3:], key=len, reverse=True)
        known = {w.casefold(): w for w in words} | {w: w for w in words}
        ends = [re.escape(w) + (r"(?!\w)" if len(w) > 1 and w[-1].isalnum() else "") for w in words]
        found = re.findall("|".join([*ends, r"\w+"]), normalise(text), re.IGNORECASE)
        return [known.get(t) or known.get(t.casefold(), t) for t in found]


def normalise(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def graphemes(text: str) -> list[str]:
    return list(text)


@dataclass
class Batch:
    """Examples as tensors, batch first; `mask` is True where a source is real."""

    source: Tensor
    target: Tensor
    mask: Tensor | None = None
    condition: Tensor | None = None
    noise: Tensor | None = None
    also: Tensor | None = None
    dropped: Tensor | None = None

    @property
    def target_in(self) -> Tensor:
        """What the decoder reads in training: the target moved right by one, BOS first."""
        return nn.functional.pad(self.target[:, :-1], (1, 0), value=BOS)

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, rows: slice | Tensor) -> Batch:
        parts: Any = {name: part if part is None else part[rows] for name, part in vars(self).items()}
        return Batch(**parts)


@dataclass
class Reading:
    """A picture or a sound as a model reads it."""

    source: Tensor
    read_as: str | None = None
    text: str | None = None
    shown: Any = None
    doubt: str | None = None


class Task:
    """Where examples come from, and how an answer is written."""

    Options: Any
    target_vocabulary: Vocabulary

    def __init__(self, options: Any = None) -> None:
        self.options = options or self.Options()

    @property
    def classes(self) -> tuple[str, ...]:
        return self.target_vocabulary.tokens

    def join(self, tokens: tuple[str, ...]) -> str:
        return " ".join(tokens)

    def max_steps(self, source_length: int = 0) -> int:
        return 2 * source_length + 4


class Pooled(Task):
    """Examples drawn once. By a hash of what siblings share a tenth steers and a tenth judges; the edges are always taught."""

    source_vocabulary: Vocabulary
    make: Callable[[Random], tuple[tuple[str, ...], Any]]
    targets: Callable[[list[Any]], Tensor]
    pool_size = 12_000
    corner_share = 0.02

    def siblings(self, source: tuple[str, ...], answer: Any) -> str:
        return " ".join(source)

    def edges(self) -> Iterable[tuple[tuple[str, ...], Any]]:
        return ()

    @cached_property
    def pool(self) -> tuple[Batch, Batch]:
        """What trains, and what steers."""
        random, edges = Random(17), dict(self.edges())
        drawn = dict(self.make(random) for _ in range(self.pool_size)) | edges
        taught = {self.siblings(*example) for example in edges.items()}

        def tenth(example: tuple[tuple[str, ...], Any]) -> int:
            group = self.siblings(*example)
            return 1 if group in taught else zlib.crc32(group.encode()) % 10

        train = [example for example in drawn.items() if tenth(example) not in (0, 5)]
        steer = [example for example in drawn.items() if tenth(example) == 0]
        train += list(edges.items()) * (round(self.corner_share * len(train) / len(edges)) if edges else 0)
        source, mask = pad([self.source_vocabulary.encode(text) for text, _ in train + steer])
        every = Batch(source, self.targets(train + steer), mask)
        return every[: len(train)], every[len(train) :]

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        rows = torch.randint(len(self.pool[0]), (count,), generator=generator)
        return self.pool[0][rows]

    def held_out(self, part: str, count: int) -> Batch:
        return self.pool[1][:count]


class DigitStrings(Task):
    """Digits, and what `rearrange` makes of them. By a hash of each string a tenth steers; one digit repeated is always taught."""

    Options = DigitOptions
    source_vocabulary = target_vocabulary = Vocabulary("0123456789")
    rearrange: Callable[[Tensor, Tensor], Tensor]

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        digits, lengths = self.drawn((1, 2, 3, 4, 6, 7, 8, 9), count, generator)
        high = self.options.max_length
        shortest = min(max(self.options.min_length, 3), high + 1)
        digit, long = torch.cartesian_prod(torch.arange(10), torch.arange(shortest, high + 1)).T
        if len(long):
            rows = (torch.rand(count, generator=generator) < 0.02).nonzero()[:, 0]
            chosen = torch.randint(len(long), rows.shape, generator=generator)
            digits[rows] = digit[chosen, None] * (torch.arange(high) < long[chosen, None])
            lengths[rows] = long[chosen]
        return self.batch(digits, lengths)

    def held_out(self, part: str, count: int) -> Batch:
        return self.batch(*self.drawn((0,), count, torch.Generator().manual_seed(7_919)))

    def drawn(self, tenths: tuple[int, ...], count: int, generator: Any) -> tuple[Tensor, Tensor]:
        """Digits and their lengths, of these tenths of all strings; the sixth one judges, and is never drawn."""
        low, high = self.options.min_length, self.options.max_length
        wrong = torch.arange(count)
        digits, lengths = wrong.new_zeros(count, high), wrong.new_zeros(count)
        while len(wrong):
            new = torch.randint(low, high + 1, wrong.shape, generator=generator)
            row = torch.randint(10, (len(wrong), high), generator=generator)
            digits[wrong], lengths[wrong] = row * (torch.arange(high) < new[:, None]), new
            right = torch.isin(self.tenth(digits, lengths), torch.tensor(tenths))
            wrong = (~right).nonzero()[:, 0]
        return digits, lengths

    def tenth(self, digits: Tensor, lengths: Tensor) -> Tensor:
        value = lengths
        for column in digits.T:
            value = (value * 31 + column + 1) % 1_000_003
        past = torch.arange(digits.shape[1]) >= lengths[:, None]
        repeated = ((digits == digits[:, :1]) | past).all(1) & (lengths >= 3)
        return (value % 10).masked_fill(repeated, 1)

    def batch(self, digits: Tensor, lengths: Tensor) -> Batch:
        first, real = self.source_vocabulary.ids["0"], torch.arange(digits.shape[1]) < lengths[:, None]
        source = torch.where(real, digits + first, PAD)
        target = torch.full((len(digits), digits.shape[1] + 1), PAD)
        target[:, :-1] = torch.where(real, self.rearrange(digits, lengths) + first, PAD)
        target[torch.arange(len(digits)), lengths] = EOS
        return Batch(source, target, None if real.all() else real)
