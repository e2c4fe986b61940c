"""Dates as people in five countries write them, to the one way that machines write them.

    source   3   m a r s   2 0 2 1
    target   2 0 2 1 - 0 3 - 0 3 <eos>

The parts change places, a name becomes a number, the weekday is passed over. Names and orders of the parts come from Babel,
which packs the Unicode Common Locale Data Repository. No format is offered that another country reads otherwise (3/4/2021).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from functools import cached_property, lru_cache, partial
from itertools import cycle
from random import Random
from typing import Any

from ..options import choice
from ..vocabulary import Vocabulary, normalise
from . import Reading, register
from .base import Guess
from .days import named_in, read_day, spelled, wrong_weekday
from .guesses import Rule, scored
from .text import MAX_TEXT, Example, PooledSequence

LETTERS = {  # all that occur in the names of months and weekdays, and "de"
    "en": "abcdefghijlmnoprstuvwy",
    "fr": "abcdefhijlmnoprstuvéû",
    "de": "abcdefghijklmnoprstuvwzä",
    "es": "abcdefgijlmnoprstuvyzáé",
    "it": "abcdefgilmnoprstuvzì",
}
PUNCTUATION = {"en": ",", "fr": ".", "de": ".,", "es": ",", "it": ""}
FORMATS = {  # Babel's patterns: day d, month M, year y, weekday E
    "en": ("MMM d, y", "MMMM d, y", "d MMMM y", "EEEE, MMMM d, y"),
    "fr": ("d MMM y", "d MMMM y", "EEEE d MMMM y"),
    "de": ("dd.MM.y", "d. MMM y", "d. MMMM y", "EEEE, d. MMMM y"),
    "es": ("d MMM y", "d 'de' MMMM 'de' y", "EEEE, d 'de' MMMM 'de' y"),
    "it": ("d MMM y", "d MMMM y", "EEEE d MMMM y"),
}
EARLIEST, LATEST = date(1900, 1, 1).toordinal(), date(2099, 12, 31).toordinal()
ORDINAL = re.compile(r"(?<=\d)\s?(?:st|nd|rd|th|er|ère|º|°)(?![^\W\d_])")
ALL = {"all": "all five", "en": "English", "fr": "French", "de": "German", "es": "Spanish", "it": "Italian"}


@dataclass(frozen=True)
class DateOptions:
    locales: str = choice("all", ALL, "Languages", "In which the dates are written")


@register
class Dates(PooledSequence):
    id = "dates"
    title = "Dates to ISO"
    description = "Read a date in English, French, German, Spanish or Italian, write year-month-day. The parts change places."
    example = "3 mars 2021 → 2021-03-03"
    order = 50
    Options = DateOptions
    options: DateOptions
    unit = "character"
    split_words = False
    max_source = 40
    untaught = "This is no day of the calendar, so the answer is a guess. Write one such as 3 March 2021."
    target_vocabulary = Vocabulary("0123456789-")

    def __init__(self, options: DateOptions | None = None) -> None:
        super().__init__(options)
        self.locales = tuple(FORMATS) if self.options.locales == "all" else (self.options.locales,)
        self.source_vocabulary = _vocabulary(self.locales)

    @cached_property
    def examples(self) -> tuple[str, ...]:
        three = self.locales if len(self.locales) == 1 else ("en", "de", "es")
        return tuple(written(date(2021, 3, 14 + i), three[i % len(three)], -1 - i) for i in range(3))

    @cached_property
    def pinned(self) -> str:
        return written(date(2021, 3, 3), "fr" if len(self.locales) > 1 else self.locales[0], 1)

    def guesses(self) -> Iterator[Guess]:
        """The first number is the day and the last one the year; the month is guessed from as many letters of its name."""
        yield from super().guesses()
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        train = self.pool.train
        for row, target in zip(train.source.tolist(), train.target.tolist(), strict=True):
            name = _month_name(self.source_vocabulary.decode(row))
            for letters in range(3):
                seen[name[:letters]]["".join(self.target_vocabulary.decode(target))[5:7]] += 1

        def copied(letters: int) -> Rule:
            def rule(source: tuple[str, ...]) -> tuple[str, ...]:
                numbers = re.findall(r"\d+", "".join(source))
                month = seen[_month_name(source)[:letters]].most_common(1)
                return tuple(f"{numbers[-1]}-{month[0][0] if month else '01'}-{numbers[0]:>02}")

            return rule

        by = ("always the same month", "the month by its first letter", "the month by two letters")
        yield from scored(self, {f"copying day and year, {name}": copied(letters) for letters, name in enumerate(by)})

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        """By language; what two of them write the same way is of both."""
        return {ALL[locale]: partial(_is_of, locale) for locale in self.locales}

    def make(self, random: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
        locale = random.choice(self.locales)
        day = date.fromordinal(random.randint(EARLIEST, LATEST))
        return tuple(written(day, locale, random.randrange(len(FORMATS[locale])))), tuple(day.isoformat())

    def siblings(self, source: tuple[str, ...], answer: tuple[str, ...]) -> str:
        """One day, in whatever language and order."""
        return "".join(answer)

    def edges(self) -> Iterator[Example]:
        """First and last days of months, leap days, the first and the last day of all, in turns in each language and order."""
        forms = cycle([(locale, form) for locale in self.locales for form in range(len(FORMATS[locale]))])
        for year in (1900, 1901, 1996, 2000, 2024, 2099):
            for month in range(1, 13):
                for day in (date(year, month, 1), date(year, month, monthrange(year, month)[1])):
                    yield tuple(written(day, *next(forms))), tuple(day.isoformat())

    def parse(self, text: str) -> tuple[str, ...]:
        """Characters, small letters. A day that is written in another way is read in the most similar one that was taught."""
        if isinstance(text, str) and len(text) <= MAX_TEXT:
            text = _small(text)
            if (day := read_day(text)) is not None:
                ways = [written(day, locale, form) for locale in self.locales for form in range(len(FORMATS[locale]))]
                typed = text.replace("ae", "ä")
                text = max(ways, key=lambda way: SequenceMatcher(None, way, typed).ratio())
            elif named_in(text).months:
                text = re.sub("[-/]", " ", text)
        return super().parse(text)

    def perceive(self, given: Any) -> Reading:
        """With a notice where a weekday is another one than that day is."""
        reading = super().perceive(given)
        day = read_day("".join(reading.tokens))
        said = None if day is None else wrong_weekday(_small(given), day)
        return replace(reading, doubt=" ".join(filter(None, (said, self.doubt(reading.tokens))))) if said else reading

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """From the name of the month alone, wherever it stands; None for what is not a day of the calendar."""
        day = read_day("".join(source))
        return None if day is None else tuple(day.isoformat())

    def doubt(self, tokens: tuple[str, ...]) -> str | None:
        day = read_day("".join(tokens))
        if day is not None and not EARLIEST <= day.toordinal() <= LATEST:
            return f"The year {day.year} lies outside 1900 to 2099, all that the model was taught, so the answer is a guess."
        named = named_in("".join(tokens))
        if day is None and len(named.months) == len(named.numbers) == 1 and len(named.numbers[0]) <= 2:
            return f"No year is named here, so the answer is a guess. Write one, such as {named.numbers[0]} {named.months[0]} 2021."
        return super().doubt(tokens)

    def join(self, tokens: tuple[str, ...]) -> str:
        return "".join(tokens)

    def max_steps(self, source_length: int) -> int:
        return 16


def _small(text: str) -> str:
    """What was typed in small letters, numbers without their endings."""
    return spelled(ORDINAL.sub("", normalise(text).casefold()))


def written(day: date, locale: str, format_index: int) -> str:
    """A date in small letters, in one of the locale's formats."""
    from babel.dates import format_date

    return format_date(day, FORMATS[locale][format_index], locale=locale).casefold()


def _month_name(source: tuple[str, ...]) -> str:
    """The last word that is no "de": "" where there is none."""
    return next((word for word in reversed(re.findall(r"[^\W\d_]+", "".join(source))) if word != "de"), "")


def _is_of(locale: str, source: tuple[str, ...]) -> bool:
    return _skeleton("".join(source)) in _skeletons(locale)


def _skeleton(text: str) -> str:
    return re.sub(r"\d+", "0", text)


@lru_cache(maxsize=8)
def _skeletons(locale: str) -> frozenset[str]:
    """All dates of a language but for their numbers: of one year, in which each month has every weekday."""
    year = range(date(2020, 1, 1).toordinal(), date(2021, 1, 1).toordinal())
    return frozenset(_skeleton(written(date.fromordinal(n), locale, form)) for n in year for form in range(len(FORMATS[locale])))


@lru_cache(maxsize=8)
def _vocabulary(locales: tuple[str, ...]) -> Vocabulary:
    used = {c for locale in locales for c in LETTERS[locale] + PUNCTUATION[locale]}
    return Vocabulary(" 0123456789" + "".join(sorted(used)))
