"""What acts take from a model before they are done: what passes on another input, and the means over held-out ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from typing import Any, cast

import numpy as np
import torch
from cachetools import LRUCache
from jaxtyping import Bool
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ....errors import InputError
from ....inference.decoding import begin, decode, following
from ....inference.explore import device_of
from ....models import Autoencoder, EncoderDecoder, Reader
from ....storage.run import Run
from ....tasks import Batch, SequenceTask, Typed
from ....tracing import Edit, Recording
from ....vocabulary import EOS, PAD
from . import BY_SOURCE, BY_STEP, KINDS, MOST_GIVEN, ONCE, Act, Form, elsewhere, forms, summaries

MEANT = 256  # held-out inputs that means are over
MANY = 512  # held-out inputs that others are chosen among
OTHERS = 16  # held-out inputs that a control takes from
KEPT = 64

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Other:
    """What passes at some sites on another input, which has so many `positions`."""

    sites: dict[str, Array]
    positions: int


class Taken:
    """A run as acts find it: how its sites pass by, what passes there on other inputs, and means over held-out ones. All is kept."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._lock = Lock()
        self._others: LRUCache[tuple[str, str | int], Other] = LRUCache(KEPT)
        self._means: LRUCache[str, Array] = LRUCache(KEPT)

    @cached_property
    def found(self) -> dict[str, Form]:
        return forms(self.run)

    def check(self, act: Act) -> None:
        """Raises InputError for another input that this run does not know, or that its task cannot read."""
        if KINDS[act.kind].takes == "input":
            self._readable(act.given)

    def fits(self, act: Act) -> bool:
        """Whether the model has its place, and reads what it takes."""
        try:
            self.check(act)
        except InputError:
            return False
        return act.fits(self.found)

    def reaches(self, act: Act, positions: int) -> bool:
        """Whether a source of so many positions has its place; where what is taken lies position by position, whether both have as many."""
        if KINDS[act.kind].takes == "input" and self._by_position(act.site):
            return self._positions(act) == positions
        return act.reaches(positions, self.found)

    def edits(self, act: Act | Edit, positions: int) -> tuple[Edit, ...]:
        """What an act does to sources that fill so many positions, padding included."""
        if isinstance(act, Edit):
            return (act,)
        made = KINDS[act.kind].made
        return act.edits if made is None else tuple(made(act, self, positions))

    def elsewhere(self, act: Act | Edit, width: int, steps: int) -> Iterator[Act | Edit]:
        """The same act elsewhere: of one that takes from another input, from others, chosen by chance among the held-out ones."""
        if isinstance(act, Edit) or KINDS[act.kind].takes != "input":
            extra = summaries(act.site, self.found) if act.site in self.found else 0
            yield from elsewhere(act, self.found, width + extra, steps)
            return
        fitting = np.arange(len(self._lengths))
        if self._by_position(act.site):
            fitting = np.flatnonzero(self._lengths == self._positions(act))
        chosen = [int(i) for i in np.random.default_rng(0).permutation(fitting) if i != act.given][:OTHERS]
        self._keep(act.site, chosen)
        yield from (replace(act, given=i) for i in chosen)

    @property
    def typed(self) -> bool:
        """Whether another input is named by its text; else by its number among the held-out ones."""
        return Typed in self.run.task.reads and self.run.task.source_vocabulary is not None

    def another(self, positions: int, seed: int) -> str | int:
        """A held-out input, of so many positions where there is one. The same for the same seed."""
        same = np.flatnonzero(self._lengths == positions)
        chosen = int(np.random.default_rng(seed).choice(same if len(same) > 1 else len(self._lengths)))
        if not self.typed:
            return chosen
        task = cast(SequenceTask, self.run.task)
        return task.spell(task.source_vocabulary.decode(task.held_out("test", chosen + 1).source[chosen].tolist()))

    def swapped(self, act: Act, positions: int) -> Iterator[Edit]:
        """What passed there on the other input; an LSTM's final state is both of its parts."""
        assert act.amount is not None
        other = self.other(act.site, act.given)
        for site, value in other.sites.items():
            if self._by_position(site) and self.found[site].by != BY_SOURCE:
                value = _padded(value, positions - other.positions, -1 if site.endswith(".weights") else 0)
            yield Edit(site, "patch", value, act.steps, share=act.amount)

    def averaged(self, act: Act) -> Iterator[Edit]:
        """The mean over held-out inputs, of one unit or of all."""
        mean = self.mean(act.site)
        if act.place is None:
            yield Edit(act.site, "set", mean, act.steps)
        else:
            yield Edit(act.site, "set", mean[..., act.place], act.steps, ((-1, act.place),))

    def other(self, site: str, given: str | int | None) -> Other:
        """What passes at a site, and at what belongs to it, on another input. Raises InputError."""
        assert given is not None
        return self._once(self._others, (site, given), lambda: self._recorded(site, self._readable(given))[0])

    def mean(self, site: str) -> Array:
        """Over all places and steps of held-out inputs."""
        return self._once(self._means, site, lambda: _mean(self.run, site, self.found))

    @cached_property
    def _lengths(self) -> NDArray[np.int64]:
        return np.array(lengths(self.run, self.run.task.held_out("test", MANY)))

    def _positions(self, act: Act) -> int:
        """How many positions the other input has."""
        if isinstance(act.given, int) and act.given < len(self._lengths):
            return int(self._lengths[act.given])
        return self.other(act.site, act.given).positions

    def _by_position(self, site: str) -> bool:
        """Whether a quantity has a part for each position of the source."""
        return site.endswith(".weights") or _is_rows(site, self.found[site])

    def _readable(self, given: str | int | None) -> Batch:
        """The other input as a batch of one. Raises InputError."""
        task = self.run.task
        if isinstance(given, str):
            if Typed not in task.reads:
                raise InputError(
                    f"This task reads nothing that is typed; name another input by its number, from 0 to {MOST_GIVEN['input'] - 1:,}."
                )
            reading = task.perceive(given)
            return Batch(reading.source, torch.full((1, 1), EOS), reading.mask)
        assert given is not None
        batch = task.held_out("test", given + 1)
        if given >= len(batch):
            raise InputError(f"There are {len(batch):,} held-out inputs; the number of another input is from 0 to {len(batch) - 1:,}.")
        return batch[given : given + 1]

    def _keep(self, site: str, chosen: Sequence[int]) -> None:
        """Record several held-out inputs at once."""
        if chosen:
            batch = self.run.task.held_out("test", MANY)[torch.tensor(chosen)]
            recorded = self._recorded(site, batch)
            with self._lock:
                self._others.update({(site, given): other for given, other in zip(chosen, recorded, strict=True)})

    def _recorded(self, site: str, batch: Batch) -> list[Other]:
        """What passes at a site, on every input, without padding."""
        model, batch = self.run.model, batch.to(device_of(self.run.model))
        sites = [name for name in (site, f"{site}_cell") if name in self.found]
        recording, steps = Recording(model, sites=f"{site}*" if len(sites) > 1 else site), [0] * len(batch)
        with torch.inference_mode():
            if isinstance(model, EncoderDecoder):
                most = self.run.task.max_steps(batch.source.shape[1])
                written = [step.token for step in decode(model, batch.source, batch.mask, max_steps=most, recording=recording)]
                steps = [int((row != PAD).sum()) for row in torch.stack(written, dim=1)]
            else:
                assert isinstance(model, Autoencoder | Reader)
                with recording.open():
                    model(batch.source, batch.condition if isinstance(model, Autoencoder) else batch.mask)
        long, found = lengths(self.run, batch), []
        for row, positions in enumerate(long):
            taps = recording.finish(row)
            found.append(Other({name: self._real(name, taps[name], positions, steps[row]) for name in sites}, positions))
        return found

    def _real(self, site: str, value: Array, positions: int, steps: int) -> Array:
        """What passed, without the steps after the end and the padded positions."""
        by, real = self.found[site].by, positions + summaries(site, self.found)
        if by == BY_STEP:
            value = value[:steps]
        if _is_rows(site, self.found[site]):
            return value[:real]
        return value[..., :real] if self._by_position(site) else value

    def _once(self, kept: LRUCache[Any, Any], key: Any, make: Callable[[], Any]) -> Any:
        with self._lock:
            found = kept.get(key)
        if found is None:
            found = make()
            with self._lock:
                kept[key] = found
        return found


