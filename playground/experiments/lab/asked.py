"""A finished run that can be asked: the questions that take a run and answer in numbers, as its methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import Any

from ...errors import InputError
from ...options import show
from ...storage.run import Run
from ...tracing import Edit
from .acts import Act
from .breaking import Broken, break_it
from .by_length import ByLength, by_length
from .effect import Effect, effect
from .patching import Patch, patch
from .probes import Probe, probe

MOST = 1024  # held-out inputs


class AskedRun(Run):
    """A finished training, and questions put to it."""

    def effect(self, acts: Act | Edit | Iterable[Act | Edit], n: int = 512) -> Effect:
        """What acts do on `n` held-out inputs: `score` beside `before`, the `interval` of the difference, and, for one alone, a `control`:
        the same act at every other place of its kind and size. An act is `experiments.lab.acts.Act` or a plain Edit.

        Raises InputError for what is no act, for sites or steps that this model does not have, and for n outside 2..1024.
        """
        chosen = (acts,) if isinstance(acts, Act | Edit) else tuple(acts) if isinstance(acts, Sequence | Set | Iterator) else ()
        if not chosen or not all(isinstance(act, Act | Edit) for act in chosen):
            raise InputError(f"acts is {show(acts)}; allowed is an Edit such as Edit('decoder.hidden', 'scale', 0), or a list of them.")
        if isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= MOST:
            raise InputError(f"n is {show(n)}; allowed is a whole number from 2 to {MOST:,}.")
        return effect(self, chosen, n)

    def patch(self, clean: Any, corrupted: Any) -> Patch:
        """What carries the difference: each quantity at each place of the clean run put into the corrupted one, and how much of the clean
        answer comes back. Both are inputs at as many source positions, such as sentences that differ in one word.

        Raises InputError for models that do not write, for inputs that are not of one length, and for those that are answered alike.
        """
        return patch(self, clean, corrupted)

    def probe(self, what: str, site: str | None = None) -> Probe:
        """Who knows what: a linear probe on the states of held-out inputs at a `site`, by default the decoder's, beside one that was fitted
        on shuffled labels.

        `what` is "position" of a state, from 0 · "remaining" how many places follow · "token" that is read there, or due there · "class"
        of the whole · or the name of one of the task's rules: whether an input needs it. Raises InputError for others, and where there is
        no state for each token.
        """
        return probe(self, what, site)

    def break_it(self, seconds: float = 5.0, should_stop: Callable[[], bool] | None = None) -> Broken:
        """The shortest inputs on which this model fails, found by trying for so many seconds, or until `should_stop()`: all there are of
        a length where they are few, else repeats, near-duplicates of held-out inputs, and others by chance.

        Raises InputError for models that write no answers to what is typed, and for tasks that do not know what is right.
        """
        return break_it(self, seconds, should_stop)

    def by_length(self, lengths: Iterable[int] | None = None, n: int = 200) -> ByLength:
        """The score at each of `lengths`, by default all that were taught and a few beyond, on at most `n` new inputs each.

        Raises InputError for tasks that are not typed, and for lengths that cannot be.
        """
        return by_length(self, lengths, n)
