"""One stand-alone script for a finished run, the model alone, and the same as a notebook."""

from __future__ import annotations

import base64
import re
import sys
import textwrap
import zlib
from functools import cached_property
from typing import Any

import libcst as cst
import numpy as np
from torch import nn

from .. import models, tasks, vocabulary
from ..inference.explore import picture
from ..models.layers import fused
from ..tasks import Batch, PictureTask, SensedTask, TextTask
from ..tasks.digit_strings import DigitStrings
from ..tasks.text import Pooled
from ..training.recipes import Recipe
from . import examples, standalone
from .constants import Tables, Told, options_class, spelled
from .definitions import Foreign, Ref, Statement, ref_of, source
from .export import Export, Piece
from .layout import WIDTH, formatted
from .plain import Parts, Plain
from .prose import unwatched

IMPORTS = (Foreign("argparse", None, "argparse"), Foreign("pathlib", "Path", "Path"))
KINDS = ("Task", "TypedTask", "TextTask", "WritingTask", "SequenceTask", "ReaderTask", "SensedTask")
STAND_INS = {  # playground's own → something shorter that does the same for a script
    ref_of(vocabulary.Vocabulary): ref_of(examples.Vocabulary),
    ref_of(Batch): ref_of(examples.Batch),
    ref_of(tasks.Reading): ref_of(examples.Reading),
    ref_of(Pooled): ref_of(examples.Pooled),
    ref_of(DigitStrings): ref_of(examples.DigitStrings),
    ref_of(vocabulary.graphemes): ref_of(examples.graphemes),
    ref_of(vocabulary.normalise): ref_of(examples.normalise),
    **{ref_of(getattr(tasks, name)): ref_of(examples.Task) for name in KINDS},
}
PUBLIC = ("encode", "decode", "decode_step", "init_state", "step", "guess")
INSTALLS = {"sklearn": "scikit-learn"}
PLAIN_PYTHON = {"torch", "numpy", *sys.stdlib_module_names}
MAIN = """\
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    {asked}parser.add_argument("--train", action="store_true", help="train from scratch")
    parser.add_argument("--steps", type=int, default=STEPS, help="how many steps to train")
    given = parser.parse_args()
    task, model = {task}(), build(ModelOptions())
    if given.train:
        {train}
    else:
        model.load_state_dict(read_weights(Path(__file__).with_name("weights.safetensors")))
    print({answer})


if __name__ == "__main__":
    main()
"""
ASKED = 'parser.add_argument("--input", default=INPUT, help="what to read instead")\n    '
WITH_PACKAGES = """try:
            {train}
        except ModuleNotFoundError as error:
            raise SystemExit(f"Examples are made with a package that is missing: {{error.name}}")"""
USE = """
    python script.py                the answer on the page; weights.safetensors lies beside it
{asked}    python script.py --train        train from scratch{more}"""
USE_INPUT = '    python script.py --input "…"    another input\n'
ABOUT = re.compile(r"(?:\S.*\n)+\n?(?: +.*\n|\n(?= ))*")  # the first paragraph, and the equations that follow
DOCUMENTED = re.compile(r'((?:@.*\n)*(?:class|def) (\w+)(.*?):\n)    """(.*?)"""\n+', re.DOTALL)
CELL = """\
task, model = {task}(), build(ModelOptions())
model.load_state_dict(read_weights(Path("weights.safetensors")))  # or {train}(model, task, STEPS)
print({answer})
"""


