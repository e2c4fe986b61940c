"""A training as its events tell it, gathered into what is stored of a finished one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from safetensors.torch import load as load_tensors

from ..runs.events import Done, Event, Failed, Progress, Snapshot, Started, wire
from ..training.recipes import Recipe
from .checkpoints import Checkpoint


def collected(events: Iterable[Event]) -> Checkpoint:
    """What a stream of events tells of. Raises RuntimeError if it failed."""
    recipe: Recipe | None = None
    device = "cpu"
    history: dict[str, Any] = {"losses": [], "scores": [], "kl": [], "frames": []}
    last: Snapshot | None = None
    for event in events:
        match event:
            case Started():
                recipe, device = event.recipe, event.device
            case Progress():
                history["losses"] += [list(row) for row in event.losses]
                if event.score is not None:
                    history["scores"].append([event.step, event.train_s, event.score])
                if event.kl is not None:
                    history["kl"].append([event.step, event.train_s, event.kl])
            case Snapshot():
                last = event
                frame = wire(event)
                if history["frames"] and history["frames"][-1]["step"] == event.step:
                    history["frames"].pop()  # the last one stands for the weights that were kept
                history["frames"].append({k: frame[k] for k in ("step", "score", "pinned")})
            case Failed():
                raise RuntimeError(f"The training stopped by itself: {event.cause}; {event.kept}. What to do: {event.advice}.")
            case Done():
                assert recipe is not None and last is not None
                every = max(1, len(history["losses"]) // 150)
                history["losses"] = [[s, round(t, 3), round(v, 4)] for s, t, v in history["losses"][::every]]
                for curve in ("scores", "kl"):
                    history[curve] = [[s, round(t, 3), round(v, 4)] for s, t, v in history[curve]]
                return Checkpoint(recipe, load_tensors(last.weights), event.metrics, event.train_s, device, {}, history)
    raise RuntimeError("The training ended without a result.")
