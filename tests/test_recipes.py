"""Recipes: complete, checked, and the same after every journey through a link or a file."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import models, tasks
from playground.errors import InputError
from playground.options import Limit, Value, limits
from playground.training.expected_time import expected_seconds
from playground.training.presets import PRESETS, TEN
from playground.training.recipes import MAX_PARAMETERS, Recipe, Training, from_json, from_query, make, nearest, work
from tests.small import PAIRS


def values(limit: Limit) -> st.SearchStrategy[Value]:
    """All values that a limit allows."""
    if limit.kind == "choice":
        return st.sampled_from([key for key, _ in limit.choices])
    if limit.kind == "flag":
        return st.booleans()
    if limit.kind == "integer":
        return st.integers(0, int((limit.high - limit.low) // limit.step)).map(lambda i: int(limit.low + i * limit.step))
    return st.floats(limit.low, limit.high)


def some_of(options: type[Any]) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries({}, optional={name: values(limit) for name, limit in limits(options).items()})


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Any legal recipe: those that are refused (too big, shortest above longest) are not drawn."""
    architecture, task = draw(st.sampled_from(PAIRS))
    try:
        return make(
            architecture,
            task,
            seed=draw(st.integers(0, 2**31 - 1)),
            seconds=draw(st.none() | st.floats(0.1, 120)),
            model_options=draw(some_of(models.get(architecture).Options)),
            task_options=draw(some_of(tasks.get(task).Options)),
            training_options=draw(some_of(Training)),
        )
    except InputError:
        return make(architecture, task)


@given(recipe=recipes())
@settings(max_examples=100)  # the first recipe of a pair makes its examples
def test_round_trips(recipe: Recipe) -> None:
    """Through a link and through JSON text, to an equal recipe with an equal hash."""
    for again in (from_query(recipe.to_query()), from_json(json.loads(json.dumps(recipe.to_json())))):
        assert again == recipe and hash(again) == hash(recipe)


@pytest.mark.parametrize("pair", PRESETS, ids="-".join)
def test_presets_are_legal_and_survive_a_link(pair: tuple[str, str]) -> None:
    names = [preset.name for preset in PRESETS[pair]]
    assert len(set(names)) == len(names)
    for name in names:
        recipe = make(*pair, preset=name)
        assert from_query(recipe.to_query()) == recipe
        changed = replace(recipe, device="cpu")
        assert from_json(changed.to_json()) == changed != recipe


def test_plain_links_are_short() -> None:
    assert make("seq2seq", "reverse").to_query() == "architecture=seq2seq&task=reverse"
    assert make("seq2seq", "reverse", seed=3, seconds=5).to_query() == "architecture=seq2seq&task=reverse&seed=3&seconds=5"


def test_options_that_another_preset_would_fill_in_are_written_out() -> None:
    """Naming the dot score alone would bring the rate and steps of the dot preset along."""
    recipe = make("attention_seq2seq", "reverse", model_options={"score": "dot"}, training_options={"steps": 250})
    assert from_query(recipe.to_query()) == recipe


def test_a_recipe_is_complete() -> None:
    recipe = make("attention_seq2seq", "reverse")
    assert dict(recipe.model_options).keys() == limits(models.get("attention_seq2seq").Options).keys()
    assert dict(recipe.task_options).keys() == limits(tasks.get("reverse").Options).keys()
    assert dict(recipe.training_options).keys() == limits(Training).keys()
    settled = replace(recipe, seconds=5.0).settled(steps=77)
    assert settled.training.steps == 77 and settled.seconds is None


def test_what_was_stored_before_there_was_a_choice_stops_early_as_it_did() -> None:
    usual, whole = (make("seq2seq", "reverse", training_options={"early_stop": stop}) for stop in (True, False))
    stored = usual.to_json()
    del stored["training_options"]["early_stop"]
    assert from_json(stored) == usual == make("seq2seq", "reverse")
    assert "early" not in usual.to_query() and from_query(whole.to_query()) == whole != usual


BAD_NUMBERS = [None, "many", "", [], {}, True, 1e9, -1, 0, float("nan"), float("inf"), 10**400, 10**6000, "nan", "1e9", "0x10", b"8"]