class Script:
    """The code of one run."""

    def __init__(self, recipe: Recipe, task: tasks.Task, model: nn.Module, metrics: dict[str, float]) -> None:
        self.recipe, self.task, self.model, self.metrics = recipe, task, model, metrics
        self.architecture = models.get(recipe.architecture)
        self.build, self.options = ref_of(self.architecture.build), ref_of(self.architecture.Options)
        self._pieces: dict[Ref, list[Piece]] = {}
        self.train = standalone.train_by_counting if hasattr(model, "count") else standalone.train
        if isinstance(task, PictureTask):
            self.answer: Any = standalone.answer_drawn
        elif task.shape:
            self.answer = standalone.answer_given_back
        elif isinstance(task, SensedTask):
            self.answer = standalone.answer_about
        else:
            self.answer = standalone.answer_read_off if isinstance(model, models.Reader) else standalone.answer_in_words

    def whole(self, given: Any) -> str:
        """The script that answers this input."""
        given = first_input(self.task) if given is None else given
        export, parts = self._parts(given)
        task, typed = export.name(ref_of(type(self.task))), isinstance(given, str)
        needs = packages(parts["Data"])
        call = f"{self.train.__name__}(model, task, given.steps)"
        train = WITH_PACKAGES.format(train=call) if needs else call
        constant, answer = self._answer(given, "given.input")
        main = MAIN.format(asked=ASKED if typed else "", task=task, train=train, answer=answer)
        body = "\n\n\n".join(f"# {title}\n\n\n{joined(texts)}" for title, texts in (parts | {"Run it": [constant, main.strip()]}).items())
        top = [f'"""{self._header(USE, given, needs)}\n"""', "from __future__ import annotations", "\n".join(export.imports(body, IMPORTS))]
        return "\n\n".join(top) + f"\n\n\n{body}\n"

    def notebook(self, given: Any) -> dict[str, Any]:
        """The same as cells (nbformat 4.5): what docstrings say stands above the code."""
        given = first_input(self.task) if given is None else given
        export, parts = self._parts(given)
        constant, answer = self._answer(given, "INPUT")
        parts["Run it"] = [
            constant,
            CELL.format(task=export.name(ref_of(type(self.task))), train=self.train.__name__, answer=answer).strip(),
        ]
        body = "\n".join(text for texts in parts.values() for text in texts)
        cells = [
            ("markdown", self._header("", given, [])),
            ("code", "\n".join(["from __future__ import annotations", "", *export.imports(body, IMPORTS)])),
        ]
        for title, texts in parts.items():
            cells.append(("markdown", f"## {title}"))
            for text in texts:
                told = DOCUMENTED.match(text)
                if told:
                    cells.append(("markdown", f"**`{told[2]}`** {textwrap.dedent(told[4]).strip()}"))
                if not told and cells[-1][0] == "code":
                    cells[-1] = ("code", joined([cells[-1][1], text]))
                else:
                    cells.append(("code", told[1] + text[told.end() :] if told else text))
        return {
            "cells": [cell(kind, f"cell-{n}", text) for n, (kind, text) in enumerate(cells)],
            "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }

    @cached_property
    def sections(self) -> dict[str, str]:
        """The model alone, whole and by part; the whole can be run, and `build(ModelOptions())` takes the run's weights."""
        export = self._export()
        export.need([self.build], PUBLIC)
        texts = dict(export.text([self.build]))
        body = joined(texts.values())
        found = {"model": "\n\n".join(["from __future__ import annotations", "\n".join(export.imports(body)) + "\n", body]) + "\n"}
        for part, refs in self._halves(export).items():
            found[part] = joined(text for ref, text in texts.items() if ref in refs) + "\n"
        return found

    def _halves(self, export: Export) -> dict[str, set[Ref]]:
        """What belongs to encoder, attention and decoder: the classes of those parts, and the functions that they call."""
        looks = {type(m) for path, m in self.model.named_modules() if re.search(r"attention|pooling", path.rpartition(".")[2])}
        groups: dict[str, set[Ref]] = {"encoder": set(), "attention": {ref_of(c) for look in looks for c in look.__mro__}, "decoder": set()}
        for name, part in self.model.named_children():
            if not any(isinstance(part, look) for look in looks):
                kinds = {ref_of(c) for m in part.modules() for c in type(m).__mro__}
                groups["encoder" if name == "encoder" else "decoder"] |= kinds - groups["attention"]
        return {group: live for group, refs in groups.items() if (live := {ref for ref in refs if ref in export.live})}

    def _parts(self, given: Any) -> tuple[Export, dict[str, list[str]]]:
        """The definitions of each section, the one that answers this input last."""
        export = self._export()
        task = ref_of(type(self.task))
        typed = isinstance(given, str)
        roots = {
            "Data": [] if self.task.shape else [ref_of(examples.Vocabulary)],
            "Model": [self.build],
            "From input to answer": [ref_of(standalone.read_weights), ref_of(self.answer)]
            + ([] if typed else [ref_of(standalone.unpacked)]),
            "Training": [ref_of(self.train)],
        }
        roots["Data"].append(task)
        export.need([ref for refs in roots.values() for ref in refs], ["render"] if typed else [])
        parts = {title: [text for _, text in export.text(refs)] for title, refs in roots.items()}
        return export, parts

    def _answer(self, given: Any, asked: str) -> tuple[str, str]:
        """The constant that holds what was given, and the call that answers it."""
        if isinstance(given, str):
            constant, read = formatted(f"INPUT = {spelled(self._typed(given))}"), asked
            if isinstance(self.task, SensedTask):
                read = f"task.render({read}).source"
        else:
            constant, read = self._numbers(given)
        arguments = f"model, {read}" if isinstance(self.task, PictureTask) else f"model, task, {read}"
        return constant, f"{self.answer.__name__}({arguments})"

    def _export(self) -> Export:
        training, here, asked = self.recipe.training, standalone.__name__, type(self.task.options)
        values = (training.steps, training.batch_size, training.learning_rate, training.weight_decay, self.recipe.seed)
        written = {
            self.options: options_class("ModelOptions", self.architecture.Options(**dict(self.recipe.model_options))),
            **{
                Ref(here, name): f"STEPS, BATCH, RATE, DECAY, SEED = {', '.join(map(repr, values))}"
                for name in source(here).together("STEPS")
            },
            Ref(here, "PRECISION"): f"PRECISION = torch.{'bfloat16' if training.precision == 'bfloat16' else 'float32'}",
        }
        names = {self.options: "ModelOptions"}
        if self.task.shape:
            written[Ref(here, "TOLD")] = f'TOLD = "{self.task.score_name}"'
        if "." not in asked.__qualname__:
            written[ref_of(asked)], names[ref_of(asked)] = options_class("TaskOptions", self.task.options), "TaskOptions"
        bases: dict[Ref, Ref] = {}
        if not any(getattr(part, "backwards", False) for part in self.model.modules()):
            bases = {ref_of(fused.fused): ref_of(standalone.fused)}
        bases |= {ref_of(kind): self.options for kind in self.architecture.Options.__mro__[1:-1]}
        return Export(self._rewrite, written, STAND_INS | bases, names, self._pieces)

    def _rewrite(self, ref: Ref, node: Statement) -> Statement:
        space, module = source(ref.module).live.__dict__, cst.Module([node])
        if ref == self.build:
            module = module.visit(Told(self.task, space))
        if isinstance(ref.value, type) and isinstance(self.task, ref.value):
            module = module.visit(Tables(self.task))
        return module.visit(Plain(Parts(space, ref.value, model=self.model, task=self.task))).body[0]

    # words and numbers

    def _header(self, use: str, given: Any, needs: list[str]) -> str:
        """What the script is, its paper's equations, its recipe, how well it did, how to run it."""
        training = self.recipe.training
        about = unwatched((source(self.build.module).live.__doc__ or "").strip(), WIDTH - 4)
        equations = ABOUT.match(about + "\n")
        told = {name: value for name, value in self.metrics.items() if name not in ("inputs", "low", "high")}
        scores = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in told.items())
        test = f"{self.metrics['inputs']:,.0f} test inputs" if "inputs" in self.metrics else "test inputs"
        rate = f"{training.steps:,} steps of {training.batch_size} examples; on {test}: {scores or 'not measured'}."
        if training.examples or training.scheduled_sampling:
            rate += " Trained from scratch the script draws fresh examples and reads no guesses of its own, which that run did otherwise."
        more = f"        (first: pip install {' '.join(needs)})" if needs else ""
        lines = [
            f"{self.architecture.title} on “{type(self.task).title}”: needs torch and numpy only.",
            "",
            *([narrowed(equations[0].strip()), ""] if equations else []),
            *textwrap.wrap(f"Paper: {self.architecture.paper}. {models.parameter_count(self.model):,} parameters, {rate}", WIDTH - 4),
            use.format(more=more, asked=USE_INPUT if isinstance(given, str) else ""),
        ]
        return "\n".join(lines).replace("\\", "\\\\").rstrip()

    def _typed(self, given: str) -> str:
        """What was typed as the script reads it."""
        if not isinstance(self.task, TextTask):
            return given
        tokens = self.task.parse(given)
        return ("" if " " in self.task.source_vocabulary.ids else " ").join(tokens)

    def _numbers(self, given: Any) -> tuple[str, str]:
        """What the model reads of a picture or a sound as lines of base64, and the call that brings it back."""
        source = self.task.perceive(given).source if isinstance(self.task, SensedTask) else picture(given).reshape(1, 784)
        values = np.asarray(source, dtype="<f4")
        data = base64.b64encode(zlib.compress(values.tobytes(), 9)).decode()
        lines = "\n".join(f'    "{line}"' for line in textwrap.wrap(data, WIDTH - 8))
        return f"NUMBERS = (\n{lines}\n)", f"unpacked(NUMBERS, {', '.join(map(str, values.shape))})"


