"""Which tokens a table has put next to each other: nearest neighbours before and after training.

Before, rows are drawn at random and neighbours mean nothing; afterwards tokens that are used alike stand alike (T. Mikolov et al.,
"Efficient Estimation of Word Representations in Vector Space", 2013). Cosines are taken from the mean of all rows: what every word has in
common says nothing about any (J. Mu, P. Viswanath, "All-but-the-Top", 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..errors import InputError
from ..models import EncoderDecoder
from ..options import show
from ..storage.run import Run
from ..training.trainer import new_model
from ..vocabulary import EOS, SPECIALS

Array = NDArray[np.float32]
Near = tuple[tuple[str, float], ...]  # tokens and their cosine, nearest first


@dataclass(frozen=True)
class Table:
    """The rows of a table of words, (V, E), in the model before its first step and in the trained one."""

    words: tuple[str, ...]
    before: Array
    after: Array


@dataclass(frozen=True)
class Neighbours:
    """The tokens nearest to `token`, in the model before its first step and in the trained one."""

    token: str
    before: Near
    after: Near


def tables(run: Run) -> dict[str, Table]:
    """By name, whichever there are: "source" and "target", the embeddings of what is read and of what was written, and "output", the rows
    that the last state is held against to choose a token."""
    trained = _tables(run)
    if not trained:
        return {}
    start = _tables(run, new_model(run.recipe))
    return {name: Table(words, start[name][1], rows) for name, (words, rows) in trained.items()}


def cosines(rows: Array) -> Array:
    """Of every row with every other, from their mean: (V, E) to (V, V)."""
    centred = rows - rows.mean(0)
    unit = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)
    return np.asarray(unit @ unit.T, dtype=np.float32)


def nearest(rows: Array, count: int) -> tuple[NDArray[np.intp], Array]:
    """For every row its `count` nearest others and their cosines, nearest first. (V, count) both"""
    near = cosines(rows)
    np.fill_diagonal(near, -np.inf)
    order = np.argsort(-near, axis=1, kind="stable")[:, : min(count, len(rows) - 1)]
    return order, np.take_along_axis(near, order, axis=1)


def neighbours(run: Run, token: str, count: int = 5) -> Neighbours:
    """Nearest by cosine among the words of the source vocabulary. Raises InputError for unknown tokens, and where nothing is embedded."""
    words = run.task.source_vocabulary
    table = tables(run).get("source")
    if words is None or table is None:
        raise InputError(f"{run.recipe.architecture} on {run.recipe.task} embeds no tokens; choose a model that reads text.")
    if not isinstance(token, str) or token not in table.words:
        raise InputError(f"{show(token)} is no token of {run.recipe.task}; there are: {words.allowed()}.")

    def near(rows: Array) -> Near:
        order, found = nearest(rows, count)
        at = table.words.index(token)
        return tuple((table.words[i], float(cosine)) for i, cosine in zip(order[at], found[at], strict=True))

    return Neighbours(token, near(table.before), near(table.after))


@torch.no_grad()
def _tables(run: Run, model: nn.Module | None = None) -> dict[str, tuple[tuple[str, ...], Array]]:
    """The rows of every table, padding and other special tokens left out; of the output layer the end of an answer is a word too."""
    model, task = model or run.model, run.task
    found = {}
    if (source := task.source_vocabulary) is not None and (rows := _embedding(model)) is not None:
        found["source"] = _rows(rows, source.tokens, ())
    if isinstance(model, EncoderDecoder):
        decoder, names = model.decoder, task.classes
        embedding, output = getattr(decoder, "embedding", None), getattr(decoder, "output", None)
        if isinstance(embedding, nn.Embedding) and isinstance(getattr(model, "encoder", None), nn.Module) and _learned(embedding):
            found["target"] = _rows(embedding.weight, names, ())
        if isinstance(output, nn.Linear):
            found["output"] = _rows(output.weight, names, (EOS,))
    return {name: (words, rows) for name, (words, rows) in found.items() if len(words) > 2}


def _rows(rows: Tensor, names: tuple[str, ...], also: tuple[int, ...]) -> tuple[tuple[str, ...], Array]:
    kept = [i for i, name in enumerate(names) if name not in SPECIALS or i in also]
    return tuple("end" if i == EOS else names[i] for i in kept), rows[kept].float().numpy()


def _embedding(model: nn.Module) -> Tensor | None:
    """The embedding of the source's tokens (V, E): the encoder's, or that of a decoder that reads its prompt."""
    for side in ("encoder", "decoder"):
        half = getattr(model, side, None)
        embedding = getattr(half, "embedding", None)
        if isinstance(embedding, nn.Embedding) and _learned(embedding):
            rows = getattr(half, "rows", None)  # of a vocabulary that is shared with the target's words
            return embedding.weight if rows is None else embedding.weight[rows]
    return None


def _learned(embedding: nn.Embedding) -> bool:
    """A token that is read as a number has no row that could stand near another."""
    return embedding.weight.requires_grad and embedding.weight.shape[1] > 1
