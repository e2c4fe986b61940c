"""The background of a trajectory: the same plane as the singular vectors of the states, found without holding up who else is served."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg

from playground.inference.projection import _fit, project
from playground.storage.checkpoints import Checkpoint
from playground.storage.run import Run
from playground.training import recipes
from playground.training.trainer import new_model

HOLD = ("svd", "qr", "lu", "eigh")  # scipy's hold the interpreter's lock from beginning to end, numpy's do not


@pytest.mark.parametrize(("architecture", "task"), [("seq2seq", "pairs"), ("transformer", "pairs"), ("autoencoder", "strokes")])
def test_states_are_projected_without_holding_the_interpreter(architecture: str, task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipes.make(architecture, task, device="cpu")  # as wide as on the page
    run = Run(Checkpoint(recipe, new_model(recipe).state_dict(), {}, 0.0))
    for name in HOLD:
        monkeypatch.setattr(scipy.linalg, name, lambda *_, name=name, **__: pytest.fail(f"scipy's {name} was asked"))
    assert project(run.model, run.task)


@pytest.mark.parametrize(("many", "width"), [(120, 16), (900, 64), (40, 64)])
def test_components_are_the_singular_vectors_of_the_states(many: int, width: int) -> None:
    draw = np.random.default_rng(many)
    states = (draw.normal(size=(many, width)) * np.linspace(3, 0.1, width) + 50).astype(np.float32)  # far from 0, as after a ReLU
    found = _fit(states)
    _, values, rows = np.linalg.svd(states.astype(np.float64) - states.mean(0, dtype=np.float64), full_matrices=False)
    np.testing.assert_allclose(np.abs((found.components * rows[:2]).sum(1)), 1, atol=1e-5)
    np.testing.assert_allclose(found.explained, (values**2 / (values**2).sum())[:2], rtol=1e-4)
    np.testing.assert_allclose(found.mean, states.mean(0), rtol=1e-5)
    np.testing.assert_allclose(found(states)[np.linspace(0, many - 1, len(found.cloud)).astype(int)], found.cloud, atol=1e-3)
