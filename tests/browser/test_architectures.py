"""One journey for every architecture: give it something, step, open a block, read its code, all in both themes."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Page, expect

from playground import models
from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import wait_drawn

pytestmark = pytest.mark.browser


class Journey(NamedTuple):
    task: str
    typed: str  # for pictures the label of the example that is picked
    answer: str | None  # what right is; None where there is no right
    says: str  # in the sentence of the last step
    block: str  # of the picture
    opened: str  # in the opened block
    code: str
    ghost: tuple[str, str] | None = None  # the half that is missing, and why


JOURNEYS = {
    "seq2seq": Journey("reverse", "271", "1 7 2", "only its own state", "decoder: LSTM", "LSTM", "class RecurrentDecoder"),
    "attention_seq2seq": Journey("reverse", "271", "1 7 2", "looks", "decoder: attention", "Additive attention", "class Additive"),
    "transformer": Journey("reverse", "271", "1 7 2", "head", "encoder: embedding", "one-hot × Linear", "class MultiHeadAttention"),
    "transformer_decoder": Journey(
        "copy", "2718", "2 7 1 8", "head", "decoder: output", "logits = W h + b", "class MultiHeadAttention",
        ("enc", "the prompt is read by the decoder itself"),
    ),
    "sequence_vae": Journey(
        "sentences", "the small car sleeps", "the small car sleeps", "and the code", "code: open", "z = μ + exp(½ log σ²) · ε",
        "class VariationalEncoder",
    ),
    "ngram": Journey(
        "completion", "Tom has a cat . At noon the sun comes to the town on the river .", None, "looks up", "decoder: look-up", "count",
        "class", ("enc", "cannot see further"),
    ),
    "transformer_encoder": Journey(
        "entities", "Jordan met May Ford in Paris", None, "is read off state", "encoder: embedding", "one-hot × Linear",
        "class MultiHeadAttention", ("dec", "the answers are read off the states"),
    ),
    "pooled_classifier": Journey(
        "sentiment", "not a bad film", "positive", "the pooling looks", "decoder: head", "logits = U c + d", "class AttentionPooling",
        ("dec", "the answer is read off the pooled context"),
    ),
    "autoencoder": Journey("strokes", "3", None, "squared error", "", "", "class"),
    "conv_autoencoder": Journey("digits", "3", None, "squared error", "", "", "Conv2d"),
    "vae": Journey("digits", "3", None, "(KL)", "", "", "log_variance"),
    "recognizer": Journey(
        "dialing", "0 4 2", "0 4 2", "looks", "decoder: attention", "Scaled dot product attention", "class Listener",
    ),
    "captioner": Journey(
        "scenes", "a green triangle left of a red square", "a green triangle left of a red square", "looks most at", "decoder: output",
        "logits = W h + b", "class PictureEncoder",
    ),
    "cvae": Journey("strokes", "3", None, "(KL)", "", "", "one_hot"),
    "feature_autoencoder": Journey("features", "0 0 0 0 1", None, "squared error", "", "z = Σ xᵢ Wᵢ", "class Decoder"),
}  # fmt: skip


@pytest.mark.parametrize("architecture", sorted(models.architectures()))
def test_give_step_open_read_in_both_themes(visit: Visit, architecture: str) -> None:
    journey = JOURNEYS[architecture]
    page = visit(f"?architecture={architecture}&task={journey.task}&theme=light")
    picture = models.get(architecture).kind == "autoencoder"
    show(page, journey) if picture else write(page, journey)
    if journey.ghost:
        half, why = journey.ghost
        expect(page.locator(f".blk.{half}.ghost .why")).to_contain_text(why)
    open_block(page, journey, picture)
    flip(page, "Dark theme", "dark")
    said = page.locator(".say").inner_text()
    assert journey.says in said
    page.get_by_role("tab", name="Code", exact=True).click()
    expect(page.locator(".code-view")).to_contain_text(journey.code)
    flip(page, "Light theme", "light")
    assert page.locator(".say").inner_text() == said, "another theme changes no word"


def write(page: Page, journey: Journey) -> None:
    hooks.type_source(page, journey.typed)
    expect(page).to_have_url(re.compile(re.escape(f"input={quote_plus(journey.typed)}")))
    if journey.answer is not None:
        hooks.expect_output(page, journey.answer)
    page.locator("#player").press("End")
    hooks.expect_step(page, hooks.steps(page) - 1)
    expect(page.locator(".say")).to_contain_text(journey.says)


def show(page: Page, journey: Journey) -> None:
    page.get_by_role("button", name=re.compile(rf"^(Example: )?{journey.typed}$")).first.click()
    expect(page.get_by_role("group", name=re.compile(f"^Input(, | picture of a {journey.typed})"))).to_be_visible()
    expect(page.locator(".say")).to_contain_text(journey.says)


def open_block(page: Page, journey: Journey, picture: bool) -> None:
    """A part of the picture, with its numbers and its parameters."""
    parts = page.locator(".pic").get_by_role("button")
    if picture:
        parts.and_(page.get_by_role("button", name="encoder: open", exact=True)).first.click()
    else:
        parts.and_(page.get_by_role("button", name=journey.block)).first.click()
    opened = page.get_by_role("region", name=re.compile("^Inside this"))
    expect(opened).to_contain_text(journey.opened)
    expect(opened).to_contain_text(re.compile(r"\d parameters|no parameters|counts"))
    page.get_by_role("button", name="Close the block").click()
    expect(opened).to_have_count(0)


def flip(page: Page, button: str, theme: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.locator("html")).to_have_class(re.compile(r"\bdark\b") if theme == "dark" else re.compile(r"^(?!.*\bdark\b)"))
    wait_drawn(page)
