"""Papers: each is run with one seed; what it says beforehand decides, arms that are exchanged and acts that do nothing make it fail."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from itertools import combinations
from statistics import median

import pytest
import torch

from playground import api
from playground.errors import InputError
from playground.papers import papers
from playground.papers.judged import kept
from playground.papers.measures import at
from playground.papers.paper import JUDGES, Paper
from playground.papers.parts import NUMBER, Bar, Line, shown
from playground.papers.result import Result
from playground.papers.wrong import counted
from playground.runs.executors.inline import InlineExecutor
from playground.storage.run import Run
from playground.tasks import Batch
from playground.tools.papers_page import PAGE, page
from playground.views.style import PALETTES
from playground.vocabulary import EOS, PAD

IDS = list(papers)
SEED = 0  # one that may tune: those that judge are run once
MOST_SECONDS = 30  # of CPU, all arms together, the median of the judge seeds


@cache
def runs(id: str) -> Mapping[str, Run]:
    """Its arms, trained here."""
    return {arm.letter: api.collect(InlineExecutor().submit(arm.recipe(SEED)).events()) for arm in papers[id].arms}


@cache
def judged(id: str) -> Result:
    return papers[id].judge(runs(id))


def told(paper: Paper, values: Mapping[str, float]) -> Result:
    """A result with these values."""
    return Result(paper, SEED, values, judged(paper.id).lines, dict.fromkeys("AB", 1.0))


@pytest.mark.parametrize("id", IDS)
def test_a_seed_comes_out_like_those_that_judged(id: str) -> None:
    """Each value lies where those of the judge seeds do, or near."""
    found = judged(id)
    assert found.seconds > 0 and all(math.isfinite(value) for value in found.values.values())
    for name, value in found.values.items():
        others = [result.values[name] for result in papers[id].judged] or [value]
        low, high = min(others), max(others)
        near = max(high - low, 0.1, 0.1 * abs(high))
        assert low - near <= value <= high + near, name


@pytest.mark.parametrize("id", IDS)
def test_arms_exchanged_do_not_hold(id: str) -> None:
    paper, values = papers[id], judged(id).values
    a, b = map(paper.arm, paper.sides)
    if (a.architecture, a.task, a.task_options) == (b.architecture, b.task, b.task_options):
        swapped = {**runs(id), a.letter: runs(id)[b.letter], b.letter: runs(id)[a.letter]}
        assert not told(paper, paper.measure(swapped, paper.acts).values).holds
        with pytest.raises(InputError, match="is not arm"):
            paper.judge(swapped)
    else:
        letters = str.maketrans(a.letter + b.letter, b.letter + a.letter)
        assert not told(paper, values | {name.translate(letters): value for name, value in values.items()}).holds


@pytest.mark.parametrize("id", IDS)
def test_acts_that_do_nothing_do_not_hold(id: str) -> None:
    paper = papers[id]
    nothing = paper.measure(runs(id), dict.fromkeys(paper.acts, ()))
    assert not paper.act or (paper.acts and not told(paper, nothing.values).act_holds)


@pytest.mark.parametrize("id", IDS)
def test_what_fails_is_seen_to_fail(id: str) -> None:
    """Every bar by itself: a value on its other side turns it red."""
    paper, found = papers[id], judged(id)
    for bar in paper.bars:
        bounds = [bound + way for bound, way in ((bar.least, -0.01), (bar.most, 0.01)) if bound is not None]
        for value in (*bounds, float("nan")):
            wrong = told(paper, {**found.values, bar.value: value})
            assert not all(check.reached for check in wrong.checks if check.bar.value == bar.value), bar


@pytest.mark.parametrize("id", IDS)
def test_arms_differ_in_nothing_but_what_it_names(id: str) -> None:
    paper = papers[id]
    sides = [arm.recipe(0) for arm in paper.arms if not arm.beside]
    differing: set[str] = set()
    for one, other in combinations(sides, 2):
        if one.architecture != other.architecture:
            differing.add("architecture")
        groups = {"training": (one.training_options, other.training_options)}
        if one.architecture == other.architecture:
            groups["model"] = (one.model_options, other.model_options)
        if one.task == other.task:
            groups["task"] = (one.task_options, other.task_options)
        else:
            differing.add("task")
        for group, (mine, theirs) in groups.items():
            differing |= {f"{group}.{name}" for name, value in mine if dict(theirs)[name] != value}
    assert differing <= {*paper.differs, "task"}, "name it in `differs`, or make it equal"
    assert set(paper.differs) <= differing, "nothing of this differs"


@pytest.mark.parametrize("id", IDS)
def test_a_paper_is_whole(id: str) -> None:
    paper, found = papers[id], judged(id)
    letters = [arm.letter for arm in paper.arms]
    assert letters == sorted(letters) and len(set(letters)) == len(letters)
    assert len(paper.title.split()) <= 10
    assert paper.id == id and re.fullmatch(r"[a-z]+_\d{4}", id) and str(paper.source.year) in id
    for text in (paper.sentence, paper.limits):
        assert "{" not in found.filled(text)
    assert found.sentence.startswith("Reproduced with seed" if found.holds and found.control_holds else "Not reproduced")
    assert len(paper.question.options) == len(paper.question.edges) + 1 and paper.question.value in found.values
    assert list(paper.question.edges) == sorted(paper.question.edges, reverse=True)
    assert all(row.value in found.values and row.arm in letters and (not row.acts or row.acts in paper.acts) for row in paper.tries)
    assert found.values.keys() >= {bar.value for bar in paper.bars} and paper.criterion and paper.control
    assert found.lines and all(len(line.x) == len(line.y) and line.n > 0 for line in found.lines)
    assert Result.of(paper, found.json).checks == tuple(c._replace(value=round(c.value, 6)) for c in found.checks)
    assert repr(found).startswith(f"Result({id}, seed {SEED}: ") and found.table()[0] == ["what", "needs", "value", "reached"]
    for theme in PALETTES:
        figure = found.figure(theme)
        assert len(figure.data) >= len(found.lines) and found.told in str(figure.layout.meta)


@pytest.mark.parametrize("id", IDS)
def test_ten_seeds_judged_it_or_none(id: str) -> None:
    paper, results = papers[id], papers[id].judged
    if not results:
        assert paper.verdict == "not judged" and kept(id) == {}
        return
    assert [result.seed for result in results] == list(JUDGES) and {"machine", "date"} < kept(id).keys()
    assert median(result.seconds for result in results) <= MOST_SECONDS
    held = sum(result.holds and result.control_holds for result in results)
    assert paper.verdict == ("reproduced" if held >= 9 else "mixed" if held else "not reproduced")


def test_the_page_tells_what_is_kept() -> None:
    assert PAGE.read_text() == page(), "run `make papers`"


def test_wrong_answers_are_told_apart() -> None:
    """By hand: right, too early, too late, endless, other tokens; and one that is right though more is written behind its end."""
    target = torch.tensor([[5, 6, EOS, PAD]] * 6)
    written = torch.tensor([[5, 6, EOS, 7], [5, EOS, 0, 0], [5, 6, 6, EOS], [5, 6, 7, 8], [6, 5, EOS, 0], [5, 6, EOS, EOS]])
    batch = Batch(target, target)
    assert counted(written, batch) == {"early": 1, "late": 1, "endless": 1, "other": 1}
    assert counted(written[:, :2], batch) == {"early": 1, "late": 0, "endless": 5, "other": 0}


def test_what_is_no_paper_is_told() -> None:
    with pytest.raises(InputError, match="no paper here; there are: sutskever_2014"):
        papers["vaswani"]
    paper = papers["hinton_2006"]
    with pytest.raises(InputError, match="a run for each of its arms"):
        paper.judge({})
    with pytest.raises(InputError, match="seed is"):
        paper.run(-1)


def test_bars_and_numbers_in_words() -> None:
    bar = Bar("A", "", least=0.9)
    assert (bar.needs, bar.reached(0.9), bar.reached(0.89), bar.reached(float("nan"))) == ("≥ 90 %", True, False, False)
    assert Bar("A", "", least=0.99, most=1.05, unit="times").needs == "≥ 0.99 times, ≤ 1.05 times"
    assert [shown(v, "%") for v in (1.0, 0.0, 0.975, 0.9999, 0.0001, 0.5)] == ["100 %", "0 %", "97.5 %", "99.99 %", "0.01 %", "50 %"]
    assert shown(0.115, "points") == "11.5 points" and shown(3.388, "nats") == "3.39 nats" and shown(2.0, NUMBER) == "2"
    assert at(Line("A", (3.0, 4.0), (0.1, 0.2), 5), 4) == 0.2
