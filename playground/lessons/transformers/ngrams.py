"""What a table of counted words cannot remember, beside a model that carries a state."""

from __future__ import annotations

import numpy as np

from ...experiments.memory import Memory, remembered
from ...papers.parts import Bar
from ..lesson import CHOICE, SCALE, Found, Lesson, Load, Question, Scale
from ..words import Words

STORY = "Anna has two dogs . In the evening the rain comes over the hills by the sea ."
STAGE = f"architecture=ngram&task=completion&input={STORY.replace(' ', '+')}"
ORDER = 6  # words of an entry of its table


def _memory(load: Load) -> Memory:
    return remembered({"ngram": load("ngram", "completion"), "lstm": load("seq2seq", "completion")})


def _share(memory: Memory, name: str, far: bool) -> float:
    """The share of words foreseen, of those that are decided farther back than the table sees, or of the others."""
    chosen = [(n, right) for k, n, right in zip(memory.distances, memory.words, memory.accuracy[name], strict=True) if (k >= ORDER) == far]
    return float(np.average([right for _, right in chosen], weights=[n for n, _ in chosen]))


def first_word(load: Load) -> Found:
    """Who goes on: the pronoun that each of both models writes."""
    table, lstm = (load(name, "completion").explore(STORY).tokens[0] for name in ("ngram", "seq2seq"))
    return Found({"table": table, "lstm": lstm, "differ": float(table != lstm)}, int(table != "She"))


def sight(load: Load) -> Found:
    """How many words the table sees, and what it foresees of what is decided within its sight and beyond."""
    memory, seen = _memory(load), float(dict(load("ngram", "completion").recipe.model_options)["n"]) - 1
    return Found({"seen": seen, "near": _share(memory, "ngram", False), "far": _share(memory, "ngram", True)}, seen)


def carried(load: Load) -> Found:
    """Words that are decided far back, foreseen by the table and by the LSTM."""
    memory = _memory(load)
    values = {"lstm": _share(memory, "lstm", True), "table": _share(memory, "ngram", True), "farthest": float(memory.distances[-1])}
    return Found(values, 100 * values["lstm"])


LESSON = Lesson(
    "ngrams",
    "n-grams: counting words",
    4,
    (
        Question(
            STAGE,
            Words(
                "She or He?",
                "This model is a table: it counted which word followed which five. It has read ■Anna has two dogs. In the evening the "
                "rain comes over the hills by the sea.■ and goes on. Does it begin with the right word, ▲She▲?",
                "It writes ▲{table}▲; an LSTM that read the same stories writes ▲{lstm}▲.",
                "*Anna* stands far more than five words back. The table never sees it, and takes what followed “by the sea .” most often.",
                ("yes, ▲She▲", "no, another word"),
            ),
            first_word,
            (Bar("differ", "whether table and LSTM differ", least=1, unit=""),),
            kind=CHOICE,
            hides=True,
        ),
        Question(
            STAGE,
            Words(
                "How far back can it see?",
                "Some words are decided by the one before, others by one that stands farther back. Up to how many words back does this "
                "6-gram foresee what is decided there?",
                "Up to {seen} words back. Of what is decided within its sight it foresees {near:%}, beyond it {far:%}.",
                "An entry of its table is six words: five that are seen, and the one that follows.",
            ),
            sight,
            (
                Bar("seen", "words back", least=5, most=5, unit=""),
                Bar("near", "foreseen within sight", least=0.95),
                Bar("far", "foreseen beyond", most=0.8),
            ),
            kind=SCALE,
            scale=Scale(1, 12, 1, 0),
        ),
        Question(
            f"architecture=seq2seq&task=completion&input={STORY.replace(' ', '+')}",
            Words(
                "And a model that carries a state?",
                "The LSTM reads one word at a time too, but keeps a state. Of the words that are decided six or more words back the table "
                "foresees {table:%}. What share, in percent, does the LSTM foresee?",
                "*{lstm:%}*, up to {farthest} words back; the table {table:%}.",
                "A state is handed on from word to word, so that what matters can be carried as far as training found it useful.",
            ),
            carried,
            (
                Bar("lstm", "foreseen by the LSTM", least=0.95),
                Bar("table", "foreseen by the table", most=0.8),
            ),
            kind=SCALE,
            scale=Scale(0, 100, 5, 10, "%"),
        ),
    ),
)
