"""English to French by a small grammar that writes both sides at once.

    source   the small red car does not see a tree
    target   la petite voiture rouge ne voit pas d' arbre <eos>

Colours go behind the noun, articles and adjectives follow its gender and number, "not" goes around the verb, a vowel changes
the word before it: word for word nothing comes out right. Every noun, verb and adjective is listed below with its forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import NamedTuple

from ..vocabulary import Vocabulary
from . import register
from .text import PooledSequence, share_right
from .typed import articled


class Noun(NamedTuple):
    one: str
    many: str
    un: str
    plusieurs: str
    gender: str  # m or f


class Adjective(NamedTuple):
    english: str
    m: str
    f: str
    mm: str
    ff: str
    before_vowel: str = ""  # masculine, in front of its noun; colours and the like stand behind it and have none


class Verb(NamedTuple):
    one: str
    many: str
    un: str
    plusieurs: str
    preposition: str = ""


NOUNS = [
    Noun(*line.split())
    for line in """car cars voiture voitures f
        house houses maison maisons f
        flower flowers fleur fleurs f
        cow cows vache vaches f
        mouse mice souris souris f
        star stars étoile étoiles f
        dog dogs chien chiens m
        cat cats chat chats m
        boat boats bateau bateaux m
        horse horses cheval chevaux m
        tree trees arbre arbres m
        bird birds oiseau oiseaux m
        elephant elephants éléphant éléphants m""".splitlines()
]
ADJECTIVES = [
    Adjective(*line.split())
    for line in """small petit petite petits petites petit
        big grand grande grands grandes grand
        old vieux vieille vieux vieilles vieil
        beautiful beau belle beaux belles bel
        red rouge rouge rouges rouges
        white blanc blanche blancs blanches
        black noir noire noirs noires
        green vert verte verts vertes""".splitlines()
]
TRANSITIVE = [
    Verb(*line.split())
    for line in """sees see voit voient
        likes like aime aiment
        follows follow suit suivent
        hears hear entend entendent
        looks look cherche cherchent for""".splitlines()
]
INTRANSITIVE = [
    Verb(*line.split())
    for line in """sleeps sleep dort dorment
        sings sing chante chantent
        falls fall tombe tombent
        arrives arrive arrive arrivent""".splitlines()
]
BE = Verb("is", "are", "est", "sont")
DETERMINERS = {"the": (False, True), "my": (False, True), "a": (False,), "some": (True,), "this": (False,), "these": (True,)}  # plural?
BEFORE = [a for a in ADJECTIVES if a.before_vowel]
BEHIND = [a for a in ADJECTIVES if not a.before_vowel]
NOUN_OF = {word: (noun, plural) for noun in NOUNS for plural, word in enumerate(noun[:2])}
ADJECTIVE_OF = {adjective.english: adjective for adjective in ADJECTIVES}
VERB_OF = {word: verb for verb in (*TRANSITIVE, *INTRANSITIVE, BE) for word in verb[:2]}


@dataclass(frozen=True)
class Phrase:
    determiner: str
    adjectives: tuple[Adjective, ...]
    noun: Noun
    plural: bool

    def english(self) -> list[str]:
        words = [*(a.english for a in self.adjectives), self.noun[self.plural]]
        article = "an" if self.determiner == "a" and words[0][0] in "aeiou" else self.determiner
        return [article, *words]

    def french(self, denied: bool = False) -> list[str]:
        """`denied` is the object of a negated verb: un arbre becomes d'arbre."""
        word = self.noun[2 + self.plural]
        front = [agreed(a, self.noun.gender, self.plural, word) for a in self.adjectives if a.before_vowel]
        back = [agreed(a, self.noun.gender, self.plural) for a in self.adjectives if not a.before_vowel]
        words = [*front, word, *back]
        return [self._article(words[0], bool(front), denied), *words]

    def _article(self, following: str, adjective_follows: bool, denied: bool) -> str:
        vowel, feminine = starts_with_vowel(following), self.noun.gender == "f"
        if self.determiner in ("a", "some") and (denied or (self.plural and adjective_follows)):
            return "d'" if vowel else "de"
        if self.plural:
            return {"the": "les", "my": "mes", "some": "des", "these": "ces"}[self.determiner]
        if self.determiner == "the":
            return "l'" if vowel else "la" if feminine else "le"
        if self.determiner == "my":
            return "ma" if feminine and not vowel else "mon"
        if self.determiner == "this":
            return "cette" if feminine else "cet" if vowel else "ce"
        return "une" if feminine else "un"


