"""The reading tasks against second checkers, written from what the tasks promise and not from their code."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import tasks
from playground.errors import InputError
from playground.tasks.infill import InfillOptions
from playground.tasks.parts import part_of
from playground.tasks.text import Pooled

Words = tuple[str, ...]
VARIANTS: dict[str, tuple[str, Any]] = {
    "sentiment": ("sentiment", None),
    "entities": ("entities", None),
    "total": ("total", None),
    "pronouns": ("pronouns", None),
    "word": ("infill", InfillOptions("word")),
    "spans": ("infill", InfillOptions("spans")),
    "completion": ("completion", None),
}
every = pytest.mark.parametrize("variant", VARIANTS)
seeds = st.integers(0, 2**32)


def build(variant: str) -> Any:
    id, options = VARIANTS[variant]
    return tasks.get(id)(options)


def as_words(task: Any, answer: Any) -> Words:
    """What `make` says is right, as `answer` writes it."""
    return answer if isinstance(answer, tuple) else (str(answer),)


def verdict(source: Words) -> Words:
    """Negative words and negations of the clause that decides, counted: the last one, or the first where "although" stands behind it."""
    behind = source.index("although") if "although" in source[1:] else len(source)
    last = source[max([-1, *[i for i, w in enumerate(source) if w in ("but", ",")]]) + 1 : behind]
    turns = [
        w for w in last if w in ("not", "never", "hardly", "bad", "dull", "boring", "weak", "poor", "slow", "hate", "regret", "dislike")
    ]
    return ("negative" if len(turns) % 2 else "positive",)


def added_up(source: Words) -> Words:
    digits = dict(zip("zero one two three four five six seven eight nine ten eleven twelve".split(), map(str, range(13)), strict=True))  # noqa: SIM905
    return (str(eval("".join({"plus": "+", "minus": "-"}.get(w) or digits[w] for w in source))),)


def named(source: Words) -> Words:
    """Read from left to right: prepositions tell dates and places, two names in a row are a person or an institution."""
    months, years, firms = ("April", "May", "June", "August"), ("1998", "2007", "2019"), ("Ford", "Chase", "Morgan", "Dell")
    tags: list[str] = []
    while (i := len(tags)) < len(source):
        word, after, last = source[i], source[i + 1 : i + 2], source[i - 1] if i else ""
        following = after[0] if after else ""
        if word == "on":
            tags += ["date"] * 2
        elif word == "in" and following in (*months, *years):
            tags += ["date"] * (3 if following in months and source[i + 2 : i + 3] and source[i + 2] in years else 2)
        elif word.islower():
            tags += ["other"]
        elif following in ("Bank", "Museum", "Institute"):
            tags += ["organisation"] * 2
        elif following in (*firms, "Lind", "Okoye"):
            tags += ["person"] * 2
        elif word in firms:
            tags += ["organisation"]
        else:
            tags += ["place" if last in ("in", "from", "left") or (last == "to" and source[i - 2] != "wrote") else "person"]
    return tuple(tags)


GROUPS = {
    "Anna Lena Maria Zoe": ("She", "her"),
    "Ravi Omar Tom Luis": ("He", "him"),
    "dog cat robot": ("It",),
    "twins teachers children": ("They", "them"),
}


def meant(source: Words) -> Words:
    told, asked, fitting = parted(source)
    return next((w,) for w in reversed(told) if w in fitting and w not in asked)


def last_fitting(source: Words) -> str:
    """As above, by somebody who does not know that nobody of the pronoun's own sentence is meant."""
    told, _, fitting = parted(source)
    return next(w for w in reversed(told) if w in fitting)


def parted(source: Words) -> tuple[Words, Words, list[str]]:
    """What is told, the pronoun's sentence, and the names that the pronoun fits."""
    place = max(i for i, w in enumerate(source) if any(w in pronouns for pronouns in GROUPS.values()))
    start = max(i for i in range(place) if source[i] == ".")
    return source[:start], source[start:], next(names.split() for names, pronouns in GROUPS.items() if source[place] in pronouns)


HABITS = {
    "cat": ("cats", "sits sit sat", "on the mat"),
    "dog": ("dogs", "sleeps sleep slept", "in the basket"),
    "bird": ("birds", "sings sing sang", "in the tree"),
    "frog": ("frogs", "jumps jump jumped", "into the pond"),
    "horse": ("horses", "runs run ran", "over the field"),
    "child": ("children", "plays play played", "in the garden"),
    "mouse": ("mice", "hides hide hid", "under the table"),
    "duck": ("ducks", "swims swim swam", "on the lake"),
    "goat": ("goats", "climbs climb climbed", "up the hill"),
    "bee": ("bees", "flies fly flew", "around the flower"),
}


