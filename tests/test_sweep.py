"""Sweeps: each run is the one trained alone, nothing but the option and the seed differs, and what is said is computed."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

import playground
from playground import InputError
from playground.experiments.sweep import Point, Sweep, plan, result, score_of, sweepable
from playground.runs.events import Done, Started
from playground.runs.executors.inline import InlineExecutor
from playground.runs.executors.several import several
from playground.training import recipes
from tests.fakes import HERE, FakeRecipe
from tests.small import EACH_KIND, tiny_recipe

TINY = {"model_options": {"embedding": 8}, "training_options": {"steps": 6, "batch_size": 8}, "device": "cpu"}
BASE = tiny_recipe("seq2seq", "reverse")


@pytest.mark.parametrize("executor", ["inline", "process"])
def test_a_run_of_a_sweep_is_the_run_trained_alone(executor: str) -> None:
    found = playground.sweep("seq2seq", "reverse", "hidden", [8, 16], seeds=[3, 11], executor=executor, **TINY)
    assert list(found.runs) == [(8, 3), (8, 11), (16, 3), (16, 11)]
    for (hidden, seed), run in found.runs.items():
        alone = playground.train("seq2seq", "reverse", seed=seed, **TINY | {"model_options": {"embedding": 8, "hidden": hidden}})
        assert run.recipe == alone.recipe and [loss for *_, loss in run.history["losses"]] == [loss for *_, loss in alone.history["losses"]]
        assert run.metrics == alone.metrics
        mine, other = run.model.state_dict(), alone.model.state_dict()
        assert mine.keys() == other.keys() and all(torch.equal(mine[name], other[name]) for name in mine)


def test_nothing_else_differs() -> None:
    """Also where the preset nearest to a value is another one, which a run trained alone would take the rest from."""
    base = recipes.make("seq2seq", "reverse")
    for option, limit, usual in sweepable(base):
        values = [key for key, _ in limit.choices] or ([False, True] if limit.kind == "flag" else [limit.low, usual])
        try:
            made = plan(base, option, list(dict.fromkeys(values))[:2], 2)
        except InputError:
            continue  # a value that does not go with the others
        group, _, name = option.partition(".")
        for (value, seed), recipe in made.items():
            assert recipe.seed == seed and dict(getattr(recipe, f"{group}_options"))[name] == value
            same = {of: dict(getattr(recipe, f"{of}_options")) for of in ("model", "task", "training")}
            same[group][name] = dict(getattr(base, f"{group}_options"))[name]
            assert same == {of: dict(getattr(base, f"{of}_options")) for of in ("model", "task", "training")}


@pytest.mark.parametrize(
    ("option", "values", "seeds", "message"),
    [
        ("width", [8], 1, "'width' is not an option of seq2seq on reverse; there are: .*hidden"),
        (None, [8], 1, "None is not an option"),
        ("hidden", [7], 1, "hidden is 7; allowed is a whole number from 8 to 256"),
        ("hidden", [], 1, r"values is \[\]; allowed is a list of 1 to 32 values of hidden"),
        ("hidden", "8", 1, "values is '8'; allowed is a list"),
        ("hidden", [8, 8.0], 1, "each value of hidden is trained once"),
        ("hidden", [8], 0, "seeds is 0; allowed is how many, from 1 to 100"),
        ("hidden", [8], [1, 1], r"seeds is \[1, 1\]"),
        ("hidden", [8], True, "seeds is True"),
    ],
)
def test_what_cannot_be_swept_is_refused_before_anything_trains(option: Any, values: Any, seeds: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        playground.sweep("seq2seq", "reverse", option, values, seeds=seeds)
    with pytest.raises(InputError, match="steps cannot be swept where seconds are given"):
        playground.sweep("seq2seq", "reverse", "steps", [10], seconds=1)
    with pytest.raises(InputError, match="executor is 'slurm'; allowed are: inline, process, ray"):
        playground.sweep("seq2seq", "reverse", "hidden", [8], executor="slurm")


def test_an_option_of_two_is_named_with_its_group() -> None:
    for pair in EACH_KIND:
        names = [name for name, *_ in sweepable(tiny_recipe(*pair))]
        assert len(names) == len(set(names)) and all("." in name for name in names)
    assert plan(BASE, "model.hidden", [8], 1) == plan(BASE, "hidden", [8], 1)


def swept(*points: tuple[Any, int, float], option: str = "hidden") -> Sweep:
    return result(BASE, option, tuple(Point(*point, updates=5, seconds=0.5) for point in points))


def test_what_a_sweep_says_is_computed() -> None:
    found = swept((8, 0, 0.1), (8, 1, 0.3), (64, 0, 0.9), (64, 1, 0.7))
    assert found.spread[8][1:] == (0.1, 0.3, 2) and found.spread[8].mean == pytest.approx(0.2)
    assert found.sentence == (
        "Exact match is best with hidden units 64, 80 % [70 %, 90 %], and worst with 8, 20 % [10 %, 30 %]; "
        "no seed of one reaches the other (4 runs)."
    )
    assert "their seeds overlap" in swept((8, 0, 0.1), (8, 1, 0.8), (64, 0, 0.9), (64, 1, 0.7)).sentence
    assert "one seed each does not tell it from chance" in swept((8, 0, 0.1), (64, 0, 0.7)).sentence
    assert swept((8, 0, 0.0), (64, 0, 0.0)).sentence == "Hidden units 8, 64: exact match 0 %."
    assert "64, 59 %, and worst with 8, 0.065 %;" in swept((8, 0, 0.000651), (64, 0, 0.591)).sentence
    assert swept().sentence == "No run has ended yet."
    assert repr(found) == "Sweep(hidden of seq2seq · reverse: 8 0.2 [0.1, 0.3], 64 0.8 [0.7, 0.9])"
    assert found.table()[:2] == [["hidden", "seed", "exact match", "updates", "seconds"], [8, 0, 0.1, 5, 0.5]]
    lower = result(tiny_recipe("autoencoder", "strokes"), "code", (Point(2, 0, 0.05, 5, 0.5), Point(8, 0, 0.01, 5, 0.5)))
    assert "best with code" in lower.sentence.lower() and "8, 0.0100, and worst with 2, 0.0500;" in lower.sentence


def test_a_sweep_is_drawn() -> None:
    found = swept((64, 0, 0.9), (64, 1, 0.7), (8, 0, 0.1), (8, 1, 0.3))
    means, dots = found.figure().data
    assert list(means.x) == [8, 64] and list(means.y) == [pytest.approx(0.2), pytest.approx(0.8)]
    assert [round(high, 6) for high in means.error_y.array] == [0.1, 0.1] and list(dots.y) == [0.9, 0.7, 0.1, 0.3]
    choices = swept(("lstm", 0, 0.9), ("rnn", 0, 0.1), option="cell").figure()
    assert list(choices.data[0].x) == ["lstm", "rnn"] and choices.layout.xaxis.type == "category"


def test_the_end_of_one_run_is_told_in_the_order_of_the_recipes() -> None:
    names = [FakeRecipe(name=f"{n}", steps=n) for n in (5, 1, 3)]
    place = InlineExecutor(f"{HERE}:train")
    for at_once in (1, 3):
        assert several(place, names, ended, at_once) == [("5", 5), ("1", 1), ("3", 3)]


def ended(events: Any) -> tuple[str, int]:
    told = list(events)
    assert isinstance(told[0], Started) and isinstance(told[-1], Done)
    return told[0].recipe.name, told[-1].step


def test_a_run_that_goes_wrong_ends_all() -> None:
    def fails(events: Any) -> None:
        raise RuntimeError("it went wrong")

    for at_once in (1, 2):
        with pytest.raises(RuntimeError, match="it went wrong"):
            several(InlineExecutor(f"{HERE}:train"), [FakeRecipe(), FakeRecipe()], fails, at_once)


def test_what_was_stopped_has_no_score() -> None:
    assert math.isnan(score_of({})) and score_of({"exact_match": 0.5, "loss": 1.0}) == 0.5 and score_of({"mse": 0.02}) == 0.02
