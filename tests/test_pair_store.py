"""The visitor's own pairs: whatever is pasted is read or refused in words, kept whole under a name of our making, and split honestly."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground import pair_store, recipes, tasks
from playground.errors import InputError
from playground.tasks.pairs import PairOptions, Pairs

LINES = "\n".join(f"word {i}\t{i} parola" for i in range(40))
ANY = st.text(st.characters() | st.sampled_from("\t\n\u202e\u200d\x00\ud800→é́"), max_size=120)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYGROUND_PAIRS", str(tmp_path))
    pair_store._fetch.cache_clear()
    return tmp_path


@given(lines=st.lists(ANY, max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_line_by_line(lines: list[str]) -> None:
    """Every line that is not blank is a pair or a problem, and what was read can be read again."""
    found = pair_store.read("\n".join(lines))
    assert len(found.pairs) + len(found.problems) == found.total
    for source, target in found.pairs:
        assert source and target and "\t" not in source + target and max(len(source), len(target)) <= pair_store.MAX_SIDE
    again = pair_store.read("\n".join(f"{source}\t{target}" for source, target in found.pairs))
    assert again.pairs == found.pairs and not again.problems


@given(text=ANY)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_kept_comes_back_whatever_it_holds(text: str) -> None:
    lines = "\n".join([LINES, text])
    key = pair_store.keep(lines)
    assert pair_store.KEY.fullmatch(key) and pair_store.fetch(key) == pair_store.read(lines).pairs
    assert pair_store.keep(lines + "\n\n") == key, "the same pairs have the same name"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least 20"),
        ("a\tb\n" * 30, "at least 20"),
        ("no tab here\n" * 3, "Line 1: no tab between source and target"),
        ("\n".join(f"{i}\t{i}" for i in range(20_001)), "at most 20,000"),
        ("x" * (2 * 2**20 + 1), "2 MB"),
        (None, "must be text"),
        (7, "must be text"),
    ],
)
def test_too_few_too_many_or_no_pairs(text: object, says: str, own_folder: Path) -> None:
    with pytest.raises(InputError, match=says):
        pair_store.keep(text)  # type: ignore[arg-type]
    assert not list(own_folder.iterdir()), "nothing is kept of what was refused"


def test_problems_are_told_by_line() -> None:
    found = pair_store.read("a\tb\n\nno tab\na\tb\nx\t\nq\u200bq\ty\nc\td\te")
    assert found.pairs == (("a", "b"),)
    assert [number for number, _ in found.problems] == [3, 4, 5, 6, 7]
    assert "invisible character" in found.problems[3][1] and "3 columns" in found.problems[4][1]


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 24, "0" * 23, "0" * 24 + "\n", "CON", None, 5, "0" * 5000])
def test_only_names_of_our_making_are_looked_up(key: object) -> None:
    with pytest.raises(InputError, match=r"not one of ours"):
        pair_store.fetch(key)  # type: ignore[arg-type]


def test_lines_that_are_gone_or_damaged_say_so(own_folder: Path) -> None:
    with pytest.raises(InputError, match="not kept on this machine any more"):
        pair_store.fetch("0" * 24)
    key = pair_store.keep(LINES)
    (own_folder / f"{key}.tsv").write_text("a\tb")
    with pytest.raises(InputError, match="damaged"):
        pair_store.fetch(key)


def test_a_full_disk_leaves_nothing_behind(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("playground.disk.os.fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        pair_store.keep(LINES)
    assert not list(own_folder.iterdir())


def test_the_oldest_lines_go_first(monkeypatch: pytest.MonkeyPatch, own_folder: Path) -> None:
    monkeypatch.setattr(pair_store, "KEEP_BYTES", 2_000)
    keys = [pair_store.keep("\n".join(f"{n} {i}\t{i}" for i in range(100))) for n in range(4)]
    kept = {path.stem for path in own_folder.iterdir()}
    assert keys[-1] in kept and keys[0] not in kept


@pytest.mark.parametrize("unit", ["words", "characters"])
def test_no_source_is_on_both_sides_of_the_split(unit: str) -> None:
    key = pair_store.keep(LINES + "\nword 1\tanother\nwörd 1\tanother")
    task = Pairs(PairOptions(key, unit, unit))
    rows = [{tuple(row) for row in part.source.tolist()} for part in (task.pool.train, task.pool.held_out)]
    assert rows[0] and rows[1] and not rows[0] & rows[1]
    assert task.answer(task.parse("word 1")) == (("1", "parola") if unit == "words" else tuple("1 parola")), "the first target is right"


def test_a_recipe_carries_the_name_only() -> None:
    key = pair_store.keep(LINES)
    recipe = recipes.make("attention_seq2seq", "pairs", task_options={"pairs": key})
    assert recipes.from_query(recipe.to_query()) == recipe and len(recipe.to_query()) < 120
    assert isinstance(recipe.build_task(), tasks.get("pairs"))
    with pytest.raises(InputError):
        recipes.make("attention_seq2seq", "pairs", task_options={"pairs": "../../x"})
