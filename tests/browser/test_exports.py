"""Every figure leaves the page as a PNG, an SVG and a page that works alone, without network."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import wait_drawn

pytestmark = pytest.mark.browser

KINDS = ("PNG", "SVG", "Web page")
SVG = "{http://www.w3.org/2000/svg}"
BELONG_TO_THE_PAGE = re.compile(r"var\(--|foreignObject|oklab|oklch|color-mix|https?://(?!www\.w3\.org)")

INSIDE = "Inside this block, this step"

# Each link, the tab to open, and what every figure's drawing must say.
FIGURES = {
    "?block=decoder.recurrent": ("Decode", {"Picture": "CONTEXT", "Attention": "source", "Next token": "100 %", INSIDE: "three gates"}),
    "?architecture=transformer&tab=attention": ("Attention", {"All heads at a glance": "encoder self", "The chosen head": "end"}),
    "?architecture=transformer&task=reverse&tab=training": ("Training", {"The film of this training": "update 0"}),
    "?architecture=attention_seq2seq&task=reverse&tab=states": (
        "States",
        {"Gates and cell": "forget gate", "Words of the output layer": "before training", "Nearest states": "5"},
    ),
    "?architecture=transformer&task=reverse&tab=states": ("States", {"Logit lens": "layer 1 cross-attn", "Layer by layer": "%"}),
    "?architecture=vae&task=digits": ("Latent", {"Picture": "reconstruction", "Latent map": "z₁", "Manifold": "z₁", "The code": "z"}),
    "?architecture=captioner&task=scenes": ("Decode", {"Picture": "regions", "Attention": "circle"}),
}
CHARTS = {
    "": ("Decode", {"Trajectory": 1}),
    "?tab=states": ("States", {"Trajectory": 1}),
    "?architecture=transformer&task=reverse&tab=training": ("Training", {"Learning curves": 2}),
    "?architecture=autoencoder&task=digits": ("Latent", {"Error": 1}),
}


def menu(page: Page, title: str) -> Locator:
    if title == "Picture":
        return page.locator(".pic .exports")
    if title == "The chosen head":  # named by the head
        return page.locator(".panel.lines .exports")
    return hooks.panel(page, title).locator(".exports")


def saved(page: Page, title: str, kind: str, folder: Path) -> list[Path]:
    """The files of one kind that a figure's menu gives; one for each of its drawings."""
    exports, files = menu(page, title), []
    exports.locator("> button").click()
    count = exports.get_by_role("button", name=kind).count()
    for n in range(count):
        if n:
            exports.locator("> button").click()
        with page.expect_download() as download:
            exports.get_by_role("button", name=kind).nth(n).click()
        path = folder / f"{n}-{download.value.suggested_filename}"
        download.value.save_as(path)
        files.append(path)
    return files


def expect_a_picture(path: Path) -> None:
    with Image.open(path) as image:
        assert image.format == "PNG" and min(image.size) > 80
        assert len(image.convert("RGB").quantize(64).getcolors() or ()) > 3, "something is drawn on the paper"


def words(path: Path) -> str:
    """What an SVG says; it must need nothing of the page that it came from."""
    text = path.read_text()
    assert not BELONG_TO_THE_PAGE.search(text), BELONG_TO_THE_PAGE.search(text)
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg" and float(root.get("width", "0")) > 40
    assert len(list(root.iter())) > 5
    return " ".join(part.strip() for part in root.itertext() if part.strip())


