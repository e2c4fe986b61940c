"""A sequence through an LSTM: states know the past, gates decide what is kept."""

from __future__ import annotations

import numpy as np

from ...papers import measures
from ...papers.parts import Bar
from ...tracing import Edit
from ..asked import COUNT
from ..lesson import SCALE, Found, Lesson, Load, Question, Scale, Translation
from ..words import Words

STAGE = "architecture=seq2seq&task=reverse&input=31415"
CELL = "encoder.recurrent.layers.0"
LENGTH = 6


def later(load: Load) -> Found:
    """Which states change when the last digit is another one."""
    run = load("seq2seq", "reverse")
    one, other = (run.explore(digits)["encoder.states"] for digits in ("31415", "31418"))
    changed = [float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True)]
    count = sum(change > 1e-6 for change in changed)
    return Found({"earlier": max(changed[:-1]), "last": changed[-1], "count": float(count)}, {len(changed): 0, 1: 1}.get(count, 2))


def closed(load: Load) -> Found:
    """How far the cell moves at the last digit as it is, and with the forget gate held at 1 and the input gate at 0."""
    run, last = load("seq2seq", "reverse"), (4,)
    held = [Edit(f"{CELL}.forget_gate", "set", 1.0, steps=last), Edit(f"{CELL}.input_gate", "set", 0.0, steps=last)]
    free, kept = (run.explore("31415", edits=edits)[f"{CELL}.cell"] for edits in ((), held))
    moved, still = (float(np.abs(cell[4] - cell[3]).max()) for cell in (free, kept))
    return Found({"moved": moved, "still": still}, int(still > 1e-6) + int(still > moved))


def forgetful(load: Load) -> Found:
    """The share of inputs that is right as trained, and with every forget gate of the encoder held at 0; and how open it is."""
    run = load("seq2seq", "reverse")
    batch = measures.of_length(run, LENGTH, COUNT)
    before = measures.under(run, batch)
    after = measures.under(run, batch, [Edit(f"{CELL}.forget_gate", "set", 0.0)])
    gate = float(run.explore("31415")[f"{CELL}.forget_gate"].mean())
    return Found({"before": before, "after": after, "gate": gate, "n": float(COUNT)}, 100 * after)


LESSON = Lesson(
    "lstm",
    "A sequence through an LSTM",
    4,
    (
        Question(
            f"{STAGE}&tab=states",
            Words(
                "What changes when the last digit changes?",
                "The encoder is an LSTM: it reads ■3 1 4 1 5■ from left to right and leaves a state after each digit. Now the last digit "
                "is ■8■ instead of ■5■. Which states are other ones?",
                "Only the last one: {count} state changed, and the four before it are the same to the last bit.",
                "When the first four states were made, the fifth digit had not been read yet: a state knows the past alone.",
                ("all five", "the last one", "some, but not all or one"),
            ),
            later,
            (
                Bar("earlier", "the change of the states before", most=0, unit=""),
                Bar("last", "the change of the last state", least=0.01, unit=""),
            ),
        ),
        Question(
            f"{STAGE}&tab=states",
            Words(
                "What if the gates are closed?",
                "Beside its state an LSTM has a *cell*, its memory. At each digit the forget gate says how much of the cell stays, the "
                "input gate how much is added. Suppose that at the last digit the first is held at 1 and the second at 0. What becomes of "
                "the cell?",
                "It stays as it was, to the last bit; without that, its numbers move by up to {moved}.",
                "New cell = forget gate × old cell + input gate × what is new: with 1 and 0 that is the old cell.",
                ("it stays as it was", "it changes a little", "it is emptied"),
            ),
            closed,
            (
                Bar("still", "how far the cell moves with closed gates", most=1e-6, unit=""),
                Bar("moved", "how far it moves as trained", least=0.1, unit=""),
            ),
        ),
        Question(
            STAGE,
            Words(
                "What if it forgets at every step?",
                "Of inputs of six digits this model gets {before:%} right. Suppose that every forget gate of the encoder is held at 0, at "
                "every digit. What share, in percent, is still right?",
                "Of {n} inputs *{after:%}* are right; as trained it is {before:%}. On ■3 1 4 1 5■ the forget gates stand at {gate} on "
                "average.",
                "With forget gates at 0 the cell holds what the last digit added, and nothing from before: the others are lost.",
            ),
            forgetful,
            (
                Bar("before", "right as trained", least=0.9),
                Bar("after", "right without a memory", most=0.1),
                Bar("gate", "how open the forget gates are on average", least=0.5, unit=""),
            ),
            kind=SCALE,
            scale=Scale(0, 100, 5, 10, "%"),
        ),
    ),
    {
        "de": Translation(
            "Eine Folge durch ein LSTM",
            (
                Words(
                    "Was ändert sich, wenn die letzte Ziffer sich ändert?",
                    "Der Encoder ist ein LSTM: Er liest ■3 1 4 1 5■ von links nach rechts und hinterlässt nach jeder Ziffer einen "
                    "Zustand. Nun ist die letzte Ziffer ■8■ statt ■5■. Welche Zustände sind andere?",
                    "Nur der letzte: {count} Zustand hat sich geändert, die vier davor sind bis aufs letzte Bit dieselben.",
                    "Als die ersten vier Zustände entstanden, war die fünfte Ziffer noch nicht gelesen: Ein Zustand kennt nur die "
                    "Vergangenheit.",
                    ("alle fünf", "der letzte", "einige, aber nicht alle oder einer"),
                ),
                Words(
                    "Was, wenn die Tore geschlossen sind?",
                    "Neben dem Zustand hat ein LSTM eine *Zelle*, sein Gedächtnis. Bei jeder Ziffer sagt das Vergesstor, wie viel von der "
                    "Zelle bleibt, das Eingangstor, wie viel dazukommt. Angenommen, bei der letzten Ziffer steht das erste auf 1 und das "
                    "zweite auf 0. Was wird aus der Zelle?",
                    "Sie bleibt, wie sie war, bis aufs letzte Bit; sonst bewegen sich ihre Zahlen um bis zu {moved}.",
                    "Neue Zelle = Vergesstor × alte Zelle + Eingangstor × Neues: Mit 1 und 0 ist das die alte Zelle.",
                    ("sie bleibt, wie sie war", "sie ändert sich ein wenig", "sie wird geleert"),
                ),
                Words(
                    "Was, wenn es bei jedem Schritt vergisst?",
                    "Von Eingaben aus sechs Ziffern macht dieses Modell {before:%} richtig. Angenommen, jedes Vergesstor des Encoders "
                    "steht bei jeder Ziffer auf 0. Welcher Anteil, in Prozent, ist dann noch richtig?",
                    "Von {n} Eingaben sind *{after:%}* richtig; so wie gelernt {before:%}. Bei ■3 1 4 1 5■ stehen die Vergesstore im "
                    "Mittel auf {gate}.",
                    "Mit Vergesstoren auf 0 enthält die Zelle, was die letzte Ziffer hinzutat, und nichts von davor: Die anderen sind "
                    "verloren.",
                ),
            ),
        )
    },
)
