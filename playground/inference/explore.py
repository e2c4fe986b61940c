"""Everything a visitor looks at is a function of (weights, input, edits): `explore` computes it, as a `Trace`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..errors import InputError
from ..models import Autoencoder, EncoderDecoder, Reader
from ..options import show
from ..tasks import Code, PictureTask, ReaderTask, Sensed, SensedTask, SequenceTask, Task, WritingTask
from ..tracing import Edit, Recording, Trace, tap
from ..vocabulary import EOS, PAD
from .answers import read
from .decoding import GREEDY, Beam, Strategy, beam_search, decode, repeated

Array = NDArray[np.float32]


def explore(
    model: nn.Module,
    task: Task,
    given: Any,
    *,
    strategy: Strategy = GREEDY,
    edits: Sequence[Edit] = (),
    forced: Mapping[int, str] | None = None,
    condition: int | None = None,
) -> Trace:
    """Run the model on one input and keep all it computes.

    `given` is what a visitor types, or what the task can perceive; for grey pictures a (28, 28) array in 0..1, or a `Code` to be
    decoded without one. `forced`
    maps output steps to tokens that are written whatever the model prefers ("end" ends the answer). `condition` is the class
    that a conditional model is told; for a picture without one it takes the class that explains the picture best.
    Raises InputError for input the task cannot read.
    """
    if isinstance(task, PictureTask):
        assert isinstance(model, Autoencoder)
        told = _condition(model, condition)
        return _code(model, given, told, edits) if isinstance(given, Code) else _picture(model, picture(given), told, edits)
    if isinstance(model, Reader):
        assert isinstance(task, ReaderTask | SequenceTask)
        return _read(model, task, task.parse(given), edits)
    assert isinstance(task, SequenceTask | SensedTask) and isinstance(model, EncoderDecoder)
    taken = _reading(task, given).to(device_of(model))
    if isinstance(strategy, Beam):
        return _beam(model, task, taken, strategy, edits)
    tokens = {step: torch.tensor([_forced_id(task, token)], device=taken.source.device) for step, token in (forced or {}).items()}
    recording = Recording(model, edits)
    steps = decode(model, taken.source, taken.mask, max_steps=taken.max_steps, strategy=strategy, forced=tokens, recording=recording)
    return _sequence(task, taken, [int(s.token) for s in steps], recording.finish())


def picture(given: Any) -> Array:
    """A (28, 28) array of ink in 0..1 from untrusted values. Raises InputError."""
    try:
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused below
            values = np.asarray(given, dtype=np.float32)
    except (TypeError, ValueError, OverflowError):
        raise InputError("The picture must be 28 rows of 28 numbers from 0 (paper) to 1 (ink).") from None
    if values.size != 784 or values.shape not in ((28, 28), (784,), (1, 784), (1, 28, 28)):
        raise InputError(f"The picture has shape {values.shape}; it must be 28 rows of 28 numbers from 0 (paper) to 1 (ink).")
    if not np.isfinite(values).all() or values.min() < -1e-6 or values.max() > 1 + 1e-6:
        raise InputError(f"The picture has values from {values.min():g} to {values.max():g}; allowed are 0 (paper) to 1 (ink).")
    return values.reshape(28, 28).clip(0, 1)


def _picture(model: Autoencoder, values: Array, condition: Tensor | None, edits: Sequence[Edit]) -> Trace:
    pixels = torch.from_numpy(values).reshape(1, 784).to(device_of(model))
    recording = Recording(model, edits)
    with torch.inference_mode():
        condition = model.guess(pixels) if condition is None else condition
        with recording.open():
            made = model(pixels, condition)
    return Trace(recording.finish(), picture=values, reconstruction=made.view(28, 28).float().cpu().numpy())


def _code(model: Autoencoder, given: Code, condition: Tensor | None, edits: Sequence[Edit]) -> Trace:
    code = torch.tensor([given.numbers], device=device_of(model))
    if len(given.numbers) != model.code_size:
        raise InputError(f"The code has {len(given.numbers)} numbers; this model's have {model.code_size}.")
    recording = Recording(model, edits)
    with torch.inference_mode(), recording.open():
        made = model.decode(tap(model.encoder, "code", code), condition)
    return Trace(recording.finish(), reconstruction=made.view(28, 28).float().cpu().numpy())


def _condition(model: Autoencoder, condition: int | None) -> Tensor | None:
    if condition is None or not model.conditions:
        return None
    if isinstance(condition, bool) or not isinstance(condition, int) or not 0 <= condition < model.conditions:
        raise InputError(f"condition is {show(condition)}; allowed is a class from 0 to {model.conditions - 1}.")
    return torch.tensor([condition], device=device_of(model))


def _read(model: Reader, task: ReaderTask | SequenceTask, source: tuple[str, ...], edits: Sequence[Edit]) -> Trace:
    ids = torch.tensor([task.source_vocabulary.encode(source)], device=device_of(model))
    recording = Recording(model, edits)
    with torch.inference_mode(), recording.open():
        logits = model(ids)[0]
    words, positions, probabilities = read(model, task, ids[0], logits)
    return Trace(
        recording.finish(),
        source=source,
        tokens=words,
        output=task.join(words),
        probabilities=None if probabilities is None else probabilities.cpu().numpy(),
        positions=positions,
    )


@dataclass(frozen=True)
class _Reading:
    """What an encoder is given: `source` (1, …) and `mask`; the `tokens` that it stands for, or else what was `sensed`."""

    source: Tensor
    mask: Tensor | None
    max_steps: int
    tokens: tuple[str, ...] = ()
    sensed: Sensed | None = None

    def to(self, device: torch.device) -> _Reading:
        return replace(self, source=self.source.to(device), mask=None if self.mask is None else self.mask.to(device))

    def names(self, task: WritingTask, sites: Mapping[str, Array]) -> tuple[str, ...]:
        """What is looked at: the tokens, or the places of what was sensed that the encoder's states stand for."""
        if self.sensed is None:
            return self.tokens
        assert isinstance(task, SensedTask)
        return task.places(self.sensed, sites["encoder.states"].shape[0])