def lengths(run: Run, batch: Batch) -> list[int]:
    """How many positions of each source an encoder has states of."""
    return _read(run, batch).sum(1).tolist()


def width(run: Run, batch: Batch) -> int:
    """How many positions a batch fills, padding included."""
    return _read(run, batch).shape[1]


@torch.no_grad()
def _read(run: Run, batch: Batch) -> Bool[Tensor, "batch positions"]:
    """Which positions are real."""
    mask, wide = batch.mask, batch.source.shape[1]
    if isinstance(run.model, EncoderDecoder):
        encoded = run.model.encode(batch.source, batch.mask)
        mask, wide = encoded.mask, encoded.states.shape[1]
    elif mask is None and isinstance(run.model, Reader):
        mask = batch.source != PAD
    return torch.ones(len(batch), wide, dtype=torch.bool, device=batch.source.device) if mask is None else mask


def _is_rows(site: str, form: Form) -> bool:
    """Whether it has a row for each position of the source."""
    return form.by == BY_SOURCE or (form.by == ONCE and len(form.shape) == 2 and site.partition(".")[0] in ("encoder", "prompt"))


def _padded(value: Array, more: int, axis: int) -> Array:
    """With nothing at so many positions more."""
    widths = [(0, 0)] * value.ndim
    widths[axis] = (0, max(more, 0))
    return np.pad(value, widths)


@torch.inference_mode()
def _mean(run: Run, site: str, found: dict[str, Form]) -> Array:
    """Of what passes at a site, the right answers being fed."""
    model, batch = run.model, run.task.held_out("test", MEANT)
    recording = Recording(model, sites=site)
    if isinstance(model, EncoderDecoder):
        state = begin(model, batch.source, batch.mask, recording)
        for step, token in enumerate(batch.target_in.unbind(1)) if found[site].by == BY_STEP else ():
            _, state = following(model, token, state, step, recording)
    else:
        assert isinstance(model, Autoencoder | Reader)
        with recording.open():
            model.each(batch)
    taps = [value for _, value in sorted(recording.taps[site], key=lambda tap: tap[0] or 0)]
    if found[site].by == BY_STEP:
        rows = torch.stack(taps, dim=1)[batch.target != PAD]
    elif _is_rows(site, found[site]):
        values = taps[0] if found[site].by == ONCE else torch.stack(taps, dim=1)
        real = F.pad(_read(run, batch), (max(values.shape[1] - width(run, batch), 0), 0), value=True)  # a summary comes first
        rows = values[real[:, -values.shape[1] :]]  # the last token of a prompt is read by the first step
    else:
        rows = taps[0]
    return np.asarray(rows.double().mean(0).float().cpu().numpy(), dtype=np.float32)
