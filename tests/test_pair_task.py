"""Own pairs as a task: what is typed is never read as something else, every right answer counts, and known lines are told from new ones."""

from __future__ import annotations

import base64
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import one_hot

import playground
from playground.app import visit as visits
from playground.app.panels.rail import pairs as panel
from playground.app.sessions import NOBODY
from playground.errors import InputError
from playground.models import EncoderDecoder
from playground.tasks import TypedTask
from playground.tasks.pairs import read_pairs
from playground.tasks.pairs import store as pair_store
from playground.tasks.pairs.task import PairOptions, Pairs
from playground.tasks.text import bare
from playground.views.scene.sequence import sequence

MORE = [f"number {n}\t{n}" for n in range(40)]
CAPITALS = """\
Austria Vienna|Belgium Brussels|Bulgaria Sofia|Chile Santiago|China Beijing|Croatia Zagreb|Cuba Havana|Denmark Copenhagen|Egypt Cairo
Estonia Tallinn|Finland Helsinki|France Paris|Germany Berlin|Ghana Accra|Greece Athens|Hungary Budapest|India Delhi|Iran Tehran|Iraq Baghdad
Ireland Dublin|Israel Jerusalem|Italy Rome|Japan Tokyo|Kenya Nairobi|Latvia Riga|Libya Tripoli|Mali Bamako|Nepal Kathmandu|Norway Oslo
Peru Lima|Poland Warsaw|Portugal Lisbon|Qatar Doha|Russia Moscow|Senegal Dakar|Serbia Belgrade|Spain Madrid|Sweden Stockholm
Turkey Ankara|Ukraine Kyiv"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYGROUND_PAIRS", str(tmp_path))
    pair_store.shelf.latest.clear()
    return tmp_path


def learns(*rows: str, unit: str = "words") -> Pairs:
    return Pairs(PairOptions(**read_pairs([*rows, *MORE], unit, unit).options))


# what is typed


@pytest.mark.fault(47)
@pytest.mark.parametrize("unit", ["words", "characters"])
@pytest.mark.parametrize(
    ("known", "typed"),
    [
        *(("かき", "がき"), ("мои", "мой"), ("мой", "мои"), ("ёж", "еж"), ("año", "ano"), ("été", "ete"), ("हिन्दी", "हन्दी")),
        *(("กำ", "กา"), ("strasse", "straße"), ("5²", "52"), ("ﬁn", "fin"), ("می\u200cخواهم", "میخواهم"), ("½", "1/2")),
    ],
    ids=ascii,
)
def test_a_typed_letter_is_never_read_as_another_one(known: str, typed: str, unit: str) -> None:
    task = learns(f"{known} x\ty", unit=unit)
    assert "".join(task.parse(known)) == known
    try:
        read = task.parse(typed)
    except InputError:
        return
    assert unit == "characters" and "".join(read) == typed, "its letters are all known from elsewhere"


@pytest.mark.fault(47)
def test_an_accent_goes_where_no_such_letter_is_known_and_that_is_said() -> None:
    task = learns("resume\tx")
    assert task.parse("résumé") == task.parse("Resume") == ("resume",)
    assert task.perceive("résumé").doubt == "Read ‘résumé’ as ‘resume’: no such accent stands in these pairs."
    assert task.perceive("Resume").doubt is None
    known = learns("resume\tx", "été\ty")
    with pytest.raises(InputError, match="résumé"):
        known.parse("résumé")
    run = playground.train("seq2seq", "pairs", task_options=asdict(task.options), training_options={"steps": 1})
    assert scene(run, "résumé")["notice"] == "Read ‘résumé’ as ‘resume’: no such accent stands in these pairs."


@pytest.mark.parametrize(
    ("word", "plain"), [("École", "ecole"), ("ναί", "ναι"), ("й", "й"), ("が", "が"), ("ё", "ё"), ("हिं", "हिं"), ("한", "한")]
)
def test_only_accents_are_no_part_of_a_letter(word: str, plain: str) -> None:
    assert bare(word) == plain


@pytest.mark.parametrize("typed", ["<eos>", "<pad> <bos>", "[MASK]", "[mask]", "end", "the end"])
@pytest.mark.parametrize("unit", ["words", "characters"])
def test_names_of_special_tokens_are_text(typed: str, unit: str) -> None:
    task = learns(f"{typed}\t{typed}", unit=unit)
    tokens = task.parse(typed)
    assert task.answer(tokens) == tokens and task.join(tokens).replace(" ", "") == typed.replace(" ", "")
    ids = task.target_vocabulary.encode(tokens)
    assert min(ids) > 2 and task.target_vocabulary.decode(ids) == tokens
    assert set(task.source_vocabulary.words) >= set(tokens)


def test_a_long_source_that_was_learned_can_be_typed() -> None:
    source = " ".join(["supercalifragilistic"] * 40)
    assert len(learns(f"{source}\tx").parse(source)) == 40


# answers


class Writes(EncoderDecoder):
    """Writes these rows, whatever it reads."""

    def __init__(self, rows: Tensor) -> None:
        torch.nn.Module.__init__(self)
        self.rows = rows

    def forward(self, source: Tensor, target_in: Tensor, mask: Tensor | None = None) -> Tensor:
        return one_hot(torch.nn.functional.pad(self.rows, (0, target_in.shape[1]))[:, : target_in.shape[1]], 99).float()


def test_any_right_answer_counts() -> None:
    task = learns(*(f"word {n}\t{n} {kind}" for n in range(40) for kind in ("one", "two", "three" if n % 2 else "two")))
    held = task.held_out("test", 100)
    assert held.also is not None and held[:3].also is not None
    places = {task.source_vocabulary.decode(row): i for i, row in enumerate(held.source.tolist())}
    for wanted in range(3):
        rows = [task.answers(source)[min(wanted, len(task.answers(source)) - 1)] for source in places]
        ids = [[*task.target_vocabulary.encode(row), 2] for row in rows]
        assert Writes(torch.tensor([row + [0] * (4 - len(row)) for row in ids])).score(held) == 1
    wrong = torch.full((len(held), 4), task.target_vocabulary.ids["39"])
    assert Writes(wrong).score(held) == 0, "an answer that is not there is never written"


def test_the_stage_compares_with_the_nearest_answer() -> None:
    task = learns("word\tone two three", "word\tone four")
    assert task.nearest(("word",), ("one", "four")) == ("one", "four")
    assert task.nearest(("word",), ("one", "two")) == ("one", "two", "three")
    assert task.nearest(("unknown",), ("one",)) is None


def test_a_word_called_end_is_no_end() -> None:
    kept = read_pairs([f"word {n}\tend" for n in range(40)])
    run = playground.train("seq2seq", "pairs", task_options={"pairs": kept}, training_options={"steps": 40})
    shown = scene(run, "word 3")
    assert shown["output"] == ["end", "end"] and shown["verdict"]["text"] == "right, 1 of 1"


def scene(run: playground.Run, text: str) -> dict[str, Any]:
    assert isinstance(run.task, TypedTask)
    return sequence(run.explore(text), run.model, run.task, key="", run_label="")


# known and new


def test_capitals_are_learned_by_heart() -> None:
    rows = ["\t".join(pair.split()) for pair in CAPITALS.replace("\n", "|").split("|")]
    kept = read_pairs(rows, "characters", "characters")
    assert (kept.learned, kept.held_out) == (36, 4)
    run = playground.train("attention_seq2seq", "pairs", task_options={"pairs": kept})
    counts = {name: run.metrics[name] for name in ("known_lines", "known_lines_right", "new_lines", "new_lines_right")}
    assert counts == {"known_lines": 36, "known_lines_right": 36, "new_lines": 4, "new_lines_right": 0}


def test_sources_are_counted_where_they_stand_in_several_lines() -> None:
    kept = read_pairs([f"word {n}\t{n} {kind}" for n in range(40) for kind in ("one", "two")])
    run = playground.train("seq2seq", "pairs", task_options={"pairs": kept}, training_options={"steps": 2})
    assert (kept.learned, kept.held_out) == (72, 8)
    assert (run.metrics["known_sources"], run.metrics["new_sources"]) == (36, 4) and "known_lines" not in run.metrics


def test_only_own_pairs_count_known_lines() -> None:
    assert not any("lines" in name for name in playground.train("seq2seq", "reverse", training_options={"steps": 1}).metrics)


# the panel


def test_what_was_detected_is_told_and_can_be_taken_otherwise() -> None:
    visit = visits.start("attention_seq2seq", "pairs")
    assert panel.read(visit)["own"] is False and panel.read(visit)["listed"] == []
    raw = "\n".join(["English;French", *(f"le café {n};der Fuß" for n in range(30)), "nothing"]).encode("cp1252")
    data = {"pairs_file": base64.b64encode(raw).decode(), "source_unit": "words", "target_unit": "words"}
    told = panel.read(panel.use(visit, data, NOBODY))
    assert (told["lines"], told["learned"], told["held_out"]) == (32, 27, 3) and [n for n, _ in told["listed"]] == [1, 32]
    found = {one["name"]: one for one in told["found"]}
    assert {name: one["value"] for name, one in found.items()} == {"encoding": "cp1252", "separator": "semicolon", "header": True}
    assert all(len(one["choices"]) > 1 and one["value"] in dict(one["choices"]) for one in found.values())
    back = panel.read(panel.use(visit, {**data, "header": False}, NOBODY))
    assert back["learned"] + back["held_out"] == 31 and [n for n, _ in back["listed"]] == [32]
    other = panel.read(panel.use(visit, {**data, "encoding": "cp1251"}, NOBODY))
    assert "caf" in str(other["preview"]) and other["found"][0]["value"] == "cp1251"
    assert told["preview"][0] == [["le", "café", "0"], ["der", "Fuß"]]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "Paste lines"),
        ({"pairs_text": 7}, "Paste lines"),
        ({"pairs_text": ""}, "at least 20"),
        ({"pairs_file": ""}, "no file"),
        ({"pairs_file": None}, "no file"),
        ({"pairs_file": "%%"}, "did not arrive whole"),
        ({"pairs_file": "A" * (7 * 2**20)}, "at most 5 MB"),
        ({"pairs_text": "a\tb", "separator": {}}, "separator"),
        ({"pairs_text": "a\tb", "source_unit": 5}, "source_unit"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_event_is_refused_in_a_sentence(data: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        panel.use(visits.start("attention_seq2seq", "pairs"), data, NOBODY)


# from Python


def test_from_python(own_folder: Path) -> None:
    kept = playground.read_pairs([f"word {n}\t{n} parola" for n in range(40)])
    assert (kept.lines, kept.learned, kept.held_out, kept.listed, kept.encoding) == (40, 36, 4, {}, None)
    assert kept.preview[0] == (("word", "1"), ("1", "parola"))
    assert not list(own_folder.iterdir()), "reading keeps nothing"
    run = playground.train("attention_seq2seq", "pairs", task_options={"pairs": kept}, training_options={"steps": 4})
    chosen = dict(run.recipe.task_options)
    assert chosen == {"pairs": kept.key, "source_unit": "words", "target_unit": "words"}, "the units that it was read with"
    assert (run.metrics["known_lines"], run.metrics["new_lines"]) == (36, 4)
    assert 0 <= run.metrics["known_lines_right"] <= 36 and 0 <= run.metrics["new_lines_right"] <= 4
    other = playground.train("seq2seq", "pairs", task_options={"pairs": kept, "source_unit": "characters"}, training_options={"steps": 2})
    assert dict(other.recipe.task_options)["source_unit"] == "characters", "what is said beside it wins"


def test_too_few_are_refused_where_they_are_used() -> None:
    kept = playground.read_pairs(["a\tb", "c\td"])
    assert kept.learned + kept.held_out == 2
    with pytest.raises(InputError, match=r"There are 2 different sources; at least 20 are needed"):
        playground.train("seq2seq", "pairs", task_options={"pairs": kept})
