"""What a model makes of the inputs that are watched while it trains: each kind of model is looked at in its own way."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

import torch

from ..inference.answers import read
from ..inference.attention_maps import crossing
from ..inference.decoding import decode_batch
from ..models import Autoencoder, EncoderDecoder, Model, Reader
from ..runs.events import Array, PictureSample, Sample, SequenceSample
from ..tasks import Task, Watched, WritingTask
from ..tracing import Recording
from ..vocabulary import EOS


@singledispatch
def look(model: Model, task: Task, watched: Watched, count: int, longest: int) -> list[Sample]:
    """The first `count` inputs with the model's answers, of at most `longest` tokens, and its attention on the very first."""
    raise TypeError(f"{type(model).__name__} must be an EncoderDecoder, a Reader or an Autoencoder.")


@look.register
def _(model: EncoderDecoder, task: WritingTask, watched: Watched, count: int, longest: int) -> list[Sample]:
    recording = Recording(model, sites="*weights", explicit=False)
    length = None if watched.pictures else max(map(len, watched.sources[:count]))  # texts are read without what fills them up
    inputs, mask = watched.batch.source[:count, :length], watched.batch.mask
    mask = None if mask is None else mask[:count, :length]
    tokens = decode_batch(model, inputs, mask, max_steps=longest, recording=recording).tolist()
    steps = tokens[0].index(EOS) + 1 if EOS in tokens[0] else len(tokens[0])
    sites = {site: a[:steps] if site.startswith("decoder.") else a for site, a in recording.finish().items()}
    attention = crossing(sites, len(watched.sources[0]))
    answers = [task.target_vocabulary.decode(row) for row in tokens]
    right = tuple(
        task.nearest(source, answer) or known for source, answer, known in zip(watched.sources, answers, watched.right, strict=False)
    )
    return _samples(replace(watched, right=right), answers, attention)


@look.register
@torch.no_grad()
def _(model: Reader, task: Task, watched: Watched, count: int, longest: int) -> list[Sample]:
    """All answers at once; how the pinned input attends is computed by the equations."""
    inputs, sources, mask = watched.batch.source, watched.sources[:count], watched.batch.mask
    logits = model(inputs[:count], None if mask is None else mask[:count])
    answers = [read(model, task, inputs[i, : len(source)], logits[i]) for i, source in enumerate(sources)]
    recording = Recording(model, sites="*weights")
    with recording.open():
        model(inputs[:1, : len(sources[0])])
    attention = crossing(recording.finish(), len(sources[0]), answers[0].positions)
    return _samples(watched, [answer.words for answer in answers], attention)


@look.register
@torch.no_grad()
def _(model: Autoencoder, task: Task, watched: Watched, count: int, longest: int) -> list[Sample]:
    chosen = watched.batch[slice(count)]
    pairs = zip(chosen.source, model(chosen.source, chosen.condition), strict=True)
    return [PictureSample(a.view(task.shape).cpu().numpy(), b.view(task.shape).float().cpu().numpy()) for a, b in pairs]


def _samples(watched: Watched, answers: list[tuple[str, ...]], attention: Array | None) -> list[Sample]:
    """The pinned input with its attention, the others with a picture of what was sensed."""
    pictures = [None, *(picture.mul(255).round().byte().numpy() for picture in watched.pictures[1:])]
    pictures += [None] * (len(answers) - len(pictures))
    return [
        SequenceSample(watched.sources[i], answer, watched.right[i], None if i else attention, pictures[i])
        for i, answer in enumerate(answers)
    ]
