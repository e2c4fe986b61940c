"""Acts on a model: what a visitor does to it by hand, as edits of its sites.

An act says what is done (`kind`) and where: at a site, at one `place` of it, at some steps. `KINDS` holds, for each kind, its edits and
where else the same could have been done: a control is chosen by this rule, never by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import torch

from ...errors import InputError
from ...inference.decoding import begin, following
from ...models import Autoencoder, EncoderDecoder, Reader
from ...options import show
from ...storage.run import Run
from ...tracing import Edit, Recording
from ...vocabulary import BOS

ONCE, BY_SOURCE, BY_STEP = "once", "source", "step"
MOST_PLACES = 4096


@dataclass(frozen=True)
class Form:
    """How a site passes by: `shape` of the quantity without batch and time axis, and whether it is tapped `once`, for every position of
    the `source`, or at every `step` of the answer."""

    shape: tuple[int, ...]
    by: str


@dataclass(frozen=True)
class Act:
    """One intervention. `place` is a source position, a head or a unit, counted from 0; `amount` a number that a value is set to or
    multiplied by; `steps` those of the answer, from 0, None for all. `on` says whether it is done. Raises InputError."""

    kind: str
    site: str
    place: int | None = None
    amount: float | None = None
    steps: tuple[int, ...] | None = None
    on: bool = True

    def __post_init__(self) -> None:
        kind = KINDS.get(self.kind) if isinstance(self.kind, str) else None
        if kind is None:
            raise InputError(f"{show(self.kind)} is not an act; there are: {', '.join(KINDS)}.")
        placed = type(self.place) is int and 0 <= self.place < MOST_PLACES if kind.placed else self.place is None
        if not placed:
            needs = "a place, a whole number from 0" if kind.placed else "no place"
            raise InputError(f"The act {self.kind} needs {needs}, not {show(self.place)}.")
        if not (type(self.amount) in (int, float) if kind.measured else self.amount is None):
            raise InputError(f"The act {self.kind} needs {'a number' if kind.measured else 'no number'}, not {show(self.amount)}.")
        if type(self.on) is not bool:
            raise InputError(f"An act is on or off (true or false), not {show(self.on)}.")
        object.__setattr__(self, "steps", self.edits[0].steps)  # as a tuple; what is no edit is refused

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What it does, in the order in which it is done. Raises InputError."""
        return KINDS[self.kind].edits(self)

    @property
    def json(self) -> list[object]:
        """What makes it again: `Act(*act.json)`."""
        return [self.kind, self.site, self.place, self.amount, None if self.steps is None else list(self.steps), self.on]

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
    """A kind of act: its edits, for which sites it is offered (globs), along which `axis` of the quantity its places lie, if it has any,
    whether they are positions of the source, and the amount that it begins with, if it has one."""

    edits: Callable[[Act], tuple[Edit, ...]]
    sites: tuple[str, ...]
    axis: int | None = None
    positions: bool = False
    usual: float | None = None

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


SUMS = ("*.output", "*.linear2")  # what sublayers of a Transformer add
VECTORS = ("*.hidden", "*.hidden[12]", "*.context", "*.attentional", "*.code", "*.states")

KINDS = {
    "hold": Kind(_hold, ("*.attention.weights", "*.cross_attention.weights", "encoder.*.weights", "pooling.weights"), -1, positions=True),
    "even": Kind(lambda act: (Edit(act.site, "even", None, act.steps),), ("*.weights",)),
    "off": Kind(_set(0, 0), ("*.heads",), 0),
    "blank": Kind(_set(0, 0), ("encoder.embedded", "encoder.states"), 0, positions=True),
    "clamp": Kind(_set(-1), (*VECTORS, "*.cell", "*_gate", "*.activation"), -1, usual=0),
    "scale": Kind(lambda act: (Edit(act.site, "scale", act.amount, act.steps),), (*VECTORS, *SUMS, "*.positions", "*.embedded"), usual=0),
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
    """A position of the source is an axis of what is tapped once; elsewhere it may only be the last one, of weights."""
    return bool(form.shape) and (not kind.positions or kind.axis == -1 or (form.by == ONCE and len(form.shape) == 2))


def summaries(site: str, found: Mapping[str, Form]) -> int:
    """How many places a site has before those of the source: one where a summary token was put before it."""
    form, states = found[site], found.get("encoder.states")
    if states is None or form.by != ONCE or not site.startswith("encoder."):
        return 0
    return form.shape[-1 if site.endswith(".weights") else 0] - states.shape[0]


def elsewhere(act: Act | Edit, found: Mapping[str, Form], width: int) -> Iterator[Act | Edit]:
    """The same act at all other places of its site, `width` of them where they are positions of the source; an act on a whole site at
    all other sites of its kind and size. An edit that carries what was recorded at its site has no elsewhere."""
    if isinstance(act, Edit):
        yield from _edits_elsewhere(act, found)
        return
    kind, form = KINDS[act.kind], found[act.site]
    if kind.axis is not None:
        places = width if kind.positions else form.shape[kind.axis]
        yield from (replace(act, place=place) for place in range(places) if place != act.place)
        return
    for offer in offers(found):
        if offer.kind == act.kind and offer.site != act.site and (_alike(form, found[offer.site]) or act.kind == "even"):
            yield replace(act, site=offer.site)


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
