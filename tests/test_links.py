"""Links: whatever stands in an address leads somewhere, with a notice where it is not understood."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from playground import tasks
from playground.app.links import from_query, to_query
from playground.app.visit import HOME
from playground.errors import InputError
from playground.inference.decoding import Beam, Greedy, Sample
from playground.tasks import Typed
from playground.tasks.pairs.reading import read

NAMES = [
    "architecture",
    "task",
    "seed",
    "seconds",
    "input",
    "picture",
    "code",
    "condition",
    "decoding",
    "temperature",
    "draw",
    "top_k",
    "top_p",
    "width",
    "length_penalty",
    "step",
    "block",
    "run",
    "moment",
    "model.hidden",
    "training.steps",
    "task.max_length",
]
ODD = (
    "9" * 5_000,
    "-0",
    "-1",
    "inf",
    "-inf",
    "nan",
    "1e999",
    "",
    " ",
    "0x10",
    "²",
    "٣",
    "1_000",
    "sample",
    "reverse",
    "vae",
    "digits",
    "\ud800",
    "😀",
)
VALUES = st.sampled_from(ODD) | st.text(max_size=12)


@pytest.mark.fault(39, 59)
@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=5))
@example({"architecture": "ngram", "task": "completion", "decoding": "sample", "draw": "inf"})
@example({"decoding": "sample", "draw": "nan"})
@example({"decoding": "sample", "temperature": "nan"})
@example({"architecture": "cvae", "task": "digits", "code": "0,0", "condition": "9" * 5_000})
@example({"architecture": "vae", "task": "digits", "picture": "9" * 5_000})
@example({"seed": "9" * 5_000})
def test_no_link_ends_in_an_error(query: dict[str, str]) -> None:
    visit = from_query(query, "cpu")
    assert visit.notice is None or visit.notice.startswith("Link not understood: ")
    assert from_query({}, "cpu").pair == HOME and to_query(visit)
    assert all(math.isfinite(value) for _, value in visit.recipe.model_options if isinstance(value, float))


@pytest.mark.parametrize(
    "strategy", [Sample(), Sample(0.7, 3, 0.9, 5), Sample(top_p=0.5), Beam(), Beam(8, 0.0), Beam(2, 1.3), Greedy()], ids=str
)
def test_a_link_brings_the_strategy_back_with_all_its_settings(strategy: Any) -> None:
    visit = replace(from_query({}, "cpu"), strategy=strategy)
    assert from_query(dict(parse_qsl(to_query(visit))), "cpu").strategy == strategy
    assert "width" not in to_query(replace(visit, strategy=Beam())), "what is usual is not said"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unicode's forms are quadratic in combining marks: they must never be asked of a long text."""
    form = unicodedata.normalize

    def bounded(name: Any, text: str) -> str:
        assert len(text) <= 3_000, f"{len(text):,} characters were normalised before anybody looked at their number"
        return form(name, text)

    monkeypatch.setattr(unicodedata, "normalize", bounded)


@pytest.mark.fault(55)
@pytest.mark.parametrize("text", ["e" + "\u0301\u0323" * 480_000, "5" * 1_000_000, "a\u0301 " * 300_000], ids=["marks", "digits", "words"])
@pytest.mark.parametrize("task", [task for task in tasks.tasks().values() if Typed in task.reads], ids=lambda task: task.id)
def test_what_is_typed_is_bounded_before_it_is_looked_at(task: type[tasks.Task], text: str, patient: None) -> None:
    with pytest.raises(InputError):
        task().check(Typed(text))


@pytest.mark.fault(55)
def test_own_pairs_are_bounded_line_by_line(patient: None) -> None:
    marks = "e" + "\u0301\u0323" * 480_000
    for text in (marks, f"{marks}\tx", f"x\t{marks}", "\n".join(f"{n}\t{n}" for n in range(30)) + f"\n{marks}\ty"):
        listed = read(text).listed
        assert any("characters; at most" in what for what in listed.values())


@pytest.mark.parametrize(
    ("query", "pair"),
    [
        ({"architecture": "autoencoder"}, ("autoencoder", "digits")),
        ({"task": "scenes"}, ("captioner", "scenes")),
        ({"task": "copy"}, ("attention_seq2seq", "copy")),
        ({"architecture": "transformer"}, ("transformer", "reverse")),
    ],
    ids=["autoencoder", "scenes", "copy", "transformer"],
)
def test_half_a_pair_opens_with_a_half_that_fits(query: dict[str, str], pair: tuple[str, str]) -> None:
    visit = from_query(query)
    assert visit.pair == pair and visit.notice is None


def test_a_moment_of_a_training_travels_in_a_link() -> None:
    visit = from_query({"moment": "55"})
    assert visit.frame == 55 and "moment=55" in to_query(visit)
    assert "moment" not in to_query(from_query({"step": "2"}))
