"""What passes the contracts works on the page: every fitting pair of the registries is drawn, opened and shown, however it is decoded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from playground import api, models, tasks
from playground.app.page import Page
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

SAMPLE = Sample(temperature=1.5, seed=3)


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def untrained(architecture: str, task_id: str) -> api.Run:
    """A tiny run of the pair, before its first step."""
    recipe = small.tiny_recipe(architecture, task_id)
    model = new_model(recipe)
    if isinstance(model, models.Counted):
        model.count(recipe.build_task().held_out(64, seed=9))
    return api.Run(Checkpoint(recipe, model.state_dict(), {"exact_match": 0.0}, 0.0))


def shown(page: Page, run: api.Run, trace: Trace, **more: Any) -> dict[str, Any]:
    """All that the page is sent of a trace, by panel: JSON."""
    stage = Stage(Visit(run.recipe, given=run.task.first(), **more), run, trace)
    values = page.values(stage, {})
    return {name: json.loads(value) if isinstance(value, str) else value for name, value in values.items()}


def traces(run: api.Run) -> Iterator[tuple[dict[str, Any], Trace]]:
    """The first input, decoded in every way there is, and with an edit; each with the visit's part in it."""
    given = run.task.first().model_input(run.task)
    plain = run.explore(given)
    yield {}, plain
    yield {}, run.explore(given, edits=[Edit(next(site for site in plain if site.startswith("encoder") or site not in DEAD), "scale", 0.5)])
    if run.task.writes and isinstance(run.model, models.EncoderDecoder):
        for strategy in (SAMPLE, Beam(2)):
            best = run.explore(given, strategy=strategy)
            yield {"strategy": strategy}, run.explore(given, forced=dict(enumerate(best.tokens))) if strategy != SAMPLE else best


DEAD = ("decoder.order",)  # it picks a row: half of it is another row


@pytest.mark.parametrize(("architecture", "task_id"), small.PAIRS)
def test_every_pair_lives_on_the_page(page: Page, architecture: str, task_id: str) -> None:
    """Scene, chart, rail, code and all other panels, for an input decoded greedily, drawn, searched, and with an edit."""
    run = untrained(architecture, task_id)
    for more, trace in traces(run):
        values = shown(page, run, trace, **more)
        scene = values["Player"]
        assert scene["kind"] == ("picture" if trace.reconstruction is not None else "sequence")
        assert values["Rail"]["architecture"] == architecture and values["Rail"]["task"] == task_id
        if scene["kind"] == "sequence":
            agree(scene, trace)
        for part in blocks_of(scene):
            assert blocks.has(run.model, trace, part), f"{part} is drawn and cannot be opened"


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
def test_every_block_is_opened_whatever_was_decoded(page: Page, architecture: str, task_id: str) -> None:
    """As a visitor opens them, by a click: modules, and the quantities and bare tables that have none."""
    run = untrained(architecture, task_id)
    for more, trace in traces(run):
        for path in (*blocks.known(run.model), *blocks.tables(run.model), *trace.sites):
            if blocks.has(run.model, trace, path):
                opened = blocks.detail(run, trace, path)
                assert opened["title"] and opened["code"], path
        assert shown(page, run, trace, block=blocks.known(run.model)[-1], **more)["Block"]["title"]


@pytest.mark.parametrize("task_id", [id for id, task in tasks.tasks().items() if issubclass(task, TextTask) and task.writes])
def test_answers_fit_into_the_steps_there_are(task_id: str) -> None:
    """`max_steps` stops no right answer before its end token."""
    task = tasks.get(task_id)()
    batch = task.sample(200, torch.Generator().manual_seed(0))
    for source, target in zip(batch.source, batch.target, strict=True):
        assert int((target != 0).sum()) <= task.max_steps(int((source != 0).sum()))
