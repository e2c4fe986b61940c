"""The visitor's own pairs: whatever is pasted is read or refused in words, kept whole under a name of our making, and split honestly."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from playground import tasks
from playground.errors import InputError
from playground.runs.events import Failed
from playground.runs.executors.process import ProcessExecutor
from playground.tasks.brought.shelf import KEY, folder
from playground.tasks.pairs import Kept
from playground.tasks.pairs import store as pair_store
from playground.tasks.pairs.arrangement import FEWEST
from playground.tasks.pairs.reading import MAX_BYTES, MAX_SIDE, MOST, read
from playground.tasks.pairs.table import SEPARATORS, Choices
from playground.tasks.pairs.task import PairOptions, Pairs, divided
from playground.training import recipes
from playground.vocabulary import graphemes

LINES = "\n".join(f"word {i}\t{i} parola" for i in range(40))
ANY = st.text(st.characters() | st.sampled_from("\t\n\u202e\u200d\x00\ud800→é́"), max_size=120)
SIDE = st.lists(st.text("abcé7שñ😀.<&", min_size=1, max_size=6), min_size=1, max_size=3).map(" ".join)


AS_WRITTEN = Choices(separator="tab", quotes=False, header=False, html=False)


def keep(text: Any) -> str:
    """Their key, and nothing of them in memory."""
    key = Kept(read(text), "characters", "characters").key
    pair_store.shelf.latest.clear()
    return key


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYGROUND_PAIRS", str(tmp_path))
    pair_store.shelf.latest.clear()
    return tmp_path


@given(lines=st.lists(ANY, max_size=30))
@settings(max_examples=150)
def test_any_text_is_read_line_by_line(lines: list[str]) -> None:
    """Every line that is not blank is a pair or is listed, and what was read can be read again."""
    text = "\n".join(lines)
    found = read(text)
    assert len(found.pairs) + len(found.listed) == found.total
    assert {*found.numbers, *found.listed} <= {n for n, line in enumerate(re.split("\r\n|[\n\r\x85]", text), 1) if line.strip()}
    for source, target in found.pairs:
        assert source and target and "\t" not in source + target and max(len(source), len(target)) <= MAX_SIDE
    again = read([f"{source}\t{target}" for source, target in found.pairs], AS_WRITTEN)
    assert again.pairs == found.pairs and not again.listed and not again.found.changed


@given(text=ANY)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_kept_comes_back_whatever_it_holds(text: str) -> None:
    lines = "\n".join([LINES, text])
    key = keep(lines)
    assert KEY.fullmatch(key) and pair_store.fetch(key).pairs == read(lines).pairs
    assert keep(lines + "\n\n") == key, "the same pairs have the same name"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least 20"),
        ("a\tb\n" * 30, "at least 20"),
        ("no tab here\n" * 3, "Line 1: no tab between source and target"),
        ("\n".join(f"{i}\t{i}" for i in range(MOST + 1)), "at most 50,000"),
        ("x" * (MAX_BYTES + 1), "5 MB"),
        (None, "must be text"),
        (7, "must be text"),
    ],
)
def test_too_few_too_many_or_no_pairs(text: object, says: str, own_folder: Path) -> None:
    with pytest.raises(InputError, match=says):
        keep(text)  # type: ignore[arg-type]
    assert not list(own_folder.iterdir()), "nothing is kept of what was refused"


def test_problems_are_told_by_line() -> None:
    found = read("a\tb\n\nno tab\na\tb\nx\t\nq\u200bq\ty\nc\td\te")
    assert found.pairs == (("a", "b"), ("c", "d")) and found.numbers == (1, 7)
    assert list(found.listed) == [3, 4, 5, 6] and found.total == 6
    assert "line 1" in found.listed[4] and "empty" in found.listed[5] and "invisible character" in found.listed[6]
    assert found.found.changed == {"more columns": 1}, "a third column is left out, and said"


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 24, "0" * 23, "0" * 24 + "\n", "CON", None, 5, "0" * 5000])
def test_only_names_of_our_making_are_looked_up(key: object) -> None:
    with pytest.raises(InputError, match=r"not one of ours"):
        pair_store.fetch(key)  # type: ignore[arg-type]


def test_lines_that_are_gone_or_damaged_say_so(own_folder: Path) -> None:
    with pytest.raises(InputError, match="not kept on this machine any more"):
        pair_store.fetch("0" * 24)
    key = keep(LINES)
    (own_folder / f"{key}.tsv").write_text("a\tb")
    with pytest.raises(InputError, match="damaged"):
        pair_store.fetch(key)


@pytest.mark.fault(29)
def test_a_full_disk_leaves_nothing_behind(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("playground.disk.os.fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        keep(LINES)
    assert not list(own_folder.iterdir())


def test_the_oldest_lines_go_first(monkeypatch: pytest.MonkeyPatch, own_folder: Path) -> None:
    monkeypatch.setattr("playground.tasks.brought.shelf.KEEP_BYTES", 2_000)
    keys = [keep("\n".join(f"{n} {i}\t{i}" for i in range(100))) for n in range(4)]
    kept = {path.stem for path in own_folder.iterdir()}
    assert keys[-1] in kept and keys[0] not in kept


@pytest.mark.parametrize("unit", ["words", "characters"])
def test_no_source_is_on_both_sides_of_the_split(unit: str) -> None:
    key = keep(LINES + "\nword 1\tanother\nwörd 1\tanother")
    task = Pairs(PairOptions(key, unit, unit))
    rows = [{tuple(row) for row in part.source.tolist()} for part in (task.pool.train, task.pool.test)]
    assert rows[0] and rows[1] and not rows[0] & rows[1]
    both = (("1", "parola"), ("another",)) if unit == "words" else (tuple("1 parola"), tuple("another"))
    assert task.answers(task.parse("word 1")) == both and task.answer(task.parse("word 1")) == both[0]


def test_a_recipe_carries_the_name_only() -> None:
    key = keep(LINES)
    recipe = recipes.make("attention_seq2seq", "pairs", task_options={"pairs": key})
    assert recipes.from_query(recipe.to_query()) == recipe and len(recipe.to_query()) < 120
    assert isinstance(recipe.build_task(), tasks.get("pairs"))
    with pytest.raises(InputError):
        recipes.make("attention_seq2seq", "pairs", task_options={"pairs": "../../x"})


@pytest.mark.parametrize(("count", "kept"), [(FEWEST - 1, False), (FEWEST, True), (MOST, True), (MOST + 1, False)])
def test_twenty_to_fifty_thousand_lines_are_taken(count: int, kept: bool, own_folder: Path) -> None:
    text = "\n".join(f"{n}\t{n}" for n in range(count))
    if kept:
        assert len(pair_store.fetch(keep(text)).pairs) == count
    else:
        with pytest.raises(InputError, match=r"20|50,000"):
            keep(text)
        assert not list(own_folder.iterdir())


@example(pairs=[(f"{n} {n}", "n") for n in range(20)], ending="\u2028", separator="\t", more="\n")
@given(
    pairs=st.lists(st.tuples(SIDE, SIDE), max_size=30, unique=True).map(lambda more: [(f"{n} {n}", "n") for n in range(20)] + more),
    ending=st.sampled_from(["\n", "\r\n", "\r", "\n\n \n", "\u2028"]),
    separator=st.sampled_from(list(SEPARATORS.values())[:4]),
    more=st.text(max_size=40),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_equal_lines_have_equal_names_however_they_are_written(
    pairs: list[tuple[str, str]], ending: str, separator: str, more: str
) -> None:
    """Line ends, separators, spaces and repeated lines do not count; another line or another order does."""
    key = keep("\n".join(map("\t".join, pairs)))
    text = ending.join(f"  {source} {separator} {target}  " for source, target in pairs)
    assert keep(text) == keep(text + ending + text) == key
    assert pair_store.fetch(key).pairs == tuple(pairs)
    assert keep("\n".join(map("\t".join, reversed(pairs)))) != key
    assert (keep(text + ending + more) == key) == (read(text + ending + more).pairs == tuple(pairs))


@pytest.mark.fault(6)
@pytest.mark.parametrize(
    ("side", "shown"),
    [
        ("a\u202eb", "U+202E"),
        ("a\u2066b\u2069", "U+2066"),
        ("\u200ba", "U+200B"),
        ("a\x00b", "U+0000"),
        ("a\x1b[31m", "U+001B"),
        ("a\x7f", "U+007F"),
        ("a\ufeffb", "U+FEFF"),
        ("a\u200d", "U+200D"),
        ("\ue000", "U+E000"),
        ("a\ud800", "U+D800"),
        ("for\ufffdt", "a letter was lost"),
    ],
    ids=ascii,
)
def test_characters_that_cannot_be_seen_are_named_and_their_line_is_left_out(side: str, shown: str) -> None:
    for line in (f"{side}\tb", f"b\t{side}"):
        found = read(f"x\ty\n{line}\nz\tw")
        assert found.pairs == (("x", "y"), ("z", "w"))
        ((number, problem),) = found.listed.items()
        assert number == 2 and shown in problem and problem.isprintable()


@pytest.mark.fault(8)
@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("שלום", "שלום"),
        ("cafe\u0301", "café"),
        ("\uff11\uff12", "\uff11\uff12"),
        ("\u00bd \u00b2 \u2026 \ufb01", "\u00bd \u00b2 \u2026 \ufb01"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{x}} ${y}", "{{x}} ${y}"),
    ],
    ids=ascii,
)
def test_what_can_be_seen_is_read_as_it_stands(typed: str, stands: str) -> None:
    """Emoji, writing from right to left and markup are text; spellings of one text are one."""
    assert read(f"{typed}\tb").pairs == ((stands, "b"),)
    key = keep(f"{typed}\tb\n{LINES}")
    assert pair_store.fetch(key).pairs[0] == (stands, "b")
    assert Pairs(PairOptions(key)).answer(tuple(graphemes(stands))) == ("b",)


@given(value=st.none() | st.integers() | st.floats() | st.text(max_size=30) | st.binary(max_size=30) | st.lists(st.text(), max_size=2))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_other_name_reaches_a_file(value: Any, own_folder: Path) -> None:
    for ask in (pair_store.fetch, lambda name: recipes.make("attention_seq2seq", "pairs", task_options={"pairs": name or "?"})):
        with pytest.raises(InputError):
            ask(value)
    assert not list(own_folder.iterdir())


@given(lines=st.lists(st.tuples(SIDE, SIDE), max_size=60, unique_by=lambda pair: pair[0]), unit=st.sampled_from(["words", "characters"]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_held_out_lines_are_never_learned_whatever_the_lines(lines: list[tuple[str, str]], unit: str) -> None:
    """Trainable or refused in a sentence; the split is the same every time and follows from the sources alone."""
    try:
        key = keep("\n".join([LINES, *map("\t".join, lines)]))
        task = Pairs(PairOptions(key, unit, unit))
    except InputError as error:
        assert len(str(error)) < 500
        return
    learned, held = divided(task.lines)
    assert len(held) >= 2 and len(learned) + len(held) == len(task.lines)
    assert not {source for source, _ in learned} & {source for source, _ in held}
    assert divided(tuple(reversed(task.lines))) == (learned, held) or len({crc(s) for s, _ in task.lines}) < len(task.lines)


def crc(source: tuple[str, ...]) -> int:
    return crc32("\0".join(source).encode())


def test_a_training_whose_lines_are_gone_says_so() -> None:
    """In the worker too, where nothing of the lines is remembered."""
    key = keep(LINES)
    recipe = recipes.make("attention_seq2seq", "pairs", task_options={"pairs": key}, training_options={"steps": 2})
    (folder() / f"{key}.tsv").unlink()
    executor = ProcessExecutor(preload=())
    try:
        *_, end = executor.submit(recipe).events()
    finally:
        executor.close()
    assert isinstance(end, Failed) and "not kept on this machine any more" in end.cause


@pytest.mark.fault(30)
def test_the_same_and_other_lines_kept_in_parallel_are_all_there(own_folder: Path) -> None:
    texts = [LINES + f"\nmore\t{n % 6}" for n in range(30)]
    with ThreadPoolExecutor(10) as pool:
        keys = list(pool.map(keep, texts))
    assert len(set(keys)) == 6
    assert {pair_store.fetch(key).pairs[-1] for key in keys} == {("more", str(n)) for n in range(6)}
    assert sorted(path.stem for path in own_folder.iterdir()) == sorted(set(keys))


def test_tidying_in_parallel_disturbs_nobody(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While many keep lines and each removes the oldest, nobody stumbles over a file that has just gone."""
    monkeypatch.setattr("playground.tasks.brought.shelf.KEEP_BYTES", 3_000)
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda n: keep(LINES + f"\nmore\t{n}"), range(80)))
    assert len(set(keys)) == 80
    assert sum(path.stat().st_size for path in own_folder.iterdir()) <= 3_000


def test_a_folder_that_cannot_be_made_is_told(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_folder / "file").write_text("")
    monkeypatch.setenv("PLAYGROUND_PAIRS", str(own_folder / "file" / "below"))
    with pytest.raises(InputError, match="could not be kept"):
        keep(LINES)
    with pytest.raises(InputError, match="not kept on this machine"):
        pair_store.fetch("0" * 24)
