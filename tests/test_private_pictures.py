"""Pictures on the page: brought in base64 within bounds, read aside, told file by file, and seen by their browser alone."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image

from playground.app import visit as visits
from playground.app.http.security import MAX_BODY_BYTES
from playground.app.links import to_query
from playground.app.page import PRIVATE, Page
from playground.app.panels.latent.uses.panel import Uses
from playground.app.panels.latent.walk import LatentWalk, another, aside
from playground.app.panels.rail import pictures
from playground.app.panels.rail.brought import share
from playground.app.panels.rail.pictures import SENT, Pictures, use
from playground.app.panels.source import thumbnails
from playground.app.panels.training.monitor import Monitor
from playground.app.sessions import NOBODY, Session, Visitor
from playground.app.visit import Visit
from playground.errors import InputError
from playground.tasks import Drawn
from playground.tasks.given import HeldOut
from playground.tasks.your_pictures import read_pictures
from tests.pages import ADA, BEN, answered, new_page
from tests.test_own_pictures import saved, several, zipped

LINK = "architecture=autoencoder&task=pictures"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYGROUND_PAIRS", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_RUNS", str(tmp_path / "runs"))
    return tmp_path


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def sent(files: list[tuple[str, bytes]]) -> dict[str, Any]:
    return {"pictures_files": [[name, base64.b64encode(data).decode()] for name, data in files]}


def opened(page: Page, visitor: Visitor, link: str) -> tuple[Visit, list[Any]]:
    session = Session(visitor)
    values = page.opened(session, dict(parse_qsl(link, keep_blank_values=True)))
    assert session.visit is not None
    return session.visit, values


def bring(page: Page, files: list[tuple[str, bytes]], visitor: Visitor = ADA, architecture: str = "autoencoder") -> dict[str, Any]:
    return answered(page, visits.start(architecture, "pictures", device="cpu"), use, sent(files), visitor, always=page[Pictures])


def test_the_example_is_told_as_one(page: Page) -> None:
    told = page[Pictures].value(page.library.stage(visits.start("vae", "pictures", device="cpu"), ADA))
    assert told["parts"] == {"train": 800, "steer": 100, "judge": 100} and not told["own"] and told["sharing"] is None
    assert not page[Pictures].value(page.library.stage(visits.start("vae", "digits", device="cpu"), ADA))["shown"]


@pytest.mark.parametrize("architecture", ["autoencoder", "conv_autoencoder", "vae"])
def test_what_was_brought_is_on_the_stage_with_everything_around_it(page: Page, architecture: str) -> None:
    files = [*several(60), ("notes.txt", b"hello")]
    told = bring(page, [("them.zip", zipped(files))], architecture=architecture)
    visit, said = told["visit"], told["Pictures"]
    assert said["parts"] == {"train": 44, "steer": 6, "judge": 10} and said["own"] and said["sharing"] == {"mine": True, "shared": False}
    assert [name for name, _ in said["refused"]] == ["notes.txt"] and said["error"] is None
    stage = page.library.stage(visit, ADA)
    first = visit.task.pictures("test")[0][0].numpy()
    np.testing.assert_allclose(stage.trace.picture.reshape(-1), first)  # type: ignore[union-attr]
    assert stage.scene["label"] is None and "this picture" in str(stage.scene["say"])
    for panel in page.answering:
        if panel.suits(stage):
            panel.value(stage)
    assert len(thumbnails(visit.task)) == 8 and {one["label"] for one in thumbnails(visit.task)} == {f"picture {n}" for n in range(8)}
    uses = page[Uses].value(stage)
    assert (
        [use for use, _ in uses["uses"]] == ["compress", "denoise", "detect", "dead"] and uses["digits"] == [] and uses["left_out"] is None
    )
    assert uses["whose"] == "The picture on the stage" and not any(key.startswith("without") for key in uses["wanted"])
    drawn = replace(visit, given=Drawn((0.0,) * 700 + (1.0,) * 84))
    assert page[Uses].value(page.library.stage(drawn, ADA))["whose"] == "Your drawing"
    for answer, asked in ((page[Uses].detect, {"odd": "digits"}), (page[Uses].denoise, {}), (page[Uses].noisy, {"level": "0.3"})):
        assert answer(visit, asked)
    assert page[Uses].compress(visit, {}) and page[Uses].dead(visit, {})


def test_a_walk_leads_from_one_to_another(page: Page) -> None:
    visit = bring(page, several(50))["visit"]
    assert aside(visit) == HeldOut(1) and aside(replace(visit, given=HeldOut(3))) == HeldOut(0)
    walk = page[LatentWalk].value(page.library.stage(visit, ADA))
    assert not walk["named"] and walk["from"] is None and not walk["drawn"]
    assert another(visit, {}, ADA).other in range(10)


@pytest.mark.fault(61)
def test_a_link_opens_in_their_browser_alone_until_they_are_shared(page: Page) -> None:
    brought = bring(page, several(50))["visit"]
    private = PRIVATE.format(what="pictures")
    assert opened(page, replace(ADA, tab="another"), to_query(brought))[0].recipe == brought.recipe
    for visitor in (BEN, NOBODY):
        visit, _ = opened(page, visitor, to_query(brought))
        assert visit.recipe == page.first.visit.recipe and (visit.notice or "").startswith(private)
    elsewhere = visits.start("autoencoder", "pictures", device="cpu")
    told = answered(page, elsewhere, lambda visit, data, visitor: page.start(brought, visitor), {}, BEN)
    assert told["visit"] == elsewhere and private in str(told)
    run = page.start(replace(brought, recipe=replace(brought.recipe, training_options=short(brought))), ADA).run
    assert run is not None and list(page.book.get(run).read())
    told = answered(page, elsewhere, page[Monitor].show, {"run": run}, BEN)
    assert told["visit"] == elsewhere and private in str(told)
    with pytest.raises(InputError, match="Only the browser that brought"):
        share(brought, {"shared": True}, BEN)
    answered(page, brought, share, {"shared": True})
    assert opened(page, BEN, to_query(brought))[0].recipe == brought.recipe


def short(visit: Visit) -> Any:
    return tuple(sorted({**dict(visit.recipe.training_options), "steps": 3, "batch_size": 4}.items()))


def test_pictures_from_python_are_nobodys_on_the_page(page: Page) -> None:
    key = read_pictures(several(50)).key
    assert opened(page, ADA, f"{LINK}&task.pictures={key}")[0].recipe == page.first.visit.recipe


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "There are no files. Pictures or a zip of at most 14 MB together are read."),
        ({"pictures_files": []}, "There are no files."),
        ({"pictures_files": "x"}, "There are no files."),
        ({"pictures_files": [["a.png"]]}, "pairs of a name and base64"),
        ({"pictures_files": [["a.png", "!!!!"]]}, "did not arrive whole"),
        ({"pictures_files": [["a.png", "AAAA"]] * 10_001}, "There are 10,001 files; at most 10,000"),
        ({"pictures_files": [["a", "A" * (SENT * 4 // 3)]] * 2}, "at most 14 MB together"),
        ({"pictures_files": [["a.png", ""], ["b.txt", "AAAA"]]}, "There are 0 different pictures; at least 50 are needed. Refused: 2"),
    ],
    ids=["none", "empty", "text", "half", "damaged", "many", "large", "few"],
)
def test_what_cannot_be_taken_leaves_the_stage_and_says_why(page: Page, data: dict[str, Any], says: str) -> None:
    before = visits.start("autoencoder", "pictures", device="cpu")
    told = answered(page, before, use, data, teller=page[Pictures], always=page[Pictures])
    assert told["visit"] == before and says in told["Pictures"]["error"]


def test_what_may_be_sent_fits_what_is_let_through() -> None:
    assert SENT * 4 / 3 + pictures.MOST * 200 < MAX_BODY_BYTES


def test_another_task_takes_no_pictures() -> None:
    with pytest.raises(InputError, match="Choose the task"):
        use(visits.start("autoencoder", "digits", device="cpu"), sent(several(2)), ADA)


def test_one_large_photograph_is_refused_and_the_others_are_taken(page: Page) -> None:
    sink = io.BytesIO()
    Image.new("RGB", (4_200, 20)).save(sink, "PNG")
    said = bring(page, [*several(50), ("photo.png", sink.getvalue()), ("again.png", saved(Image.new("RGB", (20, 20))))])["Pictures"]
    assert said["refused"] == [["photo.png", "has 4,200 × 20 pixels"]] and sum(said["parts"].values()) == 51
