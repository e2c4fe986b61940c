"""Who knows what: planted units are found at their site and nowhere else, and what is told of it is computed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from playground import api
from playground.app import visit as visits
from playground.app.page import Page
from playground.app.panels.lab.acting import Parts
from playground.app.panels.lab.evidence import Probing
from playground.errors import InputError
from playground.experiments.evidence.who_knows import probing, who_knows
from playground.experiments.held_out_states import gather_all, gather_at
from playground.experiments.lab.probes import _interval
from tests import small
from tests.pages import new_page
from tests.scripted import Words, scripted

WIDTH, PLANTED = 12, 7
NOISE = torch.Generator().manual_seed(4)


def same(source: Words) -> Words:
    return source


def counts(tokens: Tensor, place: int) -> Tensor:
    """One unit counts places; all others are noise."""
    rows = torch.randn(len(tokens), WIDTH, generator=NOISE)
    rows[:, PLANTED] = place / 10
    return rows


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def test_a_planted_unit_is_found_at_every_site_that_has_it() -> None:
    found = who_knows(scripted("copy", same, counts), "position")
    assert [probe.site for probe in found.probes] == ["encoder.states", "decoder.hidden"] and found.sites == 2
    assert all(probe.unit.index == PLANTED and probe.score > 0.999 and probe.found for probe in found.probes)
    assert found.sentence.startswith("2 of 2 sites tell at which place a state stands. Best: ")
    assert [row[0] for row in found.table()] == ["site", "encoder.states", "decoder.hidden"]
    assert repr(found).startswith("WhoKnows(position at 2 sites, best ")


def test_it_says_that_nothing_is_found() -> None:
    found = who_knows(scripted("copy", same, lambda tokens, place: torch.randn(len(tokens), WIDTH, generator=NOISE)), "position")
    assert not any(probe.found for probe in found.probes) and found.sentence.startswith("Nothing linear at 2 sites tells")


def test_every_site_is_what_it_is_alone() -> None:
    run = api.load("attention_seq2seq", "addition")
    all_ = gather_all(run, 40)
    assert "decoder.hidden" not in all_, "the last layer's own states stand there"
    for site, states in all_.items():
        alone = gather_at(run, site, 40)
        assert alone is not None and np.array_equal(alone.states, states.states) and alone.tokens == states.tokens
    found = [*probing(run, "no carry", 64)]
    assert [len(part.probes) for part in found] == list(range(1, len(found) + 1)) and found[-1].sites == len(found)
    assert found[-1].probes[0] == found[0].probes[0]


@pytest.mark.parametrize("pair", small.ONE_EACH, ids="-".join)
def test_every_model_is_asked_or_refuses_in_a_sentence(pair: tuple[str, str], page: Page) -> None:
    run = small.tiny_run(*pair)
    parts = [id for id, _ in page[Parts].value(page.library.stage(visits.start(*pair, device="cpu")))["parts"]]
    try:
        found = [*probing(run, "position", 48)][-1]
    except InputError as error:
        assert str(error).endswith("has no state for each token; choose a model that has.")
        assert "probe" not in parts
    else:
        assert found.sites == len(found.probes) and len({probe.site for probe in found.probes}) == found.sites
        assert all(probe.interval[0] <= probe.score <= probe.interval[1] for probe in found.probes) and "probe" in parts


def test_an_interval_covers_the_truth_nineteen_times_in_twenty() -> None:
    """Names guessed with a known chance, several of one input alike, so that inputs and not states must be drawn."""
    random, inside = np.random.default_rng(5), 0
    for _ in range(200):
        of = np.repeat(np.arange(150), 8)
        hits = np.repeat(random.random(150) < 0.7, 8)
        low, high = _interval(hits.astype(str), np.full(len(of), "True"), of, False)
        inside += low <= 0.7 <= high
    assert 180 <= inside <= 199
    right = random.normal(size=1200)
    low, high = _interval(right + random.normal(size=1200), right * 1.0, np.arange(1200) // 8, True)
    assert low < 0 < high, "as much noise as there is to tell"
    assert _interval(np.full(40, "a"), np.full(40, "a"), np.arange(40), False)[0] < 0.95


def test_the_page_is_told_site_by_site(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.app.panels.lab.evidence.SLICE_S", 0.0)
    visit = visits.start("attention_seq2seq", "translation", device="cpu")
    asked = {"what": "negated"}
    first = page[Probing].probe(visit, asked)
    assert (len(first["rows"]), first["sites"], first["over"], first["measure"]) == (1, 11, False, "accuracy")
    while not (last := page[Probing].probe(visit, asked))["over"]:
        pass
    rows = {row["site"]: row for row in last["rows"]}
    assert rows["decoder.recurrent.layers.0.cell"]["path"] == "decoder.recurrent.layers.0"
    assert rows["encoder.recurrent.layers.0.reverse.cell"]["name"] == "encoder backward cell"
    assert rows["decoder.attention.context"]["path"] is None and rows["decoder.attention.context"]["clamped"]
    assert not rows["encoder.embedded"]["clamped"]
    assert "decoder cell" in "".join(text for _, text in last["reading"])
    assert ["negated", "needs: negated"] in page[Probing].value(page.library.stage(visit))["questions"]
    for wrong in ({}, {"what": "colour"}):
        with pytest.raises(InputError, match="cannot be asked of translation"):
            page[Probing].probe(visit, wrong)
