"""Words as vectors: what a row of a table is, and whom training puts beside whom."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from ...experiments.neighbours import neighbours, tables
from ...papers.parts import Bar
from ..lesson import SCALE, Found, Lesson, Load, Question, Scale
from ..words import Words

PAIR = ("pooled_classifier", "sentiment")
STAGE = "architecture=pooled_classifier&task=sentiment&tab=states"
WORD = "funny"
PRAISE = {"good", "great", "funny", "clever", "moving", "fresh", "like", "love", "enjoy"}
NEAR = 3


@torch.inference_mode()
def one_hot(load: Load) -> Found:
    """How far a one-hot vector times the table lies from the row that is looked up."""
    run = load(*PAIR)
    rows = dict(run.model.named_parameters())["encoder.embedding.weight"]
    ids = torch.arange(len(rows))
    product = F.one_hot(ids, len(rows)).float() @ rows
    far = float((product - F.embedding(ids, rows)).abs().max())
    return Found({"far": far, "words": float(len(rows))}, int(far > 0) + int(far > 1e-5))


def near(load: Load) -> Found:
    """How many of the nearest words of one that praises praise too, before and after training."""
    run = load(*PAIR)
    found, numbers = neighbours(run, WORD, NEAR), float(tables(run)["source"].after.shape[1])
    names = {when: [word for word, _ in getattr(found, when)] for when in ("before", "after")}
    count = {when: float(sum(word in PRAISE for word in words)) for when, words in names.items()}
    said = {f"{when}_words": ", ".join(f"‘{word}’" for word in words) for when, words in names.items()}
    return Found({**count, **said, "of": float(NEAR), "numbers": numbers}, int(count["after"] <= count["before"]))


def moved(load: Load) -> Found:
    """How alike the rows are before and after, as the mean cosine of a word with itself."""
    table = tables(load(*PAIR))["source"]
    a, b = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (table.before, table.after))
    same = float((a * b).sum(1).mean())
    return Found({"same": same, "words": float(len(table.words))}, same)


LESSON = Lesson(
    "embeddings",
    "Words as vectors",
    4,
    (
        Question(
            STAGE,
            Words(
                "What is an embedding, as arithmetic?",
                "A word is a number in a list. The textbook makes it a *one-hot* vector, zeros with a single 1, and multiplies that with "
                "a table of weights. This model looks a row up instead. How do both results differ?",
                "They do not: over all {words} words the farthest that they lie apart is {far}.",
                "Zeros wipe out all rows but one, and 1 times that row is the row: looking it up saves the multiplying.",
                ("not at all", "in the last digits", "they are two different things"),
            ),
            one_hot,
            (Bar("far", "how far product and row lie apart", most=0, unit=""),),
        ),
        Question(
            STAGE,
            Words(
                "Who stands next to ‘funny’?",
                "Every word has {numbers} numbers of its own, drawn by chance before training. Nobody tells the model that ■funny■ "
                "praises; it only learns which sentences are praise. Are there more words of praise among its three nearest after "
                "training than before?",
                "Before: {before_words}. After: {after_words}; {after} of {of} praise, before {before}.",
                "Words that are used alike get alike corrections, so training moves them together: that is all that “meaning” is here.",
                ("yes", "no"),
            ),
            near,
            (
                Bar("after", "words of praise among the nearest after training", least=3, unit=""),
                Bar("before", "words of praise before", most=1, unit=""),
            ),
        ),
        Question(
            STAGE,
            Words(
                "How far does training turn them?",
                "The first numbers of each word came by chance. Compare its direction before and after training by the cosine: 1 is the "
                "same direction, 0 has none in common. What is it on average?",
                "On average over {words} words the cosine with the start is {same}.",
                "Small turns are enough: with many numbers per word a nudge in a shared direction already brings words together.",
            ),
            moved,
            (Bar("same", "the cosine of a word with its start", least=0.9, most=0.98, unit=""),),
            kind=SCALE,
            scale=Scale(0, 1, 0.05, 0.1),
        ),
    ),
)
