"""Farther: positions that end where training ended, and positions that are distances."""

from __future__ import annotations

from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import Arm, Axis, Bar, Measured, Question, Source, Theirs, Try

LENGTHS = range(3, 13)
TAUGHT, NEXT, FAR = 8, 9, 10
MODEL = {"layers": 1, "heads": 4, "width": 48, "feed_forward": 96, "activation": "gelu"}
TRAINING = {"batch_size": 64, "learning_rate": 0.008, "weight_decay": 0.1, "precision": "float32"}
UPDATES = 450


def measure(runs: Runs, acts: Acts) -> Measured:
    """Exact match by length, up to four digits beyond what was taught."""
    lines = tuple(measures.line(letter, run, LENGTHS) for letter, run in runs.items())
    return Measured({f"{line.arm} at {length}": measures.at(line, length) for line in lines for length in (TAUGHT, NEXT, FAR)}, lines)


def arm(letter: str, positions: str) -> Arm:
    model, longest = {**MODEL, "positions": positions}, {"max_length": TAUGHT}
    return Arm(letter, f"positions: {positions}", "transformer", "sort", UPDATES, model, longest, TRAINING)


PAPER = Paper(
    id="press_2022",
    title="Learned positions end where training ended",
    claim="Learned positions end where training ended; distances go further.",
    source=Source(
        "O. Press, N. A. Smith, M. Lewis",
        "Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation",
        2022,
        "§2 and §3, Figure 1",
    ),
    theirs=Theirs(
        "Language models. With sinusoidal positions perplexity got worse soon after the length that was taught, with rotary ones later, "
        "and with linear biases (ALiBi) it stayed or got better at several times that length. Their figures are plots."
    ),
    ours="Digits of length 3 to 8 are sorted, and longer ones asked: exact match with linear biases, learned and sinusoidal positions. "
    "Everything else is equal. Learned positions have no place for what is longer.",
    arms=(arm("A", "alibi"), arm("B", "learned"), arm("C", "sinusoidal")),
    differs=("model.positions",),
    measure=measure,
    criterion=(
        Bar("A at 9", "linear biases, one digit more than taught", "A", least=0.5, at=NEXT),
        Bar("A at 10", "linear biases, two digits more", "A", least=0.3, at=FAR),
        Bar("B at 9", "learned positions, one digit more", "B", most=0.05, at=NEXT),
    ),
    control=(Bar("B at 8", "learned positions, the longest that was taught", "B", least=0.9),),
    act=(),
    axes=(Axis("input length, digits", taught=(3, TAUGHT)), Axis("exact match", "%")),
    question=Question(
        "Learned positions: how many strings of 9 digits will be sorted right?",
        "B at 9",
        ("≥ 50 %", "20–50 %", "5–20 %", "< 5 %"),
        (0.5, 0.2, 0.05),
        NEXT,
    ),
    sentence="at 9 digits, one more than taught, linear biases sort {A at 9}, learned positions {B at 9} and sinusoidal ones {C at 9}; "
    "at 10 {A at 10}, {B at 10} and {C at 10}.",
    limits="Nothing about language. Within the range linear biases are behind: {A at 8} at 8 digits, where learned positions get {B at "
    "8}. Lengths that are a multiple of it, as theirs are, are not shown.",
    tries=(
        Try("A", "linear biases, 8 digits", "A at 8"),
        Try("A", "linear biases, 10 digits", "A at 10"),
        Try("B", "learned positions, 8 digits", "B at 8"),
        Try("B", "learned positions, 9 digits", "B at 9"),
    ),
    input="314159265",
)
