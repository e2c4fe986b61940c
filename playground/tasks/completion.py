"""Continue a small story.

    source   Anna has two dogs . In the evening the rain comes over the hills by the sea .
    target   She calls her dogs in and they sleep . <eos>

Who it is about, how many animals there are and what the weather does are told once, and needed many words later: further back
than the five words that a 6-gram sees. The beginning decides the rest, so that a right continuation is the only one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

from ..vocabulary import Vocabulary
from . import register
from .base import Guess
from .guesses import Followers, Rule, scored
from .text import Example, PooledSequence
from .typed import cased

WOMEN, MEN = ("Anna", "Lena", "Maria", "Zoe"), ("Ravi", "Omar", "Tom", "Luis")
PAIRS = ("Anna and Tom", "Zoe and Omar", "Maria and Luis")
PETS = {"dog": "dogs", "cat": "cats", "goat": "goats", "horse": "horses", "duck": "ducks", "hen": "hens"}
COUNTS = ("two", "three", "many")
TIMES = ("In the morning", "At noon", "In the evening")
FAIR, FOUL = ("sun", "summer"), ("rain", "snow", "fog")
PLACES = ("over the hills by the sea", "to the town on the river", "across the fields of the valley")
TALK = {  # the pronoun, and what agrees with it
    "She": ("has", "calls", "lets", "her"),
    "He": ("has", "calls", "lets", "his"),
    "They": ("have", "call", "let", "their"),
}
_BEGIN = re.compile(
    rf"({'|'.join([*PAIRS, *WOMEN, *MEN])}) (has|have) (a|{'|'.join(COUNTS)}) ({'|'.join([*PETS, *PETS.values()])}) \. "
    rf"(?:{'|'.join(TIMES)}) the ({'|'.join(FAIR + FOUL)}) comes (?:{'|'.join(PLACES)}) \. "
)
_OTHERS = ("a", ".", "comes", "in", "out", "and", "it", "they", "sleeps", "sleep", "runs", "run", *sum(TALK.values(), ()), *TALK)
_WORDS = (*" ".join((*PAIRS, *WOMEN, *MEN, *COUNTS, *PETS, *PETS.values(), *TIMES, *FAIR, *FOUL, *PLACES)).split(), *_OTHERS)
MOST_TOLD = 2  # words of the continuation that may be given as well


@dataclass(frozen=True)
class Options:
    pass


@register
class Completion(PooledSequence):
    id = "completion"
    title = "Continue a story"
    description = "Write on. What was told at the start is needed at the end: a model that sees five words back cannot know it."
    example = "Anna has two dogs . … → She calls her dogs in …"
    order = 160
    kind = "completion"
    unit = "word"
    max_source = 32
    Options = Options
    source_vocabulary = target_vocabulary = Vocabulary(dict.fromkeys(_WORDS))
    examples = (
        "Anna has two dogs . In the evening the rain comes over the hills by the sea .",
        "Tom has a cat . At noon the sun comes to the town on the river .",
        "Zoe and Omar have many hens . In the morning the fog comes across the fields of the valley . They",
    )
    pinned = examples[0]
    untaught = "This beginning leaves open how the story goes on: who has which animals, when, and the weather. What is written is a guess."

    def make(self, random: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
        owner = random.choice((random.choice(WOMEN), random.choice(MEN), random.choice(PAIRS)))
        count, pet = random.choice(("a", random.choice(COUNTS))), random.choice(tuple(PETS))
        pet = pet if count == "a" else PETS[pet]
        weather = random.choice((random.choice(FAIR), random.choice(FOUL)))
        begin = f"{owner} {TALK[_pronoun(owner)][0]} {count} {pet} . {random.choice(TIMES)} the {weather} comes {random.choice(PLACES)} ."
        rest = _rest(owner, count, pet, weather)
        told = random.choice((0, 0, *range(MOST_TOLD + 1)))
        return (*begin.split(), *rest[:told]), rest[told:]

    def parse(self, text: str) -> tuple[str, ...]:
        """With capitals where sentences begin, and a full stop where only that is missing of a beginning."""
        tokens = cased(super().parse(text), self.source_vocabulary.ids)
        stopped = (*tokens, ".")
        return stopped if self.answer(tokens) is None and self.answer(stopped) is not None else tokens

    def siblings(self, source: tuple[str, ...], answer: tuple[str, ...]) -> str:
        """One story, wherever it is cut."""
        return " ".join((*source, *answer))

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The rest of the story, or None while its beginning leaves it open."""
        told = " ".join(source) + " "
        if not (begin := _BEGIN.match(told)):
            return None
        owner, verb, count, pet, weather = begin.groups()
        rest, given = _rest(owner, count, pet, weather), tuple(told[begin.end() :].split())
        agrees = TALK[_pronoun(owner)][0] == verb and (count == "a") == (pet in PETS)
        return rest[len(given) :] if agrees and rest[: len(given)] == given else None

    def doubt(self, tokens: tuple[str, ...]) -> str | None:
        """Also a story that is told further than any that was taught."""
        begin = _BEGIN.match(" ".join(tokens) + " ")
        told = 0 if begin is None else len(" ".join(tokens)[begin.end() :].split())
        if told > MOST_TOLD:
            return f"{told} words of how it goes on are told; at most {MOST_TOLD} were in training, so what is written is a guess."
        return super().doubt(tokens)

    def edges(self) -> Iterator[Example]:
        """Everybody in the shortest and in the longest story, told as far as may be."""
        for owner in (*WOMEN, *MEN, *PAIRS):
            has, *_ = TALK[_pronoun(owner)]
            short = f"{owner} {has} a hen . At noon the fog comes over the hills by the sea ."
            long = f"{owner} {has} three horses . In the evening the summer comes across the fields of the valley ."
            for text, rest in ((short, _rest(owner, "a", "hen", "fog")), (long, _rest(owner, "three", "horses", "summer"))):
                yield from (((*text.split(), *rest[:told]), rest[told:]) for told in range(MOST_TOLD + 1))

    def guesses(self) -> Iterator[Guess]:
        """Always the word that most often follows the last one, or the last four."""
        yield from super().guesses()
        train, decode = self.pool.train, self.source_vocabulary.decode
        texts = [(*decode(s), *decode(t), "") for s, t in zip(train.source.tolist(), train.target.tolist(), strict=True)]

        def writing(context: int) -> Rule:
            followers = Followers(texts, context)

            def write(source: tuple[str, ...]) -> tuple[str, ...]:
                words = source
                while len(words) < len(source) + self.max_steps(0) + 20 and (word := followers.next(words)):
                    words = (*words, word)
                return words[len(source) :]

            return write

        yield from scored(self, {"bigram": writing(1), "5-gram": writing(4)})

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        """By how many words of the rest are given."""
        names = ("nothing told of the rest", "one word told", "two words told")
        return {name: partial(_tells, told) for told, name in enumerate(names)}


def _tells(told: int, source: tuple[str, ...]) -> bool:
    return source[::-1].index(".") == told


def _pronoun(owner: str) -> str:
    return "They" if owner in PAIRS else "She" if owner in WOMEN else "He"


def _rest(owner: str, count: str, pet: str, weather: str) -> tuple[str, ...]:
    """What happens: who acts, whose animals, out in fair weather and in in foul, and what one or several do there."""
    pronoun = _pronoun(owner)
    _, call, let, whose = TALK[pronoun]
    one = count == "a"
    act, way = (let, "out") if weather in FAIR else (call, "in")
    does = ("runs" if one else "run") if weather in FAIR else ("sleeps" if one else "sleep")
    return tuple(f"{pronoun} {act} {whose} {pet} {way} and {'it' if one else 'they'} {does} .".split())
