"""What papers measure: shares of right answers on new inputs, by length and under acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ..experiments.lab.acts import Act
from ..experiments.lab.by_length import by_length, new_inputs
from ..experiments.lab.effect import judged
from ..inference.decoding import begin, decode_batch, following
from ..models import EncoderDecoder, Reader, Variational, writable
from ..storage.run import Run
from ..tasks import Batch
from ..tracing import Edit, Recording
from ..training.evaluation import STEERING
from ..vocabulary import EOS, PAD
from .parts import Line

MANY = 200  # new inputs of a length


def line(arm: str, run: Run, lengths: Iterable[int], n: int = MANY) -> Line:
    """Exact match at each of these lengths, on new inputs."""
    scores = by_length(run, lengths, n).scores
    return Line(arm, tuple(map(float, scores)), tuple(score.score for score in scores.values()), n)


def at(found: Line, x: float) -> float:
    """What a line measured there."""
    return found.y[found.x.index(float(x))]


def of_length(run: Run, length: int, n: int = MANY) -> Batch:
    """New inputs of one length."""
    return new_inputs(run, [length], n)[length]


def under(run: Run, batch: Batch, acts: Sequence[Act | Edit] = ()) -> float:
    """The share of a batch that a run answers right under these acts."""
    edits = [edit for act in acts for edit in (act.edits if isinstance(act, Act) else (act,))]
    return float(judged(run, batch, Recording(run.model, edits, sites="", explicit=bool(edits))).mean())


def tokens(run: Run, batch: Batch, acts: Sequence[Act] = ()) -> float:
    """The share of tokens, the end included, that are the likeliest after the right ones before them, under these acts."""
    model = run.model
    assert isinstance(model, EncoderDecoder)
    recording = Recording(model, [edit for act in acts for edit in act.edits], sites="", explicit=bool(acts))
    with torch.inference_mode(), recording.open():
        same = writable(model(batch.source, batch.target_in, batch.mask)).argmax(-1) == batch.target
    return float(same[batch.target != PAD].float().mean())


def learned(arm: str, run: Run) -> Line:
    """The score on what steers, as the run came by it, against the examples that it had seen."""
    scores, each = run.history["scores"], run.recipe.training.batch_size
    return Line(arm, tuple(float(step * each) for step, _, _ in scores), tuple(score for _, _, score in scores), STEERING)


def terms(run: Run, batch: Batch) -> tuple[float, float]:
    """What a text costs and what its code does, codes drawn and every word shown: reconstruction and KL, nats."""
    model = run.model
    assert isinstance(model, EncoderDecoder)
    found = model.metrics(batch)
    return found["reconstruction"], found["kl"]


def reconstruction(run: Run, batch: Batch, acts: Sequence[Act] = ()) -> float:
    """What a text costs, in nats, written from its code's mean under these acts."""
    model = run.model
    assert isinstance(model, Variational)
    recording = Recording(run.model, [edit for act in acts for edit in act.edits], sites="", explicit=bool(acts))
    with torch.inference_mode(), recording.open():
        return float(model.terms(batch)[0].mean())


def paid(arm: str, run: Run) -> Line:
    """What its codes cost on what steers (KL, nats), as the run came by it, against the updates."""
    points = run.history["kl"]
    return Line(arm, tuple(float(step) for step, _, _ in points), tuple(kl for _, _, kl in points), STEERING)


@torch.inference_mode()
def behind(arm: str, run: Run, step: int, count: int, wrong: bool, n: int = 2 * MANY) -> Line:
    """Right tokens at 1 … `count` places behind output `step`, which is fed as another word of this vocabulary if `wrong`, else as the
    right one. Before it the right tokens are fed; behind it the model reads what it wrote itself."""
    model, batch = run.model, run.task.held_out("test", 4 * n)
    assert isinstance(model, EncoderDecoder)
    batch = batch[((batch.target != PAD).sum(1) > step + count).nonzero()[:n, 0]]
    words = batch.target[batch.target > EOS].unique()
    drawn = torch.randint(1, len(words), (len(batch),), generator=torch.Generator().manual_seed(0))
    other = words[(torch.searchsorted(words, batch.target[:, step].contiguous()) + drawn) % len(words)]
    state, token, right = begin(model, batch.source, batch.mask, None), batch.target_in[:, 0], []
    for t in range(step + count + 1):
        logits, state = following(model, token, state, t, None)
        token = writable(logits).argmax(-1) if t > step else other if wrong and t == step else batch.target[:, t]
        right.append(float((token == batch.target[:, t]).float().mean()))
    return Line(arm, tuple(map(float, range(1, count + 1))), tuple(right[step + 1 :]), len(batch))


def aligned(run: Run, batch: Batch, site: str) -> float:
    """How often the largest weight lies where the digit that is due is read: of a string reversed its one place, of others any place that
    has it. A batch of one length."""
    recording, due = _recorded(run, batch), _due(run.recipe.task, batch)
    steps = [value.argmax(-1) for _, value in recording.taps[site][: due.shape[1]]]
    return float(due.gather(2, torch.stack(steps, 1)[..., None]).float().mean())


