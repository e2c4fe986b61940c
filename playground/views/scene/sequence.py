"""The scene on the stage: all that the step player needs to draw a trace without asking again.

One scene serves every model that reads text. What an architecture lacks is a ghost: `encoder`, `code` and `decoder` then say
why. `maps` are all its attentions, `main` the head that is drawn first, and a segment `("look", "")` of a sentence stands
where the page says what the chosen head looks at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ...inference.attention_maps import AttentionMap, attention_maps, drawn
from ...inference.decoding import Strategy
from ...models import Reader
from ...tasks import TypedTask
from ...tracing import Trace
from ...vocabulary import SPECIALS
from ...wire import pack
from ..blocks.calls import named
from ..figures import attention
from ..states.said import quoted
from ..style import Rich
from . import halves, judged
from .sentences import chances, sentences
from .verdict import verdict

Array = NDArray[np.float32]
HIDDEN = (SPECIALS[0], SPECIALS[1])  # padding and begin are never written


def sequence(
    trace: Trace,
    model: nn.Module,
    task: TypedTask,
    *,
    key: str,
    run_label: str,
    forced: Sequence[int] = (),
    heard: dict[str, Any] | None = None,
    untrained: bool = False,
    known: tuple[bool, int] | None = None,
    strategy: Strategy | None = None,
    plain: Trace | None = None,
) -> dict[str, Any]:
    """The scene of what was read and of what was made of it; the shape of it is documented beside the step player.

    `heard` is the sound of a source that is one, as the page plays and draws it. What `untrained` weights write is neither right nor wrong.
    `known` says whether the source was trained on, and among how many; `strategy` what chose the tokens, None where somebody else did.
    `plain` is the trace without the acts that are on, if any are: what is taught is then not told, since it is the model's own.
    """
    maps = attention_maps(trace)
    chosen = drawn(maps, len(trace.source))
    itself = chosen is not None and chosen[0].side == "decoder"  # looks at what it wrote too: more than at the source
    main = None if chosen is None else {"map": [m.site for m in maps].index(chosen[0].site), "head": chosen[1]}
    output, reads = list(trace.tokens), isinstance(model, Reader)
    written = trace.tokens[:-1] if trace.ended and not reads else trace.tokens  # without the end token; a word may be called like it
    right = task.nearest(trace.source, written) if trace.sensed is None else trace.sensed.right
    wrong = None if right is None or untrained else _wrong(output, right if reads else [*right, "end"])
    probability = _probability(trace, output, task)
    looked = attention.extract(trace)
    logits = _logits(trace, model)
    asked = None if untrained else right
    said = verdict(written, asked, reads, trace.ended, 1 if trace.sensed else len(task.answers(trace.source)))
    teaching = judged.taught(trace, model, task, asked if plain is None else None)
    told = (
        chances(trace, model, task, probability)
        if untrained
        else sentences(trace, model, task, looks=bool(maps), probability=probability, wrong=wrong, right=right, forced=forced)
    )
    return {
        "kind": "sequence",
        "key": key,
        **halves.halves(trace, model, task, None if chosen is None else chosen[0]),
        "source": list(trace.source),
        "sound": heard,
        **(_canvas(trace, task) if heard is None else {"picture": None}),
        "summary": "[CLS]" if trace.get("encoder.summary") is not None else None,
        "output": output,
        "positions": list(trace.positions),
        "sees": _sees(trace),
        "wrong": wrong,
        "answer": trace.output,
        "verdict": said,
        "teaching": teaching,
        "told": judged.told(known, teaching if said["right"] is False else None, strategy),
        "states": _packed(_rows(trace, "encoder.states", len(trace.source))),
        "decoder_states": _packed(_rows(trace, "decoder.hidden", len(trace.tokens))),
        "context": _packed(halves.context(trace, None if chosen is None else chosen[0])),
        "maps": [_map(m, trace) for m in maps],
        "main": main,
        "weights": None if looked is None else pack(looked.weights),
        "logits": _packed(logits),
        "vocabulary": None if logits is None else [None if t in HIDDEN else "end" if t == SPECIALS[2] else t for t in task.classes],
        "probability": probability,
        "say": told if plain is None else _beside(told, output, plain.tokens),
        "plain": None if plain is None else list(plain.tokens),
        "attention_reading": None if looked is None or itself else [attention.reading(looked, t) for t in range(len(output))],
        "attention_title": "" if chosen is None else _title(model, chosen),
        "forced": list(forced),
        "read_as": None if trace.reading is None else trace.reading.read_as,
        "notice": _notice(trace, task),
        "run": {"label": run_label},
    }


def _beside(told: list[Rich], output: Sequence[str], plain: Sequence[str]) -> list[Rich]:
    """The sentences with what the model writes at the same step without the acts, where that differs."""
    without = [plain[t] if t < len(plain) else None for t in range(len(output))]
    return [
        said if token == output[t] else [*said, ("", " Untouched "), *_written(token)]
        for t, (said, token) in enumerate(zip(told, without, strict=True))
    ]


def _written(token: str | None) -> Rich:
    return [("", "the answer has ended here.")] if token is None else [("", "it writes "), ("d", quoted(token)), ("", ".")]


def _canvas(trace: Trace, task: TypedTask) -> dict[str, Any]:
    """A picture that stands for the source, and how the encoder's states lie on it, rows and columns."""
    canvas = None if trace.reading is None else task.canvas(trace.reading, len(trace.source))
    if canvas is None:
        return {"picture": None}
    pixels, grid = canvas
    return {"picture": pack(pixels.mul(255).round().byte().numpy()), "grid": list(grid), "unit": task.unit}


