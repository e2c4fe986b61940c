"""What a stand-alone script does around the code of its run: read weights, answer one input, train from scratch.

These functions are taken into the script like all its other code. They need torch and numpy only.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..inference.answers import read
from ..inference.decoding import decode
from ..models import Autoencoder, EncoderDecoder, Model, Reader, initialise
from ..tasks import PictureTask, SensedTask, SequenceTask, Task, TextTask
from ..training.recipes import Training
from ..training.stepper import Stepper

SHADES = " .:-=+*#%@"


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file: eight bytes say how long the JSON header is, which says where each tensor lies."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    weights = {}
    for name, about in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            start, end = about["data_offsets"]
            numbers = bytearray(data[8 + length + start : 8 + length + end])
            weights[name] = torch.frombuffer(numbers, dtype=torch.float32).reshape(about["shape"])
    return weights


@torch.inference_mode()
def written(model: EncoderDecoder, task: SequenceTask, text: str) -> str:
    """What the model writes for a typed text, always taking the likeliest token."""
    source = task.parse(text)
    ids = torch.tensor([task.source_vocabulary.encode(source)])
    steps = decode(model, ids, max_steps=task.max_steps(len(source)))
    return task.join(task.target_vocabulary.decode([int(step.token) for step in steps]))


@torch.inference_mode()
def described(model: EncoderDecoder, task: SensedTask, given: Any) -> str:
    """What the model writes about a picture or a sound, or about what is drawn or played of a text."""
    sensed = task.perceive(given)
    steps = decode(model, sensed.source, sensed.mask, max_steps=task.max_steps())
    return task.join(task.target_vocabulary.decode([int(step.token) for step in steps]))


@torch.inference_mode()
def read_off(model: Reader, task: TextTask, text: str) -> str:
    """The model's answer to a typed text."""
    ids = torch.tensor([task.source_vocabulary.encode(task.parse(text))])
    return task.join(read(model, task, ids[0], model(ids)[0]).words)


def unpacked(text: str, *shape: int) -> Tensor:
    """The numbers of a picture or a sound."""
    numbers = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<f4")
    return torch.tensor(numbers).reshape(shape)


@torch.inference_mode()
def drawn_again(model: Autoencoder, picture: Tensor) -> str:
    """The picture and its reconstruction side by side, in characters, and how far they are apart."""
    made = model(picture, model.guess(picture))
    both = torch.cat([picture.reshape(28, 28), made.reshape(28, 28).float()], dim=1)
    shades = (both * len(SHADES)).long().clamp(0, len(SHADES) - 1)
    rows = ["".join(SHADES[i] for i in row) for row in shades.tolist()]
    return "\n".join([*rows, f"mean squared error {float((made - picture).square().mean()):.6f}"])


def fit(model: Model, task: Task, options: Training, seed: int) -> None:
    """Train from scratch, and tell the loss and the held-out score as it goes."""
    initialise(model, torch.Generator().manual_seed(seed))
    stepper = Stepper(model, task, options, seed, torch.device("cpu"))
    held_out = task.held_out(512)
    better = "error per pixel" if isinstance(task, PictureTask) else "answered exactly right"
    for step in range(1, options.steps + 1):
        loss = stepper.step()
        if loss is None:
            raise SystemExit(f"The loss was no longer a number at step {step}.")
        if step == 1 or step % max(1, options.steps // 20) == 0:
            print(f"step {step:5}   loss {loss:.4f}   held out, {better}: {model.score(held_out):.4f}")
