"""The runs that an autoencoder is held against: its own recipe but for one option."""

from __future__ import annotations

from functools import lru_cache

from ...options import Value, limits
from ...training.recipes import Recipe, make
from ..sweep import groups, plan
from .compressing import SIZES
from .denoising import USUAL

SMALL = 8  # numbers of a code that knows few kinds: who holds more draws strange pictures too


@lru_cache(maxsize=64)
def rivals(recipe: Recipe) -> dict[str, Recipe]:
    """By what they differ in: "size-8", "linear-8", "noise", "plain", "without-3", "documents", "default"; those that this architecture and
    this task have. A model before its first step has no training yet: its preset's counts."""
    if not recipe.training_options:
        of_model, of_task = dict(recipe.model_options), dict(recipe.task_options)
        recipe = make(
            recipe.architecture, recipe.task, seed=recipe.seed, device=recipe.device, model_options=of_model, task_options=of_task
        )
    options, task = dict(recipe.model_options), dict(recipe.task_options)
    most = int(limits(groups(recipe)["model"][0])["code"].high)
    found = {f"size-{size}": _but(recipe, "model.code", size) for size in SIZES if size <= most and size != options["code"]}
    if "activation" in options:
        linear = _but(_but(_but(recipe, "model.activation", "none"), "model.documents", False), "model.noise", 0.0)
        found |= {f"linear-{size}": _but(linear, "model.code", size) for size in SIZES}
    if "noise" in options:
        found |= {"plain": _but(recipe, "model.noise", 0.0)} if options["noise"] else {"noise": _but(recipe, "model.noise", USUAL)}
    if "without" in task:
        small = _but(recipe, "model.code", min(SMALL, int(options["code"])))
        found |= {f"without-{digit}": _but(small, "task.without", str(digit)) for digit in range(10)}
    if "documents" in options:
        found |= {"default" if options["documents"] else "documents": _but(recipe, "model.documents", not options["documents"])}
    return {key: rival for key, rival in found.items() if rival != recipe}


def _but(recipe: Recipe, option: str, value: Value) -> Recipe:
    (made,) = plan(recipe, option, [value], [recipe.seed]).values()
    return made
