"""Where attention falls can be read: no label is left out, and what was read as a picture is drawn as one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import DESKTOP, PHONE, wait_drawn

pytestmark = pytest.mark.browser

LABELS = """() => {
  const heat = document.querySelector('.attention .heat'), box = heat.closest('.heatbox').getBoundingClientRect();
  const rows = [...heat.querySelectorAll('.rowname')], lit = heat.querySelector('.rowname.cur').getBoundingClientRect();
  const overlap = (texts, side, size) => texts.map((text) => text.getBoundingClientRect()).some((rect, i, all) =>
    i && rect[side] < all[i - 1][side] + 0.75 * size(all[i - 1]));
  return {
    columns: heat.querySelectorAll('.colname').length,
    rows: rows.filter((row) => row.checkVisibility()).length,
    lit: lit.top >= box.top - 1 && lit.bottom <= box.bottom + 1 && lit.left >= box.left,
    crowded: overlap(rows, 'top', (rect) => rect.height) || overlap([...heat.querySelectorAll('.colname')], 'left', (rect) => rect.width),
  };
}"""


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("query", ["?task=qa", "?task=dates&input=sunday,+the+14th+of+march+2021", "?task=summary"])
def test_every_token_is_named_and_the_lit_row_is_in_sight(visit: Visit, query: str, viewport: dict[str, int]) -> None:
    page = visit(query, viewport=viewport)
    page.locator("#player").press("End")
    last = hooks.steps(page) - 1
    hooks.expect_step(page, last)
    wait_drawn(page)
    count = page.locator(".blk.enc .chip").count()
    expect(page.locator(".attention .rowname.cur")).to_have_text("end")
    assert page.evaluate(LABELS) == {"columns": count, "rows": last + 1, "lit": True, "crowded": False}


def test_regions_of_a_picture_are_boards_that_lead_to_their_step(visit: Visit) -> None:
    page = visit("?architecture=captioner&task=scenes")
    boards = page.get_by_role("img", name=re.compile("^Attention as 8 boards of 8 by 8 regions"))
    expect(boards).to_be_visible()
    _third(page).click(position={"x": 20, "y": 20})
    hooks.expect_step(page, 2)
    _third(page).hover(position={"x": 20, "y": 20})
    expect(hooks.panel(page, "Attention").locator(".read")).to_contain_text("the weight on position")


def _third(page: Page) -> Locator:
    return page.locator(".boards > g").nth(2)
