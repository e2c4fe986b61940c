"""Drawn scenes: one coloured shape, or two and how they lie to each other, told in words.

    input    32 × 32 pixels, three colours each: a red circle, and a blue square below it
    target   a red circle above a blue square

Every scene has one right caption: what is higher or further left comes first, and of two shapes one direction is clear.
Sizes, places, shades and the paper vary. Every tenth caption is held out: its words are known, their combination is not.

In the manner of the SHAPES data of J. Andreas, M. Rohrbach, T. Darrell, D. Klein, "Neural Module Networks", 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isqrt
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from ...errors import InputError
from ...vocabulary import EOS, Vocabulary
from .. import Batch, Given, Pixels, Reading, SensedTask, Typed, pad, register
from ..given import SIDE
from ..parts import HeldOutPart, Part, part_of
from .size import as_drawn, doubt_about, on_light_paper
from .text import COLOURS, SHAPES, Thing, read_scene

RGB = torch.tensor([[0.85, 0.15, 0.15], [0.95, 0.75, 0.1], [0.15, 0.6, 0.25], [0.15, 0.4, 0.9], [0.6, 0.25, 0.75], [0.1, 0.1, 0.12]])
PAPER, SHADE, GRAIN = (0.82, 1.0), 0.06, 0.015  # paper's grey; how far colours vary; noise of single pixels
SMALL, LARGE = 4.0, 6.0  # half the width of a shape, pixels
ONE = 0.1  # share of scenes with one shape only
SIZES: dict[Part, int] = {"train": 10_000, "validation": 512, "test": 2_048}
LONGEST = 9  # words of a caption, the end among them
PICTURE = "The picture must be 32 rows of 32 pixels with three numbers each, red, green and blue, from 0 to 1"


@dataclass(frozen=True)
class Options:
    pass


class Pool(NamedTuple):
    """Pictures as bytes (N, 32, 32, 3), and their captions (N, T) ending in EOS."""

    pictures: Int[Tensor, "many 32 32 3"]
    captions: Int[Tensor, "many words"]


@register
class Scenes(SensedTask):
    id = "scenes"
    title = "Scenes in words"
    description = "Say what a small picture shows: which shapes, in which colours, and how they lie to each other."
    example = "32 × 32 → a red circle above …"
    order = 180
    kind = "caption"
    reads = (Typed, Pixels)
    Options = Options
    unit = "region"
    target_vocabulary = Vocabulary(("a", "above", "left", "of", *COLOURS, *SHAPES))
    examples = (
        "a purple square",
        "a red circle above a blue square",
        "black cross left of green cross",
    )
    pinned = "a red circle above a blue square"
    baseline = ("colours seen, shapes guessed", ONE / len(SHAPES) + (1 - ONE) / len(SHAPES) ** 2)

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        return _batch(_pools()["train"], torch.randint(SIZES["train"], (count,), generator=generator))

    def held_out(self, part: HeldOutPart, count: int) -> Batch:
        """Pictures, each drawn anew, of captions that no training picture has."""
        return _batch(_pools()[part], torch.arange(min(count, SIZES[part])))

    def random_text(self, generator: torch.Generator) -> str:
        captions = _pools()["test"].captions
        return self.join(self.target_vocabulary.decode(captions[int(torch.randint(len(captions), (), generator=generator))].tolist()))

    def render(self, text: str) -> Reading:
        things, told = read_scene(text)
        drawn = draw(*described([things]), paper=torch.full((1,), 0.94))
        return Reading(drawn, text=told, shown=drawn[0].numpy())

    def perceive(self, given: Any) -> Reading:
        """A typed scene is drawn; an array (32, 32, 3) in 0..1 is put on light paper where its ground is dark, and scaled where its
        shapes are larger or smaller than drawn ones."""
        if isinstance(given, str):
            return self.render(given)
        values, colours = _checked(given), RGB.numpy()
        lit = on_light_paper(values)
        read_as = None if lit is values else "the same shapes on light paper"
        shown = as_drawn(lit, colours)
        return Reading(torch.from_numpy(shown)[None], read_as=read_as, shown=shown, doubt=doubt_about(shown, colours))

    def drawn(self, values: Any) -> Given:
        picture = _checked(None if isinstance(values, str) else values)
        return Pixels((picture * 255).round().astype(np.uint8).tobytes())

    def places(self, reading: Reading, count: int) -> tuple[str, ...]:
        """As on a chessboard: columns a, b, c … from the left, rows 1, 2, 3 … from the top."""
        rows, columns = self.grid(count)
        return tuple(f"{chr(ord('a') + column)}{row + 1}" for row in range(rows) for column in range(columns))

    def grid(self, count: int) -> tuple[int, int]:
        return isqrt(count), isqrt(count)

    def picture(self, source: Tensor) -> Tensor:
        return source

    def max_steps(self, source_length: int = 0) -> int:
        return LONGEST + 3


def draw(
    shapes: Int[Tensor, "many things"], colours: Float[Tensor, "many things 3"], boxes: Float[Tensor, "many things 3"], paper: Tensor
) -> Float[Tensor, "many 32 32 3"]:
    """Pictures in 0..1. A box is x, y of the middle and half the width; a shape of width 0 is not there. Edges fade over one
    pixel. `paper` is the grey of each picture's background."""
    pictures = paper[:, None, None, None].expand(-1, SIDE, SIDE, 3)
    at = torch.arange(SIDE) + 0.5
    for k in range(shapes.shape[1]):
        x, y, half = (part[:, None, None] for part in boxes[:, k].T)
        across, down = at[None, None] - x, at[None, :, None] - y  # (N, 1, 32), (N, 32, 1)
        inside = _inside(shapes[:, k], across, down, half)
        ink = ((inside + 0.5).clamp(0, 1) * (half > 0))[..., None]
        pictures = pictures * (1 - ink) + colours[:, k, None, None] * ink
    return pictures