def first_input(task: tasks.Task) -> Any:
    """What a script answers where nothing was given: the pinned input, or the first held-out picture."""
    return task.first().model_input(task)


def packages(texts: Any) -> list[str]:
    """What is to be installed for the imports inside functions."""
    found = {name for text in texts for name in re.findall(r"^ +(?:from|import) (\w+)", text, re.MULTILINE)}
    return sorted(INSTALLS.get(name, name) for name in found - PLAIN_PYTHON)


def joined(texts: Any) -> str:
    """Definitions two lines apart, constants in a row."""
    out, last = "", False
    for text in texts:
        constant = re.match(r"[A-Z_]+(, [A-Z_]+)*\b.* = .*$", text) is not None and "\n" not in text
        out += ("" if not out else "\n" if constant and last else "\n\n\n") + text
        last = constant
    return out


def cell(kind: str, id: str, text: str) -> dict[str, Any]:
    more: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": id, "metadata": {}, "source": text.splitlines(keepends=True), **more}


def narrowed(equations: str) -> str:
    """Equations without the remarks that make a line too long."""
    lines = [re.sub(r"(?<=\S) {3,}(?=\S)", "   ", line) for line in equations.split("\n")]
    return "\n".join(line if len(line) <= WIDTH else re.sub(r"(?<=\S) {3}\S.*", "", line) for line in lines)
