"""Weights as people have them: in half precision, out of a wrapper, cut off, a page or a pointer under their name, too large."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save as save_tensors
from torch import Tensor

from playground import api
from playground.app.library import Library, trained
from playground.app.page import Page
from playground.app.panels.source import Box
from playground.app.sessions import Visitor
from playground.app.visit import Visit, start
from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from playground.storage.checkpoints import KEY, VERSION, Checkpoint, dumps, load_film, loads, save_film
from playground.training.recipes import Recipe
from playground.training.trainer import new_model
from tests import small
from tests.pages import answered, new_page

RECIPE = small.tiny_recipe("attention_seq2seq", "reverse")
LFS = (
    b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)


@cache
def weights() -> dict[str, Tensor]:
    return dict(new_model(RECIPE).state_dict())


@cache
def whole() -> bytes:
    return dumps(Checkpoint(RECIPE, weights(), {"loss": 0.5}, 1.0))


def both_ways(tensors: dict[str, Tensor]) -> list[Checkpoint]:
    """Read with the recipe they carry, and as the weights of a model that is known."""
    header = {KEY: json.dumps({"recipe": RECIPE.to_json(), "metrics": {}})}
    return [loads(save_tensors(tensors, header)), loads(save_tensors(tensors), RECIPE)]


@pytest.mark.fault(49)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_becomes_float32(dtype: torch.dtype) -> None:
    for found in both_ways({name: tensor.to(dtype) for name, tensor in weights().items()}):
        for name, tensor in weights().items():
            assert torch.equal(found.weights[name], tensor.to(dtype).float())
        found.model()


def test_precisions_may_be_mixed_and_an_infinity_of_float16_is_none_of_ours() -> None:
    first = next(iter(weights()))
    (mixed, _) = both_ways({**weights(), first: weights()[first].half()})
    assert {tensor.dtype for tensor in mixed.weights.values()} == {torch.float32}
    with pytest.raises(InputError, match="no numbers"):
        both_ways({**weights(), first: torch.full_like(weights()[first], 1e5).half()})


@pytest.mark.fault(49)
@pytest.mark.parametrize("wrapped", ["module.{}", "_orig_mod.{}", "module._orig_mod.{}", "_orig_mod.module.{}"])
def test_what_wrappers_put_into_names_is_dropped(wrapped: str) -> None:
    for found in both_ways({wrapped.format(name): tensor for name, tensor in weights().items()}):
        assert all(torch.equal(found.weights[name], tensor) for name, tensor in weights().items())
        assert set(found.weights) == set(weights())


def test_wrappers_of_parts_are_dropped_too() -> None:
    """`model.encoder = torch.compile(model.encoder)`, and the real wrappers themselves."""
    inner = {name.replace("encoder.", "encoder._orig_mod.", 1) if name.startswith("encoder.") else name: t for name, t in weights().items()}
    assert inner.keys() != weights().keys()
    model = new_model(RECIPE)
    assert {name.split(".")[0] for name in torch.nn.DataParallel(model).state_dict()} == {"module"}
    for tensors in (inner, torch.nn.DataParallel(model).state_dict()):
        assert set(both_ways(dict(tensors))[0].weights) == set(weights())


def test_a_tensor_that_is_there_with_and_without_its_wrapper_is_told() -> None:
    first = next(iter(weights()))
    with pytest.raises(InputError, match=f"do not fit .*{first} twice"):
        both_ways({**weights(), f"module.{first}": weights()[first].clone()})


def test_a_part_that_is_called_module_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrapping(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = torch.nn.Linear(2, 2)

    monkeypatch.setattr(Recipe, "build_model", lambda self: Wrapping())
    plain = dict(Wrapping().state_dict())
    for wrapped in ("{}", "module.{}", "_orig_mod.{}"):
        assert set(loads(save_tensors({wrapped.format(name): t for name, t in plain.items()}), RECIPE).weights) == set(plain)


INSTEAD = {
    "html": (b"<!DOCTYPE html>\n<html lang=en><title>weights.safetensors</title></html>", "a web page, not weights.*Download|download"),
    "html with a mark": (b"\xef\xbb\xbf\n <html><body>404</body></html>", "a web page, not weights"),
    "pointer": (LFS, "a Git LFS pointer.*git lfs pull"),
    "an error in json": (b'{"error": "Repository not found"}', "text, not a safetensors file"),
    "csv": (b"a;b\r\n1;2\r\n", "text, not a safetensors file"),
    "empty": (b"", "empty"),
    "a few bytes": (b"\x10\x00\x00", "not a whole safetensors file: it has 3 bytes"),
    "pickle": (b"\x80\x03}q\x00(X\x01\x00\x00\x00a", "Pickled weights"),
    "torch.save": (b"PK\x03\x04" + bytes(100), "Pickled weights"),
    "cut in its header": (whole()[:300], r"cut off: it has 300 bytes, and by its header at least [0-9,]+\. Download or copy it again"),
    "cut in its weights": (whole()[:-5], f"cut off: it has {len(whole()) - 5:,} bytes, and by its header at least {len(whole()):,}"),
}


@pytest.mark.fault(49)
@pytest.mark.parametrize("name", INSTEAD)
def test_what_the_file_is_instead_is_told(name: str, tmp_path: Path) -> None:
    """Through every door: a file, an upload, a film."""
    data, sentence = INSTEAD[name]
    file = tmp_path / "weights.safetensors"
    file.write_bytes(data)
    doors: list[Callable[[], Any]] = [
        lambda: api.load(file),
        lambda: Library(RunBook(InlineExecutor())).take(data, RECIPE),
        lambda: load_film(file, RECIPE),
    ]
    for door in doors:
        with pytest.raises(InputError, match=sentence if door is not doors[2] or name != "cut in its weights" else "cut off") as caught:
            door()
        assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("length", [0x10280, 0x10380, 0x10480, 0x10580, 0x4B50])
def test_a_header_whose_length_begins_like_a_pickle_is_a_header(length: int) -> None:
    """66,176 bytes are written as 80 02 01 …, and so begins a pickle of protocol 2."""
    data = save_tensors(weights())
    (own,) = struct.unpack("<Q", data[:8])
    assert own <= length
    found = loads(struct.pack("<Q", length) + data[8 : 8 + own].ljust(length) + data[8 + own :], RECIPE)
    assert set(found.weights) == set(weights())


def test_a_film_that_is_cut_off_is_told(tmp_path: Path) -> None:
    file = save_film(tmp_path / "film", {1: weights()})
    assert set(load_film(file, RECIPE)) == {1}
    file.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(InputError, match="cut off or damaged"):
        load_film(file, RECIPE)


@pytest.mark.fault(49)
@pytest.mark.parametrize(
    ("version", "sentence"),
    [(VERSION + 1, "newer playground: its format is 2, ours 1"), (0, "format is 0"), ("two", "format is 'two'"), (None, "None")],
)
def test_files_of_another_version_are_told(version: Any, sentence: str) -> None:
    """Before anything in them is believed: a newer recipe may name what is unknown here."""
    about = {"version": version, "recipe": {"architecture": "of tomorrow", "task": 5}, "metrics": []}
    with pytest.raises(InputError, match=sentence):
        loads(save_tensors(weights(), {KEY: json.dumps(about)}))


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def huge(recipe: Recipe) -> dict[str, Tensor]:
    return {name: torch.sign(tensor) * 3e38 for name, tensor in new_model(recipe).state_dict().items()}


@pytest.mark.fault(63)
@pytest.mark.parametrize("pair", small.LEARNING, ids="-".join)
def test_weights_near_the_largest_float_are_told_where_they_are_brought(pair: tuple[str, str], page: Page) -> None:
    recipe = small.tiny_recipe(*pair)
    with pytest.raises(InputError, match=r"no numbers \(NaN\).*not loaded"):
        page.library.take(dumps(Checkpoint(recipe, huge(recipe), {}, 0.0)), recipe)


@pytest.mark.fault(63)
@pytest.mark.parametrize("pair", small.LEARNING, ids="-".join)
def test_numbers_that_are_lost_later_are_told_and_the_page_lives(
    pair: tuple[str, str], page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However such weights came to be on the stage: what they cannot answer is answered by a sentence, and the stage is as it was."""
    recipe, before = small.tiny_recipe(*pair), start(*pair)
    monkeypatch.setattr("playground.app.library._computes_numbers", lambda run: True)
    name = page.library.take(dumps(Checkpoint(recipe, huge(recipe), {}, 0.0)), recipe)

    def show(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        return trained(visit, name, page.library)

    told = answered(page, before, show, {})
    assert "no numbers (NaN)" in told["Source"]["error"]["text"] and "Player" not in told
    again = answered(page, before, lambda visit, data, visitor: visit, {}, always=page[Box])
    assert again["visit"] == before and "error" not in again.get("Source", {})


def test_ordinary_weights_are_taken_in_every_pair_that_learns(page: Page) -> None:
    for pair in small.LEARNING:
        recipe = small.tiny_recipe(*pair)
        assert page.library.take(dumps(Checkpoint(recipe, dict(new_model(recipe).state_dict()), {}, 0.0)), recipe)
