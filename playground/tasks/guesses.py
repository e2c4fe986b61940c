"""What a trivial guess scores: the floor under every reader, measured on test inputs when first asked for.

A model that is no better than these has learned nothing that needs reading.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from . import NO_ANSWER
from .text import Pooled

Guess = tuple[str, float]


def bag_of_words(task: Pooled) -> Guess:
    """A linear model on how often each word occurs, blind to their order: logistic regression, or least squares for numbers."""
    from sklearn.linear_model import LinearRegression, LogisticRegression  # imported when first needed: it costs a second

    train, held = task.pool.train, task.pool.test
    words = len(task.source_vocabulary)
    model: Any = LinearRegression() if task.kind == "number" else LogisticRegression(max_iter=300)
    model.fit(_counts(train.source, words), train.target.numpy())
    guesses = torch.as_tensor(model.predict(_counts(held.source, words)))
    return "bag of words", _share(guesses.round() == held.target)


def word_look_up(task: Pooled) -> Guess:
    """Every word gets the tag it has most often; the share of texts tagged right as a whole."""
    train, held = task.pool.train, task.pool.test
    real = train.target != NO_ANSWER
    seen = torch.zeros(len(task.source_vocabulary), int(train.target.max()) + 1)
    seen.index_put_((train.source[real], train.target[real]), torch.ones(()), accumulate=True)
    guesses = seen.argmax(1)[held.source]
    return "word look-up", _share(((guesses == held.target) | (held.target == NO_ANSWER)).all(1))


class Followers:
    """Which word follows which most often in these texts: a bigram, the shortest of all memories."""

    def __init__(self, texts: list[tuple[str, ...]]) -> None:
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            for word, after in pairwise(text):
                counted[word][after] += 1
        self.after = {word: after.most_common(1)[0][0] for word, after in counted.items()}


def _counts(source: Tensor, words: int) -> Any:
    return F.one_hot(source, words).sum(1)[:, 1:].double().numpy()  # padding is no word


def _share(right: Tensor) -> float:
    return float(right.float().mean())
