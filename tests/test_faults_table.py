"""Every line of what the page must survive has a test, and the page that says so is current."""

from __future__ import annotations

from tests import faults


def test_every_line_has_a_test_or_is_known_to_have_none() -> None:
    assert faults.LINES.keys() - faults.tests().keys() == faults.UNTESTED.keys(), "mark a test that shows it: @pytest.mark.fault(number)"


def test_no_marker_names_what_is_no_line() -> None:
    assert {number: marked for number, marked in faults.tests().items() if number not in faults.LINES} == {}


def test_lines_are_numbered_from_one_on() -> None:
    assert list(faults.LINES) == list(range(1, len(faults.LINES) + 1))


def test_the_page_is_current() -> None:
    assert faults.PAGE.read_text(encoding="utf-8") == faults.text(), "write it anew: python -m tests.faults --write"
