"""The numbers and sentences behind every figure; how they are drawn is the page's business."""

from __future__ import annotations

import base64
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import playground
from playground import Beam, Edit, InputError, Run, views
from playground.inference import attention_maps as alignment
from playground.inference.explore import explore
from playground.inference.projection import Projection
from playground.tasks import get
from playground.tracing import Trace
from playground.views.figures import attention, labels, latent_map, learning, next_token, trajectory
from playground.views.scene import anatomy
from playground.views.scene import reconstruction as picture_scene
from playground.views.scene import sequence as scene
from playground.views.style import PALETTES, color, escape, on_paper, percent, plain
from playground.wire import pack
from tests.small import build, some_input

TOKENS_CSS = Path(views.__file__).parent.parent / "app/web/core/tokens.css"


@pytest.fixture(scope="module")
def run() -> Run:
    return playground.load("attention_seq2seq", "reverse")


@pytest.fixture(scope="module")
def without_attention() -> Run:
    return playground.load("seq2seq", "reverse")


def made_up(weights: Any, source: str = "31", tokens: tuple[str, ...] = ("1", "3", "end")) -> Trace:
    """A trace with known attention: what the views say about it can be worked out by hand."""
    steps, rng = len(tokens), np.random.default_rng(0)
    sites = {
        "decoder.attention.weights": np.array(weights, np.float32),
        "decoder.attention.context": rng.normal(size=(steps, 4)).astype(np.float32),
        "encoder.states": rng.normal(size=(len(source), 4)).astype(np.float32),
        "decoder.hidden": np.arange(4 * steps, dtype=np.float32).reshape(steps, 4),
        "decoder.logits": np.zeros((steps, 13), np.float32),
    }
    probabilities = np.full((steps, 13), 0.01, np.float32)
    probabilities[np.arange(steps), [2 if t == "end" else 3 + int(t) for t in tokens]] = 0.88
    written = " ".join(t for t in tokens if t != "end")
    return Trace(sites, source=tuple(source), tokens=tokens, output=written, probabilities=probabilities, ended=tokens[-1] == "end")


WEIGHTS = [[0, 1], [0.5, 0.5], [0.75, 0.25]]


def test_attention_numbers() -> None:
    info = attention.extract(made_up(WEIGHTS))
    assert info is not None
    assert info.looks_at.tolist() == [1, 0, 0]
    assert info.spread.tolist() == pytest.approx([1, 2, 2 ** -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25))])
    said = plain(attention.reading(info, 0))
    assert "state 2" in said and "‘1’" in said and "weight 1.00" in said and said.endswith("spread over 1.0 position.")
    assert plain(attention.reading(info, 1)).endswith("2.0 positions.")


def test_no_attention_no_figure(without_attention: Run) -> None:
    assert attention.extract(without_attention.explore("123")) is None


def test_of_a_beam_the_best_hypothesis_is_shown(run: Run) -> None:
    trace = run.explore("31415", Beam(3))
    info = attention.extract(trace)
    assert info is not None and info.weights.shape == (len(trace.tokens), 5) and np.isfinite(info.spread).all()


def test_next_token_numbers(run: Run) -> None:
    trace = run.explore("31415")
    info = next_token.extract(trace, run.task.target_vocabulary.tokens, 5)
    assert info.tokens[0] == "end" and len(info.tokens) == 6
    assert info.probabilities == sorted(info.probabilities, reverse=True)
    assert info.probabilities[0] == pytest.approx(trace.probabilities[5].max())


