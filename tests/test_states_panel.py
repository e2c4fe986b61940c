"""States: every number that the tab tells, against the same number found otherwise."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import orjson
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from playground import api, models
from playground.app import visit as visits
from playground.app.islands import dump
from playground.app.page import Page
from playground.app.panels.player import Tabs
from playground.app.panels.states import Paths
from playground.errors import InputError
from playground.experiments import held_out_states, logit_lens, neighbours, units
from playground.experiments.held_out_states import NEAREST, HeldOutStates
from playground.inference.decoding import decode_batch
from playground.storage.checkpoints import Checkpoint
from playground.storage.run import Run
from playground.tasks import Typed
from playground.tracing import Edit, Recording
from playground.training import recipes
from playground.training.trainer import new_model
from playground.views.states import paths, strips
from playground.views.style import plain
from playground.vocabulary import EOS, PAD
from tests import small
from tests.pages import new_page

SENTENCE = "this house does not look for a bird"


@cache
def run_of(architecture: str, task: str) -> Run:
    return api.load(architecture, task)


@cache
def untrained(architecture: str, task: str, **options: Any) -> Run:
    recipe = recipes.make(architecture, task, model_options=small.tiny_options(architecture, **options), device="cpu")
    return Run(Checkpoint(recipe, new_model(recipe).state_dict(), {}, 0.0))


@pytest.fixture(scope="module")
def page() -> Page:
    made = new_page()
    made[Paths].wire()
    return made


def asked(page: Page, file: str, visit: visits.Visit, **query: str) -> Any:
    """The answer as the page reads it."""
    return orjson.loads(dump(page.desk.answers[file](visit, query)))


# --- the states of many ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", [("attention_seq2seq", "translation"), ("transformer", "reverse"), ("transformer_decoder", "completion")])
def test_held_out_states_are_those_that_the_model_goes_through_when_it_is_right(pair: tuple[str, str]) -> None:
    run = run_of(*pair)
    found, seen = held_out_states.gather(run, 16), 0
    for i in range(16):
        text = ("" if pair[1] == "reverse" else " ").join(found["decoder"].read[i])
        trace = run.explore(text)
        if trace.tokens != found["decoder"].tokens[i]:
            continue
        seen += 1
        for side in found:
            rows = found[side].of == i
            states = paths.states_of(trace, side)
            assert states is not None
            np.testing.assert_allclose(found[side].states[rows], states, atol=2e-5)
            assert tuple(found[side].due[rows]) == (trace.tokens if side == "decoder" else trace.source)
            assert found[side].at[rows].tolist() == list(range(len(states)))
    assert seen > 10


def test_lower_layers_and_both_directions_are_gathered_in_the_order_of_the_source() -> None:
    run = untrained("pooled_classifier", "sentiment", layers=2)
    whole, trace = held_out_states.gather(run, 8)["encoder"], None
    for site in ("encoder.recurrent.layers.0.reverse.hidden", "encoder.recurrent.layers.1.hidden"):
        found = held_out_states.gather_at(run, site, 8)
        assert found is not None and found.inputs == 8
        for i in range(8):
            trace = run.explore(" ".join(whole.read[i]))
            np.testing.assert_allclose(found.states[found.of == i], trace[site], atol=2e-5)


def test_the_axes_are_principal_components() -> None:
    rows = held_out_states.gather(run_of("seq2seq", "reverse"), 64)["decoder"].states
    axes, pca = held_out_states.principal(rows, 3), PCA(3).fit(rows.astype(np.float64))
    np.testing.assert_allclose(axes.explained, pca.explained_variance_ratio_, atol=1e-5)
    np.testing.assert_allclose(np.abs(axes.components @ pca.components_.T), np.eye(3), atol=1e-3)
    assert axes.components[0][np.abs(axes.components[0]).argmax()] > 0
    narrow = held_out_states.principal(rows[:, :2], 3)
    assert narrow.explained[:2].sum() == pytest.approx(1, abs=1e-5) and narrow.explained[2] == 0 and not narrow(rows[:, :2])[:, 2].any()


# --- nearest states ----------------------------------------------------------------------------------------------


def brute(held_out: HeldOutStates, state: Any, token: str, itself: tuple[str, ...]) -> tuple[list[int], list[float], int]:
    """One pair of states after the other."""
    every = []
    for row, (other, of, at) in enumerate(zip(held_out.states, held_out.of, held_out.at, strict=True)):
        if held_out.read[of] != itself:
            cosine = float(torch.cosine_similarity(torch.tensor(state), torch.tensor(other), dim=0))
            every.append((-cosine, row, int(of), held_out.tokens[of][at]))
    every.sort(key=lambda one: one[0])
    shown: dict[int, tuple[int, float]] = {}
    for cosine, row, of, _ in every:
        shown.setdefault(of, (row, -cosine))
    first = list(shown.values())[:6]
    return [row for row, _ in first], [cosine for _, cosine in first], sum(due == token for *_, due in every[:NEAREST])


def test_nearest_states_are_those_of_a_search_by_brute_force() -> None:
    run = run_of("attention_seq2seq", "translation")
    held_out = held_out_states.gather(run, 96)["decoder"]
    for text in (SENTENCE, " ".join(held_out.read[3])):  # the second is held out itself
        trace = run.explore(text)
        found = held_out_states.nearest(held_out, trace["decoder.hidden"], trace.tokens, apart_from=trace.source)
        for t in (0, 4, len(trace.tokens) - 1):
            rows, cosines, same = brute(held_out, trace["decoder.hidden"][t], trace.tokens[t], trace.source)
            assert list(found[t].rows) == rows and found[t].same == same and found[t].counted == NEAREST
            np.testing.assert_allclose(found[t].cosines, cosines, atol=1e-5)
            assert len({int(held_out.of[row]) for row in rows}) == 6, "one a sentence"


# --- one unit ----------------------------------------------------------------------------------------------------


def test_a_unit_that_tells_a_token_is_found_and_measured() -> None:
    run = run_of("attention_seq2seq", "translation")
    held_out = held_out_states.gather(run)["decoder"]
    best = units.telling(held_out.states, held_out.due, ["pas", "chantent", "nowhere"])
    assert set(best) == {"pas", "chantent"}
    number, told = best["pas"]
    here = held_out.due == "pas"
    each = [roc_auc_score(here, column) for column in held_out.states.T]
    assert told == pytest.approx(max(max(auc, 1 - auc) for auc in each), abs=1e-6) and told > 0.95
    values = held_out.states[:, number]
    found = units.split(values, held_out.due, "pas", units.edges_of(values))
    assert found.told == pytest.approx(told, abs=1e-6)
    assert (found.here.count, found.others.count) == (here.sum(), (~here).sum())
    assert sum(found.here.histogram) == found.here.count and sum(found.others.histogram) == found.others.count
    assert [found.here.low, found.here.high] == pytest.approx(np.quantile(values[here], [0.05, 0.95]).tolist())
    nowhere = units.split(values, held_out.due, "nowhere", units.edges_of(values))
    assert nowhere.here.count == 0 and np.isnan(nowhere.told)


@pytest.mark.parametrize("site", ["decoder.recurrent.layers.0.hidden", "encoder.recurrent.layers.0.reverse.hidden"])
def test_what_is_missed_without_a_unit_is_what_decoding_without_it_gets_wrong(site: str) -> None:
    """Counted in one pass under teacher forcing, and here by decoding; a moment of the training at which some answers are right."""
    film = api.load_film("attention_seq2seq", "reverse")
    run = Run(replace(run_of("attention_seq2seq", "reverse").checkpoint, weights=film[sorted(film)[6]]))
    size = 64 if site.startswith("decoder") else 32
    batch, counts = run.task.held_out("test", 64), set()
    for unit in (0, 7):
        found = units.silence(run, site, unit, size, 64)
        for edits, count in (((), found.before), ((Edit(site, "mask", tuple(float(i != unit) for i in range(size))),), found.after)):
            recording = Recording(run.model, edits, sites="")
            written = decode_batch(run.model, batch.source, batch.mask, max_steps=batch.target.shape[1], recording=recording)
            wide = torch.nn.functional.pad(written, (0, batch.target.shape[1] - written.shape[1]), value=PAD)
            assert int((wide == batch.target).all(1).sum()) == count
            counts.add(count)
    assert len(counts) > 1, "nothing that was done made a difference"


# --- words -------------------------------------------------------------------------------------------------------


def test_tables_of_words_are_the_rows_that_a_model_uses_before_and_after() -> None:
    run = run_of("attention_seq2seq", "translation")
    found, start = neighbours.tables(run), new_model(run.recipe)
    assert list(found) == ["source", "target", "output"]
    output, words = found["output"], run.task.target_vocabulary
    assert words is not None and "end" in output.words and "end" not in found["target"].words
    for word in ("bel", "pas", "end"):
        row = EOS if word == "end" else words.ids[word]
        for rows, model in ((output.before, start), (output.after, run.model)):
            np.testing.assert_array_equal(rows[output.words.index(word)], model.decoder.output.weight[row].detach().numpy())
    order, cosines = neighbours.nearest(output.after, 4)
    centred = torch.tensor(output.after - output.after.mean(0))
    at = output.words.index("bel")
    every = torch.cosine_similarity(centred[at][None], centred, dim=1)
    every[at] = -2
    assert order[at].tolist() == every.topk(4).indices.tolist()
    np.testing.assert_allclose(cosines[at], every.topk(4).values, atol=1e-5)
    assert {output.words[i] for i in order[at]} & {"belle", "beau", "beaux", "belles", "vieil"}, "its forms and kin"
    assert neighbours.tables(run_of("transformer_decoder", "reverse")).keys() == {"source", "output"}
    assert neighbours.tables(untrained("captioner", "scenes")).keys() == {"target", "output"}
    assert neighbours.tables(untrained("autoencoder", "strokes")) == {}


# --- logit lens --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", ["pre", "post", "res_post"])
@pytest.mark.parametrize("pair", [("transformer", "reverse"), ("transformer_decoder", "completion"), ("captioner", "scenes")], ids="-".join)
def test_behind_the_last_sublayer_the_lens_shows_the_logits(pair: tuple[str, str], norm: str) -> None:
    run = untrained(*pair, norm=norm, layers=2)
    trace = run.explore(run.task.first().model_input(run.task))
    found = logit_lens.through(run, trace)
    np.testing.assert_allclose(found.logits[-1], trace["decoder.logits"], atol=1e-4)
    assert trace.probabilities is not None
    assert found.agrees[-1].all() and found.shares.shape == (len(found.depths), len(trace.tokens))
    assert (found.probabilities <= found.shares + 1e-6).all()
    sublayers = (
        ("self-attention", "feed-forward") if pair[0] == "transformer_decoder" else ("self-attention", "cross-attention", "feed-forward")
    )
    assert [str(d) for d in found.depths] == ["embedding", *(f"layer {k} {kind}" for k in (1, 2) for kind in sublayers)]


# --- what the page is told ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("architecture", "task"), small.EACH_KIND, ids="-".join)
def test_every_kind_of_model_shows_what_it_has_and_nothing_else(page: Page, architecture: str, task: str) -> None:
    visit = visits.start(architecture, task, device="cpu")
    stage = page.library.stage(visit)
    place = page[Paths].value(stage)
    has = set(place["parts"])
    recurrent = any(".recurrent." in site for site in stage.trace)
    writes = models.get(architecture).kind == "sequence decoder" and architecture != "ngram"
    keeps = models.get(architecture).kind != "autoencoder" and architecture != "ngram"
    numerals = [
        words for words in (visit.task.source_vocabulary, visit.task.target_vocabulary) if words and {*"01234567"} <= {*words.tokens}
    ]
    assert has == {
        *(["paths", "words"] if keeps else []),
        *(["numerals"] if keeps and numerals else []),
        *(["strips"] if recurrent else []),
        *(["near"] if writes else []),
        *(["lens"] if ("transformer" in architecture and writes) or architecture == "captioner" else []),
    }
    tabs = [label for _, label in page[Tabs].value(stage)["tabs"]]
    assert ("States" in tabs) == bool(has)
    if not has:
        return
    if "Attention" in tabs:
        assert tabs[1:3] == ["Attention", "States"]
    steps = len(stage.trace.tokens)
    found = asked(page, "states.json", visit)
    assert {part for part in ("strips", "near", "lens") if found[part]} == has & {"strips", "near", "lens"}
    drawn = asked(page, "paths.json", visit, **dict(zip("bc", place["beside"], strict=False)))
    for side in drawn["sides"]:
        assert len(side["places"]) == len(side["readings"]) == steps
        assert len(side["paths"][0]["spots"]) == len(side["paths"][0]["labels"])
    assert asked(page, "words.json", visit)["tables"]
    for layer in found["strips"]["layers"] if recurrent else []:
        opened = asked(page, "unit.json", visit, path=layer["path"])
        assert 0 <= opened["unit"] < layer["units"] and opened["path"] == layer["path"]
        assert set(opened["readings"]) == (set(layer["tokens"]) if opened["spelled"] else {""})
        assert all("nan" not in plain(said) for said in opened["readings"].values())


def test_strips_are_the_taps_of_the_trace_on_one_scale_a_row(page: Page) -> None:
    stage = page.library.stage(visits.start("attention_seq2seq", "translation", device="cpu").with_input(Typed(SENTENCE)))
    forward, backward, decoder = strips.layers(stage.trace)
    assert [strips.short(layer, (forward, backward, decoder)) for layer in (forward, backward, decoder)] == ["enc →", "enc ←", "dec"]
    assert [strip.name for strip in decoder.strips] == ["input gate", "forget gate", "candidate", "cell", "output gate", "state"]
    for strip in decoder.strips:
        np.testing.assert_array_equal(strip.values, stage.trace[f"{decoder.path}.{strip.tap}"])
        assert np.abs(strip.values).max() <= strip.scale and (not strip.gate or (strip.values >= 0).all())
    forget = stage.trace[f"{decoder.path}.forget_gate"][4].mean()
    assert f"keep {forget:.2f} of the cell" in plain(strips.reading(decoder, 4))


def test_paths_lie_apart_by_what_the_sentence_says(page: Page) -> None:
    visit = visits.start("attention_seq2seq", "translation", device="cpu").with_input(Typed(SENTENCE))
    run = page.library.run(visit.slot)
    other = run.explore("my old cat sleeps")
    drawn = asked(page, "paths.json", visit, b="my old cat sleeps")
    decoder = next(side for side in drawn["sides"] if side["side"] == "decoder")
    far = np.linalg.norm(run.explore(SENTENCE)["decoder.hidden"][1] - other["decoder.hidden"][1])
    assert f"A is {far:.1f} from B." in plain(decoder["readings"][1])
    assert "from B" not in plain(decoder["readings"][len(other.tokens)]), "it has ended"
    assert decoder["inputs"] == 512 and drawn["names"] == [SENTENCE, "my old cat sleeps"]
    for query, told in [({"b": "my zebra sleeps"}, "zebra")]:
        with pytest.raises(InputError, match=told):
            page.desk.answers["paths.json"](visit, query)


def test_another_moment_is_looked_at_on_the_axes_of_the_end(page: Page) -> None:
    visit = visits.start("attention_seq2seq", "reverse", device="cpu")
    first, last = (asked(page, "paths.json", moment) for moment in (replace(visit, frame=0), visit))
    assert [side["cloud"] for side in first["sides"]] == [side["cloud"] for side in last["sides"]]
    assert first["sides"][1]["paths"] != last["sides"][1]["paths"]
    before, after = (asked(page, "states.json", moment)["near"]["readings"][0] for moment in (replace(visit, frame=0), visit))
    assert before != after


def test_no_unit_is_opened_that_is_not_there(page: Page) -> None:
    visit, path = visits.start("attention_seq2seq", "reverse", device="cpu"), "decoder.recurrent.layers.0"
    for query in ({"path": path, "unit": "64"}, {"path": path, "unit": "-1"}, {"path": path, "unit": "٣"}, {"path": "decoder.x"}, {}):
        with pytest.raises(InputError):
            page.desk.answers["unit.json"](visit, query)
