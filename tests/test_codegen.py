"""Generated code runs without this package and does what the page does: the very same answers, the very same logits."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from playground import Run, codegen, models, tasks
from playground.codegen.plain import plain
from playground.codegen.prose import prose
from playground.models.layers import attention, cells, recurrent
from playground.storage.checkpoints import Checkpoint
from playground.tasks import PictureTask, TypedTask
from playground.tasks.pairs import read_pairs
from playground.tasks.your_pictures import read_pictures
from playground.training import recipes
from playground.training.stepper import Stepper
from playground.training.trainer import new_model
from tests import own
from tests.small import PAIRS, call, recurrent_options, some_input, tiny_options, tiny_recipe

torch.set_num_threads(1)
STEPS = 30
LONGEST = 950  # lines of a script: the captioner's
GUARD = """
import contextlib, importlib.abc, io, json, runpy, sys, traceback
import torch
torch.set_num_threads(1)
scripts = set()

class Guard(importlib.abc.MetaPathFinder):  # refuses what a script itself imports; what torch loads on the way is torch's affair
    def find_spec(self, name, path, target=None):
        frame = sys._getframe(1)
        while frame and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        if frame and frame.f_code.co_filename in scripts and name.split(".")[0] not in {"torch", "numpy", *sys.stdlib_module_names}:
            raise ModuleNotFoundError(f"the script imports {name}", name=name)

sys.meta_path.insert(0, Guard())
results = {}
for path, *arguments in json.loads(sys.stdin.read()):
    sys.argv = [path, *arguments]
    scripts.add(path)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            runpy.run_path(path, run_name="__main__")
        except BaseException:
            traceback.print_exc(file=sys.stdout)
    results.setdefault(path, []).append(said.getvalue())
print(json.dumps(results))
"""


@cache
def tried(architecture: str, task: str) -> Run:
    """A run of a few steps: its answers are anything but constant, and right is not the question."""
    recipe = tiny_recipe(architecture, task, steps=STEPS, training_options={"learning_rate": 0.02})
    model, built = new_model(recipe), recipe.build_task()
    stepper = Stepper(model, built, recipe.training, recipe.seed, torch.device("cpu"))
    for _ in range(3):
        stepper.step()
    weights = {k: v.detach().clone() for k, v in model.state_dict().items()}
    return Run(Checkpoint(recipe, weights, {"exact_match": 0.5}, 0.1))


def pairs() -> list[tuple[str, str]]:
    """Each architecture with the first task of each kind that it fits, each task with one architecture."""
    chosen: dict[tuple[str, str], tuple[str, str]] = {}
    for architecture, task in PAIRS:
        chosen.setdefault((architecture, tasks.get(task).kind), (architecture, task))
    seen = {task for _, task in chosen.values()}
    rest = [next(pair for pair in PAIRS if pair[1] == task) for task in tasks.tasks() if task not in seen]
    return [*chosen.values(), *rest]


CHOSEN = pairs()


def given_to(run: Run) -> list[Any]:
    task = run.task
    if isinstance(task, PictureTask):
        return [some_input(task)]
    assert isinstance(task, TypedTask)
    return [task.pinned, task.random_text(torch.Generator().manual_seed(3))]


def guarded(calls: list[list[str]]) -> dict[str, list[str]]:
    """What scripts print in one fresh, isolated process that refuses every import but torch, numpy and the standard library."""
    done = subprocess.run([sys.executable, "-I", "-c", GUARD], input=json.dumps(calls), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    results: dict[str, list[str]] = json.loads(done.stdout)
    return results


def written(run: Run, folder: Path, given: Any = None) -> str:
    """Script and weights in a folder; the script's path."""
    folder.mkdir()
    run.save(folder / "weights.safetensors")
    (folder / "script.py").write_text(run.script(given))
    return str(folder / "script.py")


def page_says(run: Run, given: Any) -> str:
    trace = run.explore(given)
    if trace.picture is None or trace.reconstruction is None:
        return trace.output + "\n"
    return f"mean squared error {np.square(trace.picture - trace.reconstruction).mean():.6f}\n"


