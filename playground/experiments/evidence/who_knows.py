"""Who knows what: the same linear probe at every site of a model, in the order of its computing.

Where a score rises along the sites something is worked out there, and where it falls it is given up; see `lab.probes` for one of them, and
for what a probe does not show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...errors import InputError
from ...models import EncoderDecoder, Reader
from ...options import show
from ...storage.run import Run
from ..held_out_states import MANY, gather_all
from ..lab.probes import Probe, askable, in_words, probe_states
from ..lab.result import Result


@dataclass(frozen=True)
class WhoKnows(Result):
    """What a linear probe reads off each site. `Run.who_knows` makes one.

    `probes` are those that were fitted so far, of `sites` that there are; each is scored on inputs that it was not fitted on, beside one
    that was fitted on shuffled labels.
    """

    what: str
    probes: tuple[Probe, ...]
    sites: int

    @property
    def best(self) -> Probe:
        """The site that tells most."""
        return max(self.probes, key=lambda probe: probe.score)

    @property
    def sentence(self) -> str:
        """Who tells it, computed from the scores."""
        told, best, many = in_words(self.what), self.best, f"{len(self.probes)} site{'s' if len(self.probes) > 1 else ''}"
        tell = sum(probe.found for probe in self.probes)
        if tell:
            return f"{tell} of {many} tell {told}. Best: {best.sentence}"
        score = f"at most {best.measure} {best.score:.2f}, with shuffled labels {best.shuffled:.2f}, by chance {best.chance:.2f}"
        return f"Nothing linear at {many} tells {told}: {score}."

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header, a site each."""
        return [
            ["site", "measure", "score", "low", "high", "shuffled", "chance", "unit", "unit alone", "n", "inputs"],
            *(
                [p.site, p.measure, p.score, *p.interval, p.shuffled, p.chance, p.unit.index, p.unit.score, p.n, p.inputs]
                for p in self.probes
            ),
        ]

    def __repr__(self) -> str:
        """WhoKnows(position at 9 sites, best decoder.recurrent.layers.0.cell: R² 0.98)"""
        best = self.best
        return f"WhoKnows({self.what} at {len(self.probes)} sites, best {best.site}: {best.measure} {best.score:.2f})"


def who_knows(run: Run, what: str) -> WhoKnows:
    """All that `probing` finds. Raises InputError as it does."""
    *_, found = probing(run, what)
    return found


def probing(run: Run, what: str, count: int = MANY, seed: int = 0) -> Iterator[WhoKnows]:
    """What is known after each site. Raises InputError for what cannot be asked of this task, and for models that have no state for each
    token."""
    if not isinstance(what, str) or what not in askable(run.task):
        raise InputError(f"{show(what)} cannot be asked of {run.recipe.task}; there are: {', '.join(askable(run.task))}.")
    if not isinstance(run.model, EncoderDecoder | Reader) or not (sites := gather_all(run, count)):
        raise InputError(f"{run.recipe.architecture} has no state for each token; choose a model that has.")
    probes: list[Probe] = []
    for left, (site, states) in zip(range(len(sites) - 1, -1, -1), sites.items(), strict=True):
        try:
            probes.append(probe_states(run, what, site, states, count, seed))
        except InputError:
            if not left and not probes:
                raise
        else:
            yield WhoKnows(what, tuple(probes), len(probes) + left)
