"""The trade of a variational autoencoder: what drawing a picture costs against what its code costs, run by run, β by β.

    loss = reconstruction + β · KL

I. Higgins et al., "β-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework", 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch

from ...errors import InputError
from ...inference import latent, variational
from ...models.vae import VariationalAutoencoder
from ...storage.run import Run
from ...training.evaluation import JUDGING
from ...training.recipes import Recipe
from ...wire import ink
from ..sweep import plan

BETAS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
SHOWN = 2  # pictures that are kept, and that are dreamt


@dataclass(frozen=True)
class Point:
    """Both terms of a run's loss, nats per test picture; how many of the `size` numbers of its code are used; some pictures that it `kept`
    of the test set, and some `dreamt` from codes out of N(0, 1), as the page reads ink."""

    beta: float
    reconstruction: float
    kl: float
    used: int
    size: int
    kept: str
    dreamt: str


@torch.no_grad()
def point(run: Run, apart: variational.Apart | None = None) -> Point:
    """The run's own; `apart`, where its loss was taken apart before. Raises InputError for models that are no variational autoencoders."""
    model = run.model
    if not isinstance(model, VariationalAutoencoder):
        raise InputError(f"{run.recipe.architecture} weighs no code of a picture by β; choose vae or cvae.")
    found = apart or variational.apart(model, run.task, JUDGING)
    pictures, labels = (part[:SHOWN] for part in run.task.pictures("test"))
    codes = torch.randn(SHOWN, model.code_size, generator=torch.Generator().manual_seed(0))
    kept, dreamt = (model.decode(z, labels).numpy() for z in (torch.from_numpy(latent.encoded(model, pictures, labels)), codes))
    used, size = int(found.used.sum()), len(found.kl)
    return Point(found.beta, found.reconstruction, float(found.kl.sum()), used, size, ink(kept), ink(dreamt))


@lru_cache(maxsize=64)
def others(recipe: Recipe) -> dict[str, Recipe]:
    """The recipe with every other value of β, by that value."""
    own = beta_of(recipe)
    made = plan(recipe, "model.beta", BETAS, [recipe.seed])
    return {key: one for (value, _), one in made.items() if (key := f"{value:g}") != own}


def beta_of(recipe: Recipe) -> str:
    """As a run is found by it."""
    return f"{dict(recipe.model_options)['beta']:g}"
