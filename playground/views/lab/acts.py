"""The lab: acts, what they are called, what an input is answered with under them, and what they cost on held-out inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

from ...experiments.lab.acts import KINDS, ONCE, Act, Form, Offer, offers, summaries
from ...experiments.lab.acts.taken import Taken
from ...experiments.lab.effect import Control, Effect
from ...tasks import Task
from ...tracing import Edit, Trace
from ..states.said import quoted, signed
from ..style import Rich

QUANTITIES = {  # sites by their last name
    "activation": "feed-forward unit",
    "attentional": "combined state",
    "cell": "cell",
    "cell_gate": "cell gate",
    "code": "code",
    "context": "context",
    "embedded": "embedding",
    "forget_gate": "forget gate",
    "hidden": "state",
    "hidden1": "first layer",
    "hidden2": "second layer",
    "input_gate": "input gate",
    "lean": "cost of distance",
    "linear2": "feed-forward layer",
    "heads": "heads",
    "new_gate": "new gate",
    "noise": "noise",
    "output": "attention",
    "parts": "pulls of the features",
    "output_gate": "output gate",
    "positions": "positions",
    "residual1": "sum 1",
    "residual2": "sum 2",
    "residual3": "sum 3",
    "reset_gate": "reset gate",
    "states": "states",
    "update_gate": "update gate",
    "weights": "attention weights",
}
SHOWN = 40  # characters of another input
NAMES = {  # kinds, as they are offered
    "hold": "Hold attention",
    "even": "Spread attention evenly",
    "off": "Switch a head off",
    "blank": "Blank a position",
    "clamp": "Clamp a unit",
    "scale": "Scale",
    "swap": "Take from another input",
    "mean": "Set to its mean",
    "freeze": "Freeze attention",
    "noise": "Add noise",
}
ATTENTIONS = {"self_attention": "self-attention", "cross_attention": "cross-attention"}


def part(site: str, layers: int = 1) -> str:
    """Where a site is: `decoder.layers.0.cross_attention.heads` is `decoder cross-attention`, with its layer where there are several."""
    names = site.split(".")
    layer = f" layer {int(names[names.index('layers') + 1]) + 1}" if "layers" in names and layers > 1 else ""
    attention = next((f" {told}" for name, told in ATTENTIONS.items() if name in names), "")
    return names[0] + layer + (" backward" if "reverse" in names else "") + attention


def quantity(site: str) -> str:
    name = site.rsplit(".", 1)[-1]
    return QUANTITIES.get(name, name.replace("_", " "))


def title(act: Act, places: Sequence[str] = (), layers: int = 1) -> str:
    """What an act is called; a position by its name where `places` has one for it."""
    where, what, number = part(act.site, layers), quantity(act.site), (act.place or 0) + 1
    name = f", {quoted(places[number - 1])}" if number <= len(places) and KINDS[act.kind].positions else ""
    match act.kind:
        case "hold":
            return f"Hold {'attention' if act.site == 'decoder.attention.weights' else where} on state {number}{name}"
        case "even":
            return f"Even {where if 'attention' in where else 'attention, ' + where}"
        case "off":
            return f"Head {number} off, {where}"
        case "blank":
            return f"{'Mask' if act.site.endswith('embedded') else 'Zero'} {what.removesuffix('s')} {number}{name}"
        case "clamp" if what == "code":
            return f"z{number} of the code at {_amount(act)}"
        case "clamp":
            return f"{what.capitalize()} of unit {act.place} at {_amount(act)}, {where}".replace("unit of unit", "unit")
        case "swap" if act.amount == 1:
            return f"{what.capitalize()} from {other(act)}, {where}"
        case "swap":
            return f"{what.capitalize()} {100 * (act.amount or 0):.3g} % from {other(act)}, {where}"
        case "mean" if act.place is None:
            return f"{what.capitalize()} at its mean, {where}"
        case "mean":
            return f"{what.capitalize()} of unit {act.place} at its mean, {where}".replace("unit of unit", "unit")
        case "freeze":
            return f"Freeze {where if 'attention' in where else 'attention, ' + where} from step {1 + (act.steps or (0,))[0]} on"
        case "noise" if what == "noise":
            return f"Noise fixed at draw {act.given}{'' if act.amount == 1 else f' × {_amount(act)}'}, {where}"
        case "noise":
            return f"Noise of {_amount(act)} on the {what}, {where}, draw {act.given}"
        case _:
            return f"{what.capitalize()} × {_amount(act)}, {where}"


def other(act: Act) -> str:
    """The other input that an act takes from."""
    if isinstance(act.given, str):
        return quoted(act.given if len(act.given) <= SHOWN else act.given[:SHOWN] + "…")
    return f"held-out input {act.given}"


def places_of(site: str, found: Mapping[str, Form], trace: Trace) -> list[str]:
    """What the positions of a site are called: the source, after a summary token where there is one."""
    return ["[CLS]"] * summaries(site, found) + list(trace.source)


def _amount(act: Act) -> str:
    return f"{act.amount:g}".replace("-", "−")


def row(act: Act, taken: Taken, trace: Trace) -> dict[str, Any]:
    """An act of the list. `missed`: why this input has no place for it."""
    reached = taken.reaches(act, len(trace.source))
    unlike = "this input is not as long as the other one" if KINDS[act.kind].takes == "input" else "this input is too short for it"
    return {
        "act": act.json,
        "on": act.on,
        "title": title(act, places_of(act.site, taken.found, trace), depth(taken.found)),
        "steps": None if act.steps is None else [step + 1 for step in act.steps],
        "since": KINDS[act.kind].since,
        "missed": None if reached else unlike,
    }


def menu(found: Mapping[str, Form], trace: Trace) -> list[dict[str, Any]]:
    """What can be done, kind by kind and site by site, with the places that there are for it."""
    layers = depth(found)
    offered = []
    for offer in sorted(offers(found), key=_rank):
        kind, form = KINDS[offer.kind], found[offer.site]
        places: int | list[str] | None = offer.places
        if kind.positions:
            places = [f"{i + 1} {token}" for i, token in enumerate(places_of(offer.site, found, trace))]
        offered.append(
            {
                "kind": offer.kind,
                "name": NAMES[offer.kind],
                "site": offer.site,
                "what": quantity(offer.site),
                "where": part(offer.site, layers),
                "places": places,
                "usual": kind.usual,
                "span": kind.span,
                "takes": kind.takes,
                "whole": kind.whole,
                "since": kind.since,
                "gate": offer.site.endswith("_gate"),
                "stepwise": form.by != ONCE and not offer.site.startswith("encoder."),
            }
        )
    return offered


def _rank(offer: Offer) -> tuple[int, int]:
    """By kind; what is taken from another input is first of all what crosses over."""
    kind = KINDS[offer.kind]
    first = next(i for i, glob in enumerate(kind.sites) if fnmatchcase(offer.site, glob)) if kind.takes == "input" else 0
    return [*KINDS].index(offer.kind), first


def depth(found: Mapping[str, Form]) -> int:
    """How many layers the deepest part of a model has."""
    numbered = [after for site in found for name, after in pairwise(site.split(".")) if name == "layers"]
    return 1 + max(map(int, numbered), default=0)


def code(load: str, given: str, acts: Sequence[Act], positions: int, output: str) -> str:
    """The acts as Python: what they do to this input, which has so many `positions`, and to held-out ones. `load` is the call that brings
    the run back."""
    taking = any(KINDS[act.kind].made for act in acts)
    lines = [line for act in acts for line in ([_written(act)] if KINDS[act.kind].made else map(_call, act.edits))]
    listed = "\n".join(f"    {line}," for line in lines)
    more = "\nfrom playground.experiments.lab.acts import Act\nfrom playground.experiments.lab.acts.taken import Taken" if taking else ""
    edits = f"[edit for act in acts for edit in taken.edits(act, {positions})]" if taking else "acts"
    taken = "\ntaken = Taken(run)  # what passes on other inputs" if taking else ""
    return f"""import playground
