"""Own pairs from any file that people have: read for what it is, every line accounted for, and nothing changed unsaid."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from playground.errors import InputError
from playground.tasks.pairs import Kept, read_pairs
from playground.tasks.pairs import store as pair_store
from playground.tasks.pairs.arrangement import MOST_ANSWERS, MOST_TOKENS, tokens
from playground.tasks.pairs.encodings import LEGACY, NAMES
from playground.tasks.pairs.reading import MAX_BYTES, MAX_SIDE, MOST
from playground.tasks.pairs.table import SEPARATORS
from playground.tasks.pairs.task import PairOptions, Pairs

CASES = Path(__file__).parent / "data" / "cases"
MORE = [f"number {n}\t{n}" for n in range(40)]
SAYINGS = {  # encoding → what people write in it
    "cp1252": "le chat a été élevé à l’école|où est la forêt|der größte Straße für Mädchen|¿dónde está el niño?|die schöne Grüße",
    "cp1250": "czerwony kot śpi na łóżku|źdźbło żółte|gdzie są pieniądze|děkuji příteli žluťoučký",
    "cp1251": "красная кошка сидит на столе|мой дом большой|где моя книга",
    "cp1253": "η κόκκινη γάτα κοιμάται|πού είναι το σπίτι",
    "cp1254": "kırmızı kedi uyuyor|şişe nerede|ağaç güzel çiçek",
    "cp1255": "החתול האדום ישן|איפה הבית",
    "cp1256": "القط الأحمر نائم|أين البيت",
    "cp874": "แมวแดงนอนหลับ|บ้านอยู่ที่ไหน",
    "koi8-r": "красная кошка сидит на столе|мой дом большой|где моя книга",
    "cp932": "赤い猫が好きです|私は学生です|カタカナと漢字",
    "euc-jp": "赤い猫が好きです|私は学生です|カタカナと漢字",
    "gb18030": "我喜欢红色的猫|今天天气很好|你叫什么名字",
    "big5": "我喜歡紅色的貓|今天天氣很好|你叫什麼名字",
    "cp949": "나는 빨간 고양이를 좋아한다|안녕하세요|학교에 갑니다",
    "mac-roman": "le chat a été élevé à l’école|où est la forêt|¿dónde está el niño?",
    "cp850": "die größte Straße für Mädchen|schöne Grüße|über Öl",
    "iso8859-2": "czerwony kot śpi na łóżku|gdzie są pieniądze|děkuji příteli žluťoučký",
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYGROUND_PAIRS", str(tmp_path))
    pair_store.shelf.latest.clear()
    return tmp_path


def case(name: str, unit: str = "words", **chosen: Any) -> Kept:
    """A case, every line of it accounted for."""
    kept = read_pairs(CASES / name, unit, unit, **chosen)
    accounted(kept)
    return kept


def accounted(kept: Kept) -> None:
    assert kept.learned + kept.held_out + len(kept.listed) == kept.lines
    assert len(kept.arranged.examples) == kept.learned + kept.held_out
    assert all(number >= 1 and why and why.isprintable() for number, why in kept.listed.items())
    assert "�" not in str(kept.read.pairs)


def sides(kept: Kept) -> list[tuple[str, str]]:
    return list(kept.read.pairs)


# the cases


@pytest.mark.fault(44)
@pytest.mark.parametrize("path", sorted(CASES.iterdir()), ids=lambda path: path.name)
@pytest.mark.parametrize("unit", ["words", "characters"])
def test_every_case_is_accounted_for_and_learned_or_refused_for_its_true_cause(path: Path, unit: str) -> None:
    kept = case(path.name, unit)
    if path.name == "nbsp_inside_french.tsv":
        with pytest.raises(InputError, match=r"There are 10 different sources; at least 20 are needed. They stand in 50 pairs"):
            assert kept.key
        return
    task = Pairs(PairOptions(**kept.options))
    assert len(task.pool.train) == kept.learned
    again = read_pairs(path.read_bytes(), unit, unit)
    assert (again.listed, again.preview, again.key) == (kept.listed, kept.preview, kept.key)


@pytest.mark.fault(44)
@pytest.mark.parametrize(
    "name",
    ["excel_semicolon_german_locale.csv", "all_quoted.tsv", "trailing_tab.tsv", "header_row.tsv", "anki_export_headers.txt"],
)
def test_one_list_is_the_same_list_in_every_dialect(name: str) -> None:
    kept = case(name)
    assert sides(kept)[0] == ("the red cat", "le chat rouge") and len(sides(kept)) == 50
    assert kept.key == case("excel_comma.csv").key


@pytest.mark.fault(45)
def test_several_targets_of_one_source_are_all_right() -> None:
    kept = case("one_to_many_targets.tsv")
    assert (kept.learned, kept.held_out, kept.listed) == (90, 10, {})
    task = Pairs(PairOptions(**kept.options))
    both = (("le", "chat", "rouge"), ("le", "chat", "rouge", "!"))
    assert task.answers(("the", "red", "cat")) == both
    held = task.held_out("test", 100)
    assert len(held) == 5 and held.also is not None and held.also.shape[:2] == (5, 1)
    learned = {source for source, _ in kept.preview}
    assert not learned & set(task.pool.test_sources), "the preview shows only what is learned"


@pytest.mark.fault(45)
def test_lines_too_long_are_listed_by_line() -> None:
    assert case("twenty_of_fifty_longer_than_48_characters.tsv").listed == {}
    kept = case("twenty_of_fifty_longer_than_48_characters.tsv", "characters")
    assert kept.listed and all(re.fullmatch(r"the source has 6\d characters; at most 64 are learned", why) for why in kept.listed.values())


def test_superscripts_are_what_they_are() -> None:
    assert ("two squared", "2²") in sides(case("superscripts.tsv"))
    assert {source for source, _ in sides(case("superscript_sources_collide.tsv"))} >= {"5²", "52"}


@pytest.mark.fault(46)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("thai.tsv", {"แมว", "แดง", "ดำ"}),
        ("hindi_words.tsv", {"मैं", "हिन्दी", "बोलता", "हूँ"}),
        ("persian_zwnj.tsv", {"می\u200cخواهم"}),
        ("arabic_with_rlm.tsv", {"قط", "أحمر"}),
        ("russian_capital.tsv", {"Мой"}),
        ("japanese_kana.tsv", {"かあ", "かほ"}),
        ("literal_special_tokens.tsv", {"<", "eos", ">", "start_", "_end"}),
    ],
)
def test_words_of_every_script_are_whole(name: str, words: set[str]) -> None:
    assert words <= {token for example in case(name).arranged.examples for side in example for token in side}


@pytest.mark.fault(46)
def test_what_was_done_is_said() -> None:
    assert case("arabic_with_rlm.tsv").changes == ("direction marks dropped in 25 lines",)
    assert case("anki_manythings_three_columns.tsv").changes == ("only the first two columns taken in 50 lines",)
    assert case("anki_export_headers.txt").changes == ("HTML read in 50 lines",)
    assert case("line_separator_u2028.tsv").changes == ("other white space read as one space in 1 line",)
    assert ("the red fox", "fox red") in sides(case("line_separator_u2028.tsv"))
    assert case("trailing_tab.tsv").changes == (), "nothing was left out"
    assert "Windows-1252 (Western Europe)" in case("windows1252_accents.tsv").said
    assert ("the red house", "le forêt rouge") in sides(case("windows1252_accents.tsv"))


def test_a_header_is_taken_back_with_one_choice() -> None:
    kept = case("header_row.tsv")
    assert kept.listed == {1: "the header row, “English” and “French”"} and "the first line is a header" in kept.said
    back = case("header_row.tsv", header=False)
    assert back.listed == {} and sides(back)[0] == ("English", "French")
    named = case("excel_comma.csv", header=True)
    assert list(named.listed) == [1] and named.lines == 50


@pytest.mark.parametrize(
    "first", ["Englisch;Deutsch", "source;target", "en;fr", "Question;Answer", "mot;traduction", "English (US);French"]
)
def test_columns_are_named_in_many_languages(first: str) -> None:
    rows = [first, *(f"eine {n};une {n}" for n in range(30))]
    assert list(read_pairs(rows).listed) == [1]


@pytest.mark.parametrize("first", ["the red cat;le chat", "one;1", "en;dans", "from;de", "a;b"])
def test_a_first_pair_is_no_header(first: str) -> None:
    assert read_pairs([first, *(f"eine {n};une {n}" for n in range(30))]).listed == {}


# encodings


@pytest.mark.fault(44)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_needs_no_guess(encoding: str) -> None:
    kept = read_pairs("\r\n".join([*MORE, "été 😀\tдом"]).encode(encoding))
    assert sides(kept)[-1] == ("été 😀", "дом") and kept.encoding is not None and kept.encoding.startswith(encoding[:5])
    assert len(kept.read.found.encodings) == 1


@pytest.mark.fault(44)
@pytest.mark.parametrize("encoding", SAYINGS)
def test_legacy_encodings_are_found_and_named(encoding: str) -> None:
    rows = [f"the red cat {n}\t{saying} {n}" for n in range(13) for saying in SAYINGS[encoding].split("|")]
    kept = read_pairs("\n".join(rows).encode(encoding))
    assert kept.encoding == encoding and NAMES[encoding] in kept.said
    assert sides(kept)[0][1] == SAYINGS[encoding].split("|")[0] + " 0"


@given(encoding=st.sampled_from(LEGACY), data=st.data())
@settings(max_examples=60)
def test_any_bytes_are_decoded_whole_or_refused(encoding: str, data: st.DataObject) -> None:
    """Never with a letter lost; what was chosen is what is read."""
    text = data.draw(st.text(st.characters(codec=encoding, categories=("L", "N")), min_size=1, max_size=12))
    raw = "\n".join([*MORE, f"more\t{text}"]).encode(encoding)
    chosen = read_pairs(raw, encoding=encoding)
    assert chosen.encoding == encoding and sides(chosen)[-1][1] == unicodedata.normalize("NFC", text)
    guessed = read_pairs(raw)
    if guessed.encoding == "utf-8":
        assert raw.decode("utf-8"), "by accident these bytes are UTF-8 as well, which goes before"
    else:
        assert guessed.encoding in NAMES and (guessed.encoding == encoding or encoding in guessed.read.found.encodings)
    accounted(guessed)


@given(raw=st.binary(max_size=300))
@settings(max_examples=200)
def test_bytes_of_no_kind_are_read_or_refused_in_a_sentence(raw: bytes) -> None:
    try:
        accounted(read_pairs(raw))
    except InputError as error:
        assert str(error).endswith(".") and str(error).isprintable()


def test_a_broken_letter_costs_its_line_only() -> None:
    raw = "\n".join([f"été {n}\tхорошо {n}" for n in range(40)]).encode()
    kept = read_pairs(raw[:-2].replace("été 3\t".encode(), b"\xc3t\xc3\xa9 3\t"))
    assert kept.encoding == "utf-8" and list(kept.listed) == [4] and "a letter was lost" in kept.listed[4]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"PK\x03\x04" + bytes(100), "Excel"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(256)) * 8, "no text"),
        (b"a\tb\n" * (MAX_BYTES // 4 + 1), "5 MB"),
        (b"a\tb\n" * (MOST + 1), "at most 50,000"),
    ],
)
def test_what_is_no_list_of_pairs_is_told_for_what_it_is(raw: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_pairs(raw)


@pytest.mark.parametrize(
    "wrong",
    [
        {"encoding": "latin-17"},
        {"encoding": []},
        {"separator": "x"},
        {"separator": []},
        {"quotes": "yes"},
        {"header": 7},
        {"html": "no"},
        {"source_unit": "letters"},
        {"target_unit": []},
    ],
    ids=str,
)
def test_wrong_choices_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"allowed are|there are"):
        read_pairs("\n".join(MORE).encode(), **wrong)


@pytest.mark.parametrize("given", [None, 7, [1, 2], "no/such/file.tsv", "", "a\0b", Path("/")], ids=repr)
def test_what_cannot_be_read_at_all_is_refused(given: Any) -> None:
    with pytest.raises(InputError):
        read_pairs(given)


def test_bytes_that_do_not_fit_the_chosen_encoding_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"not in UTF-8"):
        read_pairs((CASES / "windows1252_accents.tsv").read_bytes(), encoding="utf-8")


# dialects

CELL = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S"), include_characters=' ",;\t\n'), min_size=1, max_size=20)
DIALECTS = [
    ("excel", "comma", {}),
    ("excel", "semicolon", {"delimiter": ";"}),
    ("excel", "tab", {"delimiter": "\t"}),
    ("unix", "comma", {}),
    ("unix", "semicolon", {"delimiter": ";"}),
    ("unix", "tab", {"delimiter": "\t"}),
]


@pytest.mark.fault(44)
@given(rows=st.lists(st.tuples(CELL, CELL), max_size=15), dialect=st.sampled_from(DIALECTS), encoding=st.sampled_from(["utf-8", "utf-16"]))
@settings(max_examples=150)
def test_what_a_program_wrote_as_csv_comes_back(rows: list[tuple[str, str]], dialect: Any, encoding: str) -> None:
    """Quotes, separators and line ends inside: each cell comes back as it went, its white space single, or its line is listed."""
    name, separator, how = dialect
    rows = [(f'say "{n}"', f"{n}, or; so") for n in range(20)] + rows
    out = io.StringIO(newline="")
    csv.writer(out, name, **how).writerows(rows)
    kept = read_pairs(out.getvalue().encode(encoding), "characters", "characters", header=False, html=False)
    accounted(kept)
    assume(separator == kept.read.found.separator)
    wanted = [tuple(" ".join(unicodedata.normalize("NFC", cell).split()) for cell in row) for row in rows]
    assert set(sides(kept)) <= set(wanted) and kept.lines == sum(any(map(str.strip, row)) for row in rows)
    assert not any("column" in why or "between" in why for why in kept.listed.values())


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        (['"To be" is a verb\tsein', *MORE], ('"To be" is a verb', "sein")),
        (['"Hello!"\t"Bonjour !"', *MORE], ('"Hello!"', '"Bonjour !"')),
        (['5" screen\tan 5"', *MORE], ('5" screen', 'an 5"')),
        (['"never closed\tjamais', *MORE], ('"never closed', "jamais")),
        (['say "hello"\tdis "bonjour"', *MORE], ('say "hello"', 'dis "bonjour"')),
    ],
)
def test_a_quote_that_does_not_quote_is_text(rows: list[str], pairs: tuple[str, str]) -> None:
    kept = read_pairs(rows)
    accounted(kept)
    assert kept.lines == len(rows) and sides(kept)[0] == pairs and not kept.listed


def test_a_program_that_quotes_everything_is_believed() -> None:
    rows = ["English,French", *(f'"cat {n}","chat"' for n in range(30)), '"say,"no', "x"]
    kept = read_pairs(rows)
    assert sides(kept)[0] == ("cat 0", "chat") and list(kept.listed) == [1, 33]
    assert sides(kept)[-1] == ('"say', '"no')


def test_quotes_are_taken_back_with_one_choice() -> None:
    kept = case("excel_tab_with_inner_quotes.txt")
    assert sides(kept)[0] == ('say "the red cat"', "le chat rouge")
    assert sides(case("excel_tab_with_inner_quotes.txt", quotes=False))[0] == ('"say ""the red cat"""', "le chat rouge")


