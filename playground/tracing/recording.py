"""The one primitive that observes and intervenes, and what it offers quantities to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..errors import InputError
from ..options import show
from .edit import Edit

_open: ContextVar[Recording | None] = ContextVar("recording", default=None)
_part: ContextVar[str | None] = ContextVar("part", default=None)


def tap(module: nn.Module, name: str, value: Tensor, at: int | None = None) -> Tensor:
    """Offer `value` (batch first) to whoever looks; returns it, edited if someone asked for that.

    `at` is the position in the source, for quantities computed in a loop over it.
    """
    recording = _open.get()
    return value if recording is None else recording.record(module, name, value, at)


def explicit() -> bool:
    """Whether layers must compute by their equations, so that every quantity passes a tap (else: fused kernels)."""
    recording = _open.get()
    return recording is not None and recording.explicit


@contextmanager
def part(name: str) -> Iterator[None]:
    """Taps inside belong to another part than their module does: a decoder that reads its prompt has the sites `prompt.layers.…`."""
    token = _part.set(name)
    try:
        yield
    finally:
        _part.reset(token)


class Recording:
    """An open trace. Reopen it around each model call; never hold it open across a `yield`.

    `edits` change every row of a batch; `edits_by_row` says what else changes in each of them, so that many acts are one batch.
    """

    def __init__(
        self,
        model: nn.Module,
        edits: Sequence[Edit] = (),
        sites: str = "*",
        explicit: bool = True,
        edits_by_row: Sequence[Sequence[Edit]] = (),
    ) -> None:
        self.names = {id(module): path for path, module in model.named_modules()}
        rows: dict[Edit, list[int]] = {}
        for row, changes in enumerate(edits_by_row):
            for edit in changes:
                rows.setdefault(edit, []).append(row)
        # Every edit with the rows that it changes, None for all of them.
        self._all: list[tuple[Edit, list[int] | None]] = [*((edit, None) for edit in edits), *rows.items()]
        self._asked: dict[str, list[int]] = {}  # by site, which of them
        self.sites = sites
        self.explicit = explicit
        self.step: int | None = None
        self.taps: dict[str, list[tuple[int | None, Tensor]]] = {}
        self.matched: list[set[int]] = [set() for _ in self._all]  # the steps at which each was asked for
        self.frozen: dict[tuple[int, str], Tensor] = {}  # what a freeze holds, by edit and site: it goes along with the state of a decoder

    @contextmanager
    def open(self, step: int | None = None) -> Iterator[None]:
        """Record all taps of the model calls inside; `step` is the decoding step they belong to."""
        self.step = step
        token = _open.set(self)
        try:
            yield
        finally:
            _open.reset(token)

    def record(self, module: nn.Module, name: str, value: Tensor, at: int | None) -> Tensor:
        path = self.names[id(module)]
        if (part := _part.get()) is not None:
            path = ".".join([part, *path.split(".")[1:]])
        site = f"{path}.{name}" if path else name
        at = self.step if at is None else at
        taps = self.taps.setdefault(site, [])
        for i in self._asked_at(site):
            (edit, rows), step = self._all[i], len(taps) if at is None else at
            self.matched[i].add(step)
            if edit.op == "freeze":
                value = self._frozen(i, site, value, step)
            elif edit.steps is None or step in edit.steps:
                value = edit.apply(value, step) if rows is None else value.index_copy(0, _index(rows, value), edit.apply(value[rows], step))
        if self.sites == "*" or fnmatchcase(site, self.sites):
            taps.append((at, value.detach().clone()))
        return value

    def _frozen(self, i: int, site: str, value: Tensor, step: int) -> Tensor:
        """What passed at the step of a freeze, at every later one."""
        (edit, rows), held = self._all[i], self.frozen.get((i, site))
        (since,) = edit.steps or (0,)
        if step == since:
            self.frozen[i, site] = value
        if step <= since or held is None:
            return value
        if held.shape != value.shape:
            raise InputError(
                f"The freeze of {site} holds what has shape {tuple(held.shape[1:])}; at step {step} it has shape {tuple(value.shape[1:])}."
            )
        after, where = value.clone(), (slice(None) if rows is None else _index(rows, value), *edit.part(value)[1:])
        after[where] = held[where]
        return after

    def _asked_at(self, site: str) -> list[int]:
        """Which edits match a site, looked up once."""
        if (asked := self._asked.get(site)) is None:
            asked = self._asked[site] = [i for i, (edit, _) in enumerate(self._all) if fnmatchcase(site, edit.site)]
        return asked

    def finish(self, row: int = 0, strict: bool = True) -> dict[str, NDArray[np.float32]]:
        """All sites as numpy for one row of the batch. Raises InputError if an edit matched no site, or, if `strict`, names a step that
        never came."""
        for (edit, _), came in zip(self._all, self.matched, strict=True):
            if not came:
                raise InputError(f"The edit of {show(edit.site)} matched no site; this model has: {', '.join(sorted(self.taps))}.")
            if strict and (missed := set(edit.steps or ()) - came):
                raise InputError(
                    f"The edit of {show(edit.site)} names the step {min(missed)}; here it has steps {min(came)} to {max(came)}."
                )
        return {site: _stack(taps, row) for site, taps in self.taps.items() if taps}


def _index(rows: list[int], value: Tensor) -> Tensor:
    return torch.tensor(rows, device=value.device)


def _stack(taps: list[tuple[int | None, Tensor]], row: int) -> NDArray[np.float32]:
    rows = [value[row] for _, value in sorted(taps, key=lambda t: t[0] or 0)]
    if len(rows) == 1 and taps[0][0] is None:
        return rows[0].float().cpu().numpy()
    if all(one.shape == rows[0].shape for one in rows):  # one copy from the device for all steps
        return torch.stack(rows).float().cpu().numpy()
    arrays = [one.float().cpu().numpy() for one in rows]
    shape = tuple(max(sizes) for sizes in zip(*(a.shape for a in arrays), strict=True))
    stacked = np.full((len(arrays), *shape), np.nan, dtype=np.float32)
    for i, array in enumerate(arrays):
        corner: tuple[Any, ...] = (i, *map(slice, array.shape))
        stacked[corner] = array
    return stacked
