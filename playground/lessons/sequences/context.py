"""One vector for all that was read: how large it is, how much of it is needed, and what is lost first."""

from __future__ import annotations

import numpy as np

from ...experiments.exposure_bias import exposure
from ...papers import measures
from ...papers.parts import Bar
from ...tracing import Edit
from ..asked import COUNT, HANDED_OVER, place
from ..lesson import SCALE, Found, Lesson, Load, Question, Scale
from ..words import Words

LENGTH, TOO_LONG = 6, 16


def size(load: Load) -> Found:
    """How many numbers cross over, of a short input and of a long one."""
    run = load("seq2seq", "reverse")
    short, long = (float(run.explore(digits)["decoder.context"].size) for digits in ("314", "314159265358"))
    return Found({"short": short, "long": long}, 0 if long > short else 1 if long == short else 2)


def half(load: Load) -> Found:
    """The share of inputs that is right with every second number of the context at 0."""
    run = load("seq2seq", "reverse")
    batch = measures.of_length(run, LENGTH, COUNT)
    width = run.explore("314")["decoder.context"].size
    kept = tuple(float(i % 2) for i in range(width))
    before, after = measures.under(run, batch), measures.under(run, batch, [Edit(site, "mask", kept) for site in HANDED_OVER])
    return Found({"before": before, "after": after, "n": float(COUNT), "numbers": float(width)}, 100 * after)


def lost(load: Load) -> Found:
    """Of inputs longer than any that was taught: the share that is wrong, and in which third of the answer first errors are born."""
    run = load("seq2seq", "reverse")
    born = exposure(run, batch=measures.of_length(run, TOO_LONG, COUNT)).first_error
    wrong = float(born.sum())
    thirds = [float(part.sum()) / max(wrong, 1e-9) for part in np.array_split(born, 3)]
    values = {"wrong": wrong, "begin": thirds[0], "middle": thirds[1], "end": thirds[2], "n": float(COUNT), "length": float(TOO_LONG)}
    return Found(values, place(thirds))


LESSON = Lesson(
    "context",
    "The context vector",
    4,
    (
        Question(
            "architecture=seq2seq&task=reverse&input=314159265358",
            Words(
                "How much larger is it for more digits?",
                "What crosses over from encoder to decoder is the ●context vector●. Here twelve digits were read. How many numbers does "
                "it have, beside the one of three digits?",
                "It has ●{long}● numbers, for three digits and for twelve.",
                "It is the state of a layer of fixed width: reading more rewrites its numbers, and makes no new ones.",
                ("four times as many", "as many", "fewer"),
            ),
            size,
            (
                Bar("short", "numbers for three digits", least=128, most=128, unit=""),
                Bar("long", "numbers for twelve", least=128, most=128, unit=""),
            ),
        ),
        Question(
            "architecture=seq2seq&task=reverse&input=314159",
            Words(
                "How much of it is needed?",
                "The context has {numbers} numbers. Set every second one of them to 0, and of the cell that goes with it, and have the "
                "decoder write. Of inputs of six digits {before:%} were right; what share, in percent, is right now?",
                "Of {n} inputs *{after:%}* are right with half of the numbers, {before:%} with all.",
                "If every digit had numbers of its own, every second digit would stay. They share all of them: each is spread over many.",
            ),
            half,
            (
                Bar("before", "right with all numbers", least=0.9),
                Bar("after", "right with half of them", most=0.9),
            ),
            kind=SCALE,
            scale=Scale(0, 100, 5, 10, "%"),
        ),
        Question(
            "architecture=seq2seq&task=reverse&input=3141592653589793",
            Words(
                "Where does it go wrong first?",
                "The model was taught with up to twelve digits. Give it sixteen, one vector for all of them. It writes backwards, so what "
                "was read last comes first. In which part of the answer are most *first* errors born?",
                "{wrong:%} of {n} inputs of {length} digits go wrong: {begin:%} of them in the first third of the answer, {middle:%} in "
                "the second, {end:%} in the last.",
                "One might expect the end, where what was read longest ago is due. But only a *first* error counts, and whoever has erred "
                "before cannot err first again.",
                ("in the first third", "in the second third", "in the last third"),
            ),
            lost,
            (
                Bar("wrong", "answers that go wrong", least=0.5),
                Bar("end", "first errors that are born in the last third", most=0.2),
            ),
        ),
    ),
)