def test_every_script_answers_what_the_page_answers(tmp_path: Path) -> None:
    calls, expected = [], {}
    for pair in CHOSEN:
        run = tried(*pair)
        first, *others = given_to(run)
        path = written(run, tmp_path / "-".join(pair), first)
        calls += [[path], *([path, "--input", other] for other in others)]
        expected[path] = [page_says(run, given) for given in (first, *others)]
        told = Path(path).read_text()
        assert not re.search(
            r"\b(playground|jaxtyping|InputError|tap|explicit|Recording|recording=|recording\.open)(?!\w)",
            told.replace("Encoder–Decoder Playground", ""),
        )
        assert models.get(pair[0]).paper.split(",")[0] in told and "weights.safetensors" in told
        assert max(map(len, told.split("\n"))) <= 100, path
        assert told.count("\n") <= LONGEST, path
    for path, answers in guarded(calls).items():
        for got, wanted in zip(answers, expected[path], strict=True):
            lines = 3 if "features" in path else 29  # the numbers given and those made, or a picture, before its error
            assert got == wanted or (wanted.startswith("mean") and got.endswith(wanted) and got.count("\n") == lines), (path, got[-1500:])


def test_the_cells_of_a_notebook_run_like_the_script(tmp_path: Path) -> None:
    calls, expected = [], {}
    for pair in [
        ("attention_seq2seq", "reverse"),
        ("transformer_encoder", "entities"),
        ("autoencoder", "strokes"),
        ("captioner", "scenes"),
    ]:
        run, folder = tried(*pair), tmp_path / "-".join(pair)
        (given,) = given_to(run)[:1]
        path, told = written(run, folder, given), run.notebook(given)
        assert json.loads(json.dumps(told)) == told and (told["nbformat"], told["nbformat_minor"]) == (4, 5)
        ids = [cell["id"] for cell in told["cells"]]
        prose_of = ["".join(cell["source"]) for cell in told["cells"] if cell["cell_type"] == "markdown"]
        code = ["".join(cell["source"]) for cell in told["cells"] if cell["cell_type"] == "code"]
        assert len(set(ids)) == len(ids) and "## Model" in prose_of and not any('"""' in text for text in prose_of)
        Path(path).write_text("\n\n".join([code[0], f"import os\nos.chdir({str(folder)!r})", *code[1:]]))
        calls.append([path])
        expected[path] = page_says(run, given)
    for path, (answer,) in guarded(calls).items():
        assert answer == expected[path] or answer.endswith(expected[path]), (path, answer[-1500:])


def test_what_stands_elsewhere_gets_a_script_too(tmp_path: Path) -> None:
    """A task and an architecture in files of their own, which nothing here knows."""
    with own.registered():
        run = tried("conv_seq2seq", "double")
        path = written(run, tmp_path / "own", "3 1 4")
        answer, trained = guarded([[path], [path, "--train", "--steps", "2"]])[path]
        assert answer == page_says(run, "3 1 4") and "loss" in trained and "Traceback" not in trained


TRAINED = [("attention_seq2seq", "reverse"), ("transformer_encoder", "entities"), ("ngram", "completion")]


def test_scripts_train(tmp_path: Path) -> None:
    """The loss falls; with the same seed it is, step by step, the very loss of the page."""
    paths = {written(tried(*pair), tmp_path / "-".join(pair)): pair for pair in TRAINED}
    for path, (told,) in guarded([[path, "--train"] for path in paths]).items():
        losses = re.findall(r"step +\d+ +loss ([\d.]+) +held out, answered exactly right: [\d.]+", told)
        assert len(losses) == STEPS, (path, told[-1500:])
        run = tried(*paths[path])
        stepper = Stepper(new_model(run.recipe), run.task, run.recipe.training, run.recipe.seed, torch.device("cpu"))
        assert losses == [f"{stepper.step():.4f}" for _ in range(STEPS)]
        assert float(losses[-1]) < 0.9 * float(losses[0]), (path, losses)


