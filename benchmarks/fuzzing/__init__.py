"""What harms: each kind an endless generator, seeded, of something to call and what it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

RUNS = (
    ("attention_seq2seq", "reverse"),
    ("transformer", "copy"),
    ("transformer_decoder", "reverse"),
    ("seq2seq", "completion"),
    ("ngram", "completion"),
    ("captioner", "scenes"),
    ("recognizer", "dialing"),
    ("transformer_encoder", "entities"),
    ("pooled_classifier", "total"),
    ("vae", "strokes"),
    ("cvae", "digits"),
)


class Case(NamedTuple):
    about: str  # in a line
    call: Callable[[], Any]
