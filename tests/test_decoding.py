"""From logits to tokens, with models whose every probability is known."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from playground.errors import InputError
from playground.inference.beam import beam_search, search
from playground.inference.decoding import Beam, Greedy, Sample, Step, decode, decode_batch, weighted
from playground.inference.explore import explore
from playground.models import Decoder, Encoded, Encoder, EncoderDecoder
from playground.tasks import get
from playground.tracing import Edit
from playground.training.stepper import Stepper
from playground.training.trainer import new_model
from playground.vocabulary import BOS, EOS, PAD
from tests.small import DECODER_PAIRS, EACH_KIND, build, some_input, tiny_recipe

A, B, C = 3, 4, 5
SIZE = 6
Script = Callable[[tuple[int, ...]], dict[int, float]]


class Reader(Encoder):
    def forward(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        return Encoded(source[..., None].float(), (), mask)


class Scripted(Decoder):
    """Knows what it has written and reads the next probabilities from a script: prefix → {token: probability}."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.script = script

    def init_state(self, encoded: Encoded) -> list[tuple[int, ...]]:
        return [()] * len(encoded.states)

    def step(self, token: Tensor, state: list[tuple[int, ...]]) -> tuple[Tensor, list[tuple[int, ...]]]:
        prefixes = [p if t == BOS else (*p, t) for p, t in zip(state, token.tolist(), strict=True)]
        rows = [self.script(prefix) for prefix in prefixes]
        return torch.tensor([[row.get(i, 0.0) for i in range(SIZE)] for row in rows]).log(), prefixes

    def forward(self, target_in: Tensor, state: Any) -> tuple[Tensor, Any]:
        logits = []
        for token in target_in.T:
            step, state = self.step(token, state)
            logits.append(step)
        return torch.stack(logits, dim=1), state


def scripted(script: Script) -> EncoderDecoder:
    return EncoderDecoder(Reader(), Scripted(script))


def uniform(prefix: tuple[int, ...]) -> dict[int, float]:
    return dict.fromkeys((A, B, C), 1 / 3)


def spells(*tokens: int) -> Script:
    """Writes these tokens with 94 % each, then EOS."""
    right = [*tokens, EOS]
    return lambda prefix: {A: 0.02, B: 0.02, C: 0.02, EOS: 0.02} | {right[min(len(prefix), len(tokens))]: 0.94}


def garden_path(prefix: tuple[int, ...]) -> dict[int, float]:
    """The likeliest first token leads nowhere good: A (0.6) spreads out, B (0.4) is sure of what follows."""
    if prefix == ():
        return {A: 0.6, B: 0.4}
    if prefix == (A,):
        return {A: 0.4, B: 0.3, EOS: 0.3}
    if prefix == (B,):
        return {C: 0.95, EOS: 0.05}
    return {EOS: 0.7, A: 0.2, B: 0.1}


SOURCE = torch.tensor([[A, B, C]])


def written(model: EncoderDecoder, rows: int = 1, **options: Any) -> list[list[int]]:
    steps: list[Step] = list(decode(model, SOURCE.expand(rows, -1), **{"max_steps": 8, **options}))
    return torch.stack([s.token for s in steps], dim=1).tolist()


def test_greedy_takes_the_likeliest_and_stops_at_the_end() -> None:
    assert written(scripted(spells(B, A, C)), strategy=Greedy()) == [[B, A, C, EOS]]


def test_decoding_stops_at_its_limit() -> None:
    assert written(scripted(uniform), max_steps=5) == [[A] * 5]


def test_ended_rows_write_padding_until_all_have_ended() -> None:
    model = scripted(spells(B, A))
    rows = written(model, rows=2, forced={0: torch.tensor([EOS, B])})
    assert rows == [[EOS, PAD, PAD], [B, A, EOS]]


def test_forced_tokens_are_written_and_read_whatever_the_model_says() -> None:
    def echo(prefix: tuple[int, ...]) -> dict[int, float]:
        return {prefix[-1] if prefix else A: 0.9, EOS: 0.1}

    assert written(scripted(echo), max_steps=4, forced={1: torch.tensor([C])}) == [[A, C, C, C]]