def _reading(task: SequenceTask | SensedTask, given: Any) -> _Reading:
    if isinstance(task, SensedTask):
        sensed = task.perceive(given)
        return _Reading(sensed.source, sensed.mask, task.max_steps(), sensed=sensed)
    tokens = task.parse(given)
    return _Reading(torch.tensor([task.source_vocabulary.encode(tokens)]), None, task.max_steps(len(tokens)), tokens)


def _sequence(task: WritingTask, taken: _Reading, ids: list[int], sites: dict[str, Array]) -> Trace:
    ended = bool(ids) and ids[-1] == EOS
    tokens = tuple("end" if i == EOS else task.target_vocabulary.tokens[i] for i in ids)
    logits = sites["decoder.logits"][: len(ids)]
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return Trace(
        sites,
        source=taken.names(task, sites),
        tokens=tokens,
        output=task.join(task.target_vocabulary.decode(ids)),
        probabilities=(shifted / shifted.sum(-1, keepdims=True)).astype(np.float32),
        ended=ended,
        sensed=taken.sensed,
    )


def _beam(model: EncoderDecoder, task: WritingTask, taken: _Reading, beam: Beam, edits: Sequence[Edit]) -> Trace:
    """Search without looking, then replay the final hypotheses as one batch with the trace open."""
    hypotheses = beam_search(model, taken.source, beam, mask=taken.mask, max_steps=taken.max_steps)
    longest = max(len(h.tokens) for h in hypotheses)
    rows = torch.tensor([[*h.tokens, *[PAD] * (longest - len(h.tokens))] for h in hypotheses], device=taken.source.device)
    recording = Recording(model, edits)
    sources, mask = repeated(taken.source, len(rows)), None if taken.mask is None else repeated(taken.mask, len(rows))
    for _ in decode(model, sources, mask, max_steps=longest, forced=dict(enumerate(rows.T)), recording=recording):
        pass
    every = [recording.finish(row) for row in range(len(hypotheses))]
    stepwise = [site for site, taps in recording.taps.items() if site.startswith("decoder.") and taps[0][0] is not None]
    for sites, hypothesis in zip(every, hypotheses, strict=True):
        for site in stepwise:
            sites[site][len(hypothesis.tokens) :] = np.nan  # a shorter hypothesis has no rows past its own end
    best = _sequence(task, taken, list(hypotheses[0].tokens), every[0])
    sites = {site: np.stack([one[site] for one in every]) for site in every[0]}
    return Trace(
        sites,
        source=best.source,
        tokens=best.tokens,
        output=best.output,
        probabilities=best.probabilities,
        ended=best.ended,
        beam=True,
        sensed=best.sensed,
    )


def _forced_id(task: WritingTask, token: str) -> int:
    if not isinstance(token, str):
        raise InputError(f"A forced token must be text such as 5, or end, not {show(token)}.")
    return EOS if token == "end" else task.target_vocabulary.encode([token])[0]


def device_of(model: nn.Module) -> torch.device:
    """Where the model is."""
    return next(chain(model.parameters(), model.buffers())).device
