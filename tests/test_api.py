"""The Python interface as its docstring promises it, what was shipped, and which module may import which."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import playground
from playground import Beam, Edit, InputError, Run, Sample, api, models, tasks
from playground.runs.events import Done, Failed, Progress, Started
from tests.small import PAIRS, some_input, tiny_options, tiny_recipe

PACKAGE = Path(playground.__file__).parent
SHIPPED = [pair for pair in PAIRS if api.shipped_path(*pair).exists()]
RIGHT = {"reverse": "5 1 4 1 3", "copy": "3 1 4 1 5"}
SEQUENCES = [pair for pair in SHIPPED if pair[1] in RIGHT]
RECURRENT = [pair for pair in SEQUENCES if "seq2seq" in pair[0]]
REDRAWN = [pair for pair in SHIPPED if models.get(pair[0]).kind == "autoencoder"]
BARS = {("ngram", "completion"): 0.03}  # what an n-gram cannot remember it cannot continue; 0.9 for all others


@pytest.fixture(scope="module")
def run() -> Run:
    return playground.load("attention_seq2seq", "reverse")


def test_the_example_of_the_docstring(run: Run) -> None:
    trace = run.explore("3 1 4 1 5")
    assert trace.output == "5 1 4 1 3" and trace.tokens == ("5", "1", "4", "1", "3", "end") and trace.source == ("3", "1", "4", "1", "5")
    weights = trace["decoder.attention.weights"]
    assert weights.shape == (6, 5)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)
    assert weights[:5].argmax(-1).tolist() == [4, 3, 2, 1, 0], "attention walks from right to left"
    assert trace.probabilities is not None and trace.probabilities.shape == (6, 13)
    np.testing.assert_allclose(trace.probabilities.sum(-1), 1, atol=1e-5)
    assert trace["encoder.states"].shape[0] == 5


def test_a_default_model_is_shipped_for_every_architecture() -> None:
    assert {architecture for architecture, _ in SHIPPED} == set(models.architectures())


# the error of drawing the mean of all pictures, or of all features, whatever is read
MEAN_INPUT = {"digits": 0.047, "strokes": 0.084, "features": 0.069}


@pytest.mark.parametrize("pair", SHIPPED, ids="-".join)
def test_shipped_runs_do_what_they_say(pair: tuple[str, str]) -> None:
    """The recipe is the one asked for, and the stored score is the measured one."""
    shipped = playground.load(*pair)
    assert (shipped.recipe.architecture, shipped.recipe.task) == pair
    task = shipped.task
    score = shipped.model.score(task.held_out("test", 1024))
    if pair in SEQUENCES:
        assert shipped.explore("3 1 4 1 5").output == RIGHT[pair[1]]
    if pair not in REDRAWN:
        trace = shipped.explore(some_input(task))
        assert trace.output and trace.output == task.join(tuple(t for t in trace.tokens if t != "end"))
        assert score == pytest.approx(shipped.metrics["exact_match"], abs=0.01) and score > BARS.get(pair, 0.9)
    else:
        trace = shipped.explore(some_input(task))
        assert trace.picture.shape == trace.reconstruction.shape == task.shape
        assert score == pytest.approx(shipped.metrics["mse"], abs=1e-3) and score < 0.7 * MEAN_INPUT[pair[1]]
        assert np.square(trace.picture - trace.reconstruction).mean() < MEAN_INPUT[pair[1]]


@pytest.mark.parametrize("text", ["", "3 x", None, 31415, "1" * 25, "7" * 10_000])
def test_bad_input_is_refused(run: Run, text: Any) -> None:
    with pytest.raises(InputError):
        run.explore(text)


@pytest.mark.parametrize("text", ["7", "12", "9" * 24], ids=len)
@pytest.mark.parametrize("pair", RECURRENT, ids="-".join)
def test_every_length_can_be_explored(pair: tuple[str, str], text: str) -> None:
    """Also lengths that training never saw; encoder sites keep their time axis even for one token."""
    trace = playground.load(*pair).explore(text)
    for site in trace.sites:
        assert np.isfinite(trace[site]).all()
        if site.startswith("encoder."):
            assert len(trace[site]) == len(text), site
        elif not site.split(".")[1].startswith(("context", "start")):  # handed over once
            assert len(trace[site]) == len(trace.tokens), site


BAD_PICTURES = [
    None,
    "picture",
    [[0.5] * 28] * 27,
    np.full((28, 28), 2.0),
    np.full((28, 28), np.nan),
    [[10**400] * 28] * 28,
    [[1e300] * 28] * 28,
]


@pytest.mark.parametrize("picture", BAD_PICTURES, ids=range(len(BAD_PICTURES)))
def test_bad_pictures_are_refused(picture: Any) -> None:
    with pytest.raises(InputError, match="picture"):
        playground.load("autoencoder", "strokes").explore(picture)


@pytest.mark.parametrize("pair", SEQUENCES, ids="-".join)
def test_strategies_edits_and_forced_tokens(pair: tuple[str, str]) -> None:
    shipped = playground.load(*pair)
    greedy = shipped.explore("271828")
    beam = shipped.explore("271828", Beam(3))
    assert beam.output == greedy.output
    for site in beam.sites:
        assert beam[site].shape[0] == 3, f"{site}: one row per hypothesis"
        best = beam[site][0]
        reference = greedy[site]
        here = best[tuple(slice(n) for n in reference.shape)]  # longer hypotheses make room for more, filled with NaN
        np.testing.assert_allclose(here, reference, atol=1e-4, err_msg=site)
    assert shipped.explore("271828", Sample(temperature=0.01)).output == greedy.output
    assert shipped.explore("271828", forced={0: "5"}).tokens[0] == "5"
    assert shipped.explore("271828", forced={2: "end"}).tokens == (*greedy.tokens[:2], "end")
    reads = "prompt" if "prompt.embedded" in greedy.sites else "encoder"
    blind = shipped.explore("271828", edits=[Edit(f"{reads}.embedded", "set", 0)])
    assert blind.output != greedy.output
    for forced in ({0: "x"}, {0: ""}, {0: None}, {0: "<pad>"}):
        with pytest.raises(InputError):
            shipped.explore("271828", forced=forced)
    with pytest.raises(InputError, match=r"matched no site; this model has: .*decoder\.logits"):
        shipped.explore("271828", edits=[Edit("nowhere", "set", 0)])


def test_an_answer_that_never_ends_is_cut_and_says_so(run: Run) -> None:
    never = Edit("decoder.logits", "add", tuple(-1e6 if i == 2 else 0 for i in range(13)))
    trace = run.explore("271", edits=[never])
    assert not trace.ended and len(trace.tokens) == run.task.max_steps(3) and "end" not in trace.tokens


def test_lists() -> None:
    every_task, every_architecture = playground.list_tasks(), playground.list_architectures()
    assert set(every_task) == set(tasks.tasks()) and set(every_architecture) == set(models.architectures())
    pairs = {(a, t) for t, about in every_task.items() for a in about["compatible"]}
    assert pairs == {(a, t) for a, about in every_architecture.items() for t in about["compatible"]} == set(PAIRS)
    for about in every_task.values():
        assert about["description"] and about["kind"] and about["example"]
    for about in every_architecture.values():
        assert about["description"] and about["kind"] and about["paper"]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_train_and_stream(pair: tuple[str, str], tmp_path: Path) -> None:
    options: dict[str, Any] = {"model_options": tiny_options(pair[0]), "training_options": {"steps": 6, "batch_size": 4}}
    trained = playground.train(*pair, **options)
    assert trained.recipe.training.steps == 6 and trained.train_seconds > 0
    assert [row[0] for row in trained.history["losses"]] == [1, 2, 3, 4, 5, 6]
    given = some_input(trained.task)
    again = playground.load(trained.save(tmp_path / "mine.safetensors"))
    before, after = trained.explore(given), again.explore(given)
    assert before.tokens == after.tokens
    for site in before.sites:
        np.testing.assert_array_equal(before[site], after[site])
    events = list(playground.stream(*pair, **options))
    assert isinstance(events[0], Started) and isinstance(events[-1], Done) and any(isinstance(e, Progress) for e in events)


def test_a_run_is_repeated_as_long_as_it_was() -> None:
    """Seconds become steps by a measurement; what a run stored says how many they were."""
    first = playground.train("attention_seq2seq", "copy", seconds=0.2, seed=4, device="cpu")
    again = first.repeat()
    assert first.recipe.seconds is None and again.recipe == first.recipe
    assert [row[2] for row in again.history["losses"]] == [row[2] for row in first.history["losses"]]
    assert again.metrics == first.metrics


def test_a_failed_training_raises_what_it_told() -> None:
    started = Started(5, 1, "cpu", tiny_recipe(*PAIRS[0]))
    with pytest.raises(RuntimeError, match=r"no longer a number; the weights of step 3 are kept. What to do: train again"):
        api.collect([started, Failed(3, "the loss was no longer a number", "the weights of step 3 are kept", "train again")])
    with pytest.raises(RuntimeError, match="without a result"):
        api.collect([started])


def test_unknown_runs_are_refused() -> None:
    for arguments in [("gpt", "reverse"), ("seq2seq", "../../x"), ("../../x", "reverse"), ("autoencoder", "reverse"), ("no/such/file",)]:
        with pytest.raises(InputError):
            playground.load(*arguments)


FIGURES = ("attention", "next_token", "trajectory", "learning", "latent_map")


@pytest.mark.parametrize("pair", SHIPPED, ids="-".join)
@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_drawn_or_refused_with_a_reason(pair: tuple[str, str], name: str) -> None:
    shipped = playground.load(*pair)
    text = pair not in REDRAWN
    suits = {
        "attention": text and pair[0] not in ("seq2seq", "ngram", "sequence_vae"),
        "next_token": text and tasks.get(pair[1]).kind != "number",
        "trajectory": text and pair[0] != "ngram",
        "latent_map": not text,
        "learning": True,
    }
    if suits[name]:
        assert shipped.figure(name, some_input(shipped.task)).data
    else:
        with pytest.raises(InputError, match="This model"):
            shipped.figure(name, some_input(shipped.task))


def test_unknown_figures_and_themes_are_refused(run: Run) -> None:
    with pytest.raises(InputError, match=f"'pie' is not a figure here; there are: {', '.join(FIGURES)}"):
        run.figure("pie", "123")
    with pytest.raises(InputError, match="theme is 'sepia'; allowed are: light, dark"):
        run.figure("attention", "123", theme="sepia")
    with pytest.raises(InputError, match="steps 0 to"):
        run.figure("next_token", "123", step=99)
    with pytest.raises(InputError, match="side is"):
        run.figure("trajectory", "123", side="left")


def test_nothing_but_the_page_and_the_views_loads_gradio_or_plotly() -> None:
    """In a fresh process, with every module but those; `api` reaches the views only when a figure is asked for."""
    paths = [p for p in PACKAGE.rglob("*.py") if not {"app", "views"} & set(p.relative_to(PACKAGE).parts)]
    names = sorted(".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__") for p in paths)
    assert len(names) > 20
    script = f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
    script += "print([m for m in ('gradio', 'plotly', 'sklearn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=PACKAGE.parent, timeout=120, check=True)
    assert done.stdout.strip() == "[]"
