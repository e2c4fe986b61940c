"""What may be typed for the tasks that read and write text, and what is refused, with a sentence that helps."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.errors import InputError
from playground.tasks.numbers import LANGUAGES, meant, read, written
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


FORMS = [  # what is typed, how it is read, and what is right
    ("dates", "May 3 2021", "may 3, 2021", "2021-05-03"),
    ("dates", "november 9 1989.", "november 9, 1989", "1989-11-09"),
    ("dates", "3.3.2021", "03.03.2021", "2021-03-03"),
    ("dates", "03.12.1944", None, "1944-12-03"),
    ("dates", "July 20, 1969.", "july 20, 1969", "1969-07-20"),
    ("dates", "the 4th of December, 2030", "4 december 2030", "2030-12-04"),
    ("dates", "29/11/2026", "29.11.2026", "2026-11-29"),
    ("dates", "12/25/2021", "25.12.2021", "2021-12-25"),
    ("dates", "7-7-2007", "07.07.2007", "2007-07-07"),
    ("dates", "2026-11-29", "29.11.2026", "2026-11-29"),
    ("dates", "20260301", "01.03.2026", "2026-03-01"),
    ("dates", "3 mars 21", "3 mars 2021", "2021-03-03"),
    ("dates", "3 mars 99", "3 mars 1999", "1999-03-03"),
    ("dates", "3 Maerz 2021", "3. märz 2021", "2021-03-03"),
    ("dates", "le 1er aout 2014 !", "1 août 2014", "2014-08-01"),
    ("dates", "martedi 2 giugno 1946", "2 giugno 1946", "1946-06-02"),
    ("sort", "3,1,4", "3 1 4", "1 3 4"),
    ("sort", "9-9-9.", "9 9 9", "9 9 9"),
    ("sort", "999", None, "9 9 9"),
    ("text_to_text", "reverse 3, 1, 2!", "reverse: 3 1 2", "2 1 3"),
    ("addition", "47+85=?", "47+85", "132"),
    ("addition", "71 plus 30", "71+30", "101"),
    ("addition", "0+0", None, "0"),
    ("numbers", "a hundred", "one hundred", "einhundert"),
    ("numbers", "nine hundred ninety nine!", "nine hundred and ninety-nine", "neunhundertneunundneunzig"),
    ("numbers", "1,002", "one thousand and two", "eintausendzwei"),
    ("numbers", "twenty one", None, "einundzwanzig"),
    ("translation", "The cat doesn't see a elephant.", "the cat does not see an elephant", "le chat ne voit pas d'éléphant"),
    ("translation", "My horse isn’t old!", "my horse is not old", "mon cheval n'est pas vieux"),
    (
        "summary",
        "Trains from Basel were late! Lyon was hit by a storm",
        "Trains from Basel were late. Lyon was hit by a storm.",
        "storm hits Lyon",
    ),
    ("qa", "emma is in the park... where’s emma", "Emma is in the park. Where is Emma?", "park"),
    ("qa", "Emma has the key. What does Emma have?", None, "key"),
]


@pytest.mark.parametrize(("task_id", "text", "read_as", "right"), FORMS)
def test_what_is_written_in_another_way_is_read_in_one_that_was_taught_and_that_is_said(
    task_id: str, text: str, read_as: str | None, right: str
) -> None:
    task = build(task_id)
    reading = task.perceive(text)
    assert reading.read_as == read_as and task.join(task.answer(reading.tokens) or ()) == right
    assert task.doubt(reading.tokens) is None, text


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("fr", "quatre vingts dix", 90),
        ("fr", "deux cents vingt-trois", 223),
        ("fr", "vingt-et-un", 21),
        ("de", "hundertundeins", 101),
        ("de", "Fuenf und zwanzig", 25),
        ("de", "dreissig", 30),
        ("de", "tausend", 1000),
        ("es", "veintitres", 23),
        ("it", "cento uno", 101),
        ("it", "centoottantatre", 183),
        ("digits", "007", 7),
        ("digits", "1.234", 1234),
    ],
)
def test_numbers_are_read_however_they_are_spelled(language: str, text: str, number: int) -> None:
    task = build("numbers", {"source": language, "target": "fr" if language == "en" else "en"})
    assert task.parse(text) == read(language, number)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "digits"])
def test_every_number_is_read_as_itself(language: str) -> None:
    assert all(meant(language, written(language, n)) == meant(language, str(n)) == n for n in range(0, 10_000, 7))


@pytest.mark.parametrize(
    ("text", "days"),
    [("03/04/2021", ("3 April", "4 March")), ("3-4-21", ("3 April", "4 March")), ("11 / 12 / 1999", ("11 December", "12 November"))],
)
def test_numbers_that_name_two_days_are_refused_with_both_of_them(text: str, days: tuple[str, str]) -> None:
    with pytest.raises(InputError, match=f"is {days[0]} where the day comes first and {days[1]} where the month does"):
        build("dates").parse(text)


@pytest.mark.parametrize(
    ("task_id", "text", "said"),
    [
        ("dates", "14 July 1789", "The year 1789 lies outside 1900 to 2099"),
        ("dates", "31.04.2021", "no day of the calendar"),
        ("dates", "tomorrow", "no day of the calendar"),
        ("addition", "123+4", "A number has 3 digits"),
        ("sort", "31", "trained on lengths 3 to 12"),
        ("numbers", "seven and seven", "no number that was taught"),
        ("translation", "cars see red", "No sentence that was taught"),
        ("summary", "Trains from Basel were late.", "Nothing happens here"),
        ("summary", "Lyon was hit by a storm. Turin was hit by a flood.", "More than one thing"),
        ("summary", "Storm Lyon. Turin was hit by a flood.", "no sentences such as ‘storm Lyon’"),
        ("qa", "Ben has the cup. Where is the cup?", "leave the question open"),
        ("qa", "Ben took the garden. Where is Ben?", "no facts such as ‘Ben took the garden’"),
    ],
)
def test_what_lies_outside_what_was_taught_is_said_to_be_a_guess(task_id: str, text: str, said: str) -> None:
    task = build(task_id)
    assert said in (task.doubt(task.parse(text)) or "")


def test_numbers_past_the_limit_are_said_to_be_a_guess() -> None:
    task = build("numbers", {"source": "de", "target": "en", "digits": 3})
    assert task.doubt(task.parse("neunhundertneunundneunzig")) is None
    for text in ("viertausend", "null"):
        assert "lies outside 1 to 999" in (task.doubt(task.parse(text)) or "")


@pytest.mark.parametrize("task_id", MINE)
def test_nothing_that_is_offered_is_doubted_or_read_in_another_way(task_id: str) -> None:
    task = build(task_id)
    for text in (task.pinned, *task.examples):
        reading = task.perceive(text)
        assert reading.read_as is None and (text == "27" or task.doubt(reading.tokens) is None), text  # 27 shows what a notice is


UNKNOWN = {"sort": "3 x 1", "addition": "4-7", "dates": "3 % 2021", "numbers": "twenty zwei", "translation": "the purple car"}
UNKNOWN |= {"summary": "a comet hit Lyon", "qa": "Zoe has the cup", "text_to_text": "double: 3 1 2"}


@pytest.mark.fault(1)
@pytest.mark.parametrize("task_id", MINE)
def test_unknown_tokens_are_marked_and_the_known_ones_named(task_id: str) -> None:
    task = build(task_id)
    with pytest.raises(InputError, match=r"not known to this model; it knows: ") as caught:
        task.parse(UNKNOWN[task_id])
    assert task.source_vocabulary.words[0] in str(caught.value)
    assert any(wrong for _, wrong in caught.value.tokens) and not all(wrong for _, wrong in caught.value.tokens)


@pytest.mark.fault(2)
@pytest.mark.parametrize("task_id", MINE)
@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u00a0\u2003"])
def test_nothing_typed_gets_a_hint(task_id: str, text: str) -> None:
    with pytest.raises(InputError, match=r"Type .* for example"):
        build(task_id).parse(text)


@pytest.mark.fault(3)
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


@pytest.mark.fault(4, 6)
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


@pytest.mark.fault(5, 7)
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
@settings(max_examples=60)
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
