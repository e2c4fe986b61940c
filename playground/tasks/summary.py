"""A short news item to its headline.

    source   Rossi called it a surprise . the school of Lyon was destroyed by a fire . nobody was hurt .
    target   fire destroys school in Lyon <eos>

Most of what is read is left out: who commented, when it was, what happened elsewhere last year. The sentence that matters
need not be the first one, other places and buildings stand around it, and it is put in other words.
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
from .guesses import scored
from .text import Example, PooledSequence
from .typed import ended

SLOTS = {
    "city": "Lyon Turin Bonn Seville Leeds Ghent Porto Basel",
    "elsewhere": "Lyon Turin Bonn Seville Leeds Ghent Porto Basel",
    "building": "school bakery museum library station hotel theatre bridge",
    "other": "school bakery museum library station hotel theatre bridge",
    "person": "Rossi Martin Weber Garcia Baker Novak",
    "witness": "Rossi Martin Weber Garcia Baker Novak",
    "day": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "weather": "storm flood heatwave snowfall",
    "prize": "music science cooking chess",
}
DIFFERENT = (("city", "elsewhere"), ("building", "other"), ("person", "witness"))
EVENTS = {  # headline: sentences that it may be made of
    "fire destroys {building} in {city}": (
        "a fire destroyed the {building} in {city} on {day}",
        "in {city} the {building} burned down on {day}",
        "the {building} of {city} was destroyed by a fire",
    ),
    "{weather} hits {city}": (
        "a {weather} hit {city} on {day}",
        "{city} was hit by a {weather}",
        "on {day} a {weather} reached {city}",
    ),
    "{city} beats {elsewhere}": (
        "{city} won against {elsewhere} on {day}",
        "{elsewhere} lost to {city}",
        "{elsewhere} was beaten by {city} on {day}",
    ),
    "{person} is mayor of {city}": (
        "the people of {city} elected {person} as mayor on {day}",
        "{person} won the vote in {city}",
        "in {city} the new mayor is {person}",
    ),
    "{city} opens new {building}": (
        "a new {building} opened in {city} on {day}",
        "{city} has a new {building}",
        "on {day} {person} opened a new {building} in {city}",
    ),
    "strike closes {building} in {city}": (
        "workers at the {building} in {city} stopped work on {day}",
        "the {building} in {city} is closed because of a strike",
    ),
    "{prize} prize for {person}": (
        "{person} from {city} won the {prize} prize on {day}",
        "the {prize} prize went to {person}",
    ),
}
FILLERS = (  # all of it is left out
    "{witness} called it a surprise",
    "{witness} saw it from the {other}",
    "the mayor of {elsewhere} sent a message",
    "nobody at the {other} was hurt",
    "people from {elsewhere} came on {day}",
    "last year there was a {weather} in {elsewhere}",
    "the {other} stayed open",
    "trains from {elsewhere} were late",
    "{witness} from {elsewhere} was there",
)
MOST_FILLERS = 3
NOTHING = dict.fromkeys(SLOTS, "…")
Words = tuple[str, ...]


@dataclass(frozen=True)
class Options:
    pass


def words_of(templates: tuple[str, ...]) -> list[str]:
    """All words that these templates can be filled up to, each once."""
    slots = {f"{{{name}}}": words.split() for name, words in SLOTS.items()}
    return list(dict.fromkeys(word for template in templates for part in template.split() for word in slots.get(part, [part])))


@register
class Summary(PooledSequence):
    id = "summary"
    title = "News to headline"
    description = "Read a short news item, write its headline: find what matters and leave the rest out."
    example = "Trains from Basel were late. Lyon was hit by a storm. → storm hits Lyon"
    order = 80
    Options = Options
    unit = "word"
    max_source = 48
    untaught = "Nothing happens here that the model was taught to put into a headline, so what it writes is a guess."
    source_vocabulary = Vocabulary([*words_of((*sum(EVENTS.values(), ()), *FILLERS)), "."])
    target_vocabulary = Vocabulary(words_of(tuple(EVENTS)))
    examples = (
        "On Friday a storm reached Turin. Trains from Basel were late.",
        "Weber saw it from the hotel. Leeds was beaten by Porto on Sunday. Last year there was a flood in Bonn.",
        "The people of Ghent elected Novak as mayor on Monday. The mayor of Lyon sent a message. The museum stayed open.",
    )
    pinned = "Weber called it a surprise. The school of Lyon was destroyed by a fire. Nobody at the hotel was hurt."

    def guesses(self) -> Iterator[Guess]:
        yield from super().guesses()
        yield from scored(
            self,
            {
                "reading the first sentence only": lambda source: headline(sentences(source)[:1]),
                "reading the last sentence only": lambda source: headline(sentences(source)[-1:]),
                "reading the longest sentence only": lambda source: headline([max(sentences(source), key=lambda s: s.count(" "))]),
            },
        )

    @property
    def rules(self) -> Mapping[str, Callable[[Words], bool]]:
        """By what happened, and by where its sentence stands."""
        events = {f"event: {title.format(**NOTHING)}": patterns for title, patterns in _PATTERNS.items()}
        return {
            **{name: partial(_holds, patterns) for name, patterns in events.items()},
            "the first sentence": lambda source: _event(source) == 0,
            "a sentence in the middle": lambda source: 0 < _event(source) < len(sentences(source)) - 1,
            "the last sentence": lambda source: 0 < _event(source) == len(sentences(source)) - 1,
        }

    def make(self, random: Random) -> tuple[Words, Words]:
        filling = _filling(random)
        title = random.choice(list(EVENTS))
        items = random.sample(FILLERS, random.randint(1, MOST_FILLERS))
        items.insert(random.randint(0, len(items)), random.choice(EVENTS[title]))
        return _told(items, filling), tuple(title.format(**filling).split())

    def edges(self) -> Iterator[Example]:
        """The event alone, in all the words for it; and at the end of as much as is ever told beside it."""
        random = Random(29)
        longest = sorted(FILLERS, key=lambda filler: -len(filler.split()))[:MOST_FILLERS]
        for title, templates in EVENTS.items():
            for items in [[template] for template in templates * 4] + [[*longest, template] for template in templates]:
                filling = _filling(random)
                yield _told(items, filling), tuple(title.format(**filling).split())

    def parse(self, text: str) -> Words:
        """With a full stop after each sentence."""
        return ended(super().parse(text))

    def spell(self, source: Words) -> str:
        """With capitals, and full stops at the end of the word before them."""
        text = " ".join(source).replace(" .", ".")
        return re.sub(r"(?:^|(?<=\. ))\w", lambda first: first[0].upper(), text)

    def answer(self, source: Words) -> Words | None:
        return headline(sentences(source))

    def doubt(self, tokens: Words) -> str | None:
        told = sentences(tokens)
        if sum(headline([sentence]) is not None for sentence in told) > 1:
            return "More than one thing happens here; the model was taught items with one event, so the headline is a guess."
        if len(told) > MOST_FILLERS + 1:
            return f"There are {len(told)} sentences; the model was taught items of {MOST_FILLERS + 1} at most, so the headline is a guess."
        strange = next((s for s in told if headline([s]) is None and not any(filler.fullmatch(s) for filler in _LEFT_OUT)), None)
        if strange and len(told) > 1:
            return f"The model was taught no sentences such as ‘{strange}’, so the headline is a guess."
        return super().doubt(tokens)

    def max_steps(self, source_length: int) -> int:
        return 12


def _told(templates: list[str], filling: dict[str, str]) -> Words:
    return tuple(" ".join(f"{template.format(**filling)} ." for template in templates).split())


def _filling(random: Random) -> dict[str, str]:
    """A word for each slot."""
    filling = {name: random.choice(words.split()) for name, words in SLOTS.items()}
    while any(filling[a] == filling[b] for a, b in DIFFERENT):
        filling |= {b: random.choice(SLOTS[b].split()) for _, b in DIFFERENT}
    return filling


def headline(found: list[str]) -> Words | None:
    """The headline of the first of these sentences that is an event, None if none is."""
    for sentence in found:
        for title, patterns in _PATTERNS.items():
            for pattern in patterns:
                if event := pattern.fullmatch(sentence):
                    return tuple(title.format(**event.groupdict()).split())
    return None


def _event(source: Words) -> int:
    """The place of the sentence that is an event, -1 if there is none."""
    return next((i for i, sentence in enumerate(sentences(source)) if headline([sentence])), -1)


def _holds(patterns: list[re.Pattern[str]], source: Words) -> bool:
    return any(pattern.fullmatch(sentence) for pattern in patterns for sentence in sentences(source))


def sentences(source: Words) -> list[str]:
    return [sentence for sentence in re.split(r" ?\. ?", " ".join(source)) if sentence]


def _pattern(template: str) -> re.Pattern[str]:
    choices = {name: f"(?P<{name}>{words.replace(' ', '|')})" for name, words in SLOTS.items()}
    return re.compile(template.format(**choices))


_LEFT_OUT = [_pattern(template) for template in FILLERS]
_PATTERNS = {title: [_pattern(template) for template in templates] for title, templates in EVENTS.items()}
