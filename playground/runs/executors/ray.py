"""Training in a Ray cluster: other machines compute, this one serves the page.

    server                       bridge (a process here)            Ray (a process anywhere)
    ProcessJob.events() ◄─────── relay() ◄──── stream of events ─── Trainer.events(): train(recipe, should_stop, gate)
    stop, pause, ... ──────────► listen() ──── calls ─────────────► Trainer.order()

To Ray the bridge is the program that asks ("driver"). It is not the server, because Ray ends its driver's process when the
head stays away for a minute, and an attempt to reach a head that is down blocks for two. So each run has a bridge of its own,
a process like any trainer's: all that is known about processes that stop, hang or die holds for it, its death ends the run in
the cluster too, and a run started after the head has come back connects anew. The machines of the cluster need the
same version of this package, of Ray and of Python.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from traceback import format_exception
from typing import Any

from playground.errors import InputError
from playground.processes.starting import step_back
from playground.runs.events import Event
from playground.runs.executors import TRAIN
from playground.runs.executors.process import KILLED, WEIGH_S, ProcessExecutor
from playground.runs.executors.worker import Crash, held, listen, orders, too_big, words
from playground.runs.pause import Gate

INSTALL = "Run `pip install 'ray>=2.50,<3'`"
LOST_S = 3.0  # a run without a word for so long, whose head cannot be reached, is given up
KNOCK_S = 2.0  # how long a head may take to accept a connection
AHEAD = 8  # events that wait in the cluster before training waits for the bridge

AGAIN = "train again in a minute; the error has been logged"
LOST = ("the connection to Ray, which trains the models, was lost", AGAIN)


class RayExecutor(ProcessExecutor):
    """One bridge and one actor per run; each takes one core of the cluster, and a GPU if its recipe asks for CUDA.

    address: of the head, "host:port"; "auto" finds the one that was started on this machine.
    memory_bytes: a trainer that holds more is ended.
    patience_s: how long one that was asked to stop may stay silent before it is killed.
    reach_s: how long a connection to the head may take, 0.4 s where nothing else runs.
    """

    killed = LOST

    def __init__(
        self,
        address: str = "auto",
        train: str = TRAIN,
        *,
        memory_bytes: int = 4 * 2**30,
        patience_s: float = 2.0,
        reach_s: float = 30.0,
    ) -> None:
        if find_spec("ray") is None:
            raise InputError(f"Training with Ray was asked for, but Ray is not installed. {INSTALL}, or start with `--executor process`.")
        super().__init__(train, patience_s=patience_s, preload=("ray", __name__))
        self.cluster = Cluster(address, reach_s, memory_bytes)

    def _task(self, recipe: Any, paused: bool) -> tuple[Callable[..., None], tuple[Any, ...]]:
        return relay, (self.cluster, self.train, recipe, paused)


@dataclass(frozen=True)
class Cluster:
    """Where the head is, how long it may take to answer, and what a trainer may hold there."""

    address: str
    reach_s: float
    limit_bytes: int


class Trainer:
    """A run in the cluster. Three calls at a time: its events, its memory, and what it is told meanwhile."""

    def __init__(self, train: str, recipe: Any, paused: bool) -> None:
        self._train, self._recipe = train, recipe
        self._stop, self._gate = threading.Event(), Gate(paused)
        self._orders = orders(self._stop, self._gate)

    def events(self) -> Iterator[Event | Crash]:
        yield from words(self._train, self._recipe, self._stop, self._gate)

    def order(self, word: str) -> None:
        self._orders[word]()

    def outgrow(self, limit_bytes: int) -> Crash:
        """Returns only when this process holds more."""
        while held(os.getpid()) <= limit_bytes:
            time.sleep(WEIGH_S)
        return too_big(limit_bytes)


def relay(pipe: Connection, cluster: Cluster, train: str, recipe: Any, paused: bool) -> None:
    """Have the recipe trained in the cluster and send every event. Ends at once when the server goes away."""
    step_back()
    _be_quiet()
    try:
        head = _connect(pipe, cluster)
        for word in _words(pipe, head, cluster.limit_bytes, train, recipe, paused):
            pipe.send(word)
    except BaseException as error:  # noqa: BLE001  Ray ends its driver by SystemExit
        with suppress(OSError):  # nobody listens any more
            pipe.send(_crash(error))
    os._exit(0)  # a tidy farewell would wait for a head that is gone


def _connect(pipe: Connection, cluster: Cluster) -> str:
    """The address of the head, once it has answered. Waiting longer for it than allowed ends this process."""
    import ray

    address = cluster.address
    if address != "auto" and not _answers(address):
        raise ConnectionError(f"nothing answers at {address}")
    too_late = threading.Timer(cluster.reach_s, _give_up, (pipe, cluster))
    too_late.daemon = True
    too_late.start()
    ray.init(address=address, log_to_driver=False, logging_level="ERROR", configure_logging=False)
    too_late.cancel()
    return str(ray.get_runtime_context().gcs_address)


def _words(pipe: Connection, head: str, limit_bytes: int, train: str, recipe: Any, paused: bool) -> Iterator[Event | Crash]:
    import ray

    on_gpu = getattr(recipe, "device", None) == "cuda" and ray.cluster_resources().get("GPU", 0) >= 1  # else the trainer finds none
    trainer = ray.remote(num_cpus=1, num_gpus=int(on_gpu), max_concurrency=3)(Trainer).remote(train, recipe, paused)
    events = trainer.events.options(num_returns="streaming", _generator_backpressure_num_objects=AHEAD).remote()
    outgrown = trainer.outgrow.remote(limit_bytes)
    tell = {word: partial(trainer.order.remote, word) for word in ("stop", "pause", "resume", "step")}
    threading.Thread(target=listen, args=(pipe, tell), name="listen", daemon=True).start()
    answered = time.monotonic()
    while True:
        ready, _ = ray.wait([events, outgrown], timeout=1.0)
        if events in ready:
            word = next(events, None)
            if word is None:
                return
            yield ray.get(word)
        elif ready:
            yield ray.get(outgrown)
            return
        if ready or _answers(head):
            answered = time.monotonic()
        elif time.monotonic() - answered > LOST_S:
            raise ConnectionError(f"{head} does not answer any more")


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=KNOCK_S):
            return True
    except (OSError, ValueError):
        return False


def _give_up(pipe: Connection, cluster: Cluster) -> None:
    with suppress(OSError):
        pipe.send(_crash(ConnectionError(f"{cluster.address} did not answer within {cluster.reach_s:g} s")))
    os._exit(1)


def _crash(error: BaseException) -> Crash:
    """What a visitor is told of a failure between here and the trainer."""
    import ray

    told = "".join(format_exception(error))
    if not ray.is_initialized():
        return Crash("Ray, which trains the models, could not be reached", AGAIN, told)
    if isinstance(error, ray.exceptions.ActorDiedError):
        return Crash(*KILLED, told)
    return Crash(*LOST, told)


def _be_quiet() -> None:
    """Ray's workers look for modules where this process stands. What Ray prints is in its own logs; our errors go down the pipe."""
    os.chdir(Path(__file__).parents[3])
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0"}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
