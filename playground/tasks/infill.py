"""Guess the words that masks hide.

    word     source   the [MASK] sat on the mat                             target   cat
    spans    source   today two frogs [MASK] pond and a [MASK] the lake     target   jump into the / duck swims on

One mask for one word is how BERT learns to read; several masks for one to three words each, written out in order, is how T5
learns. Each animal does one thing in one place, number and tense agree, and so what is left tells what is hidden.

J. Devlin et al., "BERT", 2019; C. Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text
Transformer", 2020.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from random import Random

from ..options import choice
from ..vocabulary import SPECIALS, Vocabulary
from . import register
from .guesses import Followers
from .text import MAX_TEXT, PooledSequence, share_right

MASKED, BREAK = SPECIALS[3], "/"
BLANK = re.compile(r"_+|\.{3}|…|<mask>", re.IGNORECASE)
BEINGS = (  # one, many; does, do, did; where
    ("cat", "cats", "sits", "sit", "sat", "on the mat"),
    ("dog", "dogs", "sleeps", "sleep", "slept", "in the basket"),
    ("bird", "birds", "sings", "sing", "sang", "in the tree"),
    ("frog", "frogs", "jumps", "jump", "jumped", "into the pond"),
    ("horse", "horses", "runs", "run", "ran", "over the field"),
    ("child", "children", "plays", "play", "played", "in the garden"),
    ("mouse", "mice", "hides", "hide", "hid", "under the table"),
    ("duck", "ducks", "swims", "swim", "swam", "on the lake"),
    ("goat", "goats", "climbs", "climb", "climbed", "up the hill"),
    ("bee", "bees", "flies", "fly", "flew", "around the flower"),
)
ONE, MANY = ("the", "a", "this"), ("two", "these", "many")
TIMES = {"past": "yesterday", "present": "today"}
JOINTS = ("and", "while")


def _clauses(tense: str) -> tuple[str, ...]:
    ones = [f"{a} {one} {did if tense == 'past' else does} {where}" for one, _, does, _, did, where in BEINGS for a in ONE]
    return (*ones, *(f"{a} {many} {did if tense == 'past' else do} {where}" for _, many, _, do, did, where in BEINGS for a in MANY))


CLAUSES = {tense: _clauses(tense) for tense in TIMES}
_LATER = {tense: "\n".join(clauses) for tense, clauses in CLAUSES.items()}
_FIRST = {tense: "\n".join([*clauses, *(f"{TIMES[tense]} {c}" for c in clauses)]) for tense, clauses in CLAUSES.items()}
_WORDS = (*TIMES.values(), *JOINTS, *" ".join(sum(CLAUSES.values(), ())).split())


@dataclass(frozen=True)
class InfillOptions:
    blanks: str = choice("word", {"word": "one word", "spans": "spans of words"}, "Hidden", "What the masks hide")


@register
class Infill(PooledSequence):
    id = "infill"
    title = "Fill in the blanks"
    description = "Guess the words behind the masks from what is left of the sentence."
    example = "the [MASK] sat on the mat → cat"
    order = 140
    kind = "infill"
    unit = "word"
    untaught = "Either no filling makes this a sentence that was taught, or several do, so what is filled in is a guess."
    pool_size = 24_000  # single clauses repeat a lot
    Options = InfillOptions
    options: InfillOptions
    source_vocabulary = Vocabulary(dict.fromkeys(_WORDS), mask=True)
    target_vocabulary = Vocabulary([*dict.fromkeys(_WORDS), BREAK])

    @property
    def examples(self) -> tuple[str, ...]:
        if self.options.blanks == "word":
            return ("the [MASK] sat on the mat", "today two frogs [MASK] into the pond", "many bees flew around the [MASK]")
        return (
            "yesterday the cat [MASK] mat",
            "today two frogs [MASK] pond and a [MASK] the lake",
            "a mouse [MASK] the table while two [MASK] swam on the lake",
        )

    @property
    def pinned(self) -> str:
        return self.examples[0]

    def make(self, random: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
        tense, dated = random.choice(tuple(TIMES)), random.random() < 0.5
        clauses = [random.choice(CLAUSES[tense]).split() for _ in range(random.choice((1, 2)))]
        several = self.options.blanks == "spans"
        chosen = [i for i in range(len(clauses)) if several and random.random() < 0.7] or [random.randrange(len(clauses))]
        hidden: list[str] = []
        verbs = len(clauses)
        for i in chosen:
            verbs -= 1
            start, length = _span(random, several, dated or verbs > 0)
            hidden += [BREAK, *clauses[i][start : start + length]]
            clauses[i][start : start + length] = [MASKED]
        date = [TIMES[tense]] if dated else []
        if dated and not several and random.random() < 0.1:
            clauses[chosen[0]] = [hidden[1] if word == MASKED else word for word in clauses[chosen[0]]]
            date, hidden = [MASKED], [BREAK, *date]
        joint = [random.choice(JOINTS), *clauses[1]] if len(clauses) > 1 else []
        return (*date, *clauses[0], *joint), tuple(hidden[1:])

    def parse(self, text: str) -> tuple[str, ...]:
        """Lines or three dots in place of a word are masks."""
        return super().parse(BLANK.sub(f" {MASKED} ", text) if isinstance(text, str) and len(text) <= MAX_TEXT else text)

    def siblings(self, source: tuple[str, ...], answer: tuple[str, ...]) -> str:
        """One sentence, whatever is hidden of it."""
        return " ".join(_fill(source, answer))

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The hidden words if only one filling makes a sentence of the grammar, else None."""
        several = self.options.blanks == "spans"
        clauses = [" ".join(clause) for clause in _parted(source)]
        if len(clauses) > 2 or (several and f"{MASKED} {MASKED}" in " ".join(source)):
            return None
        word = "([a-z]+(?: [a-z]+){0,2})" if several else "([a-z]+)"
        patterns = [re.compile(rf"^{clause.replace(MASKED, word)}$", re.M) for clause in clauses]
        fillings: set[tuple[str, ...]] = set()
        for tense in TIMES:
            texts = (_FIRST[tense], _LATER[tense])
            ways = [{match.groups() for match in pattern.finditer(text)} for pattern, text in zip(patterns, texts, strict=False)]
            fillings |= {sum(way, ()) for way in product(*ways)}
        if len(fillings) != 1 or not (filling := fillings.pop()):
            return None
        return tuple(f" {BREAK} ".join(filling).split()) if several else filling

    def doubt(self, tokens: tuple[str, ...]) -> str | None:
        if MASKED not in tokens:
            return f"Nothing is hidden here: write {MASKED} in place of a word, and the model will fill it in."
        return super().doubt(tokens)

    @cached_property
    def baseline(self) -> tuple[str, float]:
        """The word that most often follows the one before the first mask; the commonest word where there is none."""
        train = self.pool.train
        texts = [self.source_vocabulary.decode(row) for row in train.source[:2000].tolist()]
        filled = [_fill(text, self.answer(text) or ()) for text in texts]
        followers = Followers([("", *text) for text in filled]).after
        return "word before", share_right(self, lambda s: (followers.get(("", *s)[s.index(MASKED)], "the"),))


def _span(random: Random, several: bool, dated: bool) -> tuple[int, int]:
    """Start and length of what is hidden of `the cat sat on the mat`. The verb only if something else tells the tense; never the start."""
    while True:
        start, length = random.randint(1, 5), random.randint(1, 3) if several else 1
        if start + length <= 6 and (dated or not start <= 2 < start + length) and (several or start != 4):
            return start, length


def _parted(source: tuple[str, ...]) -> list[list[str]]:
    clauses: list[list[str]] = [[]]
    for word in source:
        if word in JOINTS:
            clauses.append([])
        else:
            clauses[-1].append(word)
    return clauses


def _fill(source: tuple[str, ...], words: tuple[str, ...]) -> tuple[str, ...]:
    spans = iter(" ".join(words).split(f" {BREAK} "))
    return tuple(" ".join(next(spans, "") if word == MASKED else word for word in source).split())
