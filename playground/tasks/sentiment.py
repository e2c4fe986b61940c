"""Is a short review for or against?

    source   not a bad film
    answer   positive

A negation turns its own clause around. Of two clauses what follows `although` yields, and what stands before `but`: `Y` decides in
`X but Y`, in `although X , Y` and in `Y although X`. Every word occurs as often in praise as in blame, so that counting words decides
nothing; reading the last clause alone is right for 87 of 100.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from ..vocabulary import Vocabulary
from . import register
from .base import Guess
from .guesses import scored
from .text import Example, PooledReader

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
_REVIEW = re.compile(rf"(?:although (?:{_CLAUSE}) , |(?:{_CLAUSE}) but )?({_CLAUSE})|({_CLAUSE}) although (?:{_CLAUSE})")
_BETWEEN = re.compile("although|but|,")


@dataclass(frozen=True)
class Options:
    pass


@register
class Sentiment(PooledReader):
    id = "sentiment"
    title = "For or against"
    description = "Tell praise from blame. Negations turn words around, and of two clauses one decides: words alone tell nothing."
    example = "not a bad film → positive"
    order = 110
    kind = "label"
    unit = "word"
    Options = Options
    source_vocabulary = Vocabulary([*FRAME, *NEGATIONS, *ADVERBS, *GOOD, *BAD, *FOND, *SORRY, *NOUNS])
    classes = CLASSES
    examples = ("not a bad film", "although the cast was good , the plot was never funny", "i love the music although the plot was dull")
    untaught = "This is no review as they were taught, one clause or two joined by but or although, so the answer is a guess."
    pinned = "the music was dull but hardly a bad film"

    def make(self, random: Random) -> tuple[tuple[str, ...], str]:
        deciding, other = _clause(random), _clause(random)
        both = (f"{other} but {deciding}", f"although {other} , {deciding}", f"{deciding} although {other}")
        return tuple(random.choice((deciding, *both)).split()), _verdict(deciding)

    def edges(self) -> Iterator[Example]:
        """Every word of praise or blame in the shortest clause, and in the longest review behind and before its contrary."""
        for noun in NOUNS:
            for clause in [f"a {quality} {noun}" for quality in GOOD + BAD] + [f"i {feeling} the {noun}" for feeling in FOND + SORRY]:
                yield tuple(clause.split()), _verdict(clause)
        for good, bad in zip(GOOD, BAD, strict=True):
            long = [f"the film was {no} very {quality}" for no in NEGATIONS for quality in (good, bad)]
            for one, other in zip(long, long[::-1], strict=True):
                yield tuple(f"{one} although {other}".split()), _verdict(one)
                yield tuple(f"although {one} , {other}".split()), _verdict(other)
                yield tuple(f"{one} but {other}".split()), _verdict(other)

    def parse(self, text: str) -> tuple[str, ...]:
        """No comma stands before but."""
        tokens = super().parse(text)
        return tuple(word for word, after in zip(tokens, (*tokens[1:], ""), strict=True) if (word, after) != (",", "but"))

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The verdict of the deciding clause, or None if this is no review of the grammar."""
        review = _REVIEW.fullmatch(" ".join(source))
        return None if review is None else (_verdict(review[1] or review[2]),)

    def guesses(self) -> Iterator[Guess]:
        yield from super().guesses()
        yield from scored(
            self,
            {
                "every word of blame and every negation turns": lambda source: (_verdict(" ".join(source)),),
                "the last clause alone": lambda source: (_verdict(_clauses(source)[-1]),),
                "the first clause alone": lambda source: (_verdict(_clauses(source)[0]),),
            },
        )

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        return {
            "plain": lambda source: len(_clauses(source)) == 1 and {*NEGATIONS}.isdisjoint(source),
            "negated": lambda source: len(_clauses(source)) == 1 and not {*NEGATIONS}.isdisjoint(source),
            "but": lambda source: "but" in source,
            "although before": lambda source: source[0] == "although",
            "although behind": lambda source: "although" in source[1:],
        }


def _clause(random: Random) -> str:
    noun = random.choice(NOUNS)
    negated = random.random() < 0.5
    if random.random() < 1 / 3:
        negation = random.choice(("do not ", "never ")) if negated else ""
        return f"i {negation}{random.choice(FOND + SORRY)} the {noun}"
    negation = f"{random.choice(NEGATIONS)} " if negated else ""
    quality = random.choice(("", "", *(f"{adverb} " for adverb in ADVERBS))) + random.choice(GOOD + BAD)
    return random.choice((f"the {noun} was {negation}{quality}", f"{negation}a {quality} {noun}"))


def _clauses(source: tuple[str, ...]) -> list[str]:
    """One or two."""
    return [clause for part in _BETWEEN.split(" ".join(source)) if (clause := part.strip())]


def _verdict(clause: str) -> str:
    """Every negation and every word of blame turns the verdict around."""
    turns = sum(word in NEGATIONS + BAD + SORRY for word in clause.split())
    return CLASSES[(turns + 1) % 2]
