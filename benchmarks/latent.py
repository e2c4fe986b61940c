"""What autoencoders are for, against bars that were written down first; every seed trains once, and judges nothing that it was tuned on.

compress   error below PCA's on held-out pictures, five of five seeds; a linear autoencoder within 3 % of PCA
denoise    at most a tenth of the plain autoencoder's error at noise .3
detect     area ≥ .95 for at least nine of ten digits that were left out, and for all ten strokes
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playground import api
from playground.experiments.pca_baseline import pca_error

from .measure import Row

SEEDS = range(5)
SIZES = {"strokes": (2, 8, 16, 32, 64, 128), "digits": (2, 4, 8, 16)}
LINEAR = {"strokes": (2, 8, 16, 32), "digits": (2, 8, 16)}
WITHIN, TENTH, AREA = 1.03, 0.1, 0.95
ENOUGH = {"strokes": 10, "digits": 9}  # classes of ten
NOISE = 0.3


def rows() -> Iterator[Row]:
    for task, sizes in SIZES.items():
        for size in sizes:
            yield compressed(task, size)
    for task, sizes in LINEAR.items():
        for size in sizes:
            yield linear(task, size)
    yield denoised("strokes")
    for task in ENOUGH:
        yield detected(task)


def compressed(task: str, size: int, seeds: range = SEEDS) -> Row:
    """How many seeds are ahead of PCA."""
    found = [_train(task, seed, code=size).compress() for seed in seeds]
    theirs = pca_error(task, size)
    ahead = sum(one.score < theirs for one in found)
    told = f"{_spread([one.score for one in found])}, PCA {theirs:.4f}, n {found[0].n:,}"
    return Row(f"autoencoder · {task} · z = {size}: error", told, f"below PCA, {len(seeds)} of {len(seeds)}", ahead == len(seeds))


def linear(task: str, size: int, seeds: range = SEEDS) -> Row:
    """Without curved layers, trained alike."""
    shares = [_train(task, seed, code=size, activation="none").compress().score / pca_error(task, size) for seed in seeds]
    return Row(f"linear autoencoder · {task} · z = {size}: error ÷ PCA", _spread(shares), f"≤ {WITHIN}", max(shares) <= WITHIN)


def denoised(task: str, size: int = 16, seeds: range = SEEDS) -> Row:
    """Trained with noise against trained without."""
    both = [(_train(task, seed, code=size, noise=NOISE), _train(task, seed, code=size)) for seed in seeds]
    found = [run.denoise(plain) for run, plain in both]
    told = f"{_spread([one.ratio for one in found])}, closer on {_spread([float(one.closer) for one in found])} of {found[0].n:,}"
    return Row(f"denoising · {task} · noise {NOISE}: error ÷ plain", told, f"≤ {TENTH}", max(one.ratio for one in found) <= TENTH)


def detected(task: str, size: int = 8, seeds: range = SEEDS) -> Row:
    """Every class left out once, with every seed."""
    found = {digit: [_train(task, seed, str(digit), code=size).detect() for seed in seeds] for digit in range(10)}
    areas = {digit: [one.score for one in each] for digit, each in found.items()}
    good = [sum(each[i] >= AREA for each in areas.values()) for i in range(len(seeds))]
    told = ", ".join(f"{digit}: {_spread(each)}" for digit, each in areas.items())
    what = f"left out · {task} · z = {size}: digits of ten at {AREA} or more, by seed"
    return Row(what, f"{', '.join(map(str, good))} ({told})", f"≥ {ENOUGH[task]} each", min(good) >= ENOUGH[task])


def _train(task: str, seed: int, without: str = "none", **options: Any) -> api.Run:
    return api.train("autoencoder", task, seed=seed, device="cpu", model_options=options, task_options={"without": without})


def _spread(values: list[float]) -> str:
    mean = sum(values) / len(values)
    return f"{mean:.4g} [{min(values):.4g}, {max(values):.4g}]"
