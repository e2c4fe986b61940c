"""Views: what a run and a trace look like. Each file has three layers: extract (numpy), draw (plotly), a short public function.

Colours are written as references to the page's tokens, `var(--enc)`; the page resolves them for its theme, and `figure`
for paper. What a figure says beside its marks (title, reading sentence, table, changes per step) is in `layout.meta`.
"""

from __future__ import annotations

from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from ..errors import InputError
from ..options import show
from .figures import attention, feature_arrows, feature_overlap, latent_map, learning, next_token, reconstruction_error, trajectory
from .piece import piece
from .style import on_paper

if TYPE_CHECKING:
    from ..storage.run import Run

VIEWS = {
    "attention": attention.figure,
    "next_token": next_token.figure,
    "trajectory": trajectory.figure,
    "learning": learning.figure,
    "latent_map": latent_map.figure,
    "feature_arrows": feature_arrows.figure,
    "feature_overlap": feature_overlap.figure,
    "reconstruction_error": reconstruction_error.figure,
}


__all__ = ["VIEWS", "figure", "piece"]


def figure(name: str, run: Run, given: Any = None, theme: str = "light", **options: Any) -> go.Figure:
    """The figure of this name, in real colours. Raises InputError for unknown names and options, and for runs that cannot show it."""
    if not isinstance(name, str) or name not in VIEWS:
        raise InputError(f"{show(name)} is not a figure here; there are: {', '.join(VIEWS)}.")
    asked = signature(VIEWS[name]).parameters
    has = {option: about for option, about in asked.items() if option not in ("run", "given")}
    for option in options:
        if option not in has:
            raise InputError(f"{show(option)} is not an option of the figure {name}; there are: {', '.join([*has, 'theme'])}.")
    if given is None and asked["given"].default is Parameter.empty:
        raise InputError(
            f"The figure {name} shows what the model makes of one input: give it, for example figure({name!r}, {_example(run)})."
        )
    return on_paper(VIEWS[name](run, given, **options), theme)


def _example(run: Run) -> str:
    """An input as it is written in Python."""
    return repr(run.task.examples[0]) if run.task.examples else "picture"
