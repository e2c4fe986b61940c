"""What one run of a model on one input computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..options import show

if TYPE_CHECKING:
    from ..inference.beam import Search
    from ..tasks import Reading


class Trace(Mapping[str, NDArray[np.float32]]):
    """Everything one run of a model on one input computed: a mapping of sites, by name, to what passed there. `Run.explore` makes one.

    `trace[site]` is numpy without the batch axis. Time comes first where the site was tapped once per step; rows of
    growing length are right-padded with NaN; positions are in source order also for a backward direction. After a beam
    search (`beam`) a leading axis runs over the final hypotheses, best first, and `search` holds what it kept and dropped at each step.
    `source` and `tokens` are what was read and written (tokens include the end token), `probabilities` (steps,
    vocabulary), `output` the text of the answer, `reconstruction` for autoencoders, in the shape of what was read. A reader writes all
    its tokens at once, each read off at one of `positions` of the source (none for an answer about the whole). `reading` is what went
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
            made = "a picture" if self.reconstruction.ndim == 2 else f"{len(self.reconstruction)} numbers"
            return f"Trace({'a code' if self.picture is None else made} → {made}, {len(self)} sites)"
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
