"""Who knows what: a row a site, with its score beside the control and the unit that tells most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...experiments.evidence.who_knows import WhoKnows
from ...experiments.lab.acts import Form, offers
from ...experiments.lab.probes import Probe, askable, in_words
from ...tasks import Task
from ...tracing import Trace
from ..lab.acts import depth, part, quantity
from ..states.said import signed
from ..states.strips import layers
from ..style import Rich

SAME = 0.95  # of what the best site tells: said to be as much
NAMES = {"position": "its position", "remaining": "places left", "token": "its token", "class": "the class"}


def spec(found: WhoKnows, forms: Mapping[str, Form], trace: Trace) -> dict[str, Any]:
    """`path`: of the recurrent layer whose unit can be opened; `clamped`: whether units at this site can be clamped."""
    opened = {f"{layer.path}.{name}": layer.path for layer in layers(trace) for name in ("hidden", "cell")}
    clamped = {offer.site for offer in offers(forms) if offer.kind == "clamp"}
    deep = depth(forms)
    return {
        "what": found.what,
        "told": in_words(found.what),
        "measure": found.best.measure,
        "rows": [
            {
                "site": probe.site,
                "side": "decoder" if probe.site.startswith("decoder") else "encoder",
                "name": name(probe.site, deep),
                "score": probe.score,
                "interval": list(probe.interval),
                "shuffled": probe.shuffled,
                "chance": probe.chance,
                "found": probe.found,
                "unit": probe.unit.index,
                "alone": probe.unit.score,
                "n": probe.n,
                "inputs": probe.inputs,
                "path": opened.get(probe.site),
                "clamped": probe.site in clamped,
            }
            for probe in found.probes
        ],
        "sites": found.sites,
        "reading": reading(found, deep),
    }


def questions(task: Task) -> list[list[str]]:
    """What can be asked, each with what it is called where one is chosen."""
    return [[what, NAMES.get(what, f"needs: {what}")] for what in askable(task)]


def name(site: str, deep: int) -> str:
    """`encoder backward cell`"""
    return f"{part(site, deep)} {quantity(site)}".replace("self-attention ", "").replace("cross-attention ", "")


def reading(found: WhoKnows, deep: int) -> Rich:
    """Who tells it best, in a sentence that was computed."""
    best, told = found.best, in_words(found.what)
    if not best.found:
        said: Rich = [("", f"Nothing linear tells {told}. The best score, "), ("b", signed(best.score))]
        return [*said, ("", f" at {name(best.site, deep)}, is no better than {_floor(best)}.")]
    half = next(probe for probe in found.probes if _above(probe) >= _above(best) / 2)
    hue = "d" if best.site.startswith("decoder") else "e"
    said = [("", f"What tells {told} best is the "), (f"{hue} b", name(best.site, deep)), ("", f": {best.measure} ")]
    said += [("b", signed(best.score)), ("", f" on {best.n:,} states of {best.inputs:,} other inputs, with shuffled labels ")]
    said += [("", f"{signed(best.shuffled)}. Of its units number {best.unit.index} tells most by itself, "), ("b", signed(best.unit.score))]
    if half is best:
        return [*said, ("", ".")]
    as_much = "As much" if _above(half) >= SAME * _above(best) else "Half of that"
    return [*said, ("", f". {as_much} is told by the {name(half.site, deep)} already.")]


def _above(probe: Probe) -> float:
    """How much more it tells than chance and than shuffled labels."""
    return probe.score - max(probe.shuffled, probe.chance)


def _floor(probe: Probe) -> str:
    return f"chance ({signed(probe.chance)})" if probe.chance >= probe.shuffled else f"shuffled labels ({signed(probe.shuffled)})"
