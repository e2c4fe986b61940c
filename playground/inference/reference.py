"""The right answer, read by the model as if it had written it: teacher forcing (Williams & Zipser, 1989).

Two things follow from that one pass. What the model would write at each step after a right beginning, which shows how far one mistake
carried others with it. And how likely it holds the right answer: where that is likelier than what was found, the search missed it; else
the model itself prefers its own (Stahlberg & Byrne, 2019, "On NMT Search Errors and Model Errors").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ..models import EncoderDecoder, writable
from ..tasks import Task
from ..tracing import Trace
from ..vocabulary import BOS, EOS

LEAST = 1e-38  # probabilities below are taken for this one


class Reference(NamedTuple):
    """Log probabilities are in nats, of all tokens and the end: of the right answer, and of the one that was written.

    `writes` names, for each token of the right answer and its end, what the model would write in its place.
    """

    writes: tuple[str, ...]
    right: float
    own: float


def rescored(model: EncoderDecoder, task: Task, trace: Trace, right: tuple[str, ...]) -> Reference:
    """What the model makes of the right answer to the input of a trace. An answer that is right itself has been read already."""
    ids = [*(task.token_id(token) for token in right), EOS]
    assert trace.probabilities is not None and trace.reading is not None
    own = _likelihood(trace.probabilities, [task.token_id(token) for token in trace.tokens])
    if trace.ended and trace.tokens == (*right, "end"):
        shares, total = trace.probabilities, own
    else:
        shares = _read(model, trace, ids)
        total = _likelihood(shares, ids)
    best = writable(torch.from_numpy(shares)).argmax(-1).tolist()
    return Reference(tuple("end" if i == EOS else task.classes[i] for i in best), total, own)


@torch.inference_mode()
def _read(model: EncoderDecoder, trace: Trace, ids: list[int]) -> NDArray[np.float32]:
    """Probabilities (steps, vocabulary) of each next token, given the right ones before it."""
    reading = trace.reading
    assert reading is not None
    source = reading.source
    logits = model(source, torch.tensor([[BOS, *ids[:-1]]], device=source.device), reading.mask)[0]
    return np.asarray(logits.float().softmax(-1).cpu().numpy(), dtype=np.float32)


def _likelihood(shares: NDArray[np.float32], ids: list[int]) -> float:
    return float(np.log(np.maximum(shares[np.arange(len(ids)), ids].astype(np.float64), LEAST)).sum())
