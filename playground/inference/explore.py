"""Everything a visitor looks at is a function of (weights, input, edits): `explore` computes it, as a `Trace`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..errors import InputError
from ..models import Autoencoder, EncoderDecoder, Reader
from ..tasks import Reading, Task
from ..tasks import picture as picture
from ..tracing import Edit, Recording, Trace, tap
from ..vocabulary import EOS, PAD
from .answers import read
from .arguments import condition_of, edits_of, forced_of, strategy_of
from .beam import Search, search
from .decoding import GREEDY, Beam, Step, Strategy, decode, repeated

Array = NDArray[np.float32]


def explore(
    model: nn.Module,
    task: Task,
    given: Any,
    *,
    strategy: Strategy = GREEDY,
    edits: Edit | Iterable[Edit] | None = (),
    forced: Mapping[int, str] | None = None,
    condition: int | None = None,
    strict: bool = True,
) -> Trace:
    """Run the model on one input and keep all it computes.

    `given` is what the task can perceive: what a visitor types, draws or plays; for grey pictures a (28, 28) array in 0..1, or a
    `Code` to be decoded without one. `strategy` chooses the tokens. `edits` apply in their order while the model computes. `forced` maps
    output steps to tokens that are written whatever the model prefers ("end" ends the answer, which does not end by itself before
    the last of them). `condition` is the class that a conditional model is told; for a picture without one it takes the class that
    explains the picture best. Raises InputError for input the task cannot read, and for whatever this model cannot do with it; unless
    it is `strict`, an edit of steps that never come does nothing.
    """
    chosen, changes, told = strategy_of(strategy, model), edits_of(edits), condition_of(condition, model)
    reading = task.perceive(given).to(device_of(model))
    ids = forced_of(forced, task, model, task.max_steps(reading.source.shape[1]))
    if isinstance(model, Autoencoder):
        return _redrawn(model, task, reading, told, changes)
    if isinstance(model, Reader):
        return _answered(model, task, reading, changes)
    assert isinstance(model, EncoderDecoder)
    most = task.max_steps(reading.source.shape[1])
    if isinstance(chosen, Beam):
        return _searched(model, task, reading, most, chosen, changes, ids, strict)
    tokens = {step: torch.tensor([id], device=reading.source.device) for step, id in ids.items()}
    recording = Recording(model, changes)
    steps = [*decode(model, reading.source, reading.mask, max_steps=most, strategy=chosen, forced=tokens, recording=recording)]
    return _written(task, reading, steps, recording.finish(strict=strict))


def _redrawn(model: Autoencoder, task: Task, reading: Reading, told: int | None, edits: Sequence[Edit]) -> Trace:
    """An input through the code, or a code that was set by hand."""
    if reading.is_code and (numbers := reading.source.shape[1]) != model.code_size:
        raise InputError(f"The code has {numbers} numbers; this model's have {model.code_size}.")
    recording = Recording(model, edits)
    condition = None if told is None else torch.tensor([told], device=device_of(model))
    with torch.inference_mode():
        if condition is None and not reading.is_code:
            condition = model.guess(reading.source)
        with recording.open():
            if reading.is_code:
                made = model.decode(tap(model.encoder, "code", reading.source), condition)
            else:
                made = model(reading.source, condition)
    return Trace(
        recording.finish(),
        reading=reading,
        source=task.places(reading, 0),
        picture=reading.shown,
        reconstruction=made.view(task.shape).float().cpu().numpy(),
    )


def _answered(model: Reader, task: Task, reading: Reading, edits: Sequence[Edit]) -> Trace:
    """All answers read off at once."""
    recording = Recording(model, edits)
    with torch.inference_mode(), recording.open():
        logits = model(reading.source)[0]
    words, positions, probabilities = read(model, task, reading.source[0], logits)
    return Trace(
        recording.finish(),
        reading=reading,
        source=reading.tokens,
        tokens=words,
        output=task.join(words),
        probabilities=None if probabilities is None else probabilities.cpu().numpy(),
        positions=positions,
    )


def _written(
    task: Task,
    reading: Reading,
    steps: list[Step],
    sites: dict[str, Array],
    beams: dict[str, Array] | None = None,
    searched: Search | None = None,
) -> Trace:
    """The answer of the first row of these steps; it may be the best of several `beams` that were `searched` for."""
    ids, states = [int(step.token[0]) for step in steps], sites.get("encoder.states")
    logits = np.stack([step.logits[0].cpu().numpy() for step in steps])
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return Trace(
        sites if beams is None else beams,
        reading=reading,
        source=task.places(reading, 0 if states is None else len(states)),
        tokens=tuple("end" if i == EOS else task.classes[i] for i in ids),
        output=task.join(tuple(task.classes[i] for i in ids if i != EOS)),
        probabilities=(shifted / shifted.sum(-1, keepdims=True)).astype(np.float32),
        ended=EOS in ids,
        beam=beams is not None,
        search=searched,
    )


def _searched(
    model: EncoderDecoder,
    task: Task,
    reading: Reading,
    most: int,
    beam: Beam,
    edits: Sequence[Edit],
    forced: Mapping[int, int],
    strict: bool,
) -> Trace:
    """Search without keeping anything, then replay the final hypotheses as one batch with the trace open, both under the same edits."""
    searching = Recording(model, edits, sites="")
    found = search(model, reading.source, beam, mask=reading.mask, max_steps=most, forced=forced, recording=searching)
    hypotheses = found.hypotheses
    longest = max(len(h.tokens) for h in hypotheses)
    rows = torch.tensor([[*h.tokens, *[PAD] * (longest - len(h.tokens))] for h in hypotheses], device=reading.source.device)
    recording = Recording(model, edits)
    sources, mask = repeated(reading.source, len(rows)), None if reading.mask is None else repeated(reading.mask, len(rows))
    steps = [*decode(model, sources, mask, max_steps=longest, forced=dict(enumerate(rows.T)), recording=recording)]
    every = [recording.finish(row, strict) for row in range(len(hypotheses))]
    stepwise = [site for site, taps in recording.taps.items() if site.startswith("decoder.") and taps[0][0] is not None]
    for sites, hypothesis in zip(every, hypotheses, strict=True):
        for site in stepwise:
            sites[site][len(hypothesis.tokens) :] = np.nan  # a shorter hypothesis has no rows past its own end
    beams = {site: np.stack([one[site] for one in every]) for site in every[0]}
    return _written(task, reading, steps[: len(hypotheses[0].tokens)], every[0], beams, found)


def device_of(model: nn.Module) -> torch.device:
    """Where the model is."""
    return next(chain(model.parameters(), model.buffers())).device
