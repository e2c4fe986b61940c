"""Reading backwards: what is needed first was read last."""

from __future__ import annotations

from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import POINTS, Arm, Axis, Bar, Measured, Question, Source, Theirs, Try

LENGTHS = range(3, 13)
LONG = 10
MODEL = {"hidden": 48, "embedding": 16, "cell": "lstm", "layers": 1, "bidirectional": False}
TRAINING = {"batch_size": 64, "learning_rate": 0.015, "weight_decay": 0.0, "precision": "float32"}
UPDATES, FEW = 500, 300


def measure(runs: Runs, acts: Acts) -> Measured:
    """Exact match by length; who writes what, when two inputs' fixed vectors change places."""
    lines = tuple(measures.line(letter, run, LENGTHS) for letter, run in runs.items())
    at = {f"{line.arm} at {LONG}": measures.at(line, LONG) for line in lines}
    b = runs["B"]
    found = {
        "B − A": at[f"B at {LONG}"] - at[f"A at {LONG}"],
        "D − C": at[f"D at {LONG}"] - at[f"C at {LONG}"],
        "the other’s": measures.answers_of_the_other(b, measures.of_length(b, LONG), acts["exchange"]),
    }
    return Measured(at | found, lines[:2])


def arm(letter: str, task: str, backwards: bool, updates: int) -> Arm:
    name = f"reads {'backwards' if backwards else 'forwards'}" + ("" if task == "copy" else ", reverses")
    return Arm(letter, name, "seq2seq", task, updates, {**MODEL, "backwards": backwards}, training=TRAINING, beside=task != "copy")


PAPER = Paper(
    id="sutskever_2014",
    title="Reading the source backwards makes translating easier",
    claim="Reading the source backwards makes it easier to translate.",
    source=Source("I. Sutskever, O. Vinyals, Q. Le", "Sequence to Sequence Learning with Neural Networks", 2014, "§3.3"),
    theirs=Theirs(
        "English to French with deep LSTMs. With the words of the source reversed, and those of the target as they were, test "
        "perplexity fell from 5.8 to 4.7 and BLEU rose.",
        (("A", 25.9), ("B", 30.6)),
        "BLEU of the decoded translations, their §3.3",
        40,
    ),
    ours="Digits are copied: what is written first was read first and so lies furthest back, unless the source is read backwards. "
    "Width, updates, data and seed are equal; only the direction differs.",
    arms=(
        arm("A", "copy", False, UPDATES),
        arm("B", "copy", True, UPDATES),
        arm("C", "reverse", False, FEW),
        arm("D", "reverse", True, FEW),
    ),
    differs=("model.backwards",),
    measure=measure,
    criterion=(Bar("B − A", f"backwards over forwards, at {LONG} digits", least=0.25, unit=POINTS),),
    control=(Bar("D − C", f"the same where digits are to be reversed, at {LONG}", most=0.0, unit=POINTS),),
    act=(Bar("the other’s", "B, fixed vectors of two inputs exchanged: the other’s digits are written", "B", least=0.4),),
    acts={"exchange": ("decoder.context", "decoder.context_cell")},
    axes=(Axis("input length, digits", taught=(3, 12)), Axis("exact match", "%")),
    question=Question(
        f"By how many points will reading backwards be ahead at {LONG} digits?",
        "B − A",
        ("25 or more", "5 to 25", "less than 5", "it is behind"),
        (0.25, 0.05, 0.0),
    ),
    sentence="at 10 digits A copies {A at 10}, B {B at 10}. Where digits are to be reversed, reading backwards gets {D at 10} and forwards "
    "{C at 10}. With the fixed vectors of two inputs exchanged, B writes the other’s digits in {the other’s}.",
    limits="Nothing about translation, whose words are not in the same order on both sides. What more training would change is not shown.",
    tries=(
        Try("B", "as trained", f"B at {LONG}"),
        Try("B", "fixed vectors of two inputs exchanged: the other’s digits", "the other’s"),
        Try("C", "control: forwards, digits to be reversed", f"C at {LONG}"),
        Try("D", "control: backwards, digits to be reversed", f"D at {LONG}"),
    ),
    input="3141592653",
)
