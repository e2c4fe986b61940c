"""Ended runs, for whoever opens their links or looks at their film."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic

from playground.runs.log import R, RunLog


class Archive(Generic[R]):
    """Kept least recently used within `keep_bytes`; the one used last always stays. For one thread at a time."""

    def __init__(self, keep_bytes: int) -> None:
        self.keep_bytes = keep_bytes
        self._logs: OrderedDict[str, RunLog[R]] = OrderedDict()  # least recently used first

    def __len__(self) -> int:
        return len(self._logs)

    def __iter__(self) -> Iterator[RunLog[R]]:
        """Those used last first. Being looked through is no use."""
        return reversed(self._logs.values())

    def find(self, run_id: str) -> RunLog[R] | None:
        """The run of this name, now the one used last."""
        if run_id in self._logs:
            self._logs.move_to_end(run_id)
        return self._logs.get(run_id)

    def adopt(self, log: RunLog[R]) -> RunLog[R]:
        """Take an ended run in; the one of its name, if somebody else was faster."""
        log = self._logs.setdefault(log.id, log)
        self._logs.move_to_end(log.id)
        held = sum(kept.nbytes for kept in self)
        while held > self.keep_bytes and len(self) > 1:
            _, oldest = self._logs.popitem(last=False)
            held -= oldest.nbytes
        return log
