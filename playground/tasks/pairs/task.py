"""The visitor's own pairs: whatever is pasted, words or characters.

    source   forty-two
    target   4 2 <eos>

Without lines of one's own it holds the English names of the numbers below 1,000. A tenth of the sources, chosen by a hash
of their text, is held out as the test, and both sides never share a source: what is measured was not learned by heart. Lines are
too few to spare a third part: what steers a training is how much of the learned lines it knows. A source may have several right
answers: each is an example to learn from, and any of them counts.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from random import Random
from typing import Any

import torch
from torch import Tensor

from ...errors import InputError
from ...options import choice, key
from ...vocabulary import EOS, PAD, Vocabulary
from .. import Batch, Reading, pad, register
from ..brought import access
from ..brought.shelf import KEY
from ..parts import HeldOutPart
from ..text import Example, Pool, PooledSequence, pad_pool, unaccented
from . import store
from .arrangement import MOST_TOKENS, UNITS, arrange, divided, enough, tokens
from .reading import MAX_SIDE, Lines, cleaned

MOST_KNOWN = 3_000  # different tokens
ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


@dataclass(frozen=True)
class PairOptions:
    pairs: str = key("", KEY.pattern, "Pairs", "Which kept lines; none for the example")
    source_unit: str = choice("characters", UNITS, "Source tokens", "What the model reads one at a time")
    target_unit: str = choice("characters", UNITS, "Target tokens", "What the model writes one at a time")


@register
class Pairs(PooledSequence):
    id = "pairs"
    title = "Your own pairs"
    description = "Paste lines, a source and a target each, and train any model on them."
    example = "paste lines: source ⇥ target"
    group = "Your own"
    order = 170
    Options = PairOptions
    options: PairOptions
    max_source = MOST_TOKENS
    max_text = MAX_SIDE

    def __init__(self, options: PairOptions | None = None) -> None:
        super().__init__(options)
        self.split_words = self.options.source_unit == "words"
        self.lines = own_examples(self.options) if self.options.pairs else sample_examples(self.options)
        self.source_vocabulary, self.target_vocabulary = (_vocabulary([example[side] for example in self.lines]) for side in (0, 1))
        self.targets_of = _by_source(self.lines)

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """Four sources to start with: from all over the list, short ones first."""
        sources = [self.spell(source) for source in self.targets_of]
        spread = [sources[i * len(sources) // 9] for i in range(1, 9)]
        return tuple(dict.fromkeys(sorted(spread, key=len)))[-4:] if len(set(spread)) >= 4 else tuple(sources[:4])

    def seen_by(self, browser: str) -> bool:
        return not self.options.pairs or access.seen_by(self.options.pairs, browser)

    @property
    def unit(self) -> str:
        return "word" if self.split_words else "character"

    @property
    def pinned(self) -> str:
        return self.offered[0]

    @property
    def examples(self) -> tuple[str, ...]:
        return self.offered[1:]

    @property
    def pool(self) -> Pool:
        return _pool(self.options)

    def make(self, random: Random) -> Example:
        return random.choice(self.lines)

    def held_out(self, part: HeldOutPart, count: int) -> Batch:
        return self.known(count) if part == "validation" else super().held_out(part, count)

    def known(self, count: int) -> Batch:
        """Sources that were learned, each once, with all their answers."""
        rows = _by_source(tuple(divided(self.lines)[0]))
        return asked(self, Random(17).sample(list(rows), min(count, len(rows))))

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        return next(iter(self.answers(source)), None)

    def answers(self, source: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        return self.targets_of.get(source, ())

    def join(self, tokens: tuple[str, ...]) -> str:
        return (" " if self.options.target_unit == "words" else "").join(tokens)

    def max_steps(self, source_length: int) -> int:
        return MOST_TOKENS + 1

    def longest(self) -> Batch:
        """Targets may be longer than sources."""
        train = self.pool.train
        return Batch(torch.full_like(train.source[:1], PAD), torch.full_like(train.target[:1], PAD))

    def split_up(self, text: str) -> list[str]:
        return list(tokens(cleaned(text), self.options.source_unit))

    def recognised(self, word: str) -> str:
        """The token, in other case if need be; an accent goes where these pairs have no such letter at all."""
        known, letters = _spellings(self.source_vocabulary), _letters(self.source_vocabulary)
        plain = "".join(c if c in letters or c.lower() in letters else unaccented(c) for c in unicodedata.normalize("NFC", word))
        return known.get(word) or known.get(word.lower()) or known.get(plain) or known.get(plain.lower()) or word

    def perceive(self, given: Any) -> Reading:
        """With a notice where a typed accent was passed over."""
        reading = super().perceive(given)
        typed = zip(self.split_up(given), reading.tokens, strict=True)
        passed = dict.fromkeys((word, token) for word, token in typed if word.lower() != token.lower())
        said = ", ".join(f"‘{word}’ as ‘{token}’" for word, token in list(passed)[:3])
        return replace(reading, doubt=f"Read {said}: no such accent stands in these pairs.") if passed else reading


def own_examples(options: PairOptions) -> tuple[Example, ...]:
    """The kept pairs in tokens. Raises InputError where they are not kept here, or are too few."""
    lines = store.fetch(options.pairs)
    arranged = arrange(lines, options.source_unit, options.target_unit)
    enough(lines, arranged)
    return arranged.examples


@lru_cache(maxsize=1)
def sample_lines() -> Lines:
    """Names of the numbers below 1,000."""
    return Lines(tuple((_name(n), str(n)) for n in range(1000)), tuple(range(1, 1001)), {})


def sample_examples(options: PairOptions) -> tuple[Example, ...]:
    """The same in tokens; a number is one word."""
    rows = [(_name(n), str(n)) for n in range(1000)]
    sources = [tuple(name.split() if options.source_unit == "words" else name) for name, _ in rows]
    return tuple((source, (n,) if options.target_unit == "words" else tuple(n)) for source, (_, n) in zip(sources, rows, strict=True))


def _name(n: int) -> str:
    if n < 20:
        return ONES.split()[n]
    if n < 100:
        tens = TENS.split()[n // 10 - 2]
        return tens if n % 10 == 0 else f"{tens}-{ONES.split()[n % 10]}"
    rest = "" if n % 100 == 0 else f" and {_name(n % 100)}"
    return f"{ONES.split()[n // 100]} hundred{rest}"


def _by_source(examples: tuple[Example, ...]) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """All right answers of each source, in the order of their lines."""
    found: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for source, target in examples:
        found[source] = (*found.get(source, ()), target)
    return found


def _vocabulary(rows: list[tuple[str, ...]]) -> Vocabulary:
    known = sorted({token for row in rows for token in row})
    if len(known) > MOST_KNOWN:
        raise InputError(f"The lines hold {len(known):,} different tokens; at most {MOST_KNOWN:,} are learned. Take characters as tokens.")
    return Vocabulary(known)


@lru_cache(maxsize=64)
def _spellings(vocabulary: Vocabulary) -> dict[str, str]:
    """Each token by itself and, where no other token is meant, in lower case."""
    return {token.lower(): token for token in reversed(vocabulary.words)} | {token: token for token in vocabulary.words}


@lru_cache(maxsize=64)
def _letters(vocabulary: Vocabulary) -> frozenset[str]:
    return frozenset(letter for token in vocabulary.words for letter in token)


@lru_cache(maxsize=8)
def _pool(options: PairOptions) -> Pool:
    task = Pairs(options)
    train, held = divided(task.lines)
    first = [(source, targets[0]) for source, targets in _by_source(tuple(held)).items()]
    pool = pad_pool(task, train, [], first, [])
    return pool._replace(test=replace(pool.test, also=also(task, [source for source, _ in first])))


def asked(task: Pairs, sources: list[tuple[str, ...]]) -> Batch:
    """These sources with all that is right for them."""
    tokens, mask = pad([task.source_vocabulary.encode(source) for source in sources])
    return Batch(tokens, task.targets([(source, task.targets_of[source][0]) for source in sources]), mask, also=also(task, sources))


def also(task: Pairs, sources: list[tuple[str, ...]]) -> Tensor | None:
    """The other right answers of these sources, (B, answers, T), filled up with PAD; None where there are none."""
    others = [task.targets_of[source][1:] for source in sources]
    if not (most := max(map(len, others))):
        return None
    rows = [
        [*task.target_vocabulary.encode(target), EOS] if target else [] for row in others for target in (*row, *[()] * (most - len(row)))
    ]
    return pad(rows)[0].view(len(others), most, -1)
