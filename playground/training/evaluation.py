"""What is looked at while a model trains: its score on held-out inputs, samples, one pinned input; and its weights, for the film."""

from __future__ import annotations

import time

import torch
from safetensors.torch import save
from torch import Tensor, nn

from ..inference.answers import read
from ..inference.attention_maps import crossing
from ..inference.decoding import decode_batch
from ..models import Autoencoder, EncoderDecoder, Reader
from ..runs.events import Array, PictureSample, Pixels, Sample, SequenceSample
from ..tasks import Batch, PictureTask, SensedTask, Task, TextTask, WritingTask, joined, pad
from ..tracing import Recording
from ..vocabulary import EOS

HELD_OUT = 512
SAMPLES = 6
LOOKING = 1 / 40  # of the time, at most, goes into samples
HALF = (-65_504.0, 65_504.0)  # what float16 can hold


class Watcher:
    """Looks at a model in training: held-out score, samples, the pinned input. Leaves no mark on it."""

    def __init__(self, model: nn.Module, task: Task, device: torch.device, precision: str = "float32") -> None:
        self.model, self.task, self.device, self.precision = model, task, device, precision
        self.held_out = task.held_out(HELD_OUT).to(device)
        self.higher_is_better = not isinstance(task, PictureTask)
        self.longest_target = self.held_out.target.shape[-1]  # EOS included
        self.pictures: list[Pixels] = []
        self.rests_until = 0.0
        rows = task.held_out(SAMPLES, seed=2)
        if isinstance(task, TextTask):
            sources = [task.parse(task.pinned)] + [task.source_vocabulary.decode(row) for row in rows.source.tolist()]
            self.sources = [s[: task.trained_lengths[1]] for s in sources]
            tokens, mask = pad([task.source_vocabulary.encode(s) for s in self.sources])
            self.inputs = tokens.to(device)
            self.mask: Tensor | None = mask.to(device)
            self.right = [task.answer(s) or () for s in self.sources]
        elif isinstance(task, SensedTask):
            self._sense(task, rows)

    def _sense(self, task: SensedTask, rows: Batch) -> None:
        """The pinned picture or sound before others, filled up to the longest."""
        pinned = task.perceive(task.pinned)
        self.inputs, self.mask = joined([pinned.source, rows.source]).to(self.device), None
        if rows.mask is not None:
            own = pinned.source.new_ones(pinned.source.shape[:2], dtype=torch.bool) if pinned.mask is None else pinned.mask
            self.mask = joined([own, rows.mask]).to(self.device)
        with torch.no_grad():
            states = self.model.encode(pinned.source.to(self.device)).states  # type: ignore[operator]
        self.sources = [task.places(pinned, states.shape[1]), *[()] * len(rows)]
        self.right = [pinned.right or (), *(task.target_vocabulary.decode(row) for row in rows.target.tolist())]
        self.pictures = [task.picture(source).mul(255).round().byte().numpy() for source in self.inputs.cpu()]

    def score(self) -> float:
        """Share of held-out inputs answered exactly right, or mean squared error per pixel."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bfloat16"):
            return float(self.model.score(self.held_out))  # type: ignore[operator]

    def metrics(self) -> dict[str, float]:
        """Measured once at the end, on more held-out examples, none of which steered the training."""
        final = self.task.held_out(1024, seed=1).to(self.device)
        if isinstance(self.model, Autoencoder):
            return self.model.metrics(final)
        with torch.no_grad():
            loss = float(self.model.loss(final))  # type: ignore[operator]
        score = float(self.model.score(final))  # type: ignore[operator]
        if isinstance(self.model, Reader):
            return {"exact_match": score, "accuracy": self.model.accuracy(final), "loss": loss}
        return {"exact_match": score, "loss": loss}

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
        if isinstance(self.task, PictureTask):
            return self._pictures(count)
        if isinstance(self.model, Reader):
            return self._read(count)
        assert isinstance(self.model, EncoderDecoder) and isinstance(self.task, WritingTask)
        recording = Recording(self.model, sites="*weights", explicit=False)
        length = max(map(len, self.sources[:count])) if isinstance(self.task, TextTask) else None
        inputs, mask = self.inputs[:count, :length], None if self.mask is None else self.mask[:count, :length]
        tokens = decode_batch(self.model, inputs, mask, max_steps=self.longest_target + 1, recording=recording).tolist()
        written = tokens[0].index(EOS) + 1 if EOS in tokens[0] else len(tokens[0])
        sites = {site: a[:written] if site.startswith("decoder.") else a for site, a in recording.finish().items()}
        attention = crossing(sites, len(self.sources[0]))
        decode = self.task.target_vocabulary.decode
        return [self._sample(i, decode(row), attention if i == 0 else None) for i, row in enumerate(tokens)]

    @torch.no_grad()
    def _read(self, count: int) -> list[Sample]:
        """A reader's answers, all at once; how the pinned input attends is computed by the equations."""
        assert isinstance(self.model, Reader) and isinstance(self.task, TextTask) and self.mask is not None
        logits = self.model(self.inputs[:count], self.mask[:count])
        answers = [read(self.model, self.task, self.inputs[i, : len(s)], logits[i]) for i, s in enumerate(self.sources[:count])]
        recording = Recording(self.model, sites="*weights")
        with recording.open():
            self.model(self.inputs[:1, : len(self.sources[0])])
        attention = crossing(recording.finish(), len(self.sources[0]), answers[0].positions)
        return [self._sample(i, answer.words, attention if i == 0 else None) for i, answer in enumerate(answers)]

    def _sample(self, i: int, output: tuple[str, ...], attention: Array | None) -> SequenceSample:
        """The pinned input has its attention, of the others a page shows what was sensed."""
        picture = self.pictures[i] if self.pictures and i else None
        return SequenceSample(self.sources[i], output, self.right[i], attention, picture)

    @torch.no_grad()
    def _pictures(self, count: int) -> list[Sample]:
        chosen = self.held_out[slice(count)]
        made = self.model(chosen.source, chosen.condition)
        pairs = zip(chosen.source, made, strict=True)
        return [PictureSample(a.view(28, 28).cpu().numpy(), b.view(28, 28).float().cpu().numpy()) for a, b in pairs]

    def weights(self, half: bool = False) -> bytes:
        """All parameters as safetensors; float16 for the frames of the film, where a count can be too large and stays at the limit."""
        state = {k: v.detach().cpu().contiguous() for k, v in self.model.state_dict().items()}
        return save({k: v.clamp(*HALF).half() if half else v for k, v in state.items()})
