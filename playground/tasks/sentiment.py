"""Is a short review for or against?

    source   not a bad film
    answer   positive

A negation turns its own clause around, and of two clauses the last one decides: `X but Y`, `although X , Y`. Every word occurs
as often in praise as in blame, so that counting words decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from ..vocabulary import Vocabulary
from . import register
from .guesses import bag_of_words
from .text import PooledReader

NOUNS = ("film", "story", "music", "ending", "plot", "cast", "dialogue", "camera")
GOOD = ("good", "great", "funny", "clever", "moving", "fresh")
BAD = ("bad", "dull", "boring", "weak", "poor", "slow")
FOND = ("like", "love", "enjoy")
SORRY = ("hate", "regret", "dislike")
NEGATIONS = ("not", "never", "hardly")
ADVERBS = ("very", "really")
FRAME = ("the", "was", "a", "i", "do", "but", "although", ",")
CLASSES = ("negative", "positive")


def _one_of(words: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(words)})"


_NOUN, _NO, _ADVERB, _QUALITY = _one_of(NOUNS), _one_of(NEGATIONS), _one_of(ADVERBS), _one_of(GOOD + BAD)
_CLAUSE = "|".join(
    [
        rf"the {_NOUN} was (?:{_NO} )?(?:{_ADVERB} )?{_QUALITY}",
        rf"(?:{_NO} )?a (?:{_ADVERB} )?{_QUALITY} {_NOUN}",
        rf"i (?:do not |never )?{_one_of(FOND + SORRY)} the {_NOUN}",
    ]
)
_REVIEW = re.compile(rf"(?:although (?:{_CLAUSE}) , |(?:{_CLAUSE}) but )?({_CLAUSE})")


@dataclass(frozen=True)
class Options:
    pass


@register
class Sentiment(PooledReader):
    id = "sentiment"
    title = "For or against"
    description = "Tell praise from blame. Negations turn words around, so that the words alone decide nothing."
    example = "not a bad film → positive"
    order = 110
    kind = "label"
    unit = "word"
    Options = Options
    source_vocabulary = Vocabulary([*FRAME, *NEGATIONS, *ADVERBS, *GOOD, *BAD, *FOND, *SORRY, *NOUNS])
    classes = CLASSES
    untaught = "This is no review as they were taught, one clause or two joined by but or although, so the answer is a guess."
    examples = ("not a bad film", "although the cast was good , the plot was never funny", "i do not regret the ending")
    pinned = "the music was dull but hardly a bad film"

    def make(self, random: Random) -> tuple[tuple[str, ...], str]:
        deciding, other = _clause(random), _clause(random)
        text = random.choice([deciding, deciding, f"{other} but {deciding}", f"although {other} , {deciding}"])
        return tuple(text.split()), _verdict(deciding)

    def edges(self) -> Iterator[tuple[str, ...]]:
        """Every word of praise or blame in the shortest clause."""
        for noun in NOUNS:
            yield from (("a", quality, noun) for quality in GOOD + BAD)
            yield from (("i", feeling, "the", noun) for feeling in FOND + SORRY)

    def parse(self, text: str) -> tuple[str, ...]:
        """No comma stands before but."""
        tokens = super().parse(text)
        return tuple(word for word, after in zip(tokens, (*tokens[1:], ""), strict=True) if (word, after) != (",", "but"))

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The verdict of the deciding clause, or None if this is no review of the grammar."""
        review = _REVIEW.fullmatch(" ".join(source))
        return None if review is None else (_verdict(review[1]),)

    @cached_property
    def baseline(self) -> tuple[str, float]:
        return bag_of_words(self)


def _clause(random: Random) -> str:
    noun = random.choice(NOUNS)
    negated = random.random() < 0.5
    if random.random() < 1 / 3:
        negation = random.choice(("do not ", "never ")) if negated else ""
        return f"i {negation}{random.choice(FOND + SORRY)} the {noun}"
    negation = f"{random.choice(NEGATIONS)} " if negated else ""
    quality = random.choice(("", "", *(f"{adverb} " for adverb in ADVERBS))) + random.choice(GOOD + BAD)
    return random.choice((f"the {noun} was {negation}{quality}", f"{negation}a {quality} {noun}"))


def _verdict(clause: str) -> str:
    """Every negation and every word of blame turns the verdict around."""
    turns = sum(word in NEGATIONS + BAD + SORRY for word in clause.split())
    return CLASSES[(turns + 1) % 2]
