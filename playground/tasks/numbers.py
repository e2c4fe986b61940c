"""Numbers in words, from one language to another, or from and to digits.

    source   twenty one
    target   e i n u n d z w a n z i g <eos>

German says one-and-twenty, French says four-twenties-ten-nine: the parts cross, split and merge. English, French and Spanish
are read and written word by word; German and Italian, which write a number as one word, by characters. The words are
num2words'. The word for zero is a part of no other number: nothing could be learned of it from the others, so it is taught itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from random import Random

from ..errors import InputError
from ..options import choice, integer
from ..vocabulary import Vocabulary, normalise
from . import register
from .base import Guess
from .guesses import scored
from .text import MAX_TEXT, Example, PooledSequence, bare
from .typed import DASHES, ungrouped

LANGUAGES = {"en": "English", "fr": "French", "de": "German", "es": "Spanish", "it": "Italian", "digits": "digits"}
ITALIAN_THREE = re.compile(r"(?<=[a-z])tre$", re.IGNORECASE)  # has an accent at the end of a longer word
LOOSE = {  # what makes spellings of one number alike, applied one after the other to words in small letters without accents
    "en": ((r"\band\b|[\s,-]", " "), (r"\ba\b|^ *(?=hundred|thousand)", "one"), (r" ", "")),
    "fr": ((r"\bet\b|[\s,-]", " "), (r"(?<=cent|ingt|ille)s\b", ""), (r" ", "")),
    "de": ((r"[\s,-]", ""), (r"([aou])e", r"\1"), (r"(?:ein)?(hun|tau)[ds]e[nr][dt]", r"\1"), (r"und", "")),
    "es": ((r"\by\b|[\s,-]", ""),),
    "it": ((r"\be\b|[\s,-]", ""), (r"oo", "o")),
    "digits": (),
}
IN_WORDS = ("en", "fr", "es")  # the others are read and written by characters


@dataclass(frozen=True)
class NumberOptions:
    source: str = choice("en", LANGUAGES, "From", "The language that is read")
    target: str = choice("de", LANGUAGES, "To", "The language that is written")
    digits: int = integer(4, 3, 4, "Digits", "Of the largest number: 3 for 1 to 999, 4 for 0 to 9999")

    def __post_init__(self) -> None:
        if self.source == self.target:
            raise InputError(f"source and target are both {self.source}; choose two different ones of {', '.join(LANGUAGES)}.")


@register
class Numbers(PooledSequence):
    id = "numbers"
    title = "Numbers in words"
    description = "Read a number in one language, write it in another: twenty-one becomes einundzwanzig. The parts cross."
    example = "twenty-one → einundzwanzig"
    order = 60
    pool_size = 40_000  # few of the long ones are drawn twice
    corner_share = 0.1  # zero is learned from itself alone
    Options = NumberOptions
    options: NumberOptions
    untaught = "This is no number that was taught, so the answer is a guess."

    def __init__(self, options: NumberOptions | None = None) -> None:
        super().__init__(options)
        source, digits = self.options.source, self.options.digits
        self.split_words = source in IN_WORDS
        self.max_source = 12 if self.split_words else 8 if source == "digits" else 48
        self.source_vocabulary = _vocabulary(source, digits, reading=True)
        self.target_vocabulary = _vocabulary(self.options.target, digits, reading=False)

    @property
    def unit(self) -> str:
        return "word" if self.split_words else "digit" if self.options.source == "digits" else "character"

    @cached_property
    def examples(self) -> tuple[str, ...]:
        return tuple(written(self.options.source, n) for n in (21, 379, 10**self.options.digits - 1))

    @cached_property
    def pinned(self) -> str:
        return written(self.options.source, 345)

    def guesses(self) -> Iterator[Guess]:
        yield from super().guesses()
        yield from scored(
            self,
            {
                "part by part in the same order": lambda source: self._joined(self._parts(source)),
                "part by part from the end": lambda source: self._joined(self._parts(source)[::-1]),
                "part by part, the last two exchanged": lambda source: self._joined(_exchanged(self._parts(source), self._between)),
            },
        )

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        names = ("one digit", "two digits", "three digits", "four digits")[: self.options.digits]
        return {name: partial(self._has, n) for n, name in enumerate(names, 1)}

    def make(self, random: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
        n = random.randrange(1, 10 ** random.randint(1, self.options.digits))  # small ones as often as large ones
        return read(self.options.source, n), write(self.options.target, n)

    def siblings(self, source: tuple[str, ...], answer: tuple[str, ...]) -> str:
        """One number, in whatever language."""
        return str(value(self.options.source, source))

    def edges(self) -> Iterator[Example]:
        """What is built of no other number, and round ones."""
        digits = self.options.digits
        for n in (*range(digits < 4, 21), *range(30, 100, 10), *range(100, 1000, 100), *range(1000, 10**digits, 1000)):
            yield read(self.options.source, n), write(self.options.target, n)

    def parse(self, text: str) -> tuple[str, ...]:
        """Words or characters. A number that is written in another way, also in digits, is read as its language writes it."""
        if isinstance(text, str) and len(text) <= MAX_TEXT:
            text = spelled(text)
            n = meant(self.options.source, text)
            if n is None and self.options.source != "digits":
                self._refuse_beyond(text)
                text = re.sub("[-,]", " ", text)
            elif n is not None:
                text = " ".join(read(self.options.source, n))
        return super().parse(text)

    def spell(self, source: tuple[str, ...]) -> str:
        n = value(self.options.source, source)
        return super().spell(source) if n is None else written(self.options.source, n)

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        n = value(self.options.source, source)
        return None if n is None else write(self.options.target, n)

    def doubt(self, tokens: tuple[str, ...]) -> str | None:
        low, high = int(self.options.digits < 4), 10**self.options.digits - 1
        figures = "".join(tokens)
        n = int(figures) if figures.isdecimal() else value(self.options.source, tokens)
        if n is not None and not low <= n <= high:
            return f"The number {n:,} lies outside {low} to {high:,}, all that the model was taught, so the answer is a guess."
        return super().doubt(tokens)

    def _refuse_beyond(self, text: str) -> None:
        """Raises InputError for digits of a number that has no words here."""
        if text.isdecimal():
            shown = f"{int(text):,}" if len(text) <= 20 else f"{text[:20]}…"
            raise InputError(f"The number {shown} lies outside 0 to 9,999, all that is read. Type a smaller one, such as 345.")

    def join(self, tokens: tuple[str, ...]) -> str:
        return " ".join(tokens).replace("- ", "-") if self.options.target in IN_WORDS else "".join(tokens)

    def max_steps(self, source_length: int) -> int:
        return 8 + (12 if self.options.target in IN_WORDS else 40)

    def _has(self, digits: int, source: tuple[str, ...]) -> bool:
        return len(str(value(self.options.source, source))) == digits

    def _parts(self, source: tuple[str, ...]) -> list[str]:
        """What a dictionary of numbers up to twenty, tens, and words for hundred and thousand gives for each part."""
        meanings = _dictionary(self.options.source, self.options.target)
        text = (" " if self.split_words else "").join(source)
        return [meanings[part] for part in re.findall("|".join(sorted(meanings, key=lambda part: -len(part))), text)]

    @property
    def _between(self) -> str:
        """What the language written puts between the parts of 34, where it turns them around."""
        three, four, both = (written(self.options.target, n) for n in (30, 4, 34))
        return both[len(four) : -len(three)] if both.startswith(four) else ""

    def _joined(self, parts: list[str]) -> tuple[str, ...]:
        in_words = self.options.target in IN_WORDS
        return tuple(" ".join(parts).replace("-", "- ").split()) if in_words else tuple("".join(parts))


@lru_cache(maxsize=60_000)
def written(language: str, n: int) -> str:
    """A number as its language writes it: 21 is twenty-one, vingt et un, einundzwanzig."""
    if language == "digits":
        return str(n)
    from num2words import num2words

    words = num2words(n, lang=language).replace(",", "")
    return ITALIAN_THREE.sub("tré", words) if language == "it" else words  # num2words leaves it off centoventitré


@lru_cache(maxsize=60_000)
def read(language: str, n: int) -> tuple[str, ...]:
    """A number as source tokens: words without their hyphens, or characters."""
    return tuple(written(language, n).replace("-", " ").split()) if language in IN_WORDS else tuple(written(language, n))


@lru_cache(maxsize=60_000)
def write(language: str, n: int) -> tuple[str, ...]:
    """A number as target tokens: words that keep the hyphen after them, or characters."""
    return tuple(written(language, n).replace("-", "- ").split()) if language in IN_WORDS else tuple(written(language, n))


def value(language: str, source: tuple[str, ...]) -> int | None:
    """The number up to 9,999 that these source tokens write, None if none does."""
    return _values(language).get(source)


@lru_cache(maxsize=8)
def _values(language: str) -> dict[tuple[str, ...], int]:
    return {read(language, n): n for n in range(10_000)}


def meant(language: str, text: str) -> int | None:
    """The number up to 9,999 that was typed, in digits or in words (`spelled`), None if it is none."""
    if digits := re.fullmatch(r"0*(\d{1,4})", text):
        return int(digits[1])
    return _loosely(language).get(loose(language, text))


def spelled(text: str) -> str:
    """What was typed with plain hyphens, nothing between thousands and no marks at its end."""
    return ungrouped(re.sub(f"[{DASHES}]", "-", normalise(text)).strip(" \t\n.!?…"))


def loose(language: str, text: str) -> str:
    """The same for all spellings of one number."""
    text = bare(text)
    for pattern, by in LOOSE[language]:
        text = re.sub(pattern, by, text)
    return text


@lru_cache(maxsize=8)
def _loosely(language: str) -> dict[str, int]:
    return {loose(language, written(language, n)): n for n in range(10_000)}


@lru_cache(maxsize=16)
def _vocabulary(language: str, digits: int, reading: bool) -> Vocabulary:
    beyond = [n + one for n in [*range(100, 1000, 100), *range(1000, 10**digits, 1000)] for one in (0, 1)]
    zero = [0] if digits == 4 else []
    tokens = dict.fromkeys(token for n in [*range(1, 100), *beyond, *zero] for token in (read if reading else write)(language, n))
    return Vocabulary(tokens if language in (*IN_WORDS, "digits") else sorted(tokens))


@lru_cache(maxsize=16)
def _dictionary(source: str, target: str) -> dict[str, str]:
    if source == "digits":
        return {str(n): written(target, n) for n in range(10)}
    names = {written(source, n): written(target, n) for n in (*range(1, 21), *range(30, 101, 10))}
    return names | {_multiplier(source, n): _multiplier(target, n) for n in (100, 1000)}


def _multiplier(language: str, n: int) -> str:
    """The word for hundred or thousand behind a number: what follows "two"."""
    return written(language, 2 * n).removeprefix(written(language, 2)).strip()


def _exchanged(parts: list[str], between: str) -> list[str]:
    return [*parts[:-2], between.join(parts[:-3:-1])]
