"""The definitions that some roots need, in an order in which they can run: names are followed from definition to definition.

Of a class only those members are taken whose names are mentioned somewhere in what was taken; a class of which nothing is
left gives way to its bases.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import libcst as cst
from libcst.metadata import BuiltinScope, ClassScope, GlobalScope, MetadataWrapper, ScopeProvider

from .definitions import Foreign, Ref, Statement, assigned, ours, ref_of, source
from .layout import formatted, import_lines
from .plain import code_of

NOTHING = ("ABC", "object")  # bases without meaning in a script
Rewrite = Callable[[Ref, Statement], Statement]


@dataclass(frozen=True)
class Piece:
    """A function or an assignment, the head of a class, or one member of it."""

    names: tuple[str, ...]
    node: Statement
    free: tuple[str, ...]  # what it looks up at the top of its module
    attributes: frozenset[str]
    dotted: frozenset[tuple[str, str]]  # name and attribute


class Export:
    """What a script is made of. `written` are definitions whose text is given, `stand_ins` those that others replace."""

    def __init__(
        self, rewrite: Rewrite, written: dict[Ref, str], stand_ins: dict[Ref, Ref], names: dict[Ref, str], pieces: dict[Ref, list[Piece]]
    ) -> None:
        self.rewrite, self.written, self.stand_ins, self.names = rewrite, written, stand_ins, dict(names)
        self.live: dict[Ref, None] = {}
        self.mentioned: set[str] = set()
        self.done: set[Ref] = set()
        self._pieces = pieces  # shared by all exports of one run

    def need(self, roots: Iterable[Ref], mentioned: Iterable[str] = ()) -> None:
        """Take these and all that they need."""
        self.live |= dict.fromkeys(self.stand_ins.get(ref, ref) for ref in roots)
        self.mentioned |= set(mentioned)
        before = (-1, -1)
        while before != (len(self.live), len(self.mentioned)):
            before = (len(self.live), len(self.mentioned))
            for ref in list(self.live):
                for piece in self.taken(ref):
                    self.mentioned |= piece.attributes | set(piece.free)
                    self.live |= dict.fromkeys(found for found in self.follow(ref, piece) if isinstance(found, Ref))
        self._name()

    def text(self, roots: Iterable[Ref]) -> list[tuple[Ref, str]]:
        """The definitions that these roots need, each formatted, what came in an earlier text left out."""
        return [(ref, self._text(ref)) for root in roots for ref in self._below(self.stand_ins.get(root, root))]

    def imports(self, body: str, more: Iterable[Foreign] = ()) -> list[str]:
        """Import lines for all that was given as text so far, and for more, as far as the body needs them; in two groups."""
        found = set(more) | {
            f
            for ref in self.done
            for piece in self.taken(ref)
            for f in self.follow(ref, piece)
            if isinstance(f, Foreign) and not ours(f.module)
        }
        return import_lines(f for f in found if re.search(rf"(?<![.\w]){f.alias}\b", body))

    # what is taken

    def taken(self, ref: Ref) -> list[Piece]:
        """The head of this definition and the members that somebody mentions."""
        head, *members = self._read(ref)
        return [
            head,
            *(member for member in members if any(n in self.mentioned or n == "forward" or n.startswith("__") for n in member.names)),
        ]

    def follow(self, ref: Ref, piece: Piece) -> Iterator[Ref | Foreign]:
        """What the names of a piece stand for."""
        for name in piece.free:
            found = source(ref.module).find(name)
            if isinstance(found, Foreign) and found.name is None and ours(found.module):
                yield from (Ref(found.module, attribute) for owner, attribute in sorted(piece.dotted) if owner == name)
            elif found is not None:
                yield self.stand_ins.get(found, found) if isinstance(found, Ref) else found

    def _read(self, ref: Ref) -> list[Piece]:
        if ref not in self._pieces:
            if ref in self.written:
                self._pieces[ref] = [piece((ref.name,), cst.parse_statement(self.written[ref]))]
            else:
                self._pieces[ref] = list(
                    pieces(self.rewrite(ref, source(ref.module).definitions[ref.name]), ref in self.stand_ins.values())
                )
        return self._pieces[ref]

    def _below(self, ref: Ref) -> Iterator[Ref]:
        """What this needs, then itself."""
        if ref in self.done:
            return
        self.done |= {Ref(ref.module, name) for name in source(ref.module).together(ref.name)}
        for piece in sorted(self.taken(ref), key=lambda p: isinstance(p.node, cst.FunctionDef)):
            for found in self.follow(ref, piece):
                if isinstance(found, Ref):
                    yield from self._below(found)
        if not self._hollow(ref):
            yield ref

    # what it is called

    def _hollow(self, ref: Ref) -> bool:
        """Whether nothing of a class is left but its bases."""
        head, *members = self.taken(ref)
        return isinstance(head.node, cst.ClassDef) and ref not in self.written and not members and bool(head.node.bases)

    def _name(self) -> None:
        """Two of one name: the later one is called after its module as well."""
        used = {name: ref for ref, name in self.names.items()}
        solid = [ref for ref in self.live if not self._hollow(ref)]
        for ref in [Ref(one.module, name) for one in solid for name in source(one.module).together(one.name)]:
            if ref not in self.names:
                stem = ref.module.rpartition(".")[2]
                other = f"{stem}_{ref.name.strip('_')}"
                if ref.name.isupper():
                    other = other.upper()
                elif ref.name[0].isupper():
                    other = f"{stem.title().replace('_', '')}{ref.name}"
                self.names[ref] = ref.name if used.setdefault(ref.name, ref) == ref else other

    def name(self, ref: Ref) -> str:
        """What a definition is called in the script; a hollow class by its first base."""
        if not self._hollow(ref):
            return self.names.get(ref, ref.name)
        return next(iter(self._bases(ref)), "Any")

    def _bases(self, ref: Ref) -> dict[str, Any]:
        """The bases of a class as the script writes them: for hollow ones theirs, and none that another one brings along."""
        found: dict[str, Any] = {}
        space = source(ref.module).live.__dict__
        for base in cast(cst.ClassDef, self._read(ref)[0].node).bases:
            kind = eval(code := code_of(base.value), space)
            if isinstance(kind, type) and ours(kind.__module__):
                other = ref_of(kind)
                other = self.stand_ins.get(other, other)
                kind = other.value
                found |= self._bases(other) if self._hollow(other) else {self.name(other): kind}
            elif code not in NOTHING:
                found[code] = kind
        kinds = [kind for kind in found.values() if isinstance(kind, type)]
        return {code: kind for code, kind in found.items() if not any(k is not kind and issubclass(k, kind) for k in kinds)}

    def _text(self, ref: Ref) -> str:
        head, *members = self.taken(ref)
        node = head.node
        if isinstance(node, cst.ClassDef) and ref not in self.written:
            bases = [cst.Arg(cst.parse_expression(code)) for code in self._bases(ref)]
            told = [cast(Statement, node.body.body[0])] if node.get_docstring() else []
            if members and not told:
                members[0] = replace(members[0], node=members[0].node.with_changes(leading_lines=[]))
            body = [*told, *(member.node for member in members)] or [cst.parse_statement("pass")]
            node = node.with_changes(bases=bases, body=cst.IndentedBlock(body=body))
        renamed: dict[str, str] = {}
        aliases: dict[tuple[str, str], str] = {}
        for piece in (head, *members):
            for name in piece.free:
                found = source(ref.module).find(name)
                if isinstance(found, Ref):
                    renamed[name] = self.name(self.stand_ins.get(found, found))
                elif isinstance(found, Foreign) and found.name is None and ours(found.module):
                    aliases |= {pair: self.name(Ref(found.module, pair[1])) for pair in piece.dotted if pair[0] == name}
        renamed |= {name: self.name(Ref(ref.module, name)) for name in source(ref.module).together(ref.name)}
        return formatted(rename(node, {old: new for old, new in renamed.items() if old != new}, aliases))


def pieces(node: Statement, loose: bool) -> Iterator[Piece]:
    """A definition as its pieces; a class is its head and those of its members that do something. The fields of a record stay
    together, if not `loose`."""
    if not isinstance(node, cst.ClassDef):
        yield piece((), node)
        return
    fields = any("dataclass" in code_of(d) for d in node.decorators) or any(code_of(b.value) == "NamedTuple" for b in node.bases)
    yield piece((), node.with_changes(body=cst.IndentedBlock(body=[cst.parse_statement("pass")])), whole=node)
    for member in node.body.body:
        if isinstance(member, cst.FunctionDef | cst.ClassDef):
            abstract = isinstance(member, cst.FunctionDef) and any("abstractmethod" in code_of(d) for d in member.decorators)
            if not abstract:
                yield piece((member.name.value,), member)
        elif isinstance(member, cst.SimpleStatementLine) and (names := assigned(member.body[0])):
            bare = isinstance(member.body[0], cst.AnnAssign) and member.body[0].value is None
            if fields or not bare:
                yield piece(("__field__",) if fields and (bare or not loose) else tuple(names), member)


def busy(code: str) -> str:
    """A definition without the private methods that nothing in it calls any longer."""
    (node,) = cst.parse_module(code).body
    if not isinstance(node, cst.ClassDef):
        return code
    mentioned = {name for p in pieces(node, loose=False) for name in p.attributes if name not in p.names}
    idle = [p.node for p in pieces(node, loose=False) if p.names and all(re.match(r"_(?!_)", n) and n not in mentioned for n in p.names)]
    body = [statement for statement in node.body.body if statement not in idle]
    less = cst.Module([node.with_changes(body=node.body.with_changes(body=body))]).code
    return busy(less) if idle else less


def piece(names: tuple[str, ...], node: Statement, whole: Statement | None = None) -> Piece:
    code = cst.Module([node]).code
    nodes = list(ast.walk(ast.parse(code)))
    attributes = {n.attr for n in nodes if isinstance(n, ast.Attribute)} | {n.arg for n in nodes if isinstance(n, ast.keyword) and n.arg}
    dotted = {(n.value.id, n.attr) for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)}
    return Piece(names, whole or node, tuple(free_names(code)), frozenset(attributes), frozenset(dotted))


def free_names(code: str) -> list[str]:
    """Names that a definition looks up at the top of its module, in the order of their mention."""

    def walk(table: symtable.SymbolTable) -> Iterator[str]:
        top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (top or symbol.is_global()):
                yield symbol.get_name()
        for child in table.get_children():
            yield from walk(child)

    return list(dict.fromkeys(walk(symtable.symtable(code, "<definition>", "exec"))))


class Rename(cst.CSTTransformer):
    """Names of the module's top that are called otherwise in the script."""

    METADATA_DEPENDENCIES = (ScopeProvider,)

    def __init__(self, names: dict[str, str], aliases: dict[tuple[str, str], str]) -> None:
        super().__init__()
        self.names, self.aliases = names, aliases
        self.targets: set[cst.CSTNode] = set()

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self.targets.add(node.target)

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        owner = original_node.value.value if isinstance(original_node.value, cst.Name) else ""
        new = self.aliases.get((owner, original_node.attr.value)) if isinstance(owner, str) else None
        return cst.parse_expression(new) if new else updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        new = self.names.get(original_node.value)
        scope = self.get_metadata(ScopeProvider, original_node, None)
        if new is None or scope is None:
            return updated_node
        outside = all(isinstance(a.scope, GlobalScope | BuiltinScope | ClassScope) for a in scope[original_node.value])
        own = isinstance(scope, ClassScope) and original_node in self.targets  # an attribute that is called like it
        return cst.parse_expression(new) if outside and not own else updated_node


def rename(node: Statement, names: dict[str, str], aliases: dict[tuple[str, str], str]) -> str:
    if not names and not aliases:
        return cst.Module([node]).code
    return MetadataWrapper(cst.Module([node])).visit(Rename(names, aliases)).code
