"""The page's modules in one file mean what they mean singly, as Node runs them; what cannot be joined is refused by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from playground.app.http.assets.joining import joined, source_map
from playground.app.islands import web_files

SMALL = {
    "core/sums.js": """export const ZERO = 0;
let asked = 0;
/** Adds.
 * export function no() {} */
export function add(a, b) {
  asked += 1;
  return a + b + ZERO;
}
export class Sum { #total = add(1, 2); get total() { return this.#total; } }
export async function later() { return times(); }
const times = () => asked;
""",
    "core/where.js": "export const HERE = import.meta.url;\n",
    "top/broken.js": "import { ZERO } from '../core/sums.js';\nexport const gone = ZERO.of.nothing;\n",
    "top/user.js": "import { gone } from './broken.js';\nexport const never = gone;\n",
    "top/page.js": """import {
  add,
  Sum as Total,
} from '../core/sums.js';
import * as sums from '../core/sums.js';
import { HERE } from '../core/where.js';
export const found = [add(20, 20), new Total().total, sums.ZERO, HERE.slice(-13), typeof asked, this === undefined];
export async function times() { return sums.later(); }
""",
}
STORY = """
import { take } from './modules.js';
const told = async (name) => { try { return Object.keys(await take(name)); } catch (error) { return error.message; } };
const page = await take('top/page.js');
const failed = [await told('top/user.js'), await told('top/broken.js')];
const again = (await take('top/page.js')) === page;
console.log(JSON.stringify({ found: page.found, times: await page.times(), failed, again, missing: await told('toString') }));
"""


def run(folder: Path, modules: dict[str, str], story: str) -> str:
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "modules.js").write_text(joined(modules))
    (folder / "story.js").write_text(story)
    path = f"{os.environ['PATH']}{os.pathsep}{Path(sys.executable).parent}"
    return subprocess.run(
        ["node", "story.js"], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    ).stdout


def test_joined_modules_mean_what_they_mean_singly(tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, SMALL, STORY))
    assert told["found"] == [40, 3, 0, "core/where.js", "undefined", True]
    assert told["times"] == 2, "a module is run once, and all who import it share what it holds"
    assert told["again"] is True
    assert told["missing"] == "There is no module toString."


def test_a_module_that_fails_takes_along_those_that_import_it_and_no_other(tmp_path: Path) -> None:
    user, broken = json.loads(run(tmp_path, SMALL, STORY))["failed"]
    assert user == broken and "nothing" in broken


@pytest.mark.parametrize(
    "strange",
    [
        "export default function f() {}",
        "export let changed = 1;",
        "export { a };",
        "export * from './b.js';",
        "export const { a, b } = pair;",
        "import './b.js';",
        "import all, { a } from './b.js';",
        "import { a } from 'elsewhere';",
        "const late = await import('./b.js');",
        "console.log(import.meta.resolve('./b.js'));",
        "const __take = 1;",
    ],
)
def test_what_cannot_be_joined_is_refused_by_name(strange: str) -> None:
    with pytest.raises(ValueError, match=r"core/a\.js cannot be joined"):
        joined({"core/a.js": f"const a = 1;\n{strange}\n", "core/b.js": "export const a = 1;\n"})


def test_an_import_of_nothing_and_a_circle_are_refused() -> None:
    with pytest.raises(ValueError, match=r"a\.js imports \./c\.js"):
        joined({"a.js": "import { c } from './c.js';\n"})
    with pytest.raises(ValueError, match="import each other"):
        joined({"a.js": "import { b } from './b.js';\nexport const a = 1;\n", "b.js": "import { a } from './a.js';\nexport const b = 1;\n"})


def test_every_line_leads_back_to_its_module() -> None:
    """Where a browser's developer tools show a line of the joined file, a stack trace's too."""
    files = {name: path.read_text() for name, path in web_files().items() if name.endswith(".js") and name != "modules.js"}
    for modules in (SMALL, files):
        lines, places = joined(modules).split("\n"), read(source_map(modules))
        assert len(places) <= len(lines)
        back = {(name, line): lines[at] for at, (name, line) in places.items()}
        for name, text in modules.items():
            for line, written in enumerate(text.split("\n")):
                moved = back[name, line]
                assert moved == written or written.startswith(("import", "export", "} from", "  ")) or "import.meta" in written


def read(text: str) -> dict[int, tuple[str, int]]:
    """Lines of the joined file, and where each comes from: a decoder of source maps, as far as ours go."""
    told, places, source, line = json.loads(text), {}, 0, 0
    for at, mapping in enumerate(told["mappings"].split(";")):
        if mapping:
            _, more, down, _ = numbers(mapping)
            source, line = source + more, line + down
            places[at] = told["sources"][source], line
    return places


def numbers(text: str) -> list[int]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    found, value, shift = [], 0, 0
    for digit in map(letters.index, text):
        value, shift = value | (digit & 31) << shift, shift + 5
        if not digit & 32:
            found.append(-(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return found
