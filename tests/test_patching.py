"""Patching: what a model built by hand carries where it is told to, and what holds for every model that writes."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from playground import api, models
from playground.errors import InputError
from playground.experiments.lab import patching
from playground.experiments.lab.asked import AskedRun
from playground.experiments.lab.carriers import FINER, MOST_ROWS, STEPS
from playground.experiments.lab.patching import AT_ONCE, Patch
from playground.models import Decoder, Encoded, Encoder, EncoderDecoder
from playground.storage.checkpoints import Checkpoint
from playground.tracing import Edit, Trace, tap
from playground.training.trainer import new_model
from playground.vocabulary import EOS
from tests import small

WRITERS = [(a, t) for a, t in small.EACH_KIND if models.get(a).kind == "sequence decoder"]
DEEP = [("attention_seq2seq", {"layers": 2}), ("seq2seq", {"bidirectional": True, "layers": 2}), ("transformer", {"layers": 4})]


@cache
def untrained(architecture: str, task: str, *wanted: tuple[str, Any]) -> AskedRun:
    """Its logits are spread, so that answers differ."""
    recipe = small.tiny_recipe(architecture, task)
    recipe = recipe.__class__(**{**vars(recipe), "model_options": tuple((dict(recipe.model_options) | dict(wanted)).items())})
    model = new_model(recipe)
    if isinstance(model, models.Counted):
        model.count(recipe.build_task().held_out("test", 64))
    weights = {name: 3 * value if value.is_floating_point() and "norm" not in name else value for name, value in model.state_dict().items()}
    return AskedRun(Checkpoint(recipe, model.state_dict() if isinstance(model, models.Counted) else weights, {}, 0.0))


@cache
def patched(*which: Any) -> tuple[AskedRun, Any, Any, Patch]:
    """Two inputs of one length that this model answers differently, and the map."""
    run = untrained(*which)
    random, given, found = torch.Generator().manual_seed(5), run.task.first(), []
    for _ in range(60):
        found.append(given.model_input(run.task))
        given = run.task.another(random, given)
    shapes = [run.task.perceive(one).source.shape for one in found]
    for (i, clean), (j, corrupted) in itertools.combinations(enumerate(found), 2):
        if shapes[i] == shapes[j]:
            try:
                return run, clean, corrupted, run.patch(clean, corrupted)
            except InputError as error:
                assert "answers differ" in str(error) or "equally long" in str(error)
    pytest.fail("all inputs are answered alike")


def logits(run: AskedRun, given: Any, map_: Patch, *edits: Edit) -> np.ndarray[Any, Any]:
    """Of the step at which the answers differ, after what both have written before it."""
    trace: Trace = run.explore(given, edits=edits, forced=dict(enumerate(map_.places["decoder"][: map_.step])))
    return np.asarray(trace["decoder.logits"][map_.step])


EVERY = [*WRITERS, *((a, "reverse", *wanted.items()) for a, wanted in DEEP)]


@pytest.mark.parametrize("which", [which for which in EVERY if which[0] not in small.COUNTING], ids=str)
def test_everything_from_the_clean_run_is_the_clean_run(which: tuple[Any, ...]) -> None:
    """Of models whose every quantity can be looked at; one that counts mixes in what shorter ends say, which it keeps to itself."""
    run, clean, corrupted, found = patched(*which)
    edits = [found.edit(found.sites[row], place) for row, place in found.values]
    np.testing.assert_allclose(logits(run, corrupted, found, *edits), logits(run, clean, found), atol=1e-4)
    right, written = (run.task.token_id(token) for token in found.tokens)
    for given, difference in zip((clean, corrupted), found.differences, strict=True):
        values = logits(run, given, found)
        assert values[right] - values[written] == pytest.approx(difference, abs=1e-4)
    assert found.differences[0] > 0 > found.differences[1]


@pytest.mark.parametrize("which", EVERY, ids=str)
def test_each_cell_is_what_that_edit_does_alone(which: tuple[Any, ...]) -> None:
    """Many runs in one batch, against one decode with the edit of the cell."""
    run, _, corrupted, found = patched(*which)
    right, written = (run.task.token_id(token) for token in found.tokens)
    clean_d, corrupted_d = found.differences
    cells = sorted(found.values)
    for row, place in cells[:: max(1, len(cells) // 6)]:
        values = logits(run, corrupted, found, found.edit(found.sites[row], place))
        share = (values[right] - values[written] - corrupted_d) / (clean_d - corrupted_d)
        assert found.recovered[row, place] == pytest.approx(share, abs=2e-3), (found.sites[row], place)


@pytest.mark.parametrize("which", EVERY, ids=str)
def test_an_edit_puts_what_passed_there_in_the_clean_run(which: tuple[Any, ...]) -> None:
    """Of a head to that head alone."""
    run, clean, corrupted, found = patched(*which)
    forced = dict(enumerate(found.places["decoder"][: found.step]))
    before, wanted = run.explore(corrupted, forced=forced), run.explore(clean, forced=forced)
    cells = sorted(found.values)
    for row, place in cells[:: max(1, len(cells) // 12)]:
        carrier = found.carriers[row]
        after = run.explore(corrupted, edits=found.edit(found.sites[row], place), forced=forced)

        def there(trace: Trace, head: int | None, carrier: Any = carrier, place: int = place) -> np.ndarray[Any, Any]:
            whole = trace[carrier.site]
            if carrier.once and carrier.part == "decoder":
                return whole
            if head is None:
                return whole[place]
            return whole[head, place] if carrier.once else whole[place, head]

        np.testing.assert_allclose(there(after, carrier.head), there(wanted, carrier.head), atol=1e-5)
        if carrier.head is not None:
            other = 1 - carrier.head if carrier.head < 2 else 0
            np.testing.assert_array_equal(there(after, other), there(before, other))


@pytest.mark.parametrize("which", EVERY, ids=str)
def test_rows_are_what_carries(which: tuple[Any, ...]) -> None:
    _, _, _, found = patched(*which)
    assert 0 < len(found.sites) <= MOST_ROWS and len(set(found.sites)) == len(found.sites)
    for carrier, row in zip(found.carriers, found.recovered, strict=True):
        last = carrier.site.rpartition(".")[2]
        assert last not in STEPS and not last.endswith("_gate") and not last.startswith("norm")
        real = ~np.isnan(row)
        places = found.places[carrier.part]
        assert real.any() and real.sum() <= len(places) and not real[len(places) :].any(), "a prefix of its places"
        assert real.sum() in (len(places), len(places) - 1) or (carrier.part == "decoder" and carrier.once)
    assert found.part == tuple(carrier.site.partition(".")[0] for carrier in found.carriers)
    assert len(found.places["decoder"]) == found.step + 1 and found.places["decoder"][-1] == found.tokens[1]
    table = found.table()
    assert len(table) == 1 + int((~np.isnan(found.recovered)).sum()) and table[0][-1] == "recovered"
    assert found.best.site in found.sentence and str(found.best.site) in repr(found)


def test_a_deep_model_is_seen_coarsely_and_a_flat_one_head_by_head() -> None:
    deep, flat = patched("transformer", "reverse", ("layers", 4))[3], patched("transformer", "reverse")[3]
    assert {"decoder.layers.0.cross_attention.heads 1", "decoder.layers.0.cross_attention.output"} <= set(flat.sites)
    assert not any(site.rpartition(".")[2].startswith(FINER[0]) for site in deep.sites)
    assert {f"{part}.layers.{k}.residual2" for part in ("encoder", "decoder") for k in range(4)} <= set(deep.sites)


class Keeps(Encoder):
    """Reads a token at each place into `kept`, and into `lost`, which nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("somewhere", torch.zeros(1))

    def forward(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        embedded = tap(self, "embedded", F.one_hot(source, 13).float())
        tap(self, "lost", 2 * embedded)
        kept = tap(self, "kept", 3 * embedded)
        return Encoded(tap(self, "states", kept.flip(1)), None, mask)


class Picks(Decoder):
    """Its first output is the third token, told by unit `token` of what was kept there; then it ends."""

    def init_state(self, encoded: Encoded) -> Any:
        return encoded.states, 0

    def forward(self, target_in: Tensor, state: Any) -> tuple[Tensor, Any]:
        one, state = self.step(target_in[:, 0], state)
        return one[:, None], state

    def step(self, token: Tensor, state: Any) -> tuple[Tensor, Any]:
        states, step = state
        picked = tap(self, "picked", states[:, -3]) if step == 0 else 9 * F.one_hot(torch.full_like(token, EOS), 13).float()
        return tap(self, "logits", picked), (states, step + 1)


def planted() -> AskedRun:
    run = AskedRun(Checkpoint(small.tiny_recipe("seq2seq", "copy"), {}, {}, 0.0))
    run.__dict__["model"] = EncoderDecoder(Keeps(), Picks()).eval()
    return run


def test_a_planted_state_is_found_and_nothing_else() -> None:
    found = planted().patch("31415", "31715")
    assert found.tokens == ("4", "7") and found.step == 0 and found.differences == (3.0, -3.0)
    shares = dict(zip(found.sites, found.recovered.tolist(), strict=True))
    assert shares.pop("decoder.picked")[0] == 1
    for site, place in {"encoder.embedded": 2, "encoder.kept": 2, "encoder.states": 2, "encoder.lost": None}.items():
        assert shares.pop(site) == [float(at == place) for at in range(5)], site
    assert not shares
    assert found.best == ("encoder.kept", 2, 1.0)
    assert "encoder.kept at ‘7’ brings 100 %. encoder.lost brings back nothing at any place." in found.sentence
    edit = found.edit("encoder.kept", 2)
    assert edit.at == ((-2, 2),) and edit.op == "patch" and Edit(**edit.json()) == edit
    assert planted().explore("31715", edits=edit).tokens == ("4", "end")
    assert planted().explore("31715", edits=found.edit("encoder.lost", 2)).tokens == ("7", "end")


def test_a_planted_path_is_followed_from_its_start_to_its_end() -> None:
    """Of what one place brings, all passes through what lies behind it, and nothing through what does not: what lies before it, the
    other way, and the other places."""
    run = planted()
    found = run.patch("31415", "31715", through=("encoder.kept", 2))
    assert found.through == ("encoder.kept", 2) and found.origin == 1
    assert found.sites == ("encoder.kept", "encoder.states", "decoder.picked")
    assert found.recovered[:2].tolist() == [[float(at == 2) for at in range(5)]] * 2 and found.recovered[2, 0] == 1
    assert found.best == ("encoder.states", 2, 1.0)
    assert found.sentence == "encoder.kept at ‘7’ brings back 100 %; of all that it reaches, encoder.states at ‘7’ passes on most: 100 %."
    lost = run.patch("31415", "31715", through=("encoder.lost", 2))
    assert lost.sites == ("encoder.lost",) and lost.origin == 0
    assert lost.sentence == "encoder.lost at ‘7’ brings back 0 %: there is next to nothing to follow."


@pytest.mark.parametrize("which", [which for which in EVERY if which[0] not in small.COUNTING], ids=str)
def test_all_paths_through_the_start_bring_what_it_brings(which: tuple[Any, ...]) -> None:
    """The place that is followed brings as much as in the whole map, and each further cell what putting its value there alone does."""
    run, clean, corrupted, found = patched(*which)
    row, place = max(found.values, key=lambda cell: (found.part[cell[0]] != "decoder", np.nan_to_num(found.recovered[cell])))
    on = run.patch(clean, corrupted, through=(found.sites[row], place))
    assert on.origin == pytest.approx(found.recovered[row, place], abs=1e-4)
    assert set(on.sites) <= set(found.sites) and on.best.site in on.sites and on.sentence
    right, written = (run.task.token_id(token) for token in on.tokens)
    values = logits(run, corrupted, found, on.edit(on.best.site, on.best.place))
    share = (values[right] - values[written] - found.differences[1]) / (found.differences[0] - found.differences[1])
    assert share == pytest.approx(on.best.share, abs=1e-3)


def test_what_is_the_same_in_both_has_nothing_to_bring() -> None:
    """Exactly nothing: it is not even tried; and what decoding wrote before is the same in both runs."""
    found = planted().patch("31415", "31715")
    assert not any("decoder.embedded" in site for site in patched("attention_seq2seq", "reverse")[3].sites)
    assert (found.recovered[found.sites.index("encoder.kept"), [0, 1, 3, 4]] == 0).all()


def test_a_vowel_that_follows_is_told_by_the_direction_that_comes_from_behind() -> None:
    run = api.load("attention_seq2seq", "translation")
    found = run.patch("the beautiful tree is green", "the beautiful dog is green")
    assert found.tokens == ("bel", "beau") and found.step == 1 and found.places["decoder"] == ("le", "beau")

    def row(site: str) -> np.ndarray[Any, Any]:
        return found.recovered[found.sites.index(site)]

    layer = "encoder.recurrent.layers.0"
    assert np.nanmax(np.abs(row(f"{layer}.hidden"))) < 0.05 and np.nanmax(np.abs(row(f"{layer}.cell"))) < 0.05
    assert row(f"{layer}.reverse.cell")[[1, 2]].min() > 0.9 and row("encoder.states")[1] > 0.8
    assert row("decoder.attention.context")[1] > 0.8 > 0.2 > row("decoder.recurrent.layers.0.hidden")[1]
    assert f"{layer}.reverse.cell" in found.sentence and f"{layer}.hidden" in found.sentence
    opened = run.explore("the beautiful dog is green", edits=found.edit("encoder.states", 1))
    assert opened.output == "le bel chien est vert"
    on = run.patch("the beautiful tree is green", "the beautiful dog is green", through=(f"{layer}.reverse.cell", 1))
    passed = {site: float(np.nanmax(shares)) for site, shares in zip(on.sites, on.recovered, strict=True)}
    assert passed["encoder.states"] > 0.8 and passed["decoder.attention.context"] > 0.8 and f"{layer}.hidden" not in passed


def test_more_cells_than_a_batch_has_are_several_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    run, clean, corrupted, found = patched("transformer", "reverse")
    monkeypatch.setattr(patching, "AT_ONCE", 7)
    again = run.patch(clean, corrupted)
    assert len(found.values) > 7 < AT_ONCE
    np.testing.assert_allclose(again.recovered, found.recovered, atol=1e-4)


def test_what_cannot_be_patched_is_refused_in_a_sentence() -> None:
    run = api.load("attention_seq2seq", "reverse")
    with pytest.raises(InputError, match="The inputs have 3 and 4 digits; patching needs as many in both"):
        run.patch("314", "3141")
    with pytest.raises(InputError, match="Both inputs are answered '4 1 3'; patching needs two whose answers differ"):
        run.patch("314", "3 1 4")
    with pytest.raises(InputError, match="not known to this model"):
        run.patch("314", "31x")
    with pytest.raises(InputError, match="is no row of this map; there are: encoder"):
        run.patch("314", "319", through=("nowhere", 0))
    with pytest.raises(InputError, match=r"encoder\.embedded brings nothing at place 0; it has 2"):
        run.patch("314", "319", through=("encoder.embedded", 0))
    with pytest.raises(InputError, match="`through` is a site of the map and a place"):
        run.patch("314", "319", through="encoder.states")  # type: ignore[arg-type]
    for pair in (("autoencoder", "strokes"), ("transformer_encoder", "entities"), ("pooled_classifier", "sentiment")):
        other = untrained(*pair)
        with pytest.raises(InputError, match="writes no tokens one after the other"):
            other.patch(small.some_input(other.task), small.some_input(other.task))
    found = run.patch("314", "315")
    with pytest.raises(InputError, match=r"'encoder' is no row of this map; there are: encoder\.embedded"):
        found.edit("encoder", 0)
    for place in (3, -1, "0", None):
        with pytest.raises(InputError, match=r"brings nothing at place .*; it has 0, 1, 2\."):
            found.edit("encoder.states", place)
