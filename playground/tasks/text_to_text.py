"""Three jobs for one model: the first token says which.

    source   reverse: 3 1 2        sort: 3 1 2        copy: 3 1 2
    target   2 1 3 <eos>           1 2 3 <eos>        3 1 2 <eos>

The same digits need another answer after another prefix, and nothing but the prefix tells. C. Raffel et al., "Exploring the
Limits of Transfer Learning with a Unified Text-to-Text Transformer", 2020, put every task this way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import torch

from ..errors import InputError
from ..vocabulary import Vocabulary, graphemes, normalise
from . import Batch, SequenceTask, register
from .base import Guess
from .copy import Copy
from .digit_strings import DIGITS, MAX_TEXT, REARRANGED, DigitOptions
from .guesses import Rule, Words, scored
from .parts import HeldOutPart
from .reverse import Reverse
from .sort import Sort
from .typed import DASHES, separated

JOBS = {f"{job.id}:": job for job in (Copy, Reverse, Sort)}
PREFIX = re.compile(rf"\s*([^\W\d_]*)\s*[{DASHES}:]?")


@register
class TextToText(SequenceTask):
    id = "text_to_text"
    title = "Three jobs, one model"
    description = "The first word says what to do with the digits: copy, reverse or sort them. T5's task prefix."
    example = "sort: 3 1 2 → 1 2 3"
    group = "Digits"
    order = 100
    Options = DigitOptions
    options: DigitOptions
    source_vocabulary, target_vocabulary = Vocabulary([*"0123456789", *JOBS]), DIGITS
    max_source = 25
    examples = ("reverse: 624917", "sort: 624917", "copy: 624917")

    def __init__(self, options: DigitOptions | None = None) -> None:
        super().__init__(options)
        self.jobs = {prefix: job(self.options) for prefix, job in JOBS.items()}

    @property
    def trained_lengths(self) -> tuple[int, int]:
        return self.options.min_length + 1, self.options.max_length + 1

    @property
    def pinned(self) -> str:
        return f"sort: {'918273645091'[: self.options.max_length]}"

    def guesses(self) -> Iterator[Guess]:
        """One job, whatever is asked."""
        yield from scored(self, {name: partial(_done, rule) for name, rule in REARRANGED.values()})

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        return {prefix: partial(_asks, prefix) for prefix in self.jobs}

    def parse(self, text: str) -> tuple[str, ...]:
        """The prefix, in any case and with or without its colon, and the digits after it, marks between them passed over."""
        if not isinstance(text, str):
            raise InputError(f"The input must be text such as sort: 3 1 2, not {type(text).__name__}.")
        if len(text) > MAX_TEXT:
            raise InputError(f"The input has {len(text):,} characters; at most {MAX_TEXT} are read. Shorten it, for example: sort: 3 1 2.")
        typed = normalise(text)
        if not typed.strip():
            raise InputError("Type a job and some digits, for example sort: 3 1 2.")
        prefix = PREFIX.match(typed)
        assert prefix is not None
        digits = [t for t in graphemes(separated(typed[prefix.end() :])) if not t.isspace()]
        word = prefix[1].casefold()
        tokens = (f"{word}:" if f"{word}:" in JOBS else word, *digits) if word else tuple(digits)
        self.source_vocabulary.encode(tokens)
        if not word or not digits:
            raise InputError(f"Type a job ({', '.join(JOBS)}) and then some digits, for example sort: 3 1 2.")
        if len(digits) >= self.max_source:
            raise InputError(f"The input has {len(digits)} digits; at most {self.max_source - 1} are read. Remove some.")
        return tokens

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        prefix, *digits = source
        return self.jobs[prefix].answer(tuple(digits)) if prefix in self.jobs and digits else None

    def random_text(self, generator: torch.Generator) -> str:
        prefix = tuple(self.jobs)[int(torch.randint(len(self.jobs), (), generator=generator))]
        return f"{prefix} {self.jobs[prefix].random_text(generator)}"

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        each = -(-count // len(self.jobs))
        parts = [job.sample(each, generator) for job in self.jobs.values()]
        return self._prefixed(parts)[torch.randperm(each * len(parts), generator=generator)[:count]]

    def held_out(self, part: HeldOutPart, count: int) -> Batch:
        """The same digits for all jobs in turns: a string is in the same part for each of them."""
        parts = [job.held_out(part, -(-count // len(self.jobs))) for job in self.jobs.values()]
        return self._prefixed(parts)[torch.arange(len(parts) * len(parts[0])).view(len(parts), -1).T.flatten()[:count]]

    def corners(self) -> Batch | None:
        parts = [part for job in self.jobs.values() if (part := job.corners()) is not None]
        return self._prefixed(parts) if parts else None

    def _prefixed(self, parts: list[Batch]) -> Batch:
        """The examples of all jobs, each behind its prefix."""
        prefixes = self.source_vocabulary.encode(tuple(self.jobs))
        ids = torch.tensor(prefixes).repeat_interleave(len(parts[0]))[:, None]  # (B, 1)
        source = torch.cat([ids, torch.cat([part.source for part in parts])], dim=1)
        target = torch.cat([part.target for part in parts])
        masks = [part.mask for part in parts if part.mask is not None]
        mask = torch.cat([torch.ones_like(ids, dtype=torch.bool), torch.cat(masks)], dim=1) if masks else None
        return Batch(source, target, mask)


def _done(rule: Rule, source: Words) -> Words | None:
    """What a rule makes of the digits, whatever is asked."""
    return rule(source[1:])


def _asks(prefix: str, source: Words) -> bool:
    return source[0] == prefix
