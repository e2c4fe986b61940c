"""What is looked at while a model trains: its score on held-out inputs, samples, one pinned input; and its weights, for the film."""

from __future__ import annotations

import time
from dataclasses import replace

import torch
from safetensors.torch import save

from ..models import Model
from ..runs.events import Sample
from ..tasks import Task
from . import samples

HELD_OUT = 512
MEASURED = 1024  # inputs, at the end
SAMPLES = 6
LOOKING = 1 / 40  # of the time, at most, goes into samples
HALF = (-65_504.0, 65_504.0)  # what float16 can hold


class Watcher:
    """Looks at a model in training: held-out score, samples, the pinned input. Leaves no mark on it."""

    def __init__(self, model: Model, task: Task, device: torch.device, precision: str = "float32") -> None:
        self.model, self.task, self.device, self.precision = model, task, device, precision
        self.held_out = task.held_out(HELD_OUT).to(device)
        answers = [part for part in (self.held_out.target, self.held_out.also) if part is not None]
        self.longest = max(part.shape[-1] for part in answers) + 1  # a token more than any right answer has, its end included
        watched = task.watched(SAMPLES, lambda batch: model.extent(batch.to(device))[0])
        self.watched = replace(watched, batch=watched.batch.to(device))
        self.rests_until = 0.0

    def score(self) -> float:
        """Of the held-out inputs, in the precision of the training."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bfloat16"):
            return self.model.score(self.held_out)

    def metrics(self) -> dict[str, float]:
        """Measured once at the end, on more held-out examples, none of which steered the training.

        Of a task that tells them apart also how many known and how many new lines, or sources of several lines, there are, and are
        answered right.
        """
        new, known = self.task.held_out(MEASURED, seed=1), self.task.known(MEASURED)
        measured = self.model.metrics(new.to(self.device))
        if known is None:
            return measured
        right = {"known": self.model.score(known.to(self.device)) * len(known), "new": measured["exact_match"] * len(new)}
        what = "lines" if known.also is None and new.also is None else "sources"  # of which some stand in several lines
        counted = {f"{part}_{what}": float(len(batch)) for part, batch in (("known", known), ("new", new))}
        return measured | counted | {f"{part}_{what}_right": float(round(count)) for part, count in right.items()}

    def pinned(self) -> Sample:
        return self.look(1)[0]

    def glance(self) -> list[Sample]:
        """What `look` shows, or nothing while looking has had its share of the time."""
        start = time.monotonic()
        if start < self.rests_until:
            return []
        seen = self.look()
        now = time.monotonic()
        self.rests_until = now + (now - start) / LOOKING
        return seen

    def look(self, count: int = 1 + SAMPLES) -> list[Sample]:
        """The pinned input, with its attention, and the samples."""
        return samples.look(self.model, self.task, self.watched, count, self.longest)

    def weights(self, half: bool = False) -> bytes:
        """All parameters as safetensors; float16 for the frames of the film, where a count can be too large and stays at the limit."""
        state = {k: v.detach().cpu().contiguous() for k, v in self.model.state_dict().items()}
        return save({k: v.clamp(*HALF).half() if half else v for k, v in state.items()})
