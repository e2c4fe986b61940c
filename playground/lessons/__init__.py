"""Lessons, each a file: questions about trained models that are answered before they are shown.

    lesson = playground.lessons["attention"]
    lesson.questions, lesson.holds, lesson.check()

A new one is a module of a room here with a `Lesson` that is listed below; docs/lessons.md shows how it is written, and
`python -m playground.tools.lesson_check FILE` says what is missing. Tests ask every claim of the shipped runs.
"""

from __future__ import annotations

from ..catalogue import Catalogue
from .codes import maps, pictures
from .sequences import attention, bottleneck, context, lstm, parts, script, teaching
from .transformers import embeddings, families, layer, ngrams

lessons = Catalogue(
    "lessons",
    "lesson",
    'All lessons by id, in their order: `playground.lessons["attention"].check()`. Raises InputError for an id that there is not, naming'
    " those that there are.",
    (
        parts.LESSON,
        lstm.LESSON,
        context.LESSON,
        teaching.LESSON,
        bottleneck.LESSON,
        attention.LESSON,
        layer.LESSON,
        families.LESSON,
        ngrams.LESSON,
        pictures.LESSON,
        maps.LESSON,
        embeddings.LESSON,
        script.LESSON,
    ),
)
