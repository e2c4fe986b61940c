"""One thread for torch: tests share few cores, and single-threaded sums are the same every time. Ray, in whatever process it is
loaded, stays on 127.0.0.1. Hypothesis never fails a test for being slow: the machine may be busy. Browser tests come last, also when two
processes share the files."""

from __future__ import annotations

import os

import pytest
import torch
from hypothesis import HealthCheck, settings

from tests.ray_head import LOCAL

torch.set_num_threads(1)
os.environ |= LOCAL
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `gpu` need a CUDA device. Playwright keeps an event loop running in the thread once it was used."""
    items.sort(key=lambda item: "browser" in item.keywords)
    if not torch.cuda.is_available():
        for item in items:
            if "gpu" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="no CUDA device here"))
