"""The lab's answers: acts of a visit, what is fetched about them, patch maps and failures, and what of it is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

import playground
from playground.app import visit as visits
from playground.app.links import from_query, to_query
from playground.app.page import Page
from playground.app.panels.lab.acting import Acts, Breaking, Patching
from playground.app.visit import Visit
from playground.errors import InputError
from playground.experiments.lab.acts import Act
from playground.experiments.lab.corrupting import corrupt
from playground.tasks import Typed
from tests.pages import ADA, answered, new_page

HOLD = ["hold", "decoder.attention.weights", 2, None, [0], True]
HEADS = ["off", "decoder.layers.0.cross_attention.heads", 0, None, None, True]


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def translation(text: str = "the beautiful tree is green") -> Visit:
    return visits.start("attention_seq2seq", "translation", device="cpu").with_input(Typed(text))


def test_acts_are_held_in_the_visit_and_in_its_link(page: Page) -> None:
    first = translation()
    told = answered(page, first, page[Acts].act, {"acts": [HOLD, ["even", "decoder.attention.weights", None, None, None, False]]})
    visit = told["visit"]
    assert [act.json for act in visit.acts] == [HOLD, ["even", "decoder.attention.weights", None, None, None, False]]
    assert visit.acting == visit.acts[:1]
    assert told["Player"]["plain"] == ["le", "bel", "arbre", "est", "vert", "end"] != told["Player"]["output"]
    assert told["Player"]["teaching"] is None, "what is taught is the model's own"
    assert "Trajectory" in told, "other panels follow"
    fewer = answered(page, visit, page[Acts].act, {"acts": [HOLD]})
    assert fewer["Player"]["link"] == to_query(fewer["visit"]), "an act that is off is in the link too"
    assert from_query(dict(parse_qsl(to_query(visit))), "cpu").acts == visit.acts


def test_what_an_act_does_is_asked_for_by_itself(page: Page) -> None:
    told = page[Acts].one(translation(), {"act": json.dumps([*HOLD[:5], False])})
    assert told["tokens"][0] != "le" and told["first"] == 0 and not told["same"]
    assert told["inputs"] > 500 and told["control"]["places"] == 10 and told["interval"][0] <= told["change"] <= told["interval"][1] < 0
    assert "other places the median is" in "".join(text for _, text in told["reading"])
    both = page[Acts].together(translation(), {"acts": json.dumps([HOLD, ["scale", "decoder.hidden", None, 1, None, True]])})
    assert both["control"] is None and both["change"] == told["change"], "the second changes nothing"


def test_another_input_is_typed_or_thrown_and_taken_from(page: Page) -> None:
    visit, panel = translation(), page[Acts]
    thrown = panel.another(visit, {"dice": "3"})["given"]
    assert thrown == panel.another(visit, {"dice": "3"})["given"] != panel.another(visit, {"dice": "4"})["given"]
    assert panel.another(visit, {"text": "the car"}) == {"given": "the car"}
    for wrong in ({"text": "the zebra"}, {"text": ""}, {"dice": "x"}):
        with pytest.raises(InputError):
            panel.another(visit, wrong)
    act = ["swap", "encoder.states", None, 0.5, None, True, thrown]
    told = answered(page, visit, panel.act, {"acts": [act]})
    assert told["visit"].acts[0].given == thrown and from_query(dict(parse_qsl(to_query(told["visit"]))), "cpu").acts == told["visit"].acts
    (row,) = panel.value(page.library.stage(told["visit"]))["rows"]
    assert row["title"].startswith("States 50 % from ‘") and row["missed"] is None, "the dice throws what is as long"
    (row,) = panel.value(page.library.stage(told["visit"].with_input(Typed("the car"))))["rows"]
    assert "not as long" in row["missed"]
    effect = panel.one(visit, {"act": json.dumps(act)})
    assert effect["control"]["places"] == 16 and "with the 16 other inputs" in "".join(text for _, text in effect["reading"])
    with pytest.raises(InputError, match="zebra"):
        panel.act(visit, {"acts": [[*act[:6], "the zebra"]]}, ADA)
    assert page.library.stage(replace(visit, acts=(Act("swap", "encoder.states", amount=1, given="the zebra"),))).visit.acts == ()


@pytest.mark.parametrize(
    ("act", "title", "control"),
    [
        (["freeze", "decoder.attention.weights", None, None, [1], True], "Freeze attention, decoder from step 2 on", "from the 1"),
        (["mean", "decoder.hidden", 3, None, None, True], "State of unit 3 at its mean, decoder", "at the 63 other places"),
        (["mean", "decoder.hidden", None, None, None, True], "State at its mean, decoder", "at the "),
        (["noise", "decoder.hidden", None, 0.5, None, True, 3], "Noise of 0.5 on the state, decoder, draw 3", "at the "),
        (["swap", "decoder.hidden", None, 1, None, True, 7], "State from held-out input 7, decoder", "with the 16 other inputs"),
    ],
)
def test_every_kind_says_what_it_is_and_what_it_is_compared_with(page: Page, act: list[object], title: str, control: str) -> None:
    told = page[Acts].one(translation(), {"act": json.dumps(act)})
    said = "".join(text for _, text in told["reading"])
    assert said.startswith(title) and control in said


@pytest.mark.parametrize(
    "wrong", ["", "5", "[]", '["hold"]', '["hold","nowhere",1,null,null,true]', '["clamp","decoder.hidden",64,0]', "{}"]
)
def test_what_is_no_act_of_this_model_is_refused(page: Page, wrong: str) -> None:
    with pytest.raises(InputError):
        page[Acts].one(translation(), {"act": wrong})
    with pytest.raises(InputError):
        page[Acts].act(translation(), {"acts": wrong and [wrong]}, ADA)


def test_acts_stay_with_what_has_their_place(page: Page) -> None:
    """Another model of the same pair may lack a site: the act is dropped; one beyond a short input is not done there."""
    acts = (Act("clamp", "decoder.hidden", 63, 0), Act("hold", "decoder.attention.weights", 4))
    narrow = replace(translation(), acts=(*acts, Act("clamp", "decoder.hidden", 64, 0)))
    assert page.library.stage(narrow).visit.acts == acts
    short = replace(translation("the car"), acts=acts[1:])
    stage = page.library.stage(short)
    assert stage.trace.tokens == stage.plain.tokens if stage.plain else False


def test_a_patch_map_tells_what_brings_the_answer_back(page: Page) -> None:
    panel, visit = page[Patching], translation()
    asked = {"with": "the beautiful dog is green"}
    told = panel.map(visit, asked)
    rows = {row["name"]: row for row in told["rows"]}
    assert (told["right"], told["written"], told["step"]) == ("bel", "beau", 1)
    assert rows["embedding"]["shares"][2] == pytest.approx(1, abs=1e-4)
    assert max(map(abs, rows["forward state"]["shares"])) < 0.05 < rows["backward state"]["shares"][1]
    assert rows["states"]["crosses"] and rows["context"]["crosses"] and rows["context"]["shares"][2:] == [None, None, None]
    decoded = panel.decode(visit, asked | {"site": "encoder.states", "place": "1"})
    assert decoded["output"] == "le bel chien est vert" and decoded["patched"][0][0] == "bel" and decoded["corrupted"][0][0] == "beau"
    with_acts = replace(visit, acts=(Act(*HOLD),))  # type: ignore[arg-type]
    assert panel.map(with_acts, asked)["rows"] == told["rows"], "the model as it is"
    for wrong in (
        {"with": "the"},
        {"with": "zebra"},
        {},
        asked | {"site": "nowhere", "place": "1"},
        asked | {"site": "encoder.states", "place": "x"},
    ):
        with pytest.raises(InputError):
            (panel.decode if "site" in wrong else panel.map)(visit, wrong)


@pytest.mark.parametrize("pair", [("attention_seq2seq", "translation"), ("transformer", "reverse"), ("seq2seq", "copy")])
def test_a_corrupted_input_differs_in_one_token_and_is_answered_otherwise(pair: tuple[str, str]) -> None:
    run = playground.load(*pair)
    source = run.explore(run.task.first().model_input(run.task)).source
    made = {corrupt(run, source, seed) for seed in range(3)}
    assert len(made) > 1 and corrupt(run, source, 0) == corrupt(run, source, 0)
    for text in made:
        trace = run.explore(text)
        assert sum(a != b for a, b in zip(trace.source, source, strict=True)) == 1
        assert trace.output != run.explore(run.task.first().model_input(run.task)).output


def test_failures_are_shown_with_who_survives_them(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.app.panels.lab.acting.SLICE_S", 0.0)
    visit = visits.start("attention_seq2seq", "reverse", device="cpu")
    first, second = (page[Breaking].broken(visit, {}) for _ in range(2))
    assert 0 < first["tried"] < second["tried"] and second["spent"] > first["spent"] > 0 and not second["over"], "a little more each time"
    assert first["others"] == [], "others are not asked before it has ended"
    told = page[Breaking].survived(visit, {})
    assert told["rows"] and told["others"], "digits of one token were never taught"
    assert [name for name, *_ in told["others"]] == list(told["rows"][0]["survives"])
    row = told["rows"][0]
    run = playground.load("attention_seq2seq", "reverse")
    assert list(run.explore(row["given"]).tokens) == row["answer"] != row["right"]
    opened = answered(page, visit, page[Breaking].show, {"given": row["given"]})["visit"]
    assert opened.given == Typed(row["given"])
    with pytest.raises(InputError):
        page[Breaking].show(visit, {}, ADA)


@pytest.mark.parametrize("pair", ["transformer_encoder sentiment", "vae digits", "captioner scenes", "recognizer dialing"])
def test_only_who_writes_to_what_is_typed_is_patched_and_broken(page: Page, pair: str) -> None:
    stage = page.library.stage(visits.start(*pair.split(), device="cpu"))
    assert not page[Patching].value(stage)["typed"] and not page[Breaking].value(stage)["typed"]


@pytest.mark.parametrize(
    "more",
    [
        (),
        (Act("noise", "decoder.hidden", amount=0.5, given=3), Act("freeze", "decoder.attention.weights", steps=(2,))),
        (Act("swap", "encoder.states", amount=0.5, given="the small dog is red"), Act("mean", "decoder.hidden", 5)),
    ],
)
def test_acts_as_code_do_what_the_page_shows(page: Page, capsys: pytest.CaptureFixture[str], more: tuple[Act, ...]) -> None:
    """The text is run as it stands; a hold beyond this input is not in it."""
    acts = (
        Act(*HOLD),  # type: ignore[arg-type]
        Act("hold", "decoder.attention.weights", 11),
        Act("even", "decoder.attention.weights", steps=(1,)),
        Act("clamp", "decoder.hidden", 3, -0.5),
        Act("scale", "decoder.attention.context", amount=0.5, on=False),
        *more,
    )
    visit = replace(translation(), acts=acts)
    parts = {id: text for id, _, text in page.desk.code(visit)}
    assert (
        "scale" not in parts["acts"]
        and "11" not in parts["acts"]
        and 'playground.load("attention_seq2seq", "translation")' in parts["acts"]
    )
    exec(parts["acts"].replace("n=512", "n=16"), {})
    assert capsys.readouterr().out.splitlines()[0] == page.library.stage(visit).trace.output
    assert "acts" not in {id for id, *_ in page.desk.code(translation())}
