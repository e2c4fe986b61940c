"""A file from anywhere: read back exactly, or refused with a sentence. Nothing in it is ever executed."""

from __future__ import annotations

import json
import os
import pickle
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save as save_tensors

from playground.api import collect
from playground.errors import InputError
from playground.inference.projection import project
from playground.storage import header as headers
from playground.storage.checkpoints import KEY, MAX_FILE, Checkpoint, load, loads, save
from playground.storage.header import MAX_HEADER
from playground.training.trainer import new_model, train
from tests.small import PAIRS, call, tiny_recipe

HISTORY = {"losses": [[1, 0.1, 2.3], [2, 0.2, 2.1]], "scores": [[2, 0.2, 0.5]], "frames": []}


def checkpoint(pair: tuple[str, str] = PAIRS[0]) -> Checkpoint:
    recipe = tiny_recipe(*pair)
    return Checkpoint(recipe, new_model(recipe).state_dict(), {"loss": 0.5}, 1.25, "cpu", history=HISTORY)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_round_trip(pair: tuple[str, str], tmp_path: Path) -> None:
    """The loaded model computes the same numbers, bit for bit."""
    before = checkpoint(pair)
    task = before.recipe.build_task()
    before = replace(before, projections=project(before.model(), task))
    after = load(save(tmp_path / "run.safetensors", before))
    assert (after.recipe, after.metrics, after.train_seconds, after.history) == (before.recipe, before.metrics, 1.25, HISTORY)
    batch = task.held_out("test", 4)
    with torch.no_grad():
        assert torch.equal(call(after.model(), batch), call(before.model(), batch))
    for name, projection in before.projections.items():
        for field in ("mean", "components", "explained", "cloud"):
            np.testing.assert_array_equal(getattr(after.projections[name], field), getattr(projection, field))
        assert after.projections[name].labels == projection.labels


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_trained_run_survives_its_file(pair: tuple[str, str], tmp_path: Path) -> None:
    run = collect(train(tiny_recipe(*pair)))
    again = load(run.save(tmp_path / "run.safetensors"))
    assert again.history == json.loads(json.dumps(run.history)) and again.metrics == run.metrics


