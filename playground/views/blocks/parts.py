"""What an opened block is made of: quantities drawn as bars, and lines of arithmetic worked out with the numbers of a row.

A row is an output step or a source position, whatever `axis` says; the page picks the row, so stepping asks nobody.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...wire import pack
from ..style import Rich
from .calls import Rows

Array = NDArray[np.float32]
Line = Rich
TERMS = 3  # of a sum that are written out
CELLS = 8192  # a matrix with more numbers is named, not drawn


def quantity(symbol: str, values: Rows, hue: str, site: str | None = None, bound: float | None = None) -> dict[str, Any]:
    """One symbol of the equation with its numbers for every row; `bound` fixes the scale (gates lie in 0..1)."""
    return {"symbol": symbol, "site": site, "hue": hue, "axis": values.axis, "values": pack(values.values), "bound": bound}


def unpacked(packed: dict[str, Any]) -> Array:
    """The array again that `pack` packed."""
    return np.frombuffer(base64.b64decode(packed["f32"]), dtype="<f4").reshape(packed["shape"])


def worked(axis: str, count: int, lines: Callable[[int], Sequence[Line]]) -> dict[str, Any]:
    """The equation with the numbers of each row."""
    return {"axis": axis, "rows": [list(lines(row)) for row in range(count)]}


def matrix(symbol: str, values: Array, rows: Sequence[str] = (), columns: Sequence[str] = ()) -> dict[str, Any]:
    """A parameter as heat cells; only its shape where it is too large to be looked at."""
    drawn = pack(values) if values.size <= CELLS else None
    return {"symbol": symbol, "shape": list(values.shape), "values": drawn, "rows": list(rows), "columns": list(columns)}


def number(value: float, digits: int = 2) -> str:
    """With a true minus, and no −0.00."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def sub(index: int) -> str:
    """A unit's number from 1 as a subscript."""
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(index + 1))


def largest(values: Array) -> int:
    return int(np.abs(values).argmax())


def dot(symbol: str, weights: Array, inputs: Array, rest: float = 0.0) -> Line:
    """`y₇ = 0.83 × 1.20 + … + 0.05 = 1.92`: the largest terms of a sum of products, how many more there are, and the constant."""
    terms = weights * inputs
    order = np.argsort(-np.abs(terms))[:TERMS]
    shown = "".join(plus(f"{number(weights[i])} × {number(inputs[i])}", first=k == 0) for k, i in enumerate(order))
    more = f" + … ({len(terms) - len(order)} more)" if len(terms) > len(order) else ""
    constant = plus(number(rest)) if rest else ""
    return [("b", symbol), ("", f" = {shown}{more}{constant} = "), ("b", number(float(terms.sum()) + rest))]


def plus(term: str, first: bool = False) -> str:
    """A further term of a sum; a negative one is taken away."""
    if first:
        return term
    return f" − {term[1:]}" if term.startswith("−") else f" + {term}"


def summary(symbol: str, values: Array) -> Line:
    """`q = (0.12, −0.40, 0.33, … 32 numbers), length 2.31`"""
    flat = values.reshape(-1)
    if flat.size == 1:
        return [("b", symbol), ("", " = "), ("b", number(float(flat[0]), 3))]
    first = ", ".join(number(v) for v in flat[:TERMS])
    more = f", … {flat.size} numbers" if flat.size > TERMS else ""
    return [("b", symbol), ("", f" = ({first}{more}), length "), ("b", number(float(np.linalg.norm(flat))))]
