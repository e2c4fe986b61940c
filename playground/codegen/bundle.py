"""From a few roots to everything they need: names are walked through this package's modules until nothing new is found.

Only members of classes that somebody uses come along. The same definitions are then written out under names that no longer
depend on modules, cleaned by what is known of the run.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from torch import nn

from .. import options
from .known import Known, spelled
from .modules import Foreign, Ref, module, resolve
from .plain import UNKNOWN, Facts, local_names, plain
from .prose import unmarked
from .tidy import assigned, called_by_pattern, unused_locals, used_attributes

PLAINER = {"visible": "str", "show": "repr", "InputError": "ValueError"}  # what stands for what only a page needs
KEPT_LINES = Ref(f"{__package__.split('.')[0]}.pair_store", "fetch")


@dataclass(frozen=True)
class Cleaned:
    """A definition's text; the names it reads; the members it uses of others, and of itself (`self.…`)."""

    text: str
    names: frozenset[str]
    attributes: frozenset[str]
    own: frozenset[str]


class Bundle:
    """All definitions that `roots` need. `attributes` are members that are used from outside."""

    def __init__(self, known: Known, roots: Iterable[Ref], attributes: Iterable[str] = ()) -> None:
        self.known = known
        self.attributes = set(attributes)
        self.own: dict[Ref, frozenset[str]] = {}
        self.live: dict[Ref, Cleaned] = {}
        self.foreign: set[Foreign] = set()
        self.needs: dict[Ref, set[Ref]] = {}
        self._known_texts: dict[tuple[Ref, frozenset[str]], Cleaned] = {}
        self._walk(list(roots))

    def _walk(self, roots: list[Ref]) -> None:
        before: tuple[int, ...] = ()
        while before != (now := (len(self.live), len(self.attributes), sum(map(len, self.own.values())))):
            before = now
            self.needs, self.foreign = {}, set()
            waiting, seen = list(roots), set(roots)
            while waiting:
                ref = waiting.pop()
                cleaned = self.live[ref] = self._cleaned_once(ref)
                self.attributes |= cleaned.attributes
                self.own[ref] = self.own.get(ref, frozenset()) | cleaned.own
                self.needs[ref] = set()
                for name in cleaned.names:
                    found = self.meaning(ref, name)
                    if isinstance(found, Foreign):
                        self.foreign.add(found)
                    elif isinstance(found, Ref):
                        self.needs[ref].add(found)
                        if found not in seen:
                            seen.add(found)
                            waiting.append(found)
            self.live = {ref: cleaned for ref, cleaned in self.live.items() if ref in seen}

    def meaning(self, ref: Ref, name: str) -> Ref | Foreign | None:
        """What a name (or `module.name`) in a cleaned text means; None for builtins and for what replaces something of ours."""
        head, _, rest = name.partition(".")
        found = resolve(ref.module, head)
        if isinstance(found, str):
            return resolve(found, rest) if rest else None  # type: ignore[return-value]
        return None if rest else found

    # cleaning

    def _cleaned_once(self, ref: Ref) -> Cleaned:
        """A text changes only when more of its members are used."""
        node = module(ref.module).nodes[ref.name]
        members = {m.name if isinstance(m, ast.FunctionDef | ast.ClassDef) else assigned(m) for m in getattr(node, "body", [])}
        key = (ref, frozenset(self.used_of(ref) & members))
        if key not in self._known_texts:
            self._known_texts[key] = self.cleaned(ref, {})
        return self._known_texts[key]

    def cleaned(self, ref: Ref, names: dict[str, str]) -> Cleaned:
        """A definition's text as the script has it, and what it uses."""
        if found := self.options_of(ref):
            text = self.concrete(*found, names.get(ref.name, ref.name))
        elif ref == KEPT_LINES:
            text = self.kept_lines(names.get(ref.name, ref.name))
        else:
            text = plain(module(ref.module).text(ref.name), self.facts(ref, names))
            if names.get(ref.name, ref.name) != ref.name:
                text = re.sub(rf"\A((?:[#@].*\n)*(?:class |def )?){ref.name}\b", rf"\g<1>{names[ref.name]}", text)
            text = self.without_unused(text)
        tree = ast.parse(text)
        methods = {m.name for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for m in c.body if isinstance(m, ast.FunctionDef)}
        private = {n for n in self.methods(ref) if n.startswith("_") and not n.startswith("__")} | methods
        own = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and _is_of_self(n)} | called_by_pattern([tree], private)
        others = used_attributes((n for n in ast.walk(tree) if not _is_of_self(n) and not _is_option(n)), deep=False)
        return Cleaned(text, frozenset(_free_names(tree)), frozenset(others), frozenset(own))

    def used_of(self, ref: Ref) -> set[str]:
        """Members of a class that anybody uses: others, or classes that an object can be together with it."""
        kind = module(ref.module).value(ref.name)
        if not isinstance(kind, type):
            return self.attributes
        used = set(self.attributes)
        for other, own in self.own.items():
            second = module(other.module).value(other.name)
            if isinstance(second, type) and self._one_object(kind, second):
                used |= own
        return used

    def _one_object(self, a: type, b: type) -> bool:
        return issubclass(a, b) or issubclass(b, a) or any(isinstance(p, a) and isinstance(p, b) for p in self.known.parts)

    def methods(self, ref: Ref) -> set[str]:
        node = module(ref.module).nodes[ref.name]
        return {m.name for m in getattr(node, "body", []) if isinstance(m, ast.FunctionDef)}

    def facts(self, ref: Ref, names: dict[str, str]) -> Facts:
        known = self.known
        renamed = dict(PLAINER) | ({"graphemes": "list"} if known.one_by_one else {}) | names
        absent = frozenset(name for name in self._layer_names(ref) if self._is_absent(ref, name))
        dropped = {"recording", "forced", "strategy"} if ref.module.endswith(".decoding") else {"task"} if ref == known.build else set()

        def literal(node: ast.expr) -> str | None:
            value = known.literal(ref, node)
            return None if value is UNKNOWN else spelled(value)

        return Facts(
            value=lambda node: known.value(ref, node),
            names=renamed,
            absent=absent,
            parameters=frozenset(dropped),
            keep=lambda owner, member: self.keeps(ref, owner, member),
            literal=literal,
        )

    def _layer_names(self, ref: Ref) -> set[str]:
        return {n.id for n in ast.walk(module(ref.module).nodes[ref.name]) if isinstance(n, ast.Name)} if ".models" in ref.module else set()

    def _is_absent(self, ref: Ref, name: str) -> bool:
        found = self.meaning(ref, name)
        return isinstance(found, Ref) and self.known.absent(found)

    def keeps(self, ref: Ref, owner: str, member: ast.stmt) -> bool:
        """Whether a statement stays: members of classes if they are used."""
        used = self.used_of(ref)
        if not owner:
            return not (isinstance(member, ast.Assign) and ast.unparse(member.targets[0]) == "self.block")
        kind = module(ref.module).value(ref.name)
        if isinstance(member, ast.FunctionDef):
            called = member.name in ("forward", "__init__") or member.name in used
            return member.name != "__post_init__" and (called or (member.name.startswith("__") and member.name.endswith("__")))
        name = member.name if isinstance(member, ast.ClassDef) else assigned(member)
        if name is None or is_dataclass(kind) or hasattr(kind, "_fields"):
            return True
        bare = isinstance(member, ast.AnnAssign) and member.value is None
        return name in used and not (bare and (".tasks" in ref.module or issubclass(kind, nn.Module)))

    def without_unused(self, text: str) -> str:
        """Without locals that nobody reads, and without counters that nobody looks at."""
        while True:
            tree = ast.parse(text)
            statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
            idle = {line for node in statements if isinstance(node, ast.FunctionDef) for line in unused_locals(node)}
            idle |= {node.lineno for node in statements if self._counts_for_nobody(node)}
            if not idle:
                return unmarked(text)
            text = plain(text, Facts(keep=lambda owner, member: bool(owner) or member.lineno not in idle))  # noqa: B023  (used at once)

    def _counts_for_nobody(self, node: ast.stmt) -> bool:
        """`self.seconds += …` where nobody asks how many there were."""
        target = node.target if isinstance(node, ast.AugAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
        return isinstance(target, ast.Attribute) and target.attr == "seconds"

    # options

    def options_of(self, ref: Ref) -> tuple[type[Any], dict[str, Any]] | None:
        """The options class of this run that this class is, or is a base of, and its values; None for all else."""
        recipe = self.known.recipe
        kinds = {
            self.known.architecture.Options: recipe.model_options,
            type(self.known.task).Options: recipe.task_options,
            type(recipe.training): recipe.training_options,
        }
        value = module(ref.module).value(ref.name) if isinstance(module(ref.module).nodes[ref.name], ast.ClassDef) else None
        return next(((kind, dict(values)) for kind, values in kinds.items() if value in kind.__mro__), None)

    def concrete(self, kind: type[Any], values: dict[str, Any], name: str) -> str:
        """An options class with the values of this run, and what each of them is."""
        limits = options.limits(kind)
        lines = [
            f"    {f.name}: {type(values[f.name]).__name__} = {spelled(values[f.name])}  # {limits[f.name].help or limits[f.name].label}"
            for f in fields(kind)
        ]
        return "\n".join(["@dataclass(frozen=True)", f"class {name}:", *(lines or ["    pass"])]) + "\n"

    def kept_lines(self, name: str) -> str:
        """The visitor's own pairs, which the page keeps on disk, in the script itself."""
        pairs = module(KEPT_LINES.module).value(KEPT_LINES.name)(dict(self.known.recipe.task_options)["pairs"])
        lines = "\n".join(f"    ({spelled(source)}, {spelled(target)})," for source, target in pairs)
        return f"def {name}(key: str) -> tuple[Pair, ...]:\n    return PAIRS\n\n\nPAIRS = (\n{lines}\n)\n"

    # writing

    def written(self, ref: Ref, names: dict[Ref, str]) -> str:
        """A definition's text under its final names."""
        local = {}
        for name in self.live[ref].names:
            found = self.meaning(ref, name)
            if isinstance(found, Ref) and names.get(found, found.name) != name:
                local[name] = names.get(found, found.name)
        if names.get(ref, ref.name) != ref.name:
            local[ref.name] = names[ref]
        return self.cleaned(ref, local).text if local else self.live[ref].text

    def ordered(self, section: Callable[[Ref], int]) -> list[Ref]:
        """By section; inside one, modules after those that they need, definitions as they stand in their module."""
        done: list[str] = []

        def visit(name: str, open_: frozenset[str]) -> None:
            if name in done or name in open_:
                return
            for ref in sorted(self.live):
                if ref.module == name:
                    for need in sorted(self.needs[ref]):
                        visit(need.module, open_ | {name})
            done.append(name)

        for ref in sorted(self.live):
            visit(ref.module, frozenset())
        return sorted(self.live, key=lambda r: (section(r), done.index(r.module), module(r.module).line(r.name)))


def _free_names(tree: ast.Module) -> set[str]:
    """Names that a text reads and does not define itself; `a.b` where `a` may be a module."""
    defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    names: set[str] = set()

    def visit(node: ast.AST, local: frozenset[str]) -> None:
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            outside = [*node.args.defaults, *node.args.kw_defaults, *getattr(node, "decorator_list", [])]
            for child in filter(None, outside):
                visit(child, local)
            local = local | local_names(node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in local:
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in local:
            names.add(f"{node.value.id}.{node.attr}")
        for child in ast.iter_child_nodes(node):
            visit(child, local)

    visit(tree, frozenset())
    return names - defined


def _is_of_self(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self" and isinstance(node.ctx, ast.Load)
    )


def _is_option(node: ast.AST) -> bool:
    """`options.score`: no member that a class of the same name may have."""
    if not isinstance(node, ast.Attribute):
        return False
    held = node.value.id if isinstance(node.value, ast.Name) else node.value.attr if isinstance(node.value, ast.Attribute) else ""
    return held in ("o", "options")


def import_lines(foreign: Iterable[Foreign]) -> list[str]:
    """Imports in two groups, the standard library first; several names of one module on one line."""
    groups: dict[bool, list[str]] = {True: [], False: []}
    whole = sorted({f for f in foreign if f.name is None}, key=str)
    parts: dict[str, set[str]] = {}
    for f in foreign:
        if f.name is not None:
            parts.setdefault(f.module, set()).add(f.name if f.alias == f.name else f"{f.name} as {f.alias}")
    for f in whole:
        groups[f.module.split(".")[0] in sys.stdlib_module_names].append(str(f))
    for name in sorted(parts):
        listed = ", ".join(sorted(parts[name], key=lambda n: (not n[0].isupper() or not n.isupper(), not n[0].isupper(), n)))
        groups[name.split(".")[0] in sys.stdlib_module_names].append(f"from {name} import {listed}")
    return [*groups[True], "", *groups[False]] if groups[True] else groups[False]
