"""Harmed inputs of every kind are answered or refused in a sentence; `python -m benchmarks fuzz` tries a thousand times as many."""

from __future__ import annotations

import pytest

from benchmarks.fuzz import FAMILIES, attack

CASES = {"links": 40, "pairs": 400, "checkpoints": 150, "endpoints": 80, "explore": 150}


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_that_comes_in_ends_in_an_error(family: str) -> None:
    tried = attack(family, CASES[family])
    assert tried.crashes == []
    assert len(tried.costs) == CASES[family]
