"""VAE and CVAE: codes as a map on which every place can be drawn."""

from __future__ import annotations

import torch

from ...models import Autoencoder
from ...models.vae import VariationalAutoencoder
from ...papers.parts import Bar
from ..lesson import SCALE, Found, Lesson, Load, Question, Scale
from ..words import Words

MEAN_AND_SPREAD, TOLD = ("vae", "digits"), ("cvae", "digits")
CLASSES = 10


def told(load: Load) -> Found:
    """How many numbers the encoder tells of a picture, and how many the code has."""
    run = load(*MEAN_AND_SPREAD)
    trace = run.explore(run.task.held_out("test", 1).source[0].reshape(28, 28).numpy())
    mean, spread, code = (trace[f"encoder.{name}"].size for name in ("mean", "log_variance", "code"))
    return Found({"told": float(mean + spread), "code": float(code)}, float(mean + spread))


@torch.inference_mode()
def gathered(load: Load) -> Found:
    """How far codes lie from the middle of the map, as their standard deviation, and how far the fuzz of one reaches."""
    run = load(*MEAN_AND_SPREAD)
    assert isinstance(run.model, VariationalAutoencoder)
    _, means, logs = run.model.encoder(run.task.held_out("test", 1024).source)
    wide = float(means.square().mean().sqrt())
    return Found({"wide": wide, "fuzz": float((logs / 2).exp().mean())}, wide)


@torch.inference_mode()
def commanded(load: Load) -> Found:
    """Under how many of the ten conditions the same code is drawn as the digit that was told: the nearest mean picture decides."""
    run = load(*TOLD)
    assert isinstance(run.model, Autoencoder)
    pictures, labels = run.task.pictures("train")
    means = torch.stack([pictures[labels == digit].mean(0).flatten() for digit in range(CLASSES)])
    conditions = torch.arange(CLASSES)
    drawn = run.model.decode(torch.zeros(CLASSES, run.model.code_size), conditions).flatten(1)
    right = float((torch.cdist(drawn, means).argmin(1) == conditions).sum())
    return Found({"right": right, "of": float(CLASSES)}, right)


LESSON = Lesson(
    "maps",
    "VAE and CVAE: codes as a map",
    4,
    (
        Question(
            "architecture=vae&task=digits&picture=0",
            Words(
                "How many numbers does the encoder tell?",
                "A *variational* autoencoder does not say where on the map a picture lies, but where it may lie: a cloud. The ●code● "
                "drawn from it has {code} numbers. How many must the encoder tell to describe the cloud?",
                "It tells {told}: for each of the {code} a mean and a (log) variance.",
                "A cloud has a place and a width in every direction, so twice as many numbers as the code has.",
            ),
            told,
            (Bar("told", "numbers that it tells", least=4, most=4, unit=""),),
            kind=SCALE,
            scale=Scale(1, 12, 1, 0),
        ),
        Question(
            "architecture=vae&task=digits&picture=0",
            Words(
                "How far out do pictures lie?",
                "The VAE pays for every code that lies far from the middle of the map (the KL term). Plain autoencoders may put theirs "
                "anywhere. How far from the middle, as a standard deviation, do these codes lie?",
                "{wide} on average, and each cloud is {fuzz} wide.",
                "The price pulls all clouds together into one of width 1: no holes, so a place drawn by chance has something to show.",
            ),
            gathered,
            (
                Bar("wide", "how far codes lie from the middle", least=0.6, most=1.5, unit=""),
                Bar("fuzz", "how wide a cloud is", most=0.5, unit=""),
            ),
            kind=SCALE,
            scale=Scale(0, 10, 0.5, 0.6),
        ),
        Question(
            "architecture=cvae&task=digits&picture=0",
            Words(
                "What if the code stays and the digit is told?",
                "A *conditional* VAE is told which digit it draws. Take one code, the middle of the map, and tell it 0, 1, 2 … 9 in turn. "
                "How many of the ten drawings show the digit that was told?",
                "{right} of {of} do (whichever digit’s mean picture is nearest).",
                "The digit is told, so the code need not: it keeps what is left, the handwriting.",
            ),
            commanded,
            (Bar("right", "drawings that show what was told", least=8, unit=""),),
            kind=SCALE,
            scale=Scale(0, 10, 1, 1),
        ),
    ),
)
