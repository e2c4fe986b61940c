"""Normalised gain and its interval, on simulated classes of which the truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from playground.errors import InputError
from playground.tools.study import gains, main, read, share, study

HEADER = "lesson,question,asked,guess,sure,truth,right,why,at"


def sheet(right: list[str]) -> str:
    return "\r\n".join([HEADER, *(f'attention,{i},"A, b?",x,sure,y,{mark},"because, so",' for i, mark in enumerate(right))]) + "\r\n"


def simulated(students: int, learned: float, seed: int) -> np.ndarray:
    """A class that knows a third beforehand, and learns this share of the rest."""
    generator = np.random.default_rng(seed)
    pre, post = {}, {}
    for i in range(students):
        knows = generator.random(40) < 1 / 3
        pre[str(i)] = float(knows.mean())
        post[str(i)] = float((knows | (generator.random(40) < learned)).mean())
    return gains(pre, post)


def test_the_gain_is_what_was_learned_of_the_rest() -> None:
    assert gains({"a": 0.5, "b": 1.0, "c": 0.0, "d": 0.2}, {"a": 0.75, "b": 1.0, "c": 0.5}).tolist() == [0.5, 0.5]
    assert simulated(400, 0.4, 0).mean() == pytest.approx(0.4, abs=0.02)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(60):
        found = study({"lessons": simulated(30, 0.5, seed), "without": simulated(30, 0.3, 1000 + seed)}, seed)
        covered += found.interval[0] <= 0.2 <= found.interval[1]
    assert covered >= 51  # of 60; 57 are expected, and fewer than 51 come once in 1,700


def test_alike_groups_are_told_to_be_alike_and_different_ones_not() -> None:
    assert "may as well be 0" in study({"lessons": simulated(30, 0.3, 1), "without": simulated(30, 0.3, 2)}).sentence
    assert "leaves out 0" in study({"lessons": simulated(30, 0.6, 1), "without": simulated(30, 0.2, 2)}).sentence


def test_folders_are_read_and_what_is_wrong_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 1
    for group in ("lessons", "without"):
        for when, right in (("pre", ["1", "0", "0", ""]), ("post", ["1", "1", "0", "1"])):
            folder = tmp_path / group / when
            folder.mkdir(parents=True)
            for name in ("a", "b"):
                (folder / f"{name}.csv").write_text(sheet(right), newline="")
    assert {group: values.round(3).tolist() for group, values in read(tmp_path).items()} == {
        "lessons": [0.667, 0.667],
        "without": [0.667, 0.667],
    }
    assert main([str(tmp_path)]) == 0
    (tmp_path / "lessons" / "pre" / "a.csv").write_text("nothing\n1\n")
    assert main([str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert "no CSV in" in told.err and "no CSV of answers" in told.err and "Normalised gain" in told.out
    with pytest.raises(InputError, match="at least 2"):
        study({"lessons": simulated(1, 0.5, 0), "without": simulated(5, 0.5, 0)})
    assert share(sheet(["1", "", "0", "0"])) == 0.25
