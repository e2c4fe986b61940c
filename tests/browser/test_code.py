"""The Code tab: what is on the stage as code, and its files; the files belong to whoever saw that stage."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import torch
from playwright.sync_api import Page, expect
from safetensors.torch import save

from playground.storage import checkpoints
from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import PHONE, App

PARTS = ["Model", "Encoder", "Attention", "Decoder", "Script"]


def open_code(page: Page) -> Page:
    page.get_by_role("tab", name="Code", exact=True).click()
    page.wait_for_selector(".code-view .k-word")
    return page


def address(page: Page, file: str) -> str:
    href = page.locator(f'.code-files a[href$="{file}"]').get_attribute("href")
    assert href is not None
    return href


def test_code_is_fetched_when_its_tab_is_opened_and_read_by_part(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert page.locator(".code-view").text_content() == ""
    open_code(page)
    assert len([url for url in asked if url.endswith("parts.json")]) == 1
    group = page.get_by_role("group", name="Which code")
    assert group.get_by_role("button").all_text_contents() == PARTS
    view = page.locator(".code-view")
    expect(view).to_contain_text("class AttentionDecoder(nn.Module):")
    group.get_by_role("button", name="Attention", exact=True).click()
    expect(view).to_contain_text("class Additive(Attention):")
    expect(view).not_to_contain_text("class AttentionDecoder")
    lines = len((view.text_content() or "").split("\n"))
    expect(page.locator(".panel.code .sub")).to_have_text(f"{lines} lines, generated from the code this page runs")
    group.get_by_role("button", name="Script", exact=True).click()
    expect(view).to_contain_text('INPUT = "3 1 4 1 5 9 2 6 5"')
    assert "tap(" not in (view.text_content() or "")


def test_script_and_weights_say_what_the_page_says(page: Page, tmp_path: Path) -> None:
    hooks.type_source(page, "2 7 1 8")
    expect(hooks.verdict(page)).to_contain_text("4 of 4")
    open_code(page)
    for file, name in (("script.py", "script.py"), ("weights.safetensors", "weights.safetensors"), ("trace.json", "trace.json")):
        with page.expect_download() as download:
            page.locator(f'.code-files a[href$="{file}"]').click()
        download.value.save_as(tmp_path / name)
    done = subprocess.run([sys.executable, "-I", str(tmp_path / "script.py")], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "8 1 7 2\n"
    trace = json.loads((tmp_path / "trace.json").read_text())
    assert trace["output"] == "8 1 7 2" and trace["sites"]["decoder.attention.weights"]["shape"] == [5, 4]


def test_copy(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_code(page)
    page.locator(".code-foot").get_by_role("button", name="Copy").click()
    expect(page.locator(".code-foot")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator(".code-view").text_content() + "\n"


def test_another_model_brings_its_code(page: Page) -> None:
    open_code(page)
    page.get_by_role("radio", name="RNN, final state only").check(force=True)
    page.get_by_role("tab", name="Code", exact=True).click()
    expect(page.locator(".code-view")).to_contain_text("class RecurrentDecoder(nn.Module):")
    assert page.get_by_role("group", name="Which code").get_by_role("button").all_text_contents() == [
        "Model",
        "Encoder",
        "Decoder",
        "Script",
    ]


@pytest.mark.parametrize("ticket", ["0" * 32, "../../etc/passwd", "..%2f..%2fcheckpoints", "shipped"])
def test_files_of_an_unknown_stage_are_not_there(app: App, ticket: str) -> None:
    for file in ("parts.json", "script.py", "weights.safetensors", "trace.json"):
        assert httpx.get(f"{app.url}/code/{ticket}/{file}").status_code == 404
    assert httpx.post(f"{app.url}/code/{ticket}/script.py").status_code in (404, 405)


def test_the_code_scrolls_inside_its_panel_on_a_phone(visit: Visit) -> None:
    page = open_code(visit(viewport=PHONE))
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], "the page itself does not scroll sideways"
    sizes = page.evaluate("(() => { const v = document.querySelector('.code-view'); return [v.scrollWidth, v.clientWidth]; })()")
    assert sizes[0] > sizes[1], "the code does"


@pytest.mark.fault(32)
def test_weights_come_back_or_are_refused_with_what_differs(page: Page, tmp_path: Path) -> None:
    open_code(page)
    with page.expect_download() as download:
        page.locator('.code-files a[href$="weights.safetensors"]').click()
    mine = tmp_path / "weights.safetensors"
    download.value.save_as(mine)
    about = checkpoints.load(mine)
    assert about.recipe.task == "reverse" and about.metrics["exact_match"] > 0.9
    chosen = page.locator('.panel.code input[type="file"]')
    chosen.set_input_files(mine)
    expect(hooks.whose(page)).to_contain_text("uploaded weights")
    hooks.expect_output(page, hooks.REVERSED)
    tensors = dict(about.weights) | {"decoder.output.bias": torch.zeros(7)}
    del tensors["decoder.embedding.weight"]
    (tmp_path / "other.safetensors").write_bytes(save(tensors))
    (tmp_path / "cat.safetensors").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    refused = page.locator(".panel.code").get_by_role("alert")
    chosen.set_input_files(tmp_path / "other.safetensors")
    expect(refused).to_contain_text("missing decoder.embedding.weight [13, 16]; decoder.output.bias is F32 [7], expected F32 [13]")
    chosen.set_input_files(tmp_path / "cat.safetensors")
    expect(refused).to_contain_text("not a safetensors file")
    hooks.expect_output(page, hooks.REVERSED)