@pytest.fixture
def offline(browser: Browser) -> Page:
    """Another browser, without network and without anything of ours; whatever is asked for beside the file fails the test."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"exception: {error}"))
    page.on("request", lambda request: request.url.startswith(("file:", "data:", "blob:")) or pytest.fail(f"asked for {request.url}"))
    return page


@pytest.mark.parametrize("link", FIGURES)
def test_drawn_views_leave_as_files_that_need_nothing(visit: Visit, offline: Page, tmp_path: Path, link: str) -> None:
    page = visit(link)
    tab, figures = FIGURES[link]
    hooks.open_tab(page, tab)
    for title, word in figures.items():
        expect(menu(page, title)).to_be_visible()
        (picture,), (drawing,), (alone,) = (saved(page, title, kind, tmp_path) for kind in KINDS)
        assert (picture.suffix, drawing.suffix, alone.suffix) == (".png", ".svg", ".html")
        expect_a_picture(picture)
        said = words(drawing)
        assert word in said, said
        offline.goto(alone.as_uri())
        expect(offline.get_by_role("img").first).to_be_visible()
        expect(offline.get_by_role("heading")).to_be_visible()
        assert word in (offline.locator("figure").text_content() or "")
        assert offline.locator("script").count() == 0
    offline.context.close()


@pytest.mark.parametrize("link", CHARTS)
def test_charts_leave_as_files_that_need_nothing(visit: Visit, offline: Page, tmp_path: Path, link: str) -> None:
    page = visit(link)
    tab, charts = CHARTS[link]
    hooks.open_tab(page, tab)
    for title, count in charts.items():
        hooks.panel(page, title).scroll_into_view_if_needed()
        wait_drawn(page)
        pictures, drawings, pages = (saved(page, title, kind, tmp_path) for kind in KINDS)
        assert len(pictures) == len(drawings) == len(pages) == count
        for picture, drawing, alone in zip(pictures, drawings, pages, strict=True):
            expect_a_picture(picture)
            assert words(drawing)
            offline.goto(alone.as_uri())
            expect(offline.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    offline.context.close()


def test_a_drawing_is_saved_while_its_numbers_are_shown_and_tokens_stay_text(visit: Visit, offline: Page, tmp_path: Path) -> None:
    page = visit("?architecture=attention_seq2seq&task=translation")
    attention = hooks.panel(page, "Attention")
    attention.get_by_role("button", name="Show as table").click()
    expect(attention.locator("table")).to_be_visible()
    (drawing,), (alone,) = (saved(page, "Attention", kind, tmp_path) for kind in KINDS[1:])
    assert "output" in words(drawing)
    expect(attention.locator("table")).to_be_visible()
    expect(attention.locator(".figure")).to_be_hidden()
    rows = attention.locator("tbody tr").count()
    offline.goto(alone.as_uri())
    offline.get_by_text("Numbers").click()
    expect(offline.locator("tbody tr")).to_have_count(rows)
    offline.context.close()


def test_the_film_of_another_run_replaces_the_one_before(visit: Visit) -> None:
    page = visit(f"{hooks.REVERSE}&tab=training")
    frames = hooks.panel(page, "The film of this training").locator(".frame")
    for architecture in ("transformer", "seq2seq"):
        hooks.choose(page, architecture=architecture)
        hooks.open_tab(page, "Training")
        expect(frames.filter(has_text="update 0")).to_have_count(1)
        expect(hooks.panel(page, "The film of this training").locator(".frame.cur")).to_have_count(1)


# What is painted on the stage, and with what; while the event is told, the page is as it was printed.
PAINT = """() => [...new Set([...document.querySelectorAll('#edp-stage *')].filter((node) => node.checkVisibility()).map((node) => {
  const { color, backgroundColor, fill, stroke, filter } = getComputedStyle(node);
  return [node.tagName, color, backgroundColor, fill, stroke, filter].join();
}))].sort()"""
NOTE_PRINT = f"() => addEventListener('afterprint', () => {{ window.printed = ({PAINT})(); }})"


@pytest.mark.fault(53)
def test_what_is_printed_is_light_from_either_theme(visit: Visit) -> None:
    printed = []
    for theme in ("light", "dark"):
        page = visit(f"{hooks.REVERSE}&theme={theme}")
        wait_drawn(page)
        before = page.evaluate(PAINT)
        page.evaluate(NOTE_PRINT)
        page.pdf()
        printed.append(page.evaluate("() => window.printed"))
        page.wait_for_function(f"before => ({PAINT})().join() === before.join()", arg=before)
        assert page.evaluate("() => document.documentElement.classList.contains('dark')") == (theme == "dark")
    assert printed[0] == printed[1] != before
    page.emulate_media(media="print")
    tints = page.locator("#edp-stage .panel").first.evaluate("node => getComputedStyle(node).printColorAdjust")
    assert tints == "exact", "browsers leave backgrounds out, and with them what a map shows"
