"""Right, or what is wrong: the first cause that a reader can point at, and how many tokens are right.

The end is not counted: an answer of nine digits has nine tokens, here, in the picture folded to a line, and under the film. The page says
the same of a model in training, in `core/answers.js`.
"""

from __future__ import annotations

from typing import Any

Tokens = tuple[str, ...]


def verdict(written: Tokens, right: Tokens | None, reads: bool, ended: bool, several: int) -> dict[str, Any]:
    """What was written against what is right, the nearest of `several` right answers, both without the end.

    `short` is for where there is little room. A model that `reads` gives one answer per place and never ends one.
    """
    if right is None:
        return {"right": None, "text": "", "short": ""}
    if reads and len(right) == 1:
        said = "right" if written == right else f"wrong, right is {right[0]}"
        return {"right": written == right, "text": said, "short": said}
    count = f"{sum(a == b for a, b in zip(written, right, strict=False))} of {len(right)}"
    if written == right and ended:
        more = f"; one of {several} right answers" if several > 1 else ""
        return {"right": True, "text": f"right, {count}{more}", "short": count}
    said = f"wrong{cause(written, right, ended)}"
    nearest = f" of the nearest of {several} right answers" if several > 1 else ""
    whole = written[: len(right)] == right  # then the count says nothing
    return {"right": False, "text": said if whole else f"{said}; {count}{nearest}", "short": said}


def cause(written: Tokens, right: Tokens, ended: bool) -> str:
    """Why `written` is not `right`, as a reader counts tokens, to be read after the word "wrong"."""
    same = next((i for i, (a, b) in enumerate(zip(written, right, strict=False)) if a != b), min(len(written), len(right)))
    if same == len(right):
        return f": {_tokens(len(written) - same)} too many before the end" if ended else ": it did not end"
    if same == len(written):
        return f": it ended {_tokens(len(right) - same)} too early"
    length = max(len(written), len(right))
    later = sum(i >= min(len(written), len(right)) or written[i] != right[i] for i in range(same + 1, length))
    if not later:
        return f" at token {same + 1}"
    return f" from token {same + 1} on" if later == length - same - 1 else f" at token {same + 1} and {later} later"


def _tokens(count: int) -> str:
    return "one token" if count == 1 else f"{count} tokens"
