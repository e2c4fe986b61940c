"""A run at its trainer: from its executor into its log, whatever happens."""

from __future__ import annotations

import logging
import threading
from contextvars import Context, copy_context
from typing import Generic, Literal

from playground.errors import InputError
from playground.runs.events import Failed
from playground.runs.executors import Executor, Job
from playground.runs.log import R, RunLog

Order = Literal["pause", "resume", "step"]  # names of what a `Job` can be told

_log = logging.getLogger(__name__)


class Seat(Generic[R]):
    """A taken training slot. It may be told from any thread, also before the executor has answered.

    since: when it was taken.
    held: whether it is to be paused before its first step.
    context: of whoever asked for it, in which it is trained.
    """

    def __init__(self, log: RunLog[R], since: float, *, held: bool = False, context: Context | None = None) -> None:
        self.log, self.since, self.held, self.context = log, since, held, context or copy_context()
        self.stopping = False
        self._job: Job | None = None  # None until the executor has answered
        self._order: Order | None = None  # what it is told then
        self._goes_on = not held  # what it was told last is to train until it ends
        self._lock = threading.Lock()

    @property
    def rests(self) -> bool:
        """Its trainer is held between two steps, and nothing it was told will have it train on."""
        return self.log.status == "paused" and not self._goes_on and not self.stopping

    def tell(self, order: Order) -> None:
        """Have the trainer pause, go on, or do one step."""
        with self._lock:
            self._goes_on = order == "resume"
            if self._job is None:
                self._order = order
            else:
                getattr(self._job, order)()

    def stop(self) -> None:
        """Ask the trainer to end; again changes nothing."""
        with self._lock:
            if self._job is not None and not self.stopping:
                self._job.stop()
            self.stopping = True

    def train(self, executor: Executor, lost: set[str]) -> None:
        """Blocks until the log is over. A device that fails under the run is added to `lost`."""
        log = self.log
        try:
            for event in self._submit(executor).events():
                if isinstance(event, Failed) and event.device_lost:
                    lost.add(log.recipe.device)
                log.append(event)
                if log.over:
                    return
            cause, advice = "training ended without a result", "train again"
        except InputError as error:
            cause, advice = str(error), "change the setting and train again"
        except (OSError, EOFError):  # the executor cannot be reached: ConnectionError is one of them
            _log.exception("the executor was out of reach")
            cause = "training could not be started" if self._job is None else "the connection to the training was lost"
            advice = "train again in a minute; the error has been logged"
        except Exception:  # noqa: BLE001  nothing may escape: followers wait for an end
            _log.exception("run failed outside its trainer")
            cause, advice = "training met an error of ours", "train again; the error has been logged"
        log.append(log.tally.failed(cause, advice))

    def _submit(self, executor: Executor) -> Job:
        job = executor.submit(self.log.recipe, paused=self.held)
        with self._lock:
            self._job = job
            if self._order is not None:
                getattr(job, self._order)()
            if self.stopping:
                job.stop()
        return job
