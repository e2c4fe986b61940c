"""The words of the translation task: every noun, verb and adjective in English with its French forms."""

from __future__ import annotations

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
