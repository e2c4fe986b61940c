"""What a script does around its model: tokens, weights, the answer to one input, training. Copied into it like all other code.

`Vocabulary` and `Batch` stand in for those of the same name, whose other abilities a script does not need.
"""

from __future__ import annotations

import base64
import json
import math
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ..models.base import writable
from ..models.initial import initialise
from ..tasks.digit_strings import DigitOptions
from ..tasks.examples import pad
from ..vocabulary import BOS, EOS, MASK, PAD

SHADES = " .:-=+*#%@"


class Vocabulary:
    """Tokens and their numbers; the first ones are special."""

    def __init__(self, words: Iterable[str], mask: bool = False) -> None:
        self.tokens = ("<pad>", "<bos>", "<eos>", *(["[MASK]"] if mask else []), *words)
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, tokens: Iterable[str]) -> list[int]:
        return [self.ids[token] for token in tokens]

    def decode(self, ids: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.tokens[i] for i in ids if i not in (PAD, BOS, EOS))

    def read(self, text: str) -> list[str]:
        """The tokens of a text: at each place the longest that fits, in whatever case; other marks are passed over."""
        words = sorted(self.tokens[3:], key=len, reverse=True)
        known = {w.casefold(): w for w in words} | {w: w for w in words}
        ends = [re.escape(w) + (r"(?!\w)" if len(w) > 1 and w[-1].isalnum() else "") for w in words]
        found = re.findall("|".join([*ends, r"\w+"]), normalise(text), re.IGNORECASE)
        return [known.get(t) or known.get(t.casefold(), t) for t in found]


def normalise(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def graphemes(text: str) -> list[str]:
    return list(text)


@dataclass
class Batch:
    """Examples as tensors, batch first; `mask` is True where a source is real."""

    source: Tensor
    target: Tensor
    mask: Tensor | None = None
    condition: Tensor | None = None
    noise: Tensor | None = None
    also: Tensor | None = None

    @property
    def target_in(self) -> Tensor:
        """What the decoder reads in training: the target moved right by one, BOS first."""
        return nn.functional.pad(self.target[:, :-1], (1, 0), value=BOS)

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, rows: slice | Tensor) -> Batch:
        parts: Any = {name: part if part is None else part[rows] for name, part in vars(self).items()}
        return Batch(**parts)


@dataclass
class Reading:
    """A picture or a sound as a model reads it."""

    source: Tensor
    read_as: str | None = None
    text: str | None = None
    shown: Any = None
    doubt: str | None = None


class Task:
    """Where examples come from, and how an answer is written."""

    Options: Any
    target_vocabulary: Vocabulary

    def __init__(self, options: Any = None) -> None:
        self.options = options or self.Options()

    @property
    def classes(self) -> tuple[str, ...]:
        return self.target_vocabulary.tokens

    def join(self, tokens: tuple[str, ...]) -> str:
        return " ".join(tokens)

    def max_steps(self, source_length: int = 0) -> int:
        return 2 * source_length + 4


class Pooled(Task):
    """Examples drawn once. By a hash of what siblings share a tenth steers and a tenth judges; the edges are always taught."""

    source_vocabulary: Vocabulary
    make: Callable[[Random], tuple[tuple[str, ...], Any]]
    targets: Callable[[list[Any]], Tensor]
    pool_size = 12_000

    def siblings(self, source: tuple[str, ...], answer: Any) -> str:
        return " ".join(source)

    def edges(self) -> Iterable[tuple[tuple[str, ...], Any]]:
        return ()

    @cached_property
    def pool(self) -> tuple[Batch, Batch]:
        """What trains, and what steers."""
        random, edges = Random(17), dict(self.edges())
        drawn = dict(self.make(random) for _ in range(self.pool_size)) | edges
        taught = {self.siblings(*example) for example in edges.items()}

        def tenth(example: tuple[tuple[str, ...], Any]) -> int:
            group = self.siblings(*example)
            return 1 if group in taught else zlib.crc32(group.encode()) % 10

        train = [example for example in drawn.items() if tenth(example) not in (0, 5)]
        steer = [example for example in drawn.items() if tenth(example) == 0]
        train += list(edges.items()) * (round(0.02 * len(train) / len(edges)) if edges else 0)
        source, mask = pad([self.source_vocabulary.encode(text) for text, _ in train + steer])
        every = Batch(source, self.targets(train + steer), mask)
        return every[: len(train)], every[len(train) :]

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        rows = torch.randint(len(self.pool[0]), (count,), generator=generator)
        return self.pool[0][rows]

    def held_out(self, part: str, count: int) -> Batch:
        return self.pool[1][:count]


