"""The shortest failures: a model built by hand that fails where it is told to, and every model of the registries."""

from __future__ import annotations

from itertools import islice

import pytest
import torch

from playground import api, tasks
from playground.errors import InputError
from playground.experiments.lab.asked import AskedRun
from playground.experiments.lab.breaking import AT_ONCE, Broken, break_it, breaking, survivors
from playground.experiments.lab.typed_inputs import right
from playground.inference.decoding import decode_batch
from playground.tasks import SequenceTask
from playground.vocabulary import EOS
from tests import small
from tests.scripted import Words, scripted

TYPED_WRITERS = [(a, t) for a, t in small.DECODER_PAIRS if issubclass(tasks.get(t), SequenceTask)]
ONE_OF_EACH = list({t: (a, t) for a, t in TYPED_WRITERS}.values()) + list({a: (a, t) for a, t in reversed(TYPED_WRITERS)}.values())
OTHERS = [pair for pair in small.ONE_EACH if pair not in TYPED_WRITERS]


untrained = small.tiny_run


def two_sevens(source: Words) -> Words:
    """Copies, but writes 0 for the second of two sevens."""
    return tuple("0" if "".join(source[max(0, i - 1) : i + 1]) == "77" else digit for i, digit in enumerate(source))


def up_to(run: AskedRun, length: int, seed: int = 0) -> Broken:
    """All that is known when the first input of a greater length was tried."""
    return next(found for found in breaking(run, seed) if found.by_length and found.by_length[-1].length > length)


def test_all_short_inputs_are_tried_and_the_shortest_failures_found() -> None:
    found = up_to(scripted("copy", two_sevens), 3)
    assert [one[:4] for one in found.by_length[:3]] == [(1, 10, 0, True), (2, 100, 1, True), (3, 1000, 19, True)]
    assert [one.trained for one in found.by_length[:3]] == [False, False, True], "it is trained on 3 to 12 digits"
    first = found.failures[0]
    assert (first.given, first.answer, first.right, first.step) == ("7 7", ("7", "0", "end"), ("7", "7", "end"), 1)
    assert first.doubt is not None and "trained on lengths 3 to 12" in first.doubt
    begun = [found.by_length[-1] for found in islice(breaking(scripted("copy", two_sevens)), 6)]
    assert [(one.length, one.tried, one.every) for one in begun[2:]] == [(3, n, n == 1000) for n in (256, 512, 768, 1000)]
    others = len(tasks.get("copy").target_vocabulary) - 1
    assert first.sure == pytest.approx(float(torch.tensor([3.0, *[0.0] * others]).softmax(0)[0]))
    assert {failure.given for failure in found.failures[1:20]} == {" ".join(f"{n:03}") for n in range(1000) if "77" in f"{n:03}"}
    assert (
        "The shortest is ‘7 7’: at output 2 the model writes ‘0’, 63 % sure; right is ‘7’. The shortest that is like what was"
        in found.sentence
    )
    assert found.table()[1] == ["7 7", "7 0 end", "7 7 end", 1, first.sure] and "the shortest '7 7'" in repr(found)
    assert len(found) == len(found.failures) == len([*found]) and found[0] == first
    assert found.failing == sum(one.failing for one in found.by_length) and found.tried >= 1110


def test_where_there_are_too_many_inputs_repeats_are_tried() -> None:
    """Seven times the same digit: of ten million inputs chance would hardly find one."""

    def rule(source: Words) -> Words:
        return source[:-1] if len(source) == 7 and len(set(source)) == 1 else source

    found = up_to(scripted("copy", rule), 7)
    assert {failure.given for failure in found.failures} == {" ".join(7 * digit) for digit in "0123456789"}
    assert not found.by_length[6].every and found.by_length[6].tried > 500 and found.by_length[6].failing == 10
    assert all((failure.step, failure.answer[6], failure.right[6]) == (6, "end", failure.given[0]) for failure in found.failures)