@dataclass(frozen=True)
class Sentence:
    """A phrase alone, or with a verb and its object, or with to be and an adjective."""

    subject: Phrase
    verb: Verb | None = None
    negated: bool = False
    object: Phrase | None = None
    adjective: Adjective | None = None

    def english(self) -> tuple[str, ...]:
        return tuple(self.subject.english() + self._english_verb() + (self.object.english() if self.object else []))

    def french(self) -> tuple[str, ...]:
        words = self.subject.french()
        if self.verb:
            verb = self.verb[2 + self.subject.plural]
            words += ["n'" if starts_with_vowel(verb) else "ne", verb, "pas"] if self.negated else [verb]
        if self.object:
            words += self.object.french(denied=self.negated)
        if self.adjective:
            words.append(agreed(self.adjective, self.subject.noun.gender, self.subject.plural))
        return tuple(words)

    def _english_verb(self) -> list[str]:
        if self.verb is None:
            return []
        if self.adjective:
            return [self.verb[self.subject.plural], *(["not"] if self.negated else []), self.adjective.english]
        helper = ["do" if self.subject.plural else "does", "not", self.verb.many] if self.negated else [self.verb[self.subject.plural]]
        return helper + ([self.verb.preposition] if self.verb.preposition else [])


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

    @cached_property
    def baseline(self) -> tuple[str, float]:
        return "word by word", share_right(self, word_by_word)

    def make(self, random: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
        sentence = draw(random)
        return sentence.english(), sentence.french()

    def edges(self) -> Iterator[tuple[str, ...]]:
        """Every noun alone behind every determiner."""
        for noun in NOUNS:
            for determiner, numbers in DETERMINERS.items():
                yield from (tuple(Phrase(determiner, (), noun, plural).english()) for plural in numbers)

    def parse(self, text: str) -> tuple[str, ...]:
        """With an before a vowel, and a elsewhere."""
        return articled(super().parse(text))

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        sentence = understand(source)
        return None if sentence is None else sentence.french()

    def join(self, tokens: tuple[str, ...]) -> str:
        return " ".join(tokens).replace("' ", "'")


def agreed(adjective: Adjective, gender: str, plural: bool, noun: str = "") -> str:
    """The adjective's form for this gender and number; `noun` if it stands right in front of it."""
    if gender == "m" and not plural and noun and starts_with_vowel(noun):
        return adjective.before_vowel
    return (adjective.mm if gender == "m" else adjective.ff) if plural else adjective.m if gender == "m" else adjective.f


def starts_with_vowel(word: str) -> bool:
    return word[0] in "aeioué"


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


def word_by_word(source: tuple[str, ...]) -> tuple[str, ...]:
    """Each word's usual translation, in the order of the source."""
    usual = {"the": "le", "my": "mon", "a": "un", "an": "un", "some": "des", "this": "ce", "these": "ces", "not": "pas"}
    usual |= {word: noun[2 + plural] for word, (noun, plural) in NOUN_OF.items()} | {a.english: a.m for a in ADJECTIVES}
    usual |= {word: verb[2 + i] for verb in (*TRANSITIVE, *INTRANSITIVE, BE) for i, word in enumerate(verb[:2])}
    return tuple(usual[word] for word in source if word in usual)
