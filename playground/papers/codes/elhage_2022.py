"""Superposition: more features than numbers, where few of them are there at once."""

from __future__ import annotations

from ...experiments.lab.acts import Act
from ...inference.superposition import superposition
from ...models import Autoencoder
from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import NUMBER, Arm, Axis, Bar, Line, Measured, Question, Source, Theirs, Try

FEATURES, CODE = 5, 2
DENSE, SPARSE = 1.0, 0.05
DECAY = 0.7  # what each feature counts, as a share of the one before it
TRAINING = {"batch_size": 256, "learning_rate": 0.02, "weight_decay": 0.0, "precision": "float32"}
UPDATES = 2500
N = 512
KEPT = "features"


def measure(runs: Runs, acts: Acts) -> Measured:
    """How many features are kept, how long the direction of each is, and how much one that is taken out was heard by the others."""
    found, lines = {}, []
    for letter, run in runs.items():
        assert isinstance(run.model, Autoencoder)
        directions = run.model.directions()
        assert directions is not None
        of = superposition(directions.numpy())
        found[f"{letter} kept"] = of.total
        lines.append(Line(letter, tuple(map(float, range(1, FEATURES + 1))), tuple(map(float, of.lengths)), N))
    held = runs["B"].task.held_out("test", 4 * N)
    held = held[(held.source[:, 0] > 0).nonzero()[:N, 0]]
    heard = {letter: measures.spilled(runs[letter], held, acts["first"]) for letter in "AB"}
    found |= {f"{letter}, heard": value for letter, value in heard.items()} | {"B − A, heard": heard["B"] - heard["A"]}
    return Measured(found, tuple(lines))


def arm(letter: str, name: str, density: float, output: str = "relu") -> Arm:
    return Arm(
        letter,
        name,
        "feature_autoencoder",
        "features",
        UPDATES,
        {"code": CODE, "output": output},
        {"features": FEATURES, "density": density, "decay": DECAY},
        TRAINING,
        beside=output == "none",
    )


PAPER = Paper(
    id="elhage_2022",
    title="Rare features share the numbers of a code",
    claim="Features that are rarely there together are packed into fewer numbers than there are features.",
    source=Source(
        "N. Elhage, T. Hume, C. Olsson, N. Schiefer and others",
        "Toy Models of Superposition",
        2022,
        "Transformer Circuits Thread, Demonstrating Superposition",
    ),
    theirs=Theirs(
        "Models of this very form on made-up features. With features that were always there they kept the most important ones, as many as "
        "the code had numbers, at right angles; the sparser the features, the more of them were kept, with directions that overlap. "
        "Figures of theirs are not given here."
    ),
    ours=f"{FEATURES} features in a code of {CODE} numbers, as theirs. A is trained on inputs in which every feature is there, B on inputs "
    "in which each is there once in 20. A feature is kept by the square of its direction’s length, 1 at most. All else is equal.",
    arms=(
        arm("A", "all features there", DENSE),
        arm("B", "each there once in 20", SPARSE),
        arm("C", "once in 20, no ReLU", SPARSE, "none"),
    ),
    differs=("task.density",),
    measure=measure,
    criterion=(
        Bar("A kept", "kept where all are there", "A", most=2.3, unit=KEPT),
        Bar("B kept", "kept where each is there once in 20", "B", least=3.5, unit=KEPT),
    ),
    control=(Bar("C kept", "the same without the ReLU, which cuts off what is spilled", "C", most=2.3, unit=KEPT),),
    act=(
        Bar(
            "B − A, heard",
            "the first feature taken out of the code: how much further the others’ readings move in B",
            least=0.15,
            unit=NUMBER,
        ),
    ),
    acts={"first": (Act("blank", "encoder.parts", 0),)},
    axes=(Axis("feature, the most important first"), Axis("length of its direction")),
    question=Question(
        f"Each feature is there once in 20, and there are {CODE} numbers: how many of {FEATURES} features will be kept?",
        "B kept",
        ("all 5", "about 4", "about 3", "2"),
        (4.5, 3.5, 2.5),
    ),
    sentence="of 5, {A kept} are kept where all are there, and {B kept} where each is there once in 20; without the ReLU {C kept}. The "
    "first feature taken out of the code moves the readings of the others by {B, heard} in B and by {A, heard} in A, for each 1 of it.",
    limits="Features are made up, independent and equally rare. That networks trained on something real pack theirs alike is not shown.",
    tries=(
        Try("B", "the first feature taken out: heard by the others", "B, heard", "first"),
        Try("A", "the same where all were there", "A, heard", "first"),
        Try("C", "control: no ReLU, features kept", "C kept"),
    ),
    input="0.8 0 0 0 0",
)
