"""The row above the picture: what the model reads. A text box, or pictures to pick and pads to draw on; for sounds a keypad and files."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Hashable
from functools import lru_cache, partial
from typing import Any

import gradio as gr
import torch

from ... import api, models, tasks
from ...errors import InputError
from ...options import show
from ...tasks import Drawn, Given, HeldOut, Pixels, Sound, Typed, picture
from ...tasks.dialing.sound import SECONDS, bounded, brought
from ...tasks.dialing.tones import RATE
from ...tasks.given import SIDE
from ...tasks.scenes.files import ALLOWED, MAX_BYTES, decoded
from ...tasks.scenes.task import RGB
from ...tasks.scenes.text import COLOURS, HALF, HIGH, LOW, SHAPES, read_scene
from ...training.expected_time import expected_seconds
from ...wire import ink
from ..http.reading import whole
from ..panel import Panel
from ..sessions import Visitor
from ..stage import Stage
from ..visit import SHIPPED, Visit
from .rail.rail import choose, usual

FIT_BOX = {"digits": 28, "strokes": 20}  # pixels that a drawing is scaled to, like the pictures the model knows
KEYS = 16


class Box(Panel):
    """The text box. Its text is left alone unless the input itself changed: somebody may be typing."""

    def build(self) -> Any:
        given = self.page.first.visit.given
        return gr.Textbox(
            given.text, label="Source", show_label=True, container=True, lines=1, max_lines=1, elem_id="input", interactive=True
        )

    def depends(self, stage: Stage) -> Hashable:
        return Typed in stage.visit.task.reads, stage.visit.given.text

    def value(self, stage: Stage) -> dict[str, Any]:
        return {"visible": Typed in stage.visit.task.reads, "value": stage.visit.given.text}

    def sent(self, stage: Stage) -> Any:
        return gr.update(**self.value(stage))

    @property
    def unchanged(self) -> Any:
        return gr.skip()


class Source(Panel):
    """What is beside the box: examples, a dice, the pads, what was wrong with an input; and what can be done with a pair that nobody
    has trained."""

    module, sends = "stage/source_row", ("example", "dice", "picture", "sound", "trained")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.place, stage.visit.recipe, stage.visit.run is None

    def value(self, stage: Stage) -> dict[str, Any]:
        visit = stage.visit
        offer = untrained(visit) if stage.untrained and visit.run is None and visit.shown == SHIPPED else None
        return {**offered(visit), "error": None, "untrained": offer}

    def refused(self, visit: Visit, error: InputError) -> dict[str, Any]:
        return {**offered(visit), "error": {"text": str(error), "tokens": [list(t) for t in error.tokens]}}

    def wire(self) -> None:
        reading = self.page.reading
        self.page.on_plainly(typed, "typed", quiet=self.page[Box])
        self.on("trained", choose, "show_trained", again="always_last")
        for event, handler in (("example", example), ("dice", dice)):
            self.on(event, handler, again="always_last")
        self.on("picture", partial(drawn, read=reading.picture), dear=True, again="always_last")
        self.on("sound", partial(recorded, read=reading.sound), dear=True, again="always_last")


def offered(visit: Visit) -> dict[str, Any]:
    """What the stage answers, and what else can be given to this task."""
    task = visit.task
    about: dict[str, Any] = {"kind": task.kind, "text": visit.given.text, "train_s": expected_seconds(visit.recipe)}
    about |= {"limits": {"seconds": SECONDS, "keys": KEYS}} if Sound in task.reads else {}
    if HeldOut in task.reads:
        return {**about, "examples": thumbnails(task), "fit": FIT_BOX.get(task.id, 20)}
    return {**about, "examples": list(task.examples), "scene": pad(visit.given) if Pixels in task.reads else None}


def untrained(visit: Visit) -> dict[str, Any]:
    """A shipped run to look at instead of random weights: of the same task, else of the same architecture; empty if there is none."""
    architecture, task = models.get(visit.recipe.architecture), tasks.get(visit.recipe.task)
    pairs = [(known.title, known.id, task.id) for known in (usual(task),)]
    pairs += [(f"{architecture.title}, {known.title}", architecture.id, known.id) for known in tasks.ordered() if architecture.fits(known)]
    shipped = [{"title": title, "pair": {"architecture": a, "task": t}} for title, a, t in pairs if api.shipped_path(a, t).exists()]
    return shipped[0] if shipped else {}


def typed(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """What was typed is decoded; bad text raises InputError here, before anything runs."""
    text = data.get("input")
    if not isinstance(text, str):
        raise InputError(f"Type the input as text, not {show(text)}.")
    return visit.with_input(Typed(text))


def example(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """A picture of the test set, or an example's text."""
    return visit.with_input(HeldOut(data["id"])) if "id" in data else typed(visit, {"input": data.get("text")}, visitor)