def test_a_missing_package_is_named_only_where_training_needs_it(tmp_path: Path) -> None:
    """Reading dates and drawing digits again needs nothing; making examples of them does."""
    packages = {("seq2seq", "dates"): "babel", ("autoencoder", "digits"): "sklearn"}
    paths = {written(tried(*pair), tmp_path / pair[1]): package for pair, package in packages.items()}
    calls = [[path, *flags] for path in paths for flags in ([], ["--train"])]
    for path, (answer, refused) in guarded(calls).items():
        assert "Traceback" not in answer
        assert f"a package that is missing: {paths[path]}" in refused
        assert "pip install" in Path(path).read_text().split("from __future__")[0]


def test_own_pairs_stand_in_the_script(tmp_path: Path) -> None:
    kept = read_pairs([f'word {i}\tw\\"{i}' for i in range(40)], "characters", "characters")
    recipe = recipes.make(
        "seq2seq",
        "pairs",
        model_options=tiny_options("seq2seq"),
        task_options={"pairs": kept},
        training_options={"steps": 3, "batch_size": 4},
    )
    model = new_model(recipe)
    run = Run(Checkpoint(recipe, {k: v.detach() for k, v in model.state_dict().items()}, {}, 0.1))
    path = written(run, tmp_path / "pairs", "word 7")
    answer, trained = guarded([[path], [path, "--train"]])[path]
    assert answer == page_says(run, "word 7") and "loss" in trained and "Traceback" not in trained


def test_own_pictures_stand_in_the_script(tmp_path: Path) -> None:
    """Brought ones, in lines that an editor opens; the example is drawn by the script itself."""
    random = np.random.default_rng(1)
    images = [Image.fromarray(random.integers(0, 255, (28, 28), dtype=np.uint8)) for _ in range(60)]
    for n, image in enumerate(images):
        image.save(tmp_path / f"{n}.png")
    recipe = recipes.make(
        "autoencoder",
        "pictures",
        model_options=tiny_options("autoencoder"),
        task_options={"pictures": read_pictures(sorted(tmp_path.glob("*.png")))},
        training_options={"steps": 3, "batch_size": 4},
    )
    run = Run(Checkpoint(recipe, {k: v.detach() for k, v in new_model(recipe).state_dict().items()}, {}, 0.1))
    path = written(run, tmp_path / "pictures")
    assert max(map(len, Path(path).read_text().split("\n"))) <= 100
    answer, trained = guarded([[path], [path, "--train"]])[path]
    assert answer.endswith(page_says(run, some_input(run.task))) and "loss" in trained and "Traceback" not in trained
    assert "".join(cell_text(run.notebook())).count("b64decode") >= 2


def cell_text(notebook: dict[str, Any]) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"]]


@pytest.mark.parametrize("architecture", models.architectures())
def test_the_model_alone_is_the_same_model(architecture: str) -> None:
    run = tried(*next(pair for pair in CHOSEN if pair[0] == architecture))
    agree(run)
    parts = codegen.model_code(run)
    assert set(parts) <= {"model", "encoder", "attention", "decoder"} and all(part.strip() for part in parts.values())
    has_encoder, _, has_decoder = models.get(architecture).parts
    assert ("encoder" in parts or not has_encoder) and ("decoder" in parts or not has_decoder)
    for part in parts.values():
        compile(part, "<part>", "exec")


VARIED = [options for options in recurrent_options("attention_seq2seq") if options["layers"] == 2 and options["bidirectional"]]


@pytest.mark.parametrize("options", VARIED, ids=lambda o: f"{o['cell']}-{o['score']}")
def test_every_cell_and_score(options: dict[str, Any]) -> None:
    recipe = recipes.make("attention_seq2seq", "reverse", model_options=options, device="cpu")
    run = Run(Checkpoint(recipe, {k: v.detach() for k, v in new_model(recipe).state_dict().items()}, {}, 0.1))
    parts = agree(run)
    others = {"additive": "Additive", "dot": "Dot", "general": "General", "scaled_dot": "ScaledDot", "location": "Location"}
    assert [name for name in others.values() if f"class {name}(" in parts["attention"]] == [others[str(options["score"])]]