def parts(data: bytes) -> tuple[dict[str, Any], bytes]:
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def assembled(header: dict[str, Any] | bytes, body: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return save(tmp_path_factory.mktemp("whole") / "run.safetensors", checkpoint()).read_bytes()


def with_about(data: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """The file with another recipe, metrics or background in its header."""
    header, body = parts(data)
    about = json.loads(header["__metadata__"][KEY])
    about = change(about) or about
    header["__metadata__"][KEY] = about if isinstance(about, str) else json.dumps(about)
    return assembled(header, body)


def refused(data: bytes, message: str) -> None:
    start = time.perf_counter()
    with pytest.raises(InputError, match=message) as caught:
        loads(data)
    assert time.perf_counter() - start < 1
    assert len(str(caught.value)) < 1000 and str(Path(__file__).parent.parent) not in str(caught.value)


class Bomb:
    """Unpickling this would create a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.path), "w")


@pytest.mark.fault(34)
@pytest.mark.parametrize("extension", ["pt", "pth", "bin", "pkl", "safetensors", "ckpt", ""])
@pytest.mark.parametrize("protocol", [*range(pickle.HIGHEST_PROTOCOL + 1), "zip"])
def test_pickles_are_never_opened(protocol: int | str, extension: str, tmp_path: Path) -> None:
    victim, file = tmp_path / "created", tmp_path / f"weights.{extension}"
    if protocol == "zip":
        torch.save({"weights": Bomb(victim)}, file)
    else:
        file.write_bytes(pickle.dumps(Bomb(victim), protocol=protocol))
    with pytest.raises(InputError, match="not a safetensors file"):
        load(file)
    assert not victim.exists()


def test_the_bomb_would_go_off(tmp_path: Path) -> None:
    """So that the test before this one tests something."""
    pickle.loads(pickle.dumps(Bomb(tmp_path / "created"))).close()
    assert (tmp_path / "created").exists()


@pytest.mark.fault(33)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        bytes(8),
        struct.pack("<Q", 2**40) + b"{}",
        b"\xff" * 100,
        struct.pack("<Q", 4) + b"null",
    ],
    ids=["empty", "byte", "png", "zeros", "2^40", "ones", "null"],
)
def test_other_files_are_refused(data: bytes) -> None:
    refused(data, "not")


@pytest.mark.fault(33)
def test_cut_off_files_are_refused_wherever_the_cut(whole: bytes) -> None:
    for end in [*range(0, len(whole), len(whole) // 40), len(whole) - 1]:
        refused(whole[:end], "not|cut off")
    refused(whole + b"more", "damaged")


@pytest.mark.fault(35)
def test_sizes_are_bounded_before_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "huge.safetensors"
    with file.open("wb") as handle:
        handle.truncate(MAX_FILE + 1)  # a hole: costs no disk
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    with pytest.raises(InputError, match=r"20,971,521 bytes; weights here have at most 20,971,520"):
        load(file)


@pytest.mark.fault(35)
def test_headers_are_bounded_before_parsing(whole: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    header, body = parts(whole)
    many = {f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(20_000)}
    monkeypatch.setattr(headers, "parsed", lambda data: pytest.fail("it was parsed"))
    refused(assembled(header | many, body), f"its header claims [0-9,]+ bytes, allowed are {MAX_HEADER:,}")


def test_missing_files_are_named_without_their_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(InputError, match="cannot be read") as caught:
            load(path)
        assert str(tmp_path.parent) not in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers_are_refused(value: float, tmp_path: Path) -> None:
    bad = checkpoint()
    next(iter(bad.weights.values())).view(-1)[3] = value
    refused(save(tmp_path / "run", bad).read_bytes(), "values that are no numbers")


def test_tensors_that_do_not_fit_are_all_listed(whole: bytes) -> None:
    """Before any of them is read."""
    header, body = parts(whole)
    names = [name for name in header if name != "__metadata__"]
    gone = {k: v for k, v in header.items() if k != names[0]}
    refused(assembled(gone, body), f"do not fit .*missing {names[0]}")
    refused(assembled(header | {"extra": header[names[0]]}, body), "do not fit .*unknown extra")
    for change in ({"shape": [1, 2, 3]}, {"shape": "big"}, {"dtype": "I32"}, {"dtype": None}, {"dtype": ["F32"]}):
        refused(assembled(header | {names[0]: header[names[0]] | change}, body), f"{names[0]} is .*, expected F32")
    refused(assembled(header | {names[0]: header[names[0]] | {"dtype": "F16"}}, body), "damaged")  # half of its bytes belong to nobody
    refused(assembled(header | {names[0]: None}, body), "nothing readable")
    several = {k: v for k, v in header.items() if k not in names[1:]} | {"extra": header[names[0]]}
    refused(assembled(several, body), "missing .*; missing .*more. Nothing was changed")


@pytest.mark.parametrize("offsets", [[0, 2**60], [-4, 0], [8, 4], "x", None, [0]])
def test_offsets_that_lie_are_refused(offsets: Any, whole: bytes) -> None:
    header, body = parts(whole)
    name = next(k for k in header if k != "__metadata__")
    refused(assembled(header | {name: header[name] | {"data_offsets": offsets}}, body), "damaged")


@pytest.mark.fault(32)
def test_weights_of_another_model_are_refused(whole: bytes) -> None:
    def other(about: dict[str, Any]) -> None:
        about["recipe"] = tiny_recipe(*PAIRS[-1]).to_json()

    refused(with_about(whole, other), "do not fit the model of their recipe")


BOMBS = {
    "deep": b"[" * 100_000,
    "deeper than ours": b"[" * 13 + b"]" * 13,
    "long integer": b'{"a":' + b"9" * 41 + b"}",
    "deep object": b'{"a":' * 20_000,
    "huge integer": b'{"a":' + b"9" * 200_000 + b"}",
    "twice": b'{"a": 1, "a": 2}',
    "cut": b'{"a": ',
    "not text": b"\xff\xfe\xfd",
}


@pytest.mark.fault(36)
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_json_bombs_in_the_header(bomb: bytes, whole: bytes) -> None:
    refused(assembled(bomb, b""), "nested too deeply|not readable|names something twice")


@pytest.mark.fault(36)
@pytest.mark.parametrize("bomb", [v for k, v in BOMBS.items() if k != "not text"], ids=[k for k in BOMBS if k != "not text"])
def test_json_bombs_in_the_recipe(bomb: bytes, whole: bytes) -> None:
    refused(with_about(whole, lambda about: bomb.decode()), "nested too deeply|not readable|names something twice")


def test_safetensors_without_a_recipe_are_refused() -> None:
    refused(save_tensors({"w": torch.ones(2)}), "no recipe")
    refused(save_tensors({"w": torch.ones(2)}, {KEY: "[]"}), "not an object")
    refused(save_tensors({"w": torch.ones(2)}, {KEY: "{}"}), "not a recipe")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("recipe", None, "not a recipe"),
        ("recipe", [], "not a recipe"),
        ("recipe", {"architecture": "gpt", "task": "reverse"}, "not an architecture"),
        ("recipe", {"architecture": "seq2seq", "task": "reverse", "model_options": [1]}, "mapping"),
        ("recipe", {"architecture": "seq2seq", "task": "reverse", "__class__": 1}, "not a recipe"),
        ("metrics", None, "no metrics"),
        ("metrics", {"loss": "small"}, "no metrics"),
        ("metrics", {"loss": float("nan")}, "no metrics"),
        ("train_seconds", "long", "damaged"),
        ("projections", 5, "damaged"),
        ("projections", {"encoder": {}}, "damaged"),
        ("projections", {"encoder": 5}, "damaged"),
        ("history", 5, "damaged"),
        ("history", {"losses": "abc"}, "damaged"),
        ("history", {"losses": [[1, 2]]}, "damaged"),
        ("history", {"scores": [[1, 2, None]]}, "damaged"),
    ],
)
def test_a_forged_header_is_refused(field: str, value: Any, message: str, whole: bytes) -> None:
    refused(with_about(whole, lambda about: {**about, field: value}), message)


@pytest.mark.parametrize("name", ["mean", "components", "explained", "cloud", "labels"])
def test_a_forged_background_is_refused(name: str, tmp_path: Path) -> None:
    before = checkpoint(("autoencoder", "strokes"))
    before = replace(before, projections=project(before.model(), before.recipe.build_task()))
    data = save(tmp_path / "run", before).read_bytes()

    def forge(about: dict[str, Any]) -> None:
        about["projections"]["code"][name] = [1, 2] if name == "labels" else {"shape": [1, 1, 1], "f32": "AAAAAA=="}

    refused(with_about(data, forge), "damaged")


@pytest.mark.fault(28, 29)
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["disk full", "killed"])
@pytest.mark.parametrize("at", ["fsync", "replace"])
def test_saving_is_all_or_nothing(fault: BaseException, at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong, the old file stays whole and nothing is left beside it."""
    file = save(tmp_path / "run.safetensors", checkpoint())
    old = file.read_bytes()

    def fail(*args: Any) -> None:
        raise fault

    monkeypatch.setattr(os, at, fail)
    with pytest.raises(type(fault)):
        save(file, replace(checkpoint(), metrics={"loss": 9.0}))
    assert file.read_bytes() == old
    assert os.listdir(tmp_path) == ["run.safetensors"]


@pytest.mark.fault(28)
def test_no_reader_ever_sees_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until everything is on the disk, the name still means the old file."""
    file = save(tmp_path / "run.safetensors", checkpoint())
    seen: list[dict[str, float]] = []
    fsync = os.fsync

    def look(handle: int) -> None:
        fsync(handle)
        seen.append(load(file).metrics)

    monkeypatch.setattr(os, "fsync", look)
    save(file, replace(checkpoint(), metrics={"loss": 9.0}))
    assert seen == [{"loss": 0.5}] and load(file).metrics == {"loss": 9.0}
