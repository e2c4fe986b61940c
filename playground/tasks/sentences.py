"""Write a sentence again that was read, through whatever a model keeps of it.

    source   the small red car does not see a tree
    target   the small red car does not see a tree <eos>

Nothing is asked but to keep it: an autoencoder of text. The sentences are those that `translation` translates, so that much of a word can
be foreseen from the ones before it, and the rest has to come through the code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from ..vocabulary import Vocabulary
from . import register
from .base import Guess
from .french import ADJECTIVE_OF, DETERMINERS, NOUN_OF, NOUNS, VERB_OF
from .guesses import Rule, scored
from .text import Example, PooledSequence
from .translation import draw, understand
from .typed import articled


@dataclass(frozen=True)
class Options:
    pass


@register
class Sentences(PooledSequence):
    id = "sentences"
    title = "Write it again"
    description = "Read a sentence and write it again, through a code too small to hold every word: an autoencoder of text."
    example = "the small car sleeps → the small car sleeps"
    order = 145
    kind = "sentence"
    unit = "word"
    max_source = 16
    pool_size = 16_000
    Options = Options
    untaught = "No sentence that was taught reads like this, so that its code is a guess."
    examples = ("the small car sleeps", "these birds do not see a tree", "my old horse looks for some beautiful flowers")
    pinned = "the small red car does not see the white house"
    source_vocabulary = target_vocabulary = Vocabulary(
        [*DETERMINERS, "an", *ADJECTIVE_OF, *NOUN_OF, *VERB_OF, "does", "do", "not", "for"],
    )

    def make(self, random: Random) -> Example:
        sentence = draw(random).english()
        return sentence, sentence

    def edges(self) -> Iterator[Example]:
        """Every noun alone behind every determiner."""
        for noun in NOUNS:
            for determiner, numbers in DETERMINERS.items():
                for plural in numbers:
                    phrase = (determiner, noun[plural])
                    yield articled(phrase), articled(phrase)

    def guesses(self) -> Iterator[Guess]:
        """What is left of a sentence whose colours, sizes and other words of that kind, or whose "not", are forgotten."""
        yield from super().guesses()
        forgets: dict[str, Rule] = {
            "all but adjectives": lambda source: articled(tuple(word for word in source if word not in ADJECTIVE_OF)),
            "the first five words": lambda source: source[:5],
        }
        yield from scored(self, forgets)

    def parse(self, text: str) -> tuple[str, ...]:
        """With an before a vowel, and a elsewhere."""
        return articled(super().parse(text))

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        return source if understand(source) else None

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        return {
            "an adjective": lambda source: not ADJECTIVE_OF.keys().isdisjoint(source),
            "two nouns": lambda source: sum(word in NOUN_OF for word in source) > 1,
            "plural": lambda source: any(NOUN_OF[word][1] for word in source if word in NOUN_OF),
            "negated": lambda source: "not" in source,
        }
