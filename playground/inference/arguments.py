"""What `explore` is asked for, checked before anything runs: nothing is ignored, and nothing wrong is guessed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from torch import nn

from ..errors import InputError
from ..models import Autoencoder, EncoderDecoder
from ..options import show
from ..tasks import Task
from ..tracing import Edit
from .decoding import GREEDY, Beam, Greedy, Sample, Strategy


def strategy_of(asked: Any, model: nn.Module) -> Strategy:
    """A way to choose tokens that this model can follow. Raises InputError."""
    if isinstance(asked, type) and issubclass(asked, Greedy | Sample | Beam):
        raise InputError(f"strategy is the class {asked.__name__}; give one of its kind: {asked.__name__}().")
    if not isinstance(asked, Greedy | Sample | Beam):
        raise InputError(f"strategy is {show(asked)}; allowed are Greedy(), Sample(…) and Beam(…) of playground.")
    if asked != GREEDY and not isinstance(model, EncoderDecoder):
        raise InputError(
            f"strategy is {show(asked)}; this model answers at once and has no tokens to choose one after the other. Leave it out."
        )
    return asked


def edits_of(asked: Any) -> tuple[Edit, ...]:
    """Edits in the order in which they apply; one alone may stand by itself, None is none. Raises InputError."""
    if asked is None or isinstance(asked, Edit):
        return () if asked is None else (asked,)
    if isinstance(asked, str) or not isinstance(asked, Sequence | Set | Iterator):
        raise InputError(f"edits is {show(asked)}; allowed is an Edit or a list of them.")
    edits = tuple(asked)
    for edit in edits:
        if not isinstance(edit, Edit):
            raise InputError(f"edits holds {show(edit)}; allowed are Edits such as Edit('decoder.hidden', 'scale', 0).")
    return edits


def forced_of(asked: Any, task: Task, model: nn.Module, most: int) -> dict[int, int]:
    """Numbers of forced tokens by step, of an answer that may have `most` steps. Raises InputError."""
    if asked is None:
        return {}
    if not isinstance(asked, Mapping):
        raise InputError(f"forced is {show(asked)}; allowed is a mapping of steps to tokens, such as {{0: '5', 3: 'end'}}.")
    if asked and not isinstance(model, EncoderDecoder):
        raise InputError("This model writes no tokens, so that none can be forced. Leave forced out.")
    for step in asked:
        if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step < most:
            raise InputError(f"forced names the step {show(step)}; an answer to this input has steps 0 to {most - 1}.")
    ended = min((step for step, token in asked.items() if token == "end"), default=most)
    if (last := max(asked, default=0)) > ended:
        raise InputError(f"forced ends the answer at step {ended} and goes on at step {last}; leave one of them out.")
    return {step: task.token_id(token) for step, token in asked.items()}


def condition_of(asked: Any, model: nn.Module) -> int | None:
    """The class that a conditional model is told, None for the model's own guess. Raises InputError."""
    classes = model.conditions if isinstance(model, Autoencoder) else 0
    if asked is None:
        return None
    if not classes:
        raise InputError(
            f"condition is {show(asked)}; this model is told no class. Leave it out, or choose a conditional one such as cvae."
        )
    if isinstance(asked, bool) or not isinstance(asked, int) or not 0 <= asked < classes:
        raise InputError(f"condition is {show(asked)}; allowed is a class from 0 to {classes - 1}.")
    return asked
