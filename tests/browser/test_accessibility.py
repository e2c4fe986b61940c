"""What axe can find, names and tables of figures, and the page by keyboard alone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import wait_drawn

pytestmark = pytest.mark.browser

VIEWS = {"": ["Decode", "Training"], "?architecture=autoencoder&task=strokes": ["Latent", "Training"]}
BAD = ("serious", "critical")

FOCUSED = """() => {
  const node = document.activeElement, all = [node, node.closest('label'), node.closest('.block, .card')].filter(Boolean);
  const visible = all.some((one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || (style.boxShadow !== 'none' && style.boxShadow !== '');
  });
  const place = ['#task', '#architecture', '#train', '#input', '#player'].find((name) => node.closest(name));
  return { place: place ?? null, name: node.id || node.getAttribute('aria-label') || node.textContent.trim().slice(0, 30), visible };
}"""


@pytest.mark.parametrize("query", VIEWS)
def test_axe_finds_nothing_serious_in_light_and_dark(visit: Visit, query: str) -> None:
    page = visit(query, color_scheme="light")
    told = []
    for theme in ("light", "dark"):
        for tab in VIEWS[query]:
            hooks.open_tab(page, tab)
            wait_drawn(page)
            for found in Axe().run(page).response["violations"]:
                if found["impact"] in BAD:
                    places = [node["target"] for node in found["nodes"]][:5]
                    told.append(f"{tab}, {theme}: {found['id']} ({found['impact']}): {found['help']}: {places}")
        if theme == "light":
            page.get_by_role("button", name="Dark theme").click()
    assert not told, "\n".join(told)


@pytest.mark.parametrize(
    "query, titles", [("", ["Attention", "Next token", "Trajectory"]), ("?architecture=autoencoder&task=strokes", ["Latent map"])]
)
def test_every_figure_has_a_name_a_reading_and_a_table(visit: Visit, query: str, titles: list[str]) -> None:
    page = visit(query)
    for title in titles:
        figure = hooks.panel(page, title)
        named = figure.locator("[role=img][aria-label], [role=group][aria-label]").first
        expect(named).to_be_visible()
        assert (named.get_attribute("aria-label") or "").strip()
        expect(figure.locator(".read")).to_contain_text(".")
        figure.get_by_role("button", name="Show as table").click()
        expect(figure.get_by_role("table")).to_be_visible()
        assert figure.get_by_role("columnheader").count() >= 3
        assert figure.get_by_role("row").count() > 5


def test_the_picture_is_also_a_table(page: Page) -> None:
    page.get_by_role("button", name="Show the picture as a table").click()
    table = page.get_by_role("region", name="The picture as a table").get_by_role("table")
    expect(table).to_be_visible()
    assert table.get_by_role("row").count() >= hooks.steps(page)


def test_the_tab_key_reaches_everything_in_order_and_shows_where_it_is(page: Page) -> None:
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        assert at["visible"], f"the focus cannot be seen on {at['name']!r}"
        if at["place"] and at["place"] not in reached:
            reached.append(at["place"])
        if "#player" in reached:
            break
    assert reached == ["#task", "#architecture", "#train", "#input", "#player"]


def test_a_task_is_chosen_and_decoded_without_a_mouse(page: Page) -> None:
    page.locator("#all-tasks").focus()
    for key in ("Enter", "Home", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    hooks.expect_task(page, "copy")
    expect(page.locator("#all-tasks")).to_be_focused()
    page.wait_for_function("() => location.search.includes('copy')")
    hooks.source(page).focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("13579")
    page.keyboard.press("Enter")
    hooks.expect_output(page, "1 3 5 7 9")
    page.locator("#tab-decode").focus()
    for tab in ("attention", "states", "training"):
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"#tab-{tab}")).to_be_focused()
    expect(hooks.panel(page, "Learning curves")).to_be_visible()


def test_what_is_decoded_is_announced(page: Page) -> None:
    expect(page.locator("#output")).to_have_attribute("aria-live", "polite")
    hooks.type_source(page, "3x")
    expect(hooks.alert(page)).to_be_visible()
