"""Two scores: one looks at places, the other at contents."""

from __future__ import annotations

from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import POINTS, Arm, Axis, Bar, Line, Measured, Question, Source, Theirs, Try

LONG = 12
MODEL = {"hidden": 32, "embedding": 16, "cell": "lstm", "layers": 1, "bidirectional": True}
TRAINING = {"batch_size": 64, "learning_rate": 0.01, "weight_decay": 0.0, "precision": "float32"}
UPDATES = 250
WEIGHTS = "decoder.attention.weights"


def measure(runs: Runs, acts: Acts) -> Measured:
    """How often the largest weight lies where what is written is read; and answers after the states have changed places."""
    batches = {letter: measures.of_length(run, LONG) for letter, run in runs.items()}
    found = {letter: measures.aligned(run, batches[letter], WEIGHTS) for letter, run in runs.items()}
    lines = tuple(
        Line(one, (0.0, 1.0), (found[one], found[other]), measures.MANY, name)
        for one, other, name in (("A", "C", "location"), ("B", "D", "dot"), ("E", "F", "additive"))
    )
    found |= {f"{letter} right": measures.under(runs[letter], batches[letter]) for letter in "ACD"}
    found |= {f"{letter}, turned": measures.turned(runs[letter], batches[letter], acts["turn"]) for letter in "AD"}
    found["A − B"] = found["A"] - found["B"]
    found["chance"] = measures.evenly_aligned(batches["C"])
    return Measured(found, lines)


def arm(letter: str, score: str, task: str) -> Arm:
    model = {**MODEL, "score": score}
    return Arm(letter, f"{score}, {task}", "attention_seq2seq", task, UPDATES, model, training=TRAINING, beside=letter in "EF")


PAPER = Paper(
    id="luong_2015",
    title="Location scores align by place, content scores by content",
    claim="A score that looks at places aligns by place; one that compares contents aligns by content.",
    source=Source(
        "T. Luong, H. Pham, C. Manning", "Effective Approaches to Attention-based Neural Machine Translation", 2015, "§3.1, §5.3, Table 4"
    ),
    theirs=Theirs(
        "English to German. “Location”, a score that reads the decoder state alone, did not learn good alignments and gained least from "
        "replacing unknown words by what was aligned with them (§5.3, Table 4)."
    ),
    ours="Two tasks instead of one. Reversing digits is a matter of places, sorting them one of contents: how often the largest weight "
    f"lies on a digit that is the one being written, or, reversing, on its very place, over {LONG} digits. Everything but the "
    "score is equal.",
    arms=(
        arm("A", "location", "reverse"),
        arm("B", "dot", "reverse"),
        arm("C", "location", "sort"),
        arm("D", "dot", "sort"),
        arm("E", "additive", "reverse"),
        arm("F", "additive", "sort"),
    ),
    differs=("model.score",),
    measure=measure,
    criterion=(
        Bar("A", "location, reversing: the right place", "A", least=0.8),
        Bar("A − B", "ahead of dot by", least=0.0, unit=POINTS),
        Bar("C", "location, sorting: the right digit", "C", most=0.3),
        Bar("D", "dot, sorting: the right digit", "D", least=0.6),
    ),
    control=(
        Bar("E", "a score that reads both, reversing", "E", least=0.8),
        Bar("F", "a score that reads both, sorting", "F", least=0.6),
    ),
    act=(
        Bar("D, turned", "sorting by dot, encoder states moved on by one: right answers", "D", least=0.75),
        Bar("A, turned", "reversing by location, the same", "A", most=0.2),
    ),
    acts={"turn": ("encoder.states",)},
    axes=(Axis("task", names=("reversing", "sorting")), Axis("largest weight where it is due", "%")),
    question=Question(
        "Sorting: how often will location look at the digit that it writes?",
        "C",
        ("≥ 75 %", "50–75 %", "25–50 %", "< 25 %"),
        (0.75, 0.5, 0.25),
    ),
    sentence="reversing, the largest weight lies where it is due in {A} with location and {B} with dot; sorting, in {C} and {D}, where "
    "chance gives {chance}. With the encoder’s states moved on by one place dot still sorts {D, turned} right, and location "
    "reverses {A, turned}.",
    limits="Nothing about translation. That location does not see what it sorts is no hindrance: its decoder counts digits by itself and "
    "gets {C right} right.",
    tries=(
        Try("D", "dot, sorting, as trained", "D right"),
        Try("D", "its encoder states moved on by one", "D, turned"),
        Try("A", "location, reversing, as trained", "A right"),
        Try("A", "its encoder states moved on by one", "A, turned"),
    ),
    input="718281828459",
)
