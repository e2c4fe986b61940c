"""Results with a value at each site and place as maps."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ...experiments.lab.patching import NOTHING, Patch
from ..lab.patching import named
from ..style import MONO, color, escape

ROW, MARGIN = 30, 210  # pixels: a row of the map, and what stands around it


def patch(found: Patch) -> go.Figure:
    """How much of the clean answer each place brings back: rows of the part that reads over source positions, rows of the decoder over
    output steps. From 5 % on the share is written there, in hundredths."""
    parts, names = list(dict.fromkeys(sorted(found.part, key="decoder".__eq__))), named(found)
    rows = {part: [row for row, of in enumerate(found.part) if of == part] for part in parts}
    figure = make_subplots(
        len(parts),
        1,
        row_heights=[len(rows[part]) for part in parts],
        vertical_spacing=min(0.3, 80 / (MARGIN + ROW * len(names))),
        subplot_titles=parts,
    )
    for at, part in enumerate(parts, start=1):
        tokens = found.places[part]
        shares = found.recovered[rows[part], : max(len(tokens), 1)]
        figure.add_heatmap(
            z=[[None if np.isnan(share) else float(share) for share in row] for row in shares],
            y=[escape(names[row]) for row in rows[part]],
            x=[f"{place + 1} {escape(token)}" for place, token in enumerate(tokens)],
            text=[["" if np.isnan(share) or abs(share) < NOTHING else f"{100 * share:.0f}" for share in row] for row in shares],
            texttemplate="%{text}",
            textfont={"family": MONO},
            colorscale=[[0, color("r0")], [1, color("code")]],
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            showscale=False,
            hoverongaps=False,
            row=at,
            col=1,
        )
    figure.update_xaxes(type="category", tickfont={"family": MONO})
    figure.update_yaxes(type="category", autorange="reversed", automargin=True)
    figure.update_layout(height=MARGIN + ROW * len(names), margin={"l": 16, "t": 80, "b": 48})
    return figure
