"""What is looked at while a model trains: its score on inputs that steer it, samples, one pinned input; and its weights, for the film."""

from __future__ import annotations

import time
from dataclasses import replace

import torch
from safetensors.torch import save

from ..models import Model, Variational
from ..runs.events import Sample
from ..tasks import Task
from ..tasks.parts import interval
from . import samples

STEERING, JUDGING = 512, 1_024  # inputs, where a task has so many
EDGES_ENOUGH = 0.99  # of the corners
SAMPLES = 6
LOOKING = 1 / 40  # of the time, at most, goes into samples
HALF = (-65_504.0, 65_504.0)  # what float16 can hold


class Watcher:
    """Looks at a model in training: its score, samples, the pinned input. Leaves no mark on it."""

    def __init__(self, model: Model, task: Task, device: torch.device, precision: str = "float32") -> None:
        self.model, self.task, self.device, self.precision = model, task, device, precision
        self.steering = task.held_out("validation", STEERING).to(device)
        corners = task.corners()
        self.corners = None if corners is None else corners.to(device)
        answers = [part for part in (self.steering.target, self.steering.also) if part is not None]
        self.longest = max(part.shape[-1] for part in answers) + 1  # a token more than any right answer has, its end included
        watched = task.watched(SAMPLES, lambda batch: model.extent(batch.to(device))[0])
        self.watched = replace(watched, batch=watched.batch.to(device))
        self.rests_until = 0.0

    def score(self) -> float:
        """On the inputs that steer, in the precision of the training."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bfloat16"):
            return self.model.score(self.steering)

    @torch.no_grad()
    def kl(self) -> float | None:
        """What the codes of the inputs that steer cost, nats each; None for a model that draws none."""
        if not isinstance(self.model, Variational):
            return None
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bfloat16"):
            return float(self.model.terms(self.steering)[1].mean())

    def sure(self) -> bool:
        """Whether what lies at the edges is known too, which few of the steering inputs do."""
        return self.corners is None or self.model.score(self.corners) >= EDGES_ENOUGH

    def metrics(self) -> dict[str, float]:
        """Measured once at the end, on test inputs: none steered the training, no two are alike. `inputs` is how many there are, `low`
        and `high` bound the exact match with 95 % confidence, and `corners` is the score on inputs at the edges of what is taught.

        Of a task that tells them apart also how many known and how many new lines, or sources of several lines, there are, and are
        answered right.
        """
        test = self.task.held_out("test", JUDGING).to(self.device)
        found = self.model.metrics(test) | {"inputs": float(len(test))}
        if "exact_match" in found:
            found |= dict(zip(("low", "high"), interval(found["exact_match"], len(test)), strict=True))
        if self.corners is not None:
            found["corners"] = self.model.score(self.corners)
        if (known := self.task.known(JUDGING)) is not None:
            right = {"known": self.model.score(known.to(self.device)) * len(known), "new": found["exact_match"] * len(test)}
            what = "lines" if known.also is None and test.also is None else "sources"  # of which some stand in several lines
            found |= {f"{part}_{what}": float(len(batch)) for part, batch in (("known", known), ("new", test))}
            found |= {f"{part}_{what}_right": float(round(count)) for part, count in right.items()}
        return found

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
