"""What the gallery shows is what the shipped runs write."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import orjson
import pytest

from playground import tasks
from playground.app.panels.rail.gallery import cards
from playground.tools.cards import FILE, card

WRITTEN = orjson.loads(FILE.read_bytes())
AGAIN = "write them anew: python -m playground.tools.cards"


def bare(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value if not isinstance(value, dict) else value["shape"] for name, value in one.items()}


@pytest.mark.parametrize("task", tasks.ordered(), ids=lambda task: task.id)
def test_every_card_says_what_a_shipped_model_reads_and_writes(task: type[tasks.Task]) -> None:
    now, written = card(task), WRITTEN[task.id]
    assert bare(now) == bare(written), AGAIN
    for side in ("reads", "writes"):
        if isinstance(now[side], dict):
            pictures = [np.frombuffer(base64.b64decode(one[side]["u8"]), np.uint8).astype(int) for one in (now, written)]
            assert np.abs(pictures[0] - pictures[1]).max() <= 2, AGAIN


def test_the_gallery_has_them_all() -> None:
    for group, members in tasks.grouped().items():
        assert [one["id"] for one in cards(group)] == [task.id for task in members]
