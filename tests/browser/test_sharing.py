"""A run that several browsers look at: its link, who may do what, and what a link leads to once the run is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import hooks
from tests.browser.conftest import PATIENCE_MS, Visit
from tests.browser.driving import DESKTOP, App, serving, wait_ready
from tests.browser.test_training_journey import BEYOND, LAST_STEP, runs, wait_for_health

pytestmark = pytest.mark.browser

# Small, slow to learn, and with more steps than any test waits for.
LONG = "?architecture=seq2seq&task=reverse&model.hidden=16&training.steps=20000&training.batch_size=256&seed=5"
POINTS = """() =>
  Math.max(0, ...(document.querySelectorAll('.curves-panel .js-plotly-plot')[1]?.data ?? []).map((line) => line.x.length))"""


def go_on(page: Page) -> None:
    """Wait until the training that this page shows has come further."""
    page.wait_for_function(BEYOND, arg=page.evaluate(LAST_STEP))


def shared_link(page: Page) -> str:
    page.locator("#share").click()
    expect(page.locator("#share")).to_have_text("Link copied")
    return str(page.evaluate("() => navigator.clipboard.readText()"))


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.fault(19)
def test_a_link_lets_others_watch_a_run_and_look_inside_at_its_end(visit: Visit, app: App) -> None:
    mine = visit(LONG, permissions=["clipboard-read", "clipboard-write"])
    before = runs(app)
    mine.locator("#train").click()
    hooks.expect_state(mine, "training")
    expect(mine).to_have_url(re.compile("run="))
    link = shared_link(mine)
    assert link == mine.url

    other = visit(link.removeprefix(f"{app.url}/"))
    hooks.expect_state(other, "training")
    status = other.locator("#run-status")
    expect(status).to_contain_text("Watching")
    expect(other.get_by_role("tab", name="Training")).to_have_attribute("aria-selected", "true")
    go_on(other)
    other.wait_for_function(f"({POINTS})() > 0")
    points = other.evaluate(POINTS)
    other.wait_for_function(f"points => ({POINTS})() > points", arg=points)
    for name in ("Pause", "Stop"):
        expect(status.get_by_role("button", name=name, exact=True)).to_be_hidden()
    status.locator("#stop").evaluate("button => button.click()")  # and who finds a way all the same is refused
    expect(hooks.alert(other)).to_contain_text("Only the one who started this run can stop it")
    go_on(mine)

    status.get_by_role("button", name="Leave").click()
    expect(status).to_have_attribute("data-state", "idle")
    expect(other).not_to_have_url(re.compile("run="))
    wait_for_health(app, followers=1, training=1)
    go_on(mine)

    mine.reload()
    hooks.expect_state(mine, "training")
    expect(mine.locator("#stop")).to_be_visible()
    other.goto(link)
    hooks.expect_state(other, "training")
    mine.locator("#stop").click()
    for page, whose in ((mine, "your run"), (other, "shared run")):
        hooks.expect_state(page, "stopped")
        page.get_by_role("button", name="Dismiss").click()
        expect(page.locator("#run-status")).to_contain_text("exact match")
        expect(hooks.whose(page)).to_contain_text(whose)
        hooks.type_source(page, "271828")
        expect(page).to_have_url(re.compile(r"(run=.*&input=271828|input=271828&.*run=)"))
    assert hooks.output(mine) == hooks.output(other)
    late = visit(urlsplit(other.url).query.join(("?", "")))
    hooks.expect_state(late, "stopped")
    hooks.expect_output(late, hooks.output(mine))
    assert runs(app) == before + 1, "links were opened five times and trained nothing"


@pytest.mark.parametrize(
    ("ending", "notice"),
    [("", None), ("&run=AAAAAAAAAAAAAAAAAAAAAA", "Run not found: it is no longer kept"), ("&run=<img>", "Link not understood")],
)
def test_a_link_without_a_live_run_trains_nothing(visit: Visit, app: App, ending: str, notice: str | None) -> None:
    before = runs(app)
    page = visit("?architecture=seq2seq&task=copy&training.steps=77&seed=7" + ending)
    expect(page.locator("#run-status")).to_have_attribute("data-state", "idle")
    expect(page.locator("#train")).to_be_enabled()
    if notice:
        expect(page.get_by_text(notice.split(": ")[-1])).to_be_visible()
    if notice is None or "found" in notice:
        hooks.expect_task(page, "copy")
        hooks.open_advanced(page)
        expect(page.get_by_label("Seed", exact=True)).to_have_value("7")
        expect(page.get_by_label("Updates", exact=True)).to_have_value("77")
    assert runs(app) == before


@pytest.fixture
def late(browser: Browser) -> Iterator[tuple[Page, list[Route]]]:
    """A page whose first question to the server waits in the list until it is let go."""
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page, held = context.new_page(), list[Route]()
    page.route("**/queue/join?*", lambda route: held.append(route), times=1)
    yield page, held
    context.close()


def test_train_pressed_before_the_link_was_read_trains_what_it_names(late: tuple[Page, list[Route]], app: App) -> None:
    page, held = late
    page.goto(f"{app.url}/{LONG}")
    hooks.expect_architecture(page, "attention_seq2seq")
    page.locator("#train").click()
    expect(page.locator("#train")).to_have_text("Starting …")
    held[0].continue_()
    hooks.expect_state(page, "training")
    expect(page).to_have_url(re.compile("architecture=seq2seq&.*model.hidden=16.*run="))
    page.locator("#stop").click()
    hooks.expect_state(page, "stopped")


def test_a_link_that_takes_long_shows_nothing_in_the_name_of_another(late: tuple[Page, list[Route]], app: App) -> None:
    page, held = late
    page.goto(f"{app.url}/?architecture=transformer&task=copy&input=123&tab=lab")
    expect(page.get_by_text("Opening what the link leads to")).to_be_visible()
    page.wait_for_timeout(5000)  # longer than anybody should be shown the start page for
    expect(page.locator("#player")).to_have_attribute("data-ready", "false")
    expect(page.locator("#edp-stage").get_by_role("button")).to_have_count(0)
    held[0].continue_()
    hooks.expect_output(page, "1 2 3")
    expect(page.get_by_text("Opening what the link leads to")).to_have_count(0)
    expect(page.get_by_role("tab", name="Lab")).to_have_attribute("aria-selected", "true")


def test_what_is_typed_at_once_is_not_overtaken(page: Page, app: App) -> None:
    hooks.slow_network(page)
    page.goto(f"{app.url}/?task=copy&input=123")
    hooks.type_source(page, "456")
    hooks.expect_output(page, "4 5 6")
    expect(hooks.source(page)).to_have_value("456")
    hooks.pick_task(page, "translation")
    hooks.type_source(page, "the red house")  # the new task comes with an example of its own
    hooks.expect_output(page, "la maison rouge")
    expect(hooks.source(page)).to_have_value("the red house")


def test_a_link_outlives_the_server(browser: Browser, tmp_path: Path) -> None:
    """Two servers after each other over the same folder: a run under way at the end of the first is opened on the second."""
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    with serving(PLAYGROUND_RUNS=str(tmp_path)) as first:
        page.goto(f"{first.url}/{LONG.replace('batch_size=256', 'batch_size=64')}")
        wait_ready(page)
        page.locator("#train").click()
        hooks.expect_state(page, "training")
        expect(page.locator(".film-panel")).to_contain_text(re.compile(r"at \d+ moments"))  # its own, which take the place of the shipped
        page.wait_for_function("() => document.querySelectorAll('.film-panel .frame:not(.ahead)').length > 1")
        page.wait_for_function(f"({POINTS})() > 20")
        expect(page).to_have_url(re.compile("run="))  # the address follows the page by its own time
        link = urlsplit(page.url).query
        wait_for_health(first, followers=1)
    hooks.expect_state(page, "stopped")  # its followers are told before it goes
    with serving(PLAYGROUND_RUNS=str(tmp_path)) as second:
        page.goto(f"{second.url}/?{link}")
        wait_ready(page)
        hooks.expect_state(page, "stopped")
        expect(page.get_by_text("read back from disk")).to_be_visible()
        expect(page.get_by_label("Updates", exact=True)).to_have_value("20000")
        page.wait_for_function(f"({POINTS})() > 20")
        assert page.locator(".film-panel .frame:not(.ahead)").count() > 1
        hooks.type_source(page, "271828")
        expect(page).to_have_url(re.compile("input=271828"))
        page.reload()
        wait_ready(page)
        expect(hooks.source(page)).to_have_value("271828")
        hooks.expect_state(page, "stopped")
        assert runs(second) == 1, "it was read once, and nothing was trained"
        unkept = link.replace(parse_qs(link)["run"][0], "A" * 22)
        page.goto(f"{second.url}/?{unkept}")
        wait_ready(page)
        expect(page.get_by_text("Run not found")).to_be_visible()
        expect(page.get_by_label("Updates", exact=True)).to_have_value("20000")
        hooks.expect_state(page, "idle")
    context.close()