@given(st.floats(0, 1))
def test_a_share_never_looks_more_certain_than_it_is(share: float) -> None:
    text = percent(share)
    assert not re.fullmatch(r"100(\.0+)? %", text), "what a softmax gives is less than 1"
    assert share == 0 or not re.fullmatch(r"0(\.0+)? %", text), f"{share} was rounded down to nothing"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (1, ">99.99 %"),
        (0.99995, ">99.99 %"),
        (0.5, "50 %"),
        (0.994, "99.4 %"),
        (0.9995, "99.95 %"),
        (0.99999, ">99.99 %"),
        (0.05, "5.0 %"),
        (1e-7, "<0.001 %"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.fault(7)
def test_tokens_never_become_markup() -> None:
    assert escape("<b>&</b>") == "&lt;b&gt;&amp;&lt;/b&gt;"
    nasty = ("<script>", "end")
    trace = Trace({"decoder.attention.weights": np.ones((2, 1), np.float32)}, source=("<img onerror=x>",), tokens=nasty)
    info = attention.extract(trace)
    assert info is not None
    layout = attention.draw(info).layout
    for label in (*layout.xaxis.ticktext, *layout.yaxis.ticktext):
        assert "<" not in label
    drawn = next_token.draw(next_token.Info(0, list(nasty), [0.9, 0.1]))
    assert "<script>" not in drawn.data[0].y


def flat(side: str, width: int = 4) -> Projection:
    return Projection(
        np.zeros(width, np.float32), np.eye(2, width, dtype=np.float32), np.array([0.5, 0.25], np.float32), np.zeros((9, 2), np.float32)
    )


def test_trajectory_numbers() -> None:
    """The projection used here keeps the first two numbers of a state, so points and distances are known."""
    trace = made_up(WEIGHTS)
    info = trajectory.extract(trace, {"encoder": flat("encoder"), "decoder": flat("decoder")})
    decoder = info.paths["decoder"]
    assert decoder.points.tolist() == [[0, 1], [4, 5], [8, 9]]
    assert decoder.moved.tolist() == [0, 8, 8]
    assert info.steps == 3 and info.paths["encoder"].labels == ("3", "1") and decoder.labels == ("1", "3", "end")
    meta = trajectory.draw(info).layout.meta
    assert all("75 %" in plain(said) for said in meta["readings"]["decoder"])


def test_trajectory_patches_have_the_right_lengths(run: Run) -> None:
    """At every step: what is past, what is to come, a ring on one point, and a label on each state that it stands on."""
    info = trajectory.extract(run.explore("31415"), run.projections)
    figure = trajectory.draw(info)
    steps = figure.layout.meta["steps"]
    assert len(steps) == info.steps == 6
    first = len(figure.data) // 2
    for t, patches in enumerate(steps):
        by_trace = {patch["trace"]: patch for patch in patches}
        assert len(by_trace[4]["text"]) == 5 and by_trace[4]["text"][info.looks_at[t]] and by_trace[first + 4]["text"][t]
        lengths = {trace: len(patch["x"]) for trace, patch in by_trace.items() if trace != 4}
        assert lengths == {5: 1, first + 1: t + 1, first + 2: 6 - t, first + 3: 5 - t, first + 4: t + 1, first + 5: 1}
        for patch in patches:
            assert 0 <= patch["trace"] < len(figure.data)
            assert {len(patch[k]) for k in ("x", "y", "text", "textposition") if k in patch} == {len(patch.get("x", patch.get("text", [])))}
        ring = by_trace[5]
        assert [ring["x"][0], ring["y"][0]] == pytest.approx(info.paths["encoder"].points[info.looks_at[t]].tolist(), abs=1e-4)


@given(npst.arrays(float, st.tuples(st.integers(1, 30), st.just(2)), elements=st.floats(-3, 3)), st.data())
def test_labels_that_stand_free_cover_no_other(points: Any, data: st.DataObject) -> None:
    """Boxes are measured here from the places that Plotly is told; a tenth of a label may be covered."""
    letters = data.draw(st.lists(st.integers(2, 12), min_size=len(points), max_size=len(points)))
    places, free = labels.place_labels(points, letters, points.min(0), points.max(0))
    assert free[0] and len(places) == len(free) == len(points)
    at = (points - points.min(0)) * labels.PANEL / np.maximum(np.ptp(points, axis=0), 1e-6)
    boxes = []
    for (x, y), place, width in zip(at, places, (n * labels.LETTER for n in letters), strict=True):
        vertical, side = place.split()
        left = {"right": x + labels.GAP, "left": x - labels.GAP - width, "center": x - width / 2}[side]
        bottom = {"top": y + labels.GAP, "bottom": y - labels.GAP - labels.LINE, "middle": y - labels.LINE / 2}[vertical]
        boxes.append((left, bottom, left + width, bottom + labels.LINE))
    shown = [box for box, alone in zip(boxes, free, strict=True) if alone]
    for a, b in combinations(shown, 2):
        covered = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
        assert covered <= 0.1 * max((box[2] - box[0]) * labels.LINE for box in (a, b)) + 1e-6


def test_a_crowd_of_labels_is_thinned_and_a_row_is_not() -> None:
    crowd = place = np.zeros((20, 2))
    _, free = labels.place_labels(crowd, [3] * 20, place.min(0) - 1, place.max(0) + 1)
    assert 1 <= sum(free) <= len(labels.PLACES)
    row = np.stack([np.linspace(0, 1, 7), np.zeros(7)], 1)
    assert all(labels.place_labels(row, [2] * 7, np.array([0, -1]), np.array([1, 1]))[1])


def test_latent_map_numbers() -> None:
    run = playground.load("autoencoder", "strokes")
    trace = run.explore(some_input(run.task))
    info = latent_map.extract(run.projections["code"], trace)
    assert info.here is not None and info.here.shape == (2,) and len(info.labels) == len(info.cloud)
    assert info.size == len(trace["encoder.code"]) and 0 < info.explained.sum() <= 1
    np.testing.assert_allclose(info.here, run.projections["code"](trace["encoder.code"][None])[0])
    assert latent_map.extract(run.projections["code"], None).here is None


def test_learning_numbers(run: Run) -> None:
    info = learning.extract(run.history, "exact match")
    assert info.losses.shape[1] == info.scores.shape[1] == 3
    assert (np.diff(info.losses[:, 0]) > 0).all() and info.losses[-1, 2] < info.losses[0, 2]
    with pytest.raises(InputError, match="no curve"):
        learning.extract({}, "exact match")


PAIRS_AND_VIEWS = [
    (("attention_seq2seq", "reverse"), name) for name in ("attention", "next_token", "trajectory", "learning")
] + [(("autoencoder", "strokes"), name) for name in ("learning", "latent_map")]  # fmt: skip


@pytest.mark.parametrize(("pair", "name"), PAIRS_AND_VIEWS, ids=lambda v: v if isinstance(v, str) else v[0])
@pytest.mark.parametrize("theme", PALETTES)
def test_every_figure_can_be_read_without_seeing_it(pair: tuple[str, str], name: str, theme: str) -> None:
    """A sentence and a table with rows as long as its header; and every colour is one of the palette."""
    run = playground.load(*pair)
    figure = run.figure(name, some_input(run.task), theme=theme)
    meta = figure.layout.meta
    table = meta["table"]
    assert meta["title"]
    assert plain(meta["reading"] or meta["readings"]["decoder"][0]).endswith(".")
    assert table["rows"] and all(len(row) == len(table["columns"]) for row in table["rows"])
    drawn = figure.to_plotly_json()
    drawn["layout"].pop("meta")
    assert "var(--" not in repr(drawn), "a colour that the palette does not know"


def test_themes_are_named() -> None:
    with pytest.raises(InputError, match="allowed are: light, dark"):
        on_paper(next_token.draw(next_token.Info(0, ["1"], [1.0])), "sepia")
    assert color("enc") == "var(--enc)"


@pytest.mark.parametrize(("theme", "selector"), [("light", ":root"), ("dark", ".dark")])
def test_figures_on_paper_have_the_colours_of_the_page(theme: str, selector: str) -> None:
    block = re.search(rf"^{re.escape(selector)} \{{(.*?)^\}}", TOKENS_CSS.read_text(), re.MULTILINE | re.DOTALL)
    assert block is not None
    page = dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})", block[1]))
    for name, value in PALETTES[theme].items():
        assert page[name].upper() == value.upper(), name


