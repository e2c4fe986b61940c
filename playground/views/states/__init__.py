"""States: what a model carries from step to step. Each file answers one panel in plain data, its sentences included.

`parts` says which of them a model has anything for.
"""

from __future__ import annotations

from torch import nn

from ...experiments import logit_lens
from ...experiments.held_out_states import SITES
from ...models import Autoencoder, Counted
from ...models.layers.recurrent import Recurrent
from ...tracing import Trace
from .paths import states_of
from .strips import layers


def parts(model: nn.Module, trace: Trace) -> list[str]:
    """Which panels this model fills."""
    if not keeps(model):
        return []
    has = {
        "paths": any(states_of(trace, side) is not None for side in SITES),
        "strips": bool(layers(trace)),
        "lens": logit_lens.fits(model),
        "near": states_of(trace, "decoder") is not None,
        "words": any(isinstance(part, nn.Embedding) for part in model.modules()),
    }
    return [name for name, there in has.items() if there]


def keeps(model: nn.Module) -> bool:
    """Whether there are states or tables of words to look at: a model that counts has none, and of a picture there is one code."""
    return not isinstance(model, Autoencoder | Counted) and any(isinstance(part, nn.Embedding | Recurrent) for part in model.modules())
