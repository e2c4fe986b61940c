"""Where two models differ beside by length: models built by hand fail where their rule says, and every model that reads text is told."""

from __future__ import annotations

import pytest
import torch

import playground
from playground import tasks
from playground.experiments.lab.by_length import compare
from playground.experiments.lab.strata import answered, by_group, by_position
from playground.tasks import TextTask
from tests import small
from tests.scripted import Words, scripted
from tests.test_by_length import TYPED, same, untrained


def no_third(source: Words) -> Words:
    """Wrong at the third place, whatever stands there."""
    return (*source[:2], "0" if source[2] != "0" else "1", *source[3:]) if len(source) > 2 else source


def once(source: Words) -> Words:
    """Each token once."""
    return tuple(dict.fromkeys(source))


def test_the_place_of_a_mistake_is_found() -> None:
    a, b = scripted("copy", same), scripted("copy", no_third)
    found = compare(a, b, [4], 8).by_position
    assert {at for at, (one, other, _) in found.items() if (one, other) != (1.0, 1.0)} == {2}
    assert found[2][:2] == (1.0, 0.0) and found[0][2] == 512 and found[12][2] < found[11][2] < 512


def test_the_share_of_right_tokens_is_that_of_answers_written_alone() -> None:
    """Not under teacher forcing: one token left out shifts all that follow."""
    run = playground.load("seq2seq", "reverse")
    batch = run.task.held_out("test", 24)
    found = by_position(run, run, batch)
    written = [run.explore(run.task.spell(run.task.source_vocabulary.decode(row))).tokens for row in batch.source.tolist()]
    due = [(*run.task.target_vocabulary.decode(row), "end") for row in batch.target.tolist()]
    for at, (share, same_share, n) in found.items():
        there = [(one[at : at + 1], other[at]) for one, other in zip(written, due, strict=True) if at < len(other)]
        assert n == len(there) and share == same_share == sum(one == (other,) for one, other in there) / n


def test_groups_are_what_the_task_says() -> None:
    a, b = scripted("copy", same), scripted("copy", once)
    found = compare(a, b, [4], 8)
    repeats = found.by_group["repeated tokens"]
    assert repeats["none"][:2] == (1.0, 1.0) and all(told[:2] == (1.0, 0.0) for name, told in repeats.items() if name != "none")
    assert sum(n for *_, n in repeats.values()) == 512
    assert ["repeated tokens: none", 1.0, 1.0, repeats["none"][2], repeats["none"][2]] in found.table()


@pytest.mark.parametrize(("text", "columns"), [("12+34", "0"), ("17+25", "1"), ("99+1", "2"), ("99+99", "2"), ("5+5", "1"), ("45+55", "2")])
def test_carries_are_counted(text: str, columns: str) -> None:
    task = tasks.get("addition")()
    assert [name for name, belongs in task.strata["carries"].items() if belongs(task.parse(text))] == [columns]


def test_the_worst_inputs_are_listed_with_the_first_wrong_token() -> None:
    a, b = scripted("copy", same), scripted("copy", no_third)
    found = compare(a, b, [2, 4], 8).apart
    assert found and all(one.steps == (None, 2) and one.answers[0] == one.right and one.gap > 0 for one in found)
    assert len({one.source for one in found}) == len(found) <= 6
    assert all(one.answers[1][:2] == one.right[:2] and one.answers[1][2] != one.right[2] for one in found)
    both = compare(scripted("copy", once), scripted("copy", no_third), [4], 8).apart
    wrong = [one for one in both if None not in one.steps]
    assert wrong and [len(one.source) for one in wrong] == sorted(len(one.source) for one in wrong)
    assert not compare(a, a, [4], 8).apart


def test_what_was_taught_comes_first() -> None:
    found = compare(scripted("copy", same), scripted("copy", lambda source: source[1:]), n=8).apart
    assert [one.doubt is not None for one in found] == sorted(one.doubt is not None for one in found)


@pytest.mark.parametrize("pair", TYPED, ids="-".join)
def test_every_model_that_reads_text_is_told_apart(pair: tuple[str, str]) -> None:
    run = untrained(*pair)
    task = run.task
    assert isinstance(task, TextTask)
    batch = task.held_out("test", 32)
    right = answered(run, batch)
    assert right.shape == (len(batch),) and float(right.float().mean()) == pytest.approx(run.model.score(batch))
    for groups in by_group(task, batch, right, ~right).values():
        assert len(groups) > 1 and all(a + b == pytest.approx(1) for a, b, _ in groups.values())
    found = compare(run, run, [task.trained_lengths[1]], 4)
    assert all(a == b for a, b, _ in found.by_position.values())
    for one in found.apart:
        trace = run.explore(one.given)
        assert one.steps[0] is not None and one.answers[0] == trace.tokens and one.gap == 0


def test_every_task_tells_groups() -> None:
    for id, task_class in tasks.tasks().items():
        if issubclass(task_class, TextTask) and (id, task_class.kind) in [(t, tasks.get(t).kind) for _, t in small.PAIRS]:
            task = small.tiny_recipe(next(a for a, t in small.PAIRS if t == id), id).build_task()
            sources = [task.source_vocabulary.decode(row) for row in task.held_out("test", 64).source.tolist()]
            assert any(belongs(source) for groups in task.strata.values() for belongs in groups.values() for source in sources)
            assert all(sum(belongs(source) for belongs in task.strata["repeated tokens"].values()) == 1 for source in sources)


def test_nothing_is_asked_of_no_inputs() -> None:
    run = untrained("seq2seq", "copy")
    assert answered(run, run.task.held_out("test", 4)[torch.tensor([], dtype=torch.long)]).shape == (0,)
