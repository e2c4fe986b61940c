"""Attention is not always an explanation: where its weights may be nearly anything, and where they may not."""

from __future__ import annotations

from ...experiments.lab.acts import Act
from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import Arm, Axis, Bar, Line, Measured, Question, Source, Theirs, Try

MODEL = {"cell": "lstm", "layers": 1, "hidden": 64, "embedding": 16, "bidirectional": True}
TRAINING = {"batch_size": 64, "weight_decay": 0.0, "precision": "float32"}
LONG = 10  # digits
N = 400
WAYS = ("as they were", "even", "permuted")


def measure(runs: Runs, acts: Acts) -> Measured:
    """Which answers stay what they were, right or wrong, under other weights."""
    found: dict[str, float] = {}
    for letter, run in runs.items():
        batch = measures.answered(run, measures.of_length(run, LONG, N) if letter == "B" else run.task.held_out("test", N))
        sites = acts[f"permuted in {letter}"]
        found[f"{letter}, as they were"] = measures.permuted(run, batch, sites, nothing=True)
        found[f"{letter}, even"] = measures.under(run, batch, acts[f"even in {letter}"])
        found[f"{letter}, permuted"] = measures.permuted(run, batch, sites)
    found["chance"] = measures.most_frequent(runs["A"].task.held_out("test", N))
    lines = tuple(Line(letter, (0.0, 1.0, 2.0), tuple(found[f"{letter}, {way}"] for way in WAYS), N) for letter in runs)
    return Measured(found, lines)


PAPER = Paper(
    id="jain_2019",
    title="Attention weights can change without changing the answer",
    claim="Attention weights can be changed without changing the answer; where a task needs alignment they cannot.",
    source=Source(
        "S. Jain, B. Wallace",
        "Attention is not Explanation",
        2019,
        "§4.2; answered by S. Wiegreffe, Y. Pinter, “Attention is not not Explanation”",
    ),
    theirs=Theirs(
        "Classifiers of text that pool states by attention. On many of their texts permuted weights moved the answer little; on some "
        "data sets, where few words decide, they moved it much (§4.2.1). Their text prints figures as plots."
    ),
    ours="The weights of a classifier of short sentences are made even, or put in another order, and so are those of a model that copies "
    f"{LONG} digits: how many answers stay what they were. The two are trained for tasks of their own; nothing else is compared.",
    arms=(
        Arm(
            "A",
            "pools, says the sentiment",
            "pooled_classifier",
            "sentiment",
            480,
            {**MODEL, "pooling": "linear"},
            training={**TRAINING, "learning_rate": 0.015},
        ),
        Arm(
            "B",
            "attends, copies digits",
            "attention_seq2seq",
            "copy",
            300,
            {**MODEL, "score": "additive"},
            training={**TRAINING, "learning_rate": 0.01},
        ),
    ),
    differs=("architecture", "task", "training.steps", "training.learning_rate"),
    measure=measure,
    criterion=(
        Bar("A, even", "sentiment, weights even: answers that stay", "A", least=0.65),
        Bar("B, even", f"{LONG} digits copied, weights even: answers that stay", "B", most=0.1),
    ),
    control=(
        Bar("A, as they were", "sentiment, weights put where they were", "A", least=0.99),
        Bar("B, as they were", "digits, weights put where they were", "B", least=0.99),
    ),
    act=(Bar("B, permuted", "digits, weights in another order", "B", most=0.1),),
    acts={
        "even in A": (Act("even", "pooling.weights"),),
        "even in B": (Act("even", "decoder.attention.weights"),),
        "permuted in A": ("pooling.weights",),
        "permuted in B": ("decoder.attention.weights",),
    },
    axes=(Axis("weights", names=WAYS), Axis("answers that stay", "%")),
    question=Question(
        "With even weights, how many answers of the classifier stay?",
        "A, even",
        ("≥ 90 %", "70–90 %", "50–70 %", "< 50 %"),
        (0.9, 0.7, 0.5),
    ),
    sentence="with even weights {A, even} of the classifier’s answers stay, and {B, even} of the copied strings. With the weights in "
    "another order {A, permuted} and {B, permuted} do; always giving the more frequent answer would leave {chance}.",
    limits="That an answer stays does not show that the weights had no part in it. Other tasks are not shown.",
    tries=(
        Try("A", "weights even", "A, even", "even in A"),
        Try("A", "weights in another order", "A, permuted"),
        Try("B", "weights even", "B, even", "even in B"),
        Try("B", "weights in another order", "B, permuted"),
    ),
)
