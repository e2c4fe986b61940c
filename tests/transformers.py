"""Small Transformers for tests, and two ways to run them: as in training, and watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from playground import options, tasks
from playground.models import EncoderDecoder, architectures, initialise
from playground.tasks import Batch
from playground.tracing import Recording

CLOSE = {"atol": 1e-5, "rtol": 0}
WRITERS = ["transformer", "transformer_decoder"]


@contextmanager
def watched(model: nn.Module) -> Iterator[Recording]:
    recording = Recording(model)
    with recording.open(), torch.no_grad():
        yield recording


def looked_at(model: nn.Module, looking: bool) -> Any:
    return watched(model) if looking else nullcontext()


def drawn(module: nn.Module) -> Any:
    """The module with parameters of its own; norms are no longer the identity."""
    initialise(module, generator := torch.Generator().manual_seed(3))
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.LayerNorm):
                part.weight.uniform_(0.5, 1.5, generator=generator)
                part.bias.uniform_(-0.5, 0.5, generator=generator)
    return module.eval()


def some(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def model_of(architecture: str, task: str = "reverse", seed: int = 0, **chosen: Any) -> tuple[Any, Any]:
    """A small untrained model of a task, with every parameter at random, and the task."""
    entry, built = architectures()[architecture], tasks.get(task)()
    small = {"width": 16, "heads": 2, "layers": 2, "feed_forward": 16}
    return drawn(entry.build(built, options.parse(entry.Options, small | chosen))), built


def stepped(model: EncoderDecoder, batch: Batch) -> Tensor:
    state, logits = model.decoder.init_state(model.encode(batch.source, batch.mask)), []
    for token in batch.target_in.T:
        step, state = model.decode_step(token, state)
        logits.append(step)
    return torch.stack(logits, dim=1)
