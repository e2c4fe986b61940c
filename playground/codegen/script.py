"""One stand-alone script for a finished run, and the model alone: what was gathered, in sections that can be read from top to end."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from typing import Any

from torch import nn

from .. import models, tasks
from ..tasks import PictureTask, SensedTask, TextTask, TypedTask
from ..training.recipes import Recipe
from . import around
from .baked import baked, packages, with_values
from .bundle import Bundle, import_lines
from .known import Known
from .merge import merged
from .modules import Ref, module, ref_of
from .naming import final_names, headline, is_function, joined_constants, mentioned, once, section, used_imports
from .prose import prose

HERE = f"{__package__}.standalone"
SECTIONS = ("Vocabulary and data", "Model", "From input to answer", "Training")
PUBLIC = ("encode", "decode", "decode_step", "init_state", "step", "forward", "guess")


class Script:
    """The code of one run."""

    def __init__(self, recipe: Recipe, task: tasks.Task, model: nn.Module, metrics: dict[str, float]) -> None:
        self.recipe, self.task, self.model, self.metrics = recipe, task, model, metrics
        self.known = Known(recipe, task, model)
        self.options = ref_of(self.known.architecture.Options)
        self.answers = "read_off" if isinstance(model, models.Reader) else "written"
        if isinstance(task, PictureTask | SensedTask):
            self.answers = "drawn_again" if isinstance(task, PictureTask) else "described"

    @cached_property
    def bundle(self) -> Bundle:
        mine = ["read_weights", "fit", self.answers, *(["unpacked"] if isinstance(self.task, PictureTask | SensedTask) else [])]
        roots = [self.known.build, self.options, ref_of(type(self.task)), ref_of(type(self.recipe.training))]
        return Bundle(self.known, [*roots, *(Ref(HERE, name) for name in mine)])

    def whole(self, given: Any) -> str:
        """The script that answers this input."""
        names, texts, needs = self._texts
        called = {"task": names[ref_of(type(self.task))], "options": names[self.options]}
        end = around.main(self.recipe, self.task, given, self.answers, called, needs)
        if needs and isinstance(self.task, TextTask):
            texts = texts | self._tables(given)
        texts = mentioned(texts, names, end)
        parts = []
        for number, title in enumerate(SECTIONS):
            refs = [ref for ref in texts if section(ref) == number]
            parts += [headline(title), *self._explained(refs, texts)] if refs else []
        body = "\n\n\n".join(part.strip("\n") for part in [*parts, headline("Run it"), end])
        imports = import_lines(used_imports([*self.bundle.foreign, *around.IMPORTS], body))
        top = around.header(self.recipe, self.task, given, self.model, self.metrics, needs)
        return f"{top}\n\n{_future(imports)}\n\n\n{body}\n"

    @cached_property
    def _texts(self) -> tuple[dict[Ref, str], dict[Ref, str], set[str]]:
        """Final names; all texts, in order; and the packages that the training examples are made with."""
        names, chain = final_names(self.bundle, self.known)
        texts = {ref: self.bundle.written(ref, names) for ref in self.bundle.ordered(section)}
        if chain:
            whole = merged([texts[ref] for ref in chain], chain[-1].name, self._about_task(chain))
            texts = {ref: whole if ref == chain[-1] else text for ref, text in texts.items() if ref not in chain[:-1]}
        if isinstance(self.task, TypedTask):
            texts = {ref: with_values(text, self.task) for ref, text in texts.items()}
        return names, texts, packages(texts.values())

    def _tables(self, given: Any) -> dict[Ref, str]:
        """Look-ups instead of packages, enough to read this input and the task's examples."""
        names, texts, needs = self._texts
        assert isinstance(self.task, TextTask)
        data = "\n\n".join([*import_lines(self.bundle.foreign), *(text for ref, text in texts.items() if section(ref) == 0)])
        new = baked(data, names[ref_of(type(self.task))], [given, self.task.pinned, *self.task.examples], sorted(needs))
        return {ref: new[names[ref]] for ref in texts if names[ref] in new}

    @cached_property
    def sections(self) -> dict[str, str]:
        """The model alone, whole and by part; the whole can be run, and `build(ModelOptions())` takes the run's weights."""
        bundle = Bundle(self.known, [self.known.build, self.options], PUBLIC)
        names, _ = final_names(bundle, self.known)
        texts = once({ref: bundle.written(ref, names) for ref in bundle.ordered(section)})
        body = "\n\n\n".join(part.strip("\n") for part in self._explained(list(texts), texts))
        found = {"model": f"{_future(import_lines(used_imports(bundle.foreign, body)))}\n\n\n{body}\n"}
        for part, refs in self._parts(bundle).items():
            found[part] = "\n\n\n".join(text.strip("\n") for ref, text in texts.items() if ref in refs) + "\n"
        return found

    def _parts(self, bundle: Bundle) -> dict[str, set[Ref]]:
        """What belongs to encoder, attention and decoder: the classes of those parts, and the functions they call."""
        looks = {type(m) for path, m in self.model.named_modules() if re.search(r"attention|pooling", path.rpartition(".")[2])}
        groups: dict[str, set[Ref]] = {"encoder": set(), "attention": {ref_of(c) for look in looks for c in look.__mro__}, "decoder": set()}
        for name, part in self.model.named_children():
            if not any(isinstance(part, look) for look in looks):
                kinds = {ref_of(c) for m in part.modules() for c in type(m).__mro__}
                groups["encoder" if name == "encoder" else "decoder"] |= kinds - groups["attention"]
        found = {}
        for group, refs in groups.items():
            if live := refs & set(bundle.live):
                found[group] = live | {need for ref in live for need in bundle.needs[ref] if is_function(need)}
        return found

    def _about_task(self, chain: list[Ref]) -> str:
        """What the nearest class of the chain says of itself, the general ones left out."""
        for ref in reversed(chain):
            node = module(ref.module).nodes[ref.name]
            told = ast.get_docstring(node) if isinstance(node, ast.ClassDef) and ref.module != tasks.__name__ else None
            if told and (kept := prose(f'"""{told}"""').strip('"')):
                return kept
        return type(self.task).description

    def _explained(self, refs: list[Ref], texts: dict[Ref, str]) -> list[str]:
        """Definitions, and before the first one of a paper's or a task's module what that module says of itself."""
        parts, told = [], {tasks.__name__, models.__name__}
        for ref in refs:
            if ref.module not in told and (".models." in ref.module or ref.module == type(self.task).__module__):
                told.add(ref.module)
                about = prose(f'"""{module(ref.module).docstring}"""').strip('"').strip("\n")
                parts += ["\n".join(("# " + line).rstrip() for line in about.split("\n"))] if about else []
            parts.append(texts[ref].strip("\n"))
        return joined_constants(parts)


def _future(imports: list[str]) -> str:
    return "\n".join(["from __future__ import annotations", "", *imports])


def first_input(task: tasks.Task) -> Any:
    """What a script answers where nothing was given: the pinned input, or the first held-out picture."""
    if isinstance(task, PictureTask):
        return task.held_out(1).source[0].reshape(28, 28).numpy()
    assert isinstance(task, TypedTask)
    return task.pinned
