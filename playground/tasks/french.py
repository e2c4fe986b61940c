"""The grammar of the translation task: every noun, verb and adjective in English with its French forms, and sentences of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


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


def agreed(adjective: Adjective, gender: str, plural: bool, noun: str = "") -> str:
    """The adjective's form for this gender and number; `noun` if it stands right in front of it."""
    if gender == "m" and not plural and noun and starts_with_vowel(noun):
        return adjective.before_vowel
    return (adjective.mm if gender == "m" else adjective.ff) if plural else adjective.m if gender == "m" else adjective.f


def starts_with_vowel(word: str) -> bool:
    return word[0] in "aeioué"


def as_taught(adjectives: tuple[Adjective, ...]) -> bool:
    """At most one that stands in front of its noun in French, and then at most one that stands behind it."""
    return [a in BEHIND for a in adjectives] in ([], [False], [True], [False, True])


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
