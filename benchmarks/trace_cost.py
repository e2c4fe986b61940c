"""A greedy decode with everything traced, from typed text to the bytes that go to the page."""

from __future__ import annotations

import time
from collections.abc import Iterator

import orjson

from playground import api
from playground.runs.executors.inline import one_thread
from playground.views.figures import trajectory
from playground.views.scene import sequence as scene

from .measure import Row, quantile

TIMES = 200
BAR_MS = 10.0


def rows() -> Iterator[Row]:
    with one_thread():
        for architecture in ("attention_seq2seq", "seq2seq", "transformer"):
            run = api.load(architecture, "reverse")
            sizes, traced, drawn = [], [], []
            for turn in range(TIMES):
                start = time.perf_counter()
                trace = run.explore(f"{314159265 + turn}")
                body = scene.sequence(trace, run.model, run.task, key="", run_label="")  # type: ignore[arg-type]
                data = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
                traced.append(1000 * (time.perf_counter() - start))
                sizes.append(len(data))
                start = time.perf_counter()
                orjson.dumps(trajectory.spec(trajectory.extract(trace, run.projections)), option=orjson.OPT_SERIALIZE_NUMPY)
                drawn.append(1000 * (time.perf_counter() - start))
            options = dict(run.recipe.model_options)
            width = options.get("hidden") or options["width"]
            what = f"{architecture} (d = {width}), 9 digits"
            middle, late = quantile(traced, 0.5), quantile(traced, 0.95)
            bar = BAR_MS if architecture != "seq2seq" else None
            yield Row(
                f"{what}: decode with everything traced, to bytes ready to send",
                f"{middle:.1f} ms, p95 {late:.1f} ms, {quantile(sizes, 0.5) / 1000:.0f} kB",
                f"≤ {bar:g} ms" if bar else "",
                middle <= bar if bar else None,
            )
            yield Row(f"{what}: its trajectory as a figure", f"{quantile(drawn, 0.5):.1f} ms, p95 {quantile(drawn, 0.95):.1f} ms")