def agree(run: Run) -> dict[str, str]:
    """The model part, run by itself, gives the logits of the model it was taken from."""
    parts = codegen.model_code(run)
    space: dict[str, Any] = {"__name__": __name__}
    exec(compile(parts["model"], "<model>", "exec"), space)
    model = space["build"](space["ModelOptions"]())
    model.load_state_dict(run.checkpoint.weights)
    batch = run.task.held_out("test", 5)
    with torch.no_grad():
        torch.testing.assert_close(call_alike(model.eval(), run.model, batch), call(run.model, batch), atol=1e-5, rtol=0)
    return parts


def call_alike(model: Any, original: Any, batch: Any) -> Any:
    if isinstance(original, models.EncoderDecoder):
        return model(batch.source, batch.target_in, batch.mask)
    return model(batch.source, batch.mask if isinstance(original, models.Reader) else batch.condition)


def cleaned(text: str) -> str:
    return plain(textwrap.dedent(text).strip("\n"))


def test_taps_give_way_to_what_they_offered() -> None:
    assert cleaned('y = tap(self, "a", f(tap(self, "b", x, at), 2))  # (B, H)') == "y = f(x, 2)  # (B, H)\n"
    assert cleaned('y = 2 * tap(self, "a", u + v)') == "y = 2 * (u + v)\n"
    assert cleaned('y = tap(self, "a", u if v else w).T') == "y = (u if v else w).T\n"
    assert cleaned('def f(self, x):\n    tap(self, "x", x)\n    x = tap(self, "x", x)\n    return x') == "def f(self, x):\n    return x\n"


def test_nobody_looks() -> None:
    text = """
    def forward(self, x: Float[Tensor, "batch *steps hidden"], mask: Bool[Tensor, "batch source"] | None = None) -> Float[Tensor, "batch"]:
        if explicit():
            return self.slow(x)
        elif mask is None:  # nothing is padded
            with part("prompt"):
                x = f(x)  # once
        # a comment stays with what it explains
        if not explicit() and x.dim() == 2:
            return x
        y = g(x) if explicit() or mask else h(x)
        if not explicit():
            return y
        return z
    """
    assert cleaned(text) == textwrap.dedent("""\
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:  # nothing is padded
            x = f(x)  # once
        # a comment stays with what it explains
        if x.dim() == 2:
            return x
        y = g(x) if mask else h(x)
        return y
    """)


def test_errors_are_those_of_python() -> None:
    assert cleaned('raise InputError(f"{x} is wrong", (("x", True),)) from None') == 'raise ValueError(f"{x} is wrong") from None\n'


def test_docstrings_keep_what_is_not_about_watching() -> None:
    assert prose('"""Adds. Sites: `sum` (H)."""') == '"""Adds."""'
    assert prose('"""Adds.\n\n    Sites, per step: `a`.\n    """') == '"""Adds."""'
    assert prose('"""What a visitor types."""') == '"""What a user types."""'


def test_plain_source_of_a_block() -> None:
    lstm = codegen.plain_source(cells.LSTM.step)
    assert "c = f * c + i * g" in lstm and "tap" not in lstm
    whole = codegen.plain_source(recurrent.Recurrent)
    assert "fused" in whole and "_scan" not in whole and "_looped" not in whole and "explicit" not in whole
    built = attention.Additive(8)
    assert codegen.plain_source(built) == codegen.plain_source(attention.Additive)
    for part in tried("transformer", "addition").model.modules():
        if type(part).__module__.startswith("playground"):
            text = codegen.plain_source(part)
            compile(text, "<block>", "exec")
            assert not re.search(r"\b(tap|explicit|Float|block)\b", text), text
