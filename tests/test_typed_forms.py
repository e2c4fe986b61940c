"""Forms that people type beside those that were taught: read, and said as what; or doubted, or refused in a sentence that helps."""

from __future__ import annotations

import pytest

from playground.errors import InputError
from tests.test_grammars_writing import build

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
