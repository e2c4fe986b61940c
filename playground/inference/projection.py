"""The background a trajectory is drawn against: the states of many inputs and their principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..models import Autoencoder, Encoded, EncoderDecoder, Reader
from ..tasks import PictureTask, Task, TextTask
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
    """Projections fitted on many held-out inputs: "encoder" and "decoder" states where the model has them, the "code" of pictures."""
    if isinstance(task, PictureTask):
        pictures, labels = (part[:CLOUD] for part in task.pictures("held_out"))
        assert isinstance(model, Autoencoder)
        codes = model.encode(pictures.to(device_of(model)), labels.to(device_of(model))).cpu().numpy()
        return {"code": _fit(codes, tuple(labels.tolist()))}
    batch = task.held_out(MANY, seed=3).to(device_of(model))
    recording = Recording(model, explicit=False)
    with recording.open():
        if isinstance(model, Reader):
            model(batch.source, batch.mask)
        else:
            assert isinstance(model, EncoderDecoder)
            encoded = model.encode(batch.source, batch.mask)
            model.decoder(batch.target_in, model.decoder.init_state(encoded))
    real = {
        "encoder.states": batch.source != PAD if isinstance(task, TextTask) else _real(encoded),
        "decoder.hidden": batch.target != PAD,
    }
    return {site.split(".")[0]: _fit(_rows(recording, site, mask)) for site, mask in real.items() if site in recording.taps}


def _real(encoded: Encoded) -> Tensor:
    """Which states are no padding. (B, S)"""
    return encoded.states.new_ones(encoded.states.shape[:2], dtype=torch.bool) if encoded.mask is None else encoded.mask


def _rows(recording: Recording, site: str, mask: Tensor) -> Array:
    ((_, value),) = recording.taps[site]
    return value[mask].float().cpu().numpy()


def _fit(states: Array, labels: tuple[int, ...] | None = None) -> Projection:
    if states.shape[1] <= 2:  # nothing to reduce: the map shows the numbers themselves
        width = states.shape[1]
        components = np.eye(2, width, dtype=np.float32)
        variance = states.var(0)
        explained = np.pad(variance / max(variance.sum(), 1e-12), (0, 2 - width)).astype(np.float32)
        return Projection(np.zeros(width, np.float32), components, explained, (states @ components.T)[:CLOUD], labels)
    from sklearn.decomposition import PCA  # imported when first needed: it costs a second

    pca = PCA(2, random_state=0).fit(states)
    chosen = np.linspace(0, len(states) - 1, min(CLOUD, len(states))).astype(int)
    return Projection(
        pca.mean_.astype(np.float32),
        pca.components_.astype(np.float32),
        pca.explained_variance_ratio_.astype(np.float32),
        pca.transform(states[chosen]).astype(np.float32),
        labels,
    )
