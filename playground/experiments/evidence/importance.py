"""Whether attention explains: the weights of an answer beside three measures of what its source tokens did for it.

    gradient    |∂ log p(y_t) / ∂ e_s · e_s|         e_s the embedding of token s
    occlusion   TV(p_t, p_t without token s)          the model is run again on a source that lacks it
    deletion    TV(p_t, p_t without a look at s)      its state is hidden from attention alone, the other weights grow

p_t is what may be written at step t after the same prefix, TV half the sum of absolute differences. S. Jain, B. Wallace, "Attention is not
Explanation", 2019; gradient × input: A. Shrikumar et al., "Not Just a Black Box", 2016.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...errors import InputError
from ...inference.decoding import begin, decode, following
from ...inference.explore import device_of
from ...models import EncoderDecoder, Reader, writable
from ...storage.run import Run
from ...tasks import Batch, pad
from ...tracing import Edit, Recording
from ...vocabulary import BOS, EOS, PAD
from ..lab.acts import forms
from ..lab.result import Result

Array = NDArray[np.float64]
LOOKS = ("decoder.attention", "decoder.layers.*.cross_attention", "pooling")  # modules by which answers look at source states
READ = "encoder.embedded"
UNSEEN = -1e9  # a score whose weight is 0
MEASURES = ("gradient", "occlusion", "deletion")


@dataclass(frozen=True)
class Importance(Result):
    """What each token of one source did for each token of its answer. `Run.importance` makes one.

    `weights` and `measures`, by name, are (outputs, source tokens): the mean weight over all heads that look at the source, and what
    gradient × input, occlusion and deletion measure.
    """

    source: tuple[str, ...]
    written: tuple[str, ...]
    weights: Array
    measures: dict[str, Array]

    @property
    def agreement(self) -> dict[str, float]:
        """Kendall's τ of the weights with each measure, the mean over outputs."""
        return {name: float(np.nanmean(kendall(self.weights, values))) for name, values in self.measures.items()}

    @property
    def sentence(self) -> str:
        """How far the weights order the tokens as each measure does."""
        told = ", ".join(f"{tau:.2f} with {name}" for name, tau in self.agreement.items())
        return f"Over {len(self.written)} outputs the order of the weights agrees with others by Kendall's τ: {told} (1 the same, 0 none)."

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: output, token, and what each way gives it."""
        return [
            ["output", "written", "token", "source", "weight", *MEASURES],
            *(
                [t, self.written[t], s, token, float(self.weights[t, s]), *(float(self.measures[name][t, s]) for name in MEASURES)]
                for t in range(len(self.written))
                for s, token in enumerate(self.source)
            ),
        ]

    def __repr__(self) -> str:
        """Importance(6 outputs × 5 tokens, τ gradient 0.41, occlusion 0.55, deletion 0.72)"""
        told = ", ".join(f"{name} {tau:.2f}" for name, tau in self.agreement.items())
        return f"Importance({len(self.written)} outputs × {len(self.source)} tokens, τ {told})"


def looks(run: Run) -> str | None:
    """The glob of the modules by which answers look at the states of source tokens; None where there are none, or nothing is typed."""
    model = run.model
    if run.task.source_vocabulary is None or not (
        isinstance(model, EncoderDecoder) or (isinstance(model, Reader) and model.answers == "label")
    ):
        return None
    found = forms(run)
    return next((look for look in LOOKS if READ in found and any(fnmatchcase(site, f"{look}.weights") for site in found)), None)


def importance(run: Run, given: Any) -> Importance:
    """What the tokens of one input did for what is answered to it. Raises InputError for models whose answers look at no states of
    tokens, for input that the task cannot read, and for a single token: nothing would be left without it."""
    look = required(run)
    reading = run.task.perceive(given).to(device_of(run.model))
    if reading.source.shape[1] < 2:
        raise InputError("One token alone cannot be left out; choose an input of two or more.")
    target = reading.source.new_full((1, 1), EOS)
    if isinstance(run.model, EncoderDecoder):
        steps = decode(run.model, reading.source, reading.mask, max_steps=run.task.max_steps(reading.source.shape[1]))
        target = torch.stack([step.token for step in steps], dim=1)
    weights, measures = measured(run, Batch(reading.source, target, reading.mask), look)
    written = [run.task.classes[i] if i != EOS else "end" for i in target[0].tolist()]
    if not isinstance(run.model, EncoderDecoder):
        written = list(run.explore(given).tokens)
    return Importance(tuple(reading.tokens), tuple(written), weights[0], {name: values[0] for name, values in measures.items()})


def required(run: Run) -> str:
    """As `looks`. Raises InputError where there are none."""
    if (look := looks(run)) is None:
        raise InputError(
            f"The answers of {run.recipe.architecture} on {run.recipe.task} look at no states of source tokens; "
            "choose a model that does, such as attention_seq2seq, on a typed task."
        )
    return look


def measured(run: Run, batch: Batch, look: str) -> tuple[Array, dict[str, Array]]:
    """Weights and measures (B, T, S) of answers `batch.target`; NaN where a source has no such token or an answer no such step."""
    model = run.model
    assert isinstance(model, EncoderDecoder | Reader)
    real = batch.source != PAD if batch.mask is None else batch.mask
    recording = Rooted(model, f"{look}.weights")
    with torch.enable_grad():
        plain = predicted(model, batch, recording)  # (B, T, V)
        chosen = plain.max(-1).values.sum(0)  # (T,), of all rows: none depends on another
        assert recording.root is not None
        slopes = [torch.autograd.grad(one, recording.root, retain_graph=True)[0] for one in chosen]
        gradient = torch.stack([(slope * recording.root).sum(-1).abs() for slope in slopes], dim=1).detach()  # (B, T, S)
    plain = plain.detach()
    rows, places = real.nonzero(as_tuple=True)
    hidden = [(Edit(f"{look}.scores", "set", UNSEEN, at=((-1, place),)),) for place in places.tolist()]
    with torch.no_grad():
        deleted = predicted(model, replace(batch[rows], also=None), Recording(model, sites="", edits_by_row=hidden))
        occluded = predicted(model, without(batch, rows, places), Recording(model, sites=""))
    steps = real.any(1, keepdim=True) if isinstance(model, Reader) else batch.target != PAD  # (B, T)
    blank = ~(steps[:, :, None] & real[:, None, :])

    def changes(other: Tensor) -> Tensor:
        found = torch.zeros(*steps.shape, real.shape[1], device=plain.device)
        found[rows, :, places] = (other.exp() - plain[rows].exp()).abs().sum(-1) / 2  # (rows, T)
        return found

    given = (_weights(recording, f"{look}.weights"), gradient, changes(occluded), changes(deleted))
    weights, *others = (values.double().masked_fill(blank, float("nan")).cpu().numpy() for values in given)
    return weights, dict(zip(MEASURES, others, strict=True))


def predicted(model: EncoderDecoder | Reader, batch: Batch, recording: Recording) -> Tensor:
    """Log probabilities (B, T, V) of what may come after each prefix of the targets; of a reader's one answer (B, 1, V)."""
    if isinstance(model, Reader):
        with recording.open():
            return model(batch.source, batch.mask).float().log_softmax(-1)[:, None]
    state = begin(model, batch.source, batch.mask, recording)
    token, found = torch.full((len(batch),), BOS, device=batch.source.device), []
    for step, due in enumerate(batch.target.unbind(1)):
        logits, state = following(model, token, state, step, recording)
        found.append(writable(logits).log_softmax(-1))
        token = due
    return torch.stack(found, dim=1)


