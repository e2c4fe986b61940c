"""Every word of a block, a score or an axis has one sentence, and docs say the same as the page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from playground import tasks
from playground.app import visit as visits
from playground.app.page import Page
from playground.glossary import lookup, terms
from playground.tools import glossary_page
from tests.pages import new_page

SHIPPED = sorted(path.stem.rsplit("-", 1) for path in (Path(__file__).parent.parent / "checkpoints").glob("*.safetensors"))
AXES = ("PC", "step", "update", "loss", "nats", "exact match", "held out", "parameters", "MFLOP", "weight", "variance")
NUMBERED = str.maketrans("", "", "0123456789")


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def test_docs_and_page_share_it() -> None:
    assert glossary_page.PAGE.read_text(encoding="utf-8") == glossary_page.text(), "write it anew: python -m playground.tools.glossary_page"


def test_each_word_is_explained_once_in_one_sentence() -> None:
    names = Counter(name for term in terms() for name in (term.name, *term.also))
    assert [name for name, count in names.items() if count > 1] == []
    for term in terms():
        assert term.meaning.endswith(".") and len(term.meaning) <= 160, term.name


def test_axes_and_scores_are_explained() -> None:
    scores = {task.score_name for task in tasks.tasks().values()}
    assert [word for word in (*AXES, *sorted(scores)) if lookup(word) is None] == []


@pytest.mark.parametrize("pair", SHIPPED, ids="-".join)
def test_every_block_on_the_picture_is_explained(page: Page, pair: list[str]) -> None:
    scene = page.library.stage(visits.start(*pair, device="cpu")).scene
    if scene["kind"] == "picture":
        labels = {layer["name"] for side in scene["layers"].values() for layer in side or ()}
    else:
        halves = (scene["encoder"], scene["decoder"])
        labels = {block["label"] for half in halves for column in half["blocks"] for block in column["blocks"]}
        labels |= {scene["code"]["name"].lower(), scene["attention_title"].partition(",")[0].removesuffix(" 1").removesuffix(" 2")}
    known = {label: lookup(label) or lookup(label.translate(NUMBERED)) for label in labels if label}
    assert [label for label, term in known.items() if term is None] == []
