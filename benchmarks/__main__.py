"""`python -m benchmarks` measures everything; `python -m benchmarks trace_cost page` only these.

    time_to_accuracy   CPU seconds to 99 % exact match, presets and plain baselines (baselines.py); writes docs/scores.md
    codes              autoencoders: seconds, and error against PCA
    latent             autoencoders at their uses: compression, denoising, anomalies, against bars
    tap_cost           a tap that nobody looks through
    streaming_cost     events, samples and film while training
    trace_cost         a decode with everything traced, to bytes
    lab                an act to its answer, its effect beside the control, a patch map, two models by length
    race               two models trained side by side, against the slower one alone
    bottleneck         attention against a final state by length, at equal width, direction and CPU seconds
    gemm_share         share of the matrix-product peak
    crowd              a hundred visitors, a greedy one, a server that is killed
    classroom          a class of a hundred: joins, clicks, steps, and what is there after kill −9
    fuzz               harmed links, pairs, checkpoints, events and edits: crashes, time and memory of each
    leakage            what many visitors are shown of each other
    page               a real browser: start, first trace, steps, input, film, weight
    first_visit        requests, bytes and the CPU of the server for a first visit; its start
    dear_work          what dear work of one visitor costs another

Prints a Markdown table, row by row. Times are figures of this machine, ratios are taken within one run; run it on a quiet one.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module

from .measure import HEADER, machine

BENCHMARKS = (
    "trace_cost", "lab", "race", "bottleneck", "tap_cost", "streaming_cost", "gemm_share", "crowd", "classroom", "fuzz", "leakage", "page",
    "first_visit", "dear_work", "codes", "latent", "time_to_accuracy",
)  # fmt: skip


def main() -> None:
    chosen = sys.argv[1:] or BENCHMARKS
    if unknown := [name for name in chosen if name not in BENCHMARKS]:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}.")
    print(f"Machine: {machine()}\n\n{HEADER}", flush=True)
    for name in chosen:
        start = time.monotonic()
        for row in import_module(f"benchmarks.{name}").rows():
            print(row.markdown(), flush=True)
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
