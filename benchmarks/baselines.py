"""Digit reversal as a user would write it in plain PyTorch: a decoder loop over time, teacher forcing, Adam.

    (a) LSTMSeq2Seq      two LSTM layers of 128 on both sides, the final state handed over
    (b) BahdanauSeq2Seq  a GRU of 64 each way, additive attention, the context fed into the next step

Nothing here comes from the playground. Tokens: 0 to 9 are digits, 10 begins an answer and 11 ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LENGTH, BOS, EOS, TOKENS = 10, 10, 11, 12
BATCH, RATE = 64, 1e-3
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


def seconds_until_right(model: Callable[[], nn.Module], seed: int, cap_s: float, wanted: float = 0.99) -> float | None:
    """CPU seconds of training until greedy answers to held-out strings are right; None if not within `cap_s`."""
    torch.manual_seed(seed)
    network = model()
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    held_out = examples(HELD_OUT)
    spent, step = 0.0, 0
    while spent < cap_s:
        start = time.thread_time()
        source, target = examples(BATCH)
        loss = F.cross_entropy(network(source, target).flatten(0, 1), target.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        spent += time.thread_time() - start
        step += 1
        if step % LOOK_EVERY == 0 and exact_match(network, *held_out) >= wanted:
            return spent
    return None


def examples(count: int) -> tuple[Tensor, Tensor]:
    source = torch.randint(10, (count, LENGTH))
    return source, torch.cat([source.flip(1), torch.full((count, 1), EOS)], dim=1)


@torch.no_grad()
def exact_match(network: nn.Module, source: Tensor, target: Tensor) -> float:
    return float((network(source).argmax(-1) == target).all(1).float().mean())
