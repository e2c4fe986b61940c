"""Pictures that somebody brings: each file is learned or refused with its true reason, and nothing large is unpacked to find that out."""

from __future__ import annotations

import io
import random
import struct
import time
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import playground
from playground import models, tasks
from playground.errors import InputError
from playground.tasks.given import HeldOut
from playground.tasks.your_pictures import Album, OwnPictures, kept, read_pictures, store
from playground.tasks.your_pictures import files as album_files
from playground.tasks.your_pictures.files import MOST_FILES, MOST_UNPACKED
from playground.tasks.your_pictures.kept import FEWEST, MOST
from playground.tasks.your_pictures.task import AlbumOptions
from playground.training import recipes

RNG = np.random.default_rng(3)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "kept"
    monkeypatch.setenv("PLAYGROUND_PAIRS", str(folder))
    return folder


def saved(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    sink = io.BytesIO()
    image.save(sink, kind, **how)
    return sink.getvalue()


def noise(width: int = 30, height: int = 30) -> Image.Image:
    return Image.fromarray(RNG.integers(0, 255, (height, width, 3), dtype=np.uint8))


def several(count: int) -> list[tuple[str, bytes]]:
    return [(f"{n:04}.png", saved(noise())) for n in range(count)]


def zipped(files: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the same name twice
        for name, data in files:
            archive.writestr(name, data)
    return sink.getvalue()


def refusal(data: bytes) -> str:
    """Why this file alone is not taken."""
    album = read_pictures([("it", data)])
    ((name, why),) = album.refused
    assert name == "it" and not album.names and len(why) < 200
    return why


# a file


def test_dark_is_ink_and_the_middle_is_kept() -> None:
    wide = Image.new("L", (300, 100), 255)
    wide.paste(0, (150, 0, 300, 100))  # black on the right of the middle
    wide.paste(128, (0, 0, 100, 100))  # outside the square in the middle
    (ink,) = read_pictures([("wide", saved(wide))]).pictures
    assert ink.shape == (28, 28) and not ink[:, :14].any() and (ink[:, 14:] == 255).all()


def test_it_is_turned_as_its_exif_says() -> None:
    upright = Image.new("L", (80, 80), 255)
    upright.paste(0, (0, 0, 80, 40))  # its upper half is black
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter to the right
    turned = saved(upright.rotate(90), "JPEG", exif=exif, quality=95)
    ours, right = (read_pictures([("it", data)]).pictures[0] for data in (turned, saved(upright)))
    assert np.abs(ours.astype(int) - right).mean() < 4


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGBA", (40, 40), (0, 0, 0, 0)),
        Image.new("LA", (40, 40), (0, 0)),
        Image.new("1", (40, 40), 1),
        Image.new("P", (40, 40), 0),
        Image.new("I;16", (40, 40), 65_535),
    ],
    ids=lambda image: str(image.mode),
)
def test_every_way_to_write_white_is_paper(image: Image.Image) -> None:
    if image.mode == "P":
        image.putpalette([255, 255, 255])
    album = read_pictures([("it", saved(image))])
    assert album.names == ("it",) and not album.pictures.any()


@pytest.mark.fault(37)
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is no picture that can be read here"),
        (b"hello", "is no picture that can be read here"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it is an SVG drawing"),
        (saved(noise())[:200], "is broken"),
        (saved(noise(), "GIF", save_all=True, append_images=[noise()]), "moves: it has 2 frames"),
        (saved(Image.new("CMYK", (40, 40)), "JPEG"), "colours are CMYK, not RGB"),
        (saved(Image.new("1", (5_000, 10))), "has 5,000 × 10 pixels"),
        (saved(noise(), "TIFF"), "is no picture that can be read here"),
        (b"\x89PNG" + bytes(6 * 2**20), "has 6.0 MB; at most 5 are read"),
    ],
    ids=["empty", "text", "svg", "cut", "moving", "cmyk", "wide", "tiff", "large"],
)
def test_what_is_no_still_small_picture_is_refused_with_its_reason(data: bytes, says: str) -> None:
    assert says in refusal(data)


