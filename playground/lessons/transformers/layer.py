"""The encoder layer part by part, as a newsroom: every word is a reporter with a notepad."""

from __future__ import annotations

import numpy as np

from ...papers.parts import Bar
from ...tracing import Edit
from ..asked import COUNT, share, states
from ..lesson import SCALE, STATE, Found, Lesson, Load, Question, Scale, Value
from ..words import Words

PAIR = ("transformer_encoder", "pronouns")
SENTENCE = "Anna met Ravi in the park . She smiled"
NAMES = ("Anna", "Ravi")
STAGE = f"architecture=transformer_encoder&task=pronouns&input={SENTENCE.replace(' ', '+')}&tab=attention"


def looks(load: Load) -> Found:
    """Whom the place of the answer asks in the first layer, by the head that is surest, and which name gets most from any head."""
    trace = load(*PAIR).explore(SENTENCE)
    heads = trace["encoder.layers.0.self_attention.weights"][:, 0, 1:]  # of the summary, without itself: (N, S)
    head, at = np.unravel_index(heads.argmax(), heads.shape)
    names = {token: float(heads[:, i].max()) for i, token in enumerate(trace.source) if token in NAMES}
    name = max(names, key=lambda token: names[token])
    values: dict[str, Value] = {
        "word": trace.source[at],
        "weight": float(heads[head, at]),
        "head": str(head + 1),
        "name": name,
        "name_weight": names[name],
    }
    return Found({**values, "answer": trace.output, "same": float(name == trace.output)}, int(at), states(trace))


def spread(load: Load) -> Found:
    """How many times as far the numbers of the widest notepad lie apart as those of the narrowest, before the norm and after it."""
    trace = load(*PAIR).explore(SENTENCE)
    wide = [trace[site].std(-1) for site in ("encoder.layers.0.residual2", "encoder.layers.1.norm1")]
    before, after = (float(each.max() / each.min()) for each in wide)
    return Found({"before": before, "after": after}, after)


def open_units(load: Load) -> Found:
    """The share of the units between linear1 and linear2 that let anything through."""
    units = load(*PAIR).explore(SENTENCE)["encoder.layers.0.activation"]
    return Found({"open": float((units > 0).mean()), "units": float(units.shape[-1])}, 100 * float((units > 0).mean()))


def twice(load: Load) -> Found:
    """How many numbers differ when the same sentence is read twice."""
    run = load(*PAIR)
    one, other = (run.explore(SENTENCE)["encoder.states"] for _ in range(2))
    return Found({"differ": float((one != other).sum()), "of": float(one.size)}, int((one != other).any()))


def alone(load: Load) -> Found:
    """Held-out sentences that are answered right as trained, and when nobody hears what self-attention brings."""
    run = load(*PAIR)
    before = share(run, count=COUNT)
    after = share(run, [Edit("encoder.layers.*.self_attention.output", "scale", 0.0)], COUNT)
    return Found({"before": before, "after": after, "n": float(COUNT)}, 100 * after)


LESSON = Lesson(
    "layer",
    "The encoder layer, part by part",
    6,
    (
        Question(
            STAGE,
            Words(
                "Self-attention: whom does one ask?",
                "Think of a newsroom: each word is a reporter with a *notepad*, its vector; an editor, a place of its own before the "
                "sentence, is to say whom the pronoun stands for. In *self-attention* everybody calls out a question (query), holds up a "
                "headline (key), and passes notes (value) to those whose question fits. Whom does the editor ask most?",
                "Head {head} gives ●{weight}● to ■‘{word}’■. Of the names ■‘{name}’■ gets most from a head, ●{name_weight}●, and the "
                "answer is ▲{answer}▲.",
                "The pronoun says what to look for, the name what to answer: self-attention is the only part in which words meet.",
            ),
            looks,
            (
                Bar("weight", "the largest weight", least=0.6, unit=""),
                Bar("same", "whether the name that is asked most is the answer", least=1, unit=""),
            ),
            kind=STATE,
            hides=True,
        ),
        Question(
            STAGE,
            Words(
                "Norm: how uneven are the notepads?",
                "Notes are *added* to a notepad, nothing is crossed out (the residual). So pads fill unevenly: before layer 2 the numbers "
                "of the fullest spread {before} times as far as those of the emptiest. Before each part the *norm* copies all pads in one "
                "handwriting. How many times is it then?",
                "It is {after} times; before the norm it was {before}.",
                "The norm takes off each pad’s mean and divides by its spread, and stretches all pads by the same learned factors: they "
                "end up alike.",
            ),
            spread,
            (
                Bar("after", "the widest beside the narrowest, after the norm", most=1.15, unit=""),
                Bar("before", "the same before", least=1.2, unit=""),
            ),
            kind=SCALE,
            scale=Scale(1, 3, 0.1, 0.15),
        ),
        Question(
            STAGE,
            Words(
                "Linear1: how many cards does one keep?",
                "Now each reporter works alone. *Linear1* compares the pad with {units} index cards; *ReLU* puts down every card that "
                "does not fit; *linear2* writes a note made of those that are left. What share of the cards, in percent, is kept?",
                "*{open:%}* of them are above 0, the others are 0.",
                "ReLU turns all that is negative into 0: each word keeps the few features that it shows, and linear2 sums up these.",
            ),
            open_units,
            (Bar("open", "units above 0", least=0.02, most=0.49),),
            kind=SCALE,
            scale=Scale(0, 100, 5, 10, "%"),
        ),
        Question(
            STAGE,
            Words(
                "Dropout: does it read alike twice?",
                "While training, *dropout* may hide some notes by chance, so that nobody relies on a single one. The trained model now "
                "reads the same sentence twice. Do its states differ?",
                "{differ} of {of} numbers differ.",
                "Dropout belongs to training; a trained model reads with all notes, and so always alike.",
                ("no", "yes, a little"),
            ),
            twice,
            (Bar("differ", "numbers that differ", most=0, unit=""),),
        ),
        Question(
            STAGE,
            Words(
                "What if nobody passes notes?",
                "The model finds the right name in {before:%} of new sentences. Suppose that in both layers nothing that self-attention "
                "brings is added to the pads. What share, in percent, is right then?",
                "Of {n} sentences *{after:%}* are right without it, {before:%} as trained.",
                "Without self-attention each pad knows its own word alone: norm, linear1 and linear2 never look at a neighbour.",
            ),
            alone,
            (
                Bar("before", "right as trained", least=0.9),
                Bar("after", "right without self-attention", most=0.5),
            ),
            kind=SCALE,
            scale=Scale(0, 100, 5, 10, "%"),
        ),
    ),
)