def test_an_answer_that_never_ends_is_wrong_where_it_should_have_ended() -> None:
    found = next(breaking(scripted("copy", lambda source: source * 30)))
    assert found.failures[0].step == 1 and found.failures[0].right == ("0", "end") and "end" not in found.failures[0].answer


def test_the_same_seed_finds_the_same_and_another_one_tries_others() -> None:
    run = scripted("text_to_text", lambda source: source[1:])
    found = [up_to(run, 4, seed) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]


def test_it_stops_when_told_and_when_its_seconds_are_over() -> None:
    run = scripted("copy", two_sevens)
    stopped = break_it(run, 600, should_stop=lambda: True)
    assert stopped.tried == 10 and not stopped.over, "one batch: the inputs of one digit"
    assert break_it(run, 1e-6).tried == 10
    asked: list[int] = []
    assert break_it(run, 600, should_stop=lambda: bool(asked.append(1)) or len(asked) == 3).tried == 10 + 100 + AT_ONCE
    for seconds in (0, -1, float("nan"), float("inf"), True, "5", None, 1e9):
        with pytest.raises(InputError, match="seconds is"):
            break_it(run, seconds)


def test_others_survive_what_they_answer_rightly() -> None:
    failures = up_to(scripted("copy", two_sevens), 3).failures
    runs = {"right": scripted("copy", lambda source: source), "same": scripted("copy", two_sevens)}
    found = survivors(failures, runs)
    assert found == {"right": (True,) * len(failures), "same": (False,) * len(failures)}
    assert survivors(failures[:0], runs) == {"right": (), "same": ()}
    for other in ("addition", "sort"):
        with pytest.raises(InputError, match=r"other is no run of the same task: to '7 .*' it is to answer something else"):
            survivors(
                failures[:1] if other == "addition" else [f for f in failures if f.given == "7 7 1"], {"other": scripted(other, two_sevens)}
            )


@pytest.mark.parametrize("pair", dict.fromkeys(ONE_OF_EACH), ids="-".join)
def test_every_failure_is_one(pair: tuple[str, str]) -> None:
    """Of every task that is typed and written, and every architecture: what fails can be typed, and decoding it gives what is told."""
    run = untrained(*pair)
    found = next(iter(islice((found for found in breaking(run) if found.tried), 1)))
    assert found.failing and found.failures, "it is not trained"
    for failure in found.failures[:4]:
        reading = run.task.perceive(failure.given)
        assert reading.tokens == failure.source
        ids = decode_batch(run.model, reading.source, max_steps=run.task.max_steps(len(failure.source)))[0].tolist()
        written = tuple("end" if i == EOS else run.task.classes[i] for i in ids)
        assert written == failure.answer and failure.right[-1] == "end"
        assert failure.right[:-1] in run.task.answers(failure.source) and failure.answer not in run.task.answers(failure.source)
        assert (*failure.answer, "")[failure.step] != failure.right[failure.step]
        assert failure.answer[: failure.step] == failure.right[: failure.step] and 0 <= failure.sure <= 1


def test_what_is_right_is_decided_as_decoding_decides() -> None:
    run = api.load("attention_seq2seq", "sort")
    sources = [tuple(f"{n:03}") for n in range(0, 1000, 7)]
    batch = decode_batch(run.model, torch.tensor([run.task.source_vocabulary.encode(s) for s in sources]), max_steps=10)
    decoded = [run.task.target_vocabulary.decode(row) == run.task.answer(s) for row, s in zip(batch.tolist(), sources, strict=True)]
    assert right(run.model, run.task, {source: run.task.answers(source) for source in sources}).tolist() == decoded


@pytest.mark.parametrize("pair", OTHERS, ids="-".join)
def test_what_is_not_typed_or_not_written_is_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="writes no answers to typed tokens"):
        untrained(*pair).break_it()
