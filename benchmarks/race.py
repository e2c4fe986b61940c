"""Two models trained side by side, against the slower of them alone: the same updates, each in a process of its own."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from playground.runs.book import RunBook
from playground.runs.executors.process import ProcessExecutor
from playground.training import recipes
from playground.training.locks import matched
from playground.training.recipes import Recipe

from .measure import Row

ROUNDS, UPDATES = 3, 200
MOST = 1.3
PAIRS = (("attention_seq2seq", "seq2seq"), ("transformer", "attention_seq2seq"))


def rows() -> Iterator[Row]:
    executor = ProcessExecutor()
    executor.warm().join()
    book: RunBook[Recipe] = RunBook(executor, slots=2, share=3, grace_s=600.0, absence_s=600.0)
    try:
        for names in PAIRS:
            a, b = matched(_whole(names[0]), _whole(names[1]), ("batches", "updates"))
            found = [(_trained(book, a), _trained(book, b), _trained(book, a, b)) for _ in range(ROUNDS)]
            walls = [(both[0], max(one[0], other[0])) for one, other, both in found]
            cpu = statistics.median(both[1] / (one[1] + other[1]) for one, other, both in found)
            ratio = statistics.median(both / alone for both, alone in walls)
            both, alone = (statistics.median(times) for times in zip(*walls, strict=True))
            told = f"{ratio:.2f} × ({both:.1f} s for {alone:.1f} s), of their CPU seconds {cpu:.2f} ×"
            what = f"{' and '.join(names)} side by side, {UPDATES} updates each, until both are over, against the slower one alone"
            yield Row(what, told, f"≤ {MOST} × on two free cores", ratio <= MOST)
    finally:
        book.drain()


def _whole(architecture: str) -> Recipe:
    training = {"steps": UPDATES, "early_stop": False}
    return recipes.make(architecture, "reverse", device="cpu", training_options=training)


def _trained(book: RunBook[Recipe], *recipes: Recipe) -> tuple[float, float]:
    """Wall seconds until all of them are over, and the CPU seconds of their training."""
    start = time.perf_counter()
    names = [book.start(recipes[0], "alone")] if len(recipes) == 1 else book.start_both(recipes[0], recipes[1], "both")
    logs = [book.get(name) for name in names]
    for log in logs:
        for _ in log.read():
            pass
    return time.perf_counter() - start, sum(log.tally.train_s for log in logs)
