"""Days of the calendar as people write them.

    read_day("the 4th of December, 2030")  =  read_day("04/12/2030") is refused: it could be 12 April
    read_day("29.11.2026")  =  read_day("2026-11-29")  =  date(2026, 11, 29)

Names of months and weekdays come from Babel, which packs the Unicode Common Locale Data Repository.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from ..errors import InputError
from .text import bare

LANGUAGES = ("en", "fr", "de", "es", "it")
PASSED_OVER = frozenset("the of on de del le la du den der am il el".split())  # noqa: SIM905
FIRST = dict.fromkeys("premier ersten erster erste primero primo".split(), "1")  # noqa: SIM905
ALSO = {"mrz": 3, "jänner": 1}  # months in German beside Babel's names
NEAREST = 69  # two digits below it are years after 2000, as POSIX has it
PARTS = re.compile(r"[^\W\d_]+|\d+|[^\s]")
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
IN_NUMBERS = re.compile(r"(\d+)\s*([-./])\s*(\d+)\s*\2\s*(\d+)")
SPACED = re.compile(r"(\d+)\s+(\d+)\s+(\d+)")
DASHES = re.compile("[‐‑‒–—―−]")
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")


class Named(NamedTuple):
    """What a text names a day by: the months, numbers and weekdays in it, and all else that is not passed over."""

    months: list[str]
    numbers: list[str]
    weekdays: list[str]
    others: list[str]


def read_day(text: str) -> date | None:
    """The one day that a text in small letters names, with or without its weekday; None where it names none. Raises InputError for
    numbers that name one day here and another one there, or none in a form that is written for nothing else."""
    text = text.strip().rstrip(".!?, ")
    if compact := COMPACT.fullmatch(text):
        return _day(*map(int, compact.groups()))
    if numbers := IN_NUMBERS.fullmatch(text):
        return _in_numbers(text, numbers[2], *(numbers[i] for i in (1, 3, 4)))
    named = named_in(text)
    if len(named.months) != 1 or len(named.numbers) != 2 or len(named.weekdays) > 1 or named.others:
        return None
    day, year = named.numbers if len(named.numbers[0]) <= 2 else reversed(named.numbers)
    return _day(_year(year), months()[bare(named.months[0])], int(day[:4]))


def named_in(text: str) -> Named:
    """The parts of a text in small letters, marks between them left out."""
    parts = [part for part in PARTS.findall(text) if part not in ",.'’-/" and part not in PASSED_OVER]
    named = [part for part in parts if bare(part) in months()]
    if len(named) > 1:  # mar is March and Tuesday
        named = [part for part in named if bare(part) not in weekdays()] or named
    counted = [part for part in parts if part.isdecimal()]
    days = [part for part in parts if part not in named and bare(part) in weekdays()]
    return Named(named, counted, days, [part for part in parts if part not in (*named, *counted, *days)])


def spelled(text: str) -> str:
    """What was typed in small letters, with plain hyphens, numbers for words such as first, and strokes between three numbers."""
    text = WORD.sub(lambda word: _ordinals().get(word[0], word[0]), DASHES.sub("-", text))
    return SPACED.sub(r"\1/\2/\3", text) if SPACED.fullmatch(text.strip()) else text


def wrong_weekday(text: str, day: date) -> str | None:
    """What to say where a text in small letters names this day with another weekday than it is; None where it does not."""
    typed = [weekdays()[bare(part)] for part in named_in(text).weekdays]
    if not typed or typed[0] == day.weekday():
        return None
    month, right, wrong = _english("months", day.month), _english("days", day.weekday()), _english("days", typed[0])
    return f"{day.day} {month} {day.year} is a {right} and no {wrong}; the weekday is passed over."


def _in_numbers(text: str, mark: str, first: str, second: str, third: str) -> date | None:
    """Year first where it has four digits, else the day, if it is certain which of two numbers is the day."""
    one, two = int(first[:4]), int(second[:4])
    if mark != "." and len(first) < 4 and 0 < one != two > 0 and max(one, two) <= 12:
        months = [_english("months", number) for number in (one, two)]
        raise InputError(
            f"The date {text} is {one} {months[1]} where the day comes first and {two} {months[0]} where the month does. "
            f"Write the month as a name, or {one:02}.{two:02}.{_year(third)} with full stops, where the day comes first."
        )
    year, month, day = (one, two, int(third[:4])) if len(first) == 4 else (_year(third), *((two, one) if two <= 12 else (one, two)))
    found = _day(year, month, day)
    if found is None and mark != ".":  # with full stops a model can read it
        raise InputError(f"The date {text} is no day of the calendar. Write one such as 3 March 2021 or 2021-03-03.")
    return found


def _year(digits: str) -> int:
    number = int(digits[:6])
    return number if len(digits) != 2 else number + (2000 if number < NEAREST else 1900)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1)
def months() -> dict[str, int]:
    """The month of each name, long or short, of all languages, without accents, and with ae for ä."""
    return _named("months") | {form: number for name, number in ALSO.items() for form in (bare(name), name.replace("ä", "ae"))}


@lru_cache(maxsize=1)
def weekdays() -> dict[str, int]:
    """The same of weekdays."""
    return _named("days")


def _named(kind: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for language in LANGUAGES:
        for name, number in names(language, kind):
            found |= {bare(name): number, bare(name.replace("ä", "ae")): number}
    return found


def names(locale: str, kind: str) -> list[tuple[str, int]]:
    """Names of "months" or "days" in small letters without a closing dot, with their numbers."""
    from babel import Locale

    tables = getattr(Locale(locale), kind)["format"]
    return [(name.casefold().rstrip("."), number) for width in ("abbreviated", "wide") for number, name in tables[width].items()]


def _english(kind: str, number: int) -> str:
    """The long name in English."""
    return {n: name.capitalize() for name, n in names("en", kind)}[number]


@lru_cache(maxsize=1)
def _ordinals() -> dict[str, str]:
    from num2words import num2words

    return FIRST | {num2words(n, to="ordinal"): str(n) for n in range(1, 32)}
