"""What cheap rules score on test inputs: the floor under every model. The best of them is what a task is compared with.

A model that is no better than these has learned nothing that needs reading.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from .base import Guess
from .examples import NO_ANSWER
from .kinds import TextTask

if TYPE_CHECKING:
    from .text import Pooled

MOST = 1_024  # test inputs: as many as a model is scored on
Words = tuple[str, ...]
Rule = Callable[[Words], Words | None]  # an answer to these source tokens, None where the rule has none


def scored(task: TextTask, rules: Mapping[str, Rule]) -> Iterator[Guess]:
    """The share of test inputs that each rule answers exactly right."""
    batch = task.held_out("test", MOST)
    sources = [task.source_vocabulary.decode(row) for row in batch.source.tolist()]
    if task.target_vocabulary is None:
        answers = [task.answer(source) for source in sources]
    else:
        answers = [task.target_vocabulary.decode(row) for row in batch.target.tolist()]
    for name, rule in rules.items():
        yield name, sum(rule(source) == answer for source, answer in zip(sources, answers, strict=True)) / len(sources)


def commonest(task: Pooled) -> Guess:
    """What most training texts have as their answer, whatever is read."""
    answers, counts = task.pool.train.target.unique(dim=0, return_counts=True)
    return "the commonest answer", _share(_same(answers[counts.argmax()][None], task.held_out("test", MOST).target))


def most_similar(task: Pooled) -> Guess:
    """The answer of the training text that has the most words in common with what is read: the smallest angle of their counts."""
    train, held = task.pool.train, task.held_out("test", MOST)
    words = len(task.source_vocabulary)
    known, asked = (F.normalize(_counts(source, words)) for source in (train.source, held.source))
    nearest = torch.cat([(rows @ known.T).argmax(1) for rows in asked.split(256)])
    return "the answer of the most similar text", _share(_same(train.target[nearest], held.target))


def bag_of_words(task: Pooled) -> Guess:
    """Least squares on how often each word occurs, blind to their order: to the number, or to one of a column per class."""
    train, held = task.pool.train, task.held_out("test", MOST)
    known, asked = (F.pad(_counts(batch.source, len(task.source_vocabulary)), (0, 1), value=1.0) for batch in (train, held))
    numbers = task.kind == "number"
    wanted = train.target[:, None] if numbers else F.one_hot(train.target, len(task.classes)).float()
    told = asked @ torch.linalg.lstsq(known, wanted, driver="gelsd").solution
    return "bag of words", _share((told[:, 0].round() if numbers else told.argmax(1)) == held.target)


def tag_look_ups(task: Pooled) -> Iterator[Guess]:
    """Every word gets the tag it has most often, alone, behind the same word, or between the same two; as alone where these are new."""
    train = task.pool.train
    seen: dict[Words, Counter[str]] = defaultdict(Counter)
    for row, target in zip(train.source.tolist(), train.target.tolist(), strict=True):
        tags = [task.classes[tag] for tag in target if tag != NO_ANSWER]
        for around in _surroundings(task.source_vocabulary.decode(row)):
            for context, tag in zip(around, tags, strict=True):
                seen[context][tag] += 1
    usual = {context: tags.most_common(1)[0][0] for context, tags in seen.items()}

    def look_up(width: int) -> Rule:
        def rule(source: Words) -> Words:
            around = _surroundings(source)
            return tuple(usual.get(wide) or usual.get(alone, task.classes[0]) for wide, alone in zip(around[width], around[0], strict=True))

        return rule

    names = ("word look-up", "word look-up with the word before", "word look-up with the words before and after")
    yield from scored(task, {name: look_up(width) for width, name in enumerate(names)})


class Followers:
    """Which word follows the `context` words before it most often in these texts, a shorter context where a longer one is new."""

    def __init__(self, texts: list[Words], context: int = 1) -> None:
        counted: dict[Words, Counter[str]] = defaultdict(Counter)
        for text in texts:
            for end in range(1, len(text)):
                for size in range(1, min(context, end) + 1):
                    counted[text[end - size : end]][text[end]] += 1
        self.context, self.after = context, {words: after.most_common(1)[0][0] for words, after in counted.items()}

    def next(self, words: Words) -> str:
        """The word after these, "" where none is known."""
        return next((self.after[words[-size:]] for size in range(self.context, 0, -1) if words[-size:] in self.after), "")


def _surroundings(words: Words) -> tuple[list[Words], list[Words], list[Words]]:
    """Of each word: itself, it and the one before, it and both beside it; "" beyond the ends."""
    before, after = ("", *words[:-1]), (*words[1:], "")
    return (
        [(word,) for word in words],
        list(zip(before, words, strict=True)),
        list(zip(before, words, after, strict=True)),
    )


def _counts(source: Tensor, words: int) -> Tensor:
    """How often each word occurs in each text; padding is no word. (B, words - 1)"""
    return torch.zeros(len(source), words).scatter_add_(1, source, torch.ones(source.shape))[:, 1:]


def _same(guesses: Tensor, answers: Tensor) -> Tensor:
    return (guesses == answers).flatten(1).all(1) if answers.ndim > 1 else guesses == answers


def _share(right: Tensor) -> float:
    return float(right.float().mean())
