"""Mistakes in somebody's own task or architecture are told in a sentence, where it is registered or when its examples are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
import torch

from playground import InputError, models, tasks
from playground.models import Architecture
from playground.options import integer
from playground.tasks.text import PooledReader, PooledSequence
from playground.vocabulary import Vocabulary

LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Options:
    longest: int = integer(6, 3, 8, "Longest", "Letters in the longest training input")


class Own:
    """What both tasks have; each is right as it stands."""

    title, description, example, unit, id = "Own", "Somebody's own.", "a b → b", "letter", "own"
    source_vocabulary = Vocabulary(LETTERS)
    Options: Any = Options
    examples, pinned, pool_size, split_words = ("a b",), "a b c", 400, True

    def source(self, random: Random) -> tuple[str, ...]:
        return tuple(random.choice(LETTERS) for _ in range(random.randint(2, 6)))


class Writes(Own, PooledSequence):
    target_vocabulary = Vocabulary(LETTERS)

    def make(self, random: Random) -> Any:
        source = self.source(random)
        return source, source[:1]

    def answer(self, source: tuple[str, ...]) -> Any:
        return source[:1]


class Says(Own, PooledReader):
    kind, classes = "label", ("yes", "no")

    def make(self, random: Random) -> Any:
        source = self.source(random)
        return source, self.answer(source)[0]

    def answer(self, source: tuple[str, ...]) -> Any:
        return ("yes" if "a" in source else "no",)


class Tags(Says):
    kind = "tags"

    def make(self, random: Random) -> Any:
        source = self.source(random)
        return source, self.answer(source)

    def answer(self, source: tuple[str, ...]) -> Any:
        return tuple("yes" if letter == "a" else "no" for letter in source)


class Counts(Own, PooledReader):
    kind, classes = "number", ()

    def make(self, random: Random) -> Any:
        source = self.source(random)
        return source, len(source)

    def answer(self, source: tuple[str, ...]) -> Any:
        return (str(len(source)),)


def gives(value: Any) -> Any:
    return lambda self, *_: value


def makes(right: Any) -> Any:
    return lambda self, random: (self.source(random), right)


@pytest.fixture(autouse=True)
def registries() -> Iterator[None]:
    kept = [dict(tasks.registry._registry), dict(models._registry)]
    yield
    for registry, entries in zip((tasks.registry._registry, models._registry), kept, strict=True):
        registry.clear()
        registry |= entries


@pytest.mark.parametrize("task", [Writes, Says, Tags, Counts])
def test_each_is_right_as_it_stands(task: Any) -> None:
    tasks.register(task)
    made = task()
    assert len(made.sample(4, torch.Generator())) == len(made.held_out("test", 4)) == 4
    assert made.watched(2).right[0] == made.answer(made.parse(made.pinned))


WORDS = "it must be a tuple of words"
FAULTS: list[tuple[type[Any], dict[str, Any], str]] = [
    (Writes, {"make": gives("ab")}, "make gives 'ab'; it must give two things, a source and what is right for it"),
    (Writes, {"make": gives(("a", "b", "c"))}, r"make gives \('a', 'b', 'c'\); it must give two things"),
    (Writes, {"make": gives(("ab", ("a",)))}, "make gives the source 'ab'; it must be a tuple of words, one at least"),
    (Writes, {"make": gives((["a"], ("a",)))}, r"make gives the source \['a'\]; it must be a tuple of words"),
    (Writes, {"make": gives(((), ()))}, r"make gives the source \(\); it must be a tuple of words, one at least"),
    (Writes, {"make": gives((("z",), ("a",)))}, "make gives the source word 'z', which is not in source_vocabulary"),
    (Writes, {"make": makes("ab")}, f"make gives 'ab' for '.*'; {WORDS}"),
    (Writes, {"make": makes(["a"])}, rf"make gives \['a'\] for '.*'; {WORDS}"),
    (Writes, {"make": makes(None)}, f"make gives None for '.*'; {WORDS}"),
    (Writes, {"make": makes((1, 2))}, rf"make gives \(1, 2\) for '.*'; {WORDS}"),
    (Writes, {"make": makes(("z",))}, r"make gives \('z',\) for '.*'; 'z' is not among target_vocabulary: .*a, b"),
    (Writes, {"answer": gives("ab")}, f"answer gives 'ab' for 'a b c'; {WORDS}, of one word for a label or a number"),
    (Writes, {"answer": gives((1,))}, rf"answer gives \(1,\) for 'a b c'; {WORDS}"),
    (Writes, {"answer": gives(("z",))}, r"answer gives \('z',\) for 'a b c'; 'z' is not among target_vocabulary"),
    (Writes, {"make": gives((("a",), ("a",)))}, "make gives 1 different sources, of which none is left for .*; let it give a few hundred"),
    (Writes, {"pinned": "x y"}, "pinned has 'x y', which cannot be read: .*‘y’ are not known"),
    (Writes, {"pinned": 5}, "pinned has 5, which cannot be read: The input must be text"),
    (Writes, {"examples": ("a b", "z")}, "examples has 'z', which cannot be read: ‘z’ is not known"),
    (Writes, {"examples": "a b"}, "examples is 'a b'; it must be a tuple of texts"),
    (Writes, {"examples": (1,)}, "examples has 1, which cannot be read: The input must be text"),
    (Says, {"make": makes("maybe")}, "make gives 'maybe' for '.*'; it must be one of classes as text: yes, no"),
    (Says, {"make": makes(("yes",))}, r"make gives \('yes',\) for '.*'; it must be one of classes as text"),
    (Says, {"make": makes(0)}, "make gives 0 for '.*'; it must be one of classes as text"),
    (Says, {"answer": gives("yes"), "make": makes("yes")}, f"answer gives 'yes' for 'a b c'; {WORDS}, of one word for a label"),
    (Says, {"answer": gives(("maybe",)), "make": makes("yes")}, r"answer gives \('maybe',\) for 'a b c'; 'maybe' is not among classes"),
    (Tags, {"make": makes(("yes",))}, r"make gives \('yes',\) for '.*'; it must have one tag for each of the \d words"),
    (Tags, {"make": makes("yes")}, f"make gives 'yes' for '.*'; {WORDS}"),
    (Counts, {"make": makes("three")}, "make gives 'three' for '.*'; it must be a number"),
    (Counts, {"make": makes(float("nan"))}, "make gives nan for '.*'; it must be a number"),
    (Counts, {"answer": gives(3)}, f"answer gives 3 for 'a b c'; {WORDS}, of one word for a label or a number"),
]


@pytest.mark.parametrize(("base", "members", "message"), FAULTS, ids=lambda part: str(part)[:50])
def test_what_a_task_gives_is_looked_at_when_its_examples_are_made(base: Any, members: dict[str, Any], message: str) -> None:
    task = type("Faulty", (base,), members)
    with pytest.raises(InputError, match=f"^own: {message}") as caught:
        task().sample(2, torch.Generator())
    assert str(caught.value).endswith(".")


def test_an_answer_may_be_unknown() -> None:
    task = type("Silent", (Says,), {"answer": gives(None), "make": makes("yes")})
    assert len(task().held_out("test", 3)) == 3 and task().watched().right == ((),)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"id": 5}, "has the id 5; it must be text"),
        ({"id": "my/task"}, "has the id 'my/task'; it must be small letters, digits and _, such as my_task"),
        ({"id": "../x"}, "has the id '../x'; it must be"),
        ({"title": ("a",)}, r"has the title ('a',); it must be text"),
        ({"order": "first"}, "has the order 'first'; it must be a number"),
        ({"reads": str}, "reads what is no kind of Given"),
        ({"Options": Options()}, "has Options that are no dataclass of options"),
    ],
)
def test_what_a_task_is_is_looked_at_when_it_is_registered(members: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        tasks.register(type("Faulty", (Writes,), members))
    assert message in str(caught.value) and "own" not in tasks.tasks()


@pytest.mark.parametrize("value", [None, 5, "task", object, Writes()], ids=lambda value: repr(value).split(" at ")[0])
def test_what_is_no_task_or_architecture_is_not_registered(value: Any) -> None:
    with pytest.raises(InputError, match="is no class of task"):
        tasks.register(value)
    with pytest.raises(InputError, match="What is registered is an Architecture"):
        models.register(value)


def test_a_model_must_be_of_the_kind_that_was_said() -> None:
    usual = models.get("seq2seq")
    entry = Architecture(**{**vars(usual), "id": "mine", "kind": "reader", "learns": ("label",)})
    with pytest.raises(InputError, match="mine builds an EncoderDecoder; as a reader it must build a Reader"):
        entry.make(tasks.get("reverse")(), usual.Options())
