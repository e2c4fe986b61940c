"""What an answer is worth: its input known or new, its error the model's or the search's, and what a right beginning would change."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from playground import load
from playground.app.stage import Stage
from playground.app.visit import Visit
from playground.inference.decoding import Beam, Greedy, Sample, decode
from playground.inference.explore import explore
from playground.inference.reference import rescored
from playground.tasks import Typed, get
from playground.training.drawn import drawn
from playground.training.stepper import Stepper
from playground.training.trainer import new_model
from playground.views.scene import judged
from tests.small import DECODER_PAIRS, build, some_input, tiny_recipe


@pytest.mark.parametrize(
    ("architecture", "task_id"), [p for p in DECODER_PAIRS if p[1] in ("reverse", "translation", "completion", "scenes")]
)
def test_the_right_answer_is_scored_as_if_it_had_been_written(architecture: str, task_id: str) -> None:
    """One pass agrees with forcing it token by token, and with decoding where the answer is right already."""
    task = get(task_id)()
    model = build(architecture, task, seed=2)
    trace = explore(model, task, some_input(task))
    right = trace.sensed.right if trace.sensed is not None else task.answer(trace.source)
    assert right is not None
    found = rescored(model, task, trace, right)
    forced = explore(model, task, some_input(task), forced=dict(enumerate((*right, "end"))))
    assert forced.probabilities is not None
    ids = [task.token_id(token) for token in forced.tokens]
    assert found.right == pytest.approx(float(np.log(forced.probabilities[range(len(ids)), ids]).sum()), abs=1e-3)
    assert found.right == pytest.approx(rescored(model, task, forced, right).own, abs=1e-3)
    assert found.writes[0] == trace.tokens[0], "before the first token there is nothing to be right about"
    same = rescored(model, task, forced, right)
    assert same.writes == found.writes and same.right == same.own


def test_model_error_and_search_error_are_told_apart() -> None:
    def said(right: float, own: float, strategy: Greedy | Sample | Beam | None) -> str:
        teaching = {"right": ["1", "end"], "writes": ["2", "end"], "likely": right, "own": own}
        return "".join(text for _, text in judged.told(None, teaching, strategy)).strip()

    assert said(-5.1, -3.2, Greedy()).startswith("Model error: it holds its own answer for likelier, log probability −3.20, than")
    assert said(-1.0, -3.2, Beam()).startswith("Search error: the model holds the right answer for likelier, log probability −1.00, than")
    assert said(-1.0, -3.2, Sample()).startswith("Chance: ")
    assert said(-5.1, -3.2, Sample()).startswith("Model error: ")
    assert said(-1.0, -3.2, None) == "", "what a visitor forced is nobody's error"


@pytest.mark.parametrize(
    ("architecture", "task_id", "few"), [("seq2seq", "reverse", 0), ("seq2seq", "translation", 0), ("seq2seq", "copy", 70)]
)
def test_what_was_drawn_is_known_from_the_update_that_drew_it(architecture: str, task_id: str, few: int) -> None:
    """Compared with the batches of a training of the same recipe."""
    recipe = tiny_recipe(architecture, task_id, steps=40, training_options={"batch_size": 8, "examples": few})
    task, options = recipe.build_task(), recipe.training
    stepper = Stepper(new_model(recipe), task, options, recipe.seed, torch.device("cpu"))
    batches = [next(stepper.batches).source for _ in range(options.steps)]
    found = drawn(recipe)
    assert found is not None
    seen: set[tuple[int, ...]] = set()
    for update, batch in enumerate(batches):
        sources = [tuple(t for t in row if t) for row in batch.tolist()]
        for source in sources:
            assert found.knows(torch.tensor(source), update + 1)
            assert few or source in seen or not found.knows(torch.tensor(source), update)
        seen |= set(sources)
        assert few or found.count(update + 1) == len(seen)
    for row in task.held_out("test", 50).source.tolist():
        assert not found.knows(torch.tensor([t for t in row if t]), options.steps)


def test_a_stage_says_whether_its_input_was_trained_on() -> None:
    run = load("attention_seq2seq", "translation")
    assert 0 < run.updates <= run.recipe.training.steps
    task = run.task
    batch = task.sample(64, torch.Generator().manual_seed(run.recipe.seed + 1))
    first = " ".join(task.source_vocabulary.decode([t for t in batch.source[0].tolist() if t]))
    held = " ".join(task.source_vocabulary.decode([t for t in task.held_out("test", 1).source[0].tolist() if t]))
    for text, known in ((first, True), (held, False)):
        stage = Stage(Visit(run.recipe, given=Typed(text)), run, run.explore(text))
        assert stage.known is not None and stage.known[0] is known
        said = "".join(part for _, part in stage.scene["told"])
        assert said.startswith("Known: one of the" if known else "New: not among the") and f"{stage.known[1]:,}" in said
    assert Stage(Visit(run.recipe, given=Typed(first)), run, run.explore(first), updates=0).known is None, "nothing was drawn yet"


def test_no_error_is_told_of_what_a_draw_made_likelier() -> None:
    """A wrong answer of a trained model by sampling hot: the right one is likelier, so it was chance."""
    run = load("attention_seq2seq", "reverse")
    for seed in range(20):
        trace = run.explore("314159265", Sample(temperature=3.0, seed=seed))
        if trace.output != "5 6 2 9 5 1 4 1 3":
            break
    stage = Stage(Visit(run.recipe, given=Typed("314159265"), strategy=Sample(3.0, seed=seed)), run, trace)
    assert "Chance: " in "".join(part for _, part in stage.scene["told"])
    teaching = stage.scene["teaching"]
    assert teaching["writes"] == teaching["right"], "given right beginnings it goes on rightly"
    assert teaching["likely"] > teaching["own"] > -math.inf
    assert len([*decode(run.model, trace.reading.source, max_steps=22)]) == 10
