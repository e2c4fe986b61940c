"""Where a definition stands in a script, what it is called there, and whether it is needed at all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from .. import models, tasks
from .around import TAKEN
from .bundle import Bundle
from .known import Known
from .modules import Foreign, Ref, module, ref_of

OF_TRAINING = {"initialise", "_recurrent", "_inputs"}


def final_names(bundle: Bundle, known: Known) -> tuple[dict[Ref, str], list[Ref]]:
    """What every definition is called, none twice; and the chain of task classes that become one."""
    leaf = type(known.task)
    lineage = [ref_of(c) for c in reversed(leaf.__mro__) if issubclass(c, tasks.Task)]
    every = {ref for ref in bundle.live if isinstance(v := module(ref.module).value(ref.name), type) and issubclass(v, tasks.Task)}
    chain = [ref for ref in lineage if ref in bundle.live] if every <= set(lineage) else []
    names = dict.fromkeys(chain, leaf.__name__)
    names |= {ref_of(c): "ModelOptions" for c in known.architecture.Options.__mro__}
    if leaf.Options.__name__ == "Options":
        names |= {ref_of(c): "TaskOptions" for c in leaf.Options.__mro__}
    taken = {*names.values(), *TAKEN, "PAIRS", *(f.alias for f in bundle.foreign)}
    for ref in sorted(
        bundle.ordered(section), key=lambda r: r != known.build and not r.module.startswith(__package__)
    ):  # `main` names these
        if ref not in names:
            name = spelled_like(ref.name, module_word(ref.module)) if ref.name in taken else ref.name
            taken.add(name)
            names[ref] = name
    return names, chain if len(chain) > 1 else []


def section(ref: Ref) -> int:
    layer = ref.module.split(".")[1]
    if layer == "models":
        return 3 if ref.module == models.__name__ and ref.name in OF_TRAINING else 1
    if layer in ("tasks", "vocabulary", "pair_store"):
        return 0
    return 3 if layer in ("training", "recipes") or ref.name == "fit" else 2


def is_function(ref: Ref) -> bool:
    return isinstance(module(ref.module).nodes[ref.name], ast.FunctionDef)


def module_word(name: str) -> str:
    return "".join(word.capitalize() for word in name.rpartition(".")[2].split("_"))


def spelled_like(name: str, word: str) -> str:
    """Another name of the same look: VaeEncoder, vae_pad, VAE_WORDS."""
    bare, mark = name.lstrip("_"), "_" * (len(name) - len(name.lstrip("_")))
    if bare.isupper():
        return f"{mark}{word.upper()}_{bare}"
    return f"{mark}{word}{bare}" if bare[:1].isupper() else f"{mark}{word.lower()}_{bare}"


def headline(title: str) -> str:
    return f"# {'─' * 4} {title} {'─' * (100 - len(title))}"


def joined_constants(parts: list[str]) -> list[str]:
    """Short constants in a row stand close together."""
    out: list[str] = []
    for part in parts:
        if out and is_constant(part) and is_constant(out[-1].rsplit("\n", 1)[-1]):
            out[-1] += "\n" + part
        else:
            out.append(part)
    return out


def is_constant(text: str) -> bool:
    return bool(re.match(r"[A-Za-z_][\w, ]*(: [^=\n]+)? = ", text))


def mentioned(texts: dict[Ref, str], names: dict[Ref, str], main: str) -> dict[Ref, str]:
    """Only what is mentioned by something that stays."""
    words = {ref: set(re.findall(r"[^\W\d]\w*", text)) for ref, text in texts.items()}
    kept: set[Ref] = set()
    said = set(re.findall(r"[^\W\d]\w*", main))
    while new := {ref for ref in texts if ref not in kept and bound(texts[ref], names.get(ref, ref.name)) & said}:
        kept |= new
        for ref in new:
            said |= words[ref]
    return once({ref: text for ref, text in texts.items() if ref in kept})


def once(texts: dict[Ref, str]) -> dict[Ref, str]:
    """Without what stands there already: options and those they extend are one class here."""
    first: dict[str, Ref] = {}
    for ref, text in texts.items():
        first.setdefault(text, ref)
    return {ref: text for ref, text in texts.items() if first[text] == ref}


def bound(text: str, name: str) -> set[str]:
    """All names that a definition binds: several for `A, B = both`."""
    (node, *_) = ast.parse(text).body
    targets = node.targets if isinstance(node, ast.Assign) else []
    return {name} | {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}


def used_imports(foreign: Iterable[Foreign], body: str) -> set[Foreign]:
    words = set(re.findall(r"[^\W\d]\w*", "\n".join(line.split("#")[0] for line in body.split("\n"))))
    return {f for f in foreign if f.alias.split(".")[0] in words and f.module != "__future__"}