@pytest.mark.parametrize(
    "value", [*BAD_NUMBERS, 8.5], ids=lambda v: repr(v)[:12] if not isinstance(v, int) else f"{float(min(v, 10**300)):g}"
)
@pytest.mark.parametrize("group", ["model_options", "training_options"])
def test_numbers_out_of_range_are_refused(group: str, value: Any) -> None:
    name = {"model_options": "hidden", "training_options": "steps"}[group]
    with pytest.raises(InputError, match=rf"{name} is .*; allowed is a whole number from") as caught:
        make("seq2seq", "reverse", **{group: {name: value}})
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("value", [None, 0, "GRU", [], {}, float("nan"), 10**6000], ids=lambda v: type(v).__name__)
def test_choices_and_flags_are_checked(value: Any) -> None:
    with pytest.raises(InputError, match=r"cell is .*; allowed are: rnn, lstm, gru\."):
        make("seq2seq", "reverse", model_options={"cell": value})
    if value != 0:
        with pytest.raises(InputError, match=r"bidirectional is .*; allowed are true and false\."):
            make("seq2seq", "reverse", model_options={"bidirectional": value})


@pytest.mark.parametrize("text", ["True", "False", "true", "false", "1", "0"])
def test_flags_from_a_link(text: str) -> None:
    recipe = from_query(f"architecture=seq2seq&task=reverse&model.bidirectional={text}")
    assert dict(recipe.model_options)["bidirectional"] is (text.lower() in ("true", "1"))


@pytest.mark.parametrize("group", ["model_options", "task_options", "training_options"])
@pytest.mark.parametrize("value", [[1], "hidden", 5, True, [["hidden", 8]]], ids=repr)
def test_options_must_be_a_mapping(group: str, value: Any) -> None:
    with pytest.raises(InputError, match="must be a mapping"):
        make("seq2seq", "reverse", **{group: value})
    with pytest.raises(InputError, match="must be a mapping"):
        from_json({"architecture": "seq2seq", "task": "reverse", group: value})


@pytest.mark.parametrize("name", ["hiden", "", None, 5, "__class__", "x" * 5000])
def test_unknown_options_are_refused_and_the_known_ones_named(name: Any) -> None:
    with pytest.raises(InputError, match=r"is not a model option here; there are: cell, layers, hidden") as caught:
        make("seq2seq", "reverse", model_options={name: 1})
    assert len(str(caught.value)) < 300


@pytest.mark.fault(10)
@pytest.mark.parametrize("name", ["gpt", "", None, 5, [], "../../etc", "x" * 5000])
def test_unknown_architectures_tasks_and_presets_are_refused(name: Any) -> None:
    with pytest.raises(InputError, match=r"is not an architecture here; there are: .*seq2seq"):
        make(name, "reverse")
    with pytest.raises(InputError, match=r"is not a task here; there are: .*reverse"):
        make("seq2seq", name)
    if name is not None:
        with pytest.raises(InputError, match=r"is not a preset of seq2seq on reverse; there are: lstm, ten, notebook"):
            make("seq2seq", "reverse", preset=name)


@pytest.mark.parametrize("value", ["0", None, -1, 2**31, 0.5, 1e9 * 1e9, float("nan"), True, 10**6000], ids=lambda v: type(v).__name__)
def test_seeds_are_whole_numbers(value: Any) -> None:
    with pytest.raises(InputError, match="seed is"):
        make("seq2seq", "reverse", seed=value)


@pytest.mark.parametrize("value", ["5", 0, -1, 121, 1e9, float("nan"), float("inf"), True, [], 10**6000], ids=lambda v: type(v).__name__)
def test_budgets_have_limits(value: Any) -> None:
    with pytest.raises(InputError, match=r"seconds is .*; allowed is a number from 0\.1 to 120"):
        make("seq2seq", "reverse", seconds=value)


@pytest.mark.parametrize("value", ["tpu", None, 0, [], "cuda:0; rm"])
def test_devices_are_named(value: Any) -> None:
    with pytest.raises(InputError, match=r"device is .*; allowed are: auto, cpu, cuda, mps"):
        make("seq2seq", "reverse", device=value)


MISFITS = [(a.id, t.id) for a in models.architectures().values() for t in tasks.tasks().values() if not a.fits(t)]


@pytest.mark.parametrize(("architecture", "task"), MISFITS)
def test_pairs_that_do_not_fit_are_refused_with_those_that_do(architecture: str, task: str) -> None:
    reason = rf"{architecture} (reads|writes|turns|goes on|is told) .*, so it cannot learn {task}; it can learn: "
    with pytest.raises(InputError, match=reason) as caught:
        make(architecture, task)
    named = str(caught.value).split("it can learn: ")[1].rstrip(".").split(", ")
    assert sorted(named) == sorted(t for a, t in PAIRS if a == architecture)