def test_sampling_draws_with_the_right_shares() -> None:
    model = scripted(lambda prefix: {A: 0.5, B: 0.3, C: 0.2})
    counts = Counter(row[0] for row in written(model, rows=4000, max_steps=1, strategy=Sample(seed=1)))
    for token, share in {A: 0.5, B: 0.3, C: 0.2}.items():
        assert counts[token] / 4000 == pytest.approx(share, abs=0.03)
    assert set(counts) == {A, B, C}, "a token of probability zero was drawn"


def test_the_seed_decides_the_draw_whatever_else_draws() -> None:
    model = scripted(uniform)
    first = written(model, rows=50, strategy=Sample(seed=3))
    torch.rand(10)
    assert written(model, rows=50, strategy=Sample(seed=3)) == first
    assert written(model, rows=50, strategy=Sample(seed=4)) != first


@pytest.mark.parametrize(
    ("strategy", "wanted"),
    [
        (Sample(), [0.5, 0.3, 0.2]),
        (Sample(top_k=1), [1, 0, 0]),
        (Sample(top_k=2), [0.625, 0.375, 0]),
        (Sample(top_k=1000), [0.5, 0.3, 0.2]),
        (Sample(top_p=0.5), [1, 0, 0]),
        (Sample(top_p=0.6), [0.625, 0.375, 0]),
        (Sample(top_p=0.01), [1, 0, 0]),
        (Sample(top_k=2, top_p=0.6), [1, 0, 0]),
        (Sample(temperature=0.5), [25 / 38, 9 / 38, 4 / 38]),
        (Sample(temperature=0.01), [1, 0, 0]),
    ],
)
def test_sampling_weights(strategy: Sample, wanted: list[float]) -> None:
    """The order of tokens must not matter, so every permutation is tried."""
    for order in itertools.permutations(range(3)):
        logits = torch.tensor([0.5, 0.3, 0.2]).log()[list(order)]
        torch.testing.assert_close(weighted(logits[None], strategy)[0], torch.tensor(wanted)[list(order)].float(), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Sample, {"temperature": 0}),
        (Sample, {"temperature": math.nan}),
        (Sample, {"temperature": "1"}),
        (Sample, {"temperature": True}),
        (Sample, {"temperature": 1e9}),
        (Sample, {"top_k": -1}),
        (Sample, {"top_k": 1.5}),
        (Sample, {"top_p": 0}),
        (Sample, {"top_p": 1.1}),
        (Sample, {"seed": -1}),
        (Sample, {"seed": None}),
        (Sample, {"seed": 10**6000}),
        (Beam, {"width": 0}),
        (Beam, {"width": 17}),
        (Beam, {"width": 2.0}),
        (Beam, {"length_penalty": -1}),
        (Beam, {"length_penalty": math.inf}),
    ],
)
def test_bad_strategies_are_refused(kind: type[Any], options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(InputError, match=rf"{name} is .*; allowed is"):
        kind(**options)


def test_strategies_are_data() -> None:
    assert len({Greedy(), Greedy(), Sample(), Sample(seed=0), Beam(), Beam(4), Beam(3)}) == 4


def brute_force(script: Script, max_steps: int, penalty: float) -> tuple[tuple[int, ...], float]:
    """The best of all sequences that end within `max_steps`, or are cut off there."""
    best: tuple[tuple[int, ...], float] = ((), -math.inf)
    for length in range(1, max_steps + 1):
        for tokens in itertools.product((A, B, C, EOS), repeat=length):
            if EOS in tokens[:-1] or (tokens[-1] != EOS and length < max_steps):
                continue
            shares = [script(tokens[:i]).get(t, 0.0) for i, t in enumerate(tokens)]
            score = sum(map(math.log, shares)) / length**penalty if all(shares) else -math.inf
            best = max(best, (tokens, score), key=lambda found: found[1])
    return best


def scattered(seed: int) -> Script:
    """Probabilities by chance, other ones after every prefix."""

    def script(prefix: tuple[int, ...]) -> dict[int, float]:
        random = Random(f"{seed} {prefix}")
        shares = [0.02 + random.random() for _ in range(4)]
        return {token: share / sum(shares) for token, share in zip((A, B, C, EOS), shares, strict=True)}

    return script


@pytest.mark.parametrize("penalty", [0.0, 0.5, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("script", [garden_path, spells(B, C), spells(C)], ids=["garden", "BC", "C"])
def test_a_wide_beam_finds_the_best(script: Script, penalty: float) -> None:
    tokens, score = brute_force(script, 4, penalty)
    found = beam_search(scripted(script), SOURCE, Beam(16, penalty), max_steps=4)
    assert found[0].tokens == tokens
    assert found[0].score == pytest.approx(score, abs=1e-5)
    assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)
    assert len({h.tokens for h in found}) == len(found)


@pytest.mark.parametrize("penalty", [0.0, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("seed", range(12))
def test_a_beam_that_holds_every_prefix_finds_the_best_of_all(seed: int, penalty: float) -> None:
    script = scattered(seed)
    found = beam_search(scripted(script), SOURCE, Beam(16, penalty), max_steps=2)  # 4 tokens, and then 4 after each of 3: all held
    tokens, score = brute_force(script, 2, penalty)
    assert found[0].tokens == tokens and found[0].score == pytest.approx(score, abs=1e-5)


def test_a_search_goes_on_while_a_longer_answer_may_still_be_better() -> None:
    """Two ends come early; the answer that a high penalty prefers comes five tokens later."""

    def script(prefix: tuple[int, ...]) -> dict[int, float]:
        if len(prefix) < 2:
            return {EOS: 0.5, A: 0.4, B: 0.1}
        return {A: 0.98, EOS: 0.02} if len(prefix) < 7 else {EOS: 1.0}

    longest = (*(A,) * 7, EOS)
    assert brute_force(script, 8, 2.0)[0] == longest
    assert beam_search(scripted(script), SOURCE, Beam(2, 2.0), max_steps=8)[0].tokens == longest
    assert beam_search(scripted(script), SOURCE, Beam(2, 0.0), max_steps=8)[0].tokens == (EOS,)


@pytest.mark.fault(50)
def test_a_beam_writes_what_is_forced_and_finds_the_best_around_it() -> None:
    best, *others = beam_search(scripted(garden_path), SOURCE, Beam(4, 0.0), max_steps=4, forced={1: A})
    assert best.tokens == (A, A, EOS) and all(h.tokens[1] == A for h in others)
    assert best.log_probability == pytest.approx(math.log(0.6 * 0.4 * 0.7), abs=1e-5)
    impossible = beam_search(scripted(garden_path), SOURCE, Beam(4), max_steps=4, forced={0: C, 1: EOS})
    assert [h.tokens for h in impossible] == [(C, EOS)], "although the model excludes it"


@pytest.mark.parametrize("strategy", [Greedy(), Sample(seed=2)], ids=["greedy", "sample"])
def test_an_answer_does_not_end_before_its_last_forced_token(strategy: Greedy | Sample) -> None:
    (row,) = written(scripted(spells(B)), strategy=strategy, forced={4: torch.tensor([C])})
    assert row[4] == C and EOS not in row[:4]
    assert written(scripted(spells(B)), forced={4: torch.tensor([C])})[0] == list(
        beam_search(scripted(spells(B)), SOURCE, Beam(1), max_steps=8, forced={4: C})[0].tokens
    )


@pytest.mark.fault(50)
@pytest.mark.parametrize(("architecture", "task_id"), [pair for pair in DECODER_PAIRS if pair[1] in ("reverse", "scenes", "completion")])
def test_a_beam_of_one_is_greedy_under_edits_of_single_steps_and_forced_tokens(architecture: str, task_id: str) -> None:
    task = get(task_id)()
    model = build(architecture, task, seed=3)
    given = some_input(task)
    other, another = task.target_vocabulary.words[:2]
    push = tuple(50.0 if token == other else 0.0 for token in task.target_vocabulary.tokens)
    edits = [Edit("decoder.logits", "add", push, (1, 3))]
    for more in ({}, {"forced": {2: another}}):
        greedy = explore(model, task, given, edits=edits, **more)
        beam = explore(model, task, given, strategy=Beam(1), edits=edits, **more)
        assert beam.tokens == greedy.tokens and (beam.tokens[1], beam.tokens[3]) == (other, other)
        assert beam.tokens != explore(model, task, given, strategy=Beam(1)).tokens
        for site in greedy.sites:
            np.testing.assert_allclose(beam[site][0], greedy[site], atol=1e-6, err_msg=site)
        if more:
            assert beam.tokens[2] == another == explore(model, task, given, strategy=Beam(4), edits=edits, **more).tokens[2]


@pytest.mark.parametrize(("architecture", "task_id"), [pair for pair in EACH_KIND if pair in DECODER_PAIRS])
@torch.no_grad()
def test_a_step_leaves_the_state_it_was_given_as_it_was(architecture: str, task_id: str) -> None:
    task = get(task_id)()
    model, batch = build(architecture, task), task.held_out("test", 1)
    state = model.decoder.init_state(model.encode(batch.source, batch.mask))
    for token in batch.target_in.T[:3]:
        logits, after = model.decode_step(token, state)
        model.decode_step(torch.full_like(token, EOS), state)
        assert torch.equal(model.decode_step(token, state)[0], logits)
        state = after


def test_two_hypotheses_see_past_the_garden_path() -> None:
    """Greedy takes A, and ends worse than the answer that began with B."""
    greedy = (A, A, EOS)
    (best, *_) = beam_search(scripted(garden_path), SOURCE, Beam(2, 0.0), max_steps=4)
    assert tuple(written(scripted(garden_path))[0]) == greedy
    assert best.tokens == (B, C, EOS)
    assert best.log_probability == pytest.approx(math.log(0.4 * 0.95 * 0.7), abs=1e-5)


@pytest.mark.parametrize("script", [garden_path, spells(B, A, C), uniform, lambda p: {EOS: 0.5, A: 0.3, B: 0.2}], ids=range(4))
def test_a_beam_of_one_is_greedy(script: Script) -> None:
    (only,) = beam_search(scripted(script), SOURCE, Beam(1, 1.0), max_steps=6)
    assert list(only.tokens) == written(scripted(script), max_steps=6)[0]


def test_padding_and_begin_are_never_written() -> None:
    model = scripted(lambda prefix: {PAD: 0.5, BOS: 0.3, A: 0.15, EOS: 0.05})
    for strategy in (Greedy(), *(Sample(seed=seed) for seed in range(5))):
        written = [int(step.token) for step in decode(model, SOURCE, max_steps=4, strategy=strategy)]
        assert set(written) <= {A, EOS}, strategy
        assert written[0] == A or not isinstance(strategy, Greedy)
    for hypothesis in beam_search(model, SOURCE, Beam(4), max_steps=4):
        assert set(hypothesis.tokens) <= {A, EOS}


@pytest.mark.parametrize(("architecture", "task_id"), [pair for pair in DECODER_PAIRS if pair[1] in ("reverse", "copy")])
def test_exact_match_by_teacher_forcing_is_that_of_decoding(architecture: str, task_id: str) -> None:
    """On a half-trained model, where some answers are right and some are not."""
    recipe = tiny_recipe(
        architecture,
        task_id,
        steps=300,
        task_options={"min_length": 1, "max_length": 3},
        training_options={"learning_rate": 0.03, "batch_size": 32},
    )
    task, model = recipe.build_task(), new_model(recipe)
    held_out = task.held_out("test", 200)
    stepper = Stepper(model, task, recipe.training, 0, torch.device("cpu"))
    for _ in range(recipe.training.steps):
        stepper.step()
        if stepper.done % 10 == 0 and model.score(held_out) > 0.2:
            break
    answers = decode_batch(model, held_out.source, held_out.mask, max_steps=12)
    right = sum(
        task.target_vocabulary.decode(answer) == task.target_vocabulary.decode(target)
        and EOS in answer
        and PAD not in answer[: answer.index(EOS)]
        for answer, target in zip(answers.tolist(), held_out.target.tolist(), strict=True)
    )
    assert 0 < right < len(held_out)
    assert model.score(held_out) == pytest.approx(right / len(held_out), abs=1e-6)


def test_decoding_is_lazy() -> None:
    """One step is computed when it is asked for, no earlier."""
    calls: list[tuple[int, ...]] = []

    def script(prefix: tuple[int, ...]) -> dict[int, float]:
        calls.append(prefix)
        return uniform(prefix)

    steps = decode(scripted(script), SOURCE, max_steps=5)
    assert calls == []
    next(steps), next(steps)
    assert calls == [(), (A,)]
    steps.close()


def test_logits_have_one_row_per_source() -> None:
    task = get("reverse")()
    model = build("seq2seq", task)
    step = next(decode(model, torch.full((3, 4), A), max_steps=2))
    assert step.token.shape == (3,) and step.logits.shape == (3, len(task.target_vocabulary))


@pytest.mark.parametrize("seed", range(6))
def test_a_search_remembers_what_it_kept_and_what_it_dropped(seed: int) -> None:
    """Every prefix that the beam held is in the tree, with the sum of its log probabilities; what was dropped scores no higher."""
    script, beam = scattered(seed), Beam(3, 1.0)
    found = search(scripted(script), SOURCE, beam, max_steps=5)
    ends: set[tuple[int, ...]] = set()
    for step, branches in enumerate(found.steps):
        kept, dropped = ([b for b in branches if b.kept is held] for held in (True, False))
        assert len(kept) <= beam.width and [*branches] == [*kept, *dropped]
        assert not dropped or min(b.log_probability for b in kept) >= max(b.log_probability for b in dropped)
        for place, branch in enumerate(branches):
            tokens = found.tokens(step, place)
            assert branch.log_probability == pytest.approx(sum(math.log(script(tokens[:i])[t]) for i, t in enumerate(tokens)), abs=1e-4)
            assert branch.score == pytest.approx(branch.log_probability / len(tokens), abs=1e-5)
            if branch.parent is not None:
                parent = found.steps[step - 1][branch.parent]
                assert parent.kept and parent.token != EOS, "only what was kept and had not ended is continued"
            if branch.kept and (branch.token == EOS or len(tokens) == 5):
                ends.add(tokens)
    assert {h.tokens for h in found.hypotheses} <= ends and found.hypotheses == tuple(
        beam_search(scripted(script), SOURCE, beam, max_steps=5)
    )


def test_a_wide_enough_search_drops_nothing_and_its_tree_is_every_answer() -> None:
    """Four tokens, of which one ends: 4 answers of one token, 3 × 4 of two; a beam of 16 holds them all."""
    found = search(scripted(scattered(1)), SOURCE, Beam(16, 0.0), max_steps=2)
    assert [len(branches) for branches in found.steps] == [4, 12] and all(b.kept for branches in found.steps for b in branches)
    written = {found.tokens(step, place) for step, branches in enumerate(found.steps) for place in range(len(branches))}
    assert written == {(t,) for t in (A, B, C, EOS)} | set(itertools.product((A, B, C), (A, B, C, EOS)))


@pytest.mark.parametrize("strategy", [Sample(seed=5), Sample(0.5, 2, 1.0, 6), Sample(1.5, 0, 0.7, 7), Sample(2.0, 3, 0.9, 8)], ids=str)
def test_sampling_draws_as_often_as_its_weights_say(strategy: Sample) -> None:
    """Pearson's chi-square of 4,000 draws; 13.8 is passed once in a thousand with two degrees of freedom."""
    shares = {A: 0.5, B: 0.3, C: 0.2}
    counts = Counter(row[0] for row in written(scripted(lambda _: shares), rows=4000, max_steps=1, strategy=strategy))
    weights = dict(zip(shares, weighted(torch.tensor([[*shares.values()]]).log(), strategy)[0].tolist(), strict=True))
    assert {token for token, weight in weights.items() if weight} == set(counts)
    assert sum((counts[token] - 4000 * w) ** 2 / (4000 * w) for token, w in weights.items() if w) < 13.8