def described(scenes: list[tuple[Thing, ...]]) -> tuple[Tensor, Tensor, Tensor]:
    """What `draw` needs to know of scenes with the same number of things."""
    shapes = torch.tensor([[SHAPES.index(thing.shape) for thing in things] for things in scenes])
    colours = RGB[torch.tensor([[COLOURS.index(thing.colour) for thing in things] for things in scenes])]
    return shapes, colours, torch.tensor([[[thing.x, thing.y, thing.half] for thing in things] for things in scenes])


def _inside(shapes: Tensor, across: Tensor, down: Tensor, half: Tensor) -> Float[Tensor, "many 32 32"]:
    """How far each pixel lies within the shape's edge, negative outside, in the order of `SHAPES`."""
    x, y = across.abs(), down.abs()
    circle = half - (x.square() + y.square()).sqrt()
    square = 0.88 * half - torch.maximum(x, y)
    triangle = torch.minimum(half * 0.9 - down, (0.9 * half + down - 1.8 * x) * 0.485)  # its point is up
    arm = 0.36 * half
    cross = torch.maximum(torch.minimum(arm - x, half - y), torch.minimum(arm - y, half - x))
    every = torch.stack([circle, square, triangle, cross], dim=1)  # (N, shapes, 32, 32)
    return every[torch.arange(len(shapes)), shapes]


@cache
def _pools() -> dict[Part, Pool]:
    """The scenes of each part, drawn once."""
    generator = torch.Generator().manual_seed(23)
    captions = _captions()
    return {part: _pool([c for c in captions if part_of(" ".join(c)) == part], size, generator) for part, size in SIZES.items()}


def _captions() -> list[tuple[str, ...]]:
    """All captions: one thing, or two different ones in either relation."""
    things = [("a", colour, shape) for colour in COLOURS for shape in SHAPES]
    pairs = [(*a, *how, *b) for a in things for b in things if a != b for how in (("above",), ("left", "of"))]
    return [*things, *pairs]


