"""The page in a visitor's words: what it shows, and what can be done with it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

REVERSE = "?architecture=attention_seq2seq&task=reverse"
PINNED, REVERSED = "314159265", "5 6 2 9 5 1 4 1 3"
TRANSLATED = "l'arbre aime ma petite étoile rouge"  # what stands on the start page
ENDED = re.compile("done|stopped|failed")


def source(page: Page) -> Locator:
    """The text box."""
    return page.locator("#input").locator("input, textarea")


def type_source(page: Page, text: str) -> None:
    source(page).fill(text)
    source(page).press("Enter")


def expect_output(page: Page, answer: str | re.Pattern[str]) -> None:
    expect(page.locator("#output")).to_have_text(answer)


def output(page: Page) -> str:
    return page.locator("#output").text_content() or ""


def expect_step(page: Page, step: int) -> None:
    expect(page.locator("#player")).to_have_attribute("data-step", str(step))


def steps(page: Page) -> int:
    return int(page.locator("#player").get_attribute("data-steps") or 0)


def verdict(page: Page) -> Locator:
    """Whether the answer on the stage is right, and if not, why."""
    return page.locator(".source-tools .verdict")


def whose(page: Page) -> Locator:
    """Whose answer is on the stage."""
    return page.locator("#whose")


def slow_network(page: Page, latency_ms: int = 400) -> None:
    """Every answer of the server takes this long at least."""
    network = {"offline": False, "latency": latency_ms, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", network)


def task(page: Page) -> Locator:
    """What the rail says of the chosen task."""
    return page.locator("#task")


def expect_task(page: Page, id: str) -> None:
    expect(task(page)).to_have_attribute("data-task", id)


def architecture(page: Page, id: str) -> Locator:
    return page.locator(f'#architecture input[value="{id}"]')


def expect_architecture(page: Page, id: str) -> None:
    expect(architecture(page, id)).to_be_checked()


def open_gallery(page: Page) -> Locator:
    page.locator("#all-tasks").click()
    return page.get_by_role("dialog", name="Choose a task")


def pick_task(page: Page, id: str) -> None:
    """Choose a task in the gallery; the server has not answered yet."""
    open_gallery(page).locator(f'[data-task="{id}"]').click()


def choose(page: Page, *, task: str | None = None, architecture: str | None = None) -> None:
    """Pick a card of the gallery and one of the rail, and wait until the server has answered with the model of that pair."""
    if task is not None:
        pick_task(page, task)
        page.wait_for_function("value => location.search.includes(value)", arg=f"task={task}")
    if architecture is not None:
        page.locator(f'#architecture input[value="{architecture}"]').check()
        page.wait_for_function("value => location.search.includes(value)", arg=architecture)


def open_advanced(page: Page) -> Locator:
    panel = page.get_by_role("dialog", name="Advanced")
    if not panel.is_visible():
        page.get_by_role("button", name="Advanced …").click()
    return panel


def choose_preset(page: Page, name: str) -> None:
    open_advanced(page).get_by_label("Preset", exact=True).select_option(name)


def set_budget(page: Page, seconds: int) -> None:
    page.get_by_role("radio", name=f"{seconds} s", exact=True).check()
    expect(page.locator("#train")).to_have_text(f"Train for {seconds} s")


def expect_state(page: Page, state: str | re.Pattern[str], timeout_s: float = 60) -> None:
    expect(page.locator("#run-status")).to_have_attribute("data-state", state, timeout=1000 * timeout_s)


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def film(page: Page) -> Locator:
    """The film of the training, which is a slider."""
    return panel(page, "The film of this training").get_by_role("slider", name="Training time")


def alert(page: Page) -> Locator:
    """What was wrong with the input."""
    return page.locator("#source-row").get_by_role("alert")
