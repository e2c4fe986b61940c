"""Nothing is ignored: every public function, given any value in any place, gives a result or raises InputError."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import playground
from playground import Beam, Edit, Greedy, InputError, Run, Sample, Trace, models, tasks
from playground.app.links import from_query
from playground.tasks import Code
from playground.training import recipes
from tests.small import some_input, tiny_run


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


EDIT = Edit("decoder.logits", "scale", 1)
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 99, 2.5, math.nan, math.inf, 10**400, 10**6_000, 1j, b"31",
    "", " ", "x", "31", "reverse", "attention_seq2seq", "attention", "encoder", "\0", "\ud800", "x" * 10_000,
    [], ["a"], ["attention"], [1], (), (1, 2), {}, {"a": 1}, set(), range(3), nested(3), nested(100_000),
    {0: "5"}, {0: 5}, {"0": "5"}, {-1: "5"}, {True: "5"}, {99: "5"}, {0: "end", 2: "5"},
    Beam, Beam(2), Sample(), Greedy(), EDIT, [EDIT, "a"], Code((1.0, 2.0)), Code(("a",)),
    np.arange(3), np.zeros((28, 28)), np.array("x"), torch.ones(2), object(), type, len, Ellipsis, Path("no/such"),
)  # fmt: skip
RUNS = [
    ("attention_seq2seq", "reverse"),
    ("transformer_decoder", "copy"),
    ("ngram", "completion"),
    ("transformer_encoder", "entities"),
    ("pooled_classifier", "sentiment"),
    ("captioner", "scenes"),
    ("recognizer", "dialing"),
    ("vae", "strokes"),
    ("cvae", "digits"),
]


@pytest.fixture(scope="module", params=RUNS, ids="-".join)
def run(request: pytest.FixtureRequest) -> Run:
    return playground.load(*request.param)


@pytest.fixture(scope="module")
def attention() -> Run:
    return playground.load("attention_seq2seq", "reverse")


def survives(call: Callable[[Any], Any], value: Any) -> None:
    """A result, or a sentence."""
    try:
        call(value)
    except InputError as error:
        assert str(error).endswith((".", "!", "?", ")")) or ": " in str(error), f"no sentence: {error}"
    except BaseException as error:
        error.add_note(
            f"given {type(value).__name__} {value!r:.60}" if not isinstance(value, int | list) else f"given a {type(value).__name__}"
        )
        raise


@pytest.mark.fault(9, 50)
@pytest.mark.parametrize("argument", ["given", "strategy", "edits", "forced", "condition"])
def test_exploring(run: Run, argument: str) -> None:
    usual = {"given": some_input(run.task)}
    assert set(inspect.signature(Run.explore).parameters) == {"self", "given", "strategy", "edits", "forced", "condition"}
    for value in ODD:
        survives(lambda value: run.explore(**{**usual, argument: value}), value)


@pytest.mark.parametrize("argument", ["name", "given", "theme", "step", "side", "pie"])
@pytest.mark.parametrize("name", ["attention", "next_token", "trajectory", "learning", "latent_map", "reconstruction_error"])
def test_figures(name: str, argument: str) -> None:
    for pair in (RUNS[0], RUNS[7])[: 1 if name == "learning" else 2]:
        run = playground.load(*pair)
        for value in ODD:
            survives(lambda value, run=run: run.figure(**{"name": name, "given": some_input(run.task), argument: value}), value)


@pytest.mark.parametrize("of", [Run.script, Run.notebook], ids=["script", "notebook"])
def test_scripts(of: Any) -> None:
    for pair in (RUNS[0], RUNS[5], RUNS[7]):
        run = playground.load(*pair)
        for value in ODD:
            if value is not None:
                survives(lambda value, run=run: of(run, value), value)


MADE: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "Edit": (Edit, {"site": "decoder.logits", "op": "set", "value": 1, "steps": None}),
    "patch": (Edit, {"site": "decoder.logits", "op": "patch", "value": (1,), "steps": None, "share": 0.5}),
    "noise": (Edit, {"site": "decoder.logits", "op": "noise", "value": 1, "steps": None, "seed": 0}),
    "freeze": (Edit, {"site": "decoder.attention.weights", "op": "freeze", "value": None, "steps": (1,)}),
    "Sample": (Sample, {"temperature": 1, "top_k": 0, "top_p": 1, "seed": 0}),
    "Beam": (Beam, {"width": 2, "length_penalty": 1}),
    "Run": (Run, {"checkpoint": None}),
    "stream": (
        playground.stream,
        {"architecture": "seq2seq", "task": "reverse", "seconds": None, "seed": 0, "device": "cpu", "preset": None, "model_options": None}
        | {"task_options": None, "training_options": None},
    ),
    "load": (playground.load, {"architecture": "seq2seq", "task": "reverse"}),
    "read_pairs": (
        playground.read_pairs,
        {"given": ["a\tb"] * 30, "source_unit": "words", "target_unit": "words", "encoding": None, "separator": None, "quotes": None}
        | {"header": None, "html": None},
    ),
    "read_pictures": (playground.read_pictures, {"given": [("a.png", b"x")]}),
    "compare": (playground.compare, {"a": tiny_run("seq2seq", "reverse"), "b": tiny_run("transformer", "reverse"), "lengths": [3], "n": 4}),
    "effect": (playground.load(*RUNS[0]).effect, {"acts": Edit("*.logits", "scale", 1), "n": 4}),
    "patch two": (playground.load("attention_seq2seq", "reverse").patch, {"clean": "3 1 4", "corrupted": "3 1 5"}),
    "probe": (playground.load("attention_seq2seq", "reverse").probe, {"what": "position", "site": None}),
    "who_knows": (playground.load("attention_seq2seq", "reverse").who_knows, {"what": "position"}),
    "walk": (
        playground.load("sequence_vae", "sentences").walk,
        {"first": "the car sleeps", "last": "my cat sleeps", "steps": 3, "way": "straight"},
    ),
    "spectrum": (playground.load("attention_seq2seq", "reverse").spectrum, {"table": "source"}),
    "importance": (playground.load("attention_seq2seq", "reverse").importance, {"given": "31"}),
    "faithfulness": (playground.load("pooled_classifier", "sentiment").faithfulness, {"n": 2}),
    "first_errors": (playground.load("seq2seq", "reverse").first_errors, {"n": 2}),
    "break_it": (playground.load("attention_seq2seq", "reverse").break_it, {"seconds": 0.01, "should_stop": None}),
    "by_length": (playground.load("attention_seq2seq", "reverse").by_length, {"lengths": [3], "n": 4}),
    "compress": (playground.load("conv_autoencoder", "digits").compress, {"others": ()}),
    "denoise": (
        playground.load("conv_autoencoder", "digits").denoise,
        {"plain": None, "levels": (0.3,), "n": 4, "seed": 0},
    ),
    "detect": (playground.load("conv_autoencoder", "digits").detect, {"odd": "digits"}),
    "figure of a result": (playground.load("attention_seq2seq", "reverse").by_length([3], 4).figure, {"theme": "light"}),
    "sweep": (
        playground.sweep,
        {"architecture": "seq2seq", "task": "reverse", "option": "hidden", "values": [], "seeds": 0, "seconds": None, "executor": "inline"}
        | {"device": "cpu", "preset": None, "model_options": None, "task_options": None, "training_options": None},
    ),
    "papers": (playground.papers.__getitem__, {"id": "hinton_2006"}),
    "paper's arm": (playground.papers["hinton_2006"].arms[0].recipe, {"seed": 0}),
    "paper's runs": (playground.papers["hinton_2006"].judge, {"runs": {}}),
    "figure of a paper": (playground.papers["hinton_2006"].judged[0].figure, {"theme": "light"}),
    "lessons": (playground.lessons.__getitem__, {"id": "attention"}),
    "models.get": (models.get, {"id": "seq2seq"}),
    "tasks.get": (tasks.get, {"id": "reverse"}),
    "find": (Trace({"a": np.ones(1)}).find, {"glob": "*"}),
    "recipes.from_json": (recipes.from_json, {"data": {}}),
    "recipes.from_query": (recipes.from_query, {"query": ""}),
}


@pytest.mark.fault(9, 50)
@pytest.mark.parametrize("name", MADE)
def test_everything_else(name: str) -> None:
    call, usual = MADE[name]
    for argument in usual:
        for value in ODD:
            survives(lambda value, argument=argument: call(**{**usual, argument: value}), value)


@pytest.mark.parametrize("group", ["model_options", "task_options", "training_options"])
def test_every_option(group: str) -> None:
    """Each option by itself, given anything."""
    kind = {
        "model_options": models.get("transformer").Options,
        "task_options": tasks.get("reverse").Options,
        "training_options": recipes.Training,
    }
    for name in inspect.signature(kind[group]).parameters:
        for value in ODD:
            survives(lambda value, name=name: playground.stream("transformer", "reverse", **{group: {name: value}}), value)


def test_what_is_public_is_tried() -> None:
    tried = {"Run", "Edit", "Sample", "Beam", "stream", "load", "Trace", "read_pairs", "read_pictures", "compare", "sweep", "papers"}
    tried |= {"lessons"}
    alike = {
        "train": "stream",
        "Greedy": "takes nothing",
        "InputError": "",
        "NoDevice": "",
        "list_architectures": "takes nothing",
        "list_tasks": "takes nothing",
    }
    assert set(playground.__all__) <= tried | set(alike)
    assert inspect.signature(playground.train).parameters == inspect.signature(playground.stream).parameters
    methods = {name for name, value in inspect.getmembers(Run, inspect.isfunction) if not name.startswith("_")}
    asked = {"effect", "patch", "probe", "break_it", "by_length", "who_knows", "spectrum", "importance", "faithfulness", "first_errors"}
    asked |= {"walk", "compress", "denoise", "detect", "features", "dead"}
    assert methods == {"explore", "figure", "script", "notebook", "save", "repeat"} | asked


@pytest.mark.parametrize(
    "value",
    [None, 5, "", "a\0b", b"x", "no/such/folder/mine.safetensors", ".", "/proc/mine.safetensors", object()],
    ids=lambda value: repr(value).split(" at ")[0],
)
def test_saving(attention: Run, value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        attention.save(value)
    assert not list(tmp_path.iterdir())


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"strategy": "beam"}, r"strategy is 'beam'; allowed are Greedy\(\), Sample\(…\) and Beam\(…\)"),
    ({"strategy": Beam}, r"strategy is the class Beam; .*Beam\(\)"),
    ({"edits": "decoder.hidden"}, "edits is 'decoder.hidden'; allowed is an Edit or a list of them"),
    ({"edits": ["decoder.hidden"]}, "edits holds 'decoder.hidden'"),
    ({"edits": Edit("decoder.logits", "scale", 2, (1, 99))}, "names the step 99; here it has steps 0 to 5"),
    ({"edits": Edit("encoder.states", "scale", 2, (1,))}, "names the step 1; here it has steps 0 to 0"),
    ({"forced": {99: "5"}}, "forced names the step 99; an answer to this input has steps 0 to 13"),
    ({"forced": {"0": "5"}}, "forced names the step '0'"),
    ({"forced": ["5"]}, r"forced is \['5'\]; allowed is a mapping of steps to tokens"),
    ({"forced": {1: "end", 3: "5"}}, "ends the answer at step 1 and goes on at step 3"),
    ({"condition": 3}, "condition is 3; this model is told no class"),
]


@pytest.mark.fault(50)
@pytest.mark.parametrize(("asked", "message"), REFUSED, ids=lambda part: str(part)[:40])
def test_what_cannot_be_honoured_is_refused(attention: Run, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        attention.explore("31415", **asked)


def test_nothing_is_drawn_from_what_edits_have_made_no_numbers(attention: Run) -> None:
    with pytest.raises(InputError, match="are no numbers"):
        attention.explore("31415", Sample(), [Edit("decoder.logits", "scale", 3e38)] * 2)


def test_no_edits_and_one_edit(attention: Run) -> None:
    plain, edit = attention.explore("31415"), Edit("decoder.attention.weights", "set", (1, 0, 0, 0, 0))
    assert attention.explore("31415", edits=None).output == plain.output
    held = [attention.explore("31415", edits=edits).output for edits in (edit, iter([edit]))]
    assert held[0] == held[1] != plain.output and held[0].startswith("3 3 3 3")


@pytest.mark.fault(50)
@pytest.mark.parametrize("strategy", [Beam(1), Sample()], ids=repr)
@pytest.mark.parametrize("pair", [("transformer_encoder", "entities"), ("vae", "strokes")], ids="-".join)
def test_models_that_answer_at_once_follow_no_strategy(pair: tuple[str, str], strategy: Any) -> None:
    run = playground.load(*pair)
    with pytest.raises(InputError, match="answers at once"):
        run.explore(some_input(run.task), strategy)
    with pytest.raises(InputError, match="writes no tokens"):
        run.explore(some_input(run.task), forced={0: "a"})
    with pytest.raises(InputError, match="told no class"):
        run.explore(some_input(run.task), condition=0)
    assert run.explore(some_input(run.task), Greedy(), edits=None, forced={}, condition=None)


def test_a_figure_says_what_it_lacks(attention: Run) -> None:
    for asked, message in [
        ({"name": "attention"}, r"give it, for example figure\('attention', '"),
        ({"name": ["a"]}, r"\['a'\] is not a figure here"),
        ({"name": "attention", "given": "31", "stepp": 1}, "'stepp' is not an option of the figure attention; there are: theme"),
        ({"name": "trajectory", "given": "31", "step": 99}, "step is 99; this answer has steps 0 to 2"),
    ]:
        with pytest.raises(InputError, match=message):
            attention.figure(**asked)


def test_a_link_with_a_condition_and_no_code_says_so() -> None:
    for query in ({"condition": "99"}, {"architecture": "cvae", "task": "digits", "condition": "99"}):
        assert "a condition, but no code" in str(from_query(query, "cpu").notice)


@pytest.mark.parametrize("token", ["9" * 5_000, "\u200b" * 5_000], ids=["long", "unseen"])
def test_a_refusal_quotes_the_beginning_of_what_is_long(token: str) -> None:
    with pytest.raises(InputError) as refused:
        playground.load("attention_seq2seq", "reverse").explore("3 1 4", forced={0: token})
    assert len(str(refused.value)) < 600 and "…" in str(refused.value)
