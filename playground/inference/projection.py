"""The background a trajectory is drawn against: the states of many inputs and their principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..models import Autoencoder, EncoderDecoder, Reader
from ..tasks import Task
from ..tracing import Recording
from ..vocabulary import PAD
from .explore import device_of

Array = NDArray[np.float32]
MANY = 200  # inputs behind a trajectory
CLOUD = 400  # of their states that are drawn


@dataclass(frozen=True)
class Projection:
    """Two principal components of many states, and where those states fall.

    mean (H,), components (2, H), explained (2,) shares of the variance, cloud (N, 2), labels (N,) or None.
    """

    mean: Array
    components: Array
    explained: Array
    cloud: Array
    labels: tuple[int, ...] | None = None

    def __call__(self, states: Array) -> Array:
        """(N, H) to (N, 2)"""
        return np.asarray((states - self.mean) @ self.components.T, dtype=np.float32)

    def back(self, places: Array) -> Array:
        """(N, 2) to (N, H): the states in the plane of the components; what the plane cannot hold is as in the mean."""
        return np.asarray(self.mean + places @ self.components, dtype=np.float32)


@torch.no_grad()
def project(model: nn.Module, task: Task) -> dict[str, Projection]:
    """Projections fitted on many test inputs: "encoder" and "decoder" states where the model has them, the "code" of autoencoders."""
    if isinstance(model, Autoencoder):
        batch = task.held_out("test", CLOUD).to(device_of(model))
        labels = batch.source.argmax(1) + 1 if task.kind == "features" else batch.condition  # of features the strongest
        codes = model.encode(batch.source, batch.condition).cpu().numpy()
        return {"code": _fit(codes, None if labels is None else tuple(labels.tolist()))}
    batch = task.held_out("test", MANY).to(device_of(model))
    recording, read = Recording(model, explicit=False), batch.mask
    with recording.open():
        if isinstance(model, Reader):
            model(batch.source, batch.mask)
        else:
            assert isinstance(model, EncoderDecoder)
            encoded = model.encode(batch.source, batch.mask)
            model.decoder(batch.target_in, model.decoder.init_state(encoded))
            read = encoded.mask
    real = {"encoder.states": read, "decoder.hidden": batch.target != PAD}
    found = {site.split(".")[0]: _rows(recording, site, mask) for site, mask in real.items() if site in recording.taps}
    return {side: _fit(states) for side, states in found.items() if states is not None}


def _rows(recording: Recording, site: str, real: Tensor | None) -> Array | None:
    """The states of real places (N, H), of all where they are not those of the tokens; None for what is no row of states."""
    values = [value for _, value in recording.taps[site]]
    whole = values[0] if len(values) == 1 else torch.stack(values, dim=1)  # a decoder that goes step by step
    if whole.dim() != 3:
        return None
    return (whole.flatten(0, 1) if real is None or whole.shape[:2] != real.shape else whole[real]).float().cpu().numpy()


def _fit(states: Array, labels: tuple[int, ...] | None = None) -> Projection:
    if states.shape[1] <= 2:  # nothing to reduce: the map shows the numbers themselves
        width = states.shape[1]
        components = np.eye(2, width, dtype=np.float32)
        variance = states.var(0)
        explained = np.pad(variance / max(variance.sum(), 1e-12), (0, 2 - width)).astype(np.float32)
        return Projection(np.zeros(width, np.float32), components, explained, (states @ components.T)[:CLOUD], labels)
    from sklearn.decomposition import PCA  # imported when first needed: it costs a second

    # By numpy's eigenvalues: scipy's singular values hold the interpreter for their whole time, a third of a second where states are wide.
    pca = PCA(2, svd_solver="covariance_eigh").fit(states.astype(np.float64))
    chosen = np.linspace(0, len(states) - 1, min(CLOUD, len(states))).astype(int)
    return Projection(
        pca.mean_.astype(np.float32),
        pca.components_.astype(np.float32),
        pca.explained_variance_ratio_.astype(np.float32),
        pca.transform(states[chosen]).astype(np.float32),
        labels,
    )
