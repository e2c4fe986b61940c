"""What the page shows of a picture task: the scene, the map, the sliders, the walk. JSON-able values, no Gradio."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import api, tasks
from ..errors import InputError
from ..inference import latent
from ..inference.explore import picture as checked_picture
from ..inference.projection import CLOUD
from ..models import Autoencoder
from ..options import show
from ..tasks import Code, PictureTask
from ..tracing import Trace
from ..views.figures import latent_map, reconstruction_error
from ..views.scene import reconstruction as picture_scene
from ..wire import pack
from . import visit as visits
from .visit import Visit

FIT_BOX = {"digits": 28, "strokes": 20}  # pixels that a drawing is scaled to, like the pictures the model knows
SIDE = 10  # the manifold's pictures across and up
SLIDERS = 16
STEPS = 8  # of a walk
Array = NDArray[np.float32]


def stage(visit: Visit, run: api.Run, trace: Trace, *, key: str, label: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The scene and the figures beside it."""
    model = autoencoder(run)
    place = run.projections["code"](trace["encoder.code"][None])[0]
    digit = None if visit.given[0] == "code" else visits.picture(visit)[1]
    drawn = picture_scene.picture(trace, run.task, model, key=key, run_label=label, label=digit, place=place)
    return drawn, {"reconstruction_error": reconstruction_error.spec(reconstruction_error.extract(run, trace))}


def islands(visit: Visit, run: api.Run) -> dict[str, Any]:
    """The values of the panels that do not change with every code: they are sent when what they depend on has changed."""
    return {"latent_map": map_of(visit, run), "latent_code": sliders(visit, run), "latent_walk": walk(visit, run)}


def depends(visit: Visit) -> tuple[Any, ...]:
    """What `islands` depends on."""
    drawn_under = condition(visit) if visit.manifold else None
    return (
        visit.shown,
        visit.frame,
        visit.recipe.architecture,
        visit.recipe.task,
        visits.origin(visit),
        visit.other,
        drawn_under,
        visit.manifold,
    )


def explored(visit: Visit, run: api.Run) -> Trace:
    if visit.given[0] == "code":
        return run.explore(Code(visit.given[1]), condition=visit.given[2])
    values, digit = visits.picture(visit)
    return run.explore(checked_picture(values), condition=digit)


def autoencoder(run: api.Run) -> Autoencoder:
    assert isinstance(run.model, Autoencoder)
    return run.model


def map_of(visit: Visit, run: api.Run) -> dict[str, Any]:
    """The test set as the encoder sees it and, if asked for, what the decoder draws all over it."""
    projection, model = run.projections["code"], autoencoder(run)
    info = latent_map.extract(projection, None)
    manifold = None
    if visit.manifold:
        told = _told(visit, run)
        drawn = latent.decoded(model, latent.grid(projection, latent_map.reach(info), SIDE), told)
        manifold = {"side": SIDE, "pictures": packed(drawn), "condition": told}
    return {
        "cloud": pack(info.cloud),
        "labels": list(info.labels),
        "axes": latent_map.axes(info),
        "reach": latent_map.reach(info),
        "reading": latent_map.reading(info),
        "plane": info.size > 2,
        "manifold": manifold,
    }


def sliders(visit: Visit, run: api.Run) -> dict[str, Any]:
    """Which numbers of the code can be moved, and how far: as far as the test set goes. The most varying ones, if there are many."""
    codes = _test_codes(run)
    chosen = np.sort(np.argsort(-codes.var(0), kind="stable")[:SLIDERS])
    model = autoencoder(run)
    return {
        "units": chosen.tolist(),
        "low": codes.min(0)[chosen].tolist(),
        "high": codes.max(0)[chosen].tolist(),
        "size": model.code_size,
        "conditions": model.conditions,
        "prior": hasattr(model, "terms"),
        "picture": visits.origin(visit)[0] == "held_out",
    }


def walk(visit: Visit, run: api.Run) -> dict[str, Any]:
    """Pictures at equal steps between the picture on the stage, or the last one that was there, and another one."""
    codes, told = _walk(visit, run)
    _, digit = visits.picture(visit)
    _, other = visits.picture(visits.aside(visit))
    return {
        "pictures": packed(latent.decoded(autoencoder(run), codes, told)),
        "steps": STEPS,
        "from": digit,
        "to": other,
        "condition": told,
    }


def code(visit: Visit, run: api.Run, data: dict[str, Any]) -> Visit:
    """A code set by hand: all its `code` numbers, a `place` of the map, or a step of the `walk`; and perhaps another `condition`."""
    told = data.get("condition")
    if "walk" in data:
        codes, told = _walk(visit, run)
        numbers: Any = codes[_step(data["walk"])].tolist()
    elif "place" in data:
        numbers = run.projections["code"].back(np.array([_numbers(data["place"], 2)], dtype=np.float32))[0].tolist()
    else:
        numbers = data.get("code")
    size, model = autoencoder(run).code_size, autoencoder(run)
    given = _told(visit, run) if told is None else told
    return visits.by_hand(visit, _numbers(numbers, size), given if model.conditions else None)


def condition(visit: Visit) -> int | None:
    """The class that the visit tells a conditional model; None for a drawn picture, whose class is guessed."""
    return visit.given[2] if visit.given[0] == "code" else visits.picture(visit)[1]


@lru_cache(maxsize=8)
def thumbnails(task: str) -> list[dict[str, Any]]:
    """The first held-out picture of eight digits."""
    built = tasks.get(task)()
    assert isinstance(built, PictureTask)
    pictures, labels = built.pictures("held_out")
    firsts = {int(label): i for i, label in reversed(list(enumerate(labels.tolist())))}
    return [{"id": i, "label": str(d), "picture": packed(pictures[i].numpy())} for d, i in sorted(firsts.items())[:8]]


def packed(pictures: Array) -> str:
    """Ink as one byte a pixel, base64: a quarter of what floats would take."""
    return base64.b64encode((pictures.clip(0, 1) * 255).round().astype(np.uint8).tobytes()).decode("ascii")


def _told(visit: Visit, run: api.Run) -> int | None:
    """The class that a conditional model is told, guessed where nobody knows it; None for other models."""
    if not autoencoder(run).conditions:
        return None
    known = condition(visit)
    return int(explored(visit, run)["decoder.condition.one_hot"].argmax()) if known is None else known


def _walk(visit: Visit, run: api.Run) -> tuple[Array, int | None]:
    """The codes of all steps, and the class that all are drawn as."""
    start = visits.back(visit)
    ends = [explored(one, run)["encoder.code"] for one in (start, visits.aside(visit))]
    return latent.between(ends[0], ends[1], STEPS), _told(start, run)


def _test_codes(run: api.Run) -> Array:
    assert isinstance(run.task, PictureTask)
    pictures, labels = (part[:CLOUD] for part in run.task.pictures("held_out"))
    return latent.encoded(autoencoder(run), pictures, labels)


def _numbers(given: Any, size: int) -> tuple[float, ...]:
    numbers = given if isinstance(given, list | tuple) else ()
    if len(numbers) != size or not all(isinstance(v, int | float) and abs(v) <= visits.FARTHEST for v in numbers):
        raise InputError(f"The code is {show(given)}; it must be {size} numbers from −{visits.FARTHEST} to {visits.FARTHEST}.")
    return tuple(float(v) for v in numbers)


def _step(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < STEPS:
        raise InputError(f"The walk has steps 0 to {STEPS - 1}; {show(given)} is none of them.")
    return given
