"""A run and a trace tell what they are: as a line, and in a notebook as a piece of HTML that works alone."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import numpy as np
import pytest

import playground
from playground import Beam, Trace, api, tasks
from playground.storage.run import Run as StoredRun
from playground.tasks import Code
from playground.tracing import Edit
from tests.small import PAIRS, some_input

SHIPPED = [pair for pair in PAIRS if api.shipped_path(*pair).exists()]


def inside(piece: str) -> str:
    found = re.fullmatch(r'<iframe srcdoc="([^"]*)" title="[^"]*" sandbox="allow-scripts" style="[^"]*"></iframe>', piece)
    assert found
    return html.unescape(found[1])


def told(page: str) -> dict[str, Any]:
    found = re.search(r"const data = (\{.*?\});\n", page)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("pair", SHIPPED, ids="-".join)
def test_every_run_and_trace_shows_itself(pair: tuple[str, str]) -> None:
    run = playground.load(*pair)
    trace = run.explore(some_input(run.task))
    assert re.fullmatch(rf"Run\({pair[0]} · {pair[1]}, [\d,]+ updates, (exact match|error per \w+) (1|)\.\d{{3,4}}\)", repr(run))
    assert re.fullmatch(r"Trace\(.* → .*, \d+ sites\)", repr(trace)) and "\n" not in repr(trace)
    for piece in (run._repr_html_(), trace._repr_html_()):
        assert piece and len(piece.encode()) <= 300_000
        page, data = inside(piece), told(inside(piece))
        assert not re.search(
            r"https?:|//[a-z]|\bsrc=|\bhref=|import\b|fetch\(", page.replace(json.dumps(data["pictures"], separators=(",", ":")), "")
        ), "nothing is asked for"
        assert html.escape(repr(run)) in page
        if trace.reconstruction is not None:
            assert set(data["pictures"]) == {"given", "drawn"}
        else:
            assert ("given" in data["pictures"]) == (tasks.get(pair[1]).kind in ("caption", "sound")) == (data["source"] == [])
            assert data["tokens"] and data["tokens"][-1] == trace.tokens[len(data["tokens"]) - 1]


def test_the_numbers_are_those_of_the_trace() -> None:
    run = playground.load("attention_seq2seq", "reverse")
    trace = run.explore("314")
    data = told(inside(str(trace._repr_html_())))
    np.testing.assert_allclose(data["weights"], trace["decoder.attention.weights"], atol=6e-4)
    assert data["source"] == ["3", "1", "4"] and data["tokens"] == ["4", "1", "3", "end"]
    assert [row[0][0] for row in data["next"]] == data["tokens"] and data["say"][0].startswith("Step 1 looks at state 3, ‘4’, weight ")
    best = told(inside(str(run.explore("314", Beam(3))._repr_html_())))
    assert best["tokens"] == data["tokens"] and len(best["weights"]) == 4
    edited = run.explore("314", edits=Edit("decoder.attention.weights", "set", (1, 0, 0)))
    assert told(inside(str(edited._repr_html_())))["weights"][0] == [1, 0, 0]
    assert repr(trace) == f"Trace('3 1 4' → '4 1 3', 4 steps, {len(trace)} sites)"


def test_words_of_visitors_are_no_markup() -> None:
    run = playground.load("attention_seq2seq", "reverse")
    trace = run.explore("314")
    trace.source = ("</script><img src=x>", "&", '"')
    page = inside(str(trace._repr_html_()))
    assert "<img" not in page and page.count("</script>") == 1
    assert told(page)["source"] == [*trace.source]


def test_a_code_set_by_hand_has_no_picture_beside_it() -> None:
    run = playground.load("vae", "strokes")
    trace = run.explore(Code((0.5,) * run.model.code_size))
    data = told(inside(str(trace._repr_html_())))
    assert set(data["pictures"]) == {"drawn"} and repr(trace).startswith("Trace(a code → a picture, ")


def test_who_has_no_views_is_shown_as_a_line() -> None:
    stored = StoredRun(playground.load("attention_seq2seq", "reverse").checkpoint)
    assert stored.explore("31")._repr_html_() is None and Trace({})._repr_html_() is None
    assert repr(stored) == "Run(attention_seq2seq · reverse, 300 updates, exact match 1.000)"


def test_a_run_without_a_score_says_none() -> None:
    run = playground.train("seq2seq", "reverse", model_options={"hidden": 8}, training_options={"steps": 1, "batch_size": 4})
    run.metrics = {}
    assert repr(run) == "Run(seq2seq · reverse, 1 update)"


def test_lists_tell_options_presets_and_shipped_runs() -> None:
    architectures, every = playground.list_architectures(), playground.list_tasks()
    attention, reverse = architectures["attention_seq2seq"], every["reverse"]
    score = attention["options"]["score"]
    assert score["default"] == "additive" and "dot" in score["allowed"] and score["about"]
    assert attention["options"]["layers"]["allowed"] == (1, 3) and attention["options"]["bidirectional"]["allowed"] == [False, True]
    assert attention["presets"]["reverse"]["dot"] == reverse["presets"]["attention_seq2seq"]["dot"] == "dot product score"
    for pair in PAIRS:
        assert (pair[1] in architectures[pair[0]]["shipped"]) == (pair[0] in every[pair[1]]["shipped"]) == (pair in SHIPPED)
    for about in (*architectures.values(), *every.values()):
        assert about["title"] and set(about["presets"]) <= set(about["compatible"])
