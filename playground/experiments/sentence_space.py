"""The space between texts: where a model that hands over one code puts held-out texts, what lies between two of them, and what each
number of a code does to what is written.

S. Bowman et al., "Generating Sentences from a Continuous Space", 2016, walk between sentences through their codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import InputError
from ..inference import latent, variational
from ..inference.projection import Projection
from ..inference.sequence_codes import Array, Written, costs, decoded, encoded, has_code
from ..models import EncoderDecoder, Variational
from ..models.sequence_vae import SequenceVAE
from ..options import show
from ..storage.run import Run
from ..tasks import Reading
from ..vocabulary import EOS, PAD
from .held_out_states import principal
from .lab.result import Result

MANY = 400  # held-out texts
NEAR = 6  # neighbours of a code
STEPS = 11
WAYS: Mapping[str, Callable[[Array, Array, int], Array]] = {"straight": latent.between, "round": latent.around}
STOPS = tuple(float(v) for v in np.linspace(-2, 2, 9))  # where a number of the code is put, in spreads of the held-out texts
NUMBERS = 12  # of a code that are moved
NO_CODE = "Through this model no single code passes: its decoder looks at the encoder's states. Choose seq2seq or sequence_vae."


@dataclass(frozen=True)
class Space:
    """Codes (N, Z) of held-out texts; `tokens` that were read, N of them; the plane on which they lie best. `kl` (Z,): what each number
    costs on average, in nats, None where codes are not drawn."""

    codes: Array
    tokens: tuple[tuple[str, ...], ...]
    projection: Projection
    kl: Array | None

    @property
    def spread(self) -> Array:
        """Standard deviation of each number. (Z,)"""
        return np.asarray(self.codes.std(0), dtype=np.float32)


@dataclass(frozen=True)
class Nearby:
    """The `rows` of a space whose codes are nearest to one, their `distances`, and how many tokens each has in common with what was read;
    `usual`: how many all the others have on average."""

    rows: tuple[int, ...]
    distances: tuple[float, ...]
    shared: tuple[int, ...]
    usual: float


@dataclass(frozen=True)
class Walk(Result):
    """Equal steps from the code of one text to that of another: `codes` (steps, Z), and what is written from each. `sound`: which of them
    could have been read, where texts are written in the language in which they are read; None elsewhere."""

    way: str
    codes: Array
    steps: tuple[Written, ...]
    sound: tuple[bool, ...] | None

    @property
    def sentence(self) -> str:
        """How much is written on the way, and where it is least sure."""
        least = min(range(len(self.steps)), key=lambda i: self.steps[i].log_probability)
        texts = len({step.text for step in self.steps})
        sound = "" if self.sound is None else f" {sum(self.sound)} of {len(self.sound)} are sentences of the grammar."
        return (
            f"{len(self.steps)} steps write {texts} different text{'s' if texts > 1 else ''}.{sound} "
            f"Least sure is step {least + 1}: {100 * self.steps[least].probability:.2g} % for all of its text."
        )

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: step, text, probability of all of it."""
        return [["step", "text", "probability"], *([i + 1, step.text, step.probability] for i, step in enumerate(self.steps))]


@dataclass(frozen=True)
class Moved:
    """One number of a text's code: its `unit`, where it stands, `at` so many spreads from the mean of held-out texts; by how many nats the
    text becomes less likely two spreads from that mean, `worth`; and what is written at each of `STOPS`."""

    unit: int
    at: float
    worth: float
    texts: tuple[Written, ...]


def space(run: Run, count: int = MANY) -> Space:
    """Raises InputError for models through which no single code passes."""
    model = _model(run)
    batch = run.task.held_out("test", count)
    codes = encoded(model, batch.source, batch.mask)
    names: Any = run.task.source_vocabulary
    tokens = tuple(tuple(names.tokens[i] for i in row if i != PAD) for row in batch.source.tolist())
    with torch.no_grad():
        kl = variational.each(model, batch).mean(0).numpy() if isinstance(model, SequenceVAE) else None
    return Space(codes, tokens, _plane(codes), kl)


def near(space: Space, code: Array, tokens: tuple[str, ...], count: int = NEAR) -> Nearby:
    """The texts whose codes lie at the least distance from one (Z,), but for `tokens` themselves, whose code it is."""
    others = np.array([i for i, own in enumerate(space.tokens) if own != tokens], dtype=int)
    distances = np.linalg.norm(space.codes[others] - code, axis=1)
    order = np.argsort(distances, kind="stable")[:count]
    shared = [common(tokens, space.tokens[i]) for i in others]
    return Nearby(
        tuple(int(others[k]) for k in order),
        tuple(float(distances[k]) for k in order),
        tuple(shared[k] for k in order),
        float(np.mean(shared)) if shared else 0.0,
    )