def _rows(trace: Trace, site: str, count: int) -> Array | None:
    """States that are one for each place of the picture; None where there are none, or others."""
    values = trace.get(site)
    return values if values is not None and values.ndim == 2 and len(values) == count else None


def _packed(values: Array | None) -> dict[str, Any] | None:
    return None if values is None else pack(values)


def _map(m: AttentionMap, trace: Trace) -> dict[str, Any]:
    """One layer's attention, with the names of its rows and columns, and what each head read where that crosses over."""
    source = list(trace.source)
    begun = m.weights.shape[2] - len(source) - len(trace.tokens)  # −1: the last source token is read as the first step
    own = [*(["start"] if begun == 0 or m.weights.shape[2] == len(trace.tokens) else []), *trace.tokens[:-1]]
    summary = ["[CLS]"] if m.side == "encoder" and m.weights.shape[2] > len(source) else []
    rows = {"pooling": ["answer"], "encoder": [*summary, *source], "prompt": source[: m.weights.shape[1]]}.get(m.side, list(trace.tokens))
    columns = {"encoder": rows, "prompt": rows}.get(m.side, source)
    if m.side == "decoder":
        columns = own if m.weights.shape[2] == len(trace.tokens) else [*source, *own]
    rows, columns = (named(called, count) for called, count in zip((rows, columns), m.weights.shape[1:], strict=True))
    read = halves.read(trace, m) if m.side in ("cross", "pooling") else None
    return {
        "site": m.site,
        "side": m.side,
        "layer": m.layer,
        "rows": rows,
        "columns": columns,
        "weights": pack(m.weights),
        "context": _packed(read),
    }


def _title(model: nn.Module, chosen: tuple[AttentionMap, int]) -> str:
    m, head = chosen
    if m.weights.shape[0] > 1 or ".layers." in m.site:
        return f"layer {m.layer + 1}, head {head + 1}"
    kind = type(dict(model.named_modules()).get(m.site.removesuffix(".weights"), model)).__name__
    return "pooling" if m.side == "pooling" else f"{re.sub('(?<=[a-z])(?=[A-Z])', ' ', kind).lower()} score"  # ScaledDot: scaled dot


def _logits(trace: Trace, model: nn.Module) -> Array | None:
    """One row per answer, or None where answers are no classes."""
    if trace.probabilities is None:
        return None
    logits = trace.get("head.logits" if isinstance(model, Reader) else "decoder.logits")
    if logits is None:
        return np.log(np.maximum(trace.probabilities, 1e-30))  # a softmax makes the same of them
    if not isinstance(model, Reader):
        return logits
    return logits[list(trace.positions)] if model.answers != "label" else logits[None]


def _probability(trace: Trace, output: list[str], task: TypedTask) -> list[float] | None:
    if trace.probabilities is None:
        return None
    ids = {"end" if t == SPECIALS[2] else t: i for i, t in enumerate(task.classes)}
    return [float(trace.probabilities[t, ids[token]]) for t, token in enumerate(output)]


def _sees(trace: Trace) -> list[int] | None:
    """Of a model that counts: how many of the last tokens each step looked up."""
    order = trace.get("decoder.order")
    return None if order is None else [int(n) - 1 for n in order[:, 0]]


def _wrong(output: Sequence[str], right: Sequence[str]) -> list[bool]:
    return [i >= len(right) or token != right[i] for i, token in enumerate(output)]


def _notice(trace: Trace, task: TypedTask) -> str | None:
    """Why the answer is a guess; of a sound or a picture by what was played or drawn, where that is known."""
    if trace.reading is not None and trace.reading.doubt:
        return trace.reading.doubt
    if trace.sensed is None:
        return task.doubt(trace.source)
    return None if trace.sensed.right is None else task.doubt(trace.sensed.right)
