"""Whether a first line names its columns: two languages, in one of many languages, or words such as question and answer.

English, French    question, answer    en, fr    id, en, fr        name columns
answer, Antwort    English, anglais    it, es                      may do so, or be a first pair: one means the other
"""

from __future__ import annotations

import re
from functools import lru_cache

FRONT = (  # names of what is read, and of what is written
    "source input question front word words term original text sentence sentences phrase phrases singular prompt src src_text "
    "source_text from english_text side1 key quelle frage wort satz begriff vorderseite mot recto palabra frase pregunta origen"
)
BACK = (
    "target output answer back definition translation meaning label plural response completion tgt tgt_text target_text to side2 value "
    "ziel antwort übersetzung bedeutung rückseite cible traduction réponse verso traducción respuesta significado destino"
)
NUMBERS = "id uid guid nr no number index idx # n° №".split()  # noqa: SIM905
LANGUAGES = "en de fr es it pt nl pl cs sv da fi nb el tr ru uk hu ro he ar fa hi th vi ja ko zh la eo".split()  # noqa: SIM905
WORDS_TOO = ({"it", "es"}, {"he", "el"})  # codes of which one, as a word, means the other
COUNT = re.compile(r"[\s_.:#()\[\]-]*\d*[\s_.:#()\[\]-]*")
REGION = re.compile(r"^([a-z]{2})[-_][a-z]{2}$")


def names_columns(first: str, second: str) -> bool | None:
    """Whether these two are names of columns; None where they are, but one may be the other in another language."""
    first, second = _plain(first), _plain(second)
    one, other = (REGION.sub(r"\1", cell) for cell in (first, second))
    if one in LANGUAGES and other in LANGUAGES:
        return None if {one, other} in WORDS_TOO else one != other
    if (one in LANGUAGES) + (other in LANGUAGES) == 1:
        return _differ(_tongues(one), _tongues(other))
    if _tongues(first) and _tongues(second):
        return _differ(_tongues(first), _tongues(second))
    kinds = {_kind(first), _kind(second)}
    if None in kinds:
        return False
    return len(kinds) > 1 or (first != second and COUNT.sub("", first) == COUNT.sub("", second)) or None


def names_numbers(cell: str) -> bool:
    """Whether it is the name of a column of numbers, which are no side of a pair."""
    return cell.strip().casefold().rstrip(".") in NUMBERS


def _plain(cell: str) -> str:
    """In small letters, without what stands in brackets at its end; "" for what is too long for a name."""
    return re.sub(r"\s*\(.*\)$", "", cell.strip().casefold()) if len(cell) <= 40 else ""


def _kind(cell: str) -> str | None:
    """What a column of this name holds."""
    for name in (cell, COUNT.sub("", cell)):
        if name in FRONT.split():
            return "front"
        if name in BACK.split():
            return "back"
        if _tongues(name):
            return "language"
    return None


def _tongues(name: str) -> frozenset[str]:
    """The languages of this name or code."""
    return frozenset({name}) if name in LANGUAGES else _names().get(name, frozenset())


def _differ(one: frozenset[str], other: frozenset[str]) -> bool | None:
    """Whether these are two languages; None where it may be one twice."""
    return bool(one and other) and (one.isdisjoint(other) or None)


@lru_cache(maxsize=1)
def _names() -> dict[str, frozenset[str]]:
    """Languages by what they are called in any of them."""
    from babel import Locale  # 0.1 s with its data: only where a file is read

    found: dict[str, frozenset[str]] = {"norwegian": frozenset({"nb"}), "mandarin": frozenset({"zh"})}
    for locale in LANGUAGES:
        known = Locale(locale).languages
        for code in LANGUAGES:
            name = known.get(code, "").casefold()
            found[name] = found.get(name, frozenset()) | {code}
    found.pop("", None)
    return found
