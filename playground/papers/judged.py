"""Results that are shipped: ten seeds of each paper, as they came out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ..disk import write_whole
from .result import Result

FOLDER = Path(__file__).parent / "kept"


@cache
def kept(id: str) -> dict[str, Any]:
    """What is kept of the paper of this id: the machine, the date, `results` as `Result.json` has them. Empty where it was not judged."""
    path = FOLDER / f"{id}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def keep(id: str, results: Sequence[Result], **about: str) -> None:
    """Keep results, in the order of their seeds."""
    rows = ",\n ".join(json.dumps(result.json, separators=(",", ":")) for result in sorted(results, key=lambda result: result.seed))
    write_whole(FOLDER / f"{id}.json", (json.dumps(about)[:-1] + f', "results": [\n {rows}\n]}}\n').encode())
    kept.cache_clear()
