"""The latent stage of texts: where their codes lie, what lies between two of them, and what each number of a code does to the words.

Fetched once somebody looks, and computed once for the same weights: a text that is typed asks for its own part alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import torch

from .... import api
from ....errors import InputError
from ....experiments import sentence_space
from ....experiments.sentence_space import Moved, Space
from ....inference import latent
from ....inference.decoding import GREEDY
from ....inference.sequence_codes import Written, decoded, has_code
from ....tasks import TextTask
from ....views.figures import latent_map
from ....views.figures.latent_map import ACROSS, UP, Info
from ....views.states.said import spelled
from ....wire import pack
from ...panel import Panel
from ...stage import Stage
from ...visit import Visit
from ..source import typed

LONGEST = 1_000  # characters of a text to walk to
FEWEST = 0.02  # of the texts: a rule that hardly any follows, or all do, tells nothing apart


class TextCodes(Panel):
    """A map of held-out texts at their codes, the neighbours of the text on the stage, a walk to another one, and its numbers by hand."""

    module, sends, classes = "latent/texts/panels", ("put",), ("tab-codes", "span-12")

    def suits(self, stage: Stage) -> bool:
        return has_code(stage.run.model)

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.slot, stage.visit.given

    def value(self, stage: Stage) -> dict[str, Any]:
        visit, task, desk = stage.visit, stage.run.task, self.page.desk
        plain = replace(visit, acts=(), forced=(), branch=(), strategy=GREEDY)
        return {
            "address": desk.shown(replace(plain, given=task.first()))["address"],
            "here": desk.shown(plain)["address"],
            "text": spelled(stage.trace.source),
            "task": visit.recipe.task,
            "ways": list(sentence_space.ways(stage.run)),
            "unit": task.unit,
        }

    def wire(self) -> None:
        self.on("put", typed, "put_text", again="always_last")
        self.page.desk.answers |= {
            "texts.json": self.texts,
            "near_texts.json": self.near,
            "text_walk.json": self.walk,
            "text_numbers.json": self.numbers,
        }

    def texts(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """The map: held-out texts at their codes, and what is written from the middle of each of its cells."""
        run, space = self._space(visit)
        projection, model, size = space.projection, run.model, space.codes.shape[1]
        assert has_code(model)
        info = Info(projection.cloud, (), None, size, projection.explained)
        reach = latent_map.reach(info)
        longest = max(map(len, space.tokens), default=1)
        cells = decoded(model, run.task, latent.grid(projection, reach, ACROSS, UP), run.task.max_steps(longest))
        return {
            "cloud": pack(projection.cloud),
            "texts": [spelled(tokens) for tokens in space.tokens],
            "kinds": kinds(run.task, space),
            "reach": reach,
            "axes": latent_map.axes(info),
            "kept": float(projection.explained.sum()),
            "size": size,
            "manifold": {"across": ACROSS, "up": UP, "texts": [told(text) for text in cells]},
        }

    def near(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Where the text on the stage lies, and which held-out ones lie nearest."""
        run, space = self._space(visit)
        reading = self._reading(run, visit)
        assert has_code(run.model)
        code = sentence_space.code_of(run.model, reading)
        found = sentence_space.near(space, code, reading.tokens)
        return {
            "place": space.projection(code[None])[0].tolist(),
            "near": [
                {"text": spelled(space.tokens[row]), "distance": distance, "shared": shared}
                for row, distance, shared in zip(found.rows, found.distances, found.shared, strict=True)
            ],
            "rows": list(found.rows),
            "usual": found.usual,
            "length": len(reading.tokens),
            "among": len(space.tokens),
        }

    def walk(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """From the text on the stage `to` another one, on each way; where none is named, to an example, or to `another` by chance."""
        run, space = self._space(visit)
        start = self._text(run, visit)
        usual = "" if "another" in asked else max((text for text in visit.task.examples if text != start), key=len, default="")
        goal = asked.get("to") or usual or another(space, start)
        if len(goal) > LONGEST:
            raise InputError(f"The text to walk to has {len(goal):,} characters; at most {LONGEST:,} are read. Shorten it.")
        ways = {}
        for way in sentence_space.ways(run):
            walked = sentence_space.walk(run, start, goal, way=way)
            ways[way] = {
                "steps": [told(text) for text in walked.steps],
                "sound": walked.sound,
                "places": space.projection(walked.codes).tolist(),
                "sentence": walked.sentence,
            }
        return {"from": start, "to": spelled(run.task.perceive(goal).tokens), "ways": ways}

    def numbers(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """The numbers that the text on the stage needs most, each at nine places, and what is written then."""
        run, space = self._space(visit)
        moved = sentence_space.moved(run, space, self._text(run, visit))
        return {
            "stops": list(sentence_space.STOPS),
            "size": space.codes.shape[1],
            "numbers": [number(one, space) for one in moved],
        }

    def _space(self, visit: Visit) -> tuple[api.Run, Space]:
        """Kept for a while: it depends on the weights alone. Raises InputError where no single code passes."""
        run = self.page.library.run(visit.slot)
        grown = self.page.library.nursery.grown(("texts", visit.slot), lambda: iter([sentence_space.space(run)]), 0.0)
        assert grown.newest is not None
        return run, grown.newest

    def _reading(self, run: api.Run, visit: Visit) -> Any:
        return run.task.perceive(visit.given.model_input(run.task))

    def _text(self, run: api.Run, visit: Visit) -> str:
        return spelled(self._reading(run, visit).tokens)


def told(text: Written) -> dict[str, Any]:
    """What is written, as the page reads it; one that did not end says so."""
    return {"tokens": list(text.tokens), "text": text.text, "sure": text.probability, "ended": text.ended}


def number(one: Moved, space: Space) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "at": one.at,
        "worth": one.worth,
        "kl": None if space.kl is None else float(space.kl[one.unit]),
        "texts": [told(text) for text in one.texts],
    }


def kinds(task: Any, space: Space) -> dict[str, list[int]]:
    """Which of the texts need a rule of the task, by its name; of rules that tell some of them apart."""
    if not isinstance(task, TextTask):
        return {}
    found = {name: [int(needs(tokens)) for tokens in space.tokens] for name, needs in task.rules.items()}
    few = FEWEST * len(space.tokens)
    return {name: those for name, those in found.items() if few <= sum(those) <= len(those) - few}


def another(space: Space, start: str) -> str:
    """A held-out text by chance, another one than that on the stage."""
    others = [text for text in map(spelled, space.tokens) if text != start]
    generator = torch.Generator()
    generator.seed()
    return others[int(torch.randint(len(others), (), generator=generator))]
