"""What a paper's arms measured: a line for each, the judge seeds thin behind, and what the criterion asks for at its places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from ..style import color, escape, meta, on_paper

if TYPE_CHECKING:
    from ...papers.paper import Paper
    from ...papers.parts import Line
    from ...papers.result import Result

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # by arm: never another hue alone
BESIDE = 1.5  # before what was taught
EDGE = 0.04  # of the width or the height, beyond the last marks
FLAT = 0.2  # of its highest value: what changes less is flat
MARKS = ("circle", "circle-open", "square", "square-open", "diamond", "diamond-open")


def figure(result: Result, theme: str = "light") -> go.Figure:
    """In real colours. Raises InputError for themes that there are not."""
    return on_paper(draw(result), theme)


def spec(result: Result) -> dict[str, Any]:
    """What came of a seed, as the page draws it."""
    return _plain(draw(result))


def asked(paper: Paper) -> dict[str, Any]:
    """The same before anything is measured: the axes, what was taught, and what the criterion asks for."""
    drawn, (across, up) = _blank(paper), paper.axes
    if across.taught:
        low, high = across.taught
        drawn.update_xaxes(range=[low - BESIDE, high + (high - low) / 2])
    elif not across.names:
        drawn.update_xaxes(showticklabels=False)
    reading = [("", "Empty until you run it.")]
    drawn.update_layout(meta=meta(up.name, subtitle="not run yet", reading=reading, table=(["arm", across.name, up.name], [])))
    return _plain(drawn)


def _plain(drawn: go.Figure) -> dict[str, Any]:
    """Without a template: the page has its own."""
    told = drawn.to_plotly_json()
    told["layout"].pop("template", None)
    return told


def draw(result: Result) -> go.Figure:
    """Lines of this seed, labelled where they end; thin ones of the seeds that judged."""
    paper, drawn = result.paper, _blank(result.paper)
    across, up = paper.axes
    judges = [other for other in paper.judged if other.seed != result.seed]
    for other in judges:
        for at, line in enumerate(other.lines):
            thin = {"color": color("line-strong"), "width": 1, "dash": DASHES[at % len(DASHES)]}
            drawn.add_scatter(x=_places(line, across.names), y=line.y, mode="lines", line=thin, opacity=0.6, hoverinfo="skip")
    for at, line in enumerate(result.lines):
        style = {"color": color("ink"), "width": 2, "dash": DASHES[at % len(DASHES)]}
        places = _places(line, across.names)
        drawn.add_scatter(
            x=places,
            y=line.y,
            mode="lines+markers",
            line=style,
            marker={"symbol": MARKS[at % len(MARKS)], "size": 8},
            name=_name(result, line),
        )
        name = _name(result, line)  # by it the page finds the line, and a place beside it that is free
        drawn.add_annotation(text=escape(name), name=name, showarrow=False, **_beside(line, places, at, across.logarithmic))
    _stretch(drawn, paper, [line for one in (result, *judges) for line in one.lines])
    seen = max((line.n for line in result.lines), default=0)
    columns = ["arm", across.name, up.name]
    rows = [[_name(result, line), x, y] for line in result.lines for x, y in zip(_places(line, across.names), line.y, strict=True)]
    behind = f"; thin: {len(judges)} judge seeds" if judges else ""
    drawn.update_layout(
        margin={"r": 160 if any(_flat(line) for line in result.lines) else 32},
        showlegend=False,
        meta=meta(
            paper.claim, subtitle=f"seed {result.seed}, {seen:,} inputs a point{behind}", reading=[("", result.told)], table=(columns, rows)
        ),
    )
    return drawn


def _stretch(drawn: go.Figure, paper: Paper, lines: Sequence[Line]) -> None:
    """Axes as long as what was measured: a chart that stood empty before keeps no range of its own."""
    across, up = paper.axes
    x = [value for line in lines for value in line.x]
    if x and not across.names:
        low, high = (math.log10(value) if across.logarithmic else value for value in (min(x), max(x)))
        drawn.update_xaxes(range=[low - EDGE * (high - low), high + EDGE * (high - low)])
    if up.unit != "%":
        drawn.update_yaxes(range=[0, (1 + EDGE) * max((value for line in lines for value in line.y), default=1)])


def _beside(line: Line, places: tuple[float | str, ...], at: int, logarithmic: bool) -> dict[str, Any]:
    """Where a line's name stands: below three quarters of its height, on the side that it leaves free; of a flat one at its end."""
    if logarithmic:  # where a note is placed by its exponent
        places = tuple(math.log10(x) for x in line.x)
    if _flat(line):
        return {"x": places[-1], "y": line.y[-1], "xanchor": "left", "xshift": 10, "yshift": -14 * (at % 2)}
    height = (3 * max(line.y) + min(line.y)) / 4
    nearest = min(range(len(line.y)), key=lambda i: abs(line.y[i] - height))
    left = line.y[-1] < line.y[0]
    side = {"xanchor": "right", "xshift": -12} if left else {"xanchor": "left", "xshift": 12}
    return {"x": places[nearest], "y": line.y[nearest], "yshift": -12, **side}


def _flat(line: Line) -> bool:
    return max(line.y) - min(line.y) < FLAT * max(map(abs, line.y), default=0) or len(line.y) < 3


def _blank(paper: Paper) -> go.Figure:
    """Axes, the range that was taught, and a bracket over all that each bar of the criterion allows at its place."""
    drawn, (across, up) = go.Figure(), paper.axes
    if across.taught:
        low, high = across.taught
        drawn.add_vrect(x0=low, x1=high, fillcolor=color("sunken"), line_width=0, layer="below")
        drawn.add_annotation(
            x=low, y=0, yref="paper", text=f"taught: {low:g}–{high:g}", showarrow=False, xanchor="left", yanchor="bottom", yshift=12
        )
    for bar in paper.criterion:
        if bar.at is not None and bar.unit == up.unit == "%":
            low, high = bar.least or 0.0, 1.0 if bar.most is None else bar.most
            side, dash = (1, "solid") if bar.most is None else (-1, "dash")
            path = f"M {7 * side} {high} L {14 * side} {high} L {14 * side} {low} L {7 * side} {low}"
            drawn.add_shape(
                type="path", path=path, xsizemode="pixel", xanchor=bar.at, line={"color": color("ink"), "width": 1.5, "dash": dash}
            )
            label = {"xanchor": "left" if side > 0 else "right", "xshift": 20 * side, "showarrow": False}
            drawn.add_annotation(x=bar.at, y=(low + high) / 2, text=f"<b>{bar.arm}: {escape(bar.needs)}</b>", **label)
    drawn.update_xaxes(title=across.name, type="log" if across.logarithmic else "category" if across.names else "linear")
    if across.logarithmic:  # powers of ten alone would name few of the places that are measured
        measured = sorted({x for judge in paper.judged for line in judge.lines for x in line.x})
        drawn.update_xaxes(tickvals=measured, ticktext=[f"{x:g}" for x in measured])
    drawn.update_yaxes(title=up.name, rangemode="tozero")
    if up.unit == "%":
        drawn.update_yaxes(tickformat=".0%", range=[-0.03, 1.04])
    return drawn


def _name(result: Result, line: Line) -> str:
    return line.name or f"{line.arm} {result.paper.arm(line.arm).name}"


def _places(line: Line, names: tuple[str, ...]) -> tuple[float | str, ...]:
    return tuple(names[int(x)] for x in line.x) if names else line.x
