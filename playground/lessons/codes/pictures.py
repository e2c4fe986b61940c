"""Autoencoders: a picture through a few numbers, beside the best that straight lines can do."""

from __future__ import annotations

import torch

from ...experiments.pca_baseline import pca_error
from ...experiments.uses.denoising import denoise
from ...models import Autoencoder
from ...papers.parts import Bar
from ...storage.run import Run
from ..lesson import SCALE, Found, Lesson, Load, Question, Scale
from ..words import Words

SMALL, LARGE = ("conv_autoencoder", "digits"), ("autoencoder", "digits")
PIXELS = 28 * 28
NOISE = 0.3
MANY = 256


@torch.inference_mode()
def _error(run: Run) -> float:
    """Mean squared error per pixel on held-out pictures."""
    batch = run.task.held_out("test", 1024)
    return float((run.model(batch.source, batch.condition) - batch.source).square().mean())


def _size(run: Run) -> int:
    assert isinstance(run.model, Autoencoder)
    return run.model.code_size


def squeezed(load: Load) -> Found:
    """How many times fewer numbers the code has, and what is left of the picture."""
    run = load(*SMALL)
    size, batch = _size(run), run.task.held_out("test", 1024)
    blank = float((batch.source - batch.source.mean(0)).square().mean())
    return Found({"code": float(size), "pixels": float(PIXELS), "times": PIXELS / size, "kept": 1 - _error(run) / blank}, PIXELS / size)


def against(load: Load, pair: tuple[str, str]) -> Found:
    """Errors of an autoencoder and of as many principal components."""
    run = load(*pair)
    model, pca, size = _error(run), pca_error(run.recipe.task, _size(run)), _size(run)
    return Found({"model": 1000 * model, "pca": 1000 * pca, "size": float(size), "ratio": pca / model}, int(pca < model))


def small(load: Load) -> Found:
    """The one with a small code."""
    return against(load, SMALL)


def large(load: Load) -> Found:
    """The one with a code that is larger than what these pictures hold."""
    return against(load, LARGE)


def cleaned(load: Load) -> Found:
    """How far a noisy picture lies from the clean one, before and after it went through the code."""
    found = denoise(load(*SMALL), levels=(NOISE,), n=MANY)
    before, after = 1000 * found.left[0], 1000 * found.model[0]
    return Found({"before": before, "after": after, "less": after / before}, int(after >= before))


LESSON = Lesson(
    "pictures",
    "Autoencoders and PCA",
    5,
    (
        Question(
            "architecture=conv_autoencoder&task=digits&picture=0",
            Words(
                "How much smaller is the code?",
                "An *autoencoder* squeezes a picture of 28 × 28 pixels through a ●code●, and draws it again from that alone. Here the "
                "code has ●{code}● numbers. How many times fewer is that?",
                "{times} times fewer. With them {kept:%} of what distinguishes the pictures is drawn again.",
                "Handwriting uses few of all pictures that there could be, so few numbers tell which one it is.",
            ),
            squeezed,
            (
                Bar("times", "times fewer numbers", least=49, most=49, unit=""),
                Bar("kept", "variance that is drawn again", least=0.7),
            ),
            kind=SCALE,
            scale=Scale(1, 100, 1, 6),
        ),
        Question(
            "architecture=conv_autoencoder&task=digits&picture=0",
            Words(
                "Who draws better with {size} numbers?",
                "*PCA* is the best that straight lines can do: a weighted sum of {size} fixed pictures. The autoencoder bends. Both have "
                "{size} numbers for a digit; whose drawing is closer to it?",
                "Error per pixel, in thousandths: autoencoder {model}, PCA {pca}.",
                "Turning and thickening a stroke moves pixels along curves; whoever can bend follows them with fewer numbers.",
                ("the autoencoder", "PCA"),
            ),
            small,
            (Bar("ratio", "how many times larger the error of PCA is", least=1.05, unit=""),),
        ),
        Question(
            "architecture=autoencoder&task=digits&picture=0",
            Words(
                "And with {size} numbers?",
                "This autoencoder has a code of {size}. The digits were scanned at 8 × 8 and enlarged, so however many pixels they have, "
                "each holds 64 free numbers. Who draws better now?",
                "Error per pixel, in thousandths: autoencoder {model}, PCA {pca}.",
                "With more numbers than the pictures hold nothing is squeezed: PCA is exact, and a trained network comes only near.",
                ("the autoencoder", "PCA"),
            ),
            large,
            (Bar("ratio", "how many times the error of PCA is that of the model", most=0.5, unit=""),),
        ),
        Question(
            "architecture=conv_autoencoder&task=digits&picture=0",
            Words(
                "What becomes of noise?",
                "A picture is sprinkled with noise, and goes through the small code. It was never trained with noise. Is what comes out "
                "closer to the clean picture than what went in?",
                "Error per pixel, in thousandths: {before} before, {after} after.",
                "The code has room for digits and none for noise: what cannot be told in it is left behind.",
                ("yes", "no"),
            ),
            cleaned,
            (Bar("less", "share of the error that is left", most=0.95),),
        ),
    ),
)