def common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many tokens two texts have in common, wherever they stand; what stands twice in both counts twice."""
    return sum((Counter(one) & Counter(other)).values())


def ways(run: Run) -> tuple[str, ...]:
    """How one may walk: on an arc only where codes are drawn from N(0, 1), which lie near a sphere."""
    return ("straight", "round") if isinstance(run.model, Variational) else ("straight",)


def walk(run: Run, first: str, last: str, steps: int = STEPS, way: str = "straight") -> Walk:
    """From one text to another through their codes. Raises InputError for models without a code, for texts that the task cannot read, for
    steps outside 2..50, and for a way that is none of `ways`."""
    model = _model(run)
    if isinstance(steps, bool) or not isinstance(steps, int) or not 2 <= steps <= 50:
        raise InputError(f"steps is {show(steps)}; allowed is a whole number from 2 to 50.")
    if not isinstance(way, str) or way not in ways(run):
        raise InputError(f"way is {show(way)}; between codes of this model one walks {' or '.join(ways(run))}.")
    ends = [run.task.perceive(text) for text in (first, last)]
    codes = WAYS[way](code_of(model, ends[0]), code_of(model, ends[1]), steps)
    most = max(run.task.max_steps(reading.source.shape[1]) for reading in ends)
    written = decoded(model, run.task, codes, most)
    sound = tuple(run.task.answer(step.tokens) is not None for step in written) if run.task.kind == "sentence" else None
    return Walk(way, codes, written, sound)


def moved(run: Run, space: Space, text: str) -> tuple[Moved, ...]:
    """The numbers of a text's code that it needs most, one moved at a time; those that cost it most first."""
    model, reading = _model(run), run.task.perceive(text)
    code, most = code_of(model, reading), run.task.max_steps(reading.source.shape[1])
    own = decoded(model, run.task, code[None], most)[0]
    mean, spread = space.codes.mean(0), space.spread
    units = np.arange(len(code))
    ends = np.concatenate([_put(code, units, mean + stop * spread) for stop in (STOPS[0], STOPS[-1])])
    vocabulary: Any = run.task.target_vocabulary
    target = torch.tensor([[*vocabulary.encode(own.tokens), *([EOS] if own.ended else [])]])
    worth = costs(model, ends, target).reshape(2, -1).mean(0) + own.log_probability
    chosen = np.argsort(-worth, kind="stable")[:NUMBERS]
    rows = np.concatenate([_put(code, np.full(len(STOPS), i), mean[i] + np.array(STOPS) * spread[i]) for i in chosen])
    texts = decoded(model, run.task, rows, most)
    return tuple(
        Moved(
            int(i),
            float((code[i] - mean[i]) / max(spread[i], latent.TINY)),
            float(worth[i]),
            texts[k * len(STOPS) : (k + 1) * len(STOPS)],
        )
        for k, i in enumerate(chosen)
    )


def code_of(model: EncoderDecoder, reading: Reading) -> Array:
    """The code of what was read. (Z,)"""
    return np.asarray(encoded(model, reading.source, reading.mask)[0])


def _put(code: Array, units: NDArray[Any], values: NDArray[Any]) -> Array:
    """The code (Z,) once for each of these units, which has that value then. (units, Z)"""
    rows = np.repeat(code[None], len(units), axis=0)
    rows[np.arange(len(units)), units] = values
    return np.asarray(rows, dtype=np.float32)


def _model(run: Run) -> EncoderDecoder:
    if not has_code(run.model):
        raise InputError(NO_CODE)
    return run.model


def _plane(codes: Array) -> Projection:
    """The numbers themselves where there are two of them at most; of more the two principal components."""
    width = codes.shape[1]
    if width <= 2:
        mean, components = np.zeros(width, np.float32), np.eye(2, width, dtype=np.float32)
        variance = codes.var(0)
        explained = np.pad(variance / max(float(variance.sum()), latent.TINY), (0, 2 - width)).astype(np.float32)
    else:
        axes = principal(codes, 2)
        mean, components, explained = axes.mean, axes.components, axes.explained
    return Projection(mean, components, explained, np.asarray((codes - mean) @ components.T, dtype=np.float32))