def test_a_line_of_commas_is_no_longer_than_the_others() -> None:
    kept = read_pairs([*(f"one {n},un {n}" for n in range(30)), "yes, one,oui, un"])
    assert list(kept.listed) == [31] and "4 columns where most lines have 2" in kept.listed[31]


@pytest.mark.fault(44)
def test_html_is_read_where_it_is_found_or_left_where_somebody_says_so() -> None:
    rows = ["Tom &amp; Jerry<br>run\tTom &eacute;t&#233; &lt;b&gt;", *MORE]
    kept = read_pairs(rows)
    assert sides(kept)[0] == ("Tom & Jerry run", "Tom été <b>") and kept.changes[0] == "HTML read in 1 line"
    assert sides(read_pairs(rows, html=False))[0][0] == "Tom &amp; Jerry<br>run"
    told = ["#separator:tab", "#html:false", *rows]
    assert sides(read_pairs(told))[0][0] == "Tom &amp; Jerry<br>run", "Anki says what it wrote"
    assert sides(read_pairs(["AT&T & R&D; <b>\tx &notanentity; y", *MORE]))[0] == ("AT&T & R&D; <b>", "x &notanentity; y")


def test_columns_that_anki_keeps_for_itself_are_no_sides() -> None:
    rows = ["#separator:semicolon", "#guid column:1", "#notetype column:2", "#tags column:5"]
    kept = read_pairs(rows + [f"x{n};Basic;one {n};un {n};unit" for n in range(30)])
    assert sides(kept)[0] == ("one 0", "un 0") and list(kept.listed) == [1, 2, 3, 4] and not kept.changes
    assert sides(read_pairs(["#1\tone", "#hash tag: x\ty", *MORE]))[:2] == [("#1", "one"), ("#hash tag: x", "y")], "a # may be data"


