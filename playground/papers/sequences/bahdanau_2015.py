"""The bottleneck: attention against one fixed vector, on digits to be reversed."""

from __future__ import annotations

from ...experiments.lab.acts import Act
from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import Arm, Axis, Bar, Measured, Question, Source, Theirs, Try

LENGTHS = range(2, 17)
LONG, SHORT = 12, 5  # digits: the longest that is taught, and a length at which one vector still does
MODEL = {"hidden": 32, "embedding": 32, "cell": "gru", "layers": 1, "bidirectional": True}
TRAINING = {"batch_size": 64, "learning_rate": 0.01, "weight_decay": 0.0, "precision": "float32"}


def measure(runs: Runs, acts: Acts) -> Measured:
    """Exact match by length, and what is left of it when attention, or the fixed vector, says nothing of the input."""
    a, b = runs["A"], runs["B"]
    lines = tuple(measures.line(letter, runs[letter], LENGTHS) for letter in "AB")
    found = {f"{line.arm} at {length}": measures.at(line, length) for line in lines for length in (LONG, 14)}
    long, short = measures.of_length(a, LONG), measures.of_length(b, SHORT)
    found |= {
        "A even": measures.under(a, long, acts["even"]),
        "A without the vector": measures.under(a, long, measures.mean(a, long, acts["mean in A"])),
        f"B at {SHORT}": measures.at(lines[1], SHORT),
        f"B without the vector at {SHORT}": measures.under(b, short, measures.mean(b, short, acts["mean in B"])),
    }
    return Measured(found, lines)


PAPER = Paper(
    id="bahdanau_2015",
    title="One fixed vector is a bottleneck for long inputs",
    claim="One fixed vector is a bottleneck for long inputs.",
    source=Source(
        "D. Bahdanau, K. Cho, Y. Bengio", "Neural Machine Translation by Jointly Learning to Align and Translate", 2015, "Table 1, §5.1"
    ),
    theirs=Theirs(
        "English to French. With attention, BLEU shows “no performance deterioration” at 50 words and more; with the final state alone it "
        "falls as sentences grow (§5.1, their Fig. 2).",
        (("A", 26.75), ("B", 17.82)),
        "BLEU on all test sentences, their Table 1",
        40,
    ),
    ours="Digits are reversed, not sentences translated: the share of new inputs of each length that come out whole. Width, direction, "
    "data and seed are equal, and updates are chosen so that CPU seconds nearly are; only attention differs.",
    arms=(
        Arm("A", "GRU + attention", "attention_seq2seq", "reverse", 400, {**MODEL, "score": "additive"}, training=TRAINING),
        Arm("B", "GRU, final state only", "seq2seq", "reverse", 620, MODEL, training=TRAINING),
    ),
    differs=("architecture", "training.steps"),
    measure=measure,
    criterion=(
        Bar("A at 12", "with attention, at 12 digits", "A", least=0.9, at=LONG),
        Bar("B at 12", "final state only, at 12 digits", "B", most=0.5, at=LONG),
    ),
    control=(
        Bar("A without the vector", "A at 12 digits, its fixed vector replaced by the mean of that length", "A", least=0.5),
        Bar(f"B without the vector at {SHORT}", f"B at {SHORT} digits, the same", "B", most=0.1),
    ),
    act=(Bar("A even", "A at 12 digits, attention spread evenly", "A", most=0.1),),
    acts={
        "even": (Act("even", "decoder.attention.weights"),),
        "mean in A": ("decoder.start",),
        "mean in B": ("decoder.context",),
    },
    axes=(Axis("input length, digits", taught=(3, 12)), Axis("exact match", "%")),
    question=Question(
        "How many 12-digit inputs will B reverse without a mistake?",
        "B at 12",
        ("≥ 90 %", "50–90 %", "10–50 %", "< 10 %"),
        (0.9, 0.5, 0.1),
        LONG,
    ),
    sentence="at 12 digits A gets {A at 12}, B {B at 12}. With attention spread evenly A gets {A even}; with its fixed vector replaced "
    "by the mean of that length it gets {A without the vector}, while B, treated alike, goes from {B at 5} to {B without the "
    "vector at 5} at 5 digits.",
    limits="Nothing about translation. Past the range that was taught A gets {A at 14} at 14 digits. What more training "
    "would do for B is not shown.",
    tries=(
        Try("A", "as trained", "A at 12"),
        Try("A", "attention even, every step", "A even", "even"),
        Try("A", "control: its fixed vector replaced by the mean of that length", "A without the vector"),
        Try("B", f"the same, at {SHORT} digits", f"B without the vector at {SHORT}"),
    ),
    input="718281828459",
)
