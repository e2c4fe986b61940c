"""Looking inside: every head at a glance, one chosen in lines, and the block that opens under the player."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from playground import api
from playground.views.style import percent
from tests.browser import hooks
from tests.browser.conftest import Visit, Watch
from tests.browser.driving import PHONE

pytestmark = pytest.mark.browser

TRANSFORMER = "?architecture=transformer&task=reverse"


def block(page: Page) -> Locator:
    """The opened block."""
    return page.get_by_role("region", name=re.compile("^Inside this"))


def in_picture(page: Page, name: str) -> Locator:
    """A block of the picture, as it is read out: `decoder: attention`."""
    return page.locator(".pic").get_by_role("button", name=name, exact=True)


def worked(page: Page) -> Locator:
    return block(page).locator(".worked")


def step(page: Page, key: str = "ArrowRight") -> None:
    page.locator("#player").press(key)


def test_a_click_in_the_picture_opens_the_attention_with_the_numbers_of_the_step(page: Page, watch: Watch) -> None:
    in_picture(page, "decoder: attention").click()
    expect(block(page)).to_contain_text("Additive attention")
    expect(worked(page)).to_contain_text(re.compile(r"v·tanh\( W q \+ U h\(5\) \) = \d+\.\d\d"))
    weight = re.search(r"0\.\d{3}", worked(page).inner_text())
    assert weight and float(weight[0]) > 0.5
    before = worked(page).inner_text()
    with watch.unasked(page):
        step(page)
        expect(worked(page)).not_to_have_text(before)
        expect(worked(page)).to_contain_text("U h(6)")
        expect(block(page)).to_contain_text("step 2")


def test_the_worked_weight_is_the_weight_in_the_sentence(page: Page) -> None:
    in_picture(page, "decoder: attention").click()
    for _ in range(3):
        shown = re.findall(r"Σ = (0\.\d{3}|1\.000)", worked(page).inner_text())
        said = re.search(r"weight (\d\.\d\d)", page.locator(".say").inner_text())
        assert said and abs(float(shown[0]) - float(said[1])) < 0.0056, "the same number, rounded to three places and to two"
        step(page)


def test_a_block_opens_and_closes_by_keyboard(page: Page) -> None:
    button = in_picture(page, "encoder: embedding")
    button.focus()
    page.keyboard.press("Enter")
    expect(block(page)).to_contain_text("one-hot × Linear = Embedding")
    expect(block(page)).to_contain_text("largest difference 0")
    expect(page).to_have_url(re.compile("block=encoder.embedding"))
    page.get_by_role("button", name="Close the block").focus()
    page.keyboard.press("Enter")
    expect(block(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("block="))


def test_the_row_of_an_embedding_follows_the_step(page: Page) -> None:
    in_picture(page, "decoder: embedding").click()
    lit = block(page).locator("tr.most")
    expect(lit).to_contain_text("start")
    step(page)
    expect(lit.get_by_role("rowheader")).to_have_text("5")
    expect(lit.get_by_role("cell").first).to_have_text("1")


def test_a_position_of_the_source_can_be_held(page: Page) -> None:
    in_picture(page, "encoder: LSTM").click()
    expect(block(page)).to_contain_text("position 9")
    page.get_by_label("Position of the source").select_option("1")
    expect(block(page)).to_contain_text("position 2")
    step(page)
    expect(block(page)).to_contain_text("position 2")


def test_another_token_of_the_table_is_worked_out_by_a_click(page: Page) -> None:
    in_picture(page, "decoder: attention").click()
    block(page).get_by_role("button", name="6", exact=True).click()
    expect(worked(page)).to_contain_text("U h(6)")


def test_a_link_opens_the_block(visit: Visit) -> None:
    page = visit("?input=314&block=decoder.output")
    expect(block(page)).to_contain_text("Linear layer")
    expect(worked(page)).to_contain_text("61 more")
    page.get_by_text("PyTorch").click()
    expect(page.get_by_role("region", name="The PyTorch code of this block")).to_contain_text("nn.Linear")


def test_the_open_block_follows_the_input_and_closes_with_its_model(page: Page) -> None:
    in_picture(page, "decoder: attention").click()
    expect(block(page).get_by_role("row")).to_have_count(10)
    hooks.type_source(page, "271")
    expect(block(page).get_by_role("row")).to_have_count(4)
    hooks.choose(page, architecture="seq2seq")
    expect(block(page)).to_have_count(0)


def test_one_head_of_many_is_chosen_for_the_whole_page(visit: Visit) -> None:
    page = visit(TRANSFORMER)
    hooks.open_tab(page, "Attention")
    heads = hooks.panel(page, "All heads at a glance")
    head = heads.get_by_role("button", name=re.compile("^Cross-attention, layer 1, head 1,"))
    head.click()
    expect(head).to_have_attribute("aria-pressed", "true")
    expect(hooks.panel(page, "Cross-attention, layer 1, head 1")).to_be_visible()
    expect(page.locator(".say")).to_contain_text("head 1.1")
    head.press("ArrowRight")
    page.keyboard.press("Enter")
    lines = hooks.panel(page, "Cross-attention, layer 1, head 2")
    expect(lines.get_by_role("img")).to_have_accessible_name(re.compile("Lines from 10 outputs to 9 positions"))
    expect(page.locator(".say")).to_contain_text("head 1.2")
    lines.get_by_role("button", name="heatmap").click()
    expect(lines.get_by_role("img")).to_have_accessible_name(re.compile("Heatmap of attention: 10 outputs by 9 source positions"))


def test_the_chosen_head_is_the_one_that_is_opened(visit: Visit) -> None:
    page = visit(TRANSFORMER)
    hooks.open_tab(page, "Attention")
    hooks.panel(page, "All heads at a glance").get_by_role("button", name=re.compile("^Cross-attention, layer 1, head 2,")).click()
    page.get_by_role("button", name="Open this attention").click()
    expect(block(page)).to_contain_text("layer 1 · cross-attention · head 2 · step 1")
    expect(worked(page)).to_contain_text(re.compile(r"q·k\(\d\) = −?\d+\.\d\d"))
    block(page).get_by_role("group", name="Head").get_by_role("button", name="1").click()
    expect(hooks.panel(page, "Cross-attention, layer 1, head 1")).to_be_visible()


def test_rollout_is_offered_where_an_encoder_has_layers(visit: Visit) -> None:
    page = visit(TRANSFORMER)
    hooks.open_tab(page, "Attention")
    hooks.panel(page, "All heads at a glance").get_by_role("button", name=re.compile("^Encoder self-attention, layer 1, head 1,")).click()
    page.get_by_role("button", name="rollout").click()
    rolled = page.get_by_role("region", name=re.compile("^Attention rollout, layer"))
    rolled.get_by_role("button", name="Show as table").click()
    for row in rolled.get_by_role("row").all()[1:]:
        assert sum(float(cell) for cell in row.get_by_role("cell").all_inner_texts()) == pytest.approx(1, abs=0.01)


def test_heads_are_scored_by_what_they_look_at(visit: Visit) -> None:
    """On the token before, on the diagonal, and on what followed the same token: shares of the weights that the model computed."""
    page = visit(TRANSFORMER)
    hooks.open_tab(page, "Attention")
    heads = hooks.panel(page, "All heads at a glance")
    heads.get_by_role("button", name="Show as table").click()
    trace = api.load("transformer", "reverse").explore(hooks.PINNED)
    source = list(trace.source)
    repeats = [(i, j + 1) for i, token in enumerate(source) for j in range(i - 1) if source[j] == token]
    for head, weights in enumerate(trace["encoder.layers.0.self_attention.weights"]):
        row = heads.get_by_role("row", name=re.compile(f"^Encoder self-attention, layer 1, head {head + 1} "))
        rows = {i for i, _ in repeats}
        wanted = (np.diag(weights, -1).mean(), np.diag(weights).mean(), sum(weights[i, j] for i, j in repeats) / len(rows))
        assert row.get_by_role("cell").all_inner_texts()[2:5] == [percent(float(share)) for share in wanted]
    cross = heads.get_by_role("row", name=re.compile("^Cross-attention, layer 1, head 1 ")).get_by_role("cell").all_inner_texts()
    diagonal = np.diag(trace["decoder.layers.0.cross_attention.weights"][:, 0]).mean()
    assert cross[2:5] == ["–", percent(float(diagonal)), "–"]


def test_models_without_attention_have_no_such_tab(visit: Visit) -> None:
    page = visit("?architecture=seq2seq&task=reverse")
    expect(page.get_by_role("tab", name="Decode")).to_be_visible()
    expect(page.get_by_role("tab", name="Attention")).to_have_count(0)


def test_a_phone_scrolls_the_table_and_not_the_page(visit: Visit) -> None:
    page = visit("?block=decoder.attention", viewport=PHONE)
    expect(block(page)).to_contain_text("Additive attention")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    table = page.get_by_role("region", name="Who answers the query")
    assert table.evaluate("node => node.scrollWidth > node.clientWidth")