# what is never changed

ANY = st.text(
    st.characters(exclude_categories=("Cs",)) | st.sampled_from("\t\n\r\u2028\u200c\u200d\u200f\"';,<>&#é가กำि²½…\ufeff"), max_size=60
)


@pytest.mark.fault(45, 46)
@given(
    lines=st.lists(ANY, max_size=12),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    source=st.sampled_from(["words", "characters"]),
    target=st.sampled_from(["words", "characters"]),
    usual=st.booleans(),
)
@settings(max_examples=250)
def test_any_file_is_accounted_for_and_nothing_is_changed_unsaid(
    lines: list[str], encoding: str, source: str, target: str, usual: bool
) -> None:
    text = "\n".join([*(MORE if usual else []), *lines])
    try:
        kept = read_pairs(text.encode(encoding), source, target, encoding="gb18030" if encoding == "gb18030" else None)
    except InputError as error:
        assert "This file is" in str(error)  # begins as other kinds of file do
        return
    accounted(kept)
    whole = flat(text, DIRECTION if "direction marks" in kept.read.found.changed else "")
    if not kept.read.found.quotes and not kept.read.found.html:
        for pair in kept.read.pairs:
            assert all(flat(side) in whole for side in pair), "a side stands in the file as it is read"
    for read, written in kept.arranged.examples:
        assert 0 < len(read) <= MOST_TOKENS and 0 < len(written) <= MOST_TOKENS
    spelt = {("".join(read), "".join(written)) for read, written in kept.arranged.examples}
    assert spelt <= {(plain(a, source), plain(b, target)) for a, b in kept.read.pairs}, "tokens are all of the text"