def evenly_aligned(batch: Batch) -> float:
    """How often a place taken by chance has the digit that is due."""
    return float(_due("", batch).float().mean())


def _due(task: str, batch: Batch) -> Tensor:
    """Where each output may look. (B, T, S)"""
    length = batch.source.shape[1]
    if task == "reverse":
        return torch.eye(length, dtype=torch.bool).flip(1).expand(len(batch), length, length)
    return batch.source[:, None, :] == batch.target[:, :length, None]


def by_place(run: Run, batch: Batch) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The places of an answer, from 1, and how many tokens are right there, each after the right ones."""
    model = run.model
    assert isinstance(model, EncoderDecoder)
    with torch.inference_mode():
        same = writable(model(batch.source, batch.target_in, batch.mask)).argmax(-1) == batch.target
    real = batch.target != PAD
    right = ((same & real).sum(0) / real.sum(0)).tolist()
    return tuple(float(place + 1) for place in range(len(right))), tuple(right)


def looks_back(run: Run, batch: Batch, site: str) -> list[float]:
    """The mean weight that each head puts on the token before, over the tokens of what is read but the first; a site tapped once."""
    recording = Recording(run.model, sites=site)
    judged(run, batch, recording)
    weights = recording.taps[site][0][1]  # (B, heads, S, S)
    before = weights.diagonal(-1, 2, 3)  # (B, heads, S − 1)
    real = (batch.source != PAD)[:, 1 : weights.shape[2]]
    return ((before * real[:, None]).sum((0, 2)) / real.sum()).tolist()


@torch.inference_mode()
def spilled(run: Run, batch: Batch, acts: Sequence[Act]) -> float:
    """How far the readings of all features but the first move under these acts, before what cuts them off, for each 1 of the first."""
    edits, read = [edit for act in acts for edit in act.edits], []
    for done in ((), edits):
        recording = Recording(run.model, done, sites="decoder.readings")
        judged(run, batch, recording)
        read.append(recording.taps["decoder.readings"][0][1])
    return float(((read[1] - read[0])[:, 1:].abs() / batch.source[:, :1]).mean())


def mean(run: Run, batch: Batch, sites: Sequence[str]) -> list[Edit]:
    """Edits that put the mean over a batch in the place of what passes these sites, once each."""
    recording = _recorded(run, batch)
    return [Edit(site, "set", recording.taps[site][0][1].mean(0).tolist()) for site in sites]


def answers_of_the_other(run: Run, batch: Batch, sites: Sequence[str]) -> float:
    """The share of inputs to which the right answer to the next one is written, when what passes these sites is what the next one makes
    pass."""
    recording = _recorded(run, batch)
    there = {site: recording.taps[site][0][1].roll(-1, 0) for site in sites}
    return _by_row(run, replace(batch, target=batch.target.roll(-1, 0)), there)


def turned(run: Run, batch: Batch, sites: Sequence[str]) -> float:
    """The share of a batch, all of one length, that is right although what passes these sites has moved on by one position each."""
    recording = _recorded(run, batch)
    return _by_row(run, batch, {site: recording.taps[site][0][1].roll(1, 1) for site in sites})


def answered(run: Run, batch: Batch) -> Batch:
    """The same inputs, and as targets what this run answers to them."""
    model = run.model
    with torch.inference_mode():
        if isinstance(model, Reader):
            return replace(batch, target=model(batch.source, batch.mask).argmax(-1))
        assert isinstance(model, EncoderDecoder)
        return replace(batch, target=decode_batch(model, batch.source, batch.mask, max_steps=batch.target.shape[1]), also=None)


def permuted(run: Run, batch: Batch, sites: Sequence[str], nothing: bool = False) -> float:
    """The share of answers that stay with the weights of each step at these sites in another order, among the places of the source; or, to
    see what that alone does, put where they were."""
    recording, generator = _recorded(run, batch), torch.Generator().manual_seed(0)
    lengths = (batch.source != PAD).sum(1).tolist()
    edits: list[list[Edit]] = [[] for _ in lengths]
    for site in sites:
        taps = recording.taps[site]
        for row, length in enumerate(lengths):
            steps = []
            for _, value in taps:
                order = torch.randperm(length, generator=generator)
                weights = value[row].clone()
                weights[:length] = weights[:length] if nothing else weights[order]
                steps.append(weights.tolist())
            edits[row].append(Edit(site, "set", steps[0]) if taps[0][0] is None else Edit(site, "patch", steps))
    return float(judged(run, batch, Recording(run.model, sites="", edits_by_row=edits)).mean())


def most_frequent(batch: Batch) -> float:
    """The share of the class that most of these inputs are of."""
    return float(batch.target.flatten().bincount().max() / len(batch))


def _recorded(run: Run, batch: Batch) -> Recording:
    recording = Recording(run.model)
    judged(run, batch, recording)
    return recording


def _by_row(run: Run, batch: Batch, there: Mapping[str, Tensor]) -> float:
    """The share that is right with these quantities (B, …) put at their sites."""
    edits = [[Edit(site, "set", value[row].tolist()) for site, value in there.items()] for row in range(len(batch))]
    return float(judged(run, batch, Recording(run.model, sites="", edits_by_row=edits)).mean())
