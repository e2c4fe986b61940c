"""What is still missing from a lesson: every rule that one is held to, each broken one told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import InputError
from .lesson import CHOICE, ENGLISH, KINDS, SCALE, Found, Lesson, Load, Question, shipped
from .words import Words, plain

FEWEST, MOST = 3, 5  # questions
WORDS_A_MINUTE = 180  # that a beginner reads
PLACES = {"architecture", "task", "input", "picture", "step", "tab", "code", "condition", "moment", "decoding"}


def missing(lesson: Lesson, load: Load | None = None) -> list[str]:
    """Nothing, where the lesson is complete and the models bear out what it says."""
    return list(_missing(lesson, load))


def _missing(lesson: Lesson, load: Load | None) -> Iterator[str]:
    if not FEWEST <= len(lesson.questions) <= MOST:
        yield f"It has {len(lesson.questions)} questions; {FEWEST} to {MOST} are read in one sitting."
    if not lesson.id.isidentifier():
        yield f"Its id is {lesson.id!r}; links need letters, digits and _ alone."
    for language, translation in lesson.translations.items():
        if len(translation.questions) != len(lesson.questions):
            yield f"In {language!r} it has {len(translation.questions)} questions of {len(lesson.questions)}."
    for number, question in enumerate(lesson.questions, 1):
        told = {ENGLISH: question.words} | {
            language: translation.questions[number - 1]
            for language, translation in lesson.translations.items()
            if number <= len(translation.questions)
        }
        yield from (f"Question {number}: {text}" for text in _of(question, told, load))


def _of(question: Question, told: dict[str, Words], load: Load | None) -> Iterator[str]:
    if question.kind not in KINDS:
        yield f"its kind is {question.kind!r}; there are: {', '.join(KINDS)}."
    if strange := question.place.keys() - PLACES:
        yield f"its stage names {', '.join(sorted(strange))}; a stage is set by {', '.join(sorted(PLACES))}."
    if not question.place.get("step", "0").isdecimal():
        yield f"its stage is at step {question.place['step']!r}; steps are whole numbers from 0."
    try:
        run = (load or shipped)(question.place.get("architecture", ""), question.place.get("task", ""))
        if "input" in question.place:
            run.task.perceive(question.place["input"])
        found = question.found(load)
    except InputError as error:
        yield f"its stage or its claim cannot be made: {error}"
        return
    if not question.says:
        yield "it says nothing that could be checked: give `says` at least one bar."
    for bar in question.says:
        value = found.values.get(bar.value)
        if not isinstance(value, int | float):
            yield f"a bar asks for {bar.value!r}, which the claim does not measure; it measures {', '.join(found.values)}."
        elif not bar.reached(value):
            yield f"the model does not bear it out: {bar.words} should be {bar.needs}, and is {value:.4g}."
    yield from _answerable(question, found, told)
    for language, words in told.items():
        if unknown := words.named - found.values.keys():
            yield f"its words in {language!r} name {', '.join(sorted(unknown))}, which the claim does not measure."
        if not all(text.strip() for text in words):
            yield f"one of its words in {language!r} is empty."
        count = sum(len(plain(text).split()) for text in (words.title, words.text, *words.options))
        if count > WORDS_A_MINUTE:
            yield f"in {language!r} it takes more than a minute to read: {count} words, {WORDS_A_MINUTE} at most."


def _answerable(question: Question, found: Found, told: dict[str, Words]) -> Iterator[str]:
    if question.kind == SCALE:
        scale = question.scale
        if scale is None:
            yield "it asks for a number and has no scale."
        elif not scale.low <= found.right <= scale.high:
            yield f"the right number is {found.right:.4g}, outside of its scale {scale.low:g} to {scale.high:g}."
        return
    for language, words in told.items():
        options = words.options if question.kind == CHOICE else found.options
        if len(set(options)) != len(options) or len(options) < 2:
            yield f"its options in {language!r} are {', '.join(options) or 'none'}; there must be two or more, all different."
        elif found.right not in range(len(options)):
            yield f"the right option is {found.right}, and there are {len(options)}, counted from 0."