@given(data=st.binary(max_size=400), cut=st.integers(0, 3_000), flips=st.lists(st.integers(0, 2_500), max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_bytes_each_file_is_taken_or_refused(data: bytes, cut: int, flips: list[int]) -> None:
    for whole in (WHOLE, ZIP):
        broken = bytearray(whole)
        for at in flips:
            broken[at % len(broken)] ^= 0x55
        for odd in (data, bytes(broken), whole[:cut], whole[:cut] + data):
            try:
                album = read_pictures([("odd", odd), ("good", WHOLE)])
            except InputError as error:
                assert "zip" in str(error)
            else:
                assert set(album.names) | {name for name, _ in album.refused} >= {"good"} and len(album.names) == len(album.pictures)
                assert all(why and why.isprintable() for _, why in album.refused)


WHOLE = saved(noise())
ZIP = zipped([("a.png", WHOLE), ("b/c.png", saved(noise()))])


# many of them


def test_a_folder_a_zip_and_a_list_are_the_same_pictures(tmp_path: Path) -> None:
    pictures = several(4)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name, data in pictures:
        (tmp_path / "deep" / "er" / name).write_bytes(data)
    (tmp_path / "deep" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "them.zip").write_bytes(zipped(pictures))
    ways = [tmp_path / "deep", tmp_path / "them.zip", str(tmp_path / "them.zip"), zipped(pictures), pictures]
    ways.append(sorted((tmp_path / "deep" / "er").iterdir()))
    albums = [read_pictures(way) for way in ways]
    for album in albums:
        np.testing.assert_array_equal(album.pictures, albums[0].pictures)
        assert len(album.names) == 4 and not album.refused
    assert albums[0].names[0] == "er/0000.png"


def test_what_systems_leave_behind_is_passed_over_and_odd_names_reach_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["../../up.png", "/etc/root.png", "C:\\windows\\w.png", "a/../b.png", "x\u202ey.png", "deep/" * 40 + "d.png"]
    litter = ["__MACOSX/._a.png", "a/.DS_Store", "Thumbs.db", "a/desktop.ini", "._b.png"]
    album = read_pictures(zipped([(name, saved(noise())) for name in [*names, *litter]]))
    assert len(album.names) == len(names) and not album.refused
    assert all(name.isprintable() and len(name) <= 120 for name in album.names)
    assert not list(tmp_path.iterdir()), "nothing is unpacked to the disk"


def test_the_same_picture_counts_once_whatever_it_is_called() -> None:
    album = read_pictures([("a", WHOLE), ("b", WHOLE), ("a", saved(noise()))])
    assert album.names == ("a", "a") and album.refused == (("b", "is the same picture as a"),)


def test_no_more_than_two_thousand_are_taken_and_fewer_than_fifty_are_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (FEWEST, MOST) == (50, 2_000)
    monkeypatch.setattr(kept, "MOST", 3)
    assert read_pictures(several(5)).refused[0] == ("0003.png", "comes after 3 pictures; no more are learned")
    monkeypatch.undo()
    album = read_pictures([*several(FEWEST - 1), ("x", b"x")])
    with pytest.raises(InputError, match=r"There are 49 different pictures; at least 50 are needed\. Refused: 1, such as: x is no picture"):
        _ = album.key
    assert read_pictures(several(FEWEST)).key


@pytest.mark.parametrize("given", [3, None, object(), [3], [("a", "text")], "/no/such/file", "", [b"x"]])
def test_what_is_no_folder_zip_or_list_is_refused(given: Any) -> None:
    with pytest.raises(InputError):
        read_pictures(given)


# hostile zips


def test_a_zip_of_many_entries_is_refused_by_its_last_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(album_files.zipfile, "ZipFile", lambda *_: pytest.fail("its list was read"))
    record = bytearray(ZIP[ZIP.rfind(b"PK\x05\x06") :])
    for place, layout, value, says in ((10, "<H", 0xFFFF, "more than 10,000 files"), (12, "<I", 2**30, "a list of more than 4 MB")):
        lying = bytearray(record)
        struct.pack_into(layout, lying, place, value)
        with pytest.raises(InputError, match=says):
            read_pictures(ZIP[:-22] + bytes(lying))


def test_a_hundred_thousand_entries_cost_nothing() -> None:
    many = zipped([(f"{n}", b"") for n in range(MOST_FILES + 1)], zipfile.ZIP_STORED)
    many = zipped([(f"{n}.png", b"") for n in range(100_000)], zipfile.ZIP_STORED)
    began = time.process_time()
    with pytest.raises(InputError, match="more than 10,000 files"):
        read_pictures(many)
    assert time.process_time() - began < 1


def test_a_zip_that_would_unpack_to_much_is_refused_before_any_of_it_is() -> None:
    bomb = zipped([(f"{n}.png", bytes(4 * 2**20)) for n in range(MOST_UNPACKED // 2**22 + 1)])
    assert len(bomb) < 2**20
    with pytest.raises(InputError, match="would unpack to 516 MB; at most 512 MB are"):
        read_pictures(bomb)


def test_an_entry_that_lies_about_its_size_is_read_no_further() -> None:
    data = bytearray(zipped([("a.png", bytes(40 * 2**20))]))
    for sign, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.find(sign) + place, 1_000)
    ((_, why),) = read_pictures(bytes(data)).refused
    assert why in ("is damaged in the zip", "is no picture that can be read here")


def test_encrypted_and_oddly_packed_entries_are_named() -> None:
    data = bytearray(zipped([("a.png", WHOLE)]))
    for sign, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.find(sign) + place] |= 1
    assert read_pictures(bytes(data)).refused == (("a.png", "is encrypted; pack it without a password"),)
    assert "is packed in a way" in read_pictures(zipped([("a.png", WHOLE)], zipfile.ZIP_LZMA)).refused[0][1]
    assert "is no picture" in read_pictures(zipped([("b.zip", ZIP)])).refused[0][1]


# what is learned


@pytest.fixture
def album() -> Album:
    return read_pictures(several(60))


def test_parts_share_no_picture_and_follow_from_the_pictures_alone(album: Album) -> None:
    parts = {part: {row.numpy().tobytes() for row in album_task(album).pictures(part)[0]} for part in ("train", "validation", "test")}
    assert {part: len(rows) for part, rows in parts.items()} == {"train": 44, "validation": 6, "test": 10} == album.parts
    assert not parts["train"] & parts["test"] and not parts["train"] & parts["validation"] and not parts["validation"] & parts["test"]
    other = read_pictures(list(reversed(several_of(album))))
    assert {row.numpy().tobytes() for row in album_task(other).pictures("test")[0]} == parts["test"]


def test_they_have_a_key_and_come_back_with_their_account(album: Album, own_folder: Path) -> None:
    both = read_pictures([*several_of(album), ("x", b"x")])
    assert both.key == album.key and len(album.key) == 24
    store.shelf.latest.clear()
    back = kept.of(album_task(album))
    np.testing.assert_array_equal(back.pictures, album.pictures)
    assert back.names == both.names
    (path,) = own_folder.iterdir()
    path.write_bytes(path.read_bytes()[:500])
    store.shelf.latest.clear()
    with pytest.raises(InputError, match="damaged"):
        store.fetch(album.key)
    path.unlink()
    with pytest.raises(InputError, match="not kept on this machine any more"):
        store.fetch(album.key)
    with pytest.raises(InputError):
        recipes.make("autoencoder", "pictures", task_options={"pictures": "../../x"})


def test_a_recipe_carries_the_name_only(album: Album) -> None:
    recipe = recipes.make("vae", "pictures", task_options={"pictures": album})
    assert recipes.from_query(recipe.to_query()) == recipe and len(recipe.to_query()) < 120


def test_it_trains_and_draws_them_again(album: Album) -> None:
    options = {"code": 16, "hidden": 64}
    run = playground.train(
        "autoencoder", "pictures", model_options=options, task_options={"pictures": album}, training_options={"steps": 150}, device="cpu"
    )
    trace = run.explore(run.task.pictures("test")[0][0].view(28, 28).numpy())
    assert trace.reconstruction is not None and trace.reconstruction.shape == (28, 28)
    assert run.metrics["mse"] < 1.5 * run.task.floor[1]  # noise cannot be learned, its mean can
    assert run.projections["code"].labels is None


def test_nothing_is_exchanged_and_a_drawing_gets_their_ground() -> None:
    """White on black is kept as it is, where single digits would be turned to ink on paper."""
    dark = []
    for n in range(FEWEST):
        image = Image.new("L", (28, 28), 0)
        image.paste(255, (5 + n % 10, 5 + n // 10, 15 + n % 10, 15 + n // 10))
        dark.append((f"{n}", saved(image)))
    task = album_task(read_pictures(dark))
    shown = HeldOut(0).model_input(task)
    reading = task.perceive(shown)
    assert reading.read_as is None and reading.doubt is None and np.array_equal(reading.shown, shown) and shown[0, 0] == 1
    line = np.zeros((28, 28), np.float32)
    line[10:12, 5:20] = 1
    assert task.drawn(line).model_input(task)[0, 0] == 1  # type: ignore[attr-defined]
    assert OwnPictures().drawn(line).model_input(task)[0, 0] == 0  # type: ignore[attr-defined]


def test_nobody_has_named_them() -> None:
    assert not models.get("cvae").fits(OwnPictures)
    assert models.get("cvae").why_not(OwnPictures) == "is told what each picture shows, and nobody has named these"
    assert [a.id for a in models.ordered() if a.fits(OwnPictures)] == ["autoencoder", "conv_autoencoder", "vae"]
    task = OwnPictures()
    assert HeldOut(0).condition(task) is None and HeldOut(3).words(task) == "held-out picture 3"
    assert task.held_out("test", 4).condition is None and task.sample(4, torch.Generator()).condition is None
    with pytest.raises(InputError, match="Nobody knows what the pictures"):
        playground.train("autoencoder", "pictures", training_options={"steps": 2}, device="cpu").features()
    with pytest.raises(InputError, match="told no class"):
        playground.train("vae", "pictures", training_options={"steps": 2}, device="cpu").explore(HeldOut(0).model_input(task), condition=3)


def test_faces_are_the_same_on_every_start() -> None:
    faces = tasks.get("pictures")()
    first = faces.pictures("test")[0]
    assert first.shape == (100, 784) and float(first.mean()) == pytest.approx(0.253, abs=0.01)
    assert len(np.unique(kept.of(OwnPictures()).pictures.reshape(-1, 784), axis=0)) == 1_000


def album_task(album: Album) -> OwnPictures:
    return OwnPictures(AlbumOptions(album.key))


def several_of(album: Album) -> list[tuple[str, bytes]]:
    """The same pictures as files."""
    return [(name, saved(Image.fromarray(255 - ink))) for name, ink in zip(album.names, album.pictures, strict=True)]


def test_order_of_the_generator_is_no_part_of_it() -> None:
    rows = several(10)
    random.Random(1).shuffle(rows)
    assert read_pictures(zipped(rows)).names == tuple(sorted(name for name, _ in rows))
