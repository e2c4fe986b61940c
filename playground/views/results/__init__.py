"""What questions put to a model are answered with, drawn: one pure function for each kind of result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import plotly.graph_objects as go

from ...experiments.evidence.faithfulness import Faithfulness
from ...experiments.evidence.first_errors import FirstErrors
from ...experiments.evidence.importance import Importance
from ...experiments.evidence.spectrum import Spectrum
from ...experiments.evidence.who_knows import WhoKnows
from ...experiments.lab.breaking import Broken
from ...experiments.lab.by_length import ByLength, Comparison
from ...experiments.lab.effect import Effect
from ...experiments.lab.patching import Patch
from ...experiments.lab.probes import Probe
from ...experiments.lab.result import Result
from ...experiments.sentence_space import Walk
from ...experiments.sweep import Sweep
from ...experiments.uses.compressing import Compressed
from ...experiments.uses.denoising import Denoised
from ...experiments.uses.detecting import Detected
from ...experiments.uses.dying import Dead
from ...experiments.uses.features import Features
from ..style import meta, on_paper
from . import bars, curves, evidence, maps, uses


class Kind(NamedTuple):
    """What the figure of a result is called, and what draws it."""

    title: str
    draw: Callable[[Any], go.Figure]


KINDS: dict[type[Result], Kind] = {
    Effect: Kind("What the act does", bars.effect),
    Patch: Kind("What carries the difference", maps.patch),
    Probe: Kind("What can be read off", bars.probe),
    WhoKnows: Kind("Who knows what", evidence.who_knows),
    Spectrum: Kind("Numerals in order", evidence.spectrum),
    Importance: Kind("Is attention explanation?", evidence.importance),
    Faithfulness: Kind("Is attention explanation, over many inputs?", evidence.faithfulness),
    FirstErrors: Kind("What a first error costs", evidence.first_errors),
    Broken: Kind("Where it breaks", bars.broken),
    ByLength: Kind("By length", curves.by_length),
    Comparison: Kind("Two models by length", curves.comparison),
    Sweep: Kind("What the option does", curves.sweep),
    Compressed: Kind("Error against size", uses.compress),
    Denoised: Kind("Error against noise", uses.denoise),
    Detected: Kind("How strange", uses.detect),
    Features: Kind("Few labels are enough", uses.features),
    Dead: Kind("What is dead", uses.dead),
    Walk: Kind("From one text to another", bars.walk),
}


def figure(result: Result, theme: str = "light") -> go.Figure:
    """A result in real colours. Raises InputError for themes that there are not."""
    title, draw = KINDS[type(result)]
    drawn = draw(result)
    header, *rows = result.table()
    drawn.update_layout(meta=meta(title, reading=[("", result.sentence)], table=(header, rows)))
    return on_paper(drawn, theme)
