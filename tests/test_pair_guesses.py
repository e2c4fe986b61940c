"""What own pairs are taken for where nothing says what they are: right, or said to be a guess, with the other choice at hand."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from playground.errors import InputError
from playground.tasks.pairs import Kept, read_pairs
from playground.tasks.pairs.encodings import ALIKE, NAMES
from playground.tasks.pairs.headers import names_columns

ROWS = [line.split("\t") for line in (Path(__file__).parent / "data" / "hundred_words.tsv").read_text("utf-8").splitlines()]
LANGUAGES, WORDS = ROWS[0], ROWS[1:]
MORE = [f"number {n}\t{n}" for n in range(40)]
WINDOWS = [("cs", "cp1250"), ("pl", "cp1250"), ("hu", "cp1250"), ("ru", "cp1251"), ("el", "cp1253"), ("tr", "cp1254")]
WINDOWS += [("de", "cp1252"), ("fr", "cp1252")]
OTHERS = [("cs", "iso8859-2"), ("pl", "iso8859-2"), ("hu", "iso8859-2"), ("ru", "koi8-r"), ("ru", "cp866"), ("pl", "cp852")]
OTHERS += [("de", "cp850"), ("fr", "mac-roman")]


def lists(language: str, encoding: str, length: int) -> list[bytes]:
    """Files of so many lines, an English word and its translation each; those that have a foreign letter."""
    column = LANGUAGES.index(language)
    lines = [f"{row[0]}\t{row[column]}\n".encode(encoding, "ignore") for row in WORDS]
    found = [b"".join(lines[i : i + length]) for i in range(0, len(lines) - length + 1, max(1, length // 2))]
    return [raw for raw in found if not raw.isascii()]


def is_right(kept: Kept, raw: bytes, encoding: str) -> bool:
    """Whether its letters are those that stand in the file, whatever the encoding is called."""
    lines = unicodedata.normalize("NFC", raw.decode(encoding)).splitlines()
    return [f"{source}\t{target}" for source, target in kept.read.pairs] == lines


def is_said(kept: Kept) -> bool:
    return any("the encoding is a guess" in change for change in kept.changes)


@pytest.mark.fault(44)
@pytest.mark.parametrize(("language", "encoding"), WINDOWS + OTHERS)
@pytest.mark.parametrize("length", [10, 100])
def test_a_list_of_words_is_read_in_its_encoding_or_said_to_be_a_guess(language: str, encoding: str, length: int) -> None:
    files = lists(language, encoding, length)
    read = [read_pairs(raw) for raw in files]
    right = [is_right(kept, raw, encoding) for kept, raw in zip(read, files, strict=True)]
    assert all(good or is_said(kept) for good, kept in zip(right, read, strict=True)), "none is wrong in silence"
    assert all(encoding in kept.read.found.encodings for kept in read), "what it is stands among the choices"
    assert all(is_right(read_pairs(raw, encoding=encoding), raw, encoding) for raw in files)
    if length == 100 or (language, encoding) in WINDOWS:
        assert all(right) and sum(map(is_said, read)) <= len(read) / 8
    else:
        assert sum(right) >= 0.85 * len(right)


@pytest.mark.parametrize(
    ("encoding", "word"),
    [("cp1250", "kočka"), ("cp1250", "koń"), ("cp1254", "gün"), ("cp1252", "Käse"), ("cp1252", "café"), ("cp1257", "žmogus")],
)
def test_one_foreign_letter_is_read_by_the_plain_words_beside_it(encoding: str, word: str) -> None:
    others = {
        "kočka": "pes voda maso oko ruka",
        "koń": "dom kot pies woda ryba",
        "gün": "ev kedi su elma et",
        "Käse": "Haus Hund Brot Hand Mund",
    }
    others |= {"café": "chat chien pain lait main", "žmogus": "namas vanduo langas stalas vaikas"}
    rows = [f"word {i}\t{plain}" for i, plain in enumerate([*others[word].split(), word])]
    kept = read_pairs("\n".join(rows).encode(encoding))
    assert kept.read.pairs[-1][1] == word


def test_a_guess_is_said_until_somebody_chooses() -> None:
    raw = "\n".join([*MORE, "one more\ttoñy"]).encode("cp1252")
    kept = read_pairs(raw)
    assert kept.changes == ("the encoding is a guess, the next likely one has other letters in 1 line",)
    assert {"cp1252", "cp1250"} <= set(kept.read.found.encodings)
    chosen = read_pairs(raw, encoding="cp1252")
    assert chosen.changes == () and chosen.read.pairs[-1] == ("one more", "toñy")


@pytest.mark.parametrize(
    ("name", "encoding", "called"),
    [
        ("latin-1", "cp1252", "cp1252"),
        ("ISO-8859-1", "cp1252", "cp1252"),
        ("windows-1252", "cp1252", "cp1252"),
        ("Windows-1250", "cp1250", "cp1250"),
        ("latin2", "iso8859-2", "iso8859-2"),
        ("utf8", "utf-8", "utf-8"),
        ("UTF-8-SIG", "utf-8-sig", "utf-8"),
        ("UTF-16", "utf-16", "utf-16-le"),
        ("utf_16", "utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32", "utf-32-le"),
        ("shift_jis", "cp932", "cp932"),
        ("KOI8_R", "koi8-r", "koi8-r"),
    ],
)
def test_encodings_are_chosen_by_any_of_their_names(name: str, encoding: str, called: str) -> None:
    last = {"cp932": "ねこ", "koi8-r": "кот"}.get(encoding, "dům" if encoding in ("cp1250", "iso8859-2") else "été")
    kept = read_pairs("\n".join([*MORE, f"last\t{last}"]).encode(encoding), encoding=name)
    assert kept.encoding == called and kept.read.pairs[-1] == ("last", last)


def test_every_name_of_an_encoding_leads_to_one_that_is_read() -> None:
    assert set(ALIKE.values()) <= set(NAMES)
    for given in ("\n".join(MORE), MORE, "\n".join(MORE).encode()):
        with pytest.raises(InputError, match=r"'latin-17' is not an encoding that is read here; there are: utf-8"):
            read_pairs(given, encoding="latin-17")


# headers


@pytest.mark.parametrize(
    "first",
    [
        "question\tanswer",
        "Answer\tQuestion",
        "target\tsource",
        "de_DE\ten_GB",
        "Word\tMeaning",
        "English\ttranslation",
        "text 1\ttext 2",
        "sentence_1\tsentence_2",
        "Wort\tÜbersetzung",
        "word\tGerman",
        "English 1\tEnglish 2",
    ],
)
def test_names_of_columns_are_a_header(first: str) -> None:
    kept = read_pairs([first, *MORE])
    assert list(kept.listed) == [1] and kept.changes == ()


@pytest.mark.parametrize(
    "first",
    ["answer\tAntwort", "question\tFrage", "Word\tmot", "English\tanglais", "Deutsch\tGerman", "it\tes", "term\tword", "fr\tFrench"],
)
def test_what_may_be_a_header_or_a_pair_is_a_pair_and_that_is_said(first: str) -> None:
    kept = read_pairs([first, *MORE])
    assert kept.listed == {} and kept.read.pairs[0] == tuple(first.split("\t"))
    assert kept.changes == ("the first line may be a header, it is taken as a pair",)
    assert list(read_pairs([first, *MORE], header=True).listed) == [1]
    assert read_pairs([first, *MORE], header=False).changes == ()


@pytest.mark.parametrize("cells", ["cat\tchat", "it\tes ist", "question\tla demande", "the word\tle mot", "en\tin", "\t", "idea\tEnglish"])
def test_words_are_no_header(cells: str) -> None:
    assert names_columns(*cells.split("\t")) is False


@pytest.mark.parametrize("first", ["id,en,fr", "ID,English,French", "#,question,answer", "No.,source,target,notes"])
def test_a_column_of_numbers_is_no_side(first: str) -> None:
    kept = read_pairs([first, *(f"{n},one {n},un {n}{',x' * (first.count(',') - 2)}" for n in range(30))])
    assert list(kept.listed) == [1] and kept.read.pairs[0] == ("one 0", "un 0")
    assert kept.changes[0] == "the column of numbers left out in 30 lines"
    back = read_pairs([first, *(f"{n},one {n},un {n}{',x' * (first.count(',') - 2)}" for n in range(30))], header=False)
    assert back.read.pairs[1] == ("0", "one 0")


# what is changed


@pytest.mark.parametrize(
    ("sign", "equal"), [("\u212b", "\u00c5"), ("\u2126", "\u03a9"), ("\u212a", "K"), ("\u037e", ";"), ("\uf900", "\u8c48")]
)
def test_a_character_replaced_by_its_equal_is_said(sign: str, equal: str) -> None:
    kept = read_pairs([f"3 {sign}\tx", f"y\t5 {sign} and {sign}", "cafe\u0301\tz", *MORE])
    assert kept.read.pairs[:2] == ((f"3 {equal}", "x"), ("y", f"5 {equal} and {equal}"))
    assert kept.changes == ("characters replaced by their equals in 2 lines",)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], r"no lines in \[\]\. Give at least 20 lines"),
        ([""], r"no lines in \[''\]\. Give"),
        ((), r"no lines in \(\)\. Give"),
        ("", r"no lines in ''\. Give"),
        ("\n \n", r"no lines in '.*'\. Give"),
        (b"", r"This file is empty\. Give"),
        (b"\xef\xbb\xbf \r\n", r"This file is empty\. Give"),
        ({"a\tb": 1}, r"must be text, a file's bytes or lines of text, not \{'a\\tb': 1\}"),
        ({}, r"must be .*, not \{\}"),
        ([("a", "b")], r"must be .*, not \[\('a', 'b'\)\]"),
    ],
    ids=repr,
)
def test_what_holds_no_lines_is_refused_for_what_it_is(given: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_pairs(given)


def test_an_empty_file_is_refused_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "none.tsv").write_bytes(b"")
    with pytest.raises(InputError, match="This file is empty"):
        read_pairs(tmp_path / "none.tsv")


def test_a_letter_with_many_marks_is_not_taken_for_an_invisible_one() -> None:
    """It is long, and nothing of it is hidden."""
    marked = "e" + "\u0301" * 62
    kept = read_pairs([f"{marked}\tx", *(f"word{n}\tmot{n}" for n in range(30))], "words", "words")
    assert not any("invisible" in reason for reason in kept.listed.values())
