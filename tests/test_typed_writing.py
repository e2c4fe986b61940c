"""What may be typed for the tasks that read and write text, and what is refused, with a sentence that helps."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.errors import InputError
from tests.test_grammars_writing import MINE, build, typed

SPELLINGS = [
    ("sort", "  3\t1\n２ ", "3 1 2"),
    ("addition", "４７ ＋ ８５ ＝", "4 7 + 8 5"),
    ("addition", "007+0", "7 + 0"),
    ("dates", "3 MARS 2021", "3 mars 2021"),
    ("dates", "1er fevrier 2021", "1 février 2021"),
    ("dates", "3.marz   2021", "3. märz 2021"),
    ("dates", "03. 03 .2021", "03.03.2021"),
    ("dates", "Wednesday , March 3rd,2021", "wednesday, march 3, 2021"),
    ("dates", "Miercoles, 3 de Marzo de 2021", "miércoles, 3 de marzo de 2021"),
    ("numbers", "Twenty-One", "twenty one"),
    ("numbers", "NINE HUNDRED, and  ninety\u2011nine", "nine hundred and ninety nine"),
    ("translation", "The RED car", "the red car"),
    ("summary", "LYON was hit by a Storm .", "Lyon was hit by a storm ."),
    ("qa", "anna has the cup.Who has the cup?", "Anna has the cup . who has the cup ?"),
    ("text_to_text", "Reverse 312", "reverse: 3 1 2"),
    ("text_to_text", "SORT :3,1,2".replace(",", " "), "sort: 3 1 2"),
]


@pytest.mark.parametrize(("task_id", "text", "read"), SPELLINGS)
def test_spellings_are_forgiven(task_id: str, text: str, read: str) -> None:
    tokens = build(task_id).parse(text)
    assert ("" if task_id == "dates" else " ").join(tokens) == read


UNKNOWN = {"sort": "3 x 1", "addition": "4-7", "dates": "3 % 2021", "numbers": "twenty zwei", "translation": "the purple car"}
UNKNOWN |= {"summary": "a comet hit Lyon", "qa": "Zoe has the cup", "text_to_text": "double: 3 1 2"}


@pytest.mark.parametrize("task_id", MINE)
def test_unknown_tokens_are_marked_and_the_known_ones_named(task_id: str) -> None:
    task = build(task_id)
    with pytest.raises(InputError, match=r"not known to this model; it knows: ") as caught:
        task.parse(UNKNOWN[task_id])
    assert task.source_vocabulary.words[0] in str(caught.value)
    assert any(wrong for _, wrong in caught.value.tokens) and not all(wrong for _, wrong in caught.value.tokens)


@pytest.mark.parametrize("task_id", MINE)
@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u00a0\u2003"])
def test_nothing_typed_gets_a_hint(task_id: str, text: str) -> None:
    with pytest.raises(InputError, match=r"Type .* for example"):
        build(task_id).parse(text)


@pytest.mark.parametrize("task_id", MINE)
@pytest.mark.parametrize("text", ["7", "a", " ", "the ", "👩🏽\u200d🚀", "sort: 1 "], ids=ascii)
def test_ten_thousand_characters_are_refused_with_the_limit(task_id: str, text: str) -> None:
    with pytest.raises(InputError, match=r"has 10,000 characters; at most \d+ are read"):
        build(task_id).parse((text * 10_000)[:10_000])


@pytest.mark.parametrize("task_id", MINE)
def test_too_many_tokens_are_refused_with_the_limit(task_id: str) -> None:
    task = build(task_id)
    some = {"addition": "1234567+1", "dates": "3 " * 30, "text_to_text": "sort: " + "7" * 25}.get(task_id)
    with pytest.raises(InputError, match=r"at most \d+ are read. Remove"):
        task.parse(some or f"{task.source_vocabulary.words[1]} " * 60)


@pytest.mark.parametrize("task_id", MINE)
@pytest.mark.parametrize("given_input", [None, 31415, 3.5, True, b"3", ["3"], {"text": "3"}, float("nan")], ids=repr)
def test_only_text_is_read(task_id: str, given_input: Any) -> None:
    with pytest.raises(InputError, match="must be text"):
        build(task_id).parse(given_input)


@pytest.mark.parametrize("task_id", MINE)
@pytest.mark.parametrize(
    ("text", "chip"),
    [
        ("👩\u200d👩\u200d👧\u200d👦", "👩\u200d👩\u200d👧\u200d👦"),
        ("👍🏽", "👍🏽"),
        ("\u200b", "U+200B"),
        ("\u202e", "U+202E"),
        ("\x00", "U+0000"),
        ("\x1b", "U+001B"),
        ("\ud800", "\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("😀", "😀"),
    ],
    ids=ascii,
)
def test_one_character_as_a_reader_counts_is_one_chip(task_id: str, text: str, chip: str) -> None:
    task = build(task_id)
    with pytest.raises(InputError) as caught:
        task.parse(f"{task.examples[0]} {text}")
    assert [shown for shown, wrong in caught.value.tokens if wrong] == [chip]
    str(caught.value).encode(), [shown.encode() for shown, _ in caught.value.tokens]  # fit to be sent


@pytest.mark.parametrize("task_id", MINE)
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}", "${7*7}", "שלום עולם", "مرحبا"])
def test_markup_and_other_scripts_stay_literal_and_in_order(task_id: str, text: str) -> None:
    with pytest.raises(InputError) as caught:
        build(task_id).parse(text)
    shown = "".join(chip for chip, _ in caught.value.tokens)
    assert shown.casefold().replace(" ", "").rstrip(":") == text.replace(" ", "") or task_id == "dates"


@pytest.mark.parametrize("task_id", MINE)
@given(
    text=st.text(st.characters(exclude_categories=()), max_size=60) | st.text("0123456789 +=.,:-'abdeist\u200d\u0301\ud83d<>é", max_size=40)
)
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_or_refused_with_a_sentence(task_id: str, text: str) -> None:
    task = build(task_id)
    try:
        tokens = task.parse(text)
    except InputError as error:
        str(error).encode(), [shown.encode() for shown, _ in error.tokens]
        assert str(error)[0] in "‘TAY" and "\n" not in str(error)
    else:
        assert 0 < len(tokens) <= task.max_source and set(tokens) <= set(task.source_vocabulary.words)
        answer = task.answer(tokens)
        assert answer is None or (task.join(answer) and task.parse(typed(task, tokens)) == tokens)


def test_dates_and_number_words_are_imported_when_first_needed() -> None:
    code = "import sys, playground; playground.list_tasks(); assert not {'babel', 'num2words'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
