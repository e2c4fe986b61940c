"""The tokens of the page for figures that leave it, and the words that figures are read with."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ..errors import InputError
from ..options import show

Rich = list[tuple[str, str]]  # [(style, text)]; style: "" plain, "b" bold, "e" "c" "d" encoder, code, decoder, "w" wrong, "m" mono

PALETTES = {
    "light": {
        "surface": "#FFFFFF", "sunken": "#ECEEF0", "line": "#D5DADF", "line-strong": "#7C868F",
        "ink": "#14181C", "ink2": "#424B54", "ink3": "#5C6670",
        "enc": "#0072B2", "enc-text": "#005F96", "enc-r1": "#00385C", "code": "#008A64", "code-text": "#006B4E", "code-r1": "#00402E",
        "dec": "#C65B00", "dec-text": "#9C4700", "dec-r1": "#5E2A00", "bad": "#B03A7C", "r0": "#F1F4F3",
    },
    "dark": {
        "surface": "#171B20", "sunken": "#22282F", "line": "#303840", "line-strong": "#79848F",
        "ink": "#EEF1F4", "ink2": "#BBC4CC", "ink3": "#98A3AD",
        "enc": "#56B4E9", "enc-text": "#7CC6F0", "enc-r1": "#A9DCFA", "code": "#1FB98C", "code-text": "#4FD3AB", "code-r1": "#8FF0CF",
        "dec": "#F0A03C", "dec-text": "#F5B868", "dec-r1": "#FFD9A0", "bad": "#E08ABB", "r0": "#1E242A",
    },
}  # fmt: skip
SANS = "-apple-system, BlinkMacSystemFont, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, monospace"


def color(token: str) -> str:
    return f"var(--{token})"


def escape(text: str) -> str:
    """A token as Plotly must read it: its labels understand markup, visitors' text must not be markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def meta(title: str, *, subtitle: str = "", reading: Any = None, table: tuple[list[str], list[list[Any]]], **more: Any) -> dict[str, Any]:
    """What the page shows around a figure; every figure has a reading sentence and a data table."""
    columns, rows = table
    return {"title": title, "subtitle": subtitle, "reading": reading, "table": {"columns": columns, "rows": rows}, **more}


def typed(values: NDArray[np.float32]) -> dict[str, str]:
    """Numbers as Plotly reads them without parsing: of 400 points a quarter of the bytes that decimals take."""
    return {"dtype": "f4", "bdata": base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")}


def checked_step(step: Any, count: int) -> int:
    """One of `count` steps of an answer. Raises InputError."""
    if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step < count:
        raise InputError(f"step is {show(step)}; this answer has steps 0 to {count - 1}.")
    return step


def plain(rich: Sequence[tuple[str, str]]) -> str:
    return "".join(text for _, text in rich)


def percent(share: float) -> str:
    """A probability in words. Never certainty: what a softmax gives is less than 1, also where float32 can hold no such number."""
    if share >= 0.99995:
        return ">99.99 %"
    if share == 0:
        return "0 %"
    digits = 3 if share < 0.001 else 2 if share > 0.999 else 1 if share < 0.1 or share > 0.99 else 0
    return f"{100 * share:.{digits}f} %" if share >= 1e-5 else "<0.001 %"


def decimals(share: float, digits: int = 2) -> str:
    """A weight in figures that never round it up to the whole."""
    below = 1 - 10**-digits
    return f">{below:.{digits}f}" if 1 - 10**-digits / 2 <= share < 1 else f"{share:.{digits}f}"


def on_paper(figure: go.Figure, theme: str = "light") -> go.Figure:
    """The figure with real colours and fonts, for notebooks and files."""
    if not isinstance(theme, str) or theme not in PALETTES:
        raise InputError(f"theme is {show(theme)}; allowed are: {', '.join(PALETTES)}.")
    palette = PALETTES[theme]
    resolved = go.Figure(_resolve(figure.to_plotly_json(), palette), skip_invalid=False)
    axis = {"gridcolor": palette["line"], "linecolor": palette["line-strong"], "zeroline": False, "showline": True}
    resolved.update_layout(
        template="none",
        paper_bgcolor=palette["surface"],
        plot_bgcolor=palette["surface"],
        font={"family": SANS, "size": 13, "color": palette["ink2"]},
        title={"text": escape(figure.layout.meta["title"]), "x": 0.02} if figure.layout.meta else None,
        showlegend=False,
    )
    resolved.update_xaxes(axis)
    resolved.update_yaxes(axis)
    return resolved


def _resolve(value: Any, palette: dict[str, str]) -> Any:
    if isinstance(value, str):
        found = re.fullmatch(r"var\(--([\w-]+)\)", value)
        return palette.get(found[1], value) if found else value
    if isinstance(value, dict):
        return {k: v if k in ("meta", "text", "customdata") else _resolve(v, palette) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_resolve(v, palette) for v in value]
    return value