from playground import Edit{more}

run = {load}
acts = [
{listed}
]{taken}
trace = run.explore({json.dumps(given, ensure_ascii=False)}, edits={edits})
print(trace.output)  # {output}

effect = run.effect(acts, n=512)
print(effect.score, effect.before, effect.interval)
"""


def _written(act: Act) -> str:
    """An act as it is written; what is left out is as usual."""
    named = (("place", act.place), ("amount", act.amount), ("steps", act.steps), ("given", act.given))
    parts = [json.dumps(act.kind), json.dumps(act.site)]
    parts += [
        f"{name}={json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)}"
        for name, value in named
        if value is not None
    ]
    return f"Act({', '.join(parts)})"


def _call(edit: Edit) -> str:
    """An edit as it is written; what is left out is as usual."""
    parts = [json.dumps(edit.site), json.dumps(edit.op)]
    if edit.value is not None:
        parts.append(f"{edit.value:g}" if isinstance(edit.value, int | float) else repr(edit.value))
    parts += [f"{name}={value!r}" for name, value in (("steps", edit.steps), ("at", edit.at), ("seed", edit.seed)) if value]
    return f"Edit({', '.join(parts)})"


def answered(trace: Trace, plain: Trace, task: Task) -> dict[str, Any]:
    """What this input is answered with under an act, against the answer without it."""
    if trace.reconstruction is not None:
        assert plain.reconstruction is not None
        return {"tokens": None, "same": bool((trace.reconstruction == plain.reconstruction).all()), "first": None}
    return {"tokens": list(trace.tokens), "same": trace.tokens == plain.tokens, "first": first_difference(trace.tokens, plain.tokens)}


def first_difference(one: Sequence[str], other: Sequence[str]) -> int | None:
    """The first place at which two answers differ, None where they are the same."""
    if tuple(one) == tuple(other):
        return None
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def measured(found: Effect, task: Task, act: Act | None) -> dict[str, Any]:
    """An effect as the page draws it: in points of the score, or in thousandths of an error."""
    scale = 100 if task.higher_is_better else 1000
    control = found.control
    return {
        "inputs": found.inputs,
        "before": found.before,
        "score": found.score,
        "change": scale * found.change,
        "interval": [scale * bound for bound in found.interval],
        "control": control
        and {
            "places": control.places,
            "inputs": control.inputs,
            "change": scale * control.change,
            "worst": scale * control.worst,
            "where": title(control.where) if isinstance(control.where, Act) else control.where.site,
        },
        "unit": "points" if task.higher_is_better else "thousandths",
        "reading": reading(found, task, act),
    }


def reading(found: Effect, task: Task, act: Act | None) -> Rich:
    """One sentence: what it costs here, and what the same costs elsewhere."""
    scale, unit = (100, "points") if task.higher_is_better else (1000, "thousandths of error")
    worse = found.change < 0 if task.higher_is_better else found.change > 0
    name = "All acts together" if act is None else title(act)
    said: Rich = [("b", name), ("", f": {task.score_name} of {found.inputs:,} held-out inputs ")]
    if found.interval[0] <= 0 <= found.interval[1]:
        said.append(("", "does not change beyond chance"))
    else:
        low, high = (signed(scale * bound, 1) for bound in found.interval)
        said += [("", "falls by " if worse == task.higher_is_better else "rises by "), ("b", f"{abs(scale * found.change):.1f} {unit}")]
        said.append(("", f" [{low}, {high}]"))
    if act is None or found.control is None:
        return [*said, ("", "." if act is None else "; there is no other place like it to compare with.")]
    control = found.control
    elsewhere = _elsewhere(act, control)
    many = (
        f"{elsewhere[0]} the {control.places:,} other {elsewhere[1]}s"
        if control.places > 1
        else f"{elsewhere[0]} the one other {elsewhere[1]}"
    )
    middle = "the median is " if control.places > 1 else "it is "
    return [*said, ("", f"; {many} {middle}"), ("b", signed(scale * control.change, 1)), ("", ".")]


def _elsewhere(act: Act, control: Control) -> tuple[str, str]:
    """What a control is made at, and with."""
    where = control.where
    if isinstance(where, Edit) or where.site != act.site or (where.given == act.given and where.steps == act.steps):
        return "at", "place"
    if KINDS[act.kind].takes is None:
        return "from", "step"
    return "with", "input" if KINDS[act.kind].takes == "input" else "draw"
