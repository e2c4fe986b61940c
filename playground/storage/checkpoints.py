"""A finished run on disk: one safetensors file, weights and, in its header, recipe, metrics and background as JSON.

Nothing from a file is believed: the size is bounded before reading, the header before parsing, and names, shapes and
types of all tensors must be those of the model that our own code builds from the checked recipe. Half precision becomes
float32, and what wrappers put into names is dropped. Pickle is never read.
"""

from __future__ import annotations

import base64
import json
import math
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from ..disk import write_whole
from ..errors import InputError
from ..inference.projection import Projection
from ..options import show
from ..training import recipes
from ..training.recipes import Recipe
from ..wire import pack
from . import header as headers

MAX_FILE = 20 * 2**20
KEY = "playground"
VERSION = 1  # of what stands under that key
FLOATS = {"F32": 4, "F16": 2, "BF16": 2}  # bytes each
WRAPPERS = ("module", "_orig_mod")  # what DataParallel and torch.compile put into names


@dataclass(frozen=True)
class Checkpoint:
    """`losses` are (step, seconds, loss), `scores` (step, seconds, score), thinned; `film` the pinned input's frames."""

    recipe: Recipe
    weights: dict[str, Tensor]
    metrics: dict[str, float]
    train_seconds: float
    device: str = "cpu"
    projections: dict[str, Projection] = field(default_factory=dict)
    history: dict[str, Any] = field(default_factory=dict)

    def model(self) -> nn.Module:
        model = self.recipe.build_model()
        model.load_state_dict(self.weights)
        return model.eval()


def save(path: str | os.PathLike[str], checkpoint: Checkpoint) -> Path:
    """Write the file whole or not at all: a temporary file beside it, flushed to disk, then renamed."""
    return write_whole(Path(path), dumps(checkpoint))


def dumps(checkpoint: Checkpoint) -> bytes:
    """The file that `load` reads."""
    about = {
        "version": 1,
        "recipe": checkpoint.recipe.to_json(),
        "metrics": checkpoint.metrics,
        "train_seconds": round(checkpoint.train_seconds, 3),
        "device": checkpoint.device,
        "projections": {name: _projection_json(p) for name, p in checkpoint.projections.items()},
        "history": checkpoint.history,
    }
    return save_tensors({k: v.contiguous() for k, v in checkpoint.weights.items()}, {KEY: json.dumps(about)})


def save_film(path: str | os.PathLike[str], frames: Mapping[int, Mapping[str, Tensor]]) -> Path:
    """Weights at several steps of a training as float16, in one file."""
    tensors = {f"{step}/{name}": tensor.half().contiguous() for step, weights in frames.items() for name, tensor in weights.items()}
    return write_whole(Path(path), save_tensors(tensors))


def load_film(path: str | os.PathLike[str], recipe: Recipe) -> dict[int, dict[str, Tensor]]:
    """What `save_film` wrote for a run of this recipe: step → weights. Raises InputError if it is another model's."""
    names = set(recipe.build_model().state_dict())
    film: dict[int, dict[str, Tensor]] = {}
    for key, tensor in _tensors(Path(path).read_bytes()).items():
        step, _, name = key.partition("/")
        film.setdefault(int(step), {})[name] = tensor.float()
    if any(set(weights) != names for weights in film.values()):
        raise InputError("The film does not fit the model of its run; build it anew with make checkpoints.")
    return film


def load(path: str | os.PathLike[str]) -> Checkpoint:
    """Read a checkpoint that may come from anywhere. Raises InputError that says what is wrong with it."""
    path = file_path(path)
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            raise InputError(f"The file has {size:,} bytes; weights here have at most {MAX_FILE:,}.")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"The file {path.name!r} cannot be read: {error.strerror}.") from None
    return loads(data)


def file_path(given: Any) -> Path:
    """A path from untrusted values. Raises InputError."""
    if not isinstance(given, str | os.PathLike) or not isinstance(path := os.fspath(given), str) or not path or "\0" in path:
        raise InputError(f"A file is named by its path, such as mine.safetensors, not by {show(given)}.")
    return Path(path)


def loads(data: bytes, otherwise: Recipe | None = None) -> Checkpoint:
    """Read a checkpoint from bytes. Weights that carry no recipe are taken for those of the recipe `otherwise`."""
    if len(data) > MAX_FILE:
        raise InputError(f"The file has {len(data):,} bytes; weights here have at most {MAX_FILE:,}.")
    header, begin = headers.read(data)
    about = {"metrics": {}} if otherwise is not None and _bare(header) else _about(header)
    told: Any = about.get("recipe")  # whatever it is, it is checked
    recipe = otherwise if otherwise is not None and "recipe" not in about else recipes.from_json(told)
    expected = {k: tuple(v.shape) for k, v in recipe.build_model().state_dict().items()}
    names = _compare(header, expected)
    needed = begin + sum(FLOATS[header[given]["dtype"]] * math.prod(expected[name]) for given, name in names.items())
    if needed > len(data):
        raise InputError(headers.cut_off(len(data), needed))
    weights = {names[name]: tensor.float() for name, tensor in _tensors(data).items()}
    wrong = [name for name, tensor in weights.items() if not bool(torch.isfinite(tensor).all())]
    if wrong:
        raise InputError(f"The weights hold values that are no numbers, in {wrong[0]}; they were not loaded.")
    metrics = about.get("metrics")
    if not isinstance(metrics, dict) or not all(isinstance(v, int | float) and math.isfinite(v) for v in metrics.values()):
        raise InputError("The file states no metrics; it was not written by this playground.")
    try:
        projections = {str(k): _projection(v) for k, v in dict(about.get("projections") or {}).items()}
        seconds = float(about.get("train_seconds") or 0)
        if not 0 <= seconds < math.inf:
            raise ValueError("train_seconds")
        history = dict(about.get("history") or {})
        for curve in ("losses", "scores", "kl"):
            if not all(len(row) == 3 and all(map(math.isfinite, row)) for row in history.get(curve, [])):
                raise ValueError(curve)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        raise InputError("The file's background figures are damaged; it was not loaded.") from None
    return Checkpoint(recipe, weights, metrics, seconds, str(about.get("device"))[:20], projections, history)


