"""Write docs/glossary.md, the words that the page explains:

python -m playground.tools.glossary_page
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..glossary import GROUPS, Term

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"
TOP = """# Words

Written by `python -m playground.tools.glossary_page` from `playground/glossary.py`.
The page opens them too: **Words** in its top bar, or the key `?`, at what the pointer or the focus is on.
"""


def text() -> str:
    """The whole page."""
    return "\n".join([TOP, *(line for title, group in GROUPS.items() for line in _section(title, group))]).rstrip() + "\n"


def _section(title: str, group: tuple[Term, ...]) -> Iterator[str]:
    yield f"## {title}\n"
    for term in group:
        also = f" (also: {', '.join(term.also)})" if term.also else ""
        source = f" — {term.source}" if term.source else ""
        yield f"- **{term.name}**{also}: {term.meaning}{source}"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
