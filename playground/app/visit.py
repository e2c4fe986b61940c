"""What one visitor has chosen: ids and small values only. Everything shown is computed from it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from .. import tasks
from ..errors import InputError
from ..experiments.lab.acts import Act
from ..inference.decoding import GREEDY, Beam, Greedy, Sample, Strategy
from ..options import show
from ..papers import papers
from ..tasks import Drawn, Given, Typed
from ..training import recipes
from ..training.recipes import Recipe

SHIPPED = "shipped"
FIRST = "first"  # weights before any training, also of a pair of which a run is shipped
HOME = ("attention_seq2seq", "translation")
HESITATES = "the tree likes my small red star"  # held out; where "ma" is due, "mon" comes near it, since "star" is three words ahead
AT_STEP = 3
UNNAMED = ("attention_seq2seq", "reverse")  # what a link means that names one of them, or none
NOTHING = Typed()
FIRST_SEED = 10  # of papers that are run on the page: those below chose what the papers ask for
LOCKED = ("batches", "seconds")  # what two that are trained side by side have in common, unless a visitor says otherwise
LONGEST_TOKEN = 1_000  # characters
LONGEST_ANSWER = 100  # tokens
STRATEGIES: dict[Any, type[Strategy]] = {"greedy": Greedy, "sample": Sample, "beam": Beam}


@dataclass(frozen=True)
class Slot:
    """A model to look into: what is `shown` ("shipped", "first", or the id of a run) at a `frame` of its training, None for its end.

    `recipe` names the pair, and decides the model where no run of it is shipped: untrained, so nothing of its training counts.
    """

    recipe: Recipe
    shown: str = SHIPPED
    frame: int | None = None


@dataclass(frozen=True)
class Trial:
    """A paper's claim that is put to the test: with which seed, and the runs of its arms so far, in their order."""

    paper: str
    seed: int
    runs: tuple[str, ...] = ()

    def beside(self, shown: str) -> str | None:
        """The run that stands beside the one shown: of the two sides the other one. None before they train."""
        a, b = self.runs[:2] if len(self.runs) > 1 else (None, None)
        return a if shown == b else b


