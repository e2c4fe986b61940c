"""Where a decoder looks, what the weights are made of, and what is left when they are taken away."""

from __future__ import annotations

import numpy as np

from ...papers.parts import Bar
from ...tracing import Edit
from ..asked import WEIGHTS, place, share, states
from ..lesson import SCALE, STATE, Found, Lesson, Load, Question, Scale, Translation, Value
from ..words import Words

DIGITS = "314159265"
STEP = 3  # the fourth digit is written
STAGE = f"architecture=attention_seq2seq&task=reverse&input={DIGITS}"


def looks(load: Load) -> Found:
    """Where most weight lies at this step, and in how many of all steps it lies on the state of the digit that is due."""
    trace = load("attention_seq2seq", "reverse").explore(DIGITS)
    weights = trace[WEIGHTS][:, : len(DIGITS)]
    at, due = place(weights[STEP]), len(DIGITS) - 1 - STEP
    right = sum(place(row) == len(DIGITS) - 1 - t for t, row in enumerate(weights[: len(DIGITS)]))
    values: dict[str, Value] = {
        "state": str(at + 1), "token": trace.source[at], "weight": float(weights[STEP, at]), "written": trace.tokens[STEP],
        "aligned": float(right), "steps": float(len(DIGITS)), "off": float(abs(at - due)),
    }  # fmt: skip
    return Found(values, at, states(trace))


def sums(load: Load) -> Found:
    """What the weights of one step come to, and over how many states they are spread."""
    weights = load("attention_seq2seq", "reverse").explore(DIGITS)[WEIGHTS][STEP, : len(DIGITS)]
    spread = float(np.exp(-(weights * np.log(np.maximum(weights, 1e-12))).sum()))
    return Found({"sum": float(weights.sum()), "spread": spread}, float(weights.sum()))


def even(load: Load) -> Found:
    """Held-out inputs answered right as trained, and with every state given the same weight."""
    run = load("attention_seq2seq", "reverse")
    before, after = share(run), share(run, [Edit(WEIGHTS, "even")])
    return Found({"before": before, "after": after}, 100 * after)


LESSON = Lesson(
    "attention",
    "Attention and its scores",
    5,
    (
        Question(
            f"{STAGE}&step={STEP}",
            Words(
                "Where does it look to write the fourth digit?",
                "The model has read ■3 1 4 1 5 9 2 6 5■ and has written ▲5 6 2▲. For every digit that it writes it may look at all states "
                "of the encoder, and give each a weight. On which state will most of the weight lie now?",
                "It is state {state}, where ■‘{token}’■ was read: it gets ●{weight}● of the weight, and ▲‘{written}’▲ is written. In "
                "{aligned} of {steps} steps most weight lies on the state of the digit that is due.",
                "To write backwards, output *t* of *n* needs what was read at *n + 1 − t*: for the fourth of nine that is 6. Nobody told "
                "the model so; it learned from examples where to look.",
            ),
            looks,
            (
                Bar("off", "places between where it looks and the digit that is due", most=0, unit=""),
                Bar("aligned", "steps in which most weight lies on the digit that is due", least=8, unit=""),
            ),
            kind=STATE,
            hides=True,
        ),
        Question(
            f"{STAGE}&step={STEP}&tab=attention",
            Words(
                "What do the weights of one step come to?",
                "At each step the decoder compares its own state with every state of the encoder: a *score* each. Softmax makes weights of "
                "the scores, and their weighted sum is the ●context●. If you add up all nine weights of this step, what do you get?",
                "They come to ●{sum}●, as at every step. Here they are spread as if over {spread} states.",
                "Softmax divides each exponential by the sum of all, so weights are shares: who looks more at one state looks less at the "
                "others.",
            ),
            sums,
            (
                Bar("sum", "the weights of a step come to one", least=0.999, most=1.001, unit=""),
                Bar("spread", "states that they are spread over", least=1.2, most=4, unit=""),
            ),
            kind=SCALE,
            scale=Scale(0, 9, 0.5, 0.1),
        ),
        Question(
            f"{STAGE}&step={STEP}",
            Words(
                "What if it must look at all states alike?",
                "Trained as it is, the model is right on {before:%} of new inputs. Suppose that at every step all states get the same "
                "weight, and nothing else is changed. What share of the inputs, in percent, is still right?",
                "*{after:%}* are right with even weights, {before:%} with its own.",
                "The mean of all states is the same at every step: it says which digits there were, not which one is due.",
            ),
            even,
            (
                Bar("before", "right as trained", least=0.95),
                Bar("after", "right with even weights", most=0.1),
            ),
            kind=SCALE,
            scale=Scale(0, 100, 5, 10, "%"),
        ),
    ),
    {
        "de": Translation(
            "Attention und ihre Scores",
            (
                Words(
                    "Wohin schaut er, um die vierte Ziffer zu schreiben?",
                    "Das Modell hat ■3 1 4 1 5 9 2 6 5■ gelesen und ▲5 6 2▲ geschrieben. Für jede Ziffer darf es alle Zustände des "
                    "Encoders ansehen und gibt jedem ein Gewicht. Auf welchem Zustand liegt jetzt das meiste Gewicht?",
                    "Es ist Zustand {state}, wo ■‘{token}’■ gelesen wurde: Er bekommt ●{weight}● des Gewichts, und ▲‘{written}’▲ wird "
                    "geschrieben. In {aligned} von {steps} Schritten liegt das meiste Gewicht auf dem Zustand der fälligen Ziffer.",
                    "Rückwärts braucht Ausgabe *t* von *n*, was bei *n + 1 − t* gelesen wurde: für die vierte von neun ist das 6. Niemand "
                    "hat es dem Modell gesagt; es hat aus Beispielen gelernt, wohin es schauen muss.",
                ),
                Words(
                    "Was ergeben die Gewichte eines Schritts?",
                    "Bei jedem Schritt vergleicht der Decoder seinen Zustand mit jedem des Encoders: je ein *Score*. Softmax macht daraus "
                    "Gewichte, und ihre gewichtete Summe ist der ●Kontext●. Wie viel ergeben alle neun Gewichte dieses Schritts zusammen?",
                    "Zusammen ●{sum}●, wie bei jedem Schritt. Hier sind sie verteilt wie über {spread} Zustände.",
                    "Softmax teilt jede Exponentialfunktion durch die Summe aller; Gewichte sind also Anteile: Wer mehr auf einen Zustand "
                    "schaut, schaut weniger auf die anderen.",
                ),
                Words(
                    "Was, wenn er alle Zustände gleich ansehen muss?",
                    "So wie gelernt ist das Modell bei {before:%} neuer Eingaben richtig. Angenommen, bei jedem Schritt bekommen alle "
                    "Zustände dasselbe Gewicht, und sonst ändert sich nichts. Welcher Anteil, in Prozent, ist dann noch richtig?",
                    "*{after:%}* sind mit gleichen Gewichten richtig, {before:%} mit den eigenen.",
                    "Der Mittelwert aller Zustände ist bei jedem Schritt derselbe: Er sagt, welche Ziffern da waren, nicht, welche fällig "
                    "ist.",
                ),
            ),
        )
    },
)
