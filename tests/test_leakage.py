"""What is one visitor's own is shown to no other, whatever all of them do in between."""

from __future__ import annotations

from benchmarks.fuzz import own_folders
from benchmarks.leakage import STEPPING, walk

STEPS = 400


def test_no_answer_holds_what_is_another_visitors() -> None:
    with own_folders():
        walked = walk(STEPS)
    assert walked.leaks == []
    assert set(walked.steps) == {step.__name__ for step in STEPPING} and sum(walked.steps.values()) == STEPS
    kinds = {"its input in a link", "its input in the box", "its input in tokens", "its drawing", "its weights", "its run"}
    assert set(walked.seen) == {"a word of its pairs", *kinds}, "each was shown to whom it belongs, so that it would be found elsewhere"
