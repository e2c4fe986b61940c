"""Pictures from outside, brought to the paper and to the size of the shapes that models have seen.

on_light_paper(a red circle on black)                   →   a red circle on light paper
as_drawn(picture of a circle 26 pixels wide, colours)   →   the same picture on paper of its own: a circle 10 pixels wide
doubt_about(a photograph, colours)                      →   why what is told of it is a guess
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch.nn import functional as F

HALVES = (3.4, 6.9)  # half the width of the largest shape that is left as it is, pixels
WANTED = 5.0  # otherwise
INK = 0.2  # how far a pixel must differ from the paper, of 1
SPECK, MOST = 6, 8  # pixels of the smallest shape; of more than so many it is no drawing
DARK, LIGHT = 0.7, 0.94  # grey below which the ground is no paper, and of the paper that is put in its place
TOLD = 2  # as many shapes a caption names at most
STRANGE = 0.2  # how far most of the ink is from every colour, of 1: in training .11 at most


def doubt_about(picture: Float[np.ndarray, "side side 3"], colours: Float[np.ndarray, "colours 3"]) -> str | None:
    """Why what is told of a picture is a guess: it is no drawing of one shape or two in these colours. None where it is one."""
    from scipy.ndimage import label  # imported when first needed

    paper = _paper(picture)
    if paper is None:
        return "This is no drawing on even paper: the model was taught nothing but coloured shapes, so what it says is a guess."
    ink = _far(picture, paper)
    labels, most = label(ink)
    shapes = sum((labels == n).sum() >= SPECK for n in range(1, most + 1))
    if shapes == 0:
        return "There is no shape on this picture: the model was taught nothing but coloured shapes, so what it says is a guess."
    if shapes > TOLD:
        return f"There are {shapes} shapes on this picture; the model was taught one or two, so what it says is a guess."
    if np.median(np.sqrt(np.square(picture[ink][:, None] - colours).sum(axis=-1)).min(axis=1)) > STRANGE:
        return "The model was taught none of these colours, so what it says is a guess."
    return None


def on_light_paper(picture: Float[np.ndarray, "side side 3"]) -> Float[np.ndarray, "side side 3"]:
    """The same shapes on light paper where the ground is even and darker than any paper; else the picture as it is."""
    from scipy.ndimage import maximum_filter  # imported when first needed

    paper = _paper(picture)
    if paper is None or paper.mean() >= DARK:
        return picture
    far = np.abs(picture - paper).max(axis=-1)
    ink = far / np.maximum(maximum_filter(far, 3), INK)  # at the edge of a shape its share of the pixel
    return (picture + (1 - ink[..., None]) * (LIGHT - paper)).clip(0, 1).astype(np.float32)


def _paper(picture: Float[np.ndarray, "side side 3"]) -> Float[np.ndarray, " 3"] | None:
    """The colour around the edge; None where most of that has other ones, as on a photograph or of noise."""
    edge = np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])
    paper = np.median(edge, axis=0)
    return None if _far(edge, paper).mean() > 0.5 else paper


def as_drawn(picture: Float[np.ndarray, "side side 3"], colours: Float[np.ndarray, "colours 3"]) -> Float[np.ndarray, "side side 3"]:
    """The picture scaled so that its largest shape is as wide as a drawn one; as it is where it is so, or holds no shapes.

    Paper is what lies around the edge; a shape is what touches and is nearest to the same of these colours. How shapes lie to each
    other stays.
    """
    side = len(picture)
    paper = _paper(picture)
    if paper is None:
        return picture
    found = _shapes(_far(picture, paper), picture, colours)
    if not 1 <= len(found) <= MOST:
        return picture
    half = max((part.stop - part.start) / 2 for box in found for part in box)
    if HALVES[0] <= half <= HALVES[1]:
        return picture
    top, left = (min(box[axis].start for box in found) for axis in (0, 1))
    bottom, right = (max(box[axis].stop for box in found) for axis in (0, 1))
    scale = min(WANTED / half, max(1.0, (side - 4) / max(bottom - top, right - left)))  # tiny shapes grow as far as there is room
    size = max(1, round(side * scale))
    small = F.interpolate(torch.from_numpy(picture).movedim(-1, 0)[None], (size, size), mode="bilinear", antialias=True)[0]
    middle = [round(scale * (top + bottom) / 2), round(scale * (left + right) / 2)]
    return _laid(small.movedim(0, -1).numpy(), middle, paper, side)


def _far(pixels: Float[np.ndarray, "*pixels 3"], paper: Float[np.ndarray, " 3"]) -> Bool[np.ndarray, "*pixels"]:
    return np.abs(pixels - paper).max(axis=-1) > INK


def _shapes(ink: Bool[np.ndarray, "side side"], picture: np.ndarray, colours: np.ndarray) -> list[tuple[slice, slice]]:
    """The boxes of what touches in one colour."""
    from scipy.ndimage import find_objects, label  # imported when first needed

    nearest = np.square(picture[:, :, None] - colours).sum(axis=-1).argmin(axis=-1)
    boxes = []
    for colour in range(len(colours)):
        labels, _ = label(ink & (nearest == colour))
        boxes += [box for n, box in enumerate(find_objects(labels), start=1) if (labels[box] == n).sum() >= SPECK]
    return boxes


def _laid(small: Float[np.ndarray, "size size 3"], middle: list[int], paper: Float[np.ndarray, " 3"], side: int) -> np.ndarray:
    """On paper, with this point in the middle; what would lie outside is cut."""
    laid = np.broadcast_to(paper, (side, side, 3)).astype(np.float32)
    here, there = [], []
    for centre in middle:
        start = side // 2 - centre
        here.append(slice(max(0, start), min(side, start + len(small))))
        there.append(slice(max(0, -start), max(0, -start) + here[-1].stop - here[-1].start))
    laid[tuple(here)] = small[tuple(there)]
    return laid
