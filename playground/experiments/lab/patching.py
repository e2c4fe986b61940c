"""What carries the difference: one quantity of a clean run put into a corrupted one, at one place, and how much of the answer comes back.

    recovered = (d_patched − d_corrupted) / (d_clean − d_corrupted)
    d = logit of the token that the clean run writes − logit of the one that the corrupted run writes, where they first differ

0 is as corrupted, 1 as clean. K. Meng et al., "Locating and Editing Factual Associations in GPT", 2022; before them J. Vig et al., "Causal
Mediation Analysis for Interpreting Neural NLP", 2020. What comes back from one place can be followed: each cell then gets what it has where
that place alone is patched, so that its share is what reaches the answer on all paths through both (N. Goldowsky-Dill et al., "Localizing
Model Behavior with Path Patching", 2023).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import InputError
from ...inference.decoding import decode, repeated
from ...inference.explore import device_of
from ...models import EncoderDecoder
from ...options import show
from ...storage.run import Run
from ...tasks import Reading, Task
from ...tracing import Edit, Recording
from ...vocabulary import EOS
from .carriers import Carrier, carriers
from .result import Result

Array = NDArray[np.float64]
AT_ONCE = 256  # patched runs in one batch
NOTHING, HALF = 0.05, 0.5  # shares that a sentence speaks of


class Cell(NamedTuple):
    """A place of the map: its row, its column, and the share that comes back from there."""

    site: str
    place: int
    share: float


@dataclass(frozen=True, eq=False)
class Patch(Result):
    """How much of the clean answer each place brings back. `Run.patch` makes one.

    `recovered` (sites, places) is NaN where a site has no such place: rows of the part that reads have source positions, rows of the
    decoder output steps, from 0; what passes once, before the first step, is at 0. `places` names them by part, as the corrupted run
    reads and writes them. `step` is the first output at which the answers differ, `tokens` what the clean and the corrupted run write
    there, `differences` their d. `through` is the site and place whose share was followed, None where all of the clean run was put.
    """

    carriers: tuple[Carrier, ...]
    places: Mapping[str, tuple[str, ...]]
    recovered: Array
    step: int
    tokens: tuple[str, str]
    differences: tuple[float, float]
    values: Mapping[tuple[int, int], Any]  # that are put, by row and place
    through: tuple[str, int] | None = None

    @property
    def sites(self) -> tuple[str, ...]:
        """The rows: names of sites, with the number of a head where it has some."""
        return tuple(map(str, self.carriers))

    @property
    def part(self) -> tuple[str, ...]:
        """Of each row: "encoder", "prompt" or "decoder"."""
        return tuple(carrier.part for carrier in self.carriers)

    @cached_property
    def best(self) -> Cell:
        """Where most comes back, apart from what was changed itself, the embedding or the place that is followed, and from the step that
        writes the token; where there is nothing else, of all. Of those that bring as much it is the first."""
        others, inner = self.recovered.copy(), self.recovered.copy()
        if self.through and len(self.values) > 1:
            others[self.sites.index(self.through[0]), self.through[1]] = np.nan
        for row, carrier in enumerate(self.carriers):
            if carrier.site.endswith("embedded"):
                inner[row] = np.nan
            elif carrier.part == "decoder" and not carrier.once:
                inner[row, self.step] = np.nan
        inner[np.isnan(others)] = np.nan
        among = others if np.isnan(inner).all() or np.nanmax(inner) <= NOTHING else inner
        row, place = divmod(int(np.nanargmax(among.round(3))), among.shape[1])
        return Cell(self.sites[row], place, float(self.recovered[row, place]))

    @property
    def origin(self) -> float:
        """What comes back from the place that is followed; 1 where all of the clean run was put."""
        return 1.0 if self.through is None else float(self.recovered[self.sites.index(self.through[0]), self.through[1]])

    def edit(self, site: str, place: int) -> Edit:
        """The edit that puts what passed there in the clean run into another one: `run.explore(corrupted, edits=patch.edit(…))`. Raises
        InputError for a row or a place that the map does not have."""
        return _edit(self.carriers, self.values, site, place)

    @property
    def sentence(self) -> str:
        """What the map says, computed from it."""
        right, written = self.tokens
        real = ~np.isnan(self.recovered)
        half = int((self.recovered[real] >= HALF).sum())
        best = f"{self.best.site} at {self._token(self.best.site, self.best.place)}"
        most = np.nanmax(np.abs(self.recovered), axis=1)
        idle = [name for name, share in zip(self.sites, most, strict=True) if share < NOTHING]
        nothing = f" {', '.join(idle)} bring{'s' if len(idle) == 1 else ''} back nothing at any place." if idle else ""
        if self.through:
            followed = f"{self.through[0]} at {self._token(*self.through)} brings back {_percent(self.origin)}"
            passed = f"of all that it reaches, {best} passes on most: {_percent(self.best.share)}.{nothing}"
            return f"{followed}; {passed}" if abs(self.origin) >= NOTHING else f"{followed}: there is next to nothing to follow."
        return (
            f"At output {self.step + 1} the corrupted run writes ‘{written}’ for ‘{right}’. {half} of {int(real.sum())} places bring at "
            f"least half of the way back; {best} brings {_percent(self.best.share)}.{nothing}"
        )

    def _token(self, site: str, place: int) -> str:
        """What stands at a place of a row."""
        tokens = self.places[self.part[self.sites.index(site)]]
        return f"‘{tokens[place]}’" if place < len(tokens) else f"place {place}"

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: part, site, place, token, recovered."""
        cells = [(row, place) for row, place in sorted(self.values)]
        return [
            ["part", "site", "place", "token", "recovered"],
            *(
                [self.part[row], self.sites[row], place, self.places[self.part[row]][place], float(self.recovered[row, place])]
                for row, place in cells
            ),
        ]

    def __repr__(self) -> str:
        """Patch('beau' → 'bel' at output 2, 12 sites, best encoder.states at 1 with 0.90)"""
        right, written = self.tokens
        best = self.best
        return (
            f"Patch({written!r} → {right!r} at output {self.step + 1}, {len(self.carriers)} sites, "
            f"best {best.site} at {best.place} with {best.share:.2f})"
        )


