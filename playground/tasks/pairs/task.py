"""The visitor's own pairs: whatever is pasted, words or characters.

    source   forty-two
    target   4 2 <eos>

Without lines of one's own it holds the English names of the numbers below 1,000. A tenth of the sources, chosen by a hash
of their text, is held out as the test, and both sides never share a source: what is measured was not learned by heart. Lines are
too few to spare a third part: what steers a training is how much of the learned lines it knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from zlib import crc32

from ...errors import InputError
from ...options import choice, key
from ...vocabulary import Vocabulary, graphemes
from .. import register
from ..text import WORD, Example, Pool, PooledSequence, pad_pool
from . import store

MOST_TOKENS = {"words": 24, "characters": 48}  # on one side
MOST_KNOWN = 3_000  # different tokens
ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


@dataclass(frozen=True)
class PairOptions:
    pairs: str = key("", store.KEY.pattern, "Pairs", "Which kept lines; none for the example")
    source_unit: str = choice(
        "characters", {"words": "words", "characters": "characters"}, "Source tokens", "What the model reads one at a time"
    )
    target_unit: str = choice(
        "characters", {"words": "words", "characters": "characters"}, "Target tokens", "What the model writes one at a time"
    )


@register
class Pairs(PooledSequence):
    id = "pairs"
    title = "Your own pairs"
    description = "Paste lines, a source and a target each, and train any model on them."
    example = "yours ⇥ yours"
    group = "Your own"
    order = 170
    Options = PairOptions
    options: PairOptions

    def __init__(self, options: PairOptions | None = None) -> None:
        super().__init__(options)
        self.split_words = self.options.source_unit == "words"
        self.lines = store.fetch(self.options.pairs) if self.options.pairs else sample_lines()
        self.pairs = _tokenised(self.lines, self.options.source_unit, self.options.target_unit)
        sources, targets = ([example[side] for example in self.pairs] for side in (0, 1))
        self.source_vocabulary, self.target_vocabulary = _vocabulary(sources), _vocabulary(targets)
        self.max_source = MOST_TOKENS[self.options.source_unit]
        self.offered = _offered(self.lines)

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
        return random.choice(self.pairs)

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        return dict(self.pairs).get(source)

    def join(self, tokens: tuple[str, ...]) -> str:
        return (" " if self.options.target_unit == "words" else "").join(tokens)

    def max_steps(self, source_length: int) -> int:
        return MOST_TOKENS[self.options.target_unit] + 1


def tokens(text: str, unit: str) -> tuple[str, ...]:
    return tuple(WORD.findall(text)) if unit == "words" else tuple(graphemes(text))


def sample_lines() -> tuple[store.Pair, ...]:
    """Names of the numbers below 1,000."""
    return tuple((_name(n), str(n)) for n in range(1000))


def _name(n: int) -> str:
    if n < 20:
        return ONES.split()[n]
    if n < 100:
        tens = TENS.split()[n // 10 - 2]
        return tens if n % 10 == 0 else f"{tens}-{ONES.split()[n % 10]}"
    rest = "" if n % 100 == 0 else f" and {_name(n % 100)}"
    return f"{ONES.split()[n // 100]} hundred{rest}"


@lru_cache(maxsize=8)
def _tokenised(lines: tuple[store.Pair, ...], source_unit: str, target_unit: str) -> tuple[Example, ...]:
    """One example a source: of several targets of one source the first is the right one."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for source, target in lines:
        read, written = tokens(source, source_unit), tokens(target, target_unit)
        if 0 < len(read) <= MOST_TOKENS[source_unit] and 0 < len(written) <= MOST_TOKENS[target_unit]:
            found.setdefault(read, written)
    if len(found) < store.FEWEST:
        raise InputError(
            f"{len(found)} sources are short enough; at least {store.FEWEST} are needed, "
            f"of at most {MOST_TOKENS[source_unit]} {source_unit} with targets of at most {MOST_TOKENS[target_unit]} {target_unit}."
        )
    return tuple(found.items())


def _vocabulary(rows: list[tuple[str, ...]]) -> Vocabulary:
    known = sorted({token for row in rows for token in row})
    if len(known) > MOST_KNOWN:
        raise InputError(f"The lines hold {len(known):,} different tokens; at most {MOST_KNOWN:,} are learned. Take characters as tokens.")
    return Vocabulary(known)


@lru_cache(maxsize=8)
def _pool(options: PairOptions) -> Pool:
    task = Pairs(options)
    learned, held = divided(task.pairs)
    return pad_pool(task, learned, learned, held, [])


def divided(examples: tuple[Example, ...]) -> tuple[list[Example], list[Example]]:
    """Training and held-out examples: the tenth with the lowest hashes is held out, two at least."""
    order = sorted(examples, key=lambda example: crc32("\0".join(example[0]).encode()))
    held = max(2, len(order) // 10)
    return order[held:], order[:held]


def _offered(lines: tuple[store.Pair, ...]) -> tuple[str, ...]:
    """Four sources to start with: from all over the list, short ones first."""
    spread = [lines[i * len(lines) // 9][0] for i in range(1, 9)]
    return tuple(dict.fromkeys(sorted(spread, key=len)))[-4:] if len(set(spread)) >= 4 else tuple(source for source, _ in lines[:4])
