"""Write checkpoints/trade.json, what other values of β make of the shipped variational autoencoders of pictures:

python -m playground.tools.trade [vae-digits …]

Each is trained by the shipped run's own recipe but for β. Their weights would be 22 MB, as much as all that is shipped; what a slider
shows of one is two numbers and four pictures.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Any

import orjson

from .. import api
from ..experiments.uses.trading import others, point
from ..runs.executors.inline import InlineExecutor

FILE = api.SHIPPED / "trade.json"
PAIRS = (("vae", "digits"), ("vae", "strokes"))


def main(chosen: Collection[str] = ()) -> None:
    """All pairs, or those named as their files are; what is known of the others stays."""
    known: dict[str, list[dict[str, Any]]] = orjson.loads(FILE.read_bytes()) if FILE.exists() else {}
    for pair in PAIRS:
        if not chosen or "-".join(pair) in chosen:
            known["-".join(pair)] = list(map(_measured, others(replace(api.load(*pair).recipe, device="cpu")).values()))
            FILE.write_bytes(orjson.dumps(known))


def _measured(recipe: Any) -> dict[str, Any]:
    found = point(api.collect(InlineExecutor().submit(recipe).events()))
    print(recipe.task, found.beta, round(found.reconstruction, 1), round(found.kl, 2), file=sys.stderr)
    return {"recipe": recipe.to_json(), "point": asdict(found)}


if __name__ == "__main__":
    main(sys.argv[1:])