def drawn_scene(trace: Trace, untrained: bool = False) -> dict[str, Any]:
    task = get("reverse")()
    return scene.sequence(trace, build("attention_seq2seq", task), task, key="k", run_label="a run", untrained=untrained)


def said(rich: Any) -> str:
    """A sentence with a word where the page says what the chosen head looks at."""
    return plain([("", "LOOK") if style == "look" else (style, text) for style, text in rich])


@pytest.mark.parametrize(
    ("source", "tokens", "right", "text", "wrong"),
    [
        ("314", ("4", "1", "3", "end"), True, "right, 3 of 3", [False] * 4),
        ("314", ("4", "7", "3", "end"), False, "wrong at token 2; 2 of 3", [False, True, False, False]),
        ("314", ("4", "1", "end"), False, "wrong: it ended one token too early; 2 of 3", [False, False, True]),
        ("314", ("4", "1", "3", "3"), False, "wrong: it did not end", [False, False, False, True]),
        ("314", ("4", "1", "3", "3", "end"), False, "wrong: one token too many before the end", [False, False, False, True, True]),
        ("314", ("4", "1", "3"), False, "wrong: it did not end", [False] * 3),
        ("314", ("end",), False, "wrong: it ended 3 tokens too early; 0 of 3", [True]),
        ("3141", ("1", "7", "1", "7", "end"), False, "wrong at token 2 and 1 later; 2 of 4", [False, True, False, True, False]),
        ("3141", ("1", "7", "7", "7", "end"), False, "wrong from token 2 on; 1 of 4", [False, True, True, True, False]),
    ],
)
def test_verdicts(source: str, tokens: tuple[str, ...], right: bool, text: str, wrong: list[bool]) -> None:
    drawn = drawn_scene(made_up(np.full((len(tokens), len(source)), 1 / len(source)), source, tokens))
    short = text.split("; ")[0].removeprefix("right, ")
    assert drawn["verdict"] == {"right": right, "text": text, "short": short}
    assert drawn["wrong"] == wrong
    untrained = drawn_scene(made_up(np.full((len(tokens), len(source)), 1 / len(source)), source, tokens), untrained=True)
    assert untrained["verdict"]["text"] == "" and untrained["wrong"] is None, "random is neither right nor wrong"
    assert all(said(sentence).startswith("Before training") for sentence in untrained["say"])
    for t, sentence in enumerate(map(said, drawn["say"])):
        assert sentence.startswith(f"Step {t + 1}. To write ")
        assert ("and wrong: right is" in sentence) == wrong[t]