@dataclass(frozen=True)
class Visit:
    """`recipe` is what Train would train; `shown` and `frame` say whose weights are on the stage, see `Slot`."""

    recipe: Recipe
    preset: str | None = None  # by name, if the visitor took one
    shown: str = SHIPPED
    frame: int | None = None
    run: str | None = None  # the run whose training is followed
    live: bool = True  # whether the stage follows it: its newest weights, until it has ended
    given: Given = NOTHING
    forced: tuple[tuple[int, str], ...] = ()
    strategy: Strategy = GREEDY
    acts: tuple[Act, ...] = ()  # on the model, those that are off included
    beside: str | None = None  # the run in slot B: an architecture's shipped one, a run by its name, or "@" and an update of the run shown
    rival: Recipe | None = None  # what is to be trained beside the recipe, where a visitor chose it
    locks: tuple[str, ...] = LOCKED  # what both have in common then
    branch: tuple[str, ...] = ()  # of a beam's tree: these tokens are on the stage in place of the best hypothesis
    step: int = 0
    notice: str | None = None
    other: int | None = None  # the picture of the test set that a walk leads to
    own: Given | None = None  # the picture that was drawn last: it stays on the latent map
    block: str | None = None  # the path of the opened block of the model
    gallery: str | None = None  # the group of tasks whose cards were asked for last
    trial: Trial | None = None  # the paper that is open
    lesson: tuple[str, int, str] | None = None  # the open one: its id, the number of its question, its language

    @property
    def task(self) -> tasks.Task:
        return self.recipe.build_task()

    @property
    def pair(self) -> tuple[str, str]:
        return self.recipe.architecture, self.recipe.task

    @property
    def slot(self) -> Slot:
        return Slot(replace(self.recipe, training_options=(), seconds=None, device="cpu"), self.shown, self.frame)

    @property
    def place(self) -> tuple[Any, ...]:
        """What the trace on the stage depends on."""
        return self.slot, self.given, self.forced, self.strategy, self.branch, self.acting

    @property
    def acting(self) -> tuple[Act, ...]:
        """The acts that are on."""
        return tuple(act for act in self.acts if act.on)

    def with_input(self, given: Given) -> Visit:
        """Another input on the stage. Raises InputError for what the task cannot read."""
        self.task.check(given)
        own = given if isinstance(given, Drawn) else self.own
        return replace(self, given=given, forced=(), branch=(), step=0, own=own)

    def given_as(self, before: Visit) -> Visit:
        """What was chosen stays chosen where only its input could not be shown."""
        return replace(self, given=before.given, forced=before.forced)

    def force(self, step: Any, token: Any) -> Visit:
        """Write `token` at `step` and go on from there; later forced tokens no longer apply."""
        if not self.task.writes:
            raise InputError("Only models that write tokens can be forced.")
        named = isinstance(token, str) and len(token) <= LONGEST_TOKEN
        if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step < LONGEST_ANSWER or not named:
            raise InputError("To force a token, name an output step from 0 and a token of the vocabulary.")
        earlier = tuple((s, t) for s, t in self.forced if s < step)
        strategy = GREEDY if isinstance(self.strategy, Beam) else self.strategy  # a search might begin otherwise
        return replace(self, forced=(*earlier, (step, token)), strategy=strategy, branch=(), step=step)

    def decode_by(self, name: Any, **settings: Any) -> Visit:
        """Choose tokens greedily, by a new draw, or by beam search; what is not set is as `Sample` and `Beam` have it."""
        if not isinstance(name, str) or name not in STRATEGIES:
            raise InputError(f"{show(name)} is not a way to choose tokens; there are: {', '.join(STRATEGIES)}.")
        chosen = {field.name: settings[field.name] for field in fields(STRATEGIES[name]) if settings.get(field.name) is not None}
        if name == "sample":
            if "temperature" in chosen:
                chosen["temperature"] = _positive(chosen["temperature"])
            chosen.setdefault("seed", self.strategy.seed + 1 if isinstance(self.strategy, Sample) else 0)
        return replace(self, strategy=STRATEGIES[name](**chosen), forced=(), branch=(), step=0)

    def follow(self, tokens: Any) -> Visit:
        """Put another branch of the beam's tree on the stage: its tokens are written, and the model goes on from there."""
        if not isinstance(self.strategy, Beam):
            raise InputError("Only a beam search has branches; choose beam first.")
        few = isinstance(tokens, list) and 0 < len(tokens) <= LONGEST_ANSWER
        if not few or not all(isinstance(token, str) and len(token) <= LONGEST_TOKEN for token in tokens):
            raise InputError("To follow a branch, name its tokens in their order, each a token of the vocabulary.")
        return replace(self, branch=tuple(tokens), forced=())


def start(architecture: str, task: str, device: str = "auto", preset: str | None = None) -> Visit:
    """A fresh visit of a pair: its preset, the input that a visitor finds."""
    recipe = recipes.make(architecture, task, preset=preset, device=device)
    return Visit(recipe, preset, given=recipe.build_task().first())


def home(device: str) -> Visit:
    """The start page: an input at which the model hesitates at one step, and that step."""
    return replace(start(*HOME, device=device).with_input(Typed(HESITATES)), step=AT_STEP)


def of_paper(id: Any, seed: int, device: str = "auto") -> Visit:
    """A paper before its first training, its first side and its input on the stage. Raises InputError for an id that there is not."""
    paper = papers[id]
    recipe = replace(paper.arm(paper.sides[0]).recipe(seed), device=device)
    visit = Visit(recipe, shown=FIRST, given=recipe.build_task().first(), trial=Trial(paper.id, seed))
    return visit.with_input(Typed(paper.input)) if paper.input else visit


def _positive(temperature: Any) -> Any:
    """The slider's 0 means: as good as greedy. Anything that is no number is left to `Sample` to refuse."""
    return max(temperature, 0.01) if isinstance(temperature, int | float) else temperature
