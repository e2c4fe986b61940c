"""What stands around a script's definitions: the words at its top, and the lines at its end that run it."""

from __future__ import annotations

import base64
import textwrap
import zlib
from typing import Any

from torch import nn

from .. import models
from ..explore import picture
from ..recipes import Recipe
from ..tasks import PictureTask, Task
from .known import quoted
from .modules import Foreign

IMPORTS = (Foreign("argparse", None, "argparse"), Foreign("pathlib", "Path", "Path"), Foreign("dataclasses", "replace", "replace"))
TAKEN = ("main", "INPUT", "PICTURE", "RECORDING", "SEED")
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
    draws, plays = isinstance(task, PictureTask), isinstance(given, tuple)
    constant = f"PICTURE = (\n{packed(given)}\n)" if draws else "" if plays else f"INPUT = {quoted(given)}"
    if plays:
        constant = f'INPUT = ""\nRECORDING = (\n{_lines(given[1].astype("<i2").tobytes())}\n)'
    answer = f"{answers}(model, unpacked(PICTURE))" if draws else f"{answers}(model, task, given.input)"
    if plays:
        answer = f"{answers}(model, task, given.input or recorded(RECORDING, {given[0]}))"
    lines = MAIN.format(
        seed=recipe.seed,
        constant=constant,
        asked="" if draws else ASKED,
        task=names["task"],
        options=names["options"],
        fitting=FIT_WITH_PACKAGES if packages else FIT,
        answer=answer,
    )
    return lines.replace("    \n    parser", "    parser")


def header(recipe: Recipe, task: Task, model: nn.Module, metrics: dict[str, float], packages: set[str]) -> str:
    """The script's docstring: what it is, which paper, which recipe, how well it did, how to run it."""
    architecture, training = models.get(recipe.architecture), recipe.training
    scores = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in metrics.items())
    chosen = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in recipe.model_options)
    rate = f"{training.steps:,} steps of {training.batch_size} examples, rate {training.learning_rate:g}, seed {recipe.seed}"
    install = f" (first: pip install {' '.join(sorted(packages))})" if packages else ""
    read = [] if isinstance(task, PictureTask) else ['    python script.py --input "…"      another input']
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


def packed(given: Any) -> str:
    """A picture as lines of base64: the very float32 numbers of the page, compressed."""
    return _lines(picture(given).astype("<f4").tobytes())


def _lines(data: bytes) -> str:
    """Bytes as lines of base64, compressed."""
    text = base64.b64encode(zlib.compress(data, 9)).decode()
    return "\n".join(f'    "{line}"' for line in textwrap.wrap(text, WIDTH))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False)
