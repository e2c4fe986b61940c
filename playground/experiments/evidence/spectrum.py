"""How a model that was taught numbers has put them: the spectrum of the rows of its numerals, taken in the order of their values.

Rows that turn once while the numerals are counted through stand on a ring, or along a bow: near in value is near in the table. Models
that add modulo a prime keep a few such frequencies and little else (N. Nanda et al., "Progress measures for grokking via mechanistic
interpretability", 2023; Z. Zhong et al., "The Clock and the Pizza", 2023). Where digits are only moved about, their order means nothing,
and neither does the spectrum: it is that of rows drawn at random.

The control is the same rows in another order: what stays strong there has nothing to do with value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...options import show
from ...storage.run import Run
from ...tasks import Task
from ..lab.result import Result
from ..neighbours import Table, tables

Array = NDArray[np.float64]
FEWEST = 8  # numerals; of fewer any order has a strong frequency
ORDERS = 999  # that the same rows are shuffled into
CERTAIN = 0.05


@dataclass(frozen=True)
class Spectrum(Result):
    """The spectrum of a table's numerals. `Run.spectrum` makes one.

    `shares` (N // 2,) are the parts of the rows' variance that turn 1, 2, … N // 2 times while N numerals are counted through; they sum
    to 1. `before` are those of the model before its first update. `shuffled` is what the strongest share stays below in 95 % of 999
    shuffled orders, and `p` in which part of them it is as strong as in the true one, the true one counted in.
    """

    name: str
    numerals: tuple[str, ...]
    shares: Array
    before: Array
    shuffled: float
    p: float

    @property
    def strongest(self) -> int:
        """How often the strongest part turns, from 1."""
        return int(self.shares.argmax()) + 1

    @property
    def found(self) -> bool:
        """Whether the order of the numerals is in the table: as strong in less than 5 % of shuffled orders."""
        return self.p < CERTAIN

    @property
    def sentence(self) -> str:
        """What the order of the numerals has to do with their rows, computed from the shares."""
        share = f"{self.shares[self.strongest - 1]:.0%}".replace("%", " %")
        bound, was = (f"{value:.0%}".replace("%", " %") for value in (self.shuffled, self.before[self.strongest - 1]))
        turns = f"turns {_times(self.strongest)} over {self.numerals[0]} … {self.numerals[-1]}"
        against = f"in 95 % of shuffled orders the strongest part is below {bound}, and before training this one was {was}"
        if self.found:
            return f"{share} of what tells the numerals of the {self.name} table apart {turns}; {against}."
        return f"The {self.name} table knows no order of the numerals: its strongest part, {share}, {turns}; {against}."

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header, a frequency each."""
        parts = zip(self.shares.tolist(), self.before.tolist(), strict=True)
        return [["turns", "share", "before", "shuffled"], *([i, *both, self.shuffled] for i, both in enumerate(parts, 1))]

    def __repr__(self) -> str:
        """Spectrum(output of 0 … 9: 0.52 turns once, p 0.001)"""
        numerals, most = f"{self.numerals[0]} … {self.numerals[-1]}", f"{self.shares.max():.2f}"
        return f"Spectrum({self.name} of {numerals}: {most} turns {_times(self.strongest)}, p {self.p:.3f})"


def counts(task: Task) -> bool:
    """Whether the words of a task hold numerals that can be counted through."""
    vocabularies = (task.source_vocabulary, task.target_vocabulary)
    return any(bool(_numerals(tuple(words.tokens))) for words in vocabularies if words is not None)


def spectra(run: Run) -> dict[str, Spectrum]:
    """Of every table of words that has numerals: "source", "target", "output"; none where there are none."""
    found = {name: (table, _numerals(table.words)) for name, table in tables(run).items()}
    return {name: _spectrum(name, table, rows) for name, (table, rows) in found.items() if rows}


def spectrum(run: Run, table: str) -> Spectrum:
    """One of them. Raises InputError for tables that the model does not have, and where they hold no numerals."""
    there = spectra(run)
    if not isinstance(table, str) or table not in there:
        names = f"there are: {', '.join(there)}" if there else f"no table of {run.recipe.architecture} holds {FEWEST} numerals in a row"
        raise InputError(f"table is {show(table)}; {names}.")
    return there[table]


def power(rows: Array) -> Array:
    """(N, E) rows in order to (N // 2,) shares of their variance by how often they turn; by Parseval's theorem they sum to 1."""
    turns = np.abs(np.fft.rfft(rows - rows.mean(0), axis=0)) ** 2  # (N // 2 + 1, E)
    both = np.full(len(turns), 2.0)  # a frequency and its mirror image
    if len(rows) % 2 == 0:
        both[-1] = 1.0
    shares = (turns.sum(1) * both)[1:]
    return np.asarray(shares / shares.sum())


def _spectrum(name: str, table: Table, rows: list[int]) -> Spectrum:
    before, after = (np.asarray(part[rows], np.float64) for part in (table.before, table.after))
    shares, orders = power(after), np.random.default_rng(0)
    strongest = np.array([power(after[orders.permutation(len(rows))]).max() for _ in range(ORDERS)])
    p = (1 + int((strongest >= shares.max()).sum())) / (1 + ORDERS)
    return Spectrum(name, tuple(table.words[i] for i in rows), shares, power(before), float(np.quantile(strongest, 0.95)), p)


def _numerals(words: tuple[str, ...]) -> list[int]:
    """Where the longest row of numerals 0, 1, 2 … stands, in the order of their values; empty if it is too short."""
    places = {int(word): i for i, word in enumerate(words) if word.isascii() and word.isdecimal() and str(int(word)) == word}
    row: list[int] = []
    while len(row) in places:
        row.append(places[len(row)])
    return row if len(row) >= FEWEST else []


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
