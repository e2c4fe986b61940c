"""What carries the difference: one quantity of a clean run put into a corrupted one, at one place, and how much of the answer comes back.

    recovered = (d_patched − d_corrupted) / (d_clean − d_corrupted)
    d = logit of the token that the clean run writes − logit of the one that the corrupted run writes, where they first differ

0 is as corrupted, 1 as clean. K. Meng et al., "Locating and Editing Factual Associations in GPT", 2022; before them J. Vig et al., "Causal
Mediation Analysis for Interpreting Neural NLP", 2020.
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

Array = NDArray[np.float64]
AT_ONCE = 256  # patched runs in one batch
MOST_ROWS = 30
STEPS = ("scores", "weights", "query", "key", "value", "logits", "sum", "linear1", "activation", "positions")  # ways to a quantity
FINER = ("heads", "linear2", "output")  # what a sublayer adds, in the order in which a large map does without
NOTHING, HALF = 0.05, 0.5  # shares that a sentence speaks of


class Carrier(NamedTuple):
    """One row of the map: a site, or one `head` of it, of the part that reads or of the "decoder". `once`: it passes once for all places,
    which lie along its last axis but one."""

    site: str
    part: str
    head: int | None = None
    once: bool = False

    def __str__(self) -> str:
        return self.site if self.head is None else f"{self.site} {self.head}"

    def edit(self, place: int, value: Any) -> Edit:
        """What puts a value there, whatever is computed."""
        at = () if self.head is None else (((-3 if self.once else -2), self.head),)
        if self.part == "decoder" and self.once:
            return Edit(self.site, "patch", value, at=at)
        return Edit(self.site, "patch", value, at=(*at, (-2, place))) if self.once else Edit(self.site, "patch", value, (place,), at)


class Cell(NamedTuple):
    """A place of the map: its row, its column, and the share that comes back from there."""

    site: str
    place: int
    share: float


@dataclass(frozen=True, eq=False)
class Patch:
    """How much of the clean answer each place brings back. `Run.patch` makes one.

    `recovered` (sites, places) is NaN where a site has no such place: rows of the part that reads have source positions, rows of the
    decoder output steps, from 0; what passes once, before the first step, is at 0. `places` names them by part, as the corrupted run
    reads and writes them. `step` is the first output at which the answers differ, `tokens` what the clean and the corrupted run write
    there, `differences` their d.
    """

    carriers: tuple[Carrier, ...]
    places: Mapping[str, tuple[str, ...]]
    recovered: Array
    step: int
    tokens: tuple[str, str]
    differences: tuple[float, float]
    values: Mapping[tuple[int, int], Any]  # of the clean run, by row and place

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
        """Where most comes back, apart from what was changed itself, the embedding, and from the step that writes the token; where
        there is nothing else, of all."""
        inner = self.recovered.copy()
        for row, carrier in enumerate(self.carriers):
            if carrier.site.endswith("embedded"):
                inner[row] = np.nan
            elif carrier.part == "decoder" and not carrier.once:
                inner[row, self.step] = np.nan
        among = self.recovered if np.isnan(inner).all() or np.nanmax(inner) <= NOTHING else inner
        row, place = divmod(int(np.nanargmax(among)), among.shape[1])
        return Cell(self.sites[row], place, float(self.recovered[row, place]))

    def edit(self, site: str, place: int) -> Edit:
        """The edit that puts what passed there in the clean run into another one: `run.explore(corrupted, edits=patch.edit(…))`. Raises
        InputError for a row or a place that the map does not have."""
        if site not in self.sites:
            raise InputError(f"{show(site)} is no row of this map; there are: {', '.join(self.sites)}.")
        row = self.sites.index(site)
        if (row, place) not in self.values:
            last = max(column for at, column in self.values if at == row)
            raise InputError(f"{site} has no place {show(place)}; it has 0 to {last}.")
        return self.carriers[row].edit(place, self.values[row, place])

    @property
    def sentence(self) -> str:
        """What the map says, computed from it."""
        right, written = self.tokens
        real = ~np.isnan(self.recovered)
        half = int((self.recovered[real] >= HALF).sum())
        at = _named(self.places[self.carriers[self.sites.index(self.best.site)].part], self.best.place)
        most = np.nanmax(np.abs(self.recovered), axis=1)
        idle = [name for name, share in zip(self.sites, most, strict=True) if share < NOTHING]
        nothing = f" {', '.join(idle)} bring{'s' if len(idle) == 1 else ''} back nothing at any place." if idle else ""
        return (
            f"At output {self.step + 1} the corrupted run writes ‘{written}’ for ‘{right}’. {half} of {int(real.sum())} places bring at "
            f"least half of the way back; {self.best.site} at {at} brings {_percent(self.best.share)}.{nothing}"
        )

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
def patch(run: Run, clean: Any, corrupted: Any) -> Patch:
    """Every quantity that carries something, at every place, from the clean run into the corrupted one. `clean` and `corrupted` are what
    the task can perceive, at as many source positions. Raises InputError for models that do not write, for inputs that are not of one
    length, and for those that are answered alike."""
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
    carriers, values = _carriers(recording, positions)
    wide = max(place for _, place in values) + 1
    recovered = np.full((len(carriers), wide), np.nan)
    changed = []
    for (row, place), (put, same) in values.items():
        recovered[row, place] = 0.0  # where both runs have the same, nothing is put there
        if not same:
            changed.append((row, place, carriers[row].edit(place, put)))
    for begin in range(0, len(changed), AT_ONCE):
        some = changed[begin : begin + AT_ONCE]
        patched = _patched(model, source[1:], None if mask is None else mask[1:], written[:-1], [edit for *_, edit in some])
        d = patched[:, right] - patched[:, wrong]
        shares = ((d - gap[1]) / (gap[0] - gap[1])).double().cpu().numpy()
        for (row, place, _), share in zip(some, shares, strict=True):
            recovered[row, place] = share
    names = [["end" if i == EOS else task.classes[i] for i in row] for row in torch.stack(written, dim=1).tolist()]
    reads = next((carrier.part for carrier in carriers if carrier.part != "decoder"), "encoder")
    return Patch(
        carriers,
        {reads: task.places(readings[1], positions), "decoder": tuple(names[1])},
        recovered,
        step,
        (names[0][step], names[1][step]),
        (float(gap[0]), float(gap[1])),
        {cell: put for cell, (put, _) in values.items()},
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


def _carriers(recording: Recording, positions: int) -> tuple[tuple[Carrier, ...], dict[tuple[int, int], tuple[Any, bool]]]:
    """The rows of the map, and for every cell what the clean run has there and whether the corrupted one has the same.

    What carries is told by the trace: every quantity that has a place for each source position or output step, or passes once from
    the part that reads to the one that writes; not the ways to a quantity, and not what is the same in both runs everywhere.
    """
    found: dict[Carrier, list[Tensor]] = {}
    for site, taps in recording.taps.items():
        part, last = site.partition(".")[0], site.rpartition(".")[2]
        if last in STEPS or last.endswith("_gate") or last.rstrip("0123456789") == "norm":
            continue
        once = len(taps) == 1 and taps[0][0] is None
        if part != "decoder" and once:
            first = taps[0][1]
            if first.dim() < 3 or first.shape[-2] not in (positions, _begun(recording, part)):
                continue
        ordered = [value for _, value in sorted(taps, key=lambda tap: tap[0] or 0)]
        axis = (-3 if once else -2) if last == "heads" else None
        for head in (None,) if axis is None else range(ordered[0].shape[axis]):
            rows = ordered if head is None or axis is None else [value.select(axis, head) for value in ordered]
            if once and part != "decoder":
                rows = list(rows[0].unbind(-2))
            if any(not torch.equal(row[0], row[1]) for row in rows):
                found[Carrier(site, part, head, once)] = rows
    for finer in FINER:
        if len(found) > MOST_ROWS:
            found = {carrier: rows for carrier, rows in found.items() if not carrier.site.endswith(f".{finer}")}
    if not found:
        raise InputError("Nothing that can be looked at in this model differs between these inputs; choose others.")
    carriers = tuple(found)
    return carriers, {
        (row, place): (value[0].cpu().numpy(), torch.equal(value[0], value[1]))
        for row, carrier in enumerate(carriers)
        for place, value in enumerate(found[carrier])
    }


def _begun(recording: Recording, part: str) -> int:
    """How many places a prompt has whose last token the first step reads."""
    taps = recording.taps.get(f"{part}.embedded", [])
    return taps[0][1].shape[-2] if taps else 0


def _patched(model: EncoderDecoder, source: Tensor, mask: Tensor | None, prefix: Sequence[Tensor], edits: Sequence[Edit]) -> Tensor:
    """Logits (B, V) of the next token after a prefix of the corrupted answer, each row under an edit of its own."""
    count = len(edits)
    recording = Recording(model, sites="", edits_by_row=[(edit,) for edit in edits])
    forced = {step: token[1].expand(count) for step, token in enumerate(prefix)}
    rows = None if mask is None else repeated(mask, count)
    *_, last = decode(model, repeated(source, count), rows, max_steps=len(prefix) + 1, forced=forced, recording=recording)
    recording.finish()
    return last.logits


def _named(places: Sequence[str], place: int) -> str:
    return f"‘{places[place]}’" if place < len(places) else f"place {place}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