def dice(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Another input by chance."""
    generator = torch.Generator()
    generator.seed()
    return visit.with_input(visit.task.another(generator, visit.given))


def drawn(visit: Visit, data: dict[str, Any], visitor: Visitor, read: Callable[[bytes], Any] = decoded) -> Visit:
    """A drawing of 784 numbers in 0..1, or 3 × 1,024 in colour; or a picture's file, in base64."""
    file = "file" in data and Pixels in visit.task.reads
    values: Any = read(whole(data["file"], MAX_BYTES, ALLOWED)) if file else data.get("values")
    if Drawn in visit.task.reads:
        values = picture(values)
        if values.max() < 0.05:
            raise InputError("The drawing is empty; draw something first.")
    return visit.with_input(visit.task.drawn(values))


def recorded(visit: Visit, data: dict[str, Any], visitor: Visitor, read: Callable[[int, bytes], bytes] = brought) -> Visit:
    """A sound file or what a microphone heard: `rate` samples a second, `samples` 16-bit whole numbers in base64."""
    rate: Any = data.get("rate")
    text = data.get("samples")
    if Sound not in visit.task.reads:
        raise InputError(Sound.refusal)
    if not isinstance(text, str):
        raise InputError(f"A recording is 16-bit samples in base64, not {show(text)}.")
    bounded(rate, len(text) * 3 // 8 - 1)
    try:
        samples = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError("The recording is damaged: it is no base64. Record or upload it again.") from None
    if len(samples) % 2:
        raise InputError(f"The recording is damaged: {len(samples):,} bytes are no 16-bit samples. Record or upload it again.")
    return visit.with_input(visit.task.recorded(RATE, read(rate, samples)))


def pad(given: Given) -> dict[str, Any]:
    """What the pad for scenes needs: shapes, colours, and what lies where; of a picture without words nothing is known."""
    try:
        things = read_scene(given.text)[0] if isinstance(given, Typed) else ()
    except InputError:  # what is on the stage stays there while something wrong is typed
        things = ()
    return {
        "side": SIDE,
        "half": HALF,
        "low": LOW,
        "high": HIGH,
        "shapes": list(SHAPES),
        "colours": [[name, [round(255 * v) for v in rgb]] for name, rgb in zip(COLOURS, RGB.tolist(), strict=True)],
        "things": [[thing.colour, thing.shape, round(thing.x), round(thing.y)] for thing in things],
    }


def thumbnails(task: tasks.Task) -> list[dict[str, Any]]:
    """The first held-out picture of eight digits; where nobody has named them, the first eight."""
    return _thumbnails(type(task), task.options)


@lru_cache(maxsize=8)
def _thumbnails(kind: type[tasks.Task], options: Any) -> list[dict[str, Any]]:
    pictures, labels = kind(options).pictures("test")
    if not kind.labelled:
        return [{"id": i, "label": f"picture {i}", "picture": ink(picture.numpy())} for i, picture in enumerate(pictures[:8])]
    firsts = {int(label): i for i, label in reversed(list(enumerate(labels.tolist())))}
    return [{"id": i, "label": str(d), "picture": ink(pictures[i].numpy())} for d, i in sorted(firsts.items())[:8]]