class DigitStrings(Task):
    """Digits, and what `rearrange` makes of them. By a hash of each string a tenth steers; one digit repeated is always taught."""

    Options = DigitOptions
    source_vocabulary = target_vocabulary = Vocabulary("0123456789")
    rearrange: Callable[[Tensor, Tensor], Tensor]

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        digits, lengths = self.drawn((1, 2, 3, 4, 6, 7, 8, 9), count, generator)
        high = self.options.max_length
        shortest = min(max(self.options.min_length, 3), high + 1)
        digit, long = torch.cartesian_prod(torch.arange(10), torch.arange(shortest, high + 1)).T
        if len(long):
            rows = (torch.rand(count, generator=generator) < 0.02).nonzero()[:, 0]
            chosen = torch.randint(len(long), rows.shape, generator=generator)
            digits[rows] = digit[chosen, None] * (torch.arange(high) < long[chosen, None])
            lengths[rows] = long[chosen]
        return self.batch(digits, lengths)

    def held_out(self, part: str, count: int) -> Batch:
        return self.batch(*self.drawn((0,), count, torch.Generator().manual_seed(7_919)))

    def drawn(self, tenths: tuple[int, ...], count: int, generator: Any) -> tuple[Tensor, Tensor]:
        """Digits and their lengths, of these tenths of all strings; the sixth one judges, and is never drawn."""
        low, high = self.options.min_length, self.options.max_length
        wrong = torch.arange(count)
        digits, lengths = wrong.new_zeros(count, high), wrong.new_zeros(count)
        while len(wrong):
            new = torch.randint(low, high + 1, wrong.shape, generator=generator)
            row = torch.randint(10, (len(wrong), high), generator=generator)
            digits[wrong], lengths[wrong] = row * (torch.arange(high) < new[:, None]), new
            right = torch.isin(self.tenth(digits, lengths), torch.tensor(tenths))
            wrong = (~right).nonzero()[:, 0]
        return digits, lengths

    def tenth(self, digits: Tensor, lengths: Tensor) -> Tensor:
        value = lengths
        for column in digits.T:
            value = (value * 31 + column + 1) % 1_000_003
        past = torch.arange(digits.shape[1]) >= lengths[:, None]
        repeated = ((digits == digits[:, :1]) | past).all(1) & (lengths >= 3)
        return (value % 10).masked_fill(repeated, 1)

    def batch(self, digits: Tensor, lengths: Tensor) -> Batch:
        first, real = self.source_vocabulary.ids["0"], torch.arange(digits.shape[1]) < lengths[:, None]
        source = torch.where(real, digits + first, PAD)
        target = torch.full((len(digits), digits.shape[1] + 1), PAD)
        target[:, :-1] = torch.where(real, self.rearrange(digits, lengths) + first, PAD)
        target[torch.arange(len(digits)), lengths] = EOS
        return Batch(source, target, None if real.all() else real)


def fused(rnn: nn.RNNBase, inputs: Tensor, state: Any, mask: Tensor | None, backwards: bool) -> tuple[Tensor, Any]:
    """torch's own layer. Packing stops each row at its end, so that padding cannot be read."""
    if mask is None:
        return rnn(inputs, state)
    packed = pack_padded_sequence(inputs, mask.sum(1), batch_first=True, enforce_sorted=False)
    outputs, state = rnn(packed, state)
    return pad_packed_sequence(outputs, batch_first=True, total_length=mask.shape[1])[0], state


