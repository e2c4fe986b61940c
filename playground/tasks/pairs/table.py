"""From a text to the two columns of its lines: what separates them, whether quotes quote, and whether a first line names them.

    "a ""red"" car"⇥rouge       a "red" car, rouge
    #separator:tab              a setting of Anki's, listed
    English⇥French              a header row, listed

Every line that is not blank becomes a row or is listed with a reason. A quote that does not quote stays what it is.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

from ...errors import InputError
from ...options import show
from .encodings import called
from .headers import names_columns, names_numbers

SEPARATORS = {"tab": "\t", "arrow": " → ", "double arrow": " => ", "plain arrow": " -> ", "semicolon": ";", "comma": ",", "pipe": "|"}
FREE = ("semicolon", "comma", "pipe")  # those that sentences hold too: lines must agree in how many there are
OFTEN = 0.5  # a separator that so many lines have is it, whatever else they hold
NEARLY_ALL = 0.9
MAX_LINE = 20_000  # characters; what is longer is not looked at
MOST_JOINED = 20  # lines of the text that one quoted column may reach over
ANKI = re.compile(r"#([a-z ]+):(.*)")
ANKI_COLUMNS = ("notetype column", "deck column", "tags column", "guid column")
MARKUP = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});|<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True)
class Choices:
    """What somebody chose to read otherwise than it was detected; None where nothing was chosen."""

    encoding: str | None = None
    separator: str | None = None
    quotes: bool | None = None
    header: bool | None = None
    html: bool | None = None

    def __post_init__(self) -> None:
        if self.encoding is not None:
            called(self.encoding)
        if self.separator is not None and not (isinstance(self.separator, str) and self.separator in SEPARATORS):
            raise InputError(f"separator is {show(self.separator)}; allowed are: {', '.join(SEPARATORS)}.")
        for name in ("quotes", "header", "html"):
            if not isinstance(chosen := getattr(self, name), bool | None):
                raise InputError(f"{name} is {show(chosen)}; allowed are true and false, or nothing.")


@dataclass(frozen=True)
class Row:
    number: int  # of its line, from 1
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """`rows` have two cells each; `quotes` and `html` are None where the text has nothing of the kind. `done` counts the lines to which
    something was done that is to be said."""

    rows: tuple[Row, ...]
    listed: dict[int, str]
    separator: str
    header: bool
    quotes: bool | None
    html: bool | None
    done: dict[str, int]


def table(lines: list[tuple[int, str]], chosen: Choices) -> Table:
    """The two columns of numbered lines."""
    listed = {n: f"the line has {len(line):,} characters; at most {MAX_LINE:,} are looked at" for n, line in lines if len(line) > MAX_LINE}
    lines = [(n, line) for n, line in lines if n not in listed]
    anki = _anki(lines)
    listed |= {n: f"a setting of Anki's, {line.strip():.60}" for n, line in lines[: len(anki)]}
    lines = lines[len(anki) :]
    separator = chosen.separator or _named(anki.get("separator", "")) or _detected([line for _, line in lines])
    rows, quotes = _split(lines, SEPARATORS[separator], chosen.quotes)
    numbered = chosen.header is not False and _numbered(rows)
    left_out = {int(anki[name]) - 1 for name in ANKI_COLUMNS if anki.get(name, "").isdecimal() and len(anki[name]) < 4}
    left_out |= {0} if numbered else set()
    rows = [Row(row.number, tuple(cell for i, cell in enumerate(row.cells) if i not in left_out)) for row in rows]
    rows, uneven = _even(rows, separator)
    named = names_columns(*rows[0].cells[:2]) if rows else False
    header = bool(rows and (named if chosen.header is None else chosen.header))
    if header:
        listed[rows[0].number] = f"the header row, “{rows[0].cells[0].strip():.40}” and “{rows[0].cells[1].strip():.40}”"
    pairs = tuple(Row(row.number, row.cells[:2]) for row in rows[header:])
    marked = any(unmarked(cell) != cell for row in pairs for cell in row.cells)
    usual = anki.get("html", "true").lower() == "true" if chosen.html is None else chosen.html
    done = {
        "maybe header": int(named is None and chosen.header is None),
        "numbers": len(pairs) if numbered else 0,
        "more columns": sum(any(cell.strip() for cell in row.cells[2:]) for row in rows[header:]),
    }
    return Table(pairs, listed | uneven, separator, header, quotes, usual if marked else None, done)


def _numbered(rows: list[Row]) -> bool:
    """Whether the first line names a column of numbers, and the two of a pair behind it."""
    first = next((row.cells for row in rows if len(row.cells) > 1), ())
    return len(first) > 2 and names_numbers(first[0]) and names_columns(*first[1:3]) is True


def unmarked(cell: str) -> str:
    """A cell with its HTML entities as the characters that they name, and line breaks as spaces."""
    return MARKUP.sub(_meant, cell)


def _meant(found: re.Match[str]) -> str:
    mark = found[0]
    if mark[0] == "<":
        return " "
    return html.unescape(mark) if mark[1] == "#" or mark[1:] in html5 else mark


def _anki(lines: list[tuple[int, str]]) -> dict[str, str]:
    """The settings that an export of Anki's begins with."""
    found: dict[str, str] = {}
    for _, line in lines:
        setting = ANKI.fullmatch(line.strip())
        if setting is None or (not found and setting[1] not in ("separator", "html", "columns", "notetype", "deck", "tags", *ANKI_COLUMNS)):
            break
        if setting[1] in found:
            break
        found[setting[1]] = setting[2].strip()
    return found


