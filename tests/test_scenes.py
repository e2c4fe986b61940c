"""Drawn scenes: what is drawn is what the caption says, what is typed comes back, and no hostile file gets in."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFile

from playground import api, models, tasks
from playground.app.http.reading import whole
from playground.errors import InputError
from playground.inference.explore import explore
from playground.tasks.scenes.files import ALLOWED, MAX_BYTES, decoded
from playground.tasks.scenes.size import as_drawn
from playground.tasks.scenes.task import RGB, Scenes, described, draw
from playground.tasks.scenes.text import COLOURS, HIGH, LOW, SHAPES, Thing, caption, read_scene
from playground.views.scene import sequence
from tests.small import build

TASK = Scenes()
things = st.builds(Thing, st.sampled_from(COLOURS), st.sampled_from(SHAPES), st.integers(LOW, HIGH), st.integers(LOW, HIGH))
pairs = st.tuples(things, things).filter(lambda pair: pair[0].colour != pair[1].colour)
ANYTHING = st.text(max_size=60) | st.text("a redcirlsquaobvft of123,.<>", max_size=60)


def seen(picture: NDArray[np.float32]) -> dict[str, tuple[float, float]]:
    """Which colours a picture shows, and where their middle is: every pixel goes to the nearest shade, paper is grey and bright."""
    pixels = picture.reshape(-1, 3)
    ink = (np.ptp(pixels, axis=1) > 0.25) | (pixels.max(1) < 0.35)
    nearest = np.linalg.norm(pixels[:, None] - RGB.numpy()[None], axis=2).argmin(1)
    found = {}
    for i, colour in enumerate(COLOURS):
        at = np.flatnonzero(ink & (nearest == i))
        if len(at) >= 12:
            found[colour] = (float((at % 32).mean()), float((at // 32).mean()))
    return found


@given(pair=pairs, how=st.sampled_from(["above", "left of", "below", "right of"]))
@settings(max_examples=60)
def test_what_is_typed_is_what_is_drawn(pair: tuple[Thing, Thing], how: str) -> None:
    a, b = pair
    sensed = TASK.perceive(f"A {a.colour} {a.shape}  {how} a {b.colour} {b.shape}")
    places = seen(sensed.shown)
    (ax, ay), (bx, by) = places[a.colour], places[b.colour]
    assert {"above": by - ay, "below": ay - by, "left of": bx - ax, "right of": ax - bx}[how] > 5
    assert sensed.text is not None and TASK.perceive(sensed.text).text == sensed.text
    assert np.array_equal(TASK.perceive(sensed.text).shown, sensed.shown) or how in ("below", "right of")


@given(pair=pairs)
@settings(max_examples=60)
def test_places_decide_the_caption(pair: tuple[Thing, Thing]) -> None:
    text = ", ".join(f"{t.colour} {t.shape} at {t.x} {t.y}" for t in pair)
    drawn, told = read_scene(text)
    assert drawn == pair and told == caption(tuple(reversed(drawn)))
    if told is not None:
        assert TASK.target_vocabulary.encode(told.split())
        first, last = (next(t for t in pair if t.colour == colour) for colour in [w for w in told.split() if w in COLOURS])
        assert first.y < last.y if "above" in told else first.x < last.x


@given(text=ANYTHING)
@settings(max_examples=200)
def test_any_text_is_drawn_or_refused_with_a_sentence(text: str) -> None:
    try:
        sensed = TASK.perceive(text)
    except InputError as error:
        assert str(error).encode() and len(str(error)) < 600
    else:
        assert sensed.shown.shape == (32, 32, 3)


@pytest.mark.parametrize("held", [False, True])
def test_training_pictures_show_their_captions(held: bool) -> None:
    """A checker that knows only pixels finds the colours where the caption puts them."""
    batch = TASK.held_out("test", 150) if held else TASK.sample(150, torch.Generator().manual_seed(3))
    agree = 0
    for picture, row in zip(batch.source.numpy(), batch.target.tolist(), strict=True):
        words = TASK.target_vocabulary.decode(row)
        named, places = [w for w in words if w in COLOURS], seen(picture)
        if len(set(named)) < len(named):
            continue
        assert set(named) <= set(places), (words, places)
        if len(named) == 2:
            (ax, ay), (bx, by) = (places[colour] for colour in named)
            assert (by - ay > abs(bx - ax)) if "above" in words else (bx - ax > abs(by - ay))
        agree += 1
    assert agree > 100


def test_no_caption_of_training_is_held_out() -> None:
    def captions(batch: Any) -> set[tuple[str, ...]]:
        return {TASK.target_vocabulary.decode(row) for row in batch.target.tolist()}

    train, held = captions(TASK.sample(4_000, torch.Generator().manual_seed(0))), captions(TASK.held_out("test", 2_000))
    steering = captions(TASK.held_out("validation", 500))
    assert len(train) > 600 and len(held) > 60 and not train & held and not steering & (train | held)
    assert {word for words in held for word in words} == {word for words in train for word in words}


@pytest.mark.parametrize(
    ("given_input", "says"),
    [
        ("", "Type a scene"),
        ("a pink circle", "‘pink’ cannot be drawn"),
        ("a red circle a blue square", "How do the two lie"),
        ("red circle at 2 8", "go from 4 to 28"),
        ("red circle at 10 8, blue square", "give both, or none"),
        ("a red", "is no scene"),
        ("a red circle " * 900, "at most 200"),
        (None, "32 rows of 32 pixels"),
        (np.zeros((28, 28)), "has shape"),
        (np.full((32, 32, 3), np.nan), "from nan to nan"),
        (np.full((32, 32, 3), 7.0), "from 7 to 7"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(given_input: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        TASK.perceive(given_input)


@pytest.mark.parametrize("decoder", ["transformer", "lstm", "prefix"])
def test_every_decoder_looks_at_regions(decoder: str) -> None:
    model = build("captioner", TASK, decoder=decoder)
    trace = explore(model, TASK, TASK.pinned)
    assert trace.source[0] == "a1" and trace.source[-1] == "h8" and len(trace.source) == 64
    assert trace.sensed is not None and trace.sensed.text == TASK.pinned
    again = explore(model, TASK, trace.sensed.shown)
    np.testing.assert_allclose(again["decoder.logits"], trace["decoder.logits"], atol=1e-5)
    assert again.sensed is not None and again.sensed.text is None


def test_captions_and_other_tasks_say_why_they_do_not_fit() -> None:
    captioner, reader = models.get("captioner"), models.get("transformer")
    assert captioner.why_not(tasks.get("reverse")) == "reads coloured pictures, not tokens"
    assert reader.why_not(Scenes) == "reads tokens, not coloured pictures"
    assert models.get("vae").why_not(Scenes) == "reads grey pictures, not coloured pictures"


def file(picture: Image.Image, format: str = "PNG", **options: Any) -> str:
    sink = io.BytesIO()
    picture.save(sink, format, **options)
    return base64.b64encode(sink.getvalue()).decode()


def test_a_photograph_is_cropped_and_scaled() -> None:
    wide = Image.new("RGB", (300, 100), "white")
    wide.paste((255, 0, 0), (100, 0, 200, 100))  # the middle square
    for text in (
        file(wide),
        file(wide, "JPEG", quality=95),
        file(wide.convert("RGBA"), "WEBP", lossless=True),
        file(wide.convert("P"), "GIF"),
    ):
        picture = brought(text)
        assert picture.shape == (32, 32, 3) and picture.dtype == np.float32
        np.testing.assert_allclose(picture.mean((0, 1)), [1, 0, 0], atol=0.05)


def brought(text: Any) -> NDArray[np.float32]:
    return decoded(whole(text, MAX_BYTES, ALLOWED))


def bomb(width: int, height: int) -> bytes:
    """The header of a PNG of so many pixels, and hardly any data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


