"""The spectrum of numerals: a planted ring is found at its frequency, and nothing where their order means nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import playground
from playground.app import visit as visits
from playground.app.page import Page
from playground.app.panels.states import Paths
from playground.errors import InputError
from playground.experiments.evidence.spectrum import counts, power, spectra
from tests.pages import new_page
from tests.small import tiny_run


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def test_shares_are_those_of_the_variance() -> None:
    rows = np.random.default_rng(1).normal(size=(10, 7)) + 5
    angle = 2 * np.pi * 3 * np.arange(10) / 10
    wave = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    third = ((rows - rows.mean(0)).T @ wave) ** 2  # by plain regression on one frequency
    assert power(rows).sum() == pytest.approx(1) and power(rows).shape == (5,)
    assert power(rows)[2] == pytest.approx(third.sum() / 5 / ((rows - rows.mean(0)) ** 2).sum())


@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_a_planted_ring_is_found_at_its_frequency(turns: int) -> None:
    run = tiny_run("attention_seq2seq", "reverse")
    table = run.model.encoder.embedding.weight  # type: ignore[union-attr]
    first = run.task.source_vocabulary.ids["0"]  # type: ignore[union-attr]
    with torch.no_grad():
        for digit in range(10):
            angle = 2 * math.pi * turns * digit / 10
            table[first + digit] = 0.01 * torch.randn(table.shape[1], generator=torch.Generator().manual_seed(digit))
            table[first + digit, :2] += torch.tensor([math.cos(angle), math.sin(angle)])
    found = run.spectrum("source")
    assert found.found and found.strongest == turns and found.shares[turns - 1] > 0.9
    assert found.numerals == tuple("0123456789") and found.before.max() < found.shares.max()


def test_adding_puts_digits_in_order_and_copying_does_not() -> None:
    adds, copies = (playground.load("attention_seq2seq", task).spectrum("output") for task in ("addition", "copy"))
    assert adds.found and adds.strongest == 1 and adds.shares[0] > 0.45 > adds.shuffled > adds.before[0]
    assert not copies.found and copies.p > 0.2
    assert adds.sentence.startswith("52 % of what tells the numerals of the output table apart turns once over 0 … 9; in 95 % of")
    assert copies.sentence.startswith("The output table knows no order of the numerals: its strongest part, 25 %, turns twice")
    assert repr(adds).startswith("Spectrum(output of 0 … 9: 0.52 turns once, p 0.0")


def test_what_has_no_numerals_is_refused() -> None:
    with pytest.raises(InputError, match="no table of attention_seq2seq holds 8 numerals"):
        playground.load("attention_seq2seq", "translation").spectrum()
    with pytest.raises(InputError, match="table is 'nowhere'; there are: source, target, output"):
        playground.load("attention_seq2seq", "copy").spectrum("nowhere")
    assert spectra(playground.load("vae", "digits")) == {}
    assert counts(playground.load("attention_seq2seq", "dates").task) and not counts(
        playground.load("transformer_encoder", "sentiment").task
    )


def test_the_panel_stands_where_there_are_numerals(page: Page) -> None:
    panel = page[Paths]
    shown = (visits.start("attention_seq2seq", task, device="cpu") for task in ("addition", "translation"))
    with_numerals, without = (page.library.stage(visit) for visit in shown)
    assert "numerals" in panel.value(with_numerals)["parts"] and "numerals" not in panel.value(without)["parts"]
    tables = panel.numerals(with_numerals.visit, {})["tables"]
    assert [table["name"] for table in tables] == ["source", "target", "output"]
    assert "turns once from 0 to 9" in "".join(text for _, text in tables[2]["reading"])
