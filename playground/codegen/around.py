"""What stands around a script's definitions: the words at its top, and the lines at its end that run it."""

from __future__ import annotations

import base64
import textwrap
import zlib
from typing import Any

import numpy as np
from torch import nn

from .. import models
from ..inference.explore import picture
from ..tasks import PictureTask, Task
from ..training.recipes import Recipe
from .known import quoted
from .modules import Foreign

IMPORTS = (Foreign("argparse", None, "argparse"), Foreign("pathlib", "Path", "Path"), Foreign("dataclasses", "replace", "replace"))
TAKEN = ("main", "INPUT", "NUMBERS", "SEED")
WIDTH = 110
MAIN = """\
SEED = {seed}
{constant}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    {asked}
    parser.add_argument("--train", action="store_true", help="train from scratch")
    parser.add_argument("--steps", type=int, default=Training.steps, help="how many steps to train")
    given = parser.parse_args()
    task, model = {task}(), build({options}())
    if given.train:
        {fitting}
    else:
        model.load_state_dict(read_weights(Path(__file__).with_name("weights.safetensors")))
    model.eval()
    print({answer})


if __name__ == "__main__":
    main()
"""
ASKED = 'parser.add_argument("--input", default=INPUT, help="what to read, instead of what was on the page")'
FIT = "fit(model, task, replace(Training(), steps=given.steps), SEED)"
FIT_WITH_PACKAGES = """\
try:
            fit(model, task, replace(Training(), steps=given.steps), SEED)
        except ModuleNotFoundError as error:
            raise SystemExit(f"Training makes its examples with a package that is missing: {error.name}") from error\
"""


def main(recipe: Recipe, task: Task, given: Any, answers: str, names: dict[str, str], packages: set[str]) -> str:
    """The constants of a script and its `main`; `answers` names the function that makes the answer."""
    typed = isinstance(given, str)
    shape, numbers = ("", "") if typed else _numbers(task, given)
    read = "given.input" if typed else f"unpacked(NUMBERS, {shape})"
    if isinstance(given, tuple):  # a sound: samples a second, samples
        read = f"({given[0]}, {read}.numpy())"
    lines = MAIN.format(
        seed=recipe.seed,
        constant=f"INPUT = {quoted(given)}" if typed else f"NUMBERS = (\n{numbers}\n)",
        asked=ASKED if typed else "",
        task=names["task"],
        options=names["options"],
        fitting=FIT_WITH_PACKAGES if packages else FIT,
        answer=f"{answers}(model, {read})" if isinstance(task, PictureTask) else f"{answers}(model, task, {read})",
    )
    return lines.replace("    \n    parser", "    parser")


def header(recipe: Recipe, task: Task, given: Any, model: nn.Module, metrics: dict[str, float], packages: set[str]) -> str:
    """The script's docstring: what it is, which paper, which recipe, how well it did, how to run it."""
    architecture, training = models.get(recipe.architecture), recipe.training
    scores = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in metrics.items())
    chosen = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in recipe.model_options)
    rate = f"{training.steps:,} steps of {training.batch_size} examples, rate {training.learning_rate:g}, seed {recipe.seed}"
    install = f" (first: pip install {' '.join(sorted(packages))})" if packages else ""
    read = [] if not isinstance(given, str) else ['    python script.py --input "…"      another input']
    counted = f"{models.parameter_count(model):,} parameters. " if models.parameter_count(model) else ""
    lines = [
        f"{architecture.title} on “{type(task).title}”: one script that needs torch and numpy only.",
        "",
        *_wrapped(f"Paper: {architecture.paper}."),
        *_wrapped(f"Recipe: {chosen}; {rate}."),
        *_wrapped(f"{counted}On held-out examples: {scores or 'not measured'}."),
        "",
        "    python script.py                  the answer on the page, with weights.safetensors beside this file",
        *read,
        f"    python script.py --train          train from scratch{install}",
        "",
        "Taken from the code that the Encoder–Decoder Playground runs; what it does only to be watched is left out.",
    ]
    text = "\n".join(lines).replace("\\", "\\\\")
    return f'"""{text}\n"""'


def packed(values: Any) -> str:
    """A picture or a sound as lines of base64: the very float32 numbers of the page, compressed."""
    data = base64.b64encode(zlib.compress(np.asarray(values).astype("<f4").tobytes(), 9)).decode()
    return "\n".join(f'    "{line}"' for line in textwrap.wrap(data, WIDTH))


def _numbers(task: Task, given: Any) -> tuple[str, str]:
    """The shape that `unpacked` gives to what is not text, and its numbers."""
    if isinstance(task, PictureTask):
        return "1, 784", packed(picture(given))
    values = np.asarray(given[1] if isinstance(given, tuple) else given)
    return ", ".join(map(str, values.shape)), packed(values)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False)