def read_weights(path: Path) -> dict[str, Tensor]:
    """A safetensors file: the length of a JSON header, the header, and the numbers it tells of."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    numbers = torch.frombuffer(bytearray(data[start:]), dtype=torch.float32)
    header = {name: about for name, about in json.loads(data[8:start]).items() if name != "__metadata__"}
    places = {name: slice(*(byte // 4 for byte in about["data_offsets"])) for name, about in header.items()}
    return {name: numbers[places[name]].reshape(about["shape"]) for name, about in header.items()}


@torch.inference_mode()
def write(model: Any, source: Tensor, mask: Tensor | None, steps: int) -> list[int]:
    """Always the likeliest next token, until the end token."""
    state = model.decoder.init_state(model.encode(source, mask))
    written = [BOS]
    while written[-1] != EOS and len(written) <= steps:
        logits, state = model.decoder.step(torch.tensor(written[-1:]), state)
        written.append(int(writable(logits.float()).argmax()))
    return written


@torch.inference_mode()
def answer_in_words(model: Any, task: Any, text: str) -> str:
    """What the model writes for a text."""
    tokens = task.source_vocabulary.read(text)
    source = torch.tensor([task.source_vocabulary.encode(tokens)])
    written = write(model, source, None, task.max_steps(len(tokens)))
    return task.join(task.target_vocabulary.decode(written))


@torch.inference_mode()
def answer_about(model: Any, task: Any, source: Tensor) -> str:
    """What the model writes about a picture or a sound."""
    written = write(model, source, None, task.max_steps())
    return task.join(task.target_vocabulary.decode(written))


@torch.inference_mode()
def answer_read_off(model: Any, task: Any, text: str) -> str:
    """The class with the highest score, of the whole, of every word or of what a mask hides; or a number."""
    source = torch.tensor([task.source_vocabulary.encode(task.source_vocabulary.read(text))])
    logits = model(source)[0].float()
    if model.answers == "number":
        return str(round(float(logits) * model.scale))
    if model.answers == "infill":
        logits = logits[source[0] == MASK]
    best = logits.reshape(-1, len(task.classes)).argmax(-1)
    return task.join(tuple(task.classes[i] for i in best.tolist()))


def unpacked(text: str, *shape: int) -> Tensor:
    """The numbers of a picture or a sound."""
    return torch.tensor(np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<f4")).reshape(shape)


@torch.inference_mode()
def answer_drawn(model: Any, picture: Tensor) -> str:
    """The picture and its reconstruction side by side, in characters, and how far they are apart."""
    made = model(picture, model.guess(picture))
    both = torch.cat([picture.reshape(28, 28), made.reshape(28, 28)], dim=1)
    rows = (both * len(SHADES)).long().clamp(0, len(SHADES) - 1).tolist()
    drawn = ["".join(SHADES[shade] for shade in row) for row in rows]
    return "\n".join([*drawn, f"mean squared error {float((made - picture).square().mean()):.6f}"])


STEPS, BATCH, RATE, DECAY, SEED = 300, 64, 0.01, 0.0, 0
CHUNK = 32  # batches drawn at once
PRECISION = torch.float32
TOLD = "answered exactly right"


def batches(model: Any, task: Any) -> Iterator[Batch]:
    """Training examples without end."""
    generator = torch.Generator().manual_seed(SEED + 1)
    while True:
        chunk = task.sample(CHUNK * BATCH, generator)
        if hasattr(model, "corrupt"):
            chunk = model.corrupt(chunk, generator)
        yield from (chunk[i : i + BATCH] for i in range(0, CHUNK * BATCH, BATCH))


def train(model: Any, task: Any, steps: int) -> None:
    """The rate rises for a tenth of the steps, then falls along a cosine."""
    initialise(model, torch.Generator().manual_seed(SEED))
    learner = torch.optim.AdamW(model.parameters(), RATE, (0.9, 0.98), weight_decay=DECAY)
    held_out = task.held_out("validation", 512)
    for step, batch in zip(range(1, steps + 1), batches(model, task), strict=False):
        share = step / (steps + 1)
        fall = 0.5 + 0.5 * math.cos(math.pi * (share - 0.1) / 0.9)
        learner.param_groups[0]["lr"] = RATE * min(10 * share, fall)
        torch.manual_seed(SEED * 1_000_003 + step - 1)  # what dropout draws
        with torch.autocast("cpu", PRECISION, enabled=PRECISION is torch.bfloat16):
            loss = model.train().loss(batch)
        learner.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        learner.step()
        tell(model.eval(), step, steps, float(loss.detach()), held_out)


@torch.no_grad()
def train_by_counting(model: Any, task: Any, steps: int) -> None:
    """Every batch is counted; its loss before that tells how well it was foreseen."""
    held_out = task.held_out("validation", 512)
    for step, batch in zip(range(1, steps + 1), batches(model, task), strict=False):
        loss = float(model.loss(batch))
        model.count(batch)
        tell(model, step, steps, loss, held_out)


def tell(model: Any, step: int, steps: int, loss: float, held_out: Batch) -> None:
    if step == 1 or step % max(1, steps // 20) == 0:
        score = model.score(held_out)
        print(f"step {step:5}   loss {loss:.4f}   held out, {TOLD}: {score:.4f}")
