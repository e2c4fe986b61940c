"""Whatever comes in is answered or refused in a sentence, fast and small: links, own pairs, checkpoints, events, arguments of `explore`.

`FUZZ=0.1 python -m benchmarks fuzz` tries a tenth of the cases; `python -m benchmarks.fuzz links 7` those of one family from another seed.
Time is that of the thread itself, memory the highest that the process held during a case above what it held before.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import thread_time
from typing import NamedTuple
from unittest import mock

from playground.errors import InputError
from playground.runs.executors.inline import one_thread

from .fuzzing import Case, asked, files, page
from .measure import HEADER, Row, machine, quantile

BAR_MS, BAR_MB = 100.0, 50.0
FAMILIES: dict[str, tuple[Callable[[Random], Iterator[Case]], int]] = {
    "links": (page.links, 20_000),
    "pairs": (files.pairs, 25_000),
    "checkpoints": (files.checkpoints, 25_000),
    "endpoints": (page.endpoints, 25_000),
    "explore": (asked.explored, 10_000),
}
STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Cost(NamedTuple):
    """Of one case. `first`: it was shown a task or a model that nobody had asked for lately, so that it had to be made."""

    ms: float
    mb: float
    about: str
    first: bool


@dataclass
class Tried:
    """What became of the cases of one family."""

    costs: list[Cost] = field(default_factory=list)
    refused: int = 0
    crashes: list[str] = field(default_factory=list)


def rows() -> Iterator[Row]:
    share = float(os.environ.get("FUZZ", "1"))
    for name, (_, usual) in FAMILIES.items():
        warm_up(name)
        tried = attack(name, max(1, round(usual * share)))
        tell(name, tried)
        yield from told(name, tried)


def warm_up(name: str) -> None:
    """What is made at its first use, others have paid for."""
    with one_thread(), own_folders():
        if name in ("links", "endpoints"):
            page.warm_up()
        elif name == "pairs":
            files.warm_up()


def told(name: str, tried: Tried) -> Iterator[Row]:
    count = len(tried.costs)
    yield Row(f"{name}: {count:,} inputs, of which {tried.refused:,} refused", f"{len(tried.crashes)} crashes", "0", not tried.crashes)
    for first in (False, True):
        if costs := [cost for cost in tried.costs if cost.first is first]:
            ms, mb = [cost.ms for cost in costs], [cost.mb for cost in costs]
            what = f"{name}: {len(costs):,} that had a task or a model made" if first else f"{name}: one"
            slow = f"p50 {quantile(ms, 0.5):.1f} ms, p99 {quantile(ms, 0.99):.1f} ms, slowest {max(ms):.0f} ms"
            yield Row(f"{what}, the thread's time", f"{slow}, {sum(v > BAR_MS for v in ms)} over", f"≤ {BAR_MS:g} ms", max(ms) <= BAR_MS)
            large = f"most {max(mb):.0f} MB, {sum(v > BAR_MB for v in mb)} over"
            yield Row(f"{what}, memory taken", large, f"≤ {BAR_MB:g} MB", max(mb) <= BAR_MB)


def tell(name: str, tried: Tried) -> None:
    """What was over a bar, for whoever mends it."""
    for cost in sorted((cost for cost in tried.costs if cost.ms > BAR_MS or cost.mb > BAR_MB), key=lambda cost: (cost.first, -cost.ms))[
        :12
    ]:
        print(f"  {name}: {cost.ms:.0f} ms, {cost.mb:.0f} MB{', first' if cost.first else ''}: {cost.about}", file=sys.stderr)
    for about, times in Counter(tried.crashes).most_common(8):
        print(f"  {name}: {times} × {about}", file=sys.stderr)


def attack(name: str, count: int, seed: int = 0) -> Tried:
    """Try so many cases of a family, one after the other; where that is interrupted, what was tried until then counts."""
    tried = Tried()
    with one_thread(), own_folders(), logged(tried.crashes):
        cases = FAMILIES[name][0](Random(f"{name} {seed}"))
        with suppress(KeyboardInterrupt):
            for _ in range(count):
                _try(next(cases), tried)
        cases.close()  # type: ignore[attr-defined]  # a generator, whose runs end with it
    return tried


def _try(case: Case, tried: Tried) -> None:
    before, crashed, made = _held("VmRSS"), len(tried.crashes), page.made()
    if PEAK.exists():
        PEAK.write_text("5")
    start = thread_time()
    try:
        case.call()
    except InputError as error:
        tried.refused += 1
        if len(str(error)) > 2_000:
            tried.crashes.append(f"{case.about}: a refusal of {len(str(error)):,} characters")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  a panic of compiled code is no Exception
        tried.crashes.append(f"{case.about}: {type(error).__name__}: {str(error)[:200]}")
    ms, mb = 1000 * (thread_time() - start), (_held("VmHWM") - before) / 1024
    tried.costs.append(Cost(ms, mb, case.about, page.made() > made))
    if len(tried.crashes) > crashed and case.about not in tried.crashes[-1]:
        tried.crashes[-1] += f" by {case.about}"


def _held(name: str) -> float:
    """Kilobytes of this process's memory; 0 where the system does not tell."""
    return int(STATUS.read_text().partition(f"{name}:")[2].split()[0]) if STATUS.exists() else 0


@contextmanager
def own_folders() -> Iterator[None]:
    """Pairs and runs are kept where they harm nobody's."""
    with TemporaryDirectory() as folder, mock.patch.dict(os.environ, PLAYGROUND_PAIRS=f"{folder}/pairs", PLAYGROUND_RUNS=f"{folder}/runs"):
        yield


@contextmanager
def logged(crashes: list[str]) -> Iterator[None]:
    """What the page answers with "could not be shown" is a crash too: it is logged with its exception."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and (error := record.exc_info[1]) is not None:
                trace, where = error.__traceback__, ""
                while trace is not None:
                    where, trace = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}", trace.tb_next
                crashes.append(f"{type(error).__name__} in {where}: {str(error)[:120]}")

    log, ear = logging.getLogger("playground"), Ear()
    log.addHandler(ear)
    propagate, log.propagate = log.propagate, False
    try:
        yield
    finally:
        log.removeHandler(ear)
        log.propagate = propagate


if __name__ == "__main__":
    print(f"Machine: {machine()}\n\n{HEADER}", flush=True)
    family, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    warm_up(family)
    result = attack(family, round(FAMILIES[family][1] * float(os.environ.get("FUZZ", "1"))), seed)
    tell(family, result)
    for row in told(family, result):
        print(row.markdown(), flush=True)
