"""Teacher forcing: the right token is fed while training, the model's own while writing."""

from __future__ import annotations

import torch

from ...experiments.exposure_bias import Exposure, exposure
from ...models import EncoderDecoder
from ...papers import measures
from ...papers.parts import Bar
from ..asked import COUNT
from ..lesson import SCALE, Found, Lesson, Load, Question, Scale
from ..words import Words

PAIR = ("seq2seq", "reverse")
LENGTH = 14  # two more than were taught: it errs often enough
STAGE = "architecture=seq2seq&task=reverse&input=31415926535897"


def _exposed(load: Load) -> Exposure:
    run = load(*PAIR)
    return exposure(run, batch=measures.of_length(run, LENGTH, COUNT))


@torch.inference_mode()
def fed(load: Load) -> Found:
    """How far the training's own pass lies from one that feeds the right tokens, and from one that feeds what the model writes."""
    run = load(*PAIR)
    model, batch = run.model, measures.of_length(run, LENGTH, COUNT)
    assert isinstance(model, EncoderDecoder)
    taught = model(batch.source, batch.target_in, batch.mask)
    far = []
    for own in (False, True):
        state, token, most = model.decoder.init_state(model.encode(batch.source, batch.mask)), batch.target_in[:, 0], 0.0
        for t in range(batch.target.shape[1]):
            logits, state = model.decode_step(token, state)
            most = max(most, float((logits - taught[:, t])[batch.target[:, t] != 0].abs().nan_to_num(0.0).max()))
            token = logits.argmax(-1) if own else batch.target[:, t]
        far.append(most)
    return Found({"right": far[0], "own": far[1]}, int(far[0] > far[1]))


def shares(load: Load) -> Found:
    """Tokens that are right after the right ones, and answers that are right as a whole when the model goes on from its own."""
    found = _exposed(load)
    tokens = float((found.forced * found.inputs).sum() / found.inputs.sum())
    return Found({"tokens": tokens, "whole": found.right, "n": float(COUNT)}, 100 * found.right)


def after(load: Load) -> Found:
    """Right tokens behind a first error: fed with the right ones, and with the model's own."""
    found = _exposed(load)
    return Found({"forced": found.forced_after, "free": found.free_after}, int(found.forced_after <= found.free_after))


LESSON = Lesson(
    "teaching",
    "Teacher forcing",
    4,
    (
        Question(
            STAGE,
            Words(
                "What is fed while it is trained?",
                "To write a token the decoder reads the one before. While training the right answer is known. Suppose the model’s first "
                "token was wrong: what does it read before its second one?",
                "The right one. Fed with right tokens, step by step, the decoder computes what training computes, to {right}; fed with "
                "its own, up to {own} away.",
                "With the right tokens known beforehand all steps can be taught at once, and each gets a fair question. That is *teacher "
                "forcing*.",
                ("the right token", "the token that it wrote itself"),
            ),
            fed,
            (
                Bar("right", "the farthest from training when right tokens are fed", most=0.001, unit=""),
                Bar("own", "the farthest when its own are fed", least=0.1, unit=""),
            ),
        ),
        Question(
            STAGE,
            Words(
                "And when it writes alone?",
                "Of 14 digits, two more than it was taught with, {tokens:%} of its tokens are right after right beginnings. Now it writes "
                "whole answers, each token after its own. What share of the answers, in percent, is right from the first token to the end?",
                "Of {n} inputs of 14 digits, two more than it was taught with, *{whole:%}* are right as a whole.",
                "An answer is right if every token is: a few wrong tokens, in different answers, cost as many answers.",
            ),
            shares,
            (
                Bar("tokens", "tokens that are right after right ones", least=0.5),
                Bar("whole", "answers that are right", most=0.9),
            ),
            kind=SCALE,
            scale=Scale(0, 100, 1, 4, "%"),
        ),
        Question(
            STAGE,
            Words(
                "What does a first error do to the rest?",
                "Take answers with an error in them, and look at the tokens *behind* the first error. Either the decoder is fed what it "
                "wrote, the error too, or the right tokens. When does it write more of them right?",
                "Fed with the right tokens {forced:%} of them are right; fed with its own {free:%}.",
                "While training it never read a token of its own, so it never learned to go on after an error. This is called *exposure "
                "bias*.",
                ("fed with the right tokens", "no difference, or fed with its own"),
            ),
            after,
            (Bar("forced", "right behind an error, fed with right tokens", least=0.5),),
        ),
    ),
)