@pytest.mark.fault(11)
def test_legal_sizes_that_multiply_to_a_huge_model_are_refused_with_the_number() -> None:
    with pytest.raises(InputError, match=r"would have [\d,]+ parameters; at most 3,000,000"):
        make("attention_seq2seq", "reverse", model_options={"hidden": 256, "layers": 3, "embedding": 128, "bidirectional": False})
    with pytest.raises(InputError, match=r"would take [\d,]+ GFLOP; at most 20"):
        make("seq2seq", "reverse", model_options={"hidden": 256, "layers": 2}, training_options={"batch_size": 512})


@pytest.mark.parametrize(("architecture", "task"), PAIRS)
def test_the_stated_size_is_that_of_the_model(architecture: str, task: str) -> None:
    recipe = make(architecture, task)
    parameters, flops = work(recipe)
    assert parameters == sum(p.numel() for p in recipe.build_model().parameters()) <= MAX_PARAMETERS
    assert flops > parameters or architecture == "ngram"  # it counts


def test_the_nearest_preset_completes_what_was_asked_for() -> None:
    pair = ("attention_seq2seq", "reverse")

    def name(model: dict[str, Any], task: dict[str, Any]) -> str:
        return nearest(*pair, model, task).name

    assert name({}, {}) == "additive", "the first one where nothing is said"
    assert name({"score": "dot"}, {}) == "dot"
    assert name({"score": "location", "hidden": 32}, {}) == "location"
    assert name({}, TEN) == "ten"
    assert nearest(*pair, {"score": "dot"}, {}, "general").name == "general", "a name decides"
    assert make(*pair, model_options={"score": "scaled_dot"}).training.steps == make(*pair, preset="scaled_dot").training.steps
    assert dict(make(*pair, preset="ten").task_options) == TEN
    assert dict(make(*pair, model_options={"score": "dot"}).task_options) == {"min_length": 3, "max_length": 12}
    assert make(*pair, task_options=TEN) == from_query("architecture=attention_seq2seq&task=reverse&task.min_length=10&task.max_length=10")
    asked = make(*pair, preset="dot", model_options={"hidden": 48}, training_options={"steps": 7})
    assert dict(asked.model_options)["hidden"] == 48 and dict(asked.model_options)["score"] == "dot" and asked.training.steps == 7


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "=&=&=",
        "architecture",
        "architecture=seq2seq",
        "architecture=seq2seq&task=sorting",
        "architecture=seq2seq&task=digits",
        "architecture=seq2seq&task=reverse&model.hidden=1e9",
        "architecture=seq2seq&task=reverse&model.hidden=%00",
        "architecture=seq2seq&task=reverse&model.=5",
        "architecture=seq2seq&task=reverse&model.hiden=8",
        "architecture=seq2seq&task=reverse&seed=x",
        "architecture=seq2seq&task=reverse&seed=nan",
        "architecture=seq2seq&task=reverse&seconds=1e999",
        "architecture=seq2seq&task=reverse&device=tpu",
        "architecture=<script>alert(1)</script>&task=reverse",
        "x" * 4001,
        "&".join(["model.hidden=8"] * 200),
        None,
        b"architecture=seq2seq&task=reverse",
    ],
    ids=lambda q: repr(q)[:40],
)
def test_garbage_links_are_refused(query: Any) -> None:
    with pytest.raises(InputError):
        from_query(query)


@given(query=st.text(st.characters(exclude_categories=()), max_size=80) | st.text("architectureseq2seqtaskreverse=&.%0+ ", max_size=80))
@settings(max_examples=150)
def test_any_link_is_a_recipe_or_refused(query: str) -> None:
    for prefix in ("", "architecture=seq2seq&task=reverse&"):
        try:
            assert isinstance(from_query(prefix + query), Recipe)
        except InputError as error:
            assert str(error)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@pytest.mark.fault(9)
@given(
    data=json_values, field=st.sampled_from(["seed", "seconds", "device", "model_options", "task_options", "training_options", "task", "x"])
)
@settings(max_examples=150)
def test_any_json_is_a_recipe_or_refused(data: Any, field: str) -> None:
    for given_json in (data, {"architecture": "autoencoder", "task": "strokes", field: data}):
        try:
            assert isinstance(from_json(given_json), Recipe)
        except InputError as error:
            assert str(error)


@pytest.mark.parametrize(("architecture", "task"), PAIRS)
def test_expected_time(architecture: str, task: str) -> None:
    """Proportional to the steps, longer for larger batches, and the budget itself where there is one."""

    def expected(**training: int) -> float:
        return expected_seconds(make(architecture, task, training_options=training))

    assert 0 < expected(steps=100) < 60
    assert expected(steps=400) == pytest.approx(4 * expected(steps=100))
    assert expected(steps=100, batch_size=256) > expected(steps=100, batch_size=64)
    assert expected_seconds(make(architecture, task, seconds=7)) == 7
