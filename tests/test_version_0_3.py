"""What version 0.3 left behind opens unchanged: its shipped runs answer the same, its links lead to the same place, its files are read.

`tests/data` was written by that version: runs that it shipped, one of each architecture at least, their answers, links and what they meant,
and a run that it kept at its end.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest

import playground
from playground import Beam, Edit, Greedy
from playground.app.links import from_query, to_query
from playground.app.visit import home

DATA = Path(__file__).parent / "data"
LEFT = json.loads((DATA / "answers-of-0.3.json").read_text())
SHIPPED = {path.stem: path for path in sorted((DATA / "shipped-of-0.3").iterdir())}
ANSWERS = [left for left in LEFT["answers"] if "-".join(left["pair"]) in SHIPPED]


LISTED = re.compile(r"there are: [^.]*")


def listed(notice: str | None) -> set[str]:
    """What a refusal says that there is."""
    told = LISTED.search(notice or "")
    return set(told[0].removeprefix("there are: ").split(", ")) if told else set()


@pytest.mark.parametrize("left", ANSWERS, ids=lambda left: "-".join(left["pair"]))
def test_shipped_runs_answer_the_same(left: dict[str, Any]) -> None:
    run = playground.load(SHIPPED["-".join(left["pair"])])
    if "code" in left:
        pictures, labels = run.task.pictures("test")
        index = left["given"]
        told = {"condition": int(labels[index])} if run.model.conditions else {}
        trace = run.explore(pictures[index].reshape(28, 28).numpy(), **told)
        assert trace["encoder.code"][:4] == pytest.approx(left["code"], abs=2e-3)
        assert float(np.square(trace.reconstruction - trace.picture).mean()) == pytest.approx(left["mse"], abs=2e-6)
        return
    trace = run.explore(left["given"])
    assert (trace.output, list(trace.tokens)) == (left["output"], left["tokens"])
    if trace.probabilities is not None:
        assert [float(row.max()) for row in np.atleast_2d(trace.probabilities)] == pytest.approx(left["top"], abs=2e-4)


def test_attention_that_is_held_writes_the_same_greedily_and_by_beam() -> None:
    run = playground.load(SHIPPED["attention_seq2seq-reverse"])
    held = Edit("decoder.attention.weights", "set", (1, 0, 0, 0, 0))
    for strategy in (Greedy(), Beam(1)):
        assert run.explore("3 1 4 1 5", strategy=strategy, edits=held).output == "3 3 3 3 1"
        assert run.explore("3 1 4 1 5", strategy=strategy, forced={0: "9"}).output.startswith("9 ")


@pytest.mark.parametrize("left", LEFT["links"], ids=lambda left: left["link"][:60])
def test_links_lead_to_the_same_place(left: dict[str, Any]) -> None:
    visit = from_query(dict(parse_qsl(left["link"])), "cpu")
    assert LISTED.sub("", visit.notice or "") == LISTED.sub("", left["notice"] or "")
    assert listed(visit.notice) >= listed(left["notice"]), "more may have come, and nothing has gone"
    if visit.notice is not None:
        assert visit == replace(home("cpu"), notice=visit.notice), "garbage leads to the start page, which is another one now"
        return
    assert [*visit.pair] == left["pair"] and visit.recipe.to_query() == left["recipe"]
    assert (visit.step, visit.block) == (left["step"], left["block"])
    assert to_query(visit) == left["query"]


def test_a_kept_run_is_read() -> None:
    run = playground.load(DATA / "run-of-0.3.safetensors")
    assert run.explore("314").output == LEFT["kept"]["output"]
    assert run.history["losses"] and run.recipe.training.steps == 30