def is_sentence(sentence: Words) -> bool:
    tenses = set()
    if sentence[0] in ("yesterday", "today"):
        tenses.add(sentence[0])
        sentence = sentence[1:]
    joint = next((i for i, w in enumerate(sentence) if w in ("and", "while")), len(sentence))
    for clause in (sentence[:joint], sentence[joint + 1 :])[: 1 + (joint < len(sentence))]:
        if len(clause) != 6:
            return False
        article, being, verb, *where = clause
        one = article in ("the", "a", "this")
        found = [habit for name, habit in HABITS.items() if being == (name if one else habit[0])]
        if not found or (not one and article not in ("two", "these", "many")) or " ".join(where) != found[0][2]:
            return False
        does, do, did = found[0][1].split()
        if verb not in (does if one else do, did):
            return False
        tenses.add("yesterday" if verb == did else "today")
    return len(tenses) == 1


def filled(source: Words, spans: list[Words]) -> Words:
    rest = iter(spans)
    return sum(((next(rest) if w == "[MASK]" else (w,)) for w in source), ())


def spans(answer: Words) -> list[Words]:
    return [tuple(part.split()) for part in " ".join(answer).split(" / ")]


def story(source: Words) -> Words:
    """The rest of the story, put together from the words of its beginning."""
    owner, animals, weather = source[: source.index(".")], source[source.index(".") - 1], source[source.index("comes") - 1]
    several, pair = source[source.index(".") - 2] != "a", "and" in owner
    she = owner[0] in ("Anna", "Lena", "Maria", "Zoe")
    out = weather in ("sun", "summer")
    verb = ("let" if out else "call") + ("" if pair else "s")
    told = source[source.index(".", source.index("comes")) + 1 :]
    subject, whose = ("They", "their") if pair else ("She", "her") if she else ("He", "his")
    ending = ("run" if out else "sleep") + ("" if several else "s")
    whole = (subject, verb, whose, animals, "out" if out else "in", "and", "they" if several else "it", ending, ".")
    assert whole[: len(told)] == told
    return whole[len(told) :]


CHECKERS: dict[str, Callable[[Words], Words]] = {
    "sentiment": verdict,
    "total": added_up,
    "entities": named,
    "pronouns": meant,
    "completion": story,
}


@every
@given(seed=seeds)
@settings(max_examples=60)
def test_what_is_made_is_read_back_and_right(variant: str, seed: int) -> None:
    task: Pooled = build(variant)
    source, answer = task.make(Random(seed))
    wanted = as_words(task, answer)
    assert task.parse(task.spell(source)) == source
    assert task.answer(source) == wanted
    if variant in CHECKERS:
        assert CHECKERS[variant](source) == wanted
    else:
        assert is_sentence(filled(source, spans(wanted) if variant == "spans" else [(w,) for w in wanted]))


@given(seed=seeds)
@settings(max_examples=40)
def test_only_one_word_fits_a_mask(seed: int) -> None:
    task = build("word")
    source, answer = task.make(Random(seed))
    assert [w for w in task.source_vocabulary.words if is_sentence(filled(source, [(w,)]))] == list(answer)


@every
@given(data=st.data())
@settings(max_examples=60)
def test_any_words_get_an_answer_or_none(variant: str, data: st.DataObject) -> None:
    """And an answer only where each source of the grammar would get it: the second checker agrees or has none."""
    task = build(variant)
    words = [*task.source_vocabulary.words, *(["[MASK]"] if task.kind == "infill" else [])]
    source = tuple(data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=task.max_source)))
    answer = task.answer(source)
    assert answer is None or all(isinstance(w, str) for w in answer)
    if answer is not None and task.kind == "infill":
        assert is_sentence(filled(source, spans(answer) if variant == "spans" else [(w,) for w in answer]))
    elif answer is not None:
        assert CHECKERS[variant](source) == answer


@every
@given(text=st.text(st.characters(exclude_categories=()), max_size=60))
@settings(max_examples=40)
def test_any_text_is_read_or_refused(variant: str, text: str) -> None:
    task = build(variant)
    try:
        assert 0 < len(task.parse(text)) <= task.max_source
    except InputError as error:
        assert str(error)