def _named(name: str) -> str | None:
    """A separator as Anki names it, in a word or as it is."""
    return name.lower() if name.lower() in SEPARATORS else next((ours for ours, sign in SEPARATORS.items() if name == sign), None)


def _detected(lines: list[str]) -> str:
    """The first separator that half of the lines have, else the one that most have."""
    shares = {}
    for name, sign in SEPARATORS.items():
        if name in FREE:
            counts = Counter(len(_cells(line, sign)) for line in lines)
            counts.pop(1, None)
            found = max(counts.values(), default=0)
        else:
            found = sum(sign in line for line in lines)
        if found and found >= OFTEN * len(lines):
            return name
        shares[name] = found
    return max(shares, key=lambda name: shares[name])


def _cells(line: str, sign: str) -> list[str]:
    """The cells as they stand, quotes and all."""
    if len(sign) > 1 or '"' not in line:
        return line.split(sign)
    end = re.escape(sign)
    return re.findall(rf'(?:^|(?<={end}))( *"(?:[^"]|"")*" *(?={end}|$)|[^{end}]*)', line)


def _split(lines: list[tuple[int, str]], sign: str, chosen: bool | None) -> tuple[list[Row], bool | None]:
    """Rows, and whether quotes quote in them: None where no cell begins with one."""
    literal = [Row(n, tuple(line.split(sign))) for n, line in lines]
    found = list(_records(lines, sign)) if len(sign) == 1 else literal
    if len(sign) > 1 or not any(_begins(cell) for row in found for cell in row.cells):
        return literal, None
    if not (_quoting(found, sign) if chosen is None else chosen):
        return literal, False
    return [Row(row.number, tuple(map(_unquoted, row.cells))) for row in found], True


def _records(lines: list[tuple[int, str]], sign: str) -> Iterator[Row]:
    """Lines with their raw cells; one with an open quote goes on in the lines below, if it is closed there."""
    i = 0
    while i < len(lines):
        number, line = lines[i]
        cells, last = _cells(line, sign), i
        if '"' in line and line.count('"') % 2 and any(_begins(cell) and not _whole(cell) for cell in cells):
            whole = line
            for last in range(i + 1, min(i + MOST_JOINED, len(lines))):
                whole += "\n" + lines[last][1]
                if lines[last][1].count('"') % 2:
                    break
            joined = _cells(whole, sign) if len(whole) <= MAX_LINE else []
            if len(joined) > 1 and all(_whole(cell) for cell in joined if _begins(cell)):
                cells = joined
            else:
                last = i
        yield Row(number, tuple(cells))
        i = last + 1


def _quoting(rows: list[Row], sign: str) -> bool:
    """Whether quotes stand where a program puts them: round all cells of a column, or round those that could not do without."""
    needed = alone = 0
    for row in rows:
        quoted = [cell.strip() for cell in row.cells if _begins(cell)]
        if all(map(_whole, quoted)) and any(set(cell[1:-1]) & {sign, ",", ";", "\t", "\n", '"'} for cell in quoted):
            needed += 1
        elif quoted:
            alone += 1
    body = rows[1:] or rows  # a header may go without
    always = max(sum(len(row.cells) > i and _whole(row.cells[i]) for row in body) for i in (0, 1))
    return always >= NEARLY_ALL * len(body) or needed > alone


def _begins(cell: str) -> bool:
    return cell.lstrip()[:1] == '"'


def _whole(cell: str) -> bool:
    return re.fullmatch(r'\s*"(?:[^"]|"")*"\s*', cell) is not None


def _unquoted(cell: str) -> str:
    return cell.strip()[1:-1].replace('""', '"') if _whole(cell) else cell


def _even(rows: list[Row], separator: str) -> tuple[list[Row], dict[int, str]]:
    """Rows with two columns or more; where the separator may stand in a sentence, with no more than the others have."""
    usual = Counter(len(row.cells) for row in rows if len(row.cells) > 1).most_common(1)
    most = usual[0][0] if usual and separator in FREE else None
    kept, listed = [], {}
    for row in rows:
        if len(row.cells) < 2:
            listed[row.number] = f"no {separator} between source and target"
        elif most is not None and len(row.cells) > most:
            listed[row.number] = f"{len(row.cells)} columns where most lines have {most}; put quotes round a side that holds a {separator}"
        else:
            kept.append(row)
    return kept, listed
