"""What a first error costs: nothing where no prefix is read, everything where each token follows from the one before."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from playground import InputError, api, models
from playground.app import visit as visits
from playground.app.page import Page
from playground.app.panels.lab.acting import Parts
from playground.app.panels.lab.evidence import Erring
from playground.app.stage import Stage
from playground.experiments.evidence.first_errors import erring, first_errors
from playground.experiments.lab.asked import AskedRun
from playground.models import Decoder, Encoded, Encoder, EncoderDecoder
from playground.storage.checkpoints import Checkpoint
from playground.training import recipes
from playground.vocabulary import EOS
from tests import small
from tests.pages import ADA, new_page
from tests.scripted import scripted


class Nothing(Encoder):
    def forward(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        return Encoded(torch.zeros(*source.shape, 2), source, mask)


class Chain(Decoder):
    """Writes the token that follows in the source the one that it wrote last; behind what is not there it ends."""

    def init_state(self, encoded: Encoded) -> Any:
        return encoded.final

    def forward(self, target_in: Tensor, state: Any) -> tuple[Tensor, Any]:
        return torch.stack([self.step(token, state)[0] for token in target_in.T], dim=1), state

    def step(self, token: Tensor, state: Any) -> tuple[Tensor, Any]:
        following = torch.cat([state[:, 1:], torch.zeros_like(state[:, :1])], dim=1)
        at = state == token[:, None]
        found = torch.where(at.any(1), (following * at).max(1).values, torch.where(token == 1, state[:, 0], EOS))
        return 5 * F.one_hot(torch.where(found == 0, EOS, found), 13).float(), state


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def test_a_model_that_reads_no_prefix_pays_nothing() -> None:
    found = first_errors(scripted("copy", lambda source: source), 32)
    assert found.after and all(one.share == one.control == 1 for one in found.after) and found.cost == 0
    assert found.by_position.right == 1 and found.inputs == 32
    assert [one.distance for one in found.after] == list(range(1, len(found.after) + 1))
    assert found.after[0].n == sum((length - 1) * count for length, count in _lengths(32).items())


def test_a_chain_breaks_at_one_wrong_token() -> None:
    """Of sources without a repetition; the wrong token leads elsewhere, or to the end."""
    task = api.load("attention_seq2seq", "copy").task
    run = AskedRun(Checkpoint(small.tiny_recipe("seq2seq", "copy"), {}, {}, 0.0))
    run.__dict__["model"] = EncoderDecoder(Nothing(), Chain()).eval()
    assert len(task.classes) == 13, "one_hot above"
    found = first_errors(run, 64)
    assert found.after[0].share < 0.3 < found.after[0].control
    assert found.cost == pytest.approx(100 * (found.after[0].control - found.after[0].share))


def test_attention_over_states_suffers_less_than_one_vector() -> None:
    """The figure that the page shows: `reverse` needs no prefix where the source can be looked at again."""
    looks, holds = (api.load(name, "reverse").first_errors(128) for name in ("attention_seq2seq", "seq2seq"))
    assert looks.after[0].share > 0.9 and holds.after[0].share < 0.5
    assert min(looks.after[0].control, holds.after[0].control) > 0.98


def test_it_grows_place_by_place_and_counts_each_input_once() -> None:
    parts = [*erring(api.load("seq2seq", "reverse"), 16)]
    assert [part.places for part in parts] == list(range(1, parts[0].of + 1))
    for one in parts[-1].after:
        assert one.inputs <= 16 and one.interval[0] <= one.share <= one.interval[1] and one.n >= one.inputs
    assert parts[-1].after[0].n > parts[0].after[0].n


@pytest.mark.parametrize("pair", small.ONE_EACH, ids="-".join)
def test_every_model_is_counted_or_refuses_in_a_sentence(pair: tuple[str, str], page: Page) -> None:
    run = small.tiny_run(*pair)
    parts = [id for id, _ in page[Parts].value(page.library.stage(visits.start(*pair, device="cpu")))["parts"]]
    if models.get(pair[0]).kind != "sequence decoder":
        assert "errors" not in parts
        with pytest.raises(InputError, match="writes no tokens one after the other"):
            run.first_errors(4)
    else:
        found = run.first_errors(4)
        assert "errors" in parts and np.isfinite([one.share for one in found.after]).all()


def test_a_run_trained_on_its_own_guesses_is_offered_and_then_stands_beside(page: Page) -> None:
    visit = visits.start("seq2seq", "reverse", device="cpu")
    told = page[Erring].value(page.library.stage(visit))
    assert told["suits"] and told["beside"] is None and told["guessed"] == 0
    assert "training.scheduled_sampling=0.5" in told["recipe"]
    recipe = recipes.make("seq2seq", "reverse", device="cpu", training_options={"steps": 3, "scheduled_sampling": 0.5})
    log = page.book.get(page.book.start(recipe, ADA.tab))
    until(lambda: log.over)
    stage = page.library.stage(visit)
    told = page[Erring].value(Stage(stage.visit, stage.run, stage.trace, ADA))
    assert told["beside"]["name"] == "your run 1" and told["recipe"] is None
    mine = page.desk.visit(told["beside"]["address"].removeprefix("code/"))
    assert mine.shown == log.id and page[Erring].errors(mine, {})["inputs"] == 256
    theirs = page[Erring].value(page.library.stage(mine))
    assert theirs["guessed"] == 0.5 and theirs["beside"]["name"] == "shipped run"


def until(holds: Callable[[], bool], limit_s: float = 30.0) -> None:
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def _lengths(count: int) -> dict[int, int]:
    target = api.load("attention_seq2seq", "copy").task.held_out("test", count).target
    sizes, counts = (target != 0).sum(1).unique(return_counts=True)
    return dict(zip(sizes.tolist(), counts.tolist(), strict=True))
