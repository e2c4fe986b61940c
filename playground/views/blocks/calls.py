"""What went into one module and what came out, call by call, while a trace was made.

A trace names the quantities of a paper; a visitor may open any block, also a plain linear layer whose input has no name. So
the same input is run once more through a private copy of the model, and a hook on that copy writes down every call: nothing
is stored on the model that other visitors look into.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...inference.decoding import decode
from ...inference.explore import explore
from ...models import Autoencoder, EncoderDecoder
from ...tasks import Code, Task
from ...tracing import Recording, Trace

if TYPE_CHECKING:
    from ...storage.run import Run

Array = NDArray[np.float32]


class Call(NamedTuple):
    """One call of a module: its arguments, those given by name last, and what it returned, as they were."""

    arguments: tuple[Any, ...]
    output: Any


class Rows(NamedTuple):
    """An array whose first axis runs over what `axis` says: output "step"s, source "position"s; "once": one row for all."""

    values: Array
    axis: str


def calls(run: Run, trace: Trace, path: str) -> list[Call]:
    """Every call of the module at `path` while the trace's own input is read and its own tokens are written."""
    model = copy.deepcopy(run.model)
    seen: list[Call] = []
    module = model.get_submodule(path)
    module.register_forward_hook(lambda _, given, more, made: seen.append(Call((*given, *more.values()), made)), with_kwargs=True)
    _again(model, run.task, trace)
    return seen


def rows(tensors: list[Tensor], trace: Trace, path: str, stepwise: bool) -> Rows:
    """The tensors of consecutive calls as one array: a row per step, or per position of a single call."""
    arrays = [np.nan_to_num(t.detach()[0].float().cpu().numpy(), posinf=0, neginf=0) for t in tensors]
    steps = len(trace.tokens)
    if stepwise and path.startswith("decoder") and len(arrays) >= steps:
        own = [_flat(a) for a in arrays[-steps:]]  # a prompt is read before the first step
        same = own[0].ndim >= 2 and all(np.array_equal(a, own[0]) for a in own)  # the source's states, handed in at every step
        if not same and len({a.shape for a in own}) == 1:
            return Rows(np.stack(own), "step")
    last = arrays[-1]
    if last.ndim >= 2 and is_position(trace, path, len(last)):
        return Rows(last, "position")
    return Rows(last[None], "once")


def labels(trace: Trace, count: int) -> list[str]:
    """What the positions are called: the source's tokens, after a summary token where the model puts one before them."""
    return named([*(["[CLS]"] if count > len(trace.source) else []), *trace.source][:count], count)


def named(names: Sequence[str], count: int) -> list[str]:
    """These names where there are as many as are needed, else plain numbers from 1."""
    return list(names) if len(names) == count else [str(i + 1) for i in range(count)]


def is_position(trace: Trace, path: str, count: int) -> bool:
    """Whether so many rows are positions: those of the source, and a summary before it; a prompt may lack its last, read by step 1."""
    more = count - len(trace.source)
    return bool(trace.source) and (more in (0, 1) or (more == -1 and path.startswith("prompt.")))


def _flat(array: Array) -> Array:
    """One step's numbers: a time axis of length 1 is no axis."""
    return array[0] if array.ndim >= 2 and len(array) == 1 else array


def _again(model: nn.Module, task: Task, trace: Trace) -> None:
    if isinstance(model, Autoencoder):
        told = trace.find("*.condition.one_hot")
        given = Code(tuple(trace["encoder.code"].tolist())) if trace.picture is None else trace.picture
        explore(model, task, given, condition=None if told is None else int(told.argmax()))
        return
    assert trace.reading is not None
    source, mask = trace.reading.source, trace.reading.mask
    if isinstance(model, EncoderDecoder):
        written = torch.tensor([[task.token_id(token)] for token in trace.tokens])  # (T, 1)
        steps = decode(model, source, mask, max_steps=len(written), forced=dict(enumerate(written)), recording=Recording(model, sites=""))
        assert sum(1 for _ in steps) == len(written)
        return
    with torch.inference_mode(), Recording(model, sites="").open():
        model(source)
