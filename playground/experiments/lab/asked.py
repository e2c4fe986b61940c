"""A finished run that can be asked: the questions that take a run and answer in numbers, as its methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import Any

from ...errors import InputError
from ...options import show
from ...storage.run import Run
from ...tracing import Edit
from ..evidence.faithfulness import Faithfulness, faithfulness
from ..evidence.first_errors import FirstErrors, first_errors
from ..evidence.importance import Importance, importance
from ..evidence.spectrum import Spectrum, spectrum
from ..evidence.who_knows import WhoKnows, who_knows
from ..sentence_space import STEPS, Walk, walk
from ..uses.compressing import Compressed, compress
from ..uses.denoising import LEVELS, Denoised, denoise
from ..uses.detecting import Detected, detect
from ..uses.dying import Dead, dead
from ..uses.features import Features, features
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

    def patch(self, clean: Any, corrupted: Any, through: tuple[str, int] | None = None) -> Patch:
        """What carries the difference: each quantity at each place of the clean run put into the corrupted one, and how much of the clean
        answer comes back. Both are inputs at as many source positions, such as sentences that differ in one word.

        `through` a site and a place follows what these alone bring back: on which paths it goes on to the answer.

        Raises InputError for models that do not write, for inputs that are not of one length, for those that are answered alike, and for a
        place that the map does not have or that brings nothing.
        """
        return patch(self, clean, corrupted, through)

    def probe(self, what: str, site: str | None = None) -> Probe:
        """Who knows what: a linear probe on the states of held-out inputs at a `site`, by default the decoder's, beside one that was fitted
        on shuffled labels.

        `what` is "position" of a state, from 0 · "remaining" how many places follow · "token" that is read there, or due there · "class"
        of the whole · or the name of one of the task's rules: whether an input needs it. Raises InputError for others, and where there is
        no state for each token.
        """
        return probe(self, what, site)

    def who_knows(self, what: str) -> WhoKnows:
        """The same probe at every site that carries something on, in the order of computing: where it becomes known, and where it is given
        up.

        `what` is as for `probe`. Raises InputError for others, and for models that have no state for each token.
        """
        return who_knows(self, what)

    def spectrum(self, table: str = "source") -> Spectrum:
        """Whether a table of words knows the order of its numerals: the spectrum of their rows, beside that of shuffled orders.

        `table` is "source" or "target", the embeddings of what is read and of what was written, or "output", the rows that choose a token.
        Raises InputError for tables that the model does not have, and where they hold no numerals from 0 on.
        """
        return spectrum(self, table)

    def importance(self, given: Any) -> Importance:
        """What the tokens of one input did for each token of its answer: attention weights beside gradient × input, occlusion and
        deletion.

        Raises InputError for models whose answers look at no states of source tokens, for input that the task cannot read, and for a
        single token.
        """
        return importance(self, given)

    def faithfulness(self, n: int = 64) -> Faithfulness:
        """Whether attention explains, over `n` held-out inputs: rank correlations of its weights with what tokens measurably did, and how
        many answers stay the same where weights are permuted or spread evenly.

        Raises InputError for models whose answers look at no states of source tokens, and for n outside 2..256.
        """
        return faithfulness(self, n)

    def first_errors(self, n: int = 256) -> FirstErrors:
        """What one wrong token costs, by distance behind it, over `n` held-out inputs.

        Raises InputError for models that do not write, and for n outside 2..1024.
        """
        return first_errors(self, n)

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

    def compress(self, others: Iterable[Run] = ()) -> Compressed:
        """The error of an autoencoder beside that of principal components, of every number; and beside `others` on the same pictures, of
        other sizes, seeds, or with all layers linear.

        Raises InputError for models that draw no pictures again, and for others of another task.
        """
        return compress(self, others)

    def denoise(self, plain: Run | None = None, levels: Sequence[float] = LEVELS, n: int = 1024, seed: int = 0) -> Denoised:
        """How much of `n` clean held-out pictures an autoencoder draws of noisy ones, at each of the `levels`, standard deviations of the
        noise; beside a `plain` run that was trained without. `seed` draws the noise.

        Raises InputError for models that draw no pictures again, for levels outside 0..1, for n outside 2..4096, and for what is no seed.
        """
        return denoise(self, plain, levels, n, seed)

    def detect(self, odd: str | None = None) -> Detected:
        """How well the error tells strange pictures from known ones: those of the class that the run was trained without
        (`task_options={"without": "8"}`), or of the task that `odd` names.

        Raises InputError for models that draw no pictures again, where no class was left out, and for tasks without pictures.
        """
        return detect(self, odd)

    def features(self) -> Features:
        """What an autoencoder's code tells of labels that it never saw, by how many are known, and which of its numbers knows which of the
        factors that made the pictures, beside PCA, pixels and a shuffled control.

        Raises InputError for models that draw no pictures again.
        """
        return features(self)

    def dead(self) -> Dead:
        """Which pixels an autoencoder never inks, and which numbers of its code stay 0, whatever it is shown.

        Raises InputError for models that draw no pictures again.
        """
        return dead(self)

    def walk(self, first: str, last: str, steps: int = STEPS, way: str = "straight") -> Walk:
        """From one text to another in equal steps through their codes: what is written at each of the `steps`, both ends included, and how
        likely. `way` is "straight", or "round" on an arc around the origin where codes are drawn from N(0, 1).

        Raises InputError for models through which no single code passes, for texts that the task cannot read, for steps outside 2..50, and
        for a way that this model does not have.
        """
        return walk(self, first, last, steps, way)
