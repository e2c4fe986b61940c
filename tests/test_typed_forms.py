"""Forms that people type beside those that were taught: read, and said as what; or doubted, or refused in a sentence that helps."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from playground import tasks
from playground.errors import InputError
from playground.options import parse
from playground.tasks.text import Pooled
from playground.tasks.typed import ungrouped


def build(task_id: str, options: dict[str, Any] | None = None) -> Any:
    task = tasks.get(task_id)
    return task(parse(task.Options, options or {}))


# dates


@pytest.mark.parametrize(
    ("text", "read_as", "right"),
    [
        ("7-Jun-1999", "7 jun 1999", "1999-06-07"),
        ("7.June.1999", "7 june 1999", "1999-06-07"),
        ("7/Jun/1999", "7 jun 1999", "1999-06-07"),
        ("1999-June-7", "june 7, 1999", "1999-06-07"),
        ("7 – June – 1999", "7 june 1999", "1999-06-07"),
        ("25—12—1944", "25.12.1944", "1944-12-25"),
        ("7 7 2007", "07.07.2007", "2007-07-07"),
        ("2007 12 01", "01.12.2007", "2007-12-01"),
        ("the twenty-second of June 1999", "22 june 1999", "1999-06-22"),
        ("first of June, 1999", "1 june 1999", "1999-06-01"),
        ("primero de junio de 1999", "1 de junio de 1999", "1999-06-01"),
        ("premier juin 1999", "1 juin 1999", "1999-06-01"),
        ("5 Mrz 1999", "5. märz 1999", "1999-03-05"),
    ],
)
def test_dates_with_other_marks_between_and_with_ordinals_are_read(text: str, read_as: str, right: str) -> None:
    task = build("dates")
    reading = task.perceive(text)
    assert (reading.read_as, task.join(task.answer(reading.tokens) or ())) == (read_as, right)
    assert reading.doubt is None and task.doubt(reading.tokens) is None


@pytest.mark.parametrize("text", ["2023-02-29", "2023-13-01", "31/11/2023", "11/31/2023", "2023 02 29", "32 01 2023", "0-0-2023"])
def test_what_is_no_day_of_the_calendar_is_refused_as_that(text: str) -> None:
    with pytest.raises(InputError, match=rf"The date {text.replace(' ', '/')} is no day of the calendar. Write one such as 3 March 2021"):
        build("dates").parse(text)


@pytest.mark.parametrize("text", ["29 February 2023", "30-Feb-2024", "31.11.2023", "3-5 June 1999"])
def test_what_a_model_can_read_but_is_no_day_is_doubted(text: str) -> None:
    task = build("dates")
    assert "no day of the calendar" in (task.doubt(task.parse(text)) or "")


@pytest.mark.parametrize(
    ("text", "such"), [("June 7", "7 june"), ("the second of June", "2 june"), ("7. Juni", "7 juni"), ("24-Dec", "24 dec")]
)
def test_a_day_without_its_year_is_told(text: str, such: str) -> None:
    task = build("dates")
    assert task.doubt(task.parse(text)) == f"No year is named here, so the answer is a guess. Write one, such as {such} 2021."


def test_three_numbers_with_spaces_are_refused_where_they_name_two_days() -> None:
    with pytest.raises(InputError, match="5 June where the day comes first and 6 May where the month does"):
        build("dates").parse("05 06 1999")


@pytest.mark.parametrize("locales", ["all", "en", "de"])
@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Friday, 9 November 1989", "Friday"),
        ("November 9, 1989, a Sunday".replace(", a", ","), "Sunday"),
        ("Fri 9 Nov 1989", "Friday"),
        ("vendredi 9 novembre 1989", "Friday"),
        ("Freitag, 9. November 1989", "Friday"),
        ("viernes, 9 de noviembre de 1989", "Friday"),
    ],
)
def test_a_wrong_weekday_is_said(text: str, named: str, locales: str) -> None:
    task = build("dates", {"locales": locales})
    reading = task.perceive(text)
    assert reading.doubt == f"9 November 1989 is a Thursday and no {named}; the weekday is passed over."
    assert task.join(task.answer(reading.tokens) or ()) == "1989-11-09" and reading.read_as is not None


@pytest.mark.parametrize(
    "text", ["Thursday, 9 November 1989", "jeudi 9 novembre 1989", "mar 3 2021", "martedì 14 luglio 2020", "9 November 1989"]
)
def test_a_right_weekday_needs_no_word(text: str) -> None:
    assert build("dates").perceive(text).doubt is None


def test_a_wrong_weekday_takes_no_other_doubt_away() -> None:
    said = build("dates").perceive("Monday, 14 July 1789").doubt or ""
    assert "is a Tuesday and no Monday" in said and "The year 1789 lies outside" in said


# marks, thousands, contractions


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12,345", "12345"),
        ("12.345", "12345"),
        ("12'345", "12345"),
        ("12’345", "12345"),
        ("12 345", "12345"),
        ("1,234,567 + 8", "1234567 + 8"),
        ("12,34", "12,34"),
        ("1,234.5", "1,234.5"),
        ("1.234,567", "1.234,567"),
        ("1234,567", "1234,567"),
        ("3,141,59", "3,141,59"),
    ],
)
def test_thousands_are_told_from_fractions(typed: str, read: str) -> None:
    assert ungrouped(typed) == read


@pytest.mark.parametrize("grouped", ["5,678", "5.678", "5 678", "5'678", "5’678", "5\u00a0678", "5\u202f678"])
def test_numbers_are_read_with_what_stands_between_their_thousands(grouped: str) -> None:
    assert build("numbers").perceive(grouped).read_as == "five thousand six hundred and seventy-eight"
    assert build("numbers", {"source": "digits", "target": "en"}).parse(grouped) == tuple("5678")
    task = build("addition", {"digits": 4})
    reading = task.perceive(f"{grouped} + {grouped}!")
    assert reading.read_as == "5678+5678" and task.answer(reading.tokens) == tuple("11356")


@pytest.mark.parametrize("typed", ["20,000", "20000", "20.000", "123 456 789"])
def test_numbers_beyond_all_words_are_refused_with_what_is_read(typed: str) -> None:
    for language in ("en", "de", "it"):
        task = build("numbers", {"source": language, "target": "fr"})
        with pytest.raises(InputError, match=r"The number [\d,]+ lies outside 0 to 9,999, all that is read"):
            task.parse(typed)


def test_numbers_in_digits_beyond_those_that_were_taught_are_doubted() -> None:
    task = build("numbers", {"source": "digits", "target": "en"})
    assert "The number 20,000 lies outside 0 to 9,999" in (task.doubt(task.parse("20,000")) or "")
    for fraction in ("2,5", "20,00", "2.5", "-25", "2,5,7"):
        with pytest.raises(InputError, match="not known to this model; it knows: 1 2 3 4 5 6 7 8 9 0"):
            task.parse(fraction)


@pytest.mark.parametrize("dash", ["-", "‐", "‑", "–", "—", "−"])
@pytest.mark.parametrize(
    ("task_id", "text", "tokens"),
    [
        ("numbers", "sixty{}four", "sixty four"),
        ("sort", "9{}2{}5", "9 2 5"),
        ("text_to_text", "reverse {} 9 2 5", "reverse: 9 2 5"),
        ("total", "nine {} two", "nine minus two"),
        ("dates", "9{}March{}2025", "9 march 2025"),
        ("qa", "Clara has the key {} where is Clara?", "Clara has the key . where is Clara ?"),
        ("pronouns", "Omar met Maria {} she waited", "Omar met Maria . She waited"),
        ("summary", "Weber called it a surprise {} Bonn lost to Porto", "Weber called it a surprise . Bonn lost to Porto ."),
        ("sentiment", "the cast was poor {} but the plot was clever", "the cast was poor but the plot was clever"),
        ("translation", "my old {} horse sleeps", "my old horse sleeps"),
        ("dialing", "7{}7{}1", "7 7 1"),
    ],
)
def test_dashes_are_read_as_what_they_stand_for(task_id: str, text: str, tokens: str, dash: str) -> None:
    task = build(task_id)
    reading = task.perceive(text.replace("{}", dash))
    found = reading.right if task_id == "dialing" else reading.tokens
    assert ("" if task_id == "dates" else " ").join(found or ()) == tokens


@pytest.mark.parametrize("blank", ["–", "—", "--", "____", "…"])
def test_a_dash_by_itself_is_a_blank(blank: str) -> None:
    assert build("infill").parse(f"the {blank} sang in the tree") == ("the", "[MASK]", "sang", "in", "the", "tree")


@pytest.mark.parametrize("apostrophe", ["'", "’"])
@pytest.mark.parametrize(
    ("task_id", "text", "read_as"),
    [
        ("qa", "Emma's in the office. Where's Emma?", "Emma is in the office. Where is Emma?"),
        ("qa", "FELIX'S IN THE PARK; where's Felix", "Felix is in the park. Where is Felix?"),
        ("qa", "Emma's in. Where's Emma?", "Emma is in. Where is Emma?"),
        ("translation", "the dog's small!", "the dog is small"),
        ("translation", "these stars aren't red", "these stars are not red"),
        ("translation", "my dogs don't sleep", "my dogs do not sleep"),
        ("sentiment", "the plot wasn't funny!", "the plot was not funny"),
    ],
)
def test_contractions_are_written_out(task_id: str, text: str, read_as: str, apostrophe: str) -> None:
    assert build(task_id).perceive(text.replace("'", apostrophe)).read_as == read_as


@pytest.mark.parametrize("apostrophe", ["'", "’"])
@pytest.mark.parametrize(
    ("task_id", "word"), [("qa", "didn't"), ("qa", "won't"), ("qa", "isn't"), ("pronouns", "didn't"), ("summary", "isn't")]
)
def test_what_a_contraction_would_say_in_words_never_taught_is_refused_by_itself(task_id: str, word: str, apostrophe: str) -> None:
    typed = word.replace("'", apostrophe)
    with pytest.raises(InputError, match=rf"^‘{typed}’ is not known to this model; it knows: ") as caught:
        build(task_id).parse(f"{build(task_id).pinned.split()[0]} {typed}")
    assert [shown for shown, wrong in caught.value.tokens if wrong] == [typed]


def test_an_open_question_of_a_contraction_is_doubted() -> None:
    task = build("qa")
    assert "no facts such as ‘Emma is in’" in (task.doubt(task.parse("Emma's in. Where's Emma?")) or "")


@pytest.mark.parametrize(
    "text",
    [
        "a green cross left of a black circle!",
        "“a green cross left of a black circle”",
        "green cross – left of – black circle…",
        "a green-cross left-of a black-circle",
        "Green cross: left of a black circle?!",
        "green cross at 8, 16 — black circle at 22–17",
    ],
)
def test_scenes_are_read_with_marks_in_them(text: str) -> None:
    assert build("scenes").perceive(text).text == "a green cross left of a black circle"


@pytest.mark.parametrize("sign", ["-", "−", "–"])
def test_the_sign_of_a_place_is_not_passed_over(sign: str) -> None:
    with pytest.raises(InputError, match="‘-’ cannot be drawn"):
        build("scenes").perceive(f"green cross at 8 {sign}16")


# texts of shapes that were never taught


@pytest.mark.parametrize(
    ("task_id", "text", "said"),
    [
        ("pronouns", "Maria met Omar. Lena saw Tom. She slept.", "taught texts of one meeting before the pronoun"),
        ("pronouns", "Luis met the cat. Maria called the twins. Tom thanked Lena. He waited.", "two or three different names"),
        ("pronouns", "Maria slept. Omar waited. The dog slept. Tom smiled. It laughed.", "two or three different names"),
        ("pronouns", "Maria met Omar. Maria slept. She laughed.", "two or three different names"),
        ("pronouns", "Maria met Omar. Tom slept after lunch. He laughed.", "told otherwise, so the answer is a guess"),
        ("qa", "Ben has the key. Ben is in the park. Emma took the cup. Clara went to the school. Where is Ben?", "taught 3 facts at most"),
        ("qa", "Ben has the key. Emma took the key. Who has the key?", "nobody takes or gives what another one holds"),
        ("qa", "Ben has the key. Emma gave the key to Anna. Who has the key?", "nobody takes or gives what another one holds"),
        (
            "summary",
            "The hotel stayed open. Weber called it a surprise. The museum stayed open. Baker called it a surprise. Lyon lost to Bonn.",
            "There are 5",
        ),
    ],
)
def test_shapes_that_were_never_taught_are_said_to_be_a_guess(task_id: str, text: str, said: str) -> None:
    task = build(task_id)
    tokens = task.parse(text)
    assert task.answer(tokens) is not None and said in (task.doubt(tokens) or "")


@pytest.mark.parametrize("task_id", ["pronouns", "qa", "summary", "dates", "numbers"])
def test_nothing_that_is_taught_is_doubted(task_id: str) -> None:
    task = build(task_id)
    assert isinstance(task, Pooled)
    random = Random(41)
    drawn = [task.make(random) for _ in range(500)]
    assert not [source for source, _ in (*drawn, *task.edges()) if task.doubt(source)]


def test_a_number_too_long_to_write_out_is_quoted_by_its_beginning() -> None:
    """A number of thirty digits was named by its first twenty, as if that were it."""
    task = tasks.get("numbers")()
    with pytest.raises(InputError, match="The number 12345678901234567890… lies outside 0 to 9,999"):
        task.perceive("123456789012345678901234567890")
    with pytest.raises(InputError, match="The number 12,345 lies outside"):
        task.perceive("12345")