def test_sentences_leave_the_look_to_the_page_and_say_the_rest() -> None:
    drawn = drawn_scene(made_up(WEIGHTS))
    assert said(drawn["say"][0]) == "Step 1. To write ‘1’ LOOK. It is 88 % sure."
    assert drawn["main"] == {"map": 0, "head": 0} and drawn["maps"][0]["columns"] == ["3", "1"]
    assert plain(drawn["say"][2]).startswith("Step 3. To write end")
    late = plain(drawn_scene(made_up([[1, 0]] * 4, "31", ("1", "3", "5", "end")))["say"][2])
    assert "right is end" in late
    over = plain(drawn_scene(made_up([[1, 0]] * 4, "31", ("1", "3", "5", "end")))["say"][3])
    assert "the answer is over" in over


def test_without_attention_only_the_final_state_crosses_over(without_attention: Run) -> None:
    drawn = scene.sequence(without_attention.explore("314"), without_attention.model, without_attention.task, key="k", run_label="")
    assert drawn["code"]["kind"] == "final_state" and drawn["weights"] is None and drawn["attention_reading"] is None
    assert drawn["maps"] == [] and drawn["main"] is None and drawn["code"]["block"] is None
    assert "only its own state" in plain(drawn["say"][0])


@pytest.mark.parametrize(
    ("length", "notice"), [(2, "2 digits"), (1, "1 digit;"), (3, None), (12, None), (13, "13 digits"), (24, "lengths 3 to 12")]
)
def test_inputs_longer_or_shorter_than_trained_get_a_notice(length: int, notice: str | None, run: Run) -> None:
    drawn = scene.sequence(run.explore("7" * length), run.model, run.task, key="k", run_label="")
    assert (drawn["notice"] is None) if notice is None else (notice in drawn["notice"] and "expect mistakes" in drawn["notice"])


