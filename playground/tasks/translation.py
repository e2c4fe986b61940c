"""English to French by a small grammar that writes both sides at once.

    source   the small red car does not see a tree
    target   la petite voiture rouge ne voit pas d' arbre <eos>

Colours go behind the noun, articles and adjectives follow its gender and number, "not" goes around the verb, a vowel changes
the word before it: word for word nothing comes out right. Every noun, verb and adjective is listed in `french` with its forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from ..vocabulary import Vocabulary
from . import register
from .base import Guess
from .french import (
    ADJECTIVE_OF,
    ADJECTIVES,
    BE,
    BEFORE,
    BEHIND,
    DETERMINERS,
    INTRANSITIVE,
    NOUN_OF,
    NOUNS,
    TRANSITIVE,
    VERB_OF,
    Adjective,
    Phrase,
    Sentence,
    as_taught,
)
from .guesses import scored
from .text import Example, PooledSequence
from .typed import articled

Words = tuple[str, ...]


@register
class Translation(PooledSequence):
    id = "translation"
    title = "English to French"
    description = "Translate sentences of a small grammar. Adjectives move behind the noun, everything agrees with it."
    example = "the red car → la voiture rouge"
    order = 70
    unit = "word"
    max_source = 16
    pool_size = 16_000
    untaught = "No sentence that was taught reads like this, so the translation is a guess."
    examples = ("the small red car sleeps", "these white birds do not see a tree", "my old horse looks for some beautiful flowers")
    pinned = "the small red car does not see the white house"

    source_vocabulary = Vocabulary(
        [*DETERMINERS, "an", *ADJECTIVE_OF, *NOUN_OF, *VERB_OF, "does", "do", "not", "for"],
    )
    target_vocabulary = Vocabulary(
        dict.fromkeys(
            ["le", "la", "l'", "les", "un", "une", "des", "de", "d'", "ce", "cet", "cette", "ces", "mon", "ma", "mes", "ne", "n'", "pas"]
            + [form for a in ADJECTIVES for form in a[1:] if form]
            + [form for n in NOUNS for form in n[2:4]]
            + [form for v in (*TRANSITIVE, *INTRANSITIVE, BE) for form in v[2:4]]
        )
    )

    @dataclass(frozen=True)
    class Options:
        pass

    def guesses(self) -> Iterator[Guess]:
        yield from super().guesses()
        yield from scored(
            self,
            {
                "word by word": word_by_word,
                "word by word, colours behind the noun": lambda source: word_by_word(colours_behind(source)),
                "word by word, colours behind and articles by gender": lambda source: word_by_word(colours_behind(source), by_gender=True),
            },
        )

    @property
    def rules(self) -> Mapping[str, Callable[[Words], bool]]:
        return {
            "an adjective in front": lambda source: _has(source, BEFORE),
            "an adjective behind": lambda source: _has(source, BEHIND),
            "plural": lambda source: any(NOUN_OF[word][1] for word in source if word in NOUN_OF),
            "negated": lambda source: "not" in source,
            "a vowel changes the word before it": lambda source: not CHANGED.isdisjoint(self.answer(source) or ()),
        }

    def make(self, random: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
        sentence = draw(random)
        return sentence.english(), sentence.french()

    def doubt(self, tokens: tuple[str, ...]) -> str | None:
        """Also adjectives in another number or order than any that were taught."""
        sentence = understand(tokens)
        phrases = [] if sentence is None else [phrase for phrase in (sentence.subject, sentence.object) if phrase]
        return super().doubt(tokens) or (None if all(as_taught(phrase.adjectives) for phrase in phrases) else self.untaught)

    def edges(self) -> Iterator[Example]:
        """Every noun alone behind every determiner, and the longest sentence of each noun."""
        for noun in NOUNS:
            for determiner, numbers in DETERMINERS.items():
                for sentence in [Sentence(Phrase(determiner, (), noun, plural)) for plural in numbers]:
                    yield sentence.english(), sentence.french()
            subject, object = (Phrase(word, (BEFORE[i], BEHIND[i]), noun, plural=True) for i, word in enumerate(("the", "some")))
            sentence = Sentence(subject, TRANSITIVE[-1], negated=True, object=object)
            yield sentence.english(), sentence.french()

    def parse(self, text: str) -> tuple[str, ...]:
        """With an before a vowel, and a elsewhere."""
        return articled(super().parse(text))

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        sentence = understand(source)
        return None if sentence is None else sentence.french()

    def join(self, tokens: tuple[str, ...]) -> str:
        return " ".join(tokens).replace("' ", "'")


def draw(random: Random) -> Sentence:
    subject, shape = draw_phrase(random), random.random()
    negated = random.random() < 0.4
    if shape < 0.1:
        return Sentence(subject)
    if shape < 0.3:
        return Sentence(subject, BE, negated, adjective=random.choice(ADJECTIVES))
    if shape < 0.45:
        return Sentence(subject, random.choice(INTRANSITIVE), negated)
    return Sentence(subject, random.choice(TRANSITIVE), negated, draw_phrase(random))


def draw_phrase(random: Random) -> Phrase:
    determiner = random.choice(list(DETERMINERS))
    adjectives = [random.choice(kind) for kind, share in ((BEFORE, 0.4), (BEHIND, 0.5)) if random.random() < share]
    return Phrase(determiner, tuple(adjectives), random.choice(NOUNS), random.choice(DETERMINERS[determiner]))


def understand(words: tuple[str, ...]) -> Sentence | None:
    """The sentence that these words are, or None if the grammar has no such sentence."""
    found = _phrase(words)
    if found is None or not found[1]:
        return found and Sentence(found[0])
    subject, rest = found
    helper = "do" if subject.plural else "does"
    negated = rest[:2] == (helper, "not")
    verb = VERB_OF.get(rest[2] if negated and len(rest) > 2 else rest[0])
    if verb is None:
        return None
    if verb is BE:
        negated = rest[1:2] == ("not",)
        adjective = ADJECTIVE_OF.get(rest[-1])
        return _checked(Sentence(subject, BE, negated, adjective=adjective), words) if adjective else None
    rest = rest[3 if negated else 1 :]
    if verb.preposition:
        rest = rest[1:]
    if verb in INTRANSITIVE:
        return _checked(Sentence(subject, verb, negated), words)
    found = _phrase(rest)
    return _checked(Sentence(subject, verb, negated, found[0]), words) if found else None


def _checked(sentence: Sentence, words: tuple[str, ...]) -> Sentence | None:
    """The sentence if it is written with these words; a for an and the other way round is forgiven."""
    same = [("a" if w == "an" else w) for w in sentence.english()] == [("a" if w == "an" else w) for w in words]
    return sentence if same else None


def _phrase(words: tuple[str, ...]) -> tuple[Phrase, tuple[str, ...]] | None:
    """The phrase these words begin with, and the words after it."""
    end = next((i for i, word in enumerate(words) if word in NOUN_OF), 0)
    determiner = "a" if words[:1] == ("an",) else words[0] if words else ""
    if end == 0 or determiner not in DETERMINERS or not all(word in ADJECTIVE_OF for word in words[1:end]):
        return None
    noun, plural = NOUN_OF[words[end]]
    if plural not in DETERMINERS[determiner]:
        return None
    return Phrase(determiner, tuple(ADJECTIVE_OF[word] for word in words[1:end]), noun, bool(plural)), words[end + 1 :]


def _has(source: Words, adjectives: list[Adjective]) -> bool:
    """Whether one of these stands in front of a noun."""
    return any(a.english in source[:-1] for a in adjectives)


def colours_behind(source: Words) -> Words:
    """Each colour behind the noun after it."""
    words = list(source)
    for i in range(len(words) - 2, -1, -1):
        if words[i] in ADJECTIVE_OF and ADJECTIVE_OF[words[i]] in BEHIND and words[i + 1] in NOUN_OF:
            words[i : i + 2] = words[i + 1], words[i]
    return tuple(words)


def word_by_word(source: Words, by_gender: bool = False) -> Words:
    """Each word's usual translation, in the order of the source; articles by gender and number of the noun after them, if asked."""
    found = []
    for i, word in enumerate(source):
        noun, plural = next((NOUN_OF[after] for after in source[i:] if after in NOUN_OF), (NOUNS[0], 0))
        if by_gender and word in ARTICLES:
            found.append(ARTICLES[word][2 if plural else noun.gender == "f"])
        elif word in USUAL:
            found.append(USUAL[word])
    return tuple(found)


CHANGED = {"l'", "d'", "n'", "cet", "bel", "vieil"}
ARTICLES = {  # masculine, feminine, plural
    "the": ("le", "la", "les"),
    "my": ("mon", "ma", "mes"),
    "a": ("un", "une", "des"),
    "an": ("un", "une", "des"),
    "some": ("des", "des", "des"),
    "this": ("ce", "cette", "ces"),
    "these": ("ces", "ces", "ces"),
}
USUAL = {word: forms[0] for word, forms in ARTICLES.items()} | {"not": "pas"}
USUAL |= {word: noun[2 + plural] for word, (noun, plural) in NOUN_OF.items()} | {a.english: a.m for a in ADJECTIVES}
USUAL |= {word: verb[2 + i] for verb in (*TRANSITIVE, *INTRANSITIVE, BE) for i, word in enumerate(verb[:2])}
