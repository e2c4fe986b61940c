"""The scene on the stage: all that the step player needs to draw a trace without asking again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..events import pack
from ..models.attention import SCORES
from ..models.recurrent import CELL_TITLES
from ..tasks import SequenceTask
from ..tracing import Trace
from ..vocabulary import SPECIALS
from . import attention
from .style import Rich, percent


def sequence(
    trace: Trace, task: SequenceTask, options: dict[str, Any], *, key: str, run_label: str, forced: Sequence[int] = ()
) -> dict[str, Any]:
    """The scene of a decoded sequence; the shape of it is documented beside the step player."""
    looked = attention.extract(trace)
    right = task.answer(trace.source)
    output = list(trace.tokens)
    wrong = None if right is None else _wrong(output, [*right, "end"])
    states, hidden = trace["encoder.states"], trace["decoder.hidden"]
    context = trace["decoder.attention.context"] if looked is not None else trace["decoder.context"][-1:]
    assert trace.probabilities is not None
    ids = {t: i for i, t in enumerate(_words(task))}
    probability = [float(trace.probabilities[t, ids[token]]) for t, token in enumerate(output)]
    cell = CELL_TITLES[options["cell"]]
    layers = f"{options['layers']} layers of " if options["layers"] > 1 else ""
    both = options["bidirectional"]
    s, h = states.shape
    return {
        "kind": "sequence",
        "key": key,
        "encoder": {
            "name": f"{layers}{'bidirectional ' if both else ''}{cell}",
            "note": f"reads {'all ' + str(s) + ' tokens' if s > 1 else 'one token'}{', both ways' if both else ''}",
            "shape": f"states {s} × {h}",
        },
        "decoder": {
            "name": f"{layers}{cell}",
            "note": "writes one token per step",
            "shape": f"state {hidden.shape[1]} → {len(task.target_vocabulary)} logits",
        },
        "code": {
            "name": "CONTEXT",
            "kind": "attention" if looked is not None else "final_state",
            "shape_in": f"{s}×{h}" if looked is not None else f"{options['layers']}×{h}" if options["layers"] > 1 else f"{h}",
            "shape_out": f"{context.shape[1]}",
        },
        "source": list(trace.source),
        "output": output,
        "wrong": wrong,
        "answer": trace.output,
        "verdict": _verdict(trace, right),
        "states": pack(states),
        "decoder_states": pack(hidden),
        "context": pack(context),
        "weights": None if looked is None else pack(looked.weights),
        "logits": pack(trace["decoder.logits"]),
        "vocabulary": [None if t in ("<pad>", "<bos>") else t for t in _words(task)],
        "probability": probability,
        "say": [_say(trace, looked, probability, t, wrong, right, forced) for t in range(len(output))],
        "attention_reading": None if looked is None else [attention.reading(looked, t) for t in range(len(output))],
        "attention_title": f"{SCORES[options['score']]} score" if looked is not None else "",
        "forced": list(forced),
        "notice": _notice(trace, task),
        "run": {"label": run_label},
    }


def _words(task: SequenceTask) -> list[str]:
    return ["end" if t == SPECIALS[2] else t for t in task.target_vocabulary.tokens]


def _wrong(output: Sequence[str], right: Sequence[str]) -> list[bool]:
    return [i >= len(right) or token != right[i] for i, token in enumerate(output)]


def _verdict(trace: Trace, right: tuple[str, ...] | None) -> dict[str, Any]:
    if right is None:
        return {"right": None, "text": ""}
    written = [t for t in trace.tokens if t != "end"]
    same = sum(a == b for a, b in zip(written, right, strict=False))
    if tuple(written) == right and trace.ended:
        return {"right": True, "text": f"right, {same} of {len(right)}"}
    tail = "" if trace.ended else "; it did not end"
    return {"right": False, "text": f"wrong, {same} of {len(right)}{tail}"}


def _say(
    trace: Trace,
    looked: attention.Info | None,
    probability: list[float],
    t: int,
    wrong: list[bool] | None,
    right: tuple[str, ...] | None,
    forced: Sequence[int],
) -> Rich:
    """The sentence that leads: what is written at this step, and from where."""
    token = trace.tokens[t]
    written: Rich = [("d", "end" if token == "end" else f"‘{token}’")]
    if t in forced:
        given: Rich = [("", " was forced here; the model gave it "), ("n", percent(probability[t])), ("", ".")]
        return [("b", f"Step {t + 1}."), ("", " "), *written, *given]
    start: Rich = [("b", f"Step {t + 1}."), ("", " To write "), *written]
    sure: Rich = [("", " It is "), ("n", percent(probability[t])), ("", " sure")]
    sure += [("", ".")] if wrong is None or not wrong[t] else [("", " and "), ("w", "wrong"), ("", f": right is {_right_word(right, t)}.")]
    if looked is None:
        return [*start, ("", " the decoder has only its own state, which began as the encoder’s last one."), *sure]
    at, weight = int(looked.looks_at[t]), float(looked.weights[t].max())
    return [
        *start,
        ("", " the decoder looks mostly at state "),
        ("b", str(at + 1)),
        ("", ", "),
        ("e", f"‘{trace.source[at]}’"),
        ("", " — weight "),
        ("b c", f"{weight:.2f}"),
        ("", "."),
        *sure,
    ]


def _right_word(right: tuple[str, ...] | None, t: int) -> str:
    if right is None or t > len(right):
        return "nothing, the answer is over"
    return f"‘{right[t]}’" if t < len(right) else "end"


def _notice(trace: Trace, task: SequenceTask) -> str | None:
    low, high = task.trained_lengths
    n = len(trace.source)
    if low <= n <= high:
        return None
    trained = f"inputs of length {low}" if low == high else f"lengths {low} to {high}"
    return f"This input has {n} digit{'s' if n > 1 else ''}; the model was trained on {trained}, so expect mistakes."
