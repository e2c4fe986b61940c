"""Python text in colours: which stretches of it are keywords, strings, numbers and comments."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexers.python import PythonLexer
    from pygments.token import _TokenType


def spans(code: str) -> list[tuple[int, str]]:
    """The text from its start to its end as (length, kind); kind is "word", "string", "number", "comment" or "".

    Lengths are UTF-16 units, as the page counts them.
    """
    kinds = ((_kind(token), text) for _, token, text in _lexer().get_tokens_unprocessed(code))
    return [(sum(_units(text) for _, text in run), kind) for kind, run in groupby(kinds, key=lambda piece: piece[0])]


@cache
def _lexer() -> PythonLexer:
    from pygments.lexers.python import PythonLexer  # 17 ms, on the first code that is shown

    return PythonLexer()


@cache
def _kind(token: _TokenType) -> str:
    from pygments.token import Comment, Keyword, Number, Operator, String

    if token in Keyword or token is Operator.Word:
        return "word"
    return next((kind for family, kind in ((String, "string"), (Number, "number"), (Comment, "comment")) if token in family), "")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
