"""The tests' own task and architecture, registered only while they are asked for: other tests count what is shipped.

python -m tests.own PORT serves the page with them.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playground import models, tasks
from playground.runs.events import Event
from playground.training import trainer

MODULES = ("tests.own_task", "tests.own_architecture")


@contextmanager
def registered() -> Iterator[None]:
    """Inside, `double` and `conv_seq2seq` are found as if their files lay in `playground/tasks` and `playground/models`."""
    registries = (tasks.registry._registry, models._registry)
    before = [dict(registry) for registry in registries]
    for module in MODULES:
        importlib.reload(sys.modules[module]) if module in sys.modules else importlib.import_module(module)
    try:
        yield
    finally:
        for registry, entries in zip(registries, before, strict=True):
            registry.clear()
            registry |= entries


def train(recipe: Any, **given: Any) -> Iterator[Event]:
    """In the process of a trainer, where they are not registered yet."""
    with registered():
        yield from trainer.train(recipe, **given)


def main() -> None:
    from playground.app import create_app, install_drain, launch
    from playground.runs.executors.process import ProcessExecutor

    with registered():
        demo, page = create_app("cpu", ProcessExecutor("tests.own:train"))
        page.outlive()
        install_drain(demo, page.book)
        launch(demo, page, "127.0.0.1", int(sys.argv[1]))
        demo.block_thread()


if __name__ == "__main__":
    main()