def test_a_text_to_fill_in_without_a_mask_is_told_how_to_write_one() -> None:
    task = get("infill")()
    model = build("transformer", task)
    text = " ".join(token.replace("[MASK]", "cat") for token in task.parse(task.pinned))
    drawn = scene.sequence(explore(model, task, text), model, task, key="k", run_label="")
    assert "[MASK]" in drawn["notice"]


def test_scene_numbers_are_those_of_the_trace(run: Run) -> None:
    trace = run.explore("31415", edits=[Edit("encoder.embedded", "scale", 0.5)])
    drawn = scene.sequence(trace, run.model, run.task, key="k", run_label="", forced=(2,))
    assert drawn["states"] == pack(trace["encoder.states"]) and drawn["weights"]["shape"] == [len(trace.tokens), 5]
    assert len(drawn["say"]) == len(drawn["output"]) == len(drawn["probability"]) == len(trace.tokens)
    assert drawn["forced"] == [2] and drawn["vocabulary"][:3] == [None, None, "end"]
    assert drawn["maps"][0]["context"]["shape"] == [1, len(trace.tokens), 64]


GHOSTS = {  # encoder, code, decoder
    ("transformer", "translation"): (False, False, False),
    ("transformer_decoder", "reverse"): (True, True, False),
    ("transformer_decoder", "completion"): (True, True, False),
    ("ngram", "completion"): (True, True, False),
    ("transformer_encoder", "sentiment"): (False, True, True),
    ("transformer_encoder", "entities"): (False, True, True),
    ("transformer_encoder", "infill"): (False, True, True),
    ("transformer_encoder", "total"): (False, True, True),
    ("pooled_classifier", "sentiment"): (False, False, True),
    ("pooled_classifier", "total"): (False, False, True),
}


@pytest.mark.parametrize("pair", GHOSTS, ids=" ".join)
def test_one_scene_serves_every_architecture(pair: tuple[str, str]) -> None:
    task = get(pair[1])()
    model = build(pair[0], task)
    trace = explore(model, task, task.pinned)
    drawn = scene.sequence(trace, model, task, key="k", run_label="")
    assert tuple(drawn[part]["ghost"] for part in ("encoder", "code", "decoder")) == GHOSTS[pair]
    for part in ("encoder", "code", "decoder"):
        assert not drawn[part]["ghost"] or drawn[part]["note"].startswith(f"no {part}: ")
    paths = {path for path, _ in model.named_modules()}
    for column in (*drawn["encoder"]["blocks"], *drawn["decoder"]["blocks"]):
        assert {block["path"] for block in column["blocks"]} <= paths
    assert drawn["code"]["block"] is None or drawn["code"]["block"] in paths
    assert len(drawn["say"]) == len(drawn["output"]) == len(trace.tokens)
    for m in drawn["maps"]:
        assert m["weights"]["shape"][1:] == [len(m["rows"]), len(m["columns"])], m["site"]
    if drawn["logits"] is not None:
        assert drawn["logits"]["shape"] == [len(trace.tokens), len(drawn["vocabulary"])]
    assert (drawn["probability"] is None) == (pair[1] == "total")
    trajectory_drawn = trajectory.draw(trajectory.extract(trace, {side: flat(side, 16) for side in ("encoder", "decoder")}))
    assert bool(trajectory_drawn.data) == (pair[0] != "ngram") == (trajectory_drawn.layout.meta["empty"] is None)


