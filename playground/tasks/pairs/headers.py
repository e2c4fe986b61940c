"""Whether a first line names its columns: languages, in one of many languages, or words such as question and answer."""

from __future__ import annotations

import re
from functools import lru_cache

WORDS = (
    "source target input output question answer front back word words term definition translation original meaning text label "
    "sentence sentences phrase phrases singular plural prompt response completion src tgt src_text tgt_text source_text "
    "target_text from to english_text side1 side2 key value quelle ziel frage antwort wort satz übersetzung mot phrase traduction "
    "question réponse recto verso palabra frase traducción pregunta respuesta"
)
LANGUAGES = "en de fr es it pt nl pl cs sv da fi nb el tr ru uk hu ro he ar fa hi th vi ja ko zh la eo"
COUNT = re.compile(r"[\s_.:#()\[\]-]*\d*[\s_.:#()\[\]-]*")


def names_columns(cells: tuple[str, ...]) -> bool:
    """Whether the first two cells are different names of columns, or two codes of languages."""
    first, second = (cell.strip().casefold() for cell in cells[:2])
    codes = LANGUAGES.split()
    return first != second and ((first in codes and second in codes) or (_is_name(first) and _is_name(second)))


def _is_name(cell: str) -> bool:
    words = _words()
    return len(cell) <= 40 and (cell in words or COUNT.sub("", cell) in words or re.sub(r"\s*\(.*\)$", "", cell) in words)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    from babel import Locale  # 0.1 s with its data: only where a file is read

    codes = LANGUAGES.split()
    names = [Locale(code).languages.get(other, "") for code in codes for other in codes]
    return frozenset(name.casefold() for name in (*names, *WORDS.split(), "norwegian", "mandarin") if name)
