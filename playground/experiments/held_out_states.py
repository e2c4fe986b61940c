"""The states of many held-out inputs: the background of one input's states, their axes, and where else a model stood so.

Targets are given (teacher forcing), so that every decoder state stands before a known token: the one that is due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import torch
from cachetools import LRUCache
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InputError
from ..models import EncoderDecoder, Reader
from ..storage.run import Run
from ..tasks import Batch, Task
from ..tracing import Recording
from ..vocabulary import EOS, PAD

Array = NDArray[np.float32]
MANY = 512  # held-out inputs
NEAREST = 50  # states that are counted
SITES = {"encoder": "encoder.states", "decoder": "decoder.hidden"}
CARRY = ("embedded", "hidden", "cell", "residual*", "states", "context", "attentional")  # last names of what carries something on
ONLY_THOSE = "*coder.[hs]*"  # a glob that keeps both and next to nothing else


@dataclass(frozen=True)
class Axes:
    """Principal components (K, H) of many rows, most telling first, around their `mean` (H,); `explained` (K,) shares of the variance."""

    mean: Array
    components: Array
    explained: Array

    def __call__(self, rows: Array) -> Array:
        """(N, H) to (N, K)"""
        return np.asarray((rows - self.mean) @ self.components.T, dtype=np.float32)


@dataclass(frozen=True)
class HeldOutStates:
    """All states of one side over `inputs` held-out inputs.

    `states` (N, H); `of` (N,) says of which input each is, `at` (N,) at which of its places. `tokens` are those of every input on that
    side: what was read, or what is to be written, the end last; none where nothing is spelled. `read` are those of every source.
    """

    states: Array
    of: NDArray[np.intp]
    at: NDArray[np.intp]
    tokens: tuple[tuple[str, ...], ...]
    read: tuple[tuple[str, ...], ...]
    axes: Axes

    @property
    def inputs(self) -> int:
        return int(self.of.max(initial=-1)) + 1

    @cached_property
    def due(self) -> NDArray[np.str_]:
        """At every state its token: read there by an encoder, to be written from there by a decoder. (N,)"""
        return np.array([self.tokens[i][t] if self.tokens else "" for i, t in zip(self.of, self.at, strict=True)], dtype=np.str_)


@dataclass(frozen=True)
class Near:
    """What lies nearest to one state: `rows` of the held-out states, one an input, and their `cosines`; of the `counted` nearest of all,
    however many an input, `same` stand at the same token."""

    rows: tuple[int, ...]
    cosines: tuple[float, ...]
    same: int
    counted: int


def gather(run: Run, count: int = MANY) -> dict[str, HeldOutStates]:
    """The states of "encoder" and "decoder", of whichever has one for each token, in at most `count` held-out inputs."""
    return _gathered(run, count, SITES, Recording(run.model, explicit=False, sites=ONLY_THOSE))


def gather_at(run: Run, site: str, count: int = MANY) -> HeldOutStates | None:
    """The same at one site of the encoder or of the decoder, such as a lower layer or one direction; None where it has no such rows."""
    side = site.partition(".")[0]
    return _gathered(run, count, {side: site}, Recording(run.model, sites=site)).get(side)


def gather_all(run: Run, count: int = MANY) -> dict[str, HeldOutStates]:
    """The same at every site that carries something on, in the order of computing; what is the same as an earlier one only once."""
    found: dict[str, HeldOutStates] = {}
    for site, here in _gathered(run, count, None, Recording(run.model)).items():
        if not any(np.array_equal(here.states, other.states) for other in found.values()):
            found[site] = here
    return found


def carries(site: str) -> bool:
    """Whether what passes a site of this name goes on to others; gates and weights decide what does."""
    return any(fnmatchcase(site.rpartition(".")[2], name) for name in CARRY)


class Kept:
    """What was gathered of the latest runs, within so many bytes. Two who ask at once may both gather."""

    def __init__(self, most_bytes: int) -> None:
        self._lock = Lock()
        self._kept: LRUCache[tuple[Run, str | None], dict[str, HeldOutStates]] = LRUCache(most_bytes, _bytes)

    def sides(self, run: Run) -> dict[str, HeldOutStates]:
        """As `gather`."""
        return self._once(run, None, lambda: gather(run))

    def at(self, run: Run, site: str) -> HeldOutStates:
        """As `gather_at`. Raises InputError where there is no state for each token."""
        found = self._once(run, site, lambda: {} if (rows := gather_at(run, site)) is None else {site: rows})
        if site not in found:
            raise InputError(f"{site} has no state for each token.")
        return found[site]

    def _once(self, run: Run, site: str | None, make: Callable[[], dict[str, HeldOutStates]]) -> dict[str, HeldOutStates]:
        with self._lock:
            found = self._kept.get((run, site))
        if found is None:
            found = make()
            with self._lock:
                self._kept[run, site] = found
        return found


def _bytes(held_out: dict[str, HeldOutStates]) -> int:
    return 1 + sum(part.states.nbytes for part in held_out.values())


@torch.no_grad()
def _gathered(run: Run, count: int, sites: dict[str, str] | None, recording: Recording) -> dict[str, HeldOutStates]:
    """By the names of `sites`; of all that carry, by their own, where none are named."""
    model, task = run.model, run.task
    if not isinstance(model, EncoderDecoder | Reader):
        return {}
    batch = task.held_out("test", count)
    read = batch.mask
    with recording.open():
        if isinstance(model, Reader):
            model(batch.source, batch.mask)
        else:
            encoded = model.encode(batch.source, batch.mask)
            model.decoder(batch.target_in, model.decoder.init_state(encoded))
            read = encoded.mask
    sources = _sources(task, batch)
    found = {}
    for name, site in ({site: site for site in recording.taps if carries(site)} if sites is None else sites).items():
        side, states = site.partition(".")[0], _states(recording, site)
        real = batch.target != PAD if side == "decoder" else read
        if states is not None and side == "prompt" and real is not None and real.shape[1] == states.shape[1] + 1:
            real = real[:, 1:]  # the first step reads the last token
        if states is None or (side == "decoder" and real is not None and states.shape[:2] != real.shape):
            continue
        shown = torch.ones(states.shape[:2], dtype=torch.bool) if real is None or real.shape != states.shape[:2] else real
        tokens = _targets(task, batch) if side == "decoder" else sources
        if any(len(names) != n for names, n in zip(tokens, shown.sum(1).tolist(), strict=False)):
            tokens = ()  # states of regions or of times
        of, at = shown.nonzero(as_tuple=True)
        rows = states[shown].float().numpy()
        found[name] = HeldOutStates(rows, of.numpy(), at.numpy(), tokens, sources, principal(rows, 3))
    return found


def principal(rows: Array, count: int) -> Axes:
    """The first `count` principal components of rows (N, H); where there are fewer, the rest are zero and explain nothing.

    Which way an axis points is free: its largest entry is made positive, so that the same rows are always drawn alike.
    """
    mean = rows.mean(0, dtype=np.float64)
    centred = rows - mean
    values, vectors = np.linalg.eigh(centred.T @ centred / max(len(rows), 1))
    kept = min(count, rows.shape[1])
    components = np.zeros((count, rows.shape[1]))
    components[:kept] = vectors.T[::-1][:kept]
    components *= np.where(np.take_along_axis(components, np.abs(components).argmax(1)[:, None], 1) < 0, -1, 1)
    explained = np.zeros(count)
    explained[:kept] = values[::-1][:kept].clip(0) / max(values.sum(), 1e-12)
    return Axes(mean.astype(np.float32), components.astype(np.float32), explained.astype(np.float32))


def nearest(
    held_out: HeldOutStates, states: Array, tokens: Sequence[str], *, shown: int = 6, apart_from: tuple[str, ...] | None = None
) -> list[Near]:
    """For each of `states` (T, H), which stand at `tokens`, the held-out states of the largest cosine.

    `apart_from` is a source that is left out wherever it is held out too: nothing is told by a state being near to itself.
    """
    cosines = _unit(states) @ _unit(held_out.states).T  # (T, N)
    itself = [i for i, read in enumerate(held_out.read) if read == apart_from]
    cosines[:, np.isin(held_out.of, itself)] = -np.inf
    due, others = held_out.due, int(np.isfinite(cosines[:1]).sum())
    found = []
    for row, token in zip(cosines, tokens, strict=True):
        order = np.argsort(-row, kind="stable")[:others]
        _, firsts = np.unique(held_out.of[order], return_index=True)  # of every input the nearest of its states
        chosen = order[np.sort(firsts)[:shown]]
        counted = order[:NEAREST]
        cosine = tuple(float(row[i]) for i in chosen)
        found.append(Near(tuple(map(int, chosen)), cosine, int((due[counted] == token).sum()), len(counted)))
    return found


def _unit(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def _states(recording: Recording, site: str) -> Tensor | None:
    """(B, T, H), also of a decoder that goes step by step; None for what is no row of states."""
    values = [value for _, value in sorted(recording.taps.get(site, []), key=lambda tap: tap[0] or 0)]  # one direction may go backwards
    if not values or any(value.shape != values[0].shape for value in values):
        return None
    whole = values[0] if len(values) == 1 else torch.stack(values, dim=1)
    return whole if whole.dim() == 3 else None


def _sources(task: Task, batch: Batch) -> tuple[tuple[str, ...], ...]:
    words = task.source_vocabulary
    if words is None or batch.source.dim() != 2 or batch.source.is_floating_point():
        return ()
    return tuple(tuple(words.tokens[i] for i in row if i != PAD) for row in batch.source.tolist())


def _targets(task: Task, batch: Batch) -> tuple[tuple[str, ...], ...]:
    names: Any = task.classes
    return tuple(tuple("end" if i == EOS else names[i] for i in row if i != PAD) for row in batch.target.tolist())
