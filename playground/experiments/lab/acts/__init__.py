"""Acts on a model: what a visitor does to it by hand, as edits of its sites.

An act says what is done (`kind`) and where: at a site, at one `place` of it, at some steps. `KINDS` holds, for each kind, its edits and
where else the same could have been done: a control is chosen by this rule, never by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import torch

from ....errors import InputError
from ....inference.decoding import begin, following
from ....models import Autoencoder, EncoderDecoder, Reader
from ....options import show
from ....storage.run import Run
from ....tracing import Edit, Recording
from ....vocabulary import BOS

if TYPE_CHECKING:
    from .taken import Taken

ONCE, BY_SOURCE, BY_STEP = "once", "source", "step"
MOST_PLACES = 4096
LONGEST = 1_000  # characters of another input
MOST_GIVEN = {"input": 1024, "seed": 2**31}  # below: held-out inputs, and seeds
SEEDS = 16  # that a control tries


@dataclass(frozen=True)
class Form:
    """How a site passes by: `shape` of the quantity without batch and time axis, and whether it is tapped `once`, for every position of
    the `source`, or at every `step` of the answer."""

    shape: tuple[int, ...]
    by: str


@dataclass(frozen=True)
class Act:
    """One intervention. `place` is a source position, a head or a unit, counted from 0; `amount` a number that a value is set to or
    multiplied by, a share, or a size; `steps` those of the answer, from 0, None for all. `on` says whether it is done. `given` is what it
    takes besides: another input, by its text or by its number among the held-out ones, or a seed. Raises InputError."""

    kind: str
    site: str
    place: int | None = None
    amount: float | None = None
    steps: tuple[int, ...] | None = None
    on: bool = True
    given: str | int | None = None

    def __post_init__(self) -> None:
        kind = KINDS.get(self.kind) if isinstance(self.kind, str) else None
        if kind is None:
            raise InputError(f"{show(self.kind)} is not an act; there are: {', '.join(KINDS)}.")
        placed = type(self.place) is int and 0 <= self.place < MOST_PLACES if kind.placed else self.place is None
        if not placed and not (kind.whole and self.place is None):
            needs = "a place, a whole number from 0" if kind.placed else "no place"
            raise InputError(f"The act {self.kind} needs {needs}, not {show(self.place)}.")
        if not (type(self.amount) in (int, float) if kind.measured else self.amount is None):
            raise InputError(f"The act {self.kind} needs {'a number' if kind.measured else 'no number'}, not {show(self.amount)}.")
        if kind.span is not None and not kind.span[0] <= (self.amount or 0) <= kind.span[1]:
            raise InputError(f"The act {self.kind} needs a number from {kind.span[0]:g} to {kind.span[1]:g}, not {show(self.amount)}.")
        if type(self.on) is not bool:
            raise InputError(f"An act is on or off (true or false), not {show(self.on)}.")
        self._check_given(kind.takes)
        edits = self.edits or (Edit(self.site, "scale", 1, self.steps),)
        object.__setattr__(self, "steps", edits[0].steps)  # as a tuple; what is no edit is refused

    def _check_given(self, takes: str | None) -> None:
        """Raises InputError for what is no other input, or no seed."""
        if takes is None:
            if self.given is not None:
                raise InputError(f"The act {self.kind} takes nothing besides, so not {show(self.given)}.")
            return
        if type(self.given) is int and 0 <= self.given < MOST_GIVEN[takes]:
            return
        if takes == "seed" or not isinstance(self.given, str) or not 0 < len(self.given) <= LONGEST:
            needs = "a seed, a whole number" if takes == "seed" else "another input: its text, or its number among the held-out ones,"
            raise InputError(f"The act {self.kind} needs {needs} from 0 to {MOST_GIVEN[takes] - 1:,}, not {show(self.given)}.")

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What it does, in the order in which it is done; none if it takes something from the model first, see `Taken`."""
        kind = KINDS[self.kind]
        return () if kind.edits is None else kind.edits(self)

    @property
    def json(self) -> list[object]:
        """What makes it again: `Act(*act.json)`."""
        steps = None if self.steps is None else list(self.steps)
        return [self.kind, self.site, self.place, self.amount, steps, self.on, *([] if self.given is None else [self.given])]

    def reaches(self, positions: int, found: Mapping[str, Form]) -> bool:
        """Whether a source of so many positions has its place, at a model with these sites."""
        return self.place is None or not KINDS[self.kind].positions or self.place < positions + summaries(self.site, found)

    def fits(self, found: Mapping[str, Form]) -> bool:
        """Whether a model with these sites has its place, in sources that are long enough."""
        return any(
            (offer.kind, offer.site) == (self.kind, self.site) and (self.place or 0) < (offer.places or MOST_PLACES)
            for offer in offers(found)
        )


