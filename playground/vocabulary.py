"""Tokens and their numbers, and how typed text becomes tokens.

Every vocabulary starts with the same special tokens: PAD fills a batch up to a rectangle and must change nothing, BOS is
what a decoder reads first, EOS is what it writes last. MASK hides a word from a reader that must guess it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import regex

from .errors import InputError

PAD, BOS, EOS, MASK = 0, 1, 2, 3
SPECIALS = ("<pad>", "<bos>", "<eos>", "[MASK]")
LONGEST = 60  # characters of a token that a refusal quotes
GRAPHEME = regex.compile(r"\s|\X")  # a space takes no mark


class Vocabulary:
    """A fixed list of tokens.  Vocabulary("0123456789").encode(["3", "1"]) == [6, 4] with `mask=False`."""

    def __init__(self, tokens: Iterable[str], mask: bool = False) -> None:
        self.tokens: tuple[str, ...] = SPECIALS[: 4 if mask else 3] + tuple(tokens)
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens a visitor can type: all but the special ones."""
        return self.tokens[len(self.tokens) - sum(t not in SPECIALS for t in self.tokens) :]

    def encode(self, tokens: Sequence[str]) -> list[int]:
        """Numbers of the tokens. Raises InputError that marks each unknown one and names the allowed set."""
        wrong = [token not in self.ids or token in SPECIALS[:MASK] for token in tokens]
        if any(wrong):
            bad = list(dict.fromkeys(_quoted(t) for t, is_wrong in zip(tokens, wrong, strict=True) if is_wrong))
            shown = ", ".join(f"‘{t}’" for t in bad[:5]) + (f" and {len(bad) - 5} more" if len(bad) > 5 else "")
            raise InputError(
                f"{shown} {'is' if len(bad) == 1 else 'are'} not known to this model; it knows: {self.allowed()}.",
                tuple((_quoted(t), is_wrong) for t, is_wrong in zip(tokens, wrong, strict=True)),
            )
        return [self.ids[token] for token in tokens]

    def decode(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Tokens up to the first EOS, without special ones."""
        out: list[str] = []
        for i in ids:
            if i == EOS:
                break
            if i not in (PAD, BOS):
                out.append(self.tokens[i])
        return tuple(out)

    def allowed(self) -> str:
        words = self.words
        return " ".join(words) if len(words) <= 30 else " ".join(words[:28]) + f" … ({len(words)} in all)"


def normalise(text: str) -> str:
    """One spelling for one text: NFKC (full-width digits become plain ones), lone surrogates replaced, bidi marks kept out."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFKC", text)


def graphemes(text: str) -> list[str]:
    """Characters as a reader counts them: an emoji with its joiners, or a letter with its accents, is one."""
    found: list[str] = GRAPHEME.findall(text)
    return found


def visible(token: str) -> str:
    """A token as a page can show it: control, zero-width and direction characters become code points."""
    if re.fullmatch(r"[^\W_]+|[!-~]+", token):
        return token
    hidden = [c for c in token if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or _is_joiner(c)]
    drawn_by_joiners = not token[:1].isascii() or token.endswith("\u20e3")  # an emoji, but not a 5 with something invisible after it
    if not hidden or (len(token) > 1 and drawn_by_joiners and all(map(_is_joiner, hidden))):
        return token
    return "".join(f"U+{ord(c):04X}" if c in hidden else c for c in token)


def _quoted(token: str) -> str:
    """The beginning of a token, as a refusal quotes it."""
    return visible(token) if len(token) <= LONGEST else f"{visible(token[:LONGEST])}…"


def _is_joiner(c: str) -> bool:
    """Zero-width joiner, variation selectors, and the tags that spell a flag."""
    return c in "\u200d\ufe0e\ufe0f" or "\U000e0020" <= c <= "\U000e007f"
