"""One mistake: what a model that was only ever shown right prefixes makes of a wrong one."""

from __future__ import annotations

from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import POINTS, Arm, Axis, Bar, Measured, Question, Source, Theirs, Try

STEP, BEHIND = 2, 6  # the output that is replaced, from 0, and how many after it are looked at
FAR = slice(3, BEHIND)  # those at which a model that looks at the source is back
MODEL = {"cell": "lstm", "layers": 1, "hidden": 96, "embedding": 16, "backwards": True}
LOOKS = {"cell": "lstm", "layers": 1, "hidden": 32, "embedding": 16, "bidirectional": True, "score": "location"}
TRAINING = {"batch_size": 64, "weight_decay": 0.0, "precision": "float32"}


def measure(runs: Runs, acts: Acts) -> Measured:
    """The share of right tokens at each distance behind one that was replaced by a wrong one, the model going on by itself."""
    lines = tuple(measures.behind(letter, run, STEP, BEHIND, wrong=bool(acts["wrong"])) for letter, run in runs.items())
    behind = {line.arm: sum(line.y) / len(line.y) for line in lines}
    found = {f"{letter} behind it": share for letter, share in behind.items()}
    untouched = measures.behind("A", runs["A"], STEP, BEHIND, wrong=False)
    found["B − A"] = behind["B"] - behind["A"]
    found["A, all right"] = sum(untouched.y) / len(untouched.y)
    found["C, far behind"] = sum(lines[2].y[FAR]) / len(lines[2].y[FAR])
    return Measured(found, lines)


def arm(letter: str, name: str, sampling: float) -> Arm:
    training = {**TRAINING, "learning_rate": 0.015, "scheduled_sampling": sampling}
    return Arm(letter, name, "seq2seq", "copy", 600, MODEL, training=training)


PAPER = Paper(
    id="bengio_2015",
    title="Trained on right prefixes, one mistake costs the rest",
    claim="Trained on right prefixes only, a model pays for its own first mistake with what follows.",
    source=Source(
        "S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer",
        "Scheduled Sampling for Sequence Prediction with Recurrent Neural Networks",
        2015,
        "§4.1, Table 1",
    ),
    theirs=Theirs(
        "Captions of pictures. A model that read some of its own guesses while it trained wrote better ones than one that always read "
        "the right words (§4.1). Figures of theirs are not given here."
    ),
    ours="Digits are copied; one output is replaced by a wrong digit, and the model goes on alone: how many of the next six are right. "
    "Both arms do the same updates on the same data; B reads its own guesses more and more while it trains.",
    arms=(
        arm("A", "right prefixes only", 0.0),
        arm("B", "scheduled sampling", 0.75),
        Arm(
            "C",
            "looks at the source, reverses",
            "attention_seq2seq",
            "reverse",
            300,
            LOOKS,
            training={**TRAINING, "learning_rate": 0.01},
            beside=True,
        ),
    ),
    differs=("training.scheduled_sampling",),
    measure=measure,
    criterion=(
        Bar("A behind it", "right prefixes only, the six tokens behind a wrong one", "A", most=0.65),
        Bar("B − A", "scheduled sampling over that", least=0.1, unit=POINTS),
    ),
    control=(
        Bar("C, far behind", "a model that needs no prefix, four to six tokens behind a wrong one", "C", least=0.85),
        Bar("A, all right", "right prefixes only, nothing replaced", "A", least=0.9),
    ),
    act=(Bar("A behind it", "A, one wrong token fed", "A", most=0.65),),
    acts={"wrong": ("token",)},
    axes=(Axis("tokens behind the wrong one"), Axis("right tokens", "%")),
    question=Question(
        "Of the six tokens behind a wrong one, how many will A still get right?",
        "A behind it",
        ("≥ 90 %", "65–90 %", "40–65 %", "< 40 %"),
        (0.9, 0.65, 0.4),
    ),
    sentence="of six tokens behind a wrong one A gets {A behind it} right, where it gets {A, all right} if nothing is replaced; B gets "
    "{B behind it}. A model that looks at the source is back at {C, far behind} four tokens on.",
    limits="Nothing about captions, nor whether whole answers are right more often.",
    tries=(
        Try("A", "as trained, nothing replaced", "A, all right"),
        Try("A", "one wrong token fed", "A behind it"),
        Try("B", "the same, scheduled sampling", "B behind it"),
        Try("C", "control: looks at the source", "C behind it"),
    ),
    input="3141592653",
)
