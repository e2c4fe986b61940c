"""What an encoder hands over, and what a decoder makes of it."""

from __future__ import annotations

import numpy as np

from ...papers import measures
from ...papers.parts import Bar
from ..asked import COUNT, HANDED_OVER
from ..lesson import SCALE, Found, Lesson, Load, Question, Scale, Translation
from ..words import Words

STAGE = "architecture=seq2seq&task=reverse&input=31415"
DIGITS = "31415"
SWAPPED = 6  # digits


def vectors(load: Load) -> Found:
    """How many states there are, and of how many numbers."""
    states = load("seq2seq", "reverse").explore(DIGITS)["encoder.states"]
    return Found({"states": float(len(states)), "numbers": float(states.shape[1])}, float(len(states)))


def handed(load: Load) -> Found:
    """How far what crosses over lies from the sum of all states, from their mean, and from the last one."""
    trace = load("seq2seq", "reverse").explore(DIGITS)
    states, context = trace["encoder.states"], trace["decoder.context"].reshape(-1)
    far = [float(np.abs(context - made).max()) for made in (states.sum(0), states.mean(0), states[-1])]
    return Found({"sum": far[0], "mean": far[1], "last": far[2], "numbers": float(context.size)}, int(np.argmin(far)))


def steps(load: Load) -> Found:
    """How many tokens are written."""
    tokens = load("seq2seq", "reverse").explore(DIGITS).tokens
    return Found({"steps": float(len(tokens)), "last": tokens[-1], "digits": float(len(DIGITS))}, float(len(tokens)))


def swapped(load: Load) -> Found:
    """Whose answer is written when what crosses over is another input's."""
    run = load("seq2seq", "reverse")
    other = measures.answers_of_the_other(run, measures.of_length(run, SWAPPED, COUNT), HANDED_OVER)
    return Found({"other": other, "n": float(COUNT)}, int(other > 0.5))


LESSON = Lesson(
    "parts",
    "What encoder and decoder are",
    4,
    (
        Question(
            STAGE,
            Words(
                "How many vectors does the encoder make?",
                "An *encoder* reads, a *decoder* writes. This encoder has read the five digits ■3 1 4 1 5■, one after the other. How many "
                "vectors, called *states*, has it made by then?",
                "It has made {states}, one after each digit, of {numbers} numbers each. They are the blue bars above the digits.",
                "After every token the encoder keeps what it knows so far: as many states as there are tokens, however many that are.",
            ),
            vectors,
            (Bar("states", "states for five digits", least=5, most=5, unit=""),),
            kind=SCALE,
            scale=Scale(1, 12, 1, 0),
        ),
        Question(
            STAGE,
            Words(
                "What of them crosses over?",
                "Between encoder and decoder stands the ●code●. In this model, the oldest of the family, it is a single vector. What is "
                "it?",
                "It is the last state, number for number: {numbers} numbers. An LSTM hands its memory over with it, the cell of the same "
                "moment; nothing else of what was read reaches the decoder.",
                "The last state was made when everything had been read, so it is the only one that can know of all digits.",
                ("the sum of all states", "the mean of all states", "the last state"),
            ),
            handed,
            (
                Bar("last", "the farthest that the code lies from the last state", most=1e-5, unit=""),
                Bar("mean", "the farthest that it lies from their mean", least=0.05, unit=""),
                Bar("sum", "the farthest that it lies from their sum", least=0.05, unit=""),
            ),
        ),
        Question(
            STAGE,
            Words(
                "How many steps does it take to write?",
                "The decoder writes one token per step. The answer to ■3 1 4 1 5■ has five digits. After how many steps does it stop?",
                "It takes {steps}: {digits} digits, and a last token, ▲{last}▲, that says that nothing follows.",
                "A decoder does not know how long its answer will be. It stops because it writes a token for that, as it was taught.",
            ),
            steps,
            (Bar("steps", "steps for five digits", least=6, most=6, unit=""),),
            kind=SCALE,
            scale=Scale(1, 12, 1, 0),
        ),
        Question(
            STAGE,
            Words(
                "Whose digits does it write?",
                "The decoder never sees the digits themselves. Suppose it gets the ●code● of another input of the same length. What will "
                "it write?",
                "On {n} inputs of six digits it writes the other one’s digits backwards, all of them, {other:%} of the time.",
                "All that the decoder knows of what was read is in the code: exchange it, and it answers another question.",
                ("its own digits, backwards", "the other input’s digits, backwards"),
            ),
            swapped,
            (Bar("other", "answers that are the other input’s", least=0.8),),
        ),
    ),
    {
        "de": Translation(
            "Was Encoder und Decoder sind",
            (
                Words(
                    "Wie viele Vektoren macht der Encoder?",
                    "Ein *Encoder* liest, ein *Decoder* schreibt. Dieser Encoder hat die fünf Ziffern ■3 1 4 1 5■ gelesen, eine nach der "
                    "anderen. Wie viele Vektoren, *Zustände* genannt, hat er bis dahin gemacht?",
                    "Er hat {states} gemacht, einen nach jeder Ziffer, mit je {numbers} Zahlen. Es sind die blauen Balken über den "
                    "Ziffern.",
                    "Nach jedem Token hält der Encoder fest, was er bisher weiß: so viele Zustände wie Token, wie viele es auch sind.",
                ),
                Words(
                    "Was davon geht hinüber?",
                    "Zwischen Encoder und Decoder steht der ●Code●. In diesem Modell, dem ältesten der Familie, ist er ein einziger "
                    "Vektor. Welcher?",
                    "Es ist der letzte Zustand, Zahl für Zahl: {numbers} Zahlen. Ein LSTM gibt sein Gedächtnis mit, die Zelle desselben "
                    "Augenblicks; sonst erreicht nichts vom Gelesenen den Decoder.",
                    "Der letzte Zustand entstand, als alles gelesen war: Nur er kann von allen Ziffern wissen.",
                    ("die Summe aller Zustände", "der Mittelwert aller Zustände", "der letzte Zustand"),
                ),
                Words(
                    "Wie viele Schritte braucht das Schreiben?",
                    "Der Decoder schreibt ein Token je Schritt. Die Antwort auf ■3 1 4 1 5■ hat fünf Ziffern. Nach wie vielen Schritten "
                    "hört er auf?",
                    "Er braucht {steps}: {digits} Ziffern und ein letztes Token, ▲{last}▲, das sagt, dass nichts mehr folgt.",
                    "Ein Decoder weiß nicht, wie lang seine Antwort wird. Er hört auf, weil er ein Token dafür schreibt, wie er es "
                    "gelernt hat.",
                ),
                Words(
                    "Wessen Ziffern schreibt er?",
                    "Die Ziffern selbst sieht der Decoder nie. Angenommen, er bekommt den ●Code● einer anderen Eingabe derselben Länge. "
                    "Was schreibt er?",
                    "Bei {n} Eingaben aus sechs Ziffern schreibt er in {other:%} der Fälle die Ziffern der anderen rückwärts, und zwar "
                    "alle.",
                    "Alles, was der Decoder vom Gelesenen weiß, steht im Code: Wer ihn austauscht, stellt eine andere Frage.",
                    ("die eigenen Ziffern, rückwärts", "die Ziffern der anderen Eingabe, rückwärts"),
                ),
            ),
        )
    },
)
