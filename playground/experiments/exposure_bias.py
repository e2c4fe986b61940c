"""Teacher forcing against free running: where the first error is born, and what becomes of the rest.

Trained on right prefixes alone, a decoder is never shown what to do after a mistake of its own (exposure bias: M. Ranzato et al.,
"Sequence Level Training with Recurrent Neural Networks", 2016). Up to the first error both ways read the same tokens, so it is
born at the same place in both; only what follows it differs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import InputError
from ..models import EncoderDecoder, writable
from ..storage.run import Run
from ..tasks import Batch
from ..vocabulary import PAD

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Exposure:
    """By position of the target, the end token included; all arrays (T,), shares of 1.

    `inputs` has how many targets are so long. `forced` is the share of tokens that are right after the right prefix, `free` after what the
    model wrote itself, `first_error` the share of all inputs whose first wrong token stands there. `right` is the share of inputs without
    any; `forced_after` and `free_after` the shares of right tokens behind a first error, NaN where there is none.
    """

    inputs: NDArray[np.int64]
    forced: Array
    free: Array
    first_error: Array
    right: float
    forced_after: float
    free_after: float


@torch.no_grad()
def exposure(run: Run, count: int = 512, batch: Batch | None = None) -> Exposure:
    """Held-out inputs, or those of a `batch`, written twice: after the right tokens, and after the model's own. Raises InputError for
    models that do not write."""
    model = run.model
    if not isinstance(model, EncoderDecoder):
        raise InputError(f"{run.recipe.architecture} writes no tokens one after the other; choose a sequence decoder.")
    batch = run.task.held_out("test", count) if batch is None else batch
    real = batch.target != PAD
    state, token, written = model.decoder.init_state(model.encode(batch.source, batch.mask)), batch.target_in[:, 0], []
    for _ in range(batch.target.shape[1]):
        logits, state = model.decode_step(token, state)
        token = writable(logits).argmax(-1)
        written.append(token)
    free = torch.stack(written, dim=1) == batch.target
    forced = writable(model(batch.source, batch.target_in, batch.mask)).argmax(-1) == batch.target
    wrong = ~free & real
    before = wrong.cumsum(1) - wrong.long()  # errors before each place
    first, behind = wrong & (before == 0), real & (before > 0)

    def share(of: torch.Tensor, among: torch.Tensor) -> Array:
        return np.asarray((of & among).sum(0).double() / among.sum(0), dtype=np.float64)

    def whole(of: torch.Tensor) -> float:
        return float((of & behind).sum() / behind.sum()) if bool(behind.any()) else float("nan")

    born = np.asarray(first.double().mean(0), dtype=np.float64)
    right = float((~wrong).all(1).double().mean())
    return Exposure(real.sum(0).numpy(), share(forced, real), share(free, real), born, right, whole(forced), whole(free))