@every
def test_nothing_held_out_is_trained_on_and_lengths_are_mixed(variant: str) -> None:
    task = build(variant)
    train = {task.source_vocabulary.decode(row) for row in task.pool.train.source.tolist()}
    held = set(task.pool.test_sources)
    assert not train & held and len(train) > 4_000 and len(held) > 400
    assert all(part_of(task.siblings(source, task.answer(source))) == "test" for source in held)
    low, high = task.trained_lengths
    assert low < high <= task.max_source


@pytest.mark.parametrize(
    ("variant", "best", "low", "high"),
    [
        ("sentiment", "the last clause alone", 0.8, 0.9),  # "although" behind, a quarter of all, halves of which agree
        ("entities", "word look-up with the words before and after", 0.9, 0.98),  # a place is one behind "in" or "from"
        ("total", "the answer of the most similar text", 0.2, 0.3),
        ("pronouns", "first name of the gender", 0.5, 0.65),
        ("word", "the words before and after", 0.6, 0.75),
        ("spans", "the words before and after", 0.5, 0.65),
        ("completion", "the answer of the most similar text", 0.25, 0.4),
    ],
)
def test_the_best_cheap_rule_fails(variant: str, best: str, low: float, high: float) -> None:
    name, score = build(variant).baseline
    assert name == best and low <= score <= high


@pytest.mark.parametrize(
    ("variant", "guess", "high"),
    [
        ("sentiment", "bag of words", 0.6),
        ("sentiment", "every word of blame and every negation turns", 0.65),
        ("entities", "word look-up", 0.3),
        ("total", "bag of words", 0.1),
        ("pronouns", "nearest name", 0.3),
        ("pronouns", "last name of the gender before its sentence", 0.55),
        ("word", "the word before", 0.5),
        ("spans", "the word before", 0.3),
        ("completion", "5-gram", 0.06),
    ],
)
def test_what_the_task_is_made_to_defeat_stays_defeated(variant: str, guess: str, high: float) -> None:
    assert dict(build(variant).guesses())[guess] <= high


def test_half_of_the_pronouns_need_that_nobody_of_their_own_sentence_is_meant() -> None:
    """Counted by the second checker: dropping the rule gives another name for half of the texts, as subjects and as objects."""
    task = build("pronouns")
    made = [task.make(Random(seed)) for seed in range(2_000)]
    assert all(meant(source) == (answer,) for source, answer in made)
    needy = [(source, answer) for source, answer in made if answer != last_fitting(source)]
    assert 0.45 < len(needy) / len(made) < 0.55
    subjects = sum(not {"She", "He", "It", "They"}.isdisjoint(source) for source, _ in needy)
    assert 0.5 < subjects / len(needy) < 0.65, "four pronouns are subjects, three are objects"


def test_a_quarter_of_the_reviews_is_decided_by_their_first_clause() -> None:
    task = build("sentiment")
    made = [task.make(Random(seed)) for seed in range(2_000)]
    assert all(verdict(source) == (answer,) for source, answer in made)
    assert 0.2 < sum("although" in source[1:] for source, _ in made) / len(made) < 0.3


@pytest.mark.parametrize(
    ("variant", "text", "answer"),
    [
        ("sentiment", "Not a BAD film", ("positive",)),
        ("sentiment", "the film was good but i do not like the plot", ("negative",)),
        ("sentiment", "a great film although the cast was bad", ("positive",)),
        ("sentiment", "I never enjoy the plot although the camera was good", ("negative",)),
        ("sentiment", "although a great film although the cast was bad", None),
        ("sentiment", "film bad", None),
        ("total", "3 + 12 − 5", ("10",)),
        ("total", "12-7", ("5",)),
        ("entities", "paris flew to jordan", None),
        ("entities", "in May Paris flew to Jordan", ("date", "date", "person", "other", "other", "place")),
        ("pronouns", "anna met ravi. she smiled", ("Anna",)),
        ("pronouns", "Omar met Tom . Ravi saw him .", ("Tom",)),
        ("pronouns", "Zoe called Lena. Lena helped her.", ("Zoe",)),
        ("pronouns", "Anna helped Zoe . She called Zoe", ("Anna",)),
        ("pronouns", "Anna helped Zoe . She called Anna", ("Zoe",)),
        ("pronouns", "the dog saw the cat. it met the cat", ("dog",)),
        ("pronouns", "Omar met Tom . She smiled", None),
        ("pronouns", "Ravi smiled . Ravi saw him", None),
        ("word", "the [mask] sat on the mat", ("cat",)),
        ("word", "two cats [MASK] on the mat", None),
        ("word", "the cat sat on the mat", None),
        ("spans", "today two frogs [MASK] pond and a [MASK] the lake", ("jump", "into", "the", "/", "duck", "swims", "on")),
        ("spans", "[MASK] [MASK] and " * 7 + "[MASK]", None),
        ("spans", "the [MASK] [MASK] mat", None),
        ("completion", "Anna has two dogs .", None),
        ("completion", "Anna have two dogs . At noon the sun comes over the hills by the sea .", None),
    ],
)
def test_examples(variant: str, text: str, answer: Words | None) -> None:
    task = build(variant)
    assert task.answer(task.parse(text)) == answer


