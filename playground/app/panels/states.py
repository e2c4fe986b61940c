"""States: what a model carries from step to step. The first panel says where the answers are; all of them are fetched once the tab is
open, and steps ask for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...errors import InputError
from ...experiments import logit_lens, neighbours, units
from ...experiments.evidence.spectrum import counts, spectra
from ...experiments.held_out_states import HeldOutStates
from ...options import show
from ...tasks import Typed
from ...views.states import lens, near, numerals, parts, paths, strips, unit, words
from ..panel import Panel, Still
from ..stage import Stage, digest
from ..visit import Visit

BESIDE = 4  # inputs that are drawn beside the one on the stage
LONGEST = 1_000  # characters of such an input


class Paths(Panel):
    """Trajectories of several inputs. Tells its room what this model has, and where to fetch it."""

    module, classes = "states/paths_panel", ("tab-states",)

    def value(self, stage: Stage) -> dict[str, Any]:
        has = parts(stage.run.model, stage.trace)
        has += ["numerals"] if "words" in has and counts(stage.run.task) else []
        given = [text for text in stage.visit.task.examples if text != stage.visit.given.text]
        run = digest(stage.visit.slot, stage.visit.frame)
        return {
            **self.page.desk.shown(stage.visit),
            "task": stage.visit.recipe.task,
            "run": run,
            "parts": has,
            "beside": given[:2],
            "most": BESIDE,
        }

    def wire(self) -> None:
        self.page.desk.answers |= {
            "states.json": self.states,
            "paths.json": self.paths,
            "unit.json": self.unit,
            "words.json": self.words,
            "numerals.json": self.numerals,
        }

    def states(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Strips, nearest states and lens of the input on the stage; of each what this model has."""
        stage = self.page.library.stage(visit)
        has, held_out = parts(stage.run.model, stage.trace), self.page.library.held_out.sides(stage.run)
        return {
            "strips": strips.spec(stage.trace) if "strips" in has else None,
            "near": near.spec(stage.trace, held_out["decoder"]) if "near" in has and "decoder" in held_out else None,
            "lens": lens.spec(logit_lens.through(stage.run, stage.trace)) if "lens" in has else None,
        }

    def paths(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """The paths of the input on the stage and of those named `b` to `e`, before the states of the finished run."""
        stage = self.page.library.stage(visit)
        texts = [asked[letter] for letter in "bcde" if letter in asked]
        beside = [stage.run.explore(_typed(stage.visit, text).model_input(stage.run.task)) for text in texts]
        infos = paths.extract([stage.trace, *beside], self._background(stage))
        return paths.spec(infos, [stage.visit.given.text, *texts])

    def unit(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """One `unit` of the recurrent layer at a `path`; without a number the one that tells most."""
        stage = self.page.library.stage(visit)
        layer = next((layer for layer in strips.layers(stage.trace) if layer.path == asked.get("path")), None)
        if layer is None:
            raise InputError(f"This model has no recurrent layer {show(asked.get('path'))}.")
        size = layer.strips[0].values.shape[1]
        number = _whole(asked["unit"], size, "units") if "unit" in asked else None
        site = f"{layer.path}.hidden"
        held_out = self.page.library.held_out.at(stage.run, site)
        return unit.spec(layer, number, held_out, lambda chosen: units.silence(stage.run, site, chosen, size))

    def words(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """The tables of words before and after training."""
        stage = self.page.library.stage(visit)
        run, frame = stage.run, stage.visit.frame
        seconds = f"{run.train_seconds:.1f} s" if run.train_seconds else "training"
        trained = seconds if frame is None else f"{frame:,} updates" if frame else None
        return words.spec(neighbours.tables(run), trained)

    def numerals(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """The spectra of the rows of numerals, in every table that has some."""
        return numerals.spec(spectra(self.page.library.stage(visit).run))

    def _background(self, stage: Stage) -> dict[str, HeldOutStates]:
        """Of the end of its training, so that all its moments are drawn on the same axes; its own while it is under way."""
        library = self.page.library
        try:
            return library.held_out.sides(library.run(replace(stage.visit.slot, frame=None)))
        except InputError:
            return library.held_out.sides(stage.run)


class Strips(Still):
    """Gates, cell and state of a recurrent layer, one bar a unit."""

    module, classes = "states/strips_panel", ("tab-states", "span-8")


class Lens(Still):
    """What a Transformer would write if it stopped after each sublayer."""

    module, classes = "states/lens_panel", ("tab-states", "span-8")


class LensStep(Still):
    """One step of it, sublayer by sublayer."""

    module, classes = "states/lens_step_panel", ("tab-states", "nopres")


class Unit(Still):
    """One unit opened."""

    module, classes = "states/unit_panel", ("tab-states", "nopres")


class Words(Still):
    """Embeddings and output layer before and after training."""

    module, classes = "states/words/words_panel", ("tab-states", "span-8", "nopres")


class Numerals(Still):
    """Whether these tables know the order of their numerals."""

    module, classes = "states/words/numerals_panel", ("tab-states", "nopres")


class Near(Still):
    """Where else the decoder stood so."""

    module, classes = "states/near_panel", ("tab-states", "span-8")


def _typed(visit: Visit, text: str) -> Typed:
    """Another input beside the one on the stage. Raises InputError for what the task cannot read."""
    given = Typed(text[:LONGEST])
    visit.task.check(given)
    return given


def _whole(text: Any, count: int, what: str) -> int:
    if not isinstance(text, str) or not text.isascii() or not text.isdecimal() or len(text) > 9 or int(text) >= count:
        raise InputError(f"There are {what} 0 to {count - 1:,}; {show(text)} is none of them.")
    return int(text)
