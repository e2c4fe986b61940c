"""What a tap costs while nobody looks: the same training steps with `tap` in place and with `tap` as an identity."""

from __future__ import annotations

import pkgutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from timeit import timeit
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn

from playground import models
from playground.runs.executors.inline import one_thread
from playground.tracing import tap
from playground.training import recipes
from playground.training.stepper import Stepper

from .measure import Row, bare_stepper

ROUNDS, BLOCK = 40, 10
PAIRS = (("attention_seq2seq", "reverse"), ("seq2seq", "reverse"))


def rows() -> Iterator[Row]:
    with one_thread():
        each = ns_per_tap()
        yield Row("one closed tap", f"{each:.0f} ns")
        for architecture, task in PAIRS:
            yield from _pair(architecture, task, each)


def ns_per_tap() -> float:
    module, value, count = nn.Identity(), torch.zeros(1), 200_000
    return min(timeit(lambda: tap(module, "x", value), number=count) for _ in range(5)) / count * 1e9


def _pair(architecture: str, task: str, each: float) -> Iterator[Row]:
    stepper = bare_stepper(recipes.make(architecture, task, device="cpu"), 10_000)
    with_taps, without, ratios = [], [], []
    block(stepper)
    for turn in range(ROUNDS):
        first, second = (block, _block_without) if turn % 2 else (_block_without, block)
        times = {first: first(stepper), second: second(stepper)}
        with_taps.append(times[block])
        without.append(times[_block_without])
        ratios.append(times[block] / times[_block_without])
    cost = statistics.median(ratios) - 1
    quarter = statistics.quantiles(ratios, n=4)
    noise = (quarter[2] - quarter[0]) / 2
    name = f"{architecture} training step"
    yield Row(f"{name}: with closed taps against `tap` as identity", f"{cost:+.2%} (± {noise:.2%}, {ROUNDS} turns)", "≤ 1 %", cost <= 0.01)
    taps = _count(stepper)
    share = taps * each * 1e-9 / (statistics.median(with_taps) / BLOCK)
    yield Row(f"{name}: its {taps} taps, by their own time", f"{share:.4%}", "≤ 1 %", share <= 0.01)


def block(stepper: Stepper) -> float:
    start = time.thread_time()
    for _ in range(BLOCK):
        stepper.step()
    return time.thread_time() - start


def _block_without(stepper: Stepper) -> float:
    with taps_as(lambda module, name, value, at=None: value):
        return block(stepper)


def _count(stepper: Stepper) -> int:
    seen = []

    def counting(module: nn.Module, name: str, value: Tensor, at: int | None = None) -> Tensor:
        seen.append(name)
        return value

    with taps_as(counting):
        stepper.step()
    return len(seen)


@contextmanager
def taps_as(function: Callable[..., Any]) -> Iterator[None]:
    """Every model file's `tap` replaced."""
    with ExitStack() as stack:
        for entry in pkgutil.iter_modules(models.__path__):
            module = sys.modules[f"{models.__name__}.{entry.name}"]
            if hasattr(module, "tap"):
                stack.enter_context(mock.patch.object(module, "tap", function))
        yield