def without(batch: Batch, rows: Tensor, places: Tensor) -> Batch:
    """The sources of these rows, each without the token at its place, to be answered alike."""
    real = batch.source != PAD if batch.mask is None else batch.mask
    shorter = [
        [token for at, token in enumerate(batch.source[row][real[row]].tolist()) if at != place]
        for row, place in zip(rows.tolist(), places.tolist(), strict=True)
    ]
    source, mask = pad(shorter)
    return Batch(source.to(batch.source.device), batch.target[rows], mask.to(batch.source.device))


class Rooted(Recording):
    """Records `sites`, and makes what was read the root of gradients."""

    root: Tensor | None = None

    def __init__(self, model: nn.Module, sites: str) -> None:
        super().__init__(model, sites=sites)

    def record(self, module: nn.Module, name: str, value: Tensor, at: int | None) -> Tensor:
        value = super().record(module, name, value, at)
        if self.root is None and f"{self.names[id(module)]}.{name}" == READ:
            value = self.root = value.detach().requires_grad_()
        return value


def _weights(recording: Recording, glob: str) -> Tensor:
    """The mean over layers and heads (B, T, S) of what was recorded, step by step or at once."""
    layers = []
    for taps in recording.taps.values():
        if taps:
            steps = [value.flatten(1, -2).mean(1) if value.dim() > 2 else value for _, value in taps]
            layers.append(torch.stack(steps, dim=1))
    return torch.stack(layers).mean(0)


def kendall(one: Array, other: Array) -> Array:
    """Kendall's τ-b of the last axes, ties counted out; NaN where one of them has no order. Places that are NaN are left out."""
    a, b = (np.sign(values[..., :, None] - values[..., None, :]) for values in (one, other))
    a, b = np.where(np.isnan(a) | np.isnan(b), 0, a), np.where(np.isnan(a) | np.isnan(b), 0, b)
    both = np.sqrt((a != 0).sum((-2, -1)) * (b != 0).sum((-2, -1)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(both > 0, (a * b).sum((-2, -1)) / both, np.nan))
