"""Lessons: their list, and the question that is asked beside the stage."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from ....errors import InputError
from ....lessons import lessons
from ....lessons.words import rich
from ... import links
from ...panel import Panel
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit


class Lessons(Panel):
    """The stage is set by the server, and the model is asked there; what a visitor guesses stays in the browser, which grades it."""

    module, sends, id = "lessons/lessons", ("lesson",), "lessons"

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.lesson

    def value(self, stage: Stage) -> dict[str, Any]:
        return {"lessons": listed(), "asked": None if stage.visit.lesson is None else asked(*stage.visit.lesson), "error": ""}

    def refused(self, visit: Visit, error: InputError) -> dict[str, Any]:
        return {"lessons": listed(), "asked": None, "error": str(error)}

    def wire(self) -> None:
        self.on("lesson", ask, again="always_last", teller=self, always=self)


def ask(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Set the stage for a question; without a lesson the one that is open is closed, and the stage is left as it is."""
    if data.get("lesson") is None:
        return replace(visit, lesson=None)
    return links.of_question(links.question(data["lesson"], data.get("question", 1), data.get("language", "en")), visit.recipe.device)


def listed() -> list[dict[str, Any]]:
    """What there is."""
    return [
        {
            "id": lesson.id,
            "title": lesson.title,
            "minutes": lesson.minutes,
            "of": len(lesson.questions),
            "languages": list(lesson.languages),
        }
        for lesson in lessons.values()
    ]


def asked(id: str, number: int, language: str) -> dict[str, Any]:
    """A question with its answer, which the page keeps covered until somebody has guessed."""
    lesson = lessons[id]
    question, told = lesson.questions[number - 1], lesson.told(number, language)
    words, place = told.words, question.place
    return {
        "id": id,
        "question": number,
        "language": language,
        "languages": list(lesson.languages),
        "lesson": told.title,
        "title": rich(words.title),
        "text": rich(words.text),
        "reveal": rich(words.reveal),
        "why": rich(words.why),
        "kind": question.kind,
        "options": [rich(option) for option in told.options],
        "right": told.found.right,
        "scale": question.scale,
        "hides": question.hides,
        "step": int(place.get("step", 0)),
        "tab": place.get("tab", ""),
        "key": links.to_query(links.of_question((id, number, language))),
    }