DIRECTION = "\u200e\u200f\u061c"


def flat(text: str, without: str = "") -> str:
    """Without white space, which becomes single, and accents composed."""
    return unicodedata.normalize("NFC", re.sub(rf"[\s\x1c-\x1f{without}]" if without else r"[\s\x1c-\x1f]", "", text))


def plain(side: str, unit: str) -> str:
    return "".join(side.split()) if unit == "words" else side


@pytest.mark.fault(46)
@pytest.mark.parametrize(
    "word",
    [
        "हिन्दी",
        "ภาษา",
        "கற்றல்",
        "বাংলা",
        "مُحَمَّد",
        "שָׁלוֹם",
        "क्‍ष",
        "می‌خواهم",
        "ন্‍",
        "don't",
        "est-ce",
        "2²",
        "½",
        "Å",
        "Ω",
        "ẛ̣",
        "ﬁn",
        "㎏",
        "한글",
        "が",
        "й",
        "ё",
    ],
    ids=ascii,
)
def test_a_word_is_one_word_and_stays_what_it_is(word: str) -> None:
    assert tokens(word, "words") == (word,)
    kept = read_pairs([f"{word}\t{word} x {word}", *MORE])
    stands = unicodedata.normalize("NFC", word)
    assert sides(kept)[0] == (stands, f"{stands} x {stands}") and not kept.changes and not kept.listed


