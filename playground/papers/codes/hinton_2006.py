"""More than PCA: what curved layers keep in the same few numbers."""

from __future__ import annotations

from ...experiments.lab.acts import Act
from ...experiments.pca_baseline import pca_error
from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import NUMBER, TIMES, Arm, Axis, Bar, Line, Measured, Question, Source, Theirs, Try

SIZES = {"A": 2, "B": 8, "C": 16, "D": 32}
LINEAR = 8  # numbers of the autoencoder without curved layers
TRAINING = {"batch_size": 64, "learning_rate": 0.008, "weight_decay": 0.0, "precision": "float32"}
UPDATES = 500
N = 512


def measure(runs: Runs, acts: Acts) -> Measured:
    """Squared error per pixel on the test part, × 10⁴, beside that of as many principal components."""
    held = runs["A"].task.held_out("test", N)
    error = {letter: 1e4 * measures.under(run, held) for letter, run in runs.items()}
    pca = {letter: 1e4 * pca_error("strokes", size) for letter, size in SIZES.items()}
    found = error | {f"{letter} ÷ PCA": error[letter] / pca[letter] for letter in SIZES}
    found |= {f"PCA {SIZES[letter]}": value for letter, value in pca.items()}
    found["linear ÷ PCA"] = error["E"] / pca["B"]
    found["B, one number at 0"] = 1e4 * measures.under(runs["B"], held, acts["zero"]) / error["B"]
    sizes = tuple(map(float, SIZES.values()))
    lines = (
        Line("A", sizes, tuple(error[letter] for letter in SIZES), len(held), "autoencoder"),
        Line("PCA", sizes, tuple(pca.values()), len(held), "principal components"),
    )
    return Measured(found, lines)


def arm(letter: str, code: int, activation: str = "gelu") -> Arm:
    name = f"{code} numbers" + (", linear" if activation == "none" else "")
    return Arm(
        letter,
        name,
        "autoencoder",
        "strokes",
        UPDATES,
        {"code": code, "hidden": 256, "activation": activation},
        training=TRAINING,
        beside=activation == "none",
    )


PAPER = Paper(
    id="hinton_2006",
    title="A non-linear code keeps more than PCA",
    claim="A non-linear autoencoder keeps more in the same few numbers than principal components do.",
    source=Source(
        "G. Hinton, R. Salakhutdinov", "Reducing the Dimensionality of Data with Neural Networks", 2006, "Science 313, pages 504–507"
    ),
    theirs=Theirs(
        "Deep autoencoders, layers trained one by one before. On pictures of curves drawn from few numbers, on digits and on faces they "
        "kept more than as many components did. Figures of theirs are not given here."
    ),
    ours="Strokes of 28 × 28 pixels drawn from a few numbers. One hidden layer on each side and no training beforehand: error per pixel "
    "on pictures that were never seen, at four sizes of the code. All else is equal.",
    arms=(*(arm(letter, size) for letter, size in SIZES.items()), arm("E", LINEAR, "none")),
    differs=("model.code",),
    measure=measure,
    criterion=tuple(
        Bar(f"{letter} ÷ PCA", f"error over that of PCA, {size} numbers", letter, most=0.95, unit=TIMES) for letter, size in SIZES.items()
    ),
    control=(Bar("linear ÷ PCA", f"a linear autoencoder over PCA, {LINEAR} numbers", "E", least=0.99, most=1.05, unit=TIMES),),
    act=(Bar("B, one number at 0", "error over that as trained, the first of 8 numbers held at 0", "B", least=1.5, unit=TIMES),),
    acts={"zero": (Act("clamp", "encoder.code", 0, 0.0),)},
    axes=(Axis("numbers in the code", logarithmic=True), Axis("squared error per pixel, × 10⁻⁴", NUMBER)),
    question=Question(
        "With 8 numbers: how large will the autoencoder’s error be, against that of PCA?",
        "B ÷ PCA",
        ("larger", "80 to 100 %", "40 to 80 %", "below 40 %"),
        (1.0, 0.8, 0.4),
    ),
    sentence="with 2, 8, 16 and 32 numbers the error is {A ÷ PCA}, {B ÷ PCA}, {C ÷ PCA} and {D ÷ PCA} that of PCA. A linear autoencoder "
    "of 8 numbers has {linear ÷ PCA} that of PCA. With the first of 8 numbers held at 0 the error is {B, one number at 0} as "
    "large.",
    limits="Strokes are drawn from few numbers, so that few can tell nearly all of them. Pictures that are not, such as photographs, are "
    "not shown.",
    tries=(
        Try("B", "8 numbers, as trained", "B"),
        Try("B", "the first of them held at 0: error, as a multiple", "B, one number at 0", "zero"),
        Try("E", "control: a linear one, over PCA", "linear ÷ PCA"),
    ),
)