@dataclass(frozen=True)
class Kind:
    """A kind of act: its `edits`, or how they are `made` where it takes something from the model; for which `sites` it is offered (globs),
    along which `axis` of the quantity its places lie, if it has any, whether they are `positions` of the source or the `whole` quantity is
    one too, the `usual` amount that it begins with, if it has one, and the `span` of it; whether it holds `since` one step, what it `takes`
    besides ("input", "seed"), and what is the same act `otherwise` where there is no other site."""

    edits: Callable[[Act], tuple[Edit, ...]] | None
    sites: tuple[str, ...]
    axis: int | None = None
    positions: bool = False
    usual: float | None = None
    span: tuple[float, float] | None = None
    whole: bool = False
    since: bool = False
    takes: str | None = None
    made: Callable[[Act, Taken, int], Iterator[Edit]] | None = None
    otherwise: Callable[[Act, int], Iterator[Act]] | None = None

    @property
    def placed(self) -> bool:
        return self.axis is not None

    @property
    def measured(self) -> bool:
        return self.usual is not None


def _hold(act: Act) -> tuple[Edit, ...]:
    """All attention on one place."""
    assert act.place is not None
    return Edit(act.site, "set", 0, act.steps), Edit(act.site, "set", 1, act.steps, ((-1, act.place),))


def _set(axis: int, amount: float | None = None) -> Callable[[Act], tuple[Edit, ...]]:
    """A place along an axis is set to a number, the act's own where none is given."""

    def edits(act: Act) -> tuple[Edit, ...]:
        assert act.place is not None
        return (Edit(act.site, "set", act.amount if amount is None else amount, act.steps, ((axis, act.place),)),)

    return edits


def _whole(seed: str | int | None) -> int:
    assert isinstance(seed, int)
    return seed


def _other_steps(act: Act, steps: int) -> Iterator[Act]:
    """From any other step on but the last, after which nothing follows."""
    return (replace(act, steps=(step,)) for step in range(steps - 1) if (step,) != act.steps)


SUMS = ("*.output", "*.linear2")  # what sublayers of a Transformer add
CROSSING = ("*.attention.weights", "*.cross_attention.weights")
VECTORS = ("*.hidden", "*.hidden[12]", "*.context", "*.attentional", "*.code", "*.states")

KINDS = {
    "hold": Kind(_hold, (*CROSSING, "encoder.*.weights", "pooling.weights"), -1, positions=True),
    "even": Kind(lambda act: (Edit(act.site, "even", None, act.steps),), ("*.weights",)),
    "off": Kind(_set(0, 0), ("*.heads",), 0),
    "blank": Kind(_set(0, 0), ("encoder.embedded", "encoder.states", "encoder.parts"), 0, positions=True),
    "clamp": Kind(_set(-1), (*VECTORS, "*.cell", "*_gate", "*.activation"), -1, usual=0),
    "scale": Kind(
        lambda act: (Edit(act.site, "scale", act.amount, act.steps),), (*VECTORS, *SUMS, "*.positions", "*.lean", "*.embedded"), usual=0
    ),
    "swap": Kind(
        None,
        ("decoder.context", "*.context", "*.code", "*.states", *VECTORS, *CROSSING, "pooling.weights"),
        usual=1,
        span=(0, 1),
        takes="input",
        made=lambda act, taken, positions: taken.swapped(act, positions),
    ),
    "mean": Kind(None, (*VECTORS, "*.cell", "*.activation"), -1, whole=True, made=lambda act, taken, _: taken.averaged(act)),
    "freeze": Kind(lambda act: (Edit(act.site, "freeze", None, act.steps),), CROSSING, since=True, otherwise=_other_steps),
    "noise": Kind(
        lambda act: (Edit(act.site, "noise", act.amount, act.steps, seed=_whole(act.given)),),
        (*VECTORS, "*.noise"),
        usual=1,
        span=(0, 100),
        takes="seed",
        otherwise=lambda act, _: (replace(act, given=seed) for seed in range(SEEDS + 1) if seed != act.given),
    ),
}