@pytest.mark.fault(45)
def test_sources_made_equal_are_listed_by_line() -> None:
    rows = ["café\tone", "cafe\u0301\ttwo", "a  b\tone", "a b\ttwo", "est-ce ?\tone", "est-ce?\ttwo", "x\ty", "x\tz", "x\ty", *MORE]
    kept = read_pairs(rows)
    accounted(kept)
    assert list(kept.listed) == [2, 4, 6, 9]
    assert "line 1" in kept.listed[2] and "line 3" in kept.listed[4] and "line 5" in kept.listed[6] and "line 7" in kept.listed[9]
    assert Pairs(PairOptions(**kept.options)).answers(("x",)) == (("y",), ("z",))


def test_so_many_answers_of_one_source_are_learned_and_the_others_listed() -> None:
    kept = read_pairs([*(f"one\tanswer {n}" for n in range(MOST_ANSWERS + 2)), *MORE])
    assert list(kept.listed) == [MOST_ANSWERS + 1, MOST_ANSWERS + 2] and "answers above" in kept.listed[MOST_ANSWERS + 1]


@pytest.mark.parametrize(("count", "listed"), [(MOST_TOKENS, False), (MOST_TOKENS + 1, True)])
def test_sixty_four_tokens_a_side(count: int, listed: bool) -> None:
    for row in (f"{'a ' * count}\tx", f"x\t{'a ' * count}"):
        assert bool(read_pairs([row, *MORE]).listed) is listed
        assert bool(read_pairs([row.replace(" ", ""), *MORE], "characters", "characters").listed) is listed
    assert len(Pairs(PairOptions(**read_pairs([f"{'a ' * MOST_TOKENS}\tx", *MORE]).options)).parse("a " * MOST_TOKENS)) == MOST_TOKENS


@pytest.mark.fault(55)
def test_lengths_are_looked_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither 960,000 marks on one letter nor a line of a million characters reaches anything that works on Unicode."""

    def bounded(form: Any, text: str) -> str:
        assert len(text) <= MAX_SIDE
        return text

    monkeypatch.setattr(unicodedata, "normalize", bounded)
    for side in ("e" + "\u0301\u0323" * 480_000, "a" * 1_000_000, "&lt;" * 250_000, '"' * 1_000_001, "e" + "\u0301" * MAX_SIDE):
        for row in (f"{side}\tx", f"x\t{side}", side):
            kept = read_pairs([row, *MORE], separator="tab")
            assert kept.lines == 41 and list(kept.listed) == [1] and re.search(r"characters; at most|no tab", kept.listed[1])


def test_the_separators_are_named_in_full() -> None:
    for name, sign in SEPARATORS.items():
        kept = read_pairs([f"one {n}{sign}un {n}" for n in range(30)])
        assert kept.read.found.separator == name and sides(kept)[0] == ("one 0", "un 0")
