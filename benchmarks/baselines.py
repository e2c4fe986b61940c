"""Digit reversal as a user would write it in plain PyTorch: a decoder loop over time, teacher forcing, Adam.

    (a) LSTMSeq2Seq      two LSTM layers of 128 on both sides, the final state handed over
    (b) BahdanauSeq2Seq  a GRU of 64 each way, additive attention, the context fed into the next step
    (c) PromptedGPT      two causal Transformer layers read the digits, padded on the left, and go on; lengths 3 to 12

Nothing here comes from the playground. Each is trained with several learning rates, and the best one counts. Tokens: 0 to 9 are digits, 10
begins an answer, 11 ends it, 12 fills up.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LENGTH, BOS, EOS, PAD, TOKENS = 10, 10, 11, 12, 13
SHORTEST, LONGEST = 3, 12  # of the prompts
RATES = (1e-3, 2e-3, 5e-3)
HELD_OUT, LOOK_EVERY = 256, 20


class LSTMSeq2Seq(nn.Module):
    def __init__(self, embedding: int = 64, hidden: int = 128, layers: int = 2) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(TOKENS, embedding)
        self.target_embedding = nn.Embedding(TOKENS, embedding)
        self.encoder = nn.LSTM(embedding, hidden, layers, batch_first=True)
        self.decoder = nn.LSTM(embedding, hidden, layers, batch_first=True)
        self.output = nn.Linear(hidden, TOKENS)

    def forward(self, source: Tensor, target: Tensor | None = None) -> Tensor:
        """Logits of every step (B, T, V); without a target each step reads what the last one wrote."""
        _, state = self.encoder(self.source_embedding(source))
        token = torch.full_like(source[:, 0], BOS)
        logits = []
        for t in range(LENGTH + 1):
            hidden, state = self.decoder(self.target_embedding(token)[:, None], state)
            logits.append(self.output(hidden[:, 0]))
            token = logits[-1].argmax(-1) if target is None else target[:, t]
        return torch.stack(logits, dim=1)


class BahdanauSeq2Seq(nn.Module):
    def __init__(self, embedding: int = 64, hidden: int = 64) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(TOKENS, embedding)
        self.target_embedding = nn.Embedding(TOKENS, embedding)
        self.encoder = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden, hidden)
        self.query, self.key = nn.Linear(hidden, hidden), nn.Linear(2 * hidden, hidden)
        self.score = nn.Linear(hidden, 1)
        self.decoder = nn.GRU(embedding + 2 * hidden, hidden, batch_first=True)
        self.output = nn.Linear(3 * hidden, TOKENS)

    def forward(self, source: Tensor, target: Tensor | None = None) -> Tensor:
        states, final = self.encoder(self.source_embedding(source))
        hidden = torch.tanh(self.bridge(torch.cat([final[0], final[1]], dim=-1)))[None]
        token = torch.full_like(source[:, 0], BOS)
        logits = []
        for t in range(LENGTH + 1):
            scores = self.score(torch.tanh(self.query(hidden[-1])[:, None] + self.key(states)))
            context = (scores.softmax(1) * states).sum(1)
            step_in = torch.cat([self.target_embedding(token), context], dim=-1)[:, None]
            out, hidden = self.decoder(step_in, hidden)
            logits.append(self.output(torch.cat([out[:, 0], context], dim=-1)))
            token = logits[-1].argmax(-1) if target is None else target[:, t]
        return torch.stack(logits, dim=1)


class PromptedGPT(nn.Module):
    """Learned positions; since prompts are padded on the left, every answer begins at the same one."""

    def __init__(self, width: int = 128, heads: int = 4, layers: int = 2) -> None:
        super().__init__()
        length = LONGEST + 1 + LONGEST + 1
        self.embedding, self.positions = nn.Embedding(TOKENS, width), nn.Embedding(length, width)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.stack = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.output = nn.Linear(width, TOKENS)
        self.register_buffer("later", torch.ones(length, length, dtype=torch.bool).triu(1))

    def forward(self, source: Tensor, target: Tensor | None = None) -> Tensor:
        """Logits of every step of the answer (B, T, V); without a target each step reads what the last one wrote."""
        text = torch.cat([source, torch.full_like(source[:, :1], BOS)], dim=1)
        if target is not None:
            return self._logits(torch.cat([text, target[:, :-1]], dim=1))[:, LONGEST:]
        logits = []
        for _ in range(LONGEST + 1):
            logits.append(self._logits(text)[:, -1])
            text = torch.cat([text, logits[-1].argmax(-1, keepdim=True)], dim=1)
        return torch.stack(logits, dim=1)

    def _logits(self, text: Tensor) -> Tensor:
        x = self.embedding(text) + self.positions.weight[: text.shape[1]]
        return self.output(self.stack(x, mask=self.get_buffer("later")[: text.shape[1], : text.shape[1]]))


def best_rate(model: Callable[[], nn.Module], cap_s: float, examples: Callable[[int], tuple[Tensor, Tensor]], batch: int) -> float:
    """The learning rate with which it is soonest right, on a seed that is not among those that are compared."""
    spent = {rate: seconds_until_right(model, 99, cap_s, examples, batch, rate) for rate in RATES}
    return min(RATES, key=lambda rate: cap_s if spent[rate] is None else spent[rate])


def seconds_until_right(
    model: Callable[[], nn.Module],
    seed: int,
    cap_s: float,
    examples: Callable[[int], tuple[Tensor, Tensor]],
    batch: int,
    rate: float,
    wanted: float = 0.99,
) -> float | None:
    """CPU seconds of training until greedy answers to held-out strings are right; None if not within `cap_s`."""
    torch.manual_seed(seed)
    network = model()
    optimizer = torch.optim.Adam(network.parameters(), rate)
    held_out = examples(HELD_OUT)
    spent, step = 0.0, 0
    while spent < cap_s:
        start = time.thread_time()
        source, target = examples(batch)
        loss = F.cross_entropy(network(source, target).flatten(0, 1), target.flatten(), ignore_index=PAD)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        spent += time.thread_time() - start
        step += 1
        if step % LOOK_EVERY == 0 and exact_match(network, *held_out) >= wanted:
            return spent
    return None


def of_one_length(count: int) -> tuple[Tensor, Tensor]:
    source = torch.randint(10, (count, LENGTH))
    return source, torch.cat([source.flip(1), torch.full((count, 1), EOS)], dim=1)


def of_many_lengths(count: int) -> tuple[Tensor, Tensor]:
    """Sources (B, 12) padded on the left, targets (B, 13) on the right."""
    lengths = torch.randint(SHORTEST, LONGEST + 1, (count, 1))
    place = torch.arange(LONGEST)
    source = torch.randint(10, (count, LONGEST)).masked_fill(place < LONGEST - lengths, PAD)
    target = torch.cat([source.flip(1), torch.full((count, 1), PAD)], dim=1)
    return source, target.scatter(1, lengths, EOS)


@torch.no_grad()
def exact_match(network: nn.Module, source: Tensor, target: Tensor) -> float:
    right = network(source).argmax(-1) == target
    return float((right | (target == PAD)).all(1).float().mean())
