"""What tasks read, sample and hold back."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import tasks
from playground.errors import InputError
from playground.tasks import PictureTask, SequenceTask, TextTask, WritingTask, pad
from playground.tasks.digit_strings import DigitOptions, DigitStrings
from playground.tasks.registry import GROUPS
from playground.tasks.strokes import draw, pool
from playground.tasks.text import PooledSequence
from playground.vocabulary import EOS, MASK, PAD, Vocabulary, graphemes, normalise, visible

SEQUENCE = [id for id, task in tasks.tasks().items() if issubclass(task, DigitStrings)]
PICTURE = [id for id, task in tasks.tasks().items() if issubclass(task, PictureTask)]
PARTS = (("test", 50), ("test", 50), ("test", 90), ("validation", 50))
LENGTHS = [(low, high) for low in range(1, 13) for high in range(low, 13)]

any_text = st.text(st.characters(exclude_categories=()), max_size=300)  # lone surrogates and unassigned characters as well
nearly_right = st.text("0123456789 \n\t٣３²½-👩🏽\u200d\u200b\u202e\x00\ud83d<>é\u0301", max_size=40)


@pytest.mark.parametrize("task_id", SEQUENCE)
@given(text=any_text | nearly_right)
@settings(max_examples=150)
def test_any_text_is_read_or_refused_with_a_sentence(task_id: str, text: str) -> None:
    task = tasks.get(task_id)()
    try:
        tokens = task.parse(text)
    except InputError as error:
        assert str(error).endswith(".")
        assert str(error).isprintable() or "\n" not in str(error)
        str(error).encode(), [shown.encode() for shown, _ in error.tokens]  # fit to be sent
    else:
        assert 0 < len(tokens) <= task.max_source
        assert set(tokens) <= set(task.source_vocabulary.words)
        assert task.parse(" ".join(tokens)) == tokens


@pytest.mark.parametrize("task_id", SEQUENCE)
@pytest.mark.parametrize("text", ["31415", "3 1 4 1 5", "  3\t1\n415 ", "３１４１５", "³1⁴1⁵"])
def test_spellings_of_one_input(task_id: str, text: str) -> None:
    assert tasks.get(task_id)().parse(text) == ("3", "1", "4", "1", "5")


@pytest.mark.fault(2)
@pytest.mark.parametrize("task_id", SEQUENCE)
@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_typed_gets_a_hint(task_id: str, text: str) -> None:
    with pytest.raises(InputError, match="Type some digits, for example 3 1 4 1 5"):
        tasks.get(task_id)().parse(text)


@pytest.mark.fault(3)
@pytest.mark.parametrize("task_id", SEQUENCE)
def test_limits_of_length(task_id: str) -> None:
    task = tasks.get(task_id)()
    assert len(task.parse("7" * 24)) == 24
    assert len(task.parse("7" + " " * 199)) == 1
    for text, message in [
        ("7" * 25, "25 digits; at most 24"),
        (" " * 201, "201 characters; at most 200"),
        ("7" * 10_000, "10,000 characters"),
    ]:
        with pytest.raises(InputError, match=message):
            task.parse(text)


@pytest.mark.parametrize("task_id", SEQUENCE)
@pytest.mark.parametrize("given_input", [None, 31415, 3.5, True, b"31415", ["3", "1"], {"text": "3"}])
def test_only_text_is_read(task_id: str, given_input: object) -> None:
    with pytest.raises(InputError, match="must be text"):
        tasks.get(task_id)().parse(given_input)


@pytest.mark.fault(4, 6, 8)
@pytest.mark.parametrize(
    ("text", "chip"),
    [
        ("7", "7"),
        ("x", "x"),
        ("<", "<"),
        ("é", "é"),
        ("e\u0301", "é"),
        ("👩\u200d👩\u200d👧\u200d👦", "👩\u200d👩\u200d👧\u200d👦"),
        ("👍🏽", "👍🏽"),
        ("🇩🇪", "🇩🇪"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("5\ufe0f\u20e3", "5\ufe0f\u20e3"),
        ("\u200b", "U+200B"),
        ("\u200d", "U+200D"),
        ("\u202e", "U+202E"),
        ("\x00", "U+0000"),
        ("\x1b", "U+001B"),
        ("5\u200d", "5U+200D"),
        ("5\ufe0f", "5U+FE0F"),
        ("\ud800", "\ufffd"),
        ("\udc00", "\ufffd"),
        ("\ud83d\ude00", "😀"),
    ],
    ids=ascii,
)
def test_one_character_as_a_reader_counts_is_one_chip(text: str, chip: str) -> None:
    """Emoji of many code points stay whole; what cannot be seen is spelled out."""
    assert [visible(g) for g in graphemes(normalise(text))] == [chip]
    if chip != "7":
        with pytest.raises(InputError) as caught:
            tasks.get("reverse")().parse(f"1 {text} 2")
        assert caught.value.tokens == (("1", False), (chip, True), ("2", False))


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("नमस्ते", ["न", "म", "स्ते"]),
        ("กำลัง", ["กำ", "ลั", "ง"]),
        ("தமிழ்", ["த", "மி", "ழ்"]),
        ("שָׁלוֹם", ["שָׁ", "ל", "וֹ", "ם"]),
        ("한", ["한"]),
        ("a ́b", ["a", " ", "́", "b"]),
        ("🇫🇷🇩🇪🇫", ["🇫🇷", "🇩🇪", "🇫"]),
    ],
    ids=ascii,
)
def test_marks_belong_to_their_letter_in_every_script(text: str, letters: list[str]) -> None:
    assert graphemes(text) == letters


@pytest.mark.fault(1)
def test_unknown_tokens_are_marked_and_the_known_ones_named() -> None:
    with pytest.raises(InputError, match="‘x’ is not known to this model; it knows: 0 1 2 3 4 5 6 7 8 9") as caught:
        tasks.get("reverse")().parse("3 x 1")
    assert caught.value.tokens == (("3", False), ("x", True), ("1", False))


def test_markup_stays_literal_and_special_tokens_cannot_be_typed() -> None:
    with pytest.raises(InputError) as caught:
        tasks.get("reverse")().parse("<script>1</script>")
    assert "".join(chip for chip, _ in caught.value.tokens) == "<script>1</script>"
    assert "‘<’" in str(caught.value)
    with pytest.raises(InputError):
        Vocabulary("0123456789").encode(["<eos>"])


def test_vocabulary() -> None:
    plain, masked = Vocabulary("0123456789"), Vocabulary(["cat", "dog"], mask=True)
    assert plain.encode(["3", "1"]) == [6, 4] and len(plain) == 13
    assert masked.tokens[MASK] == "[MASK]" and masked.words == ("cat", "dog")
    assert plain.decode([1, 6, 0, 4, 2, 5]) == ("3", "1"), "up to the end token, without special ones"
    assert Vocabulary(str(i) for i in range(40)).allowed().endswith("27 … (40 in all)")


@pytest.mark.parametrize("task_id", SEQUENCE)
@pytest.mark.parametrize("lengths", LENGTHS[::7], ids=str)
def test_every_choice_of_lengths_can_be_sampled_and_held_out(task_id: str, lengths: tuple[int, int]) -> None:
    low, high = lengths
    task = tasks.get(task_id)(DigitOptions(low, high))
    for batch in (task.sample(40, torch.Generator().manual_seed(0)), *(task.held_out(part, 40) for part in ("validation", "test"))):
        count = len(batch)
        assert count == 40 or (high < 3 and count > 0), "of one or two digits there are few strings"
        assert batch.source.shape == (count, high) and batch.target.shape == (count, high + 1)
        real = (batch.source != PAD).sum(1)
        assert low <= int(real.min()) and int(real.max()) <= high
        assert (batch.mask is None) == (low == high), "no mask where nothing is padded"


def test_the_shortest_is_not_longer_than_the_longest() -> None:
    with pytest.raises(InputError, match="min_length is 5 and max_length is 4"):
        DigitOptions(5, 4)


@pytest.mark.parametrize("task_id", tasks.tasks())
def test_held_out_examples_are_always_the_same(task_id: str) -> None:
    first, again, more, other = (tasks.get(task_id)().held_out(part, count) for part, count in PARTS)
    assert torch.equal(first.source, again.source) and torch.equal(first.target, again.target)
    assert torch.equal(first.target, more.target[:50]), "asking for more begins with the same"
    assert not torch.equal(first.source, other.source)
    assert len(first) == 50


@pytest.mark.parametrize("task_id", tasks.tasks())
def test_every_draw_comes_from_the_generator_handed_in(task_id: str) -> None:
    task = tasks.get(task_id)()
    before = torch.get_rng_state()
    first = task.sample(20, torch.Generator().manual_seed(5))
    torch.manual_seed(99)
    assert torch.equal(first.source, task.sample(20, torch.Generator().manual_seed(5)).source)
    torch.set_rng_state(before)
    task.sample(20, torch.Generator()), task.held_out("test", 20)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("task_id", SEQUENCE)
def test_offered_inputs_can_be_read(task_id: str) -> None:
    task, generator = tasks.get(task_id)(), torch.Generator().manual_seed(0)
    for text in [*task.examples, task.pinned, *(task.random_text(generator) for _ in range(50))]:
        assert task.parse(text)


@pytest.mark.parametrize("task_id", PICTURE)
def test_pictures(task_id: str) -> None:
    """Numbers from 0 to 1, ten kinds where they are named, some ink and some paper in each; no held-out picture is a training picture."""
    task = tasks.get(task_id)()
    parts = {part: task.pictures(part) for part in ("train", "validation", "test")}
    for pictures, labels in parts.values():
        assert pictures.shape == (len(labels), 784) and pictures.dtype == torch.float32
        assert float(pictures.min()) == 0 and float(pictures.max()) <= 1
        assert bool((pictures.amax(1) > 0.5).all()), "a picture without ink"
        assert set(labels.tolist()) == (set(range(10)) if task.labelled else {0})
    train, validation, test = ({row.numpy().tobytes() for row in pictures} for pictures, _ in parts.values())
    assert not train & validation and not train & test and not validation & test
    assert len(test) == len(parts["test"][0]) >= (500 if task.labelled else 100)
    batch = task.sample(7, torch.Generator().manual_seed(0))
    assert torch.equal(batch.source, batch.target) and batch.mask is None


def test_strokes_are_the_same_on_every_start() -> None:
    """The pool is drawn from a fixed seed: drawing some of it anew gives the same pictures."""
    pictures, labels, factors = pool()
    pool.cache_clear()
    again = pool()
    assert torch.equal(pictures, again[0]) and torch.equal(labels, again[1])
    torch.testing.assert_close(draw(labels[100:110], factors[100:110]), pictures[100:110])


def test_factors_do_what_their_names_say() -> None:
    """Thicker lines leave more ink, an offset moves the picture, the slant tilts it."""
    one = torch.tensor([1])
    usual = torch.tensor([[0.0, 1.5, 9.0, 0.0, 0.0]])

    def drawn(index: int, value: float) -> torch.Tensor:
        factors = usual.clone()
        factors[0, index] = value
        return draw(one, factors).view(28, 28)

    plain = drawn(0, 0.0)
    assert drawn(1, 2.4).sum() > plain.sum() > drawn(1, 1.0).sum()
    torch.testing.assert_close(drawn(3, 2.0)[:, 2:], plain[:, :-2], atol=1e-5, rtol=0)
    torch.testing.assert_close(drawn(4, 1.0)[1:], plain[:-1], atol=1e-5, rtol=0)
    column = torch.arange(28.0)
    tilted = drawn(0, 0.4)
    top, bottom = ((rows.sum(0) * column).sum() / rows.sum() for rows in (tilted[:12], tilted[16:]))
    assert top > bottom + 2


def test_pad() -> None:
    tokens, mask = pad([[5, 6], [7]])
    assert tokens.tolist() == [[5, 6], [7, PAD]] and mask.tolist() == [[True, True], [True, False]]
    assert pad([[5]], width=3)[0].tolist() == [[5, PAD, PAD]]


@pytest.mark.fault(10)
@pytest.mark.parametrize("name", ["sorting", "", "REVERSE", None, 5, ["reverse"], "x" * 5000])
def test_unknown_tasks_are_refused_by_name(name: object) -> None:
    with pytest.raises(InputError, match=r"is not a task here; there are: .*reverse") as caught:
        tasks.get(name)
    assert len(str(caught.value)) < len(", ".join(tasks.tasks())) + 110


@pytest.mark.parametrize("task_id", [id for id, task in tasks.tasks().items() if issubclass(task, WritingTask)])
def test_targets_end_and_can_be_written_to_their_end(task_id: str) -> None:
    task = tasks.get(task_id)()
    for batch in (task.sample(300, torch.Generator().manual_seed(0)), task.held_out("test", 300)):
        lengths = torch.full((len(batch),), batch.source.shape[1]) if batch.mask is None else batch.mask.sum(1)
        for row, length in zip(batch.target.tolist(), lengths.tolist(), strict=True):
            assert row.count(EOS) == 1 and row.index(EOS) < task.max_steps(length)
            assert set(row[row.index(EOS) + 1 :]) <= {PAD}


@pytest.mark.parametrize("task_id", [id for id, task in tasks.tasks().items() if issubclass(task, TextTask)])
def test_sources_are_not_longer_than_what_may_be_typed(task_id: str) -> None:
    task = tasks.get(task_id)()
    assert task.longest().source.shape == (1, task.trained_lengths[1])
    assert max(task.trained_lengths[1], task.held_out("test", 300).source.shape[1]) <= task.max_source


def test_tasks_are_listed_in_the_order_of_teaching_and_in_groups() -> None:
    assert [task.id for task in tasks.ordered()][:4] == ["reverse", "copy", "sort", "addition"]
    groups = tasks.grouped()
    assert tuple(groups) == GROUPS and all(groups.values())
    assert sorted(task.id for group in groups.values() for task in group) == sorted(tasks.tasks())
    assert [task.id for task in groups["Pictures"]] == ["scenes", "digits", "strokes", "features"]


@pytest.mark.parametrize("task_id", tasks.tasks())
def test_what_is_watched_is_what_was_pinned(task_id: str) -> None:
    """The pinned input alone, and the same one before others."""
    task = tasks.get(task_id)()
    alone, more = task.watched(), task.watched(3, lambda batch: 4)
    assert len(alone.batch) == 1 and len(more.batch) == 4
    if task.shape:
        assert not alone.sources and not alone.right and not alone.pictures
        return
    assert len(alone.sources) == len(alone.right) == 1 and len(more.sources) == len(more.right) == 4
    assert alone.right == more.right[:1] != ((),)
    if task.kind in ("caption", "sound"):
        assert alone.sources == ((task.pinned,),) and len(alone.pictures) == 1 and len(more.pictures) == len(more.sources[0]) == 4
    else:
        assert alone.sources == more.sources[:1] == (task.perceive(task.pinned).tokens[: task.trained_lengths[1]],)


@pytest.mark.parametrize("task_id", tasks.tasks())
def test_a_trivial_guess_leaves_something_to_be_learned(task_id: str) -> None:
    task = tasks.get(task_id)()
    name, score = task.floor
    assert name and 0 <= score < (0.1 if task_id in PICTURE else 0.98)
    assert (task.guess_loss is None) == (not task.writes)


class Doubled(DigitStrings):
    id, title, description, example = "doubled", "Doubled", "Every digit twice.", "3 1 → 3 3 1 1"

    def rearrange(self, digits: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        return digits.repeat_interleave(2, dim=1)


def test_a_target_of_another_length_is_refused_with_a_sentence() -> None:
    for ask in (
        lambda: Doubled().held_out("test", 5),
        lambda: Doubled().sample(5, torch.Generator()),
        lambda: Doubled().answer(("3", "1")),
    ):
        with pytest.raises(InputError, match=r"^doubled: rearrange makes \(\d+, \d+\) digits of .* build on PooledSequence\.$"):
            ask()


@dataclass(frozen=True)
class Options:
    pass


class Repeated(PooledSequence):
    """`make` gives a letter `source` times, and `target` times in the answer."""

    id, title, description, example = "repeated", "Repeated", "A letter again and again.", "a a → a a a"
    source_vocabulary = target_vocabulary = Vocabulary("ab")
    examples, pinned, pool_size = ("a a",), "a a", 3
    Options: Any = Options
    source, target = 2, 3

    def make(self, random: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(random.choice("ab") for _ in range(self.source)), ("a",) * self.target

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...]:
        return ("a",) * self.target


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [(2, 8, r"has 8 tokens, and decoding stops after 8 with the end among them"), (25, 3, r"has 25 tokens; max_source allows 24")],
)
def test_examples_that_are_too_long_are_named(source: int, target: int, message: str) -> None:
    task = type("TooLong", (Repeated,), {"source": source, "target": target})
    with pytest.raises(InputError, match=f"^repeated: .*{message}"):
        task().sample(2, torch.Generator())


@pytest.mark.parametrize(
    ("base", "given_members", "message"),
    [
        (
            SequenceTask,
            {},
            "lacks id, title, description, example, Options, target_vocabulary, source_vocabulary, max_source, answer, examples",
        ),
        (Repeated, {"title": None}, "lacks title; its base says what each is"),
        (Repeated, {"kind": "sequences"}, "is of the kind 'sequences'; kinds are sequence, sentence, completion"),
        (Repeated, {"group": "Letters"}, "is in the group 'Letters'; groups are Digits"),
        (Repeated, {"reads": (str,)}, "reads what is no kind of Given"),
        (Repeated, {"Options": dict}, "has Options that are no dataclass of options"),
        (Repeated, {"id": "reverse"}, "has the id 'reverse', which is taken"),
    ],
)
def test_a_task_that_is_not_complete_is_refused_by_name(base: type[Any], given_members: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        tasks.register(type("Wrong", (base,), given_members))
    assert str(caught.value).startswith("The task Wrong of ") and message in str(caught.value) and str(caught.value).endswith(".")
    assert "repeated" not in tasks.tasks()