def _pool(captions: list[tuple[str, ...]], count: int, generator: torch.Generator) -> Pool:
    """So many scenes of these captions, `ONE` of them with one thing."""
    single = torch.tensor([len(caption) == 3 for caption in captions])
    weights = torch.where(single, ONE / single.sum().clamp(min=1), (1 - ONE) / (~single).sum())
    chosen = torch.multinomial(weights, count, replacement=True, generator=generator)
    shapes, colours = (_column(captions, names)[chosen] for names in (SHAPES, COLOURS))  # (N, 2)
    papers = PAPER[0] + (PAPER[1] - PAPER[0]) * torch.rand(count, generator=generator)
    boxes = _boxes(torch.tensor(["above" in c for c in captions])[chosen], single[chosen], generator)
    pictures = []
    for i in range(0, count, 64):  # a few at a time stay in the cache
        rows = slice(i, i + 64)
        shades = RGB[colours[rows]] + SHADE * (2 * torch.rand(*colours[rows].shape, 3, generator=generator) - 1)
        drawn = draw(shapes[rows], shades, boxes[rows], papers[rows])
        grain = GRAIN * torch.randn(drawn.shape, generator=generator)
        pictures.append(((drawn + grain).clamp(0, 1) * 255).round().byte())
    told, _ = pad([[*Scenes.target_vocabulary.encode(caption), EOS] for caption in captions], LONGEST)
    return Pool(torch.cat(pictures), told[chosen])


def _column(captions: list[tuple[str, ...]], names: tuple[str, ...]) -> Int[Tensor, "captions 2"]:
    """Numbers of the first and the second shape, or colour, of every caption; 0 where there is no second."""
    found = [[names.index(word) for word in caption if word in names] for caption in captions]
    return torch.tensor([[*numbers, 0][:2] for numbers in found])


def _boxes(above: Tensor, single: Tensor, generator: torch.Generator) -> Float[Tensor, "many 2 3"]:
    """Places and sizes: apart by more than both halves in the named direction, and by at most half as much in the other one.
    A single thing lies anywhere."""

    def between(low: Any, high: Any) -> Tensor:
        return low + (high - low) * torch.rand(len(above), generator=generator)

    halves = torch.stack([between(SMALL, LARGE), between(SMALL, LARGE)], dim=1)
    a, b = halves.T
    apart = between(a + b + 1, (SIDE - 2 - a - b).clamp(max=20))
    first = between(a + 1, SIDE - 1 - b - apart)
    side = between(a + 1, SIDE - 1 - a)
    other = torch.minimum(torch.maximum(side + apart * between(-0.5, 0.5), b + 1), SIDE - 1 - b)
    along, aside = torch.stack([first, first + apart], dim=1), torch.stack([side, other], dim=1)  # (N, 2)
    x, y = torch.where(above[:, None], aside, along), torch.where(above[:, None], along, aside)
    for place in (x, y):
        place[single, 0] = between(a + 1, SIDE - 1 - a)[single]
    halves[:, 1] *= ~single
    return torch.stack([x, y, halves], dim=-1)


def _batch(pool: Pool, rows: Tensor) -> Batch:
    return Batch(pool.pictures[rows].float() / 255, pool.captions[rows])


def _checked(given: Any) -> Float[np.ndarray, "32 32 3"]:
    """Untrusted values as a picture. Raises InputError."""
    try:
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused below
            values = np.array(np.asarray(given, dtype=np.float32))
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{PICTURE}; or type a scene, for example: {Scenes.pinned}") from None
    if values.shape == (3 * SIDE**2,):
        values = values.reshape(SIDE, SIDE, 3)
    if values.shape != (SIDE, SIDE, 3):
        raise InputError(f"The picture has shape {values.shape}. {PICTURE}.")
    if not np.isfinite(values).all() or values.min() < -1e-6 or values.max() > 1 + 1e-6:
        raise InputError(f"The picture has values from {values.min():g} to {values.max():g}. {PICTURE}.")
    return values.clip(0, 1)
