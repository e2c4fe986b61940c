"""Views: what a run and a trace look like. Each file has three layers: extract (numpy), draw (plotly), a short public function.

Colours are written as references to the page's tokens, `var(--enc)`; the page resolves them for its theme, and `figure`
for paper. What a figure says beside its marks (title, reading sentence, table, changes per step) is in `layout.meta`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from ..errors import InputError
from .figures import attention, latent_map, learning, next_token, reconstruction_error, trajectory
from .style import on_paper

if TYPE_CHECKING:
    from ..storage.run import Run

VIEWS = {
    "attention": attention.figure,
    "next_token": next_token.figure,
    "trajectory": trajectory.figure,
    "learning": learning.figure,
    "latent_map": latent_map.figure,
    "reconstruction_error": reconstruction_error.figure,
}


def figure(name: str, run: Run, given: Any = None, theme: str = "light", **options: Any) -> go.Figure:
    """The figure of this name, in real colours. Raises InputError for unknown names and for runs that cannot show it."""
    if name not in VIEWS:
        raise InputError(f"{str(name)[:60]!r} is not a figure here; there are: {', '.join(VIEWS)}.")
    return on_paper(VIEWS[name](run, given, **options), theme)