@torch.inference_mode()
def patch(run: Run, clean: Any, corrupted: Any, through: tuple[str, int] | None = None) -> Patch:
    """Every quantity that carries something, at every place, from the clean run into the corrupted one; or, `through` a site and a place,
    only what these bring. `clean` and `corrupted` are what the task can perceive, at as many source positions. Raises InputError for
    models that do not write, for inputs that are not of one length, for those that are answered alike, and for a place that there is not
    or that brings nothing."""
    model, task = run.model, run.task
    if not isinstance(model, EncoderDecoder):
        raise InputError(f"{run.recipe.architecture} writes no tokens one after the other; choose a sequence decoder to patch.")
    readings = [task.perceive(given).to(device_of(model)) for given in (clean, corrupted)]
    source, mask = _together(task, readings)
    recording = Recording(model)
    written, logits = _up_to_a_difference(run, model, source, mask, recording)
    step = len(written) - 1
    right, wrong = written[-1].tolist()
    gap = logits[:, right] - logits[:, wrong]
    if not bool(gap[0] > gap[1]):
        raise InputError("The model prefers neither token in either input; choose inputs that it tells apart.")
    positions = model.encode(source, mask).states.shape[1]
    rows, values = carriers(recording, positions)
    if through is not None:
        edit = _edit(rows, {cell: put for cell, (put, same) in values.items() if not same}, *_site_and_place(through))
        recording, _ = _under([(edit,), ()], model, source[1:], None if mask is None else mask[1:], written[:-1], "*")
        rows, values = carriers(recording, positions, rows)
    wide = max(place for _, place in values) + 1
    recovered = np.full((len(rows), wide), np.nan)
    changed = []
    for (row, place), (put, same) in values.items():
        recovered[row, place] = 0.0  # where both runs have the same, nothing is put there
        if not same:
            changed.append((row, place, rows[row].edit(place, put)))
    for begin in range(0, len(changed), AT_ONCE):
        some = changed[begin : begin + AT_ONCE]
        edits = [(edit,) for *_, edit in some]
        _, patched = _under(edits, model, source[1:], None if mask is None else mask[1:], written[:-1])
        d = patched[:, right] - patched[:, wrong]
        shares = ((d - gap[1]) / (gap[0] - gap[1])).double().cpu().numpy()
        for (row, place, _), share in zip(some, shares, strict=True):
            recovered[row, place] = share
    names = [["end" if i == EOS else task.classes[i] for i in row] for row in torch.stack(written, dim=1).tolist()]
    reads = next((carrier.part for carrier in rows if carrier.part != "decoder"), "encoder")
    return Patch(
        rows,
        {reads: task.places(readings[1], positions), "decoder": tuple(names[1])},
        recovered,
        step,
        (names[0][step], names[1][step]),
        (float(gap[0]), float(gap[1])),
        {cell: put for cell, (put, _) in values.items()},
        through,
    )


