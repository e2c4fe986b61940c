"""A notebook's script for writing digits backwards: where it breaks, line by line, and what its mends come to."""

from __future__ import annotations

import torch
from torch import nn

from ...papers import measures
from ...papers.parts import Bar
from ..asked import COUNT
from ..lesson import SCALE, Found, Lesson, Load, Question, Scale
from ..words import Words

STAGE = "architecture=seq2seq&task=reverse&input=3141592653&tab=code"
DIGITS, LENGTH, HIDDEN = 10, 10, 128


def _fails(layer: nn.Module, given: torch.Tensor) -> float:
    """1 where a layer refuses what it is given."""
    try:
        layer(given)
    except (RuntimeError, ValueError):
        return 1.0
    return 0.0


def width(load: Load) -> Found:
    """An LSTM that was told to read ten numbers a step, and is given one; and the same with an embedding before it."""
    digits = torch.arange(LENGTH)[None]
    broken = _fails(nn.LSTM(DIGITS, HIDDEN, batch_first=True), digits[..., None].float())
    mended = _fails(nn.Sequential(nn.Embedding(DIGITS, DIGITS), nn.LSTM(DIGITS, HIDDEN, batch_first=True)), digits)
    return Found({"broken": broken, "mended": mended}, int(not broken))


def whole(load: Load) -> Found:
    """The decoder's LSTM given a bare whole number; as a number with its axes; and as a row of a table."""
    token = torch.tensor([[3]])
    bare = _fails(nn.LSTM(1, HIDDEN, batch_first=True), token[..., None])
    number = _fails(nn.LSTM(1, HIDDEN, batch_first=True), token[..., None].float())
    return Found({"bare": bare, "number": number}, int(not bare))


def first(load: Load) -> Found:
    """How many of the places of an answer a loop from 1 never writes."""
    outputs = torch.full((LENGTH,), -1)
    for t in range(1, LENGTH):
        outputs[t] = t
    missed = float((outputs < 0).sum())
    return Found({"missed": missed, "of": float(LENGTH)}, missed)


def mended(load: Load) -> Found:
    """New inputs of ten digits that a run with all mends gets right."""
    run = load("seq2seq", "reverse")
    right = measures.under(run, measures.of_length(run, LENGTH, COUNT))
    return Found({"right": right, "n": float(COUNT), "seconds": run.train_seconds}, 100 * right)


LESSON = Lesson(
    "script",
    "The reversing script, mended line by line",
    5,
    (
        Question(
            STAGE,
            Words(
                "Does this line run?",
                "A script that is to write ten digits backwards has an LSTM that is told to read *10* numbers a step, and gives it the "
                "digits as they are: one number a step. What happens?",
                "It stops with an error. With an embedding before it, which makes 10 numbers of each digit, it runs.",
                "The weights of a layer have a fixed shape: 10 numbers in cannot be multiplied with 1. An embedding gives each digit a "
                "row of that width.",
                ("it stops with an error", "it runs"),
            ),
            width,
            (
                Bar("broken", "whether it fails as it was", least=1, unit=""),
                Bar("mended", "whether it fails with an embedding", most=0, unit=""),
            ),
        ),
        Question(
            STAGE,
            Words(
                "May a decoder be given a bare digit?",
                "The script’s decoder begins with the whole number ▲3▲ as it stands, an integer. Its LSTM reads one number a step. What "
                "happens?",
                "It stops with an error; the same number as a float is read.",
                "Layers multiply with float weights and take no integers. As a float it runs, and ▲8▲ then means twice ▲4▲: a start token "
                "and an embedding mean what is meant.",
                ("it stops with an error", "it runs"),
            ),
            whole,
            (
                Bar("bare", "whether an integer fails", least=1, unit=""),
                Bar("number", "whether a float fails", most=0, unit=""),
            ),
        ),
        Question(
            STAGE,
            Words(
                "How many places are never written?",
                "Its loop over the ten places of the answer is *for t in range(1, 10)*: the first place is taken for the start token, "
                "which the answer does not have. How many of the ten places are never predicted?",
                "{missed} of {of}: place 0 keeps what was there before the loop.",
                "With a start token in front the answer moves on by one place, and every digit of it is predicted.",
            ),
            first,
            (Bar("missed", "places that are never written", least=1, most=1, unit=""),),
            kind=SCALE,
            scale=Scale(0, 10, 1, 0),
        ),
        Question(
            STAGE,
            Words(
                "What do all mends come to?",
                "The model on the stage has them all: embeddings, a start token, its likeliest token fed back instead of raw numbers, "
                "fresh examples without end, and a faster rate. Of new inputs of ten digits, what share, in percent, is right?",
                "*{right:%}* of {n}, after {seconds} CPU seconds of training.",
                "That it runs is not that it learns: numbers for digits, 1,000 examples again and again and a slow rate were mistakes "
                "too, of the quiet kind.",
            ),
            mended,
            (Bar("right", "right at ten digits", least=0.9),),
            kind=SCALE,
            scale=Scale(0, 100, 5, 10, "%"),
        ),
    ),
)
