"""What passes the contracts works on the page: every fitting pair of the registries is drawn, opened and shown, however it is decoded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch

from playground import api, models, tasks
from playground.app.page import Page
from playground.app.panels.inside import Block
from playground.app.panels.player import Trajectory
from playground.app.stage import Stage
from playground.app.visit import Visit
from playground.errors import InputError
from playground.inference.decoding import Beam, Sample
from playground.storage.checkpoints import Checkpoint
from playground.tasks import TextTask
from playground.tracing import Edit, Trace
from playground.training.trainer import new_model
from playground.views import VIEWS, figure
from playground.views.blocks import opened as blocks
from tests import small
from tests.pages import new_page


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


@cache
def untrained(architecture: str, task_id: str) -> api.Run:
    """A tiny run of the pair, before its first step."""
    recipe = small.tiny_recipe(architecture, task_id)
    model = new_model(recipe)
    if isinstance(model, models.Counted):
        model.count(recipe.build_task().held_out("test", 64))
    return api.Run(Checkpoint(recipe, model.state_dict(), {"exact_match": 0.0}, 0.0))


def stage(run: api.Run, trace: Trace, **more: Any) -> Stage:
    return Stage(Visit(run.recipe, given=run.task.first(), **more), run, trace)


def shown(page: Page, answer: Stage) -> dict[str, Any]:
    """All that the page is sent of a stage, by panel."""
    return {name: json.loads(value) if isinstance(value, str) else value for name, value in page.values(answer, {}).items()}


def traces(run: api.Run) -> Iterator[Trace]:
    """The first input, decoded in every way there is, and with an edit."""
    given = run.task.first().model_input(run.task)
    plain = run.explore(given)
    yield plain
    yield run.explore(given, edits=[Edit(next(site for site in plain if site not in COUNTED), "scale", 0.5)])
    if run.task.writes and isinstance(run.model, models.EncoderDecoder):
        yield run.explore(given, strategy=Sample(temperature=1.5, seed=3))
        yield run.explore(given, forced=dict(enumerate(run.explore(given, strategy=Beam(2)).tokens)))


COUNTED = ("decoder.order",)  # it picks a row: half of it is another row


@pytest.mark.parametrize(("architecture", "task_id"), small.PAIRS)
def test_every_pair_lives_on_the_page(page: Page, architecture: str, task_id: str) -> None:
    """Picture, chart, rail, code and all other panels; the picture and the chart also of what was drawn, searched or edited."""
    run = untrained(architecture, task_id)
    first, *others = (stage(run, trace) for trace in traces(run))
    values = shown(page, first)
    assert all(isinstance(values[name], dict) for name, sent in page.values(first, {}).items() if isinstance(sent, str)), (
        "an island takes an object"
    )
    assert values["Rail"]["architecture"] == architecture and values["Rail"]["task"] == task_id
    assert values["Player"]["kind"] == ("sequence" if "Trajectory" in values else "picture")
    for answer in (first, *others):
        for part in blocks_of(answer.scene):
            assert blocks.has(run.model, answer.trace, part), f"{part} is drawn and cannot be opened"
        if answer.scene["kind"] == "sequence":
            agree(answer.scene, answer.trace)
            json.dumps(page[Trajectory].value(answer))


def agree(scene: dict[str, Any], trace: Trace) -> None:
    """What the player puts beside each other is equally long."""
    steps, source = len(trace.tokens), len(trace.source)
    assert len(scene["output"]) == len(scene["say"]) == steps and len(scene["source"]) == source
    for name, count in (("states", source), ("decoder_states", steps), ("logits", steps)):
        assert scene[name] is None or scene[name]["shape"][0] == count, name
    for m in scene["maps"]:
        assert m["weights"]["shape"][1:] == [len(m["rows"]), len(m["columns"])], m["site"]
    assert scene["encoder"]["blocks"] or scene["encoder"]["ghost"]
    assert scene["decoder"]["blocks"] or scene["decoder"]["ghost"]


def blocks_of(scene: dict[str, Any]) -> set[str]:
    """The paths of all buttons of the picture."""
    if scene["kind"] == "picture":
        return {layer["path"] for side in scene["layers"].values() for layer in side or ()}
    code = [scene["code"]["block"]] if scene["code"]["block"] else []
    return {part["path"] for side in ("encoder", "decoder") for column in scene[side]["blocks"] for part in column["blocks"]} | {*code}


@pytest.mark.parametrize(("architecture", "task_id"), small.PAIRS)
def test_every_figure_is_drawn_or_says_why_not(architecture: str, task_id: str) -> None:
    run = untrained(architecture, task_id)
    given, drawn = run.task.first().model_input(run.task), []
    for name in VIEWS:
        try:
            made = figure(name, run, given)
        except InputError as error:
            assert str(error).endswith("."), "a sentence"
            continue
        assert made.data and made.layout.meta["title"]
        drawn.append(name)
    assert drawn or architecture == "ngram"


@pytest.mark.parametrize(("architecture", "task_id"), small.EACH_KIND)
def test_every_button_opens_its_block(page: Page, architecture: str, task_id: str) -> None:
    """As a visitor opens them; each with one of the traces, since all blocks of a plain one are opened elsewhere."""
    run = untrained(architecture, task_id)
    answers = [stage(run, trace) for trace in traces(run)]
    for n, path in enumerate(sorted(blocks_of(answers[0].scene))):
        opened = json.loads(page[Block].sent(replace(answers[n % len(answers)], visit=replace(answers[0].visit, block=path))))
        assert opened["title"] and opened["code"], path


@pytest.mark.parametrize("task_id", [id for id, task in tasks.tasks().items() if issubclass(task, TextTask) and task.writes])
def test_answers_fit_into_the_steps_there_are(task_id: str) -> None:
    """`max_steps` stops no right answer before its end token."""
    task = tasks.get(task_id)()
    batch = task.sample(200, torch.Generator().manual_seed(0))
    for source, target in zip(batch.source, batch.target, strict=True):
        assert int((target != 0).sum()) <= task.max_steps(int((source != 0).sum()))
