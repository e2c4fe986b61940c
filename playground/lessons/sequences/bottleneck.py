"""One vector against a look at all states: what either learns in a few seconds."""

from __future__ import annotations

from ...papers import measures
from ...papers.parts import Bar
from ..asked import COUNT
from ..lesson import SCALE, Found, Lesson, Load, Question, Scale
from ..words import Words

INSIDE, OUTSIDE = 12, 16  # digits: the most that were taught, and more
FEW = 0.05
VECTOR, ATTENTION = ("seq2seq", "reverse"), ("attention_seq2seq", "reverse")


def _right(load: Load, pair: tuple[str, str], length: int) -> float:
    """The share of new inputs of a length that is right."""
    run = load(*pair)
    return measures.under(run, measures.of_length(run, length, COUNT))


def taught(load: Load) -> Found:
    """Both at the longest that was taught, and what their training took."""
    values = {"vector": _right(load, VECTOR, INSIDE), "attention": _right(load, ATTENTION, INSIDE), "n": float(COUNT)}
    values |= {"vector_s": load(*VECTOR).train_seconds, "attention_s": load(*ATTENTION).train_seconds}
    return Found(values, 100 * values["vector"])


def beyond(load: Load) -> Found:
    """Both at more digits than were taught."""
    vector, attention = _right(load, VECTOR, OUTSIDE), _right(load, ATTENTION, OUTSIDE)
    return Found(
        {"vector": vector, "attention": attention, "n": float(COUNT)},
        0 if max(vector, attention) < 0.05 else 1 if attention > vector else 2,
    )


def widths(load: Load) -> Found:
    """How many numbers reach the decoder, of three digits and of twelve."""
    values: dict[str, float] = {}
    for name, pair, site in (("vector", VECTOR, "decoder.context"), ("attention", ATTENTION, "encoder.states")):
        short, long = (float(load(*pair).explore(digits)[site].size) for digits in ("314", "314159265358"))
        values |= {f"{name}_short": short, f"{name}_long": long, f"{name}_grows": long / short}
    return Found(values, int(values["attention_grows"] <= values["vector_grows"]))


LESSON = Lesson(
    "bottleneck",
    "The bottleneck",
    4,
    (
        Question(
            "architecture=seq2seq&task=reverse&input=314159265358",
            Words(
                "Can twelve digits pass one vector?",
                "This model hands over one vector, and was taught with 3 to 12 digits. Of new inputs of *twelve* digits, what share, in "
                "percent, does it write backwards without an error?",
                "*{vector:%}* of {n}, after {vector_s} CPU seconds of training. The model with attention gets {attention:%}, after "
                "{attention_s}.",
                "One vector is no wall: with enough numbers, and long enough training, a lot passes through it. It is harder to learn, not "
                "impossible.",
            ),
            taught,
            (
                Bar("vector", "right at twelve digits, one vector", least=0.8),
                Bar("attention", "right at twelve digits, attention", least=0.9),
            ),
            kind=SCALE,
            scale=Scale(0, 100, 5, 10, "%"),
        ),
        Question(
            "architecture=seq2seq&task=reverse&input=3141592653589793",
            Words(
                "And at sixteen, which nobody taught?",
                "Both were taught with up to twelve digits. Now they get sixteen. Who still writes at least one in twenty without an "
                "error?",
                "With one vector {vector:%} of {n} are right, with attention {attention:%}.",
                "Neither was taught any place beyond the twelfth. What a model does there is what it happened to learn, not what its kind "
                "must do.",
                ("neither", "the one with attention does better", "the one with one vector does better"),
            ),
            beyond,
            (
                Bar("vector", "right at sixteen digits, one vector", least=0.1),
                Bar("attention", "right at sixteen digits, attention", most=0.05),
            ),
        ),
        Question(
            "architecture=attention_seq2seq&task=reverse&input=314159265358",
            Words(
                "What does attention change?",
                "The decoder with attention may look back at all states, at every step. To whom are more numbers handed when more was "
                "read?",
                "With attention ■{attention_short}■ numbers for three digits and ■{attention_long}■ for twelve, with one vector "
                "●{vector_short}● and ●{vector_long}●.",
                "What attention looks at grows with the input; one vector stays as it is, whatever has to fit.",
                ("to the decoder with attention", "to both, or only to the one with one vector"),
            ),
            widths,
            (
                Bar("attention_grows", "times as many numbers with attention", least=4, most=4, unit=""),
                Bar("vector_grows", "times as many with one vector", least=1, most=1, unit=""),
            ),
        ),
    ),
)
