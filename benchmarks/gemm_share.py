"""How much of the matrix-product speed of this machine a training step reaches.

The matrix products of a step, forward and backward, are timed alone at the same shapes and precision; the share is their
time by the time of the whole step. What is missing to 100 % are the gates, the softmax, the loss, the optimizer.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import torch
from torch import Tensor

from playground.runs.executors.inline import one_thread
from playground.training import recipes
from playground.training.recipes import Recipe
from playground.training.stepper import Stepper

from .measure import Row, bare_stepper

PAIRS = (
    ("seq2seq", "lstm", 0.5),
    ("seq2seq", "ten", 0.5),
    ("attention_seq2seq", "additive", None),
    ("transformer", "learned", 0.4),
    ("transformer_decoder", "three", 0.4),
)
TURNS, BLOCK = 12, 8
Product = tuple[int, int, int, int]  # how often, rows, inner, columns


def rows() -> Iterator[Row]:
    with one_thread():
        for architecture, preset, bar in PAIRS:
            recipe = recipes.make(architecture, "reverse", preset=preset, device="cpu")
            stepper = bare_stepper(recipe, 10_000)
            precision = stepper.options.precision
            forward = products(recipe)
            work = [_operands(p, torch.bfloat16 if precision == "bfloat16" else torch.float32) for p in forward]
            _block(stepper), _multiply(work)
            shares = [_multiply(work) / _block(stepper) for _ in range(TURNS)]
            share = statistics.median(shares)
            flops = 6 * sum(n * m * k * c for n, m, k, c in forward)
            peak = flops / min(_multiply(work) for _ in range(5)) / 1e9
            what = f"{architecture} · {preset} ({precision}): share of the matrix-product peak"
            measured = f"{share:.0%} of {peak:.0f} GF/s"
            yield Row(what, measured, f"≥ {bar:.0%}" if bar else "", share >= bar if bar else None)


def products(recipe: Recipe) -> list[Product]:
    """The matrix products of one forward pass."""
    return _transformer(recipe) if recipe.architecture.startswith("transformer") else _recurrent(recipe)


def _transformer(recipe: Recipe) -> list[Product]:
    """Projections, feed-forward and output once per position; scores and sums of values once per head."""
    options, task = dict(recipe.model_options), recipe.build_task()
    batch, source = recipe.training.batch_size, task.trained_lengths[1]  # type: ignore[attr-defined]
    target, width, inner, heads = source + 1, int(options["width"]), int(options["feed_forward"]), int(options["heads"])

    def attention(queries: int, keys: int, read: int) -> list[Product]:
        projections = [(2, batch * queries, width, width), (2, batch * read, width, width)]
        return [*projections, (2 * batch * heads, queries, width // heads, keys)]

    def feed_forward(positions: int) -> list[Product]:
        return [(1, batch * positions, width, inner), (1, batch * positions, inner, width)]

    found: list[Product] = []
    for _ in range(int(options["layers"])):
        if recipe.architecture == "transformer":
            found += attention(source, source, source) + feed_forward(source)
            found += attention(target, target, target) + attention(target, source, source) + feed_forward(target)
        else:  # prompt and answer are one text; the answer is read on top of the prompt's keys and values
            found += attention(source, source, source) + feed_forward(source)
            found += attention(target, source + target, target) + feed_forward(target)
    return [*found, (1, batch * target, width, len(task.target_vocabulary))]  # type: ignore[attr-defined]


def _recurrent(recipe: Recipe) -> list[Product]:
    options, task = dict(recipe.model_options), recipe.build_task()
    batch, source = recipe.training.batch_size, task.trained_lengths[1]  # type: ignore[attr-defined]
    target, hidden, embedding = source + 1, int(options["hidden"]), int(options["embedding"])
    gates = {"lstm": 4, "gru": 3, "rnn": 1}[str(options["cell"])]
    directions = 2 if options["bidirectional"] else 1
    vocabulary = len(task.target_vocabulary)  # type: ignore[attr-defined]

    def recurrent(steps: int, inputs: int, size: int) -> list[Product]:
        return [(1, batch * steps, inputs, gates * size), (steps, batch, size, gates * size)]

    found = directions * recurrent(source, embedding, hidden // directions) + recurrent(target, embedding, hidden)
    for _ in range(int(options["layers"]) - 1):
        found += directions * recurrent(source, hidden, hidden // directions) + recurrent(target, hidden, hidden)
    found += [(1, batch * target, hidden, vocabulary)]
    if recipe.architecture == "attention_seq2seq":
        found += [(1, batch * source, hidden, hidden), (1, batch * target, hidden, hidden), (1, batch * target, 2 * hidden, hidden)]
        found += [(1, batch * target * source, hidden, 1), (batch, target, source, hidden)]
    return found


def _operands(product: Product, kind: torch.dtype) -> tuple[int, Tensor, Tensor, Tensor]:
    times, rows_, inner, columns = product
    return times, torch.randn(rows_, inner, dtype=kind), torch.randn(inner, columns, dtype=kind), torch.randn(rows_, columns, dtype=kind)


def _multiply(work: list[tuple[int, Tensor, Tensor, Tensor]]) -> float:
    """CPU seconds of all products: forward, and the two of backward."""
    start = time.thread_time()
    for times, x, w, y in work:
        for _ in range(times):
            x @ w, y @ w.T, x.T @ y
    return time.thread_time() - start


def _block(stepper: Stepper) -> float:
    """CPU seconds of one step."""
    start = time.thread_time()
    for _ in range(BLOCK):
        stepper.step()
    return (time.thread_time() - start) / BLOCK
