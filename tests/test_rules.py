"""What every text task says of itself: cheap rules that were tried, what is to be learned, and corners that are true examples."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from playground import tasks
from playground.options import parse
from playground.tasks import Batch, TextTask, parts
from playground.tasks.digit_strings import DigitOptions
from playground.tasks.pronouns import Pronouns
from playground.tasks.rules import LOOKED_AT, by_rule
from playground.tasks.text import Pooled
from playground.vocabulary import PAD

TEXT = [id for id, task in tasks.tasks().items() if issubclass(task, TextTask)]
KNOWN = [id for id in TEXT if id != "pairs"]  # of a visitor's own lines nobody knows what is to be learned
OTHERS: list[tuple[str, dict[str, Any]]] = [
    *((id, {}) for id in KNOWN),
    ("infill", {"blanks": "spans"}),
    ("dates", {"locales": "it"}),
    ("addition", {"digits": 1}),
    ("addition", {"digits": 4}),
    ("numbers", {"source": "digits", "target": "fr"}),
    ("numbers", {"source": "it", "target": "en", "digits": 3}),
]
each = pytest.mark.parametrize(("task_id", "options"), OTHERS, ids=str)


def build(task_id: str, options: dict[str, Any]) -> TextTask:
    task = tasks.get(task_id)
    built = task(parse(task.Options, options))
    assert isinstance(built, TextTask)
    return built


def rows(task: TextTask, batch: Batch) -> list[tuple[str, ...]]:
    return [task.source_vocabulary.decode(row) for row in batch.source.tolist()]


def answers(task: TextTask, batch: Batch) -> list[tuple[str, ...]]:
    if task.target_vocabulary is not None:
        return [task.target_vocabulary.decode(row) for row in batch.target.tolist()]
    if task.kind == "tags":
        return [tuple(task.classes[tag] for tag in row if tag >= 0) for row in batch.target.tolist()]
    return [(task.classes[row] if task.kind == "label" else f"{row:g}",) for row in batch.target.tolist()]


@each
def test_the_baseline_is_the_best_of_several_cheap_rules(task_id: str, options: dict[str, Any]) -> None:
    task = build(task_id, options)
    guesses = list(task.guesses())
    assert len({name for name, _ in guesses}) == len(guesses) >= (2 if options == {"digits": 1} else 3)
    assert all(0 <= score < 0.99 for _, score in guesses)
    assert task.baseline == task.floor == max(guesses, key=lambda guess: guess[1])
    assert build(task_id, options).baseline is task.baseline, "measured once"


def test_of_own_pairs_only_what_fits_any_text_is_tried() -> None:
    task: Any = tasks.get("pairs")()
    assert [name for name, _ in task.guesses()] == ["the commonest answer", "the answer of the most similar text"] and not task.rules


@each
def test_every_rule_is_trained_and_its_test_examples_are_of_the_test_and_right(task_id: str, options: dict[str, Any]) -> None:
    task = build(task_id, options)
    needed = by_rule(task)
    few = {
        "sentiment": {"plain", "negated"},
        "infill": {"when"},
        "total": {"2 numbers"},
        "numbers": {"one digit", "two digits", "three digits"},
    }
    if not options and task_id != "addition":
        small = {name for name, (_, examples) in needed.items() if len(examples) < 250}
        assert small <= few.get(task_id, set()), "a score is told from so many within three of a hundred; there are few short texts"
    assert len(needed) >= (1 if "locales" in options else 2) and list(needed) == list(task.rules)
    trained = set(rows(task, task.sample(LOOKED_AT, torch.Generator().manual_seed(5))))
    for name, (share, batch) in needed.items():
        sources = rows(task, batch)
        assert share > 0, name
        assert len(set(sources)) == len(sources) <= 512
        assert all(map(task.rules[name], sources)) and trained.isdisjoint(sources)
        assert [task.answer(source) for source in sources] == answers(task, batch)
        assert batch.mask is None or torch.equal(batch.mask, batch.source != PAD)
        if isinstance(task, Pooled):
            assert {parts.part_of(task.siblings(source, task.answer(source))) for source in sources} <= {"test"}


@each
def test_corners_are_true_examples_that_train(task_id: str, options: dict[str, Any]) -> None:
    task = build(task_id, options)
    batch = task.corners()
    if options == {"digits": 1}:
        assert batch is None, "there is nothing but single digits"
        return
    assert batch is not None and len(batch) >= 30
    sources = rows(task, batch)
    assert [task.answer(source) for source in sources] == answers(task, batch)
    for part in ("validation", "test"):
        assert set(sources).isdisjoint(rows(task, task.held_out(part, 10_000)))
    low, high = task.trained_lengths
    assert all(low <= len(source) <= high for source in sources)
    seen = rows(task, task.sample(20_000, torch.Generator().manual_seed(1)))
    share = sum(map(set(sources).__contains__, seen)) / len(seen)
    assert share > 0.01, "they are drawn more often than chance would"


@pytest.mark.parametrize(
    ("task_id", "text"),
    [
        ("reverse", "7777"),
        ("sort", "0" * 12),
        ("addition", "0+0"),
        ("addition", "71+30"),
        ("addition", "70+31"),
        ("addition", "99+1"),
        ("numbers", "eleven"),
        ("numbers", "zero"),
        ("numbers", "four thousand"),
        ("dates", "29 feb 2024"),
        ("translation", "the elephant"),
        ("total", "seven"),
        ("total", "zero minus zero"),
        ("sentiment", "a weak plot"),
        ("sentiment", "the film was not very good although the film was hardly very bad"),
        ("pronouns", "Anna smiled . She slept"),
        ("pronouns", "The cat smiled . The dog slept . It saw the dog"),
        ("entities", "Paris met Paris in Paris on Monday"),
        ("entities", "May met May in May"),
        ("infill", "today the cat sits on the mat and the [MASK] sits on the mat"),
        ("completion", "Tom has a hen . At noon the fog comes over the hills by the sea ."),
    ],
)
def test_these_are_corners(task_id: str, text: str) -> None:
    task = build(task_id, {})
    batch = task.corners()
    assert batch is not None and task.parse(text) in rows(task, batch)


def test_the_rules_of_pronouns_part_all_texts() -> None:
    task = Pronouns()
    for source in task.pool.test_sources:
        assert sum(needs(source) for needs in task.rules.values()) == 1


def test_how_far_a_carry_goes() -> None:
    rules = build("addition", {"digits": 4}).rules
    for text, name in (("12+34", "no carry"), ("47+85", "a carry"), ("47+53", "a carry through a nine"), ("9+1", "a carry")):
        assert [rule for rule, needs in rules.items() if needs(tuple(text))] == [name], text


def test_a_rule_without_test_examples_gets_none() -> None:
    """Of two equal digits all strings are drawn into one part or another; where none is in the test, the batch is empty."""
    task = tasks.get("sort")(DigitOptions(1, 1))
    assert isinstance(task, TextTask)
    assert len(by_rule(task)["a digit more than once"].examples) == 0
