"""What every question is answered with: a sentence, a table, a figure that shows the table's numbers, and how it prints."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import pytest

import playground
from playground import Edit, InputError
from playground.experiments.lab.result import Result
from playground.views.results import KINDS
from tests.scripted import scripted

HALF = Edit("decoder.attention.context", "scale", 0.5)
UNIT = Edit("decoder.hidden", "set", 0, at=((-1, 3),))
ASKED: dict[str, Callable[[], Result]] = {
    "Effect": lambda: playground.load("attention_seq2seq", "reverse").effect(UNIT, n=16),
    "Effect, no control": lambda: playground.load("attention_seq2seq", "reverse").effect([UNIT, HALF], n=16),
    "Patch": lambda: playground.load("attention_seq2seq", "reverse").patch("3 1 4", "3 1 5"),
    "Patch, one part": lambda: playground.load("transformer_decoder", "copy").patch("3 1 4", "3 1 5"),
    "Probe": lambda: playground.load("attention_seq2seq", "reverse").probe("position"),
    "WhoKnows": lambda: playground.load("attention_seq2seq", "reverse").who_knows("position"),
    "WhoKnows, names": lambda: playground.load("pooled_classifier", "sentiment").who_knows("class"),
    "Spectrum": lambda: playground.load("attention_seq2seq", "addition").spectrum("output"),
    "Importance": lambda: playground.load("attention_seq2seq", "reverse").importance("314"),
    "Faithfulness": lambda: playground.load("pooled_classifier", "sentiment").faithfulness(8),
    "FirstErrors": lambda: playground.load("seq2seq", "reverse").first_errors(16),
    "Broken": lambda: scripted("copy", lambda source: source[1:]).break_it(0.2),
    "ByLength": lambda: scripted("copy", short_only).by_length(n=8),
    "ByLength, one": lambda: scripted("copy", short_only).by_length([4], n=8),
    "Sweep": lambda: playground.sweep(
        "seq2seq", "reverse", "hidden", [8, 16], seeds=2, training_options={"steps": 2, "batch_size": 4}, device="cpu"
    ),
    "Compressed": lambda: playground.load("conv_autoencoder", "digits").compress([playground.load("autoencoder", "digits")]),
    "Denoised": lambda: playground.load("conv_autoencoder", "digits").denoise(playground.load("vae", "digits"), (0.3,), 8),
    "Denoised, alone": lambda: playground.load("conv_autoencoder", "digits").denoise(levels=(0, 0.5), n=8),
    "Detected": lambda: playground.load("vae", "digits").detect("strokes"),
    "Features": lambda: playground.load("conv_autoencoder", "digits").features(),
    "Dead": lambda: playground.load("conv_autoencoder", "digits").dead(),
    "Walk": lambda: playground.load("sequence_vae", "sentences").walk("the small car sleeps", "my boats", 5, "round"),
    "Walk, of digits": lambda: playground.load("seq2seq", "reverse").walk("27", "624917", 3),
    "Comparison": lambda: playground.compare(scripted("copy", short_only), scripted("copy", short_only), n=8),
}


def short_only(source: tuple[str, ...]) -> tuple[str, ...]:
    return source if len(source) <= 6 else source[1:]


@pytest.fixture(scope="module", params=ASKED, ids=str)
def found(request: pytest.FixtureRequest) -> Result:
    return ASKED[request.param]()


def test_every_result_tells_itself(found: Result) -> None:
    header, *rows = found.table()
    assert rows and all(isinstance(name, str) for name in header)
    assert all(len(row) == len(header) and all(isinstance(cell, str | int | float | bool | None) for cell in row) for row in rows)
    assert found.sentence.endswith(".") and repr(found).startswith(type(found).__name__ + "(")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_result_is_drawn(found: Result, theme: str) -> None:
    figure, (header, *rows) = found.figure(theme), found.table()
    about = figure.layout.meta
    assert about["title"] and [tuple(part) for part in about["reading"]] == [("", found.sentence)]
    assert about["table"] == {"columns": header, "rows": rows}
    assert "var(--" not in figure.to_json(), "a colour that paper does not know"
    for axis in figure.select_yaxes():
        assert axis.linecolor == figure.layout.yaxis.linecolor is not None


def test_there_is_a_figure_for_every_kind_and_no_other_theme(found: Result) -> None:
    assert {type(ask()) for name, ask in ASKED.items() if "," not in name} == set(KINDS)
    with pytest.raises(InputError, match="theme is 'pink'; allowed are: light, dark"):
        found.figure("pink")


def drawn(figure: go.Figure, axis: str) -> list[list[Any]]:
    return [list(trace[axis]) for trace in figure.data]


def test_curves_and_bars_are_the_numbers() -> None:
    one, two = scripted("copy", short_only), playground.load("transformer", "copy")
    by_length = one.by_length(n=8)
    figure = by_length.figure()
    assert drawn(figure, "x") == [list(by_length.scores)] and drawn(figure, "y") == [[score.score for score in by_length.scores.values()]]
    assert list(figure.data[0].error_y.array) == [score.high - score.score for score in by_length.scores.values()]
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (2.5, 12.5)
    both = playground.compare(one, two, n=8)
    a, seen_a, b, seen_b = both.figure().data
    assert [list(a.y), list(b.y)] == [[told[side] for told in both.by_length.values()] for side in (0, 1)]
    assert [list(seen_a.y), list(seen_b.y)] == [[both.known[side].score, both.new[side].score] for side in (0, 1)]
    assert (a.line.dash, b.line.dash) == ("solid", "dash")


def test_an_effect_is_drawn_beside_its_control() -> None:
    found = playground.load("attention_seq2seq", "reverse").effect(UNIT, n=32)
    (bars,) = found.figure().data
    assert found.control is not None
    assert list(bars.x) == [row[1] for row in found.table()[1:]] and list(bars.marker.pattern.shape) == ["", "", "/", "/"]
    assert bars.x[1] + bars.error_x.array[1] == pytest.approx(found.before + found.interval[1])
    assert bars.x[1] - bars.error_x.arrayminus[1] == pytest.approx(found.before + found.interval[0])


def test_what_an_effect_says_is_computed() -> None:
    run = playground.load("attention_seq2seq", "reverse")
    nothing = run.effect(Edit("decoder.hidden", "scale", 1), n=16)
    assert "does not change beyond chance" in nothing.sentence
    all_ = run.effect(Edit("encoder.states", "scale", 0), n=16)
    assert f"falls from {all_.before:.3g} to {all_.score:.3g}" in all_.sentence and all_.table()[0][1] == "exact match"


def test_a_map_is_drawn_part_by_part() -> None:
    found = playground.load("attention_seq2seq", "reverse").patch("3 1 4", "3 1 5")
    reads, writes = found.figure().data
    assert (len(reads.y), len(writes.y)) == (found.part.count("encoder"), found.part.count("decoder"))
    shares = [share for part in (reads, writes) for row in part.z for share in row if share is not None]
    assert sorted(shares) == pytest.approx(sorted(row[-1] for row in found.table()[1:]))


def test_asking_needs_no_plotly() -> None:
    asks = "import playground, sys; playground.load('seq2seq', 'reverse').by_length([3], 4); sys.exit('plotly' in sys.modules)"
    subprocess.run([sys.executable, "-c", asks], check=True)
