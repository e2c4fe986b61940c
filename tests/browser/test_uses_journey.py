"""What autoencoders are for, on the page: every use is looked at, trained for, moved by keyboard, read at every width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import hooks
from tests.browser.conftest import PATIENCE_MS, Watch
from tests.browser.driving import DESKTOP, App, wait_ready
from tests.browser.legible import faults, settle

pytestmark = pytest.mark.browser

USES = {"compress": "Compress", "denoise": "Denoise", "detect": "Anomaly", "features": "Features", "dead": "Dead units"}
SHORT = "&training.steps=30"  # of what is on the stage once it is trained, and so of all that trains beside it


@pytest.fixture(scope="module")
def page(app: App, browser: Browser) -> Iterator[Page]:
    """One visitor, whose own short run is on the stage."""
    watch = Watch(app.url)
    context = browser.new_context(viewport=DESKTOP)
    page = watch.over(context.new_page())
    page.goto(f"{app.url}?architecture=autoencoder&task=digits&model.code=16{SHORT}&tab=uses")
    wait_ready(page)
    page.locator("#rail, #edp-rail").get_by_role("button", name=re.compile("^Train, ")).click()
    expect(page.locator(".whose")).to_contain_text("your run", timeout=PATIENCE_MS)
    hooks.open_tab(page, "Uses")
    yield page
    context.close()
    assert not watch.faults, "\n".join(watch.faults)


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def use(page: Page, name: str) -> None:
    page.get_by_role("group", name="Uses of the code").get_by_role("button", name=USES[name], exact=True).click()


def test_a_size_trains_on_a_press_and_stands_beside_pca(page: Page) -> None:
    use(page, "compress")
    chart = panel(page, "Error against size")
    expect(chart.get_by_role("img", name="kept in 16 numbers")).to_be_visible()
    expect(chart.get_by_role("img", name="kept by 16 components")).to_be_visible()
    chart.get_by_role("button", name=re.compile("^Train with 8 numbers")).click()
    expect(chart.get_by_role("img", name="kept in 8 numbers")).to_be_visible()
    row = panel(page, "In numbers").get_by_role("row").filter(has=page.get_by_role("rowheader", name="8", exact=True))
    expect(row).to_have_text(re.compile(r"8\.\d+\.\d+–"))
    page.reload()
    wait_ready(page)
    expect(chart.get_by_role("img", name="kept in 8 numbers")).to_be_visible()  # it is found among one's own runs


def test_noise_is_moved_by_keys_and_a_partner_is_trained(page: Page) -> None:
    page.get_by_role("group", name="Uses of the code").get_by_role("button", name="Compress").focus()
    page.keyboard.press("2")  # a number opens a use
    cleaned = panel(page, "Cleaned")
    slider = cleaned.get_by_role("slider", name="Noise")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(cleaned).to_contain_text("noise .4")
    expect(page).to_have_url(re.compile("use=denoise"))
    cleaned.get_by_role("button", name=re.compile("^Train one on noisy pictures")).click()
    expect(cleaned.locator(".use-row").nth(3).locator(".use-picture")).to_have_count(7)
    expect(panel(page, "Error against noise")).to_contain_text("A denoising")
    expect(cleaned).to_contain_text(re.compile(r"A leaves [\d.]+\s% of B’s error"))


def test_a_class_that_was_left_out_is_told_apart_and_the_threshold_moves_by_keys(page: Page) -> None:
    use(page, "detect")
    strange, roc = panel(page, "How strange"), panel(page, "Caught against false alarms")
    threshold = strange.get_by_role("slider", name="Threshold")
    expect(threshold).to_be_visible()  # another task's pictures need no training
    page.get_by_role("group", name="What is strange").get_by_role("button", name="0", exact=True).click()
    expect(strange).to_contain_text("Not trained without ‘0’ yet")
    page.get_by_role("button", name=re.compile("^Train without 0")).click()
    expect(threshold).to_be_visible()
    expect(roc).to_contain_text(re.compile(r"95 %: [\d.]+ to [\d.]+"))
    threshold.focus()
    page.keyboard.press("Home")
    expect(roc).to_contain_text(re.compile(r"false alarms\s*100 %"))
    page.keyboard.press("End")
    expect(strange.locator(".use-group").nth(3)).to_contain_text("none")
    before = threshold.get_attribute("aria-valuenow")
    page.keyboard.press("ArrowLeft")
    expect(threshold).not_to_have_attribute("aria-valuenow", str(before))
    expect(threshold).to_be_focused()


def test_labels_and_dead_units_are_told(page: Page) -> None:
    use(page, "features")
    expect(panel(page, "Few labels are enough")).to_contain_text(re.compile(r"With 10 labels: code \d+\s%"))
    expect(panel(page, "Which number knows what")).to_contain_text("Nobody knows")
    use(page, "dead")
    dead = panel(page, "What is dead")
    expect(dead.locator(".use-half")).to_have_count(1)
    dead.get_by_role("button", name=re.compile("^Train it as tutorials write it")).click()
    expect(dead.locator(".use-half")).to_have_count(2)
    expect(dead).to_contain_text("With ReLU on code and output")


def test_every_use_is_accessible_and_can_be_read_at_every_width(page: Page) -> None:
    found: list[Any] = []
    for name in USES:
        use(page, name)
        page.wait_for_function("() => !document.querySelector('.use-host .void:not([hidden]) .big')?.textContent.startsWith('Measuring')")
        for width in (1440, 768, 320):
            page.set_viewport_size({"width": width, "height": 900})
            settle(page)
            found += [f"{name} at {width} px: {fault}" for fault in faults(page)]
        page.set_viewport_size({"width": 1440, "height": 900})
        checked = Axe().run(page).response["violations"]
        found += [f"{name}: {one['id']} {one['nodes'][0]['html'][:200]}" for one in checked]
    assert found == []
