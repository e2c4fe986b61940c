"""The bottleneck by length: attention beside a final state of one width, both ways, after the same CPU seconds; then four times as many.

The bars were written down before these seeds were looked at: at 12 digits .9 and more against .5 and less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import playground
from playground import Run

from .measure import Row

SEEDS = (3, 4, 5)  # what was tried before was tried on others
WIDTH, EMBEDDING, SECONDS, LONGER = 64, 16, 3.0, 4
LENGTH, INPUTS = 12, 200
RIGHT, WRONG = 0.9, 0.5


def rows() -> Iterator[Row]:
    runs = {
        "attention": [trained("attention_seq2seq", seed, SECONDS) for seed in SEEDS],
        "final state": [trained("seq2seq", seed, SECONDS) for seed in SEEDS],
        f"final state, {LONGER} times as long": [trained("seq2seq", seed, LONGER * SECONDS) for seed in SEEDS],
    }
    attention, final, longer = ([run.by_length([LENGTH], INPUTS).scores[LENGTH].score for run in each] for each in runs.values())
    held = sum(a >= RIGHT and b <= WRONG for a, b in zip(attention, final, strict=True))
    yield Row(
        f"`reverse`, {LENGTH} digits, width {WIDTH}, both ways, {SECONDS:g} CPU s, {len(SEEDS)} seeds: attention against the final state",
        f"{told(attention)} against {told(final)}",
        f"≥ {RIGHT} against ≤ {WRONG} in all",
        held == len(SEEDS),
    )
    yield Row(f"the final state after {LONGER * SECONDS:g} CPU s", told(longer))
    for name, each in runs.items():
        updates, took = (sum(numbers) / len(SEEDS) for numbers in zip(*((run.updates, run.train_seconds) for run in each), strict=True))
        by_length = [run.by_length(n=INPUTS).scores for run in each]
        means = {length: sum(scores[length].score for scores in by_length) / len(SEEDS) for length in by_length[0]}
        curve = " · ".join(f"{length}: {mean:.2f}" for length, mean in means.items())
        yield Row(f"{name} by length, mean of {len(SEEDS)} seeds, {updates:.0f} updates in {took:.2f} s", curve)


def trained(architecture: str, seed: int, seconds: float) -> Run:
    """At equal width, direction, batches and CPU seconds."""
    return playground.train(
        architecture,
        "reverse",
        seconds=seconds,
        seed=seed,
        device="cpu",
        model_options={"hidden": WIDTH, "embedding": EMBEDDING, "bidirectional": True, "cell": "lstm", "layers": 1},
        training_options={"batch_size": 64, "learning_rate": 0.015},
    )


def told(scores: Sequence[float]) -> str:
    return ", ".join(f"{score:.3f}" for score in scores)
