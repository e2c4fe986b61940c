"""Runs by hand and kept runs: pause, one step, reset; what differs; curves over each other."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from playground import api
from tests.browser import hooks
from tests.browser.conftest import PATIENCE_MS, Visit

pytestmark = pytest.mark.browser

SHORT = "?architecture=attention_seq2seq&task=reverse&training.steps=30&model.hidden=16"

DOUBLE_CLICK_MS = 400  # Plotly takes two presses within 300 for one that resets the zoom
LATE_MS = 8_000  # a busy page may take two presses for one all the same


def rows(page: Page) -> list[str]:
    return page.locator(".my-run").all_inner_texts()


def train(page: Page, kept: int) -> None:
    page.locator("#train").click()
    expect(page.locator(".my-run")).to_have_count(kept, timeout=60_000)


def turn_to(page: Page, curve: Locator, share: float, moment: re.Pattern[str]) -> None:
    """Click into a curve, again where the click was lost, until the film stands at a moment."""
    for patience in (LATE_MS, LATE_MS, PATIENCE_MS):
        box = curve.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 0.6 * box["height"])
        try:
            expect(hooks.film(page)).to_have_attribute("aria-valuetext", moment, timeout=patience)
        except AssertionError:
            if patience == PATIENCE_MS:
                raise
        else:
            page.wait_for_timeout(DOUBLE_CLICK_MS)
            return


def test_runs_are_kept_named_by_what_differs_and_laid_over_each_other(visit: Visit) -> None:
    page = visit(SHORT)
    train(page, 1)
    loss = hooks.panel(page, "Learning curves").locator(".plot").nth(1)
    for share, updates in ((0.3, r"^Update 1?\d of"), (0.95, r"^Update (2\d|30) of")):  # of 30
        turn_to(page, loss, share, re.compile(updates))
    hooks.open_advanced(page)
    seed = page.get_by_label("Seed", exact=True)
    seed.fill("3")
    seed.press("Tab")
    expect(page).to_have_url(re.compile("seed=3"))
    train(page, 2)
    newest, first = rows(page)
    assert "hidden units 16" in newest and "seed 3" in newest and "seed" not in first
    charts = hooks.panel(page, "Learning curves")
    ends = charts.locator(".textpoint")
    expect(ends.filter(has_text="A").first).to_be_visible()
    charts.get_by_role("button", name="updates", exact=True).click()
    expect(charts.get_by_text("updates").nth(1)).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("run A,")).uncheck()
    expect(ends.filter(has_text="A")).to_have_count(0)
    page.reload()
    hooks.open_tab(page, "Training")
    expect(page.locator(".my-run")).to_have_count(2)
    page.get_by_role("button", name=re.compile("^Show run A,")).click()
    expect(hooks.whose(page)).to_contain_text("your run 1, trained")
    hooks.open_tab(page, "Decode")
    expect(page.locator(".alert, .input-error")).to_have_count(0)
    hooks.open_tab(page, "Training")
    page.get_by_role("button", name="Back to the shipped model").click()
    expect(page.locator("#output")).to_have_text(hooks.REVERSED)


def test_a_run_is_paused_stepped_and_goes_on(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=copy&training.steps=20000&training.learning_rate=0.0001")
    page.locator("#train").click()
    hooks.expect_state(page, "training")
    page.get_by_role("button", name="Pause", exact=True).click()
    hooks.expect_state(page, "paused")
    status = page.locator("#run-status")
    at = re.search(r"at update ([\d,]+)", status.inner_text())
    assert at
    step = int(at[1].replace(",", ""))
    status.get_by_role("button", name="One update").click()
    expect(status).to_contain_text(f"at update {step + 1:,} of")
    status.get_by_role("button", name="Go on").click()
    hooks.expect_state(page, "training")
    page.locator("#stop").click()
    hooks.expect_state(page, "stopped")


def test_the_same_first_weights_after_reset(visit: Visit) -> None:
    page = visit(SHORT)
    page.get_by_role("button", name="One update").click()
    hooks.expect_state(page, "paused")
    status = page.locator("#run-status")
    expect(status).to_contain_text("at update 1 of")
    loss = re.search(r"loss ([\d.]+)", status.inner_text())
    hooks.open_advanced(page).get_by_role("button", name="Reset", exact=True).click()
    expect(status).to_contain_text("first weights")
    status.get_by_role("button", name="One update").click()
    expect(status).to_contain_text("at update 1 of")
    assert loss and f"loss {loss[1]}" in status.inner_text()


def test_own_pairs_are_checked_line_by_line_and_trained(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=pairs&training.steps=30")
    box = page.get_by_role("textbox", name="One pair a line")
    box.fill("one line\tonly\nno tab")
    page.get_by_role("button", name="Use these pairs").click()
    expect(page.get_by_role("alert").filter(has_text="at least 20")).to_be_visible()
    box.fill("\n".join(["no tab", *(f"{n} apples\t{n} mele" for n in range(200, 260)), "<b>x</b>\t{{y}}"]))
    page.get_by_role("button", name="Use these pairs").click()
    folded = page.get_by_text("no tab between source and target")
    expect(folded).to_be_hidden()
    page.get_by_text("1 line left out", exact=True).click()
    expect(folded).to_be_visible()
    expect(page).to_have_url(re.compile("task.pairs=[0-9a-f]{24}"))
    expect(page.locator(".pairs").get_by_text("55 to learn from, 6 held out, 1 left out")).to_be_visible()
    train(page, 1)
    hooks.type_source(page, "207 apples")
    expect(page.locator(".fold-line .verdict")).to_have_text(re.compile("right|wrong"))


def test_a_link_to_another_pair_opens_its_tab(visit: Visit) -> None:
    page = visit("?architecture=transformer_decoder&task=completion&tab=training")
    hooks.expect_task(page, "completion")
    shipped = api.load("transformer_decoder", "completion")
    expect(hooks.whose(page)).to_have_text(f"shipped run, trained {shipped.train_seconds:.1f} s on CPU")
    expect(page.get_by_role("tab", name="Training")).to_have_attribute("aria-selected", "true")
    hooks.type_source(page, "Tom has a cat . At noon the sun comes to the town on the river .")
    expect(page.locator(".fold-line")).to_contain_text("Tom")
    expect(page.get_by_role("tab", name="Training")).to_have_attribute("aria-selected", "true")
