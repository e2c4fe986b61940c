"""Watching and intervening are one mechanism: `tap`.

A model offers each quantity its paper names by an ordinary call, `weights = tap(self, "weights", scores.softmax(-1))`.
When nobody looks, `tap` returns its value untouched. While a `Recording` is open the value is kept under its site name,
the module's path plus the given name (`decoder.attention.weights`), after every `Edit` whose site matches was applied.
Nothing is stored on modules, so many visitors can look into one model at once.

The idea of one tiny primitive that observes and intervenes is that of effect handlers (Pyro's minipyro, Oryx's harvest).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .errors import InputError
from .options import show

if TYPE_CHECKING:
    from .inference.beam import Search
    from .tasks import Reading

DEEPEST = 8  # axes of a quantity
OPS = ("set", "scale", "add", "mask", "patch")

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


@dataclass(frozen=True)
class Edit:
    """An intervention as plain data: hashable, JSON-able, valid in a link and in a cache key.

    `site` is a glob over site names. `op`:  `set` replace by `value` · `scale` multiply · `add` · `mask` keep only where
    `value` is 1 (0 elsewhere) · `patch` replace by `value[step]`, a recording of the same site made with another input (by `value` where
    the site has no time axis); rows of growing length may be filled with NaN at the right, as a trace has them.
    `value` is a number or nested tuples of numbers, broadcast against the quantity without its batch axis.
    `steps` limits the edit to those steps, from 0 (source positions for encoder sites that are computed in a loop); None means every step.
    Raises InputError for what is no edit; exploring raises it for a site, a step or a shape that the model does not have.
    """

    site: str
    op: str
    value: Any = None
    steps: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.site, str) or not self.site:
            raise InputError(f"An edit needs the name of a site, not {show(self.site)}.")
        if not isinstance(self.op, str) or self.op not in OPS:
            raise InputError(f"{show(self.op)} is not an edit; there are: {', '.join(OPS)}.")
        value = _tuples(self.value)
        if self.op == "patch" and isinstance(value, tuple):
            value = tuple(map(_unpadded, value))
        object.__setattr__(self, "value", value)
        if not (all(map(_is_finite, value)) if self.op == "patch" and isinstance(value, tuple) else _is_finite(value)):
            raise InputError(f"The value of an edit must be finite numbers in rows of equal length, not {show(self.value)}.")
        if self.op == "patch" and not isinstance(self.value, tuple):
            raise InputError(f"A patch needs a recording of its site, not the single number {show(self.value)}; use set for that.")
        if self.steps is not None:
            steps = _tuples(list(self.steps) if isinstance(self.steps, range) else self.steps)
            if not isinstance(steps, tuple) or not steps or not all(type(s) is int and s >= 0 for s in steps):
                raise InputError(
                    f"The steps of an edit must be a list of whole numbers from 0, not {show(self.steps)}; without it, every step."
                )
            object.__setattr__(self, "steps", steps)

    def json(self) -> dict[str, Any]:
        """The arguments that make it again."""
        return asdict(self)

    def apply(self, value: Tensor, step: int) -> Tensor:
        """The quantity (B, …) of this step, changed. Raises InputError where the shapes do not fit."""
        numbers = self.value
        if self.op == "patch" and _depth(numbers) == value.dim():  # a recording with a time axis (else the site is tapped once)
            if step >= len(numbers):
                return value
            numbers = numbers[step]
        try:
            given = torch.as_tensor(np.asarray(numbers, dtype=np.float64), dtype=value.dtype, device=value.device).expand(value.shape[1:])
        except (RuntimeError, ValueError):
            shape = f"values of shape {np.shape(numbers)}" if _is_finite(numbers) else "rows of growing length"
            raise InputError(f"The edit of {self.site} has {shape}; here the quantity has shape {tuple(value.shape[1:])}.") from None
        if self.op in ("set", "patch"):
            return torch.empty_like(value).copy_(given.expand_as(value))  # laid out in memory as it was: kernels differ in the last bit
        return value + given if self.op == "add" else value * given


class Recording:
    """An open trace. Reopen it around each model call; never hold it open across a `yield`."""

    def __init__(self, model: nn.Module, edits: Sequence[Edit] = (), sites: str = "*", explicit: bool = True) -> None:
        self.names = {id(module): path for path, module in model.named_modules()}
        self.edits = tuple(edits)
        self.sites = sites
        self.explicit = explicit
        self.step: int | None = None
        self.taps: dict[str, list[tuple[int | None, Tensor]]] = {}
        self.matched: dict[Edit, set[int]] = {}  # the steps at which each was asked for

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
        for edit in self.edits:
            if fnmatchcase(site, edit.site):
                step = len(taps) if at is None else at
                self.matched.setdefault(edit, set()).add(step)
                if edit.steps is None or step in edit.steps:
                    value = edit.apply(value, step)
        if self.sites == "*" or fnmatchcase(site, self.sites):
            taps.append((at, value.detach().clone()))
        return value

    def finish(self, row: int = 0) -> dict[str, NDArray[np.float32]]:
        """All sites as numpy for one row of the batch. Raises InputError if an edit matched no site, or names a step that never came."""
        for edit in self.edits:
            if edit not in self.matched:
                raise InputError(f"The edit of {show(edit.site)} matched no site; this model has: {', '.join(sorted(self.taps))}.")
            came = self.matched[edit]
            if missed := set(edit.steps or ()) - came:
                raise InputError(
                    f"The edit of {show(edit.site)} names the step {min(missed)}; here it has steps {min(came)} to {max(came)}."
                )
        return {site: _stack(taps, row) for site, taps in self.taps.items() if taps}


class Trace(Mapping[str, NDArray[np.float32]]):
    """Everything one run of a model on one input computed: a mapping of sites, by name, to what passed there. `Run.explore` makes one.

    `trace[site]` is numpy without the batch axis. Time comes first where the site was tapped once per step; rows of
    growing length are right-padded with NaN; positions are in source order also for a backward direction. After a beam
    search (`beam`) a leading axis runs over the final hypotheses, best first, and `search` holds what it kept and dropped at each step.
    `source` and `tokens` are what was read and written (tokens include the end token), `probabilities` (steps,
    vocabulary), `output` the text of the answer, `reconstruction` (28, 28) for autoencoders. A reader writes all its tokens
    at once, each read off at one of `positions` of the source (none for an answer about the whole). `reading` is what went
    into the model; of a picture or a sound `source` names the encoder's states.
    """

    def __init__(
        self,
        sites: dict[str, NDArray[np.float32]],
        *,
        source: tuple[str, ...] = (),
        tokens: tuple[str, ...] = (),
        output: str = "",
        probabilities: NDArray[np.float32] | None = None,
        picture: NDArray[np.float32] | None = None,
        reconstruction: NDArray[np.float32] | None = None,
        ended: bool = True,
        positions: tuple[int, ...] = (),
        beam: bool = False,
        search: Search | None = None,
        reading: Reading | None = None,
    ) -> None:
        self._sites, self.positions, self.beam, self.search = sites, positions, beam, search
        self.source, self.tokens, self.output, self.ended = source, tokens, output, ended
        self.probabilities, self.picture, self.reconstruction = probabilities, picture, reconstruction
        self.reading = reading
        self.drawn_by: Callable[[Trace], str | None] | None = None  # how a notebook draws it: whoever made it knows

    @property
    def sensed(self) -> Reading | None:
        """What was read where it is no text, a `Reading`; None where it is."""
        return None if self.reading is None or self.reading.tokens else self.reading

    @property
    def sites(self) -> tuple[str, ...]:
        """The names of all quantities, such as `decoder.attention.weights`."""
        return tuple(sorted(self._sites))

    def __repr__(self) -> str:
        """Trace('3 1 4 1 5' → '5 1 4 1 3', 6 steps, 31 sites)"""
        if self.reconstruction is not None:
            return f"Trace({'a code' if self.picture is None else 'a picture'} → a picture, {len(self)} sites)"
        read = repr(" ".join(self.source)) if self.sensed is None else f"a {'sound' if isinstance(self.sensed.shown, tuple) else 'picture'}"
        return f"Trace({read} → {self.output!r}, {len(self.tokens)} steps, {len(self)} sites)"

    def _repr_html_(self) -> str | None:
        return None if self.drawn_by is None else self.drawn_by(self)

    def __getitem__(self, site: str) -> NDArray[np.float32]:
        try:
            return self._sites[site]
        except KeyError:
            raise KeyError(f"{site!r} is not a site of this model; there are: {', '.join(self.sites)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.sites)

    def __len__(self) -> int:
        return len(self._sites)

    def find(self, glob: str) -> NDArray[np.float32] | None:
        """The quantity at the first site whose name matches, such as `*.weights`, or None. Raises InputError for what is no name."""
        if not isinstance(glob, str):
            raise InputError(f"A site is found by its name, such as '*.weights', not by {show(glob)}.")
        return next((self._sites[site] for site in self.sites if fnmatchcase(site, glob)), None)


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


def _is_finite(value: Any) -> bool:
    """Whether these are numbers, in rows of equal length, that float32 can hold."""
    try:
        array = np.asarray(value)
        return array.dtype.kind in "biuf" and bool((np.abs(array) <= np.finfo(np.float32).max).all())
    except (TypeError, ValueError, OverflowError):
        return False


def _unpadded(row: Any) -> Any:
    """One step of a recording without the NaN at the right that a trace fills rows of growing length with."""
    if not isinstance(row, tuple):
        return row
    if any(isinstance(part, tuple) for part in row):
        return tuple(map(_unpadded, row))
    length = len(row)
    while length and isinstance(row[length - 1], float) and math.isnan(row[length - 1]):
        length -= 1
    return row[:length]


def _depth(value: Any) -> int:
    return 1 + _depth(value[0]) if isinstance(value, tuple) and value else 0


def _tuples(value: Any, deep: int = 0) -> Any:
    """Arrays and lists as tuples, down to as many axes as an array can have; what lies deeper is left as it is, and no number."""
    if isinstance(value, np.ndarray | Tensor):
        value = value.tolist()
    return tuple(_tuples(v, deep + 1) for v in value) if isinstance(value, list | tuple) and deep < DEEPEST else value
