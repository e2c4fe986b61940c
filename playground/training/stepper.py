"""One gradient step, and the schedule of its rate."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import chain, islice

import torch
from torch import nn

from ..models import Counted, EncoderDecoder, Model
from ..tasks import Batch, Task
from .recipes import Training
from .scheduled_sampling import guessed

WARM_UP = 1 / 10  # share of the steps in which the rate rises
CHUNK = 32  # batches drawn at once


class Stepper:
    """Model, optimizer and data: one call, one gradient step."""

    def __init__(self, model: Model, task: Task, options: Training, seed: int, device: torch.device) -> None:
        self.model, self.task, self.options, self.device = model, task, options, device
        self.generator = torch.Generator().manual_seed(seed + 1)  # the model's own start has the seed itself
        self.coins = torch.Generator().manual_seed(seed + 2)
        self.seed, self.drops = seed, any(isinstance(module, nn.Dropout) and module.p > 0 for module in model.modules())
        model.train(not self.drops)  # a model with dropout rests except in a step, so that whoever looks sees all of it
        self.parameters = list(model.parameters())
        self.loss_at = getattr(model, "loss_at", lambda batch, done: model.loss(batch))
        self.learn: Callable[[Batch], float | None]
        if isinstance(model, Counted):
            self.learn = partial(count, model)
        else:
            self.learn = self._descend
            self.optimizer = torch.optim.AdamW(
                self.parameters, lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=options.weight_decay, fused=True
            )
        self.rate = 0.0
        self.batches: Iterator[Batch] = self._batches()
        self.done = 0
        self.seconds = 0.0

    def step(self) -> float | None:
        """The loss before this step, or None if it or its gradient was not finite; then nothing was changed."""
        start = clock(self.device)
        value = self.learn(next(self.batches))
        if value is not None:
            self.done += 1
        self.seconds += clock(self.device) - start
        return value

    def fingerprint(self) -> str:
        """A hash of the first batches, before any step: they are drawn, and learned from later."""
        start = clock(self.device)
        first = list(islice(self.batches, CHUNK))
        self.batches = chain(first, self.batches)
        self.seconds += clock(self.device) - start
        found = sha256()
        for batch in first:
            for part in (batch.source, batch.target, batch.mask, batch.condition, batch.noise, batch.also, batch.dropped):
                found.update(b"" if part is None else repr((part.dtype, part.shape)).encode() + part.cpu().numpy().tobytes())
        return found.hexdigest()[:8]

    def _descend(self, batch: Batch) -> float | None:
        self.rate = self.options.learning_rate * schedule((self.done + 1) / (self.options.steps + 1))
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.options.precision == "bfloat16"):
            if self.options.scheduled_sampling and isinstance(self.model, EncoderDecoder):
                batch = guessed(self.model, batch, self.options.scheduled_sampling * self.done / self.options.steps, self.coins)
            with self._dropping():
                loss = self.loss_at(batch, self.done)
        self.optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.parameters, 1.0)
        value = float(loss.detach())
        if not math.isfinite(value) or not bool(torch.isfinite(norm)):
            return None
        self.optimizer.step()
        return value

    @contextmanager
    def _dropping(self) -> Iterator[None]:
        """Dropout is on inside, and nowhere else; what it draws follows from seed and step, whatever was drawn before."""
        if not self.drops:
            yield
            return
        shared = torch.cuda.default_generators[self.device.index or 0] if self.device.type == "cuda" else torch.default_generator
        state = shared.get_state()
        shared.manual_seed(self.seed * 1_000_003 + self.done)
        self.model.train()
        try:
            yield
        finally:
            self.model.eval()
            shared.set_state(state)

    def _batches(self) -> Iterator[Batch]:
        size, few = self.options.batch_size, self.options.examples
        fixed = self.task.sample(few, self.generator) if few else None
        corrupt = getattr(self.model, "corrupt", None)
        while True:
            if fixed is None:
                chunk = self.task.sample(CHUNK * size, self.generator)
            else:
                epochs = [torch.randperm(few, generator=self.generator) for _ in range(-(-CHUNK * size // few))]
                chunk = fixed[torch.cat(epochs)[: CHUNK * size]]
            if corrupt is not None:
                chunk = corrupt(chunk, self.generator)
            chunk = chunk.to(self.device)
            for i in range(CHUNK):
                yield chunk[slice(i * size, (i + 1) * size)]


@torch.no_grad()
def count(model: Counted, batch: Batch) -> float | None:
    """Add the batch to the counts; the loss before that."""
    value = float(model.loss(batch))
    model.count(batch)
    return value


def schedule(share: float) -> float:
    """Share of the highest rate after this share of the steps: 10 % linear warm-up, then a cosine down to 0."""
    if share < WARM_UP:
        return share / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (share - WARM_UP) / (1 - WARM_UP)))


def clock(device: torch.device) -> float:
    """Seconds of work: CPU seconds of this thread, or wall seconds with the device's queue drained."""
    if device.type == "cpu":
        return time.thread_time()
    torch.cuda.synchronize(device) if device.type == "cuda" else torch.mps.synchronize()
    return time.perf_counter()
