"""What a training has drawn so far, drawn once more: all examples follow from the recipe's seed, so nothing needs to be kept.

Whether an answer is remembered or worked out is only to be told by whether its input was among what was trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Int
from torch import Tensor

from ..tasks import Batch
from .recipes import Recipe
from .stepper import CHUNK

MOST = 1_000_000  # draws that are made again: about a second
WIDEST = 512  # places of a source


@dataclass(frozen=True)
class Drawn:
    """Different sources by a hash, in its order, and the update that drew each of them first."""

    hashes: Int[Tensor, " sources"]
    first: Int[Tensor, " sources"]

    def count(self, updates: int) -> int:
        """How many different sources were drawn before so many updates were over."""
        return int((self.first < updates).sum())

    def knows(self, source: Int[Tensor, " source"], updates: int) -> bool:
        """Whether these tokens, without padding, were a source of one of the first updates."""
        wanted = _hashed(source[None])
        at = int(torch.searchsorted(self.hashes, wanted))
        return at < len(self.hashes) and bool(self.hashes[at] == wanted) and int(self.first[at]) < updates


def drawn(recipe: Recipe) -> Drawn | None:
    """All that a training of this recipe draws; None where its inputs are no tokens, or too many to be drawn again."""
    options = recipe.training
    if recipe.build_task().source_vocabulary is None or options.steps * options.batch_size > MOST:
        return None
    return _drawn(recipe)


def replayed(recipe: Recipe, count: int) -> Batch:
    """The first examples that a training of this recipe draws, at most `count`, each source once."""
    task, options, generator = recipe.build_task(), recipe.training, torch.Generator().manual_seed(recipe.seed + 1)
    batch = task.sample(options.examples or CHUNK * options.batch_size, generator)
    hashes = _hashed(batch.source).tolist()
    first = dict(zip(reversed(hashes), range(len(hashes) - 1, -1, -1), strict=True))  # of each source where it comes first
    return batch[torch.tensor(sorted(first.values())[:count])]


@lru_cache(maxsize=16)
def _drawn(recipe: Recipe) -> Drawn:
    task, options, generator = recipe.build_task(), recipe.training, torch.Generator().manual_seed(recipe.seed + 1)
    if options.examples:  # the same few again and again
        hashes = _hashed(task.sample(options.examples, generator).source)
        updates = torch.zeros(len(hashes), dtype=torch.long)
    else:
        chunks = [_hashed(task.sample(CHUNK * options.batch_size, generator).source) for _ in range(-(-options.steps // CHUNK))]
        hashes = torch.cat(chunks)
        updates = torch.arange(len(hashes)) // options.batch_size
    ordered, order = hashes.sort(stable=True)  # what was drawn first stays first
    new = torch.ones_like(ordered, dtype=torch.bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return Drawn(ordered[new], updates[order[new]])


def _hashed(source: Int[Tensor, "batch source"]) -> Int[Tensor, " batch"]:
    """Sums of tokens times odd numbers by chance, in 64 bits; padding, which is 0, changes nothing."""
    return (source.long() * _factors()[: source.shape[1]]).sum(1)


@lru_cache(maxsize=1)
def _factors() -> Tensor:
    return torch.randint(-(2**62), 2**62, (WIDEST,), generator=torch.Generator().manual_seed(31)) * 2 + 1
