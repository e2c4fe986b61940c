"""An empty code: a variational sequence model that need not look at its code does not, unless it is made to."""

from __future__ import annotations

from typing import Any

from ...experiments.lab.acts import Act
from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import Arm, Axis, Bar, Measured, Question, Source, Theirs, Try

NATS = "nats"
TASK = "sentences"
MODEL = {"code": 16, "hidden": 64, "embedding": 16, "beta": 1.0}
TRAINING = {"batch_size": 64, "learning_rate": 0.01, "weight_decay": 0.0, "precision": "float32"}
UPDATES = 700
RISING = 350  # updates over which β rises
N = 512


def measure(runs: Runs, acts: Acts) -> Measured:
    """On the test part: both terms of the loss, codes drawn; what a sentence costs more without its code; KL as it went along."""
    held = runs["A"].task.held_out("test", N)
    found = {}
    for letter, run in runs.items():
        found[f"{letter} reconstruction"], found[letter] = measures.terms(run, held)
        found[f"{letter}, code at 0"] = measures.reconstruction(run, held, acts["zero"]) - measures.reconstruction(run, held)
    found["A − B reconstruction"] = found["A reconstruction"] - found["B reconstruction"]
    found["C at most"] = max(measures.paid("C", runs["C"]).y)
    return Measured(found, tuple(measures.paid(letter, run) for letter, run in runs.items()))


def arm(letter: str, name: str, annealing: int, word_dropout: float, beside: bool = False) -> Arm:
    model: dict[str, Any] = {**MODEL, "annealing": annealing, "word_dropout": word_dropout}
    return Arm(letter, name, "sequence_vae", TASK, UPDATES, model, training=TRAINING, beside=beside)


PAPER = Paper(
    id="bowman_2016",
    title="A code that is not needed stays empty",
    claim="A variational sequence model leaves its code empty unless it is made to need it.",
    source=Source(
        "S. Bowman, L. Vilnis, O. Vinyals, A. Dai, R. Jozefowicz, S. Bengio",
        "Generating Sentences from a Continuous Space",
        2016,
        "§3.1, Optimization challenges",
    ),
    theirs=Theirs(
        "Sentences from books. Trained plainly the KL fell to nearly nothing and the decoder was a plain language model; with the "
        "KL’s weight rising from 0 and words hidden from the decoder the code was used. Figures of theirs are not given here."
    ),
    ours="Sentences of a small grammar, written again through 16 numbers. Both arms do the same updates on the same data; in B the KL’s "
    "weight β rises from 0 to 1 over the first half, and six of ten words are hidden from the decoder while it trains. What is measured "
    "is measured with β = 1 and every word shown.",
    arms=(
        arm("A", "plain", 0, 0.0),
        arm("B", "β rises, words hidden", RISING, 0.6),
        arm("C", "β rises, no word hidden", RISING, 0.0, beside=True),
    ),
    differs=("model.annealing", "model.word_dropout"),
    measure=measure,
    criterion=(
        Bar("A", "KL, plain", "A", most=0.1, unit=NATS),
        Bar("B", "KL, β rises and words hidden", "B", least=1.5, unit=NATS),
        Bar("A − B reconstruction", "the code spares B so much of what a sentence costs A", least=1.0, unit=NATS),
    ),
    control=(
        Bar("C", "KL at the end, no word hidden", "C", most=1.0, unit=NATS),
        Bar("A, code at 0", "what a sentence costs more with the code held at 0, plain", "A", most=0.1, unit=NATS),
    ),
    act=(Bar("B, code at 0", "what it costs more with the code held at 0, β rises and words hidden", "B", least=1.0, unit=NATS),),
    acts={"zero": (Act("scale", "encoder.code", amount=0.0),)},
    axes=(Axis("updates"), Axis("KL", NATS)),
    question=Question(
        "Of some 15 nats that a sentence costs, how many will plain A put into its code?",
        "A",
        ("5 or more", "1 to 5", "0.1 to 1", "less than 0.1"),
        (5.0, 1.0, 0.1),
    ),
    sentence="the code of A costs {A}, that of B {B}, and with it B spares {A − B reconstruction} of A’s {A reconstruction} of "
    "reconstruction. With the code held at 0 a sentence costs B {B, code at 0} more, A {A, code at 0}. With β rising and no word hidden "
    "the KL was {C at most} at most, and is {C} in the end.",
    limits="B’s bound is not better: its KL is more than what it spares of the reconstruction. Whether sentences between two codes make "
    "sense is not measured.",
    tries=(
        Try("B", "as trained: KL", "B"),
        Try("B", "code held at 0: a sentence costs more by", "B, code at 0", "zero"),
        Try("A", "control: plain, the same", "A, code at 0", "zero"),
        Try("C", "control: no word hidden, KL in the end", "C"),
    ),
    input="the small red car does not see the white house",
)
