"""The row above the picture: what the model reads. A text box, or pictures to pick and a pad to draw on."""

from __future__ import annotations

from typing import Any

import gradio as gr
import torch

from ...errors import InputError
from ...inference.explore import picture
from ...tasks import PictureTask
from .. import sounds
from .. import visit as visits
from ..http.uploads import decoded
from ..islands import SourceRow
from ..page import Page
from ..visit import Visit


def build(page: Page, drawn: dict[str, Any]) -> None:
    from .. import content

    page.add(
        "input",
        gr.Textbox(page.first.given, label="Source", show_label=True, container=True, lines=1, max_lines=1, elem_id="input"),
    )
    page.add("source_row", SourceRow(content.source_row(page.first, drawn)))


def wire(page: Page) -> None:
    box, row = page.parts["input"], page.parts["source_row"]
    page.on(box.submit, typed, "explore", inputs=("input",), again="always_last")
    page.on(row.example, example, "example", again="always_last")
    page.on(row.dice, lambda visit, data, owner: visits.dice(visit), "dice", again="always_last")
    page.on(row.picture, drawn, "picture", again="always_last")
    page.on(row.sound, recorded, "sound", again="always_last")


def typed(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """What was typed is decoded; bad text raises InputError here, before anything runs."""
    visits.check(visit.task, data.get("input"))
    return visit.with_input(data["input"])


def example(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    if "id" in data:
        return visits.held_out(visit, data["id"])
    return typed(visit, {"input": data.get("text")}, owner)


def recorded(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """A sound file or what a microphone heard."""
    return sounds.with_recording(visit, data)


def drawn(visit: Visit, data: dict[str, Any], owner: str) -> Visit:
    """A drawing of 784 numbers in 0..1, or 3 × 1,024 in colour; or a picture's file, in base64."""
    if visit.task.kind == "caption":
        return visits.pixels(visit, decoded(data["file"]) if "file" in data else data.get("values"))
    if not isinstance(visit.task, PictureTask):
        raise InputError("This task reads tokens; type them.")
    values = picture(data.get("values"))
    if values.max() < 0.05:
        raise InputError("The drawing is empty; draw a digit first.")
    scanned = visit.task.as_data(torch.from_numpy(values).reshape(1, -1))
    return visit.with_input(("drawn", tuple(scanned[0].tolist())))