def _bare(header: Mapping[str, Any]) -> bool:
    """Whether nothing is said about the weights, as in what the stand-alone script writes."""
    metadata = header.get("__metadata__")
    return metadata is None or (isinstance(metadata, dict) and KEY not in metadata)


def _about(header: Mapping[str, Any]) -> dict[str, Any]:
    metadata = header.get("__metadata__")
    if not isinstance(metadata, dict) or not isinstance(metadata.get(KEY), str):
        raise InputError("The file carries no recipe; only weights saved by this playground can be loaded.")
    about = headers.parsed(metadata[KEY].encode())
    if not isinstance(about, dict):
        raise InputError("The file's recipe is not an object; it was not loaded.")
    version = about.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise InputError(f"The file was written by a newer playground: its format is {show(version)}, ours {VERSION}. Update this one.")
    if version != VERSION:
        raise InputError(f"The file's format is {show(version)}, ours {VERSION}; it was not written by this playground.")
    return about


def _tensors(data: bytes) -> dict[str, Tensor]:
    headers.read(data)
    try:
        return dict(load_tensors(data))
    except SafetensorError:  # offsets that do not fit the file: cut off, or made up
        raise InputError("The file is cut off or damaged: its weights are not where its header says. Nothing was loaded.") from None


def _compare(header: Mapping[str, Any], expected: Mapping[str, tuple[int, ...]]) -> dict[str, str]:
    """Every tensor by name, type and shape; all differences in one message. The names in the file, and what they are in the model."""
    names = {str(name): _unwrapped(str(name), expected) for name in header if name != "__metadata__"}
    found = {name: header[given] for given, name in names.items()}
    differences = [f"missing {k} {list(shape)}" for k, shape in expected.items() if k not in found]
    differences += [f"unknown {name[:60]}" for name in found if name not in expected]
    differences += [f"{name[:60]} twice" for name, times in Counter(names.values()).items() if times > 1]
    for name, shape in expected.items():
        if name not in found:
            continue
        entry = found[name]
        if not isinstance(entry, dict) or entry.get("dtype") not in tuple(FLOATS) or entry.get("shape") != list(shape):
            given = f"{entry.get('dtype')} {entry.get('shape')}" if isinstance(entry, dict) else "nothing readable"
            differences.append(f"{name} is {given[:60]}, expected F32 {list(shape)}")
    if differences:
        more = f" and {len(differences) - 6} more" if len(differences) > 6 else ""
        raise InputError(f"The weights do not fit the model of their recipe: {'; '.join(differences[:6])}{more}. Nothing was changed.")
    return names


def _unwrapped(name: str, expected: Mapping[str, Any]) -> str:
    """The name without what wrappers put into it, as `module.` and `_orig_mod.`; one that the model has stays as it is."""
    parts = name.split(".")
    while ".".join(parts) not in expected and (wrapper := next((part for part in parts if part in WRAPPERS), None)):
        parts.remove(wrapper)
    return ".".join(parts)


def _projection_json(p: Projection) -> dict[str, Any]:
    arrays = {name: pack(getattr(p, name)) for name in ("mean", "components", "explained", "cloud")}
    return {**arrays, "labels": None if p.labels is None else list(p.labels)}


def _projection(data: Mapping[str, Any]) -> Projection:
    arrays = {name: unpack(data[name]) for name in ("mean", "components", "explained", "cloud")}
    labels = data.get("labels")
    width, many = arrays["mean"].size, len(arrays["cloud"])
    shapes = {"mean": (width,), "components": (2, width), "explained": (2,), "cloud": (many, 2)}
    if any(arrays[name].shape != shape or not np.isfinite(arrays[name]).all() for name, shape in shapes.items()):
        raise ValueError("a projection needs a mean, two components, their shares of the variance, and points in the plane")
    if labels is not None and len(labels) != many:
        raise ValueError("a projection has one label for each point")
    return Projection(**arrays, labels=None if labels is None else tuple(int(label) for label in labels))


def unpack(data: Mapping[str, Any]) -> NDArray[np.float32]:
    """The array that `wire.pack` packed."""
    return np.frombuffer(base64.b64decode(data["f32"]), dtype="<f4").reshape(data["shape"]).astype(np.float32)