FRAMES = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
WHOLE = base64.b64decode(file(Image.effect_noise((200, 200), 90).convert("RGB")))
REFUSED = {
    "100 megapixels": (base64.b64encode(bomb(10_000, 10_000)).decode(), r"10,000 × 10,000 pixels.*at most 5 MB and 4,096 pixels a side"),
    "a line": (base64.b64encode(bomb(1, 25_000_000)).decode(), "1 × 25,000,000 pixels"),
    "a little too wide": (base64.b64encode(bomb(4_097, 1)).decode(), "4,097 × 1 pixels"),
    "animated GIF": (file(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]), "it has 2 frames"),
    "animated PNG": (file(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:]), "it has 2 frames"),
    "CMYK": (file(Image.new("CMYK", (40, 40)), "JPEG"), "are CMYK, not RGB"),
    "SVG": (base64.b64encode(SVG).decode(), "it is an SVG drawing"),
    "TIFF": (file(FRAMES[0], "TIFF"), "no picture that can be read"),
    "text": (base64.b64encode(b"hello").decode(), "no picture that can be read"),
    "empty": ("", "There is no file"),
    "nothing": (None, "There is no file"),
    "truncated": (base64.b64encode(WHOLE[:3_000]).decode(), "is broken"),
    "too large": ("A" * 8_000_000, "make it smaller"),
    "no base64": ("%%%%", "did not arrive whole"),
}


