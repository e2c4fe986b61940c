"""Decoder only: a prompt is read in one direction, and a begun text goes on as if it were one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from playground import tasks
from playground.inference.explore import explore
from playground.models import architectures
from playground.models.layers.transformer import TransformerOptions
from playground.models.transformer_decoder import PromptDecoder
from playground.tasks import Batch, SequenceTask
from playground.training import recipes
from playground.training.stepper import Stepper
from playground.vocabulary import BOS, EOS, PAD, Vocabulary
from tests.transformers import CLOSE, drawn, looked_at, model_of, stepped, watched


@torch.no_grad()
def test_a_prompt_is_read_in_one_direction() -> None:
    model, task = model_of("transformer_decoder")
    source = task.held_out("test", 1).source[:, :8].clamp(min=3)
    with watched(model) as recording:
        model(source, source)
    plain = recording.finish()
    other = source.clone()
    other[:, 5] = 3 + (other[:, 5] - 2) % 10
    with watched(model) as recording:
        model(other, source)
    changed = recording.finish()
    weights = plain["prompt.layers.0.self_attention.weights"]
    assert weights.shape == (2, 8, 8) and not np.triu(weights, 1).any()
    for name in ("residual1", "residual2", "self_attention.output"):
        site = f"prompt.layers.1.{name}"
        np.testing.assert_array_equal(changed[site][:5], plain[site][:5])
        assert (np.abs(changed[site][5:] - plain[site][5:]).max(-1) > 1e-5).all()


def test_prompt_sites_are_those_of_an_encoder() -> None:
    model, task = model_of("transformer_decoder")
    seen = explore(model, task, "31415")
    s, t = 5, len(seen.tokens)
    assert not any(site.startswith("encoder.") for site in seen.sites)
    assert seen["prompt.embedded"].shape == seen["prompt.positions"].shape == seen["prompt.layers.1.residual2"].shape == (s, 16)
    assert seen["prompt.layers.1.self_attention.weights"].shape == (2, s, s)
    weights = seen["decoder.layers.0.self_attention.weights"]
    assert weights.shape == (t, 2, s + t)
    np.testing.assert_allclose(np.nansum(weights, -1), 1, atol=1e-5)
    assert [int(np.isfinite(row[0]).sum()) for row in weights] == [s + 1 + i for i in range(t)]
    np.testing.assert_allclose(seen["decoder.positions"][0], model.decoder.positions.table.weight[s].detach())


def test_prompt_and_answer_share_the_words_they_have_in_common() -> None:
    model, task = model_of("transformer_decoder")
    assert model.decoder.embedding.num_embeddings == len(task.target_vocabulary)
    source, target = Vocabulary(["a", "b", "c"]), Vocabulary(["c", "d"])
    decoder = PromptDecoder(source, target, (4, 5), False, TransformerOptions(width=8, heads=2, feed_forward=8))
    assert decoder.embedding.num_embeddings == 3 + 4
    shared = decoder.embed(torch.tensor([source.encode(["c"])]))
    assert torch.equal(shared, decoder.embedding(torch.tensor([target.encode(["c"])])))


class Onward(SequenceTask):
    """Counts on to nine: 3 4 5 → 6 7 8 9. Nothing but the text itself says where the prompt ended."""

    id, title, description, example, kind = "onward", "Count on", "Counts on to nine.", "5 6 → 7 8 9", "completion"
    source_vocabulary = target_vocabulary = tasks.get("reverse").source_vocabulary
    max_source, trained_lengths, examples, pinned = 8, (1, 4), ("34",), "34"
    Options = tasks.get("reverse").Options

    def parse(self, text: str) -> tuple[str, ...]:
        return tuple(text)

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(digit) for digit in range(int(source[-1]) + 1, 10))

    def random_text(self, generator: torch.Generator) -> str:
        return "34"

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        first = torch.randint(5, (count, 1), generator=generator)
        lengths = torch.randint(1, 5, (count, 1), generator=generator)
        shown, rest = torch.arange(4) < lengths, first + lengths + torch.arange(10)
        source = torch.where(shown, 3 + first + torch.arange(4), PAD)
        return Batch(source, torch.where(rest < 10, 3 + rest, torch.where(rest == 10, EOS, PAD)), shown)

    def held_out(self, part: str, count: int) -> Batch:
        return self.sample(count, torch.Generator().manual_seed(len(part)))


def begun_text(**chosen: Any) -> tuple[Any, Onward]:
    task, entry = Onward(), architectures()["transformer_decoder"]
    return drawn(entry.build(task, entry.Options(**({"width": 16, "heads": 2, "layers": 2, "feed_forward": 16} | chosen)))), task


@torch.no_grad()
def test_a_begun_text_goes_on_without_a_separator() -> None:
    """The first logits are those of the prompt's own last token, as if the whole text were one."""
    model, task = begun_text()
    batch = task.held_out("test", 4)
    plain = model(batch.source, batch.target_in, batch.mask)
    torch.testing.assert_close(stepped(model, batch), plain, **CLOSE)
    with watched(model):
        torch.testing.assert_close(model(batch.source, batch.target_in, batch.mask), plain, **CLOSE)
    for row in range(len(batch)):
        source, target = batch.source[row], batch.target[row]
        prompt, written = source[source != PAD], target[target != PAD]
        expected = plain[row : row + 1, : len(written)]
        text = torch.cat([prompt, written[:-1]])
        for end in range(1, len(prompt) + 1):  # wherever prompt ends and answer begins, the text is the same
            rest = F.pad(text[end:], (1, 0), value=BOS)
            for looking in (False, True):
                with looked_at(model, looking):
                    logits = model(text[None, :end], rest[None])
                torch.testing.assert_close(logits[:, -len(written) :], expected, **CLOSE)


def test_a_begun_text_of_one_token_can_be_looked_at() -> None:
    model, task = begun_text()
    seen = explore(model, task, "3")
    assert seen["decoder.layers.0.self_attention.weights"].shape == (len(seen.tokens), 2, len(seen.tokens))
    assert seen["decoder.embedded"].shape[0] == len(seen.tokens)


def test_counting_on_is_learned() -> None:
    model, task = begun_text(layers=1, positions="rotary")
    stepper = Stepper(model, task, recipes.Training(steps=80, batch_size=32), 0, torch.device("cpu"))
    for _ in range(80):
        stepper.step()
    assert model.score(task.held_out("test", 64)) == 1
