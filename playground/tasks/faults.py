"""What somebody's own task gives, looked at once, when its examples are made: a mistake is told in a sentence that names the task.

`make` gives a source and what is right for it, `answer` what is right for a source, and `pinned` and `examples` can be typed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..options import show
from .base import WritingTask

if TYPE_CHECKING:
    from .text import Pool, Pooled

ASKED = 50  # sources whose `answer` is looked at


def checked(task: Pooled, example: Any) -> tuple[tuple[str, ...], Any]:
    """What `make` gave. Raises InputError."""
    if not isinstance(example, tuple) or len(example) != 2:
        raise _fault(task, f"make gives {show(example)}; it must give two things, a source and what is right for it")
    source, right = example
    if not _are_words(source) or not source:
        raise _fault(task, f"make gives the source {show(source)}; it must be a tuple of words, one at least")
    if unknown := [word for word in source if word not in task.source_vocabulary.ids]:
        raise _fault(task, f"make gives the source word {show(unknown[0])}, which is not in source_vocabulary")
    if wrong := _wrong(task, source, right):
        raise _fault(task, f"make gives {show(right)} for {show(' '.join(source))}; {wrong}")
    return example


def looked_at(task: Pooled, pool: Pool, sources: Iterable[tuple[str, ...]]) -> Pool:
    """The pool, once its task reads its own inputs, and `answer` answers. Raises InputError."""
    if not isinstance(task.examples, tuple) or not task.examples:
        raise _fault(task, f"examples is {show(task.examples)}; it must be a tuple of texts that can be typed")
    typed = [_parsed(task, name, text) for name, text in [("pinned", task.pinned), *(("examples", text) for text in task.examples)]]
    for source in [*typed, *list(sources)[:ASKED]]:
        answer = task.answer(source)
        if answer is not None and (wrong := _wrong_answer(task, answer)):
            raise _fault(task, f"answer gives {show(answer)} for {show(' '.join(source))}; {wrong}")
    return pool


def too_few(task: Pooled, many: int, part: str) -> InputError:
    return _fault(task, f"make gives {many} different sources, of which none is left for {part}; let it give a few hundred")


def _parsed(task: Pooled, name: str, text: Any) -> tuple[str, ...]:
    try:
        return task.parse(text)
    except InputError as error:
        raise _fault(task, f"{name} has {show(text)}, which cannot be read: {str(error).removesuffix('.')}") from None


def _wrong(task: Pooled, source: tuple[str, ...], right: Any) -> str | None:
    """What is wrong with what is right for a source."""
    if task.kind == "number":
        number = isinstance(right, int | float) and not isinstance(right, bool) and math.isfinite(right)
        return None if number else "it must be a number"
    if task.kind == "label":
        return None if isinstance(right, str) and right in task.classes else f"it must be one of classes as text: {_some(task.classes)}"
    if not _are_words(right):
        return "it must be a tuple of words"
    if task.kind == "tags" and len(right) != len(source):
        return f"it must have one tag for each of the {len(source)} words"
    return _unknown(task, right)


def _wrong_answer(task: Pooled, answer: Any) -> str | None:
    """The same of `answer`, which is a tuple of words whatever the task."""
    if not _are_words(answer):
        return "it must be a tuple of words, of one word for a label or a number, or None where the task cannot know"
    return None if task.kind == "number" else _unknown(task, answer)


def _unknown(task: Pooled, words: tuple[str, ...]) -> str | None:
    known = task.target_vocabulary.ids if isinstance(task, WritingTask) else task.classes
    if not (unknown := [word for word in words if word not in known]):
        return None
    return f"{show(unknown[0])} is not among {'target_vocabulary' if task.writes else 'classes'}: {_some(task.classes)}"


def _are_words(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(word, str) for word in value)


def _some(words: tuple[str, ...]) -> str:
    return ", ".join(words[:12]) + (" …" if len(words) > 12 else "")


def _fault(task: Pooled, what: str) -> InputError:
    return InputError(f"{task.id}: {what}.")
