"""The page's modules in one file: a visit asks for one in place of eighty, and nothing is built to develop.

Each module becomes a function that is called when it is first imported; an import becomes a look-up, what is exported is returned:

    import { a, b as c } from './x.js';      const { a, b: c } = __take('core/x.js');
    import * as state from './state.js';     const state = __take('core/state.js');
    export function f() {}                   function f() {}  …  return { f };

That means the same as long as modules do not import each other and never set again what they export. Whatever else a module may hold
(`export default`, `export let`, `import()`) is refused by name. Lines stay lines, so that a source map of one line leads back to each.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

IMPORT = re.compile(r"^import (?:\* as (?P<all>\w+)|\{(?P<names>[\w\s,]+)\}) from '(?P<path>\.{1,2}/[\w./]+\.js)';$", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|class|(?:async )?function\*?) (?P<name>\w+))", re.MULTILINE)
ADDRESS = "import.meta.url"  # of the module itself, also in the joined file
STRANGE = re.compile(r"^(?:import|export)\b.*|\bimport\s*[(.].*|\b__take\b.*", re.MULTILINE)

HEAD = """const made = {};
function __take(name) {
  if (!Object.hasOwn(modules, name)) throw new TypeError(`There is no module ${name}.`);
  made[name] ??= make(name);
  if ('error' in made[name]) throw made[name].error;
  return made[name].exports;
}
function make(name) {
  try {
    return { exports: Object.freeze(modules[name].call()) };
  } catch (error) {
    return { error };
  }
}
export async function take(name) {
  return __take(name);
}
const modules = {
"""


def joined(modules: Mapping[str, str]) -> str:
    """One module whose `take(name)` is what `import(name)` is for `modules`, texts by name. Raises ValueError for what it cannot join."""
    _refuse_circles(modules)
    parts = [
        f"'{name}'() {{ // {name}\n{_body(name, modules)}\nreturn {{ {', '.join(_exports(text))} }};\n}},\n"
        for name, text in modules.items()
    ]
    return f"{HEAD}{''.join(parts)}}};\n//# sourceMappingURL=modules.js.map\n"


def source_map(modules: Mapping[str, str]) -> str:
    """Where each line of the joined file comes from, for a browser's developer tools."""
    lines: list[str] = [""] * HEAD.count("\n")
    before = (0, 0)  # source and line of the last mapping: each is told as the difference to it
    for source, text in enumerate(modules.values()):
        lines.append("")
        for line in range(text.count("\n") + 1):
            lines.append("A" + _vlq(source - before[0]) + _vlq(line - before[1]) + "A")
            before = (source, line)
        lines += ["", ""]
    return json.dumps({"version": 3, "file": "modules.js", "sources": list(modules), "names": [], "mappings": ";".join(lines)})


def _body(name: str, modules: Mapping[str, str]) -> str:
    def looked_up(found: re.Match[str]) -> str:
        path = _beside(name, found["path"])
        if path not in modules:
            raise ValueError(f"{name} imports {found['path']}, and there is no such module.")
        bound = found["all"] or "{" + found["names"].replace(" as ", ": ") + "}"
        return f"const {bound} = __take('{path}');"

    body = EXPORT.sub("", IMPORT.sub(looked_up, modules[name])).replace(ADDRESS, f"new URL('{name}', {ADDRESS}).href")
    for strange in STRANGE.finditer(IMPORT.sub("", EXPORT.sub("", modules[name])).replace(ADDRESS, "")):
        raise ValueError(f"{name} cannot be joined with other modules because of “{strange[0].strip()}”; how it is done: {__name__}.")
    return body


def _exports(text: str) -> Iterator[str]:
    return (found["name"] for found in EXPORT.finditer(text))


def _refuse_circles(modules: Mapping[str, str]) -> None:
    try:
        TopologicalSorter(
            {name: [_beside(name, found["path"]) for found in IMPORT.finditer(text)] for name, text in modules.items()}
        ).prepare()
    except CycleError as error:
        raise ValueError(f"Modules that import each other cannot be joined: {' → '.join(error.args[1])}.") from error


def _beside(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _vlq(number: int) -> str:
    """A number as source maps write it: base 64, six bits a letter, the sign last."""
    rest, text = abs(number) << 1 | (number < 0), ""
    while True:
        rest, digit = rest >> 5, rest & 31
        text += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[digit | (32 if rest else 0)]
        if not rest:
            return text
