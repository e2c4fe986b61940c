"""What carries a difference: the map of a patch, and one decode of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...experiments.lab.carriers import Carrier
from ...experiments.lab.patching import NOTHING, Patch
from ...tracing import Trace
from ..states.said import listed, quoted
from ..style import Rich, percent
from .acts import part, quantity

LIKELIEST = 3


def spec(found: Patch, clean: Trace, corrupted: Trace) -> dict[str, Any]:
    """The map, encoder rows first, beside both answers. A cell that a site does not have is null."""
    names = named(found)
    order = sorted(range(len(found.carriers)), key=lambda row: (found.carriers[row].part == "decoder", row))
    return {
        "places": {name: list(tokens) for name, tokens in found.places.items()},
        "rows": [
            {
                "site": found.sites[row],
                "part": found.carriers[row].part,
                "name": names[row],
                "crosses": crosses(found.carriers[row]),
                "shares": [None if np.isnan(share) else float(share) for share in found.recovered[row]],
            }
            for row in order
        ],
        "step": found.step,
        "right": found.tokens[0],
        "written": found.tokens[1],
        "clean": {"source": list(clean.source), "tokens": list(clean.tokens)},
        "corrupted": {"source": list(corrupted.source), "tokens": list(corrupted.tokens)},
        "best": [found.best.site, found.best.place],
        "through": found.through,
        "reading": reading(found),
    }


def named(found: Patch) -> list[str]:
    """The rows by what they are: `backward cell`, `layer 2 cross-attention, head 1`."""
    sites = [carrier.site for carrier in found.carriers]
    two_ways = any(".reverse." in site for site in sites)
    layers = len({site.split(".layers.")[1].split(".")[0] for site in sites if ".layers." in site})
    return [_name(carrier, two_ways, layers) for carrier in found.carriers]


def _name(carrier: Carrier, two_ways: bool, layers: int) -> str:
    last, names = quantity(carrier.site), carrier.site.split(".")
    head = "" if carrier.head is None else f", head {carrier.head + 1}"
    if "recurrent" in names:
        way = "backward" if "reverse" in names else "forward" if two_ways and carrier.part != "decoder" else "recurrent"
        return f"{way} {last}"
    where = part(carrier.site, layers).removeprefix(names[0]).strip()
    return (where if "attention" in where else f"{where} {last}".strip()) + head


def crosses(carrier: Carrier) -> bool:
    """Whether it is what passes from the part that reads to the one that writes."""
    last = carrier.site.rpartition(".")[2]
    return last in ("states", "context", "context_cell", "code") or "cross_attention" in carrier.site


def reading(found: Patch) -> Rich:
    """Where most of it comes back, in a sentence that was computed."""
    (right, written), names = found.tokens, named(found)

    def brings(site: str, place: int) -> Rich:
        row = found.sites.index(site)
        token = quoted(found.places[found.part[row]][place])
        return [("b", names[row]), ("", f" at {token}: "), ("b", percent(found.recovered[row, place]))]

    if found.through:
        said: Rich = [("", "Followed is "), *brings(*found.through)]
        on: Rich = [("", " comes back. Most of it passes through "), *brings(found.best.site, found.best.place), ("", ".")]
        return [*said, *on] if abs(found.origin) >= NOTHING else [*said, ("", ", next to nothing.")]
    said = [("", f"At output {found.step + 1} it writes "), ("d", quoted(written)), ("", " for "), ("d", quoted(right))]
    said += [("", ". Most of the way back comes from "), *brings(found.best.site, found.best.place)]
    idle = [name for name, shares in zip(names, found.recovered, strict=True) if np.nanmax(np.abs(shares)) < NOTHING]
    return [*said, ("", "; none of it from "), *listed(list(dict.fromkeys(idle)), "b"), ("", ".")] if idle else [*said, ("", ".")]


def decode(trace: Trace, corrupted: Trace, step: int, classes: tuple[str, ...]) -> dict[str, Any]:
    """The answer under one patch, and what was likeliest at the step, with and without it."""
    return {
        "tokens": list(trace.tokens),
        "output": trace.output,
        "patched": _likeliest(trace, step, classes),
        "corrupted": _likeliest(corrupted, step, classes),
    }


def _likeliest(trace: Trace, step: int, classes: tuple[str, ...]) -> list[list[Any]]:
    if trace.probabilities is None or step >= len(trace.probabilities):
        return []
    row = trace.probabilities[step]
    return [["end" if classes[i] == "<eos>" else classes[i], float(row[i])] for i in np.argsort(-row)[:LIKELIEST]]
