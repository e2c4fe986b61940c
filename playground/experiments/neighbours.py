"""Which tokens an embedding has put next to each other: nearest neighbours before and after training.

Before, rows are drawn at random and neighbours mean nothing; afterwards tokens that are used alike stand alike (T. Mikolov et al.,
"Efficient Estimation of Word Representations in Vector Space", 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..options import show
from ..storage.run import Run
from ..training.trainer import new_model
from ..vocabulary import SPECIALS

Near = tuple[tuple[str, float], ...]  # tokens and their cosine, nearest first


@dataclass(frozen=True)
class Neighbours:
    """The tokens nearest to `token`, in the model before its first step and in the trained one."""

    token: str
    before: Near
    after: Near


@torch.no_grad()
def neighbours(run: Run, token: str, count: int = 5) -> Neighbours:
    """Nearest by cosine among the words of the source vocabulary. Raises InputError for unknown tokens, and where nothing is embedded."""
    words = getattr(run.task, "source_vocabulary", None)
    if words is None or (trained := _rows(run.model)) is None:
        raise InputError(f"{run.recipe.architecture} on {run.recipe.task} embeds no tokens; choose a model that reads text.")
    if not isinstance(token, str) or token not in words.words:
        raise InputError(f"{show(token)} is no token of {run.recipe.task}; there are: {words.allowed()}.")
    start = _rows(new_model(run.recipe))
    assert start is not None

    def near(rows: Tensor) -> Near:
        rows = nn.functional.normalize(rows, dim=1)
        cosines = (rows @ rows[words.ids[token]]).tolist()
        others = [(word, cosines[i]) for i, word in enumerate(words.tokens) if word not in SPECIALS and word != token]
        return tuple(sorted(others, key=lambda pair: -pair[1])[:count])

    return Neighbours(token, near(start), near(trained))


def _rows(model: nn.Module) -> Tensor | None:
    """The embedding of the source's tokens (V, E): the encoder's, or that of a decoder that reads its prompt."""
    for side in ("encoder", "decoder"):
        half = getattr(model, side, None)
        embedding = getattr(half, "embedding", None)
        if isinstance(embedding, nn.Embedding):
            rows = getattr(half, "rows", None)  # of a vocabulary that is shared with the target's words
            return embedding.weight if rows is None else embedding.weight[rows]
    return None
