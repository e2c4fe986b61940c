"""Encoder alone, decoder alone, and both: who sees what."""

from __future__ import annotations

import numpy as np

from ...papers.parts import Bar
from ...tracing import Trace
from ..asked import place
from ..lesson import SCALE, TOKEN, Found, Lesson, Load, Question, Scale
from ..words import Words

MASKED = "the [MASK] sat on the mat"
MASK = 1
OPTIONS = 4
ORDERS = "312"


def _moved(one: Trace, other: Trace, site: str) -> list[float]:
    """How far the state of each position moves from one trace to the other."""
    return [float(np.abs(a - b).max()) for a, b in zip(one[site], other[site], strict=True)]


def both_ways(load: Load) -> Found:
    """How many states of an encoder change when the last token does."""
    run = load("transformer", "reverse")
    moved = _moved(run.explore("31415"), run.explore("31418"), "encoder.states")
    count = float(sum(far > 1e-6 for far in moved))
    right = float(run.explore("31415").output == "5 1 4 1 3")
    return Found({"count": count, "of": float(len(moved)), "right": right}, count)


def one_way(load: Load) -> Found:
    """How far the states of a decoder before the last token move when it changes, and how far its own."""
    run = load("transformer_decoder", "reverse")
    one, other = run.explore("31415"), run.explore("31418")
    moved = _moved(one, other, "prompt.layers.0.residual2")
    return Found({"earlier": max(moved[:4]), "own": moved[4], "right": float(one.output == "5 1 4 1 3")}, int(max(moved[:4]) > 1e-6))


def filled_in(load: Load) -> Found:
    """What stands behind the mask, and how much of what the mask looks at stands behind it in the sentence."""
    run = load("transformer_encoder", "infill")
    trace = run.explore(MASKED)
    assert trace.probabilities is not None
    sure, names = trace.probabilities[0], run.task.classes
    few = sorted(np.argsort(-sure)[:OPTIONS].tolist(), key=lambda i: names[i])
    weights = trace["encoder.layers.0.self_attention.weights"][:, MASK]
    behind = float(weights[:, MASK + 1 :].sum() / weights.sum())
    at = place(sure)
    return Found({"word": names[at], "sure": float(sure[at]), "behind": behind}, few.index(at), tuple(f"‘{names[i]}’" for i in few))


def told_what(load: Load) -> Found:
    """One model, the same digits, another first word."""
    run = load("attention_seq2seq", "text_to_text")
    turned, ordered = (run.explore(f"{order}: {ORDERS}").output.replace(" ", "") for order in ("reverse", "sort"))
    return Found(
        {"turned": turned, "ordered": ordered, "both": float(turned == ORDERS[::-1]) + float(ordered == "".join(sorted(ORDERS)))},
        int(turned == ordered),
    )


LESSON = Lesson(
    "families",
    "BERT, GPT and T5",
    5,
    (
        Question(
            "architecture=transformer&task=reverse&input=31415&tab=attention",
            Words(
                "How many states change with the last token?",
                "An LSTM reads from left to right. This is the encoder of a Transformer, of which BERT is made: every position looks at "
                "all others. The last digit of ■3 1 4 1 5■ becomes ■8■. How many of its five states change?",
                "{count} of {of} change.",
                "Each position looks at all others, those behind it too, so a change at the end reaches the beginning. BERT is an encoder "
                "alone.",
            ),
            both_ways,
            (
                Bar("count", "states that change", least=5, most=5, unit=""),
                Bar("right", "whether the model writes the digits backwards", least=1, unit=""),
            ),
            kind=SCALE,
            scale=Scale(0, 5, 1, 0),
        ),
        Question(
            "architecture=transformer_decoder&task=reverse&input=31415&tab=attention",
            Words(
                "And in a decoder alone, such as GPT?",
                "Here no encoder stands before the decoder: it reads ■3 1 4 1 5■ as the beginning of a text and goes on. Again the last "
                "digit becomes ■8■. Do the states of the four digits before it change?",
                "They do not, to the last bit; the state of the changed digit moves by up to {own}.",
                "Each position looks at itself and what stands before it, since it must learn to foresee what follows. GPT is a decoder "
                "alone.",
                ("no", "yes"),
            ),
            one_way,
            (
                Bar("earlier", "how far earlier states move", most=1e-6, unit=""),
                Bar("own", "how far its own moves", least=0.01, unit=""),
                Bar("right", "whether the model writes the digits backwards", least=1, unit=""),
            ),
        ),
        Question(
            f"architecture=transformer_encoder&task=infill&input={MASKED.replace(' ', '+')}",
            Words(
                "What is behind the mask?",
                "BERT learns by filling in. Of ■the [MASK] sat on the mat■ one word is hidden. Which of its likeliest words does this "
                "small encoder put there?",
                "It says ▲‘{word}’▲, {sure:%} sure. In its first layer {behind:%} of what the mask looks at stands behind it.",
                "What tells most about the word comes after it; an encoder may look there, a decoder that writes from left to right may "
                "not.",
            ),
            filled_in,
            (
                Bar("sure", "how sure it is", least=0.5),
                Bar("behind", "share of its attention behind the mask", least=0.3),
            ),
            kind=TOKEN,
            hides=True,
        ),
        Question(
            "architecture=attention_seq2seq&task=text_to_text&input=sort%3A+312",
            Words(
                "Can one model do several tasks?",
                "T5 has both halves, and reads what to do as a first word. This much smaller model learned three tasks at once. It reads "
                "■sort: 3 1 2■, then ■reverse: 3 1 2■. Does it write two different answers?",
                "It writes ▲{ordered}▲ for *sort*, ▲{turned}▲ for *reverse*.",
                "The first word is read like any other: what the decoder gets from it decides what it does with the digits.",
                ("yes, what each asks for", "no, the same one"),
            ),
            told_what,
            (Bar("both", "answers that are as asked for", least=2, unit=""),),
        ),
    ),
)