def _together(task: Task, readings: Sequence[Reading]) -> tuple[Tensor, Tensor | None]:
    """Both inputs as one batch."""
    clean, corrupted = readings
    if clean.source.shape != corrupted.source.shape:
        unit = getattr(task, "unit", "place")
        counts = " and ".join(str(reading.source.shape[1]) for reading in readings)
        raise InputError(f"The inputs have {counts} {unit}s; patching needs as many in both: change tokens, and add or remove none.")
    masks = [reading.mask for reading in readings if reading.mask is not None]
    if len(masks) == 2 and not bool((masks[0] == masks[1]).all()):
        raise InputError("The inputs are not equally long; patching needs as many places in both.")
    return torch.cat([clean.source, corrupted.source]), torch.cat(masks) if len(masks) == 2 else None


def _up_to_a_difference(
    run: Run, model: EncoderDecoder, source: Tensor, mask: Tensor | None, recording: Recording
) -> tuple[list[Tensor], Tensor]:
    """Greedy tokens (2,) of each step until they differ, and the logits (2, V) there."""
    written = []
    for one in decode(model, source, mask, max_steps=run.task.max_steps(source.shape[1]), recording=recording):
        written.append(one.token)
        if bool(one.token[0] != one.token[1]):
            return written, one.logits
    told = run.task.join(tuple(run.task.classes[int(token[0])] for token in written if int(token[0]) != EOS))
    raise InputError(f"Both inputs are answered {show(told)}; patching needs two whose answers differ.")


def _under(
    edits: Sequence[tuple[Edit, ...]], model: EncoderDecoder, source: Tensor, mask: Tensor | None, prefix: Sequence[Tensor], sites: str = ""
) -> tuple[Recording, Tensor]:
    """As many corrupted runs as there are rows of edits, up to the step after a prefix of the corrupted answer: what they have at the
    sites, and their logits (B, V) of the next token."""
    count = len(edits)
    recording = Recording(model, sites=sites, edits_by_row=edits)
    forced = {step: token[1].expand(count) for step, token in enumerate(prefix)}
    rows = None if mask is None else repeated(mask, count)
    *_, last = decode(model, repeated(source, count), rows, max_steps=len(prefix) + 1, forced=forced, recording=recording)
    recording.finish()
    return recording, last.logits


def _edit(rows: Sequence[Carrier], values: Mapping[tuple[int, int], Any], site: str, place: int) -> Edit:
    names = tuple(map(str, rows))
    if site not in names:
        raise InputError(f"{show(site)} is no row of this map; there are: {', '.join(names)}.")
    row = names.index(site)
    if (row, place) not in values:
        there = ", ".join(str(column) for at, column in sorted(values) if at == row)
        raise InputError(f"{site} brings nothing at place {show(place)}; it has {there or 'no place that does'}.")
    return rows[row].edit(place, values[row, place])


def _site_and_place(given: Any) -> tuple[str, int]:
    """What `through` must be."""
    if not isinstance(given, tuple) or len(given) != 2 or not isinstance(given[0], str) or isinstance(given[1], bool | float):
        raise InputError(f"`through` is a site of the map and a place, such as ('encoder.states', 0), not {show(given)}.")
    return given


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
