"""A visitor brings a file: what it was taken for is one quiet line, and each part of it is taken otherwise with one press."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import PHONE, wait_ready
from tests.test_pair_task import CAPITALS

pytestmark = pytest.mark.browser

CASES = Path(__file__).parent.parent / "data" / "cases"
OWN = "?architecture=attention_seq2seq&task=pairs"
ROWS = [f'"le ""café"" {n}";der Fuß' for n in range(30)]
FILE = "\n".join(["Französisch;Deutsch", *ROWS, "<b>nothing</b>", "{{x}};" + "y " * 70]).encode("cp1252")


def upload(page: Page, name: str, data: bytes) -> None:
    expect(page.locator(".pairs")).to_be_visible()  # a hidden box takes a file too, and nobody is there to send it
    page.locator("#edp-pairs-file").set_input_files(FilePayload(name=name, mimeType="text/plain", buffer=data))


def tokens(page: Page) -> list[str]:
    return page.locator(".pairs tbody tr").first.locator(".token").all_inner_texts()


def test_a_file_is_read_for_what_it_is_and_taken_otherwise(visit: Visit) -> None:
    page = visit(OWN)
    expect(page.get_by_text("At most 50,000 lines, 64 tokens a side, 5 MB.")).to_be_visible()
    upload(page, "list.csv", FILE)
    told, found = page.locator(".pairs summary .told"), page.get_by_role("group", name="What the lines were taken for")
    expect(told).to_contain_text("27 to learn from, 3 held out, 3 left out")
    expect(page).to_have_url(re.compile("task.pairs=[0-9a-f]{24}"))
    expect(found.get_by_role("combobox", name="encoding")).to_have_value("cp1252")
    expect(found.get_by_role("combobox", name="separator")).to_have_value("semicolon")
    assert tokens(page)[:5] == ["l", "e", "␣", '"', "c"]
    listed = page.locator(".pairs .left-out")
    listed.get_by_text("3 lines left out").click()
    expect(listed.get_by_role("listitem")).to_have_text(
        [
            re.compile("line 1: the header row, “Französisch” and “Deutsch”"),
            re.compile("line 32: no semicolon"),
            re.compile("line 33: .* 139 characters"),
        ]
    )
    found.get_by_role("button", name="first line is a header").click()
    expect(told).to_contain_text("28 to learn from, 3 held out, 2 left out")
    found.get_by_role("button", name="quotes enclose").click()
    expect(found.get_by_role("button", name="quotes are text")).to_be_focused()
    expect(found.get_by_role("button", name="first line is a pair")).to_be_visible()
    page.locator('input[name="edp-source-unit"][value="words"]').check()
    expect(page.locator(".pairs tbody tr").first.locator(".token").first).to_have_text(re.compile('Französisch|le|"'))
    found.get_by_role("combobox", name="encoding").select_option("cp1251")
    expect(found.get_by_role("combobox", name="encoding")).to_have_value("cp1251")
    expect(page.get_by_role("button", name="Use these pairs")).to_be_disabled()  # the file is used already; nothing is pasted
    expect(page.locator(".pairs tbody")).to_contain_text(re.compile("[а-яА-Я]"))  # the answer has come
    expect(page.locator(".alert, .input-error")).to_have_count(0)
    page.reload()
    expect(told).to_contain_text("held out, 2 left out")
    page.locator(".pairs > summary").click()
    expect(found).to_contain_text("Windows-1251 (Cyrillic)")
    expect(found.get_by_role("button")).to_have_count(0)


def test_what_is_no_text_leaves_the_pairs_as_they_are(visit: Visit) -> None:
    page = visit(OWN)
    upload(page, "capitals.tsv", "\n".join(f"{n}\t{n}" for n in range(40)).encode())
    told = page.locator(".pairs summary .told")
    expect(told).to_contain_text("36 to learn from, 4 held out")
    upload(page, "book.xlsx", b"PK\x03\x04" + bytes(200))
    expect(page.locator(".pairs").get_by_role("alert")).to_contain_text("as Excel and Word save them, not text")
    expect(told).to_contain_text("36 to learn from, 4 held out")
    upload(page, "french.tsv", (CASES / "nbsp_inside_french.tsv").read_bytes())
    expect(page.locator(".pairs").get_by_role("alert")).to_contain_text("There are 10 different sources; at least 20 are needed.")


def test_known_and_new_lines_are_told_apart(visit: Visit) -> None:
    page = visit(OWN, viewport=PHONE)
    page.locator("#edp-pairs").fill("\n".join("\t".join(pair.split()) for pair in CAPITALS.replace("\n", "|").split("|")))
    page.get_by_role("button", name="Use these pairs").click()
    expect(page.locator(".pairs summary .told")).to_contain_text("36 to learn from, 4 held out")
    page.locator(".topbar .menu").click()
    page.locator("#train").click()
    hooks.expect_state(page, "done", timeout_s=240)
    expect(page.locator("#run-status")).to_contain_text("36 of 36 known lines right, 0 of 4 new ones: it learned them by heart")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.fault(61)
def test_pairs_are_private_until_they_are_shared(visit: Visit) -> None:
    page = visit(OWN)
    upload(page, "list.csv", FILE)
    expect(page).to_have_url(re.compile("task.pairs=[0-9a-f]{24}"))
    share = page.get_by_role("checkbox", name="Whoever has the link may see these pairs")
    expect(share).not_to_be_checked()
    expect(page.get_by_text("Private: links to this page and to its runs open in this browser only.")).to_be_visible()
    query = f"?{urlsplit(page.url).query}"
    beside, stranger = visit(query, beside=page), visit(query)
    expect(beside.locator(".pairs summary .told")).to_contain_text("27 to learn from")
    expect(stranger.get_by_text("These pairs were brought in another browser, which does not share them.")).to_be_visible()
    expect(stranger.locator(".pairs")).to_be_hidden()
    share.check()
    expect(page.get_by_text("Links to this page and to its runs show them to anybody.")).to_be_visible()
    stranger.goto(page.url)
    wait_ready(stranger)
    expect(stranger.locator(".pairs summary .told")).to_contain_text("27 to learn from")
    stranger.locator(".pairs > summary").click()
    expect(stranger.get_by_text("Shared by whoever brought them.")).to_be_visible()
    expect(stranger.locator("#edp-share-pairs")).to_be_hidden()
    share.uncheck()
    expect(page.get_by_text("Private: links")).to_be_visible()
    stranger.goto(page.url)
    wait_ready(stranger)
    expect(stranger.get_by_text("These pairs were brought in another browser")).to_be_visible()
