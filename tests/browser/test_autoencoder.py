"""Pictures: pick one, roll dice, draw one, click one in the latent map; the reconstruction stands beside it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

INK = """(canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const channel = (c) => data.filter((_, i) => i % 4 === c);
  return Math.max(...[0, 1, 2, 3].map((c) => Math.max(...channel(c)) - Math.min(...channel(c))));
}"""

# The point of the map that stands furthest from all others, in pixels of the window.
LONELY_POINT = """(node) => {
  const { xaxis, yaxis } = node._fullLayout, box = node.getBoundingClientRect(), [cloud] = node._fullData;
  const points = Array.from(cloud.x, (x, i) => ({ x: xaxis._offset + xaxis.l2p(x), y: yaxis._offset + yaxis.l2p(cloud.y[i]), i }));
  const distance = (a) => Math.min(...points.filter((b) => b.i !== a.i).map((b) => Math.hypot(a.x - b.x, a.y - b.y)));
  const best = points.map((a) => [distance(a), a]).sort(([a], [b]) => b - a)[0][1];
  return { x: box.left + best.x, y: box.top + best.y, digit: cloud.text[best.i], index: cloud.customdata[best.i] };
}"""


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit("?architecture=autoencoder&task=strokes")


def picture(page: Page) -> Locator:
    return page.get_by_role("img", name=re.compile("^Input picture"))


def test_a_picture_and_its_reconstruction_stand_without_a_click(page: Page) -> None:
    expect(picture(page)).to_be_visible()
    hooks.expect_output(page, re.compile(r"error 0\.\d+"))
    expect(hooks.panel(page, "Latent map").locator(".js-plotly-plot")).to_be_visible()
    expect(page.locator("#input")).to_be_hidden()
    for name in ("input x", "reconstruction"):
        shown = page.get_by_role("figure", name=name, include_hidden=True).or_(page.locator("figure", has_text=name)).first
        assert shown.locator("canvas").evaluate(INK) > 100, f"{name} is blank"


def test_the_rail_leads_from_digits_to_pictures_and_back(visit: Visit) -> None:
    page = visit()
    hooks.choose(page, task="strokes")
    expect(hooks.radio(page, "architecture", "autoencoder")).to_be_checked()
    expect(picture(page)).to_be_visible()
    expect(page.get_by_role("tab", name="Latent")).to_have_attribute("aria-selected", "true")
    hooks.choose(page, task="reverse")
    expect(hooks.source(page)).to_be_visible()
    expect(page.locator("#player")).to_be_visible()
    hooks.expect_output(page, hooks.REVERSED)


def test_an_example_goes_onto_the_stage(page: Page) -> None:
    for digit in ("3", "7"):
        page.get_by_role("button", name=f"Example: {digit}").click()
        expect(picture(page)).to_have_accessible_name(re.compile(f"^Input picture of a {digit}"))


def test_dice_bring_another_picture(page: Page) -> None:
    before = hooks.output(page)
    page.get_by_role("button", name="Random input").click()
    expect(page.locator("#output")).not_to_have_text(before)


def test_a_drawn_digit_is_reconstructed(page: Page) -> None:
    page.get_by_role("button", name="Draw", exact=True).click()
    pad = page.get_by_role("img", name=re.compile("Drawing area"))
    expect(page.get_by_role("button", name="Use drawing")).to_be_disabled()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 95, box["y"] + 165, steps=12)
    page.mouse.up()
    page.get_by_role("button", name="Use drawing").click()
    expect(picture(page)).to_have_accessible_name(re.compile("^Input picture, 784 numbers"))
    expect(pad).to_be_hidden()


def test_a_click_on_the_map_puts_that_digit_on_the_stage(page: Page) -> None:
    chart = hooks.panel(page, "Latent map").locator(".js-plotly-plot")
    expect(chart).to_be_visible()
    chart.scroll_into_view_if_needed()
    point = chart.evaluate(LONELY_POINT)
    page.mouse.move(point["x"], point["y"])
    expect(chart.locator(".hoverlayer")).to_contain_text(f"a {point['digit']} of the test set")
    page.mouse.click(point["x"], point["y"])
    expect(page).to_have_url(re.compile(f"picture={point['index']}(&|$)"))
    expect(picture(page)).to_have_accessible_name(re.compile(f"^Input picture of a {point['digit']}"))


def test_a_link_brings_the_same_picture(visit: Visit) -> None:
    page = visit("?architecture=autoencoder&task=strokes&picture=17")
    answer = hooks.output(page)
    other = visit("?architecture=autoencoder&task=strokes&picture=17")
    hooks.expect_output(other, answer)


def test_an_autoencoder_is_trained_in_the_page(visit: Visit) -> None:
    page = visit("?architecture=autoencoder&task=strokes&training.steps=60")
    page.locator("#train").click()
    hooks.expect_state(page, "done")
    expect(page.get_by_text("your run")).to_be_visible()
    hooks.open_tab(page, "Latent")
    expect(picture(page)).to_be_visible()