@every
def test_offered_inputs_have_answers(variant: str) -> None:
    task = build(variant)
    for text in (*task.examples, task.pinned):
        assert task.answer(task.parse(text)), text


@pytest.mark.parametrize(
    ("variant", "text", "read_as", "answer"),
    [
        ("total", "eleven", None, "11"),
        ("total", "seven!", "seven", "7"),
        ("total", "3 + 4 = ?", "three plus four", "7"),
        ("sentiment", "I don't like the plot!", "i do not like the plot", "negative"),
        ("sentiment", "The film wasn’t good, but the music was great.", "the film was not good but the music was great", "positive"),
        (
            "entities",
            "Jordan met May in Paris, on Monday.",
            "Jordan met May in Paris on Monday",
            "person other person other place date date",
        ),
        ("pronouns", "Zoe called Lena. Lena helped her.", None, "Zoe"),
        ("pronouns", "Anna helped Zoe . She called Zoe", None, "Anna"),
        ("pronouns", "the dog met Anna. it slept!", "The dog met Anna . It slept .", "dog"),
        ("word", "The ___ sat on the mat.", "the [MASK] sat on the mat", "cat"),
        ("word", "yesterday, the dog slept in the … !", "yesterday the dog slept in the [MASK]", "basket"),
        ("completion", "tom has a cat. at noon the sun comes to the town on the river. he", None, "lets his cat out and it runs ."),
    ],
)
def test_what_is_written_in_another_way_is_read_in_one_that_was_taught_and_that_is_said(
    variant: str, text: str, read_as: str | None, answer: str
) -> None:
    task = build(variant)
    reading = task.perceive(text)
    assert (reading.read_as, " ".join(task.answer(reading.tokens) or ()), task.doubt(reading.tokens)) == (read_as, answer, None)


def test_a_beginning_without_its_last_full_stop_gets_it() -> None:
    task = build("completion")
    whole = task.parse(task.pinned)
    assert task.parse(task.pinned.removesuffix(".")) == whole != task.parse(task.pinned.removesuffix("sea ."))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2 3 4", "numbers one and two stand side by side"),
        ("3 + - 4", "signs plus and minus stand side by side"),
        ("-5", "begins with a sign"),
        ("three minus", "ends with a sign"),
    ],
)
def test_numbers_and_signs_take_turns(text: str, said: str) -> None:
    with pytest.raises(InputError, match=f"{said}.* for example: three plus twelve"):
        build("total").parse(text)


@pytest.mark.parametrize(
    ("variant", "text", "said"),
    [
        ("total", "1+2+3+4+5", "trained on lengths 1 to 7"),
        ("sentiment", "film bad", "no review as they were taught"),
        ("entities", "Paris Paris met Paris", "No sentence that was taught"),
        ("pronouns", "Omar met Tom . She smiled", "means somebody named before"),
        ("word", "the cat sat on the mat", "Nothing is hidden"),
        ("word", "two cats [MASK] on the mat", "or several do"),
        ("completion", "Anna has two dogs .", "leaves open how the story goes on"),
    ],
)
def test_what_lies_outside_what_was_taught_is_said_to_be_a_guess(variant: str, text: str, said: str) -> None:
    task = build(variant)
    assert said in (task.doubt(task.parse(text)) or "")


@every
def test_nothing_that_is_offered_or_taught_is_doubted(variant: str) -> None:
    task = build(variant)
    for text in (task.pinned, *task.examples, *(task.random_text(torch.Generator().manual_seed(seed)) for seed in range(20))):
        assert task.doubt(task.parse(text)) is None, text
