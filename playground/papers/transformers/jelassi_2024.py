"""Copying: what attention looks up and a state of fixed size has to carry."""

from __future__ import annotations

from ...experiments.lab.acts import Act
from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import Arm, Axis, Bar, Measured, Question, Source, Theirs, Try

TRANSFORMER = {"layers": 2, "heads": 4, "width": 64, "feed_forward": 128, "activation": "gelu", "positions": "rotary"}
LSTM = {"cell": "lstm", "layers": 1, "hidden": 80, "embedding": 32, "bidirectional": False}
TRAINING = {"batch_size": 64, "weight_decay": 0.0, "precision": "float32"}
UPDATES = 100


def measure(runs: Runs, acts: Acts) -> Measured:
    """Right tokens on the test part, each after the right ones; and exact match as the runs came by it, against examples seen."""
    held = {letter: run.task.held_out("test", 256) for letter, run in runs.items()}
    found = {letter: measures.tokens(run, held[letter]) for letter, run in runs.items()}
    found["A even"] = measures.tokens(runs["A"], held["A"], acts["even"])
    return Measured(found, tuple(measures.learned(letter, runs[letter]) for letter in "AB"))


def arm(letter: str, architecture: str, length: int) -> Arm:
    model, rate = (TRANSFORMER, 0.004) if architecture == "transformer_decoder" else (LSTM, 0.01)
    name = f"{'Transformer' if model is TRANSFORMER else 'LSTM, one state'}, {length} digits"
    sizes = {"min_length": length, "max_length": length}
    return Arm(letter, name, architecture, "copy", UPDATES, model, sizes, {**TRAINING, "learning_rate": rate}, beside=length < 20)


PAPER = Paper(
    id="jelassi_2024",
    title="Transformers copy strings that a fixed state cannot",
    claim="Transformers copy strings that a state of fixed size cannot.",
    source=Source(
        "S. Jelassi, D. Brandfonbrener, S. Kakade, E. Malach",
        "Repeat After Me: Transformers are Better than State Space Models at Copying",
        2024,
        "§3.1",
    ),
    theirs=Theirs(
        "Models taught to copy strings: Transformers learned it from far fewer examples than state space models, whose memory does not "
        "grow with what they read. Figures of theirs are not given here."
    ),
    ours="Strings of 20 digits, and an LSTM in the place of a state space model, for its state is of fixed size too. Both have nearly "
    "as many parameters and see the same 6,400 strings; each has a learning rate that suits it.",
    arms=(
        arm("A", "transformer_decoder", 20),
        arm("B", "seq2seq", 20),
        arm("C", "transformer_decoder", 4),
        arm("D", "seq2seq", 4),
    ),
    differs=("architecture", "training.learning_rate"),
    measure=measure,
    criterion=(
        Bar("A", "Transformer, tokens of 20 right", "A", least=0.99),
        Bar("B", "LSTM, tokens of 20 right", "B", most=0.5),
    ),
    control=(
        Bar("C", "Transformer, tokens of 4 right", "C", least=0.95),
        Bar("D", "LSTM, tokens of 4 right", "D", least=0.95),
    ),
    act=(Bar("A even", "the Transformer, attention spread evenly", "A", most=0.5),),
    acts={"even": (Act("even", "decoder.layers.0.self_attention.weights"), Act("even", "decoder.layers.1.self_attention.weights"))},
    axes=(Axis("examples seen"), Axis("exact match", "%")),
    question=Question("How many tokens of 20 will the LSTM copy right?", "B", ("≥ 90 %", "50–90 %", "20–50 %", "< 20 %"), (0.9, 0.5, 0.2)),
    sentence="of strings of 20 the Transformer copies {A} of the tokens right, the LSTM {B}; of strings of 4, {C} and {D}. With its "
    "attention spread evenly the Transformer gets {A even}.",
    limits="An LSTM is not a state space model. Nothing is shown of longer strings, nor of what more training would change.",
    tries=(
        Try("A", "as trained", "A"),
        Try("A", "attention even in both layers", "A even", "even"),
        Try("C", "control: Transformer, strings of 4", "C"),
        Try("D", "control: LSTM, strings of 4", "D"),
    ),
    input="31415926535897932384",
)
