"""Telephone tones: what is synthesised holds the keys, recordings of any usual make are heard alike, others are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import api, tasks
from playground.errors import InputError
from playground.tasks.dialing import sound, tones
from playground.tasks.dialing.task import NO_KEYS, Dialing, DialingOptions
from playground.views.scene import sequence as scene
from playground.vocabulary import PAD
from tests.goertzel import detected

KEYS = st.text("0123456789", min_size=1, max_size=8)


@given(KEYS, st.integers(0, 2**31))
@settings(max_examples=10)
def test_the_sound_holds_the_keys(keys: str, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    how = tones.manner(1, len(keys), 0.02, generator)
    samples, ends = tones.dial(torch.tensor([[int(k) for k in keys]]), torch.tensor([len(keys)]), how, generator)
    assert len(samples[0]) == int(ends[0])
    assert detected(samples[0].double().numpy()) == keys


def test_recordings_made_together_are_those_made_alone() -> None:
    """Padding to the longest of a batch changes nothing of what sounds."""
    digits, lengths = torch.tensor([[1, 2, 3, 4], [5, 6, 0, 0]]), torch.tensor([4, 2])
    how = tones.manner(2, 4, 0.0, torch.Generator().manual_seed(3))
    together, ends = tones.dial(digits, lengths, how, torch.Generator())
    alone, _ = tones.dial(digits[1:, :2], lengths[1:], how.rows(torch.tensor([1]), 2), torch.Generator())
    torch.testing.assert_close(together[1, : int(ends[1])], alone[0])
    assert not together[1, int(ends[1]) :].any()


def test_frequencies_are_those_of_a_fourier_transform() -> None:
    samples = torch.randn(2_000, generator=torch.Generator().manual_seed(0))
    wanted = torch.stft(samples, tones.WINDOW, tones.HOP, window=torch.hann_window(tones.WINDOW), center=False, return_complex=True)
    rows = wanted.abs()[tones.FIRST : tones.FIRST + tones.BINS].T * 2 / tones.WINDOW
    torch.testing.assert_close(tones.spectrogram(samples), rows, atol=1e-5, rtol=1e-4)
    assert tones.frame_count(torch.tensor([2_000])) == len(rows)


def test_loudness_cancels() -> None:
    amplitudes = tones.spectrogram(Dialing().play(tuple("042")))
    torch.testing.assert_close(tones.decibels(amplitudes), tones.decibels(0.01 * amplitudes))
    assert tones.decibels(amplitudes).max() == 1
    assert tones.decibels(amplitudes).min() >= -1


def test_no_held_out_string_is_trained_on() -> None:
    task = Dialing()
    train = task.sample(4_000, torch.Generator().manual_seed(0))
    held = [task.held_out("test", 1_024), task.held_out("validation", 512)]
    strings = [{tuple(row[row != PAD].tolist()) for row in batch.target} for batch in (train, *held)]
    assert all(not strings[0] & other for other in strings[1:])
    recordings = [{row.numpy().tobytes() for row in batch.source[:, :60]} for batch in held]
    assert not recordings[0] & recordings[1]  # what decides a training is not what it is measured on
    assert train.mask is not None and not train.source[~train.mask].any()


def test_typed_digits_sound_the_same_every_time() -> None:
    first, again, spaced = (Dialing().perceive(text) for text in ("0427", "0427", "0 4 2 7"))
    assert torch.equal(first.source, again.source) and torch.equal(first.source, spaced.source)
    assert first.text == "0 4 2 7"
    assert first.shown is not None and first.shown[0] == 8_000 and first.shown[1].dtype == np.int16
    assert detected(Dialing(DialingOptions(noise=0.0)).perceive("0427").shown[1].astype(float)) == "0427"  # type: ignore[index]


def recorded(rate: int, before: float = 0.08, between: float = 0.08, after: float = 0.08) -> np.ndarray[Any, Any]:
    """0 4 2 7 without noise, computed at this rate, from −1 to 1, with so many seconds of silence."""
    time = np.arange(int(0.1 * rate)) / rate
    parts = []
    for low, high in ((941, 1336), (770, 1209), (697, 1336), (852, 1209)):
        pause = np.zeros(int((between if parts else before) * rate))
        parts += [pause, 0.3 * np.sin(2 * np.pi * low * time) + 0.3 * np.sin(2 * np.pi * high * time)]
    return np.concatenate([*parts, np.zeros(int(after * rate))])


@pytest.mark.fault(38)
@pytest.mark.parametrize(
    ("rate", "change"),
    [
        (8_000, lambda x: (x * 32_767).astype(np.int16)),
        (44_100, lambda x: x.astype(np.float32)),
        (48_000, lambda x: (x * 2**31).astype(np.int32)),
        (16_000, lambda x: np.stack([x, x], 1)),
        (11_025, lambda x: (np.stack([x * 1.6, x * 0.4], 1) * 20_000).astype(np.int16)),
        (22_050, lambda x: ((x + 1) * 127.5).astype(np.uint8)),
    ],
    ids=["int16", "44.1 kHz float", "48 kHz int32", "16 kHz stereo", "11 kHz stereo int16", "uint8"],
)
def test_recordings_of_any_usual_make_are_heard_alike(rate: int, change: Any) -> None:
    heard = sound.hear((rate, change(recorded(rate)))).numpy()
    plain = recorded(8_000)
    assert abs(len(heard) - len(plain)) <= 2
    assert detected(heard.astype(float)) == "0427"
    same = slice(0, min(len(heard), len(plain)))
    here, there = (tones.decibels(tones.spectrogram(torch.tensor(x[same], dtype=torch.float32))) for x in (heard, plain))
    assert float((here - there).abs().mean()) < 0.05


SECOND = np.sin(np.arange(8_000) * 0.7).astype(np.float32)
BROKEN = SECOND.copy()
BROKEN[100:103] = (np.nan, np.inf, -np.inf)
REFUSED = [
    ((8_000, np.zeros(8_000 * 600, dtype=np.int16)), ("10.0 minutes", "at most 10 seconds", "Cut")),
    ((8_000, np.zeros(8_000, dtype=np.int16)), ("no sound found", "600 and 1,500 Hz", "Record again")),
    ((8_000, np.full(8_000, 0.5)), ("no sound found",)),  # a constant
    ((8_000, BROKEN), ("damaged", "3 of its samples", "Save it again")),
    ((8_000, 1e30 * SECOND), ("between −1 and 1", "Divide")),
    ((8_000, SECOND[:10]), ("1 ms", "at least 32 ms", "longer")),
    ((8_000, SECOND[:0]), ("at least 32 ms",)),
    ((4_000, SECOND), ("4000 samples a second", "8,000 to 192,000", "Save it")),
    ((10**9, SECOND), ("allowed are 8,000",)),
    ((True, SECOND), ("samples a second",)),
    (("8000", SECOND), ("samples a second",)),
    ((8_000, "beep"), ("must be numbers",)),
    ((8_000, np.zeros((100, 100))), ("up to 8 channels",)),
    ((8_000, SECOND.astype(complex)), ("must be numbers",)),
    ((8_000, [[1, 2], [3]]), ("must be numbers",)),
    ((8_000,), ("a pair",)),
    (None, ("a pair",)),
    (7, ("a pair",)),
]


@pytest.mark.fault(38)
@pytest.mark.parametrize(("given_", "says"), REFUSED)
def test_what_cannot_be_heard_is_refused(given_: Any, says: tuple[str, ...]) -> None:
    """The sentence names what was given, what is allowed and what to do."""
    with pytest.raises(InputError) as refused:
        Dialing().perceive(given_)
    for part in says:
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "Type some digits"), ("   ", "Type some digits"), ("1" * 17, "at most 16"), ("9" * 201, "at most 200"), ("12*", "*"), ("०", "०")],
)
def test_what_cannot_be_dialled_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        Dialing().perceive(text)
    assert says in str(refused.value)


def test_the_dice_gives_what_training_never_heard() -> None:
    task = tasks.get("dialing")()
    assert isinstance(task, Dialing)
    texts = [task.random_text(torch.Generator().manual_seed(seed)) for seed in range(20)]
    assert len(set(texts)) > 15
    assert all(3 <= len(task.parse(text)) <= 8 for text in texts)


def test_the_rule_that_is_named_as_baseline() -> None:
    """The two loudest tones of each frame, at most 18 dB below the loudest of the recording; what repeats is one key."""
    batch = Dialing().held_out("test", 400)
    hertz = 31.25 * (tones.FIRST + torch.arange(tones.BINS))
    low, high = (batch.source[..., [int((hertz - f).abs().argmin()) for f in group]].max(-1) for group in (tones.LOW, tones.HIGH))
    sounding = (torch.minimum(low.values, high.values) > 1 - 2 * 18 / tones.FLOOR) & batch.mask
    keys = torch.where(sounding, 3 * low.indices + high.indices, -1).tolist()
    digits = {3 * row + column: i for i, (row, column) in enumerate(zip(tones.ROWS, tones.COLUMNS, strict=True))}
    right = 0
    for row, target in zip(keys, batch.target.tolist(), strict=True):
        written = [digits.get(now) for before, now in zip([-1, *row], row, strict=False) if now not in (-1, before)]
        right += written == [token - 3 for token in target if token > 2]
    assert Dialing.baseline is not None
    assert right / len(batch) == pytest.approx(Dialing.baseline[1], abs=0.02)


def test_more_keys_than_any_recording_had_are_warned_of() -> None:
    run = api.load("recognizer", "dialing")
    drawn = {text: scene.sequence(run.explore(text), run.model, run.task, key="", run_label="") for text in ("0 4 2", "0123456789")}
    assert drawn["0 4 2"]["notice"] is None
    assert drawn["0123456789"]["notice"] == "This input has 10 keys; the model was trained on lengths 3 to 8, so expect mistakes."


def test_what_holds_no_tones_is_said_to_be_a_guess() -> None:
    generator = torch.Generator().manual_seed(4)
    rng = np.random.default_rng(4)
    for _ in range(40):  # keys under the loudest noise of training, one to eight of them
        keys = int(torch.randint(1, 9, (1,), generator=generator))
        how = tones.manner(1, keys, 0.4, generator)._replace(noise=torch.full((1,), 0.4))
        samples, _ = tones.dial(torch.randint(10, (1, keys), generator=generator), torch.tensor([keys]), how, generator)
        assert Dialing().perceive((8_000, (samples[0] / 4).clamp(-1, 1).numpy())).doubt != NO_KEYS
        assert Dialing().perceive((8_000, rng.normal(size=8_000 * keys // 2).clip(-4, 4) / 4)).doubt is not None
    time = np.arange(8_000) / 8_000
    hum = sum(np.sin(2 * np.pi * 220 * n * time) / n for n in range(1, 8)) / 3  # a voiced sound: many overtones, no pair
    assert Dialing().perceive((8_000, hum.astype(np.float32))).doubt is not None
    run = api.load("recognizer", "dialing")
    drawn = scene.sequence(run.explore((8_000, rng.normal(0, 0.1, 12_000))), run.model, run.task, key="", run_label="")
    assert "No telephone tones" in drawn["notice"] and drawn["verdict"]["text"] == ""


@pytest.mark.parametrize("silence", [(0.08, 0.08, 0.08), (0.0, 0.08, 0.0), (0.9, 0.08, 1.4), (0.3, 0.6, 0.3), (0.02, 0.25, 2.0)])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_a_recording_may_pause_as_it_likes(silence: tuple[float, float, float], noise: float) -> None:
    """Nobody presses record and the first key at the same moment: the shipped model hears the keys all the same."""
    samples = recorded(8_000, *silence)
    samples = samples + np.random.default_rng(1).normal(0, noise, len(samples)) if noise else samples
    assert api.load("recognizer", "dialing").explore((8_000, samples)).output == "0 4 2 7"


def test_pauses_are_shortened_and_keys_are_not() -> None:
    generator = torch.Generator().manual_seed(2)
    how = tones.manner(1, 6, 0.2, generator)._replace(noise=torch.full((1,), 0.05), lead=torch.ones(1), trail=torch.full((1,), 2.0))
    samples, _ = tones.dial(torch.tensor([[4, 0, 0, 9, 1, 7]]), torch.tensor([6]), how, generator)
    cut = tones.as_pressed_in_training(samples[0])
    seconds = float(how.tone.sum() + how.gap.sum())
    assert seconds < len(cut) / tones.RATE < seconds + 2 * tones.ENDS + 0.1
    assert detected(cut.numpy().astype(float)) == "400917"
    hiss = torch.randn(8_000, generator=generator)
    assert torch.equal(tones.as_pressed_in_training(hiss), hiss)


def pressed(keys: str, tone: float | None = None, seed: int = 0, noise: float = 0.02) -> tuple[int, Any]:
    generator = torch.Generator().manual_seed(seed)
    how = tones.manner(1, len(keys), noise, generator)
    how = how if tone is None else how._replace(tone=torch.full_like(how.tone, tone))
    samples, _ = tones.dial(torch.tensor([[int(k) for k in keys]]), torch.tensor([len(keys)]), how, generator)
    return 8_000, (samples[0] / 4).clamp(-1, 1).numpy()


@pytest.mark.parametrize("tone", [0.2, 0.5, 2.0])
def test_long_tones_are_shortened_and_that_is_said(tone: float) -> None:
    run = api.load("recognizer", "dialing")
    for seed, keys in enumerate(("042", "1470", "918", "3695")):
        trace = run.explore(pressed(keys, tone, seed))
        assert trace.output.replace(" ", "") == keys
        assert trace.reading is not None and "shorter tones and pauses" in (trace.reading.read_as or "")


def test_taught_recordings_are_neither_shortened_nor_doubted() -> None:
    generator, doubted = torch.Generator().manual_seed(9), 0
    for seed in range(60):
        keys = "".join(map(str, torch.randint(10, (int(torch.randint(3, 9, (1,), generator=generator)),), generator=generator).tolist()))
        reading = Dialing().perceive(pressed(keys, seed=seed, noise=0.4))
        doubted += reading.doubt is not None
    assert doubted <= 2


@pytest.mark.parametrize("keys", ["7", "42", "0123456789"])
def test_fewer_or_more_keys_than_taught_are_said_to_be_a_guess_typed_or_heard(keys: str) -> None:
    run = api.load("recognizer", "dialing")
    for given_ in (keys, pressed(keys)):
        drawn = scene.sequence(run.explore(given_), run.model, run.task, key="", run_label="")
        assert f"This input has {len(keys)} key" in drawn["notice"] and "trained on lengths 3 to 8" in drawn["notice"]


def test_marks_between_typed_keys_are_passed_over() -> None:
    reading = Dialing().perceive("555-0199.")
    assert (reading.text, reading.read_as) == ("5 5 5 0 1 9 9", "5 5 5 0 1 9 9")
    assert Dialing().perceive("5550 199").read_as is None
