"""Order: what a Transformer knows of it only because positions tell."""

from __future__ import annotations

from ...experiments.lab.acts import Act
from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import POINTS, Arm, Axis, Bar, Measured, Question, Source, Theirs, Try

LENGTHS = range(3, 9)
MODEL = {"layers": 1, "heads": 2, "width": 48, "feed_forward": 96, "activation": "gelu"}
LONGEST = {"max_length": 8}
TRAINING = {"batch_size": 64, "learning_rate": 0.008, "weight_decay": 0.3, "precision": "float32"}
UPDATES = 400


def measure(runs: Runs, acts: Acts) -> Measured:
    """Exact match on the test part, by length for the figure, and with the positions of a trained model taken away."""
    lines = tuple(measures.line(letter, run, LENGTHS) for letter, run in runs.items())
    held = {letter: run.task.held_out("test", 512) for letter, run in runs.items()}
    score = {letter: measures.under(run, held[letter]) for letter, run in runs.items()}
    found = {"|A − B|": abs(score["A"] - score["B"]), "A without positions": measures.under(runs["A"], held["A"], acts["none"])}
    return Measured(score | found, lines)


def arm(letter: str, positions: str, task: str = "reverse") -> Arm:
    model = {**MODEL, "positions": positions}
    name = f"positions: {positions}" + (", sort" if task == "sort" else "")
    return Arm(letter, name, "transformer", task, UPDATES, model, LONGEST, TRAINING, beside=task == "sort")


PAPER = Paper(
    id="vaswani_2017",
    title="Self-attention does not know order until positions tell it",
    claim="Self-attention does not know order; positions tell it, and sinusoidal or learned ones do equally well.",
    source=Source(
        "A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit, L. Jones, A. N. Gomez, Ł. Kaiser, I. Polosukhin",
        "Attention Is All You Need",
        2017,
        "§3.5, Table 3, row E",
    ),
    theirs=Theirs("English to German. Learned positions in the place of sinusoidal ones gave “nearly identical results” (§3.5)."),
    ours="Digits of length 3 to 8 are reversed by one layer on each side: exact match with sinusoidal and learned positions, and, which "
    "they did not print, with none. Everything else is equal.",
    arms=(arm("A", "sinusoidal"), arm("B", "learned"), arm("C", "none"), arm("D", "none", "sort")),
    differs=("model.positions",),
    measure=measure,
    criterion=(
        Bar("A", "sinusoidal positions, reversing", "A", least=0.97),
        Bar("B", "learned positions, reversing", "B", least=0.97),
        Bar("|A − B|", "apart by", most=0.02, unit=POINTS),
        Bar("C", "no positions, reversing", "C", most=0.1),
    ),
    control=(Bar("D", "no positions, sorting, which needs no order", "D", least=0.6),),
    act=(Bar("A without positions", "A, its positions multiplied by 0", "A", most=0.1),),
    acts={"none": (Act("scale", "encoder.positions", amount=0.0), Act("scale", "decoder.positions", amount=0.0))},
    axes=(Axis("input length, digits", taught=(3, 8)), Axis("exact match", "%")),
    question=Question(
        "How many inputs will a model without positions reverse right?", "C", ("≥ 90 %", "50–90 %", "10–50 %", "< 10 %"), (0.9, 0.5, 0.1)
    ),
    sentence="reversing, sinusoidal positions get {A}, learned ones {B}, and none {C}. Without positions {D} are sorted right, and with "
    "its positions multiplied by 0 the first model gets {A without positions}.",
    limits="Short inputs and one layer on each side. Nothing is shown of translation, nor of deeper models.",
    tries=(
        Try("A", "as trained", "A"),
        Try("A", "its positions multiplied by 0", "A without positions", "none"),
        Try("D", "control: no positions, sorting", "D"),
    ),
    sides=("A", "C"),
    input="31415926",
)
