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
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from random import Random

from ..options import choice
from ..vocabulary import SPECIALS, Vocabulary
from . import register
from .base import Guess
from .guesses import scored
from .text import MAX_TEXT, Example, PooledSequence

MASKED, BREAK = SPECIALS[3], "/"
BLANK = re.compile(r"_+|\.{3}|…|<mask>|(?<!\S)(?:[–—]+|-{2,})(?!\S)", re.IGNORECASE)
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
NOUNS = {word for being in BEINGS for word in being[:2]}
VERBS = {word for being in BEINGS for word in being[2:5]}
PLACES = {word for being in BEINGS for word in being[5].split()} - {"the"}


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
        if self.options.blanks == "word" and (tokens.count(MASKED) > 1 or {*ONE, *MANY} & {*(self.answer(tokens) or ())}):
            return "The model was taught texts of which one word is hidden, and never the one before a noun, so this is a guess."
        return super().doubt(tokens)

    def edges(self) -> Iterator[Example]:
        """The longest sentences, of one being twice: a word is hidden, or as many of each clause as may be."""
        for tense, date in TIMES.items():
            for clause in CLAUSES[tense]:
                words = clause.split()
                if self.options.blanks == "word":
                    yield (date, *words, JOINTS[0], words[0], MASKED, *words[2:]), (words[1],)
                else:
                    hidden = [*words[:2], MASKED, words[5]]
                    yield (date, *hidden, JOINTS[1], *hidden), (*words[2:5], BREAK, *words[2:5])

    def guesses(self) -> Iterator[Guess]:
        """What most often stood behind the word before a mask, or between the two words beside it."""
        yield from super().guesses()
        train = self.pool.train
        behind: dict[str, Counter[str]] = defaultdict(Counter)
        between: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for row, target in zip(train.source.tolist(), train.target.tolist(), strict=True):
            hidden = " ".join(self.target_vocabulary.decode(target)).split(f" {BREAK} ")
            for (before, after), words in zip(_beside(self.source_vocabulary.decode(row)), hidden, strict=True):
                behind[before][words] += 1
                between[before, after][words] += 1

        def filled(source: tuple[str, ...], wide: bool) -> tuple[str, ...]:
            found = [between[beside] if wide and beside in between else behind[beside[0]] for beside in _beside(source)]
            return tuple(f" {BREAK} ".join(words.most_common(1)[0][0] if words else "" for words in found).split())

        yield from scored(
            self,
            {
                "the word before": lambda source: filled(source, wide=False),
                "the words before and after": lambda source: filled(source, wide=True),
            },
        )

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        """By what is hidden; of spans by how many there are, and whether a verb is among the words."""
        if self.options.blanks == "spans":
            return {
                "one span": lambda source: source.count(MASKED) == 1,
                "two spans": lambda source: source.count(MASKED) == 2,
                "a verb": partial(self._hides, VERBS),
            }
        kinds = {"a being": NOUNS, "a verb": VERBS, "where": PLACES, "when": {*TIMES.values()}}
        return {name: partial(self._hides, words) for name, words in kinds.items()}

    def _hides(self, words: set[str], source: tuple[str, ...]) -> bool:
        return not words.isdisjoint(self.answer(source) or ())


def _span(random: Random, several: bool, dated: bool) -> tuple[int, int]:
    """Start and length of what is hidden of `the cat sat on the mat`. The verb only if something else tells the tense; never the start."""
    while True:
        start, length = random.randint(1, 5), random.randint(1, 3) if several else 1
        if start + length <= 6 and (dated or not start <= 2 < start + length) and (several or start != 4):
            return start, length


def _beside(source: tuple[str, ...]) -> list[tuple[str, str]]:
    """The words before and after each mask, "" beyond the ends."""
    padded = ("", *source, "")
    return [(padded[i - 1], padded[i + 1]) for i, word in enumerate(padded) if word == MASKED]


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
