"""Many recipes trained by one executor, so many at once.

    losses = several(ProcessExecutor(), recipes, lambda events: [event for event in events], at_once=4)

What follows a run is a thread of its own; an executor that trains in the calling thread has one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from playground.runs.events import Event
from playground.runs.executors import Executor

T = TypeVar("T")


def several(executor: Executor, recipes: Iterable[Any], end: Callable[[Iterator[Event]], T], at_once: int = 1) -> list[T]:
    """What `end` makes of the events of each recipe's run, in the order of the recipes. Whatever it raises ends all of them."""

    def one(recipe: Any) -> T:
        return end(executor.submit(recipe).events())

    if at_once == 1:
        return [one(recipe) for recipe in recipes]
    with ThreadPoolExecutor(at_once, thread_name_prefix="sweep") as threads:
        under_way = [threads.submit(one, recipe) for recipe in recipes]
        try:
            return [run.result() for run in under_way]
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            executor.close()
            raise