@dataclass(frozen=True)
class Offer:
    """That an act of this `kind` can be done at a site, at one of so many `places`, None where it has none or they are the source's."""

    kind: str
    site: str
    places: int | None = None


def forms(run: Run) -> dict[str, Form]:
    """The sites of a model by name, each with its form, over two held-out inputs and the first steps of their answers."""
    model, batch = run.model, run.task.held_out("test", 2)
    recording = Recording(model)
    with torch.inference_mode():
        if not isinstance(model, EncoderDecoder):
            assert isinstance(model, Autoencoder | Reader)
            with recording.open():
                model.each(batch)
            return {site: _form(taps, BY_SOURCE) for site, taps in recording.taps.items()}
        state = begin(model, batch.source, batch.mask, recording)
        read = {site: _form(taps, BY_SOURCE) for site, taps in recording.taps.items()}
        token = torch.full((len(batch),), BOS, device=batch.source.device)
        for step in range(2):
            _, state = following(model, token, state, step, recording)
    return {site: _form(taps, BY_STEP) for site, taps in recording.taps.items()} | read


def _form(taps: list[tuple[int | None, torch.Tensor]], by: str) -> Form:
    at, value = taps[0]
    return Form(tuple(value.shape[1:]), ONCE if at is None else by)


def offers(found: Mapping[str, Form]) -> list[Offer]:
    """What can be done to a model with these sites, in the order of its computing."""
    return [
        Offer(name, site, None if kind.axis is None or kind.positions else form.shape[kind.axis])
        for site, form in found.items()
        for name, kind in KINDS.items()
        if any(fnmatchcase(site, glob) for glob in kind.sites) and _fits(kind, form)
    ]


def _fits(kind: Kind, form: Form) -> bool:
    """A position of the source is an axis of what is tapped once; elsewhere it may only be the last one, of weights. Only what passes at
    every step can be held since one."""
    return (
        (form.by == BY_STEP or not kind.since)
        and bool(form.shape)
        and (not kind.positions or kind.axis == -1 or (form.by == ONCE and len(form.shape) == 2))
    )


def summaries(site: str, found: Mapping[str, Form]) -> int:
    """How many places a site has before those of the source: one where a summary token was put before it."""
    form, states = found[site], found.get("encoder.states")
    if states is None or form.by != ONCE or not site.startswith("encoder."):
        return 0
    return form.shape[-1 if site.endswith(".weights") else 0] - states.shape[0]


def elsewhere(act: Act | Edit, found: Mapping[str, Form], width: int, steps: int = 0) -> Iterator[Act | Edit]:
    """The same act at all other places of its site, `width` of them where they are positions of the source; an act on a whole site at
    all other sites of its kind and size, or, where there are none, otherwise at its own: from another of so many `steps` on, with another
    seed. An edit that carries what was recorded at its site has no elsewhere."""
    if isinstance(act, Edit):
        yield from _edits_elsewhere(act, found)
        return
    kind, form = KINDS[act.kind], found[act.site]
    if act.place is not None and kind.axis is not None:
        places = width if kind.positions else form.shape[kind.axis]
        yield from (replace(act, place=place) for place in range(places) if place != act.place)
        return
    sites = [offer.site for offer in offers(found) if offer.kind == act.kind and offer.site != act.site]
    alike = [replace(act, site=site) for site in sites if _alike(form, found[site]) or act.kind in ("even", "freeze")]
    yield from alike or (() if kind.otherwise is None else kind.otherwise(act, steps))


def _edits_elsewhere(edit: Edit, found: Mapping[str, Form]) -> Iterator[Edit]:
    form = found.get(edit.site)
    if form is None or edit.op == "patch" or len(edit.at) > 1:
        return
    if edit.at:
        ((axis, index),) = edit.at
        yield from (replace(edit, at=((axis, place),)) for place in range(form.shape[axis]) if place != index)
        return
    for site, other in found.items():
        if site != edit.site and site.rpartition(".")[2] == edit.site.rpartition(".")[2] and _alike(form, other):
            yield replace(edit, site=site)


def _alike(one: Form, other: Form) -> bool:
    """Whether both pass by as often, and are as wide."""
    return one.by == other.by and one.shape[-1:] == other.shape[-1:]
