"""What a script does around its model: weights, the answer to one input, training. Copied into it like all other code."""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ..models.base import writable
from ..models.initial import initialise
from ..vocabulary import BOS, EOS, MASK
from .examples import Batch

SHADES = " .:-=+*#%@"


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


@torch.inference_mode()
def answer_given_back(model: Any, task: Any, text: str) -> str:
    """The numbers, what comes back, and how far they are apart."""
    given = task.perceive(text).source
    made = model(given)
    rows = [" ".join(f"{v:5.2f}" for v in row[0].tolist()) for row in (given, made)]
    return "\n".join([*rows, f"mean squared error {float((made - given).square().mean()):.6f}"])


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
            loss = model.train().loss_at(batch, step - 1) if hasattr(model, "loss_at") else model.train().loss(batch)
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
