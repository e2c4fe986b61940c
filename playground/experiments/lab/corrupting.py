"""A corrupted input: one token changed, so that the model answers otherwise."""

from __future__ import annotations

from random import Random

from ...errors import InputError
from ...storage.run import Run
from .typed_inputs import Words, answers_to, known, writer

TRIES = 400


def corrupt(run: Run, source: Words, seed: int = 0) -> str:
    """The input with one token exchanged for another that stands at such places in held-out inputs, as it is typed: what the task can
    answer, like what it taught if the source is, and answered otherwise by the model. The same for the same seed. Raises InputError where
    nothing of the kind is found."""
    _, task = writer(run)
    random, words = Random(seed), [word for one in known(task) for word in one]
    before, wild = run.explore(task.spell(source)).output, task.doubt(source) is not None
    tried: set[Words] = {source}
    for _ in range(TRIES):
        at = random.randrange(len(source))
        made = (*source[:at], random.choice(words), *source[at + 1 :])
        if made in tried:
            continue
        tried.add(made)
        like = answers_to(task, made) and (wild or task.doubt(made) is None)
        if like and run.explore(task.spell(made)).output != before:
            return task.spell(made)
    raise InputError("No token of this input was found whose change the model notices; type a corrupted input yourself.")
