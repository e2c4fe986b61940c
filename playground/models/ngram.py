"""n-gram: the next word is guessed from how often each word followed the last n − 1 words. It remembers nothing else.

    p_k(w | c) = λ · count(c, w) / count(c) + (1 − λ) · p_{k−1}(w | c without its first word)          interpolation
    s_k(w | c) = count(c, w) / count(c),  or 0.4 · s_{k−1}(w | …) where (c, w) was never seen           backoff

c are the last k − 1 words; p_0 is the same for every word. A context that was never seen says nothing: the next shorter one
is asked.

Interpolation: F. Jelinek, R. Mercer, "Interpolated Estimation of Markov Source Parameters from Sparse Data", 1980. Backoff:
T. Brants et al., "Large Language Models in Machine Translation", 2007 ("stupid backoff"; here normalised at every k, so that it sums to 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from ..options import choice, integer, number
from ..tasks import Batch, SequenceTask
from ..tracing import Trace, tap
from ..vocabulary import BOS, PAD
from . import Architecture, Block, Counted, Decoder, Encoded, Encoder, register
from .seq2seq import looped

SMOOTHINGS = {"interpolation": "interpolation (Jelinek–Mercer)", "backoff": "stupid backoff"}
BACKOFF = 0.4  # what a shorter context counts for, after Brants et al.
SMALLEST = 1e-9  # a probability of 0, as a logarithm can be drawn


@dataclass(frozen=True)
class Options:
    n: int = integer(3, 2, 6, "n", "Words in one n-gram: n − 1 are read, one is guessed")
    smoothing: str = choice("interpolation", SMOOTHINGS, "Smoothing", "How shorter contexts help out")
    weight: float = number(0.9, 0.1, 1.0, "λ", "Interpolation: the share of the longest context", step=0.05)
    entries: int = integer(8192, 512, 16384, "Table size", "Different n-grams that are kept, the commonest ones", step=512)


@dataclass(frozen=True)
class Index:
    """The n-grams of one order: contexts, each as one number in base V, sorted, and a row of counts for what followed each.

    The last context is one that cannot be, with a row of zeros: whatever was never seen finds that.
    """

    contexts: Int[Tensor, " seen"]
    rows: Float[Tensor, "seen V"]


@dataclass(frozen=True)
class State:
    """The last n − 1 tokens (B, n − 1), whether anything was written yet, and the tables they are looked up in."""

    recent: Int[Tensor, "batch context"]
    orders: tuple[Index, ...]


class Nothing(Encoder):
    """There is no encoder: the tokens go to the decoder as they are."""

    def forward(self, source: Int[Tensor, "batch source"], mask: Bool[Tensor, "batch source"] | None = None) -> Encoded:
        return Encoded(source[..., None].float(), None, mask)


class Counts(Decoder):
    """A table of n-grams and their counts; shorter n-grams are sums over it.

    `ngrams` (entries, n) holds token numbers and `counts` (entries,) how often each n-gram was seen, 0 where the table is
    still empty. Sites per step: `order` (1), the length of the n-gram whose row was used, at most n; `counts` (V), that
    row: how often each word followed the last order − 1 words; `logits` (V), log probabilities.
    """

    block = Block(
        title="Look-up",
        equation="p(w | c) = λ · count(c, w) / count(c) + (1 − λ) · p(w | shorter c)",
        about="The last few words are looked up in a table that says how often each word came next. If these words were never seen "
        "in a row, fewer of them are looked up. It is like finishing a sentence by what you heard most often, with a memory this short.",
        symbols=(("length of c + 1", "order"), ("count(c, w)", "counts"), ("log p", "logits")),
    )
    ngrams: Tensor
    counts: Tensor

    def __init__(self, vocabulary: int, options: Options) -> None:
        super().__init__()
        self.vocabulary, self.options = vocabulary, options
        self.register_buffer("ngrams", torch.zeros(options.entries, options.n))
        self.register_buffer("counts", torch.zeros(options.entries))

    def init_state(self, encoded: Encoded) -> State:
        source = F.pad(encoded.states[..., 0].long(), (self.options.n - 1, 0), value=BOS)
        ending = source.gather(1, (source != PAD).long().argsort(dim=1, stable=True))  # padding moved to the front
        return State(ending[:, ending.shape[1] - self.options.n + 1 :], self._orders())

    def forward(self, target_in: Int[Tensor, "batch target"], state: State) -> tuple[Float[Tensor, "batch target vocabulary"], State]:
        return looped(self, target_in, state)

    def step(self, token: Int[Tensor, " batch"], state: State) -> tuple[Float[Tensor, "batch vocabulary"], State]:
        shifted = torch.cat([state.recent[:, 1:], token[:, None]], dim=1)
        recent = torch.where(token[:, None] == BOS, state.recent, shifted)  # the answer goes on where the source ends
        return self._write(recent, state.orders), State(recent, state.orders)

    def _write(self, recent: Tensor, orders: tuple[Index, ...]) -> Tensor:
        n = self.options.n
        rows = [self._row(recent[:, n - k :], index) for k, index in enumerate(orders, 1)]  # n times (B, V)
        seen = torch.stack([row.sum(1) > 0 for row in rows], dim=1)  # (B, n)
        longest = (seen * torch.arange(1, n + 1, device=seen.device)).amax(1, keepdim=True).clamp_min(1)
        order = tap(self, "order", longest.float()).floor().long().clamp(1, n)  # (B, 1)
        shorter = [torch.full_like(rows[0], 1 / self.vocabulary)]  # p_0, p_1 … p_{n−1}
        for row in rows[:-1]:
            shorter.append(self._mix(row, shorter[-1]))
        chosen = (order - 1)[..., None].expand(-1, 1, self.vocabulary)
        counts = tap(self, "counts", torch.stack(rows, dim=1).gather(1, chosen)[:, 0])
        return tap(self, "logits", self._mix(counts, torch.stack(shorter, dim=1).gather(1, chosen)[:, 0]).clamp_min(SMALLEST).log())

    def _mix(self, counts: Float[Tensor, "batch V"], shorter: Float[Tensor, "batch V"]) -> Float[Tensor, "batch V"]:
        """What these counts say, helped out by the shorter context; that alone where nothing was counted."""
        total = counts.sum(1, keepdim=True)
        share = counts / total.clamp_min(SMALLEST)
        if self.options.smoothing == "interpolation":
            mixed = self.options.weight * share + (1 - self.options.weight) * shorter
        else:
            mixed = torch.where(counts > 0, share, BACKOFF * shorter)
            mixed = mixed / mixed.sum(1, keepdim=True)
        return torch.where(total > 0, mixed, shorter)

    def _row(self, context: Int[Tensor, "batch words"], index: Index) -> Float[Tensor, "batch V"]:
        """How often each word followed the context."""
        key = self._keys(context)
        place = torch.searchsorted(index.contexts, key)
        return index.rows[torch.where(index.contexts[place] == key, place, len(index.rows) - 1)]

    def _orders(self) -> tuple[Index, ...]:
        """Tables for n-grams of 1, 2 … n words: what differs in earlier words only is counted together."""
        keys, counts = self._filled()
        orders = []
        for k in range(1, self.options.n + 1):
            short = keys % self.vocabulary**k
            contexts, place = torch.unique(short // self.vocabulary, return_inverse=True)
            rows = counts.new_zeros(len(contexts) + 1, self.vocabulary)
            rows.index_put_((place, short % self.vocabulary), counts, accumulate=True)
            orders.append(Index(F.pad(contexts, (0, 1), value=self.vocabulary**k), rows))
        return tuple(orders)

    def _filled(self) -> tuple[Int[Tensor, " filled"], Float[Tensor, " filled"]]:
        """The n-grams of the table, each as one number, and their counts."""
        filled = self.counts > 0
        return self._keys(self.ngrams[filled].round().long().clamp(0, self.vocabulary - 1)), self.counts[filled]

    def add(self, ngrams: Int[Tensor, "more n"]) -> None:
        """Count these n-grams; a table that is full keeps the commonest."""
        keys, counts = self._filled()
        keys, place = torch.unique(torch.cat([keys, self._keys(ngrams)]), return_inverse=True)
        counts = counts.new_zeros(len(keys)).index_add_(0, place, torch.cat([counts, counts.new_ones(len(ngrams))]))
        kept = counts.topk(min(len(self.counts), len(keys))).indices.sort().values
        places = self.vocabulary ** torch.arange(self.options.n - 1, -1, -1, device=keys.device)
        self.ngrams.zero_()[: len(kept)] = (keys[kept, None] // places % self.vocabulary).float()
        self.counts.zero_()[: len(kept)] = counts[kept]

    def _keys(self, ngrams: Int[Tensor, "many words"]) -> Int[Tensor, " many"]:
        """Each row of tokens as one number in base V; 6 tokens of up to 1,400 fit into 63 bits."""
        keys = ngrams.new_zeros(len(ngrams))
        for column in ngrams.T:
            keys = keys * self.vocabulary + column
        return keys


class NGram(Counted):
    """Source and target are one text: the last n − 1 tokens of both tell the next."""

    decoder: Counts

    def __init__(self, vocabulary: int, options: Options) -> None:
        super().__init__(Nothing(), Counts(vocabulary, options))

    @torch.no_grad()
    def count(self, batch: Batch) -> None:
        n = self.decoder.options.n
        both = torch.cat([batch.source, batch.target], dim=1)
        text = both.gather(1, (both == PAD).long().argsort(dim=1, stable=True))  # padding moved to the end
        windows = F.pad(text, (n - 1, 0), value=BOS).unfold(1, n, 1)  # (B, S + T, n)
        self.decoder.add(windows[windows[..., -1] != PAD])


def contexts(trace: Trace) -> list[tuple[str, ...]]:
    """The words that each step of a trace looked up: the last order − 1 of what was read and written before."""
    lengths = trace["decoder.order"][:, 0].astype(int) - 1
    texts = [(*trace.source, *trace.tokens[:step]) for step in range(len(lengths))]
    return [text[len(text) - k :] if k else () for text, k in zip(texts, lengths, strict=True)]


def build(task: SequenceTask, options: Options) -> NGram:
    return NGram(len(task.target_vocabulary), options)


register(
    Architecture(
        id="ngram",
        title="n-gram",
        description="Counts which word followed the last few words. It trains in no time and forgets everything further back.",
        kind="sequence decoder",
        learns=("completion",),
        Options=Options,
        build=build,
        paper="Jelinek & Mercer, 1980; Brants et al., 2007",
        parts=(False, False, True),
        order=7,
    )
)