@pytest.mark.fault(37)
@pytest.mark.parametrize("case", REFUSED)
def test_hostile_pictures_are_refused_on_their_header(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, says = REFUSED[case]
    if case != "truncated":
        monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(InputError, match=says):
        brought(text)


def test_a_picture_as_large_as_they_may_be_is_read() -> None:
    for size in ((4_096, 1), (1, 4_096), (4_096, 4_096)):
        assert brought(file(Image.new("1", size, 1))).tolist() == np.ones((32, 32, 3)).tolist()


def test_the_shipped_captioner_names_every_single_thing_and_no_second_one() -> None:
    run = api.load("captioner", "scenes")
    singles = [f"a {colour} {shape}" for colour in COLOURS for shape in SHAPES]
    assert [run.explore(text).output for text in singles] == singles


def alone(shape: int, colour: int, half: float, x: float = 16.0, y: float = 16.0) -> NDArray[np.float32]:
    """A picture of one shape."""
    boxes = torch.tensor([[[x, y, half]]])
    drawn: NDArray[np.float32] = draw(torch.tensor([[shape]]), RGB[colour][None, None], boxes, torch.full((1,), 0.95))[0].numpy()
    return drawn


@pytest.mark.parametrize("half", [8.0, 12.0, 15.0])
def test_large_shapes_are_brought_to_the_size_of_drawn_ones(half: float) -> None:
    run = api.load("captioner", "scenes")
    told = [
        (run.explore(alone(shape, colour, half)).output, f"a {name_of_colour} {name_of_shape}")
        for shape, name_of_shape in enumerate(SHAPES)
        for colour, name_of_colour in enumerate(COLOURS)
    ]
    assert sum(given == right for given, right in told) >= 22, "of 24, where as they are nearly none is"


def test_pictures_like_those_of_training_are_read_as_they_are() -> None:
    colours = RGB.numpy()
    for picture in Scenes().held_out("test", 200).source.numpy():
        assert as_drawn(picture, colours) is picture
    touching = np.minimum(alone(0, 0, 5.0, 11.0), alone(1, 3, 5.0, 20.0))
    assert as_drawn(touching, colours) is touching
    for other in (np.zeros((32, 32, 3)), np.random.default_rng(0).random((32, 32, 3))):
        assert as_drawn(other.astype(np.float32), colours).tolist() == other.astype(np.float32).tolist()


def test_tiny_shapes_are_never_made_smaller() -> None:
    """One grows to the size of a drawn one; two at opposite edges have no room to, and stay as they are."""
    colours = RGB.numpy()
    assert np.ptp(np.argwhere(np.abs(as_drawn(alone(1, 3, 2.6), colours) - 0.95).max(-1) > 0.2), axis=0).min() >= 7
    apart = np.minimum(alone(0, 0, 2.6, 2.6), alone(1, 3, 2.6, 29.4))
    assert np.allclose(as_drawn(apart, colours), apart, atol=0.02)


def test_scaled_pictures_keep_how_shapes_lie() -> None:
    """A large red circle at the left and a large blue square at the right, their captions checked by where their colours are."""
    picture = np.minimum(alone(0, 0, 7.5, 8.0, 14.0), alone(1, 3, 7.5, 24.0, 18.0))
    small = as_drawn(picture, RGB.numpy())
    red, blue = (np.argwhere(np.abs(small - RGB[colour].numpy()).max(-1) < 0.1) for colour in (0, 3))
    assert small.shape == (32, 32, 3) and red[:, 1].max() < blue[:, 1].min()
    assert red[:, 0].mean() < blue[:, 0].mean(), "and a little higher"
    assert np.allclose(small[0, 0], 0.95, atol=0.01), "on paper of its own"


@pytest.mark.fault(48)
@pytest.mark.parametrize("ground", [0.0, 0.2, 0.5])
def test_shapes_on_a_dark_ground_are_put_on_light_paper_and_that_is_said(ground: float) -> None:
    run = api.load("captioner", "scenes")
    for text in ("a yellow circle above a green cross", "a red triangle left of a yellow square", "a green circle"):
        trace = run.explore(draw(*described([read_scene(text)[0]]), paper=torch.tensor([ground]))[0].numpy())
        scene = sequence.sequence(trace, run.model, run.task, key="", run_label="")
        assert (trace.output, scene["read_as"], scene["notice"]) == (text, "the same shapes on light paper", None)


def test_pictures_of_training_are_neither_doubted_nor_put_on_other_paper() -> None:
    for picture in Scenes().held_out("test", 200).source.numpy():
        reading = Scenes().perceive(picture)
        assert (reading.read_as, reading.doubt) == (None, None)


@pytest.mark.fault(48)
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("empty paper", "There is no shape"),
        ("all black", "There is no shape"),
        ("noise", "no drawing on even paper"),
        ("a gradient", "no drawing on even paper"),
        ("three shapes", "There are 3 shapes"),
        ("orange and grey", "none of these colours"),
    ],
)
def test_what_is_no_drawing_of_shapes_is_said_to_be_a_guess(kind: str, said: str) -> None:
    plain, shade = np.ones((32, 32, 3), np.float32), np.linspace(0, 1, 32, dtype=np.float32)
    strange = 0.95 * plain
    strange[8:18, 8:18] = (0.55, 0.55, 0.5)
    pictures = {
        "empty paper": 0.95 * plain,
        "all black": 0 * plain,
        "noise": np.random.default_rng(2).random((32, 32, 3)),
        "a gradient": (shade[:, None, None] + shade[None, :, None] * np.array([0.2, 0.5, 1.0])) / 2,
        "three shapes": np.minimum(np.minimum(alone(0, 0, 4.0, 6.0), alone(1, 3, 4.0, 16.0)), alone(0, 1, 4.0, 26.0)),
        "orange and grey": strange,
    }
    assert said in (Scenes().perceive(pictures[kind]).doubt or "")


def test_what_was_given_is_kept_as_it_was_given() -> None:
    """What was changed of it is still said when a link or another model reads it again."""
    dark = np.zeros((32, 32, 3), np.float32)
    dark[6:16, 6:16] = (0.85, 0.15, 0.15)
    given_ = Scenes().drawn(dark)
    assert np.allclose(given_.model_input(Scenes()), dark, atol=0.003)
    assert Scenes().perceive(given_.model_input(Scenes())).read_as == "the same shapes on light paper"