@pytest.mark.parametrize(
    ("placement", "kinds"),
    [
        ("pre", ["norm", "attention", "dropout", "residual", "norm", "feed", "plain", "activation", "plain", "dropout", "residual"]),
        ("post", ["attention", "dropout", "residual", "norm", "feed", "plain", "activation", "plain", "dropout", "residual", "norm"]),
        ("res_post", ["attention", "norm", "dropout", "residual", "feed", "plain", "activation", "plain", "norm", "dropout", "residual"]),
    ],
)
def test_blocks_stand_in_the_order_that_the_norms_give(placement: str, kinds: list[str]) -> None:
    task = get("reverse")()
    model = build("transformer", task, norm=placement, layers=2)
    trace = explore(model, task, "314")
    found = anatomy.columns(model, "encoder", trace)
    assert [column["title"] for column in found if column["title"]] == ["layer 1", "layer 2"]
    assert [block["kind"] for block in found[1]["blocks"]] == kinds
    assert [block["label"] for block in found[0]["blocks"]][:2] == ["embedding", "positions"]


def test_what_a_sublayer_adds_is_the_difference_of_two_sums() -> None:
    """The length of x where a layer begins is that of the sum before it; the decoder has one number per step."""
    task = get("reverse")()
    model = build("transformer", task, layers=2)
    trace = explore(model, task, "314")
    first, second = (column for column in anatomy.columns(model, "decoder", trace) if column["title"])
    last = next(block for block in reversed(first["blocks"]) if block["kind"] == "residual")
    assert numbers(last["length"]) == pytest.approx(numbers(second["norm"]), rel=1e-4)
    assert len(numbers(second["norm"])) == len(trace.tokens)
    cross = next(block for block in second["blocks"] if block["kind"] == "cross")
    added = trace["decoder.layers.1.residual2"] - trace["decoder.layers.1.residual1"]
    assert numbers(cross["added"]) == pytest.approx(np.linalg.norm(added, axis=-1), rel=1e-4)


def numbers(packed: dict[str, Any]) -> Any:
    return np.frombuffer(base64.b64decode(packed["f32"]), np.float32)


def test_readers_say_what_an_answer_is_read_off() -> None:
    for pair, opening in {
        ("pooled_classifier", "sentiment"): "is read off the pooled context: LOOK.",
        ("transformer_encoder", "sentiment"): "is read off the summary state, where LOOK.",
        ("transformer_encoder", "entities"): "is read off state 1, where LOOK.",
    }.items():
        task = get(pair[1])()
        model = build(pair[0], task)
        assert opening in said(scene.sequence(explore(model, task, task.pinned), model, task, key="k", run_label="")["say"][0])


def test_picture_scenes() -> None:
    run = playground.load("autoencoder", "digits")
    trace = run.explore(some_input(run.task))
    drawn = picture_scene.picture(trace, run.task, run.model, key="k", run_label="", label=3)
    assert drawn["mse"] == pytest.approx(float(np.square(trace.picture - trace.reconstruction).mean()))
    said = plain(drawn["say"])
    assert f"{len(trace['encoder.code'])} numbers stand for 784" in said and "this ‘3’" in said and f"{drawn['mse']:.4f}" in said
    assert drawn["input"]["shape"] == drawn["reconstruction"]["shape"] == [28, 28]


def test_of_heads_that_cross_over_the_most_telling_is_drawn() -> None:
    """One that rests on a single place is the sharpest, and says nothing about what is written."""
    resting, telling = np.eye(4, dtype=np.float32)[[0, 0, 0]], 0.7 * np.eye(4, dtype=np.float32)[[1, 3, 2]] + 0.075
    assert alignment.sharpness(resting) > alignment.sharpness(telling)
    assert alignment.information(resting) == pytest.approx(0, abs=1e-6)
    assert 0 < alignment.information(telling) < np.log2(3)
    cross = alignment.AttentionMap("decoder.layers.0.cross_attention.weights", "cross", 0, np.stack([resting, telling]))
    assert alignment.drawn([cross], 4) == (cross, 1)
    own = cross._replace(side="encoder")
    assert alignment.drawn([own], 4) == (own, 0), "a text's own attention is drawn by sharpness alone"
