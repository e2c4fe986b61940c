"""A second grammar of French, by rules instead of tables: it finds what is wrong with a translation."""

from __future__ import annotations

FEMININE = {"voiture", "maison", "fleur", "vache", "souris", "étoile"}
MASCULINE = {"chien", "chat", "bateau", "cheval", "arbre", "oiseau", "éléphant"}
ENGLISH = {"car", "house", "flower", "cow", "mouse", "star", "dog", "cat", "boat", "horse", "tree", "bird", "elephant"}
IN_FRONT, BEHIND = ("petit", "grand", "vieux", "beau"), ("rouge", "blanc", "noir", "vert")
VERBS = {"voit", "voient", "aime", "aiment", "suit", "suivent", "entend", "entendent", "cherche", "cherchent", "dort", "dorment"}
VERBS |= {"chante", "chantent", "tombe", "tombent", "arrive", "arrivent", "est", "sont"}


def singular(noun: str) -> str:
    if noun in FEMININE | MASCULINE:
        return noun
    return "cheval" if noun == "chevaux" else noun[:-1]


def inflected(adjective: str, feminine: bool, plural: bool, before_vowel: bool) -> str:
    if before_vowel and not feminine and not plural:
        return {"beau": "bel", "vieux": "vieil"}.get(adjective, adjective)
    if feminine:
        stem = {"beau": "belle", "vieux": "vieille", "blanc": "blanche"}.get(adjective)
        adjective = stem or adjective + ("" if adjective.endswith("e") else "e")
    return adjective + ("" if not plural or adjective.endswith("x") else "x" if adjective.endswith("eau") else "s")


def phrase_faults(words: list[str], english: list[str], denied: bool = False) -> list[str]:
    article, *rest = words
    at = next(i for i, word in enumerate(rest) if singular(word) in FEMININE | MASCULINE)
    noun, feminine, plural = rest[at], singular(rest[at]) in FEMININE, english[-1].endswith("s") or english[-1] == "mice"
    vowel = rest[0][0] in "aeioué"
    wrong = []
    if (noun != singular(noun)) != plural and noun != "souris":
        wrong.append("number of the noun")
    for place, allowed in ((rest[:at], IN_FRONT), (rest[at + 1 :], BEHIND)):
        forms = {inflected(a, feminine, plural, noun[0] in "aeioué" and allowed is IN_FRONT) for a in allowed}
        wrong += ["adjective"] * (not set(place) <= forms)
    if english[0] in ("a", "an", "some") and (denied or (plural and at > 0)):
        right = {"d'" if vowel else "de"}
    elif plural:
        right = {{"the": "les", "some": "des", "these": "ces", "my": "mes"}[english[0]]}
    else:
        kinds = {"the": ("l'", "la", "le"), "my": ("mon", "ma", "mon"), "a": ("", "une", "un"), "this": ("cet", "cette", "ce")}
        elided, f, m = kinds["a" if english[0] == "an" else english[0]]
        right = {f if feminine and (not vowel or english[0] in ("a", "an", "this")) else elided if vowel and elided else m}
    return wrong + ["article"] * (article not in right)


def faults(english: tuple[str, ...], french: tuple[str, ...]) -> list[str]:
    """What is wrong with this translation."""
    verb = next((i for i, word in enumerate(french) if word in VERBS), None)
    nouns = [i for i, word in enumerate(english) if word == "mice" or singular_english(word)]
    if verb is None:
        return phrase_faults(list(french), list(english))
    negated = french[verb + 1 : verb + 2] == ("pas",)
    subject = french[: verb - negated]
    wrong = phrase_faults(list(subject), list(english[: nouns[0] + 1]))
    wrong += ["verb"] * (french[verb].endswith(("ent", "ont")) != (english[nouns[0]].endswith("s") or english[nouns[0]] == "mice"))
    wrong += ["negation"] * (negated != ("not" in english))
    if negated:
        wrong += ["ne"] * (french[verb - 1] != ("n'" if french[verb][0] in "aeioué" else "ne"))
    rest = french[verb + 1 + negated :]
    if len(nouns) == 2:
        start = max(i for i, word in enumerate(english) if word in ("the", "a", "an", "some", "this", "these", "my"))
        wrong += phrase_faults(list(rest), list(english[start:]), denied=negated)
    elif rest:
        plural = french[verb] == "sont"
        feminine = any(singular(word) in FEMININE for word in subject)
        wrong += ["predicate"] * (rest[0] not in {inflected(a, feminine, plural, False) for a in IN_FRONT + BEHIND})
    return wrong


def singular_english(word: str) -> bool:
    return word.removesuffix("s") in ENGLISH
