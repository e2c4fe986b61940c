"""What the page must survive, line by line, each with the tests that show it: the table of docs/faults.md.

python -m tests.faults            print the table
python -m tests.faults --write    write docs/faults.md

A test shows a line by its marker, `@pytest.mark.fault(44)`; it would fail if that line were no longer true. The markers are found in
the text of the test files, so that nothing is imported or collected.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "faults.md"
MARKER = "pytest.mark.fault"
TOP = """# What it survives

Written by `python -m tests.faults --write`. `make faults` prints this table and runs exactly these tests. In every line the page
stays usable, other visitors notice nothing, nothing is lost, and neither a stack trace nor a path of the server is shown.

| | What happens: what the visitor gets | Tests |
|---:|---|---|
"""

# What happens: what the visitor gets.
LINES = {
    1: "A token that the model does not know: its chip is marked, the known ones are named, the stage stays as it was",
    2: "Nothing typed, or only spaces: a hint with an example, and nothing is computed",
    3: "Ten thousand characters, a body of over 20 MB: refused by the server, with the limit",
    4: "Emoji of several code points: one chip, as a reader counts",
    5: "Writing from right to left: each token stands for itself, and their order is that of the text",
    6: "Characters that cannot be seen, of width zero, for control, NUL: shown as code points",
    7: "Markup and template signs in an input, a link, a name, a label of a figure: text, and never run",
    8: "Half a surrogate pair, accents apart from their letter: brought into one form before anything is read",
    9: "Events and arguments of any type or size, or none at all: a result, or an error that says what is allowed",
    10: "An architecture, task or preset that does not exist: refused, and those that exist are named",
    11: "Sizes that are legal one by one and huge together: refused with the number and the budget",
    12: "A loss that is no number any more: the run stops, says so, and keeps the last weights that were numbers",
    13: "The memory of the device is full: that run fails, with advice, and no other",
    14: "A trainer above its share of memory, or killed: that run fails alone, and the next one starts",
    15: "The GPU fails or is gone: the next runs are trained on the CPU, with a notice",
    16: "The cluster or worker that trains cannot be reached, or is lost on the way: a clear sentence; curve and film so far are kept",
    17: "A tab is closed while it trains: its place is free right after the time of grace",
    18: "Two tabs of one browser: neither changes what the other shows",
    19: "The page is loaded again: it follows the same run as before",
    20: "Back and forward in the browser: what stood there stands there again, and nothing is trained",
    21: "Train is clicked twice: one run",
    22: "Fifty press Train at once: each run trains, waits at a place that is told, or is politely refused",
    23: "Stop is pressed ten times, from ten tabs: the run ends once",
    24: "Stop while waiting: the run leaves the line, and all behind it move up",
    25: "A client that never reads: dropped, at next to no memory, and the others read on",
    26: "The network is away for twenty seconds: the page finds its run again, and the curve has no gap",
    27: "The server is told to end while it trains: all are told, it ends in time, and what was learned can be loaded",
    28: "The server is killed while it saves: the old file is whole",
    29: "The disk is full: told, and no part of a file is left",
    30: "The same is saved by many at once: every one is there, and whole",
    31: "A file is called like a path, a device, or 5 kB of letters: kept and found by a name of our making alone",
    32: "Weights of another model, or tensors too many, too few, misshaped: the differences are listed, the model on the stage stays",
    33: "A file that is empty, cut off, or a renamed picture: refused at once",
    34: "A pickle under any ending: never opened",
    35: "Weights that are no numbers, a header of 2^40 bytes or of 200,000 tensors, a file too large: refused before it is parsed",
    36: "JSON nested deeply, with huge integers, or naming something twice: refused",
    37: "A picture of 100 megapixels, animated, CMYK or SVG: refused by what its header says",
    38: "A recording that is long, silent or damaged: refused in a sentence; any usual rate and stereo are heard alike",
    39: "A link of nonsense: the start page, with a notice",
    40: "The clock jumps, the page is enlarged four times, the theme changes while it trains: nothing expires, no other host is asked",
    41: "The machine has a proxy in its environment: the page starts all the same",
    42: "The port is taken, the address is not ours, no port is free: one sentence, and an end with code 2",
    43: "A reverse proxy, also under a path, with https or another `Host`: the page works, or says what to set; our lines are tried",
    44: "Own pairs from any file that people have: any encoding, line end, separator, quotes, header, Anki's exports and HTML are read",
    45: "Own pairs: learned, held out and listed lines add up; what cannot be learned is listed by line",
    46: "Own pairs: nothing is changed unsaid; signs stay what they are, and words of every script are whole",
    47: "A typed letter is not read as another one; an accent goes only where the letter is known without it, and that is said",
    48: "Pictures on a dark ground, photographs, empty paper: what was made of them is said, or that the answer is a guess",
    49: "Weights cut off, of a newer version, in half precision, out of a wrapper, or a web page: loaded, or told for what they are",
    50: "Beam search, sampling, edits, forced tokens, conditions: honoured or refused; no argument is ignored",
    51: "Rows of growing length: patched as they were recorded, and a site patched with itself changes nothing",
    52: "Somebody's own architecture or task, built as no view expects: drawn plainly; an error is told, and the page lives on",
    53: "The page is printed from either theme: legible",
    54: "Errors that are long, or come in quick succession, also on a phone: the stage does not move",
    55: "Megabytes of combining marks, a line of a million characters: bounded before they are looked at",
    56: "The server is killed: runs with a snapshot, places in line and pages are back after the next start",
    57: "One visitor presses Train 34 times, holds runs by hand, opens a thousand streams, sends dear pictures: others wait for one run",
    58: "The temporary folder is cleared, the process that starts trainers is killed: the next run starts",
    59: "A link with numbers of 5,000 digits, infinite, none at all: a notice",
    60: "Uploads: all bodies under way are bounded, Gradio's own route is closed, and no answer holds a path of the server",
    61: "A link to somebody's own pairs: a stranger sees none of them unless they were shared",
    62: "A `Host` that is not ours: refused, unless it was allowed by a flag",
    63: "Weights near the largest float: told that they give no numbers, and the page lives on",
}
UNTESTED: dict[int, str] = {}  # line → why there is no test of it yet


def tests() -> dict[int, list[str]]:
    """The tests of each number that a marker names, as `file::name`."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for name, number in _marked(path.read_text(encoding="utf-8")):
            found[number].append(f"{path.relative_to(TESTS.parent).as_posix()}::{name}")
    return dict(found)


def _marked(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.parse(text).body if MARKER in text else ():
        for mark in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == MARKER:
                yield from ((node.name, ast.literal_eval(number)) for number in mark.args)


def text() -> str:
    """The whole page."""
    found = tests()
    rows = (f"| {number} | {line} | {_cell(number, found)} |\n" for number, line in LINES.items())
    return TOP + "".join(rows)


def _cell(number: int, found: dict[int, list[str]]) -> str:
    return "<br>".join(f"`{test}`" for test in found.get(number, ())) or f"no test yet: {UNTESTED.get(number, 'write one')}"


def main() -> int:
    """1 if a line has neither a test nor a reason why not."""
    if "--write" in sys.argv[1:]:
        PAGE.write_text(text(), encoding="utf-8")
    else:
        sys.stdout.write(text())
    return int(LINES.keys() - tests().keys() != UNTESTED.keys())


if __name__ == "__main__":
    sys.exit(main())
