"""docs/scores.md as the benchmark writes it: rows of presets measured anew replace their own, others stay."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks.scores import FILE, Scored, machine, written
from benchmarks.time_to_accuracy import presets

THEN, NOW = date(2026, 11, 28), date(2026, 12, 1)
COPY, SORT, QA = ("attention_seq2seq", "copy", "additive"), ("transformer", "sort", "one"), ("seq2seq", "qa", "lstm")
GOOD = Scored(COPY, 1_024, (0.998, 1.0, 0.9951), (0.99, 1.0, 1.0), (1.26, 1.44, 1.31), (1.6, 1.5, 1.7), 5.0, "guessing evenly 0.000")
LATE = Scored(SORT, 1_024, (0.997,), (1.0,), (5.21,), (5.5,), 5.0, "copying the input 0.031")
NEVER = Scored(QA, 900, (0.329,), (), (None,), (5.1,), 5.0, "last word that fits 0.348")


def test_a_row() -> None:
    assert GOOD.markdown(THEN) == (
        "| attention_seq2seq | copy | additive | 1,024 | .995 (.989–.998) | .998 | .990 | 3 of 3 | 1.3 (–1.4) | 1.6 | 5 "
        "| guessing evenly 0.000 | ✓ | 2026-11-28 |"
    )
    assert LATE.markdown(THEN) == (
        "| transformer | sort | one | 1,024 | .997 (.991–.999) | .997 | 1.000 | 1 of 1 | 5.2 (–5.2) | 5.5 | 5 "
        "| copying the input 0.031 | ✗ | 2026-11-28 |"
    )
    assert "| 900 | .329 (.299–.360) | .329 | – | 0 of 1 | reached in 0 of 1 | 5.1 | 5 |" in NEVER.markdown(THEN)


def test_a_seed_that_falls_short_or_comes_late_fails_the_preset() -> None:
    late = Scored(COPY, 1_024, (0.995, 0.995), (1.0, 1.0), (4.0, 5.1), (5.0, 6.0), 5.0, "")
    short = Scored(COPY, 1_024, (0.989, 0.995), (1.0, 1.0), (4.0, 4.1), (5.0, 6.0), 5.0, "")
    never = Scored(COPY, 1_024, (0.991, 0.995), (1.0, 1.0), (4.0, None), (5.0, 6.0), 5.0, "")
    assert [row.markdown(THEN).count("✗") for row in (GOOD, late, short, never)] == [0, 1, 1, 1]
    assert "reached in 1 of 2" in never.markdown(THEN) and "| 1 of 2 |" in short.markdown(THEN)


def test_rows_measured_anew_replace_their_own() -> None:
    names = [COPY, SORT, QA]
    before = written("", [NEVER, GOOD, LATE], names, "a machine", THEN)
    sooner = Scored(SORT, 1_024, (1.0,), (1.0,), (3.0,), (3.2,), 5.0, "copying the input 0.031")
    after = written(before, [sooner], names, "a machine", NOW)
    changed = [(a, b) for a, b in zip(before.splitlines(), after.splitlines(), strict=True) if a != b]
    assert changed == [(LATE.markdown(THEN), sooner.markdown(NOW))]
    assert after.index(GOOD.markdown(THEN)) < after.index(sooner.markdown(NOW)) < after.index(NEVER.markdown(THEN))


def test_a_preset_that_is_gone_leaves() -> None:
    before = written("", [GOOD, LATE], [COPY, SORT], "a machine", THEN)
    assert written(before, [], [COPY], "a machine", NOW) == written("", [GOOD], [COPY], "a machine", THEN)


def test_machines_do_not_mix() -> None:
    before = written("", [GOOD, LATE], [COPY, SORT], "a machine", THEN)
    with pytest.raises(ValueError, match="another machine"):
        written(before, [LATE], [COPY, SORT], "another", NOW)
    assert "another.\n" in written(before, [GOOD, LATE], [COPY, SORT], "another", NOW)


def test_the_file_is_as_it_would_be_written() -> None:
    """Nothing in it is formatted by hand."""
    text = FILE.read_text(encoding="utf-8")
    rows = [tuple(cell.strip() for cell in line.split("|")[1:4]) for line in text.splitlines() if line.count("|") > 9]
    names = [row for row in rows if row[0] not in ("architecture", "---")]
    on = text.split("Measured on:\n")[1].split(".\n\n")[0]
    assert written(text, [], names, on, NOW) == text  # type: ignore[arg-type]
    assert "torch" in machine() and "threads" in machine()


def test_an_unknown_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="No pair is named nothing"):
        next(presets(["nothing"]))
