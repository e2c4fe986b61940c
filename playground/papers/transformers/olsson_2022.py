"""Induction: copying from what was read takes one head that looks back, and another that looks for what followed."""

from __future__ import annotations

from ...experiments.lab.acts import Act
from .. import measures
from ..paper import Acts, Paper, Runs
from ..parts import Arm, Axis, Bar, Line, Measured, Question, Source, Theirs, Try

MODEL = {"heads": 2, "width": 64, "feed_forward": 0, "positions": "learned"}
TRAINING = {"batch_size": 64, "learning_rate": 0.008, "weight_decay": 0.3, "precision": "float32"}
UPDATES = 200
N = 256
READS, WRITES = "prompt.layers.{}.self_attention.heads", "decoder.layers.{}.self_attention.heads"


def measure(runs: Runs, acts: Acts) -> Measured:
    """Right letters; which head of the first layer looks one letter back, and what is left without it, without the other one, and without
    the second layer."""
    held = {letter: run.task.held_out("test", N) for letter, run in runs.items()}
    found = {letter: measures.tokens(run, held[letter]) for letter, run in runs.items()}
    back = measures.looks_back(runs["A"], held["A"], "prompt.layers.0.self_attention.weights")
    first = max(range(len(back)), key=back.__getitem__)
    found |= {"one back": back[first], "one back, the other": back[1 - first]}
    off = acts["off"]
    found["without the head that looks back"] = measures.under(runs["A"], held["A"], _off(0, first) if off else ())
    found["without the other"] = measures.under(runs["A"], held["A"], _off(0, 1 - first) if off else ())
    found["without the second layer"] = measures.under(runs["A"], held["A"], (*_off(1, 0), *_off(1, 1)) if off else ())
    found["A whole"] = measures.under(runs["A"], held["A"])
    lines = tuple(Line(letter, *measures.by_place(run, held[letter]), N) for letter, run in runs.items())
    return Measured(found, lines)


def _off(layer: int, head: int) -> tuple[Act, ...]:
    """A head, where the model reads and where it writes."""
    return tuple(Act("off", site.format(layer), head) for site in (READS, WRITES))


def arm(letter: str, layers: int) -> Arm:
    name = f"{layers} layer{'s' if layers > 1 else ''} of attention alone"
    return Arm(letter, name, "transformer_decoder", "recall", UPDATES, {**MODEL, "layers": layers}, training=TRAINING)


PAPER = Paper(
    id="olsson_2022",
    title="Copying from context needs two layers",
    claim="Copying from context takes two layers: a head that looks one back, and one that looks for what followed.",
    source=Source(
        "C. Olsson, N. Elhage, N. Nanda, N. Joseph et al.",
        "In-context Learning and Induction Heads",
        2022,
        "Arguments 1 and 3, models of attention alone",
    ),
    theirs=Theirs(
        "Transformers of one to six layers, learning text. Those of two layers and more form induction heads at one moment of the "
        "training, and from then on guess later words of a text better than earlier ones; those of one layer never do. Taking such heads "
        "away takes most of that with it. Their figures are plots."
    ),
    ours="Strings of 6 to 12 different letters begin again: letters that are right after the right ones, with two layers of attention "
    "alone and with one. Width, heads, updates, data and seed are equal. Then heads are switched off.",
    arms=(arm("A", 2), arm("B", 1)),
    differs=("model.layers",),
    measure=measure,
    criterion=(
        Bar("A", "two layers, letters right", "A", least=0.8),
        Bar("B", "one layer, letters right", "B", most=0.5),
        Bar("one back", "weight on the letter before, the head of the first layer that looks there most", "A", least=0.4),
    ),
    control=(Bar("without the other", "whole texts right without the other head of that layer", "A", least=0.4),),
    act=(
        Bar("without the head that looks back", "whole texts right without the head that looks one back", "A", most=0.3),
        Bar("without the second layer", "whole texts right without the heads of the second layer", "A", most=0.05),
    ),
    acts={"off": (Act("off", WRITES.format(0), 0),)},
    axes=(Axis("letter of the answer"), Axis("right letters", "%")),
    question=Question("How many letters will one layer get right?", "B", ("≥ 90 %", "50–90 %", "20–50 %", "< 20 %"), (0.9, 0.5, 0.2)),
    sentence="two layers get {A} of the letters right, one layer {B}. One head of the first layer puts {one back} of its weight on the "
    "letter before; without it {without the head that looks back} of the texts come out whole, without the other head {without "
    "the other}, without the second layer {without the second layer}.",
    limits="Strings without a repeated letter, and no language. The heads of the second layer are switched off together: what each of "
    "them does alone is not shown.",
    tries=(
        Try("A", "as trained, whole texts", "A whole"),
        Try("A", "without the head that looks one back", "without the head that looks back"),
        Try("A", "control: without its neighbour", "without the other"),
        Try("A", "without the heads of the second layer", "without the second layer"),
    ),
    input="kdbqsykd",
)
