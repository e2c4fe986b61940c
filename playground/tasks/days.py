"""Days of the calendar as people write them.

    read_day("the 4th of December, 2030")  =  read_day("04/12/2030") is refused: it could be 12 April
    read_day("29.11.2026")  =  read_day("2026-11-29")  =  date(2026, 11, 29)

Names of months and weekdays come from Babel, which packs the Unicode Common Locale Data Repository.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from ..errors import InputError
from .text import bare

LANGUAGES = ("en", "fr", "de", "es", "it")
PASSED_OVER = frozenset("the of on de del le la du den der am il el".split())  # noqa: SIM905
NEAREST = 69  # two digits below it are years after 2000, as POSIX has it
PARTS = re.compile(r"[^\W\d_]+|\d+|[^\s]")
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
IN_NUMBERS = re.compile(r"(\d+)\s*([-./])\s*(\d+)\s*\2\s*(\d+)")


def read_day(text: str) -> date | None:
    """The one day that a text in small letters names, with or without its weekday; None where it names none. Raises InputError for
    numbers that name one day here and another one there."""
    text = text.strip().rstrip(".!?, ")
    if compact := COMPACT.fullmatch(text):
        return _day(*map(int, compact.groups()))
    if numbers := IN_NUMBERS.fullmatch(text):
        return _in_numbers(text, numbers[2], *(numbers[i] for i in (1, 3, 4)))
    parts = [part for part in PARTS.findall(text) if part not in ",.'’" and part not in PASSED_OVER]
    named = [part for part in parts if bare(part) in months()]
    if len(named) > 1:  # mar is March and Tuesday
        named = [part for part in named if bare(part) not in weekdays()] or named
    counted = [part for part in parts if part.isdecimal()]
    others = [part for part in parts if part not in named and part not in counted and bare(part) not in weekdays()]
    if len(named) != 1 or len(counted) != 2 or len(parts) > 4 or others:
        return None
    day, year = counted if len(counted[0]) <= 2 else reversed(counted)
    return _day(_year(year), months()[bare(named[0])], int(day[:4]))


def _in_numbers(text: str, mark: str, first: str, second: str, third: str) -> date | None:
    """Year first where it has four digits, else the day, if it is certain which of two numbers is the day."""
    if len(first) == 4:
        return _day(int(first), int(second), int(third))
    one, two = int(first[:4]), int(second[:4])
    if mark != "." and 0 < one != two > 0 and max(one, two) <= 12:
        names = [name.capitalize() for name in _wide("en")]
        raise InputError(
            f"The date {text} is {one} {names[two - 1]} where the day comes first and {two} {names[one - 1]} where the month does. "
            f"Write the month as a name, or {one:02}.{two:02}.{_year(third)} with full stops, where the day comes first."
        )
    return _day(_year(third), two, one) if two <= 12 else _day(_year(third), one, two)


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
    return _named("months")


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


def _wide(locale: str) -> list[str]:
    return [name for name, _ in names(locale, "months")][-12:]
