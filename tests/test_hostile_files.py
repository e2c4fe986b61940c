"""Files that mean harm, or were harmed: whatever the bytes, a run is read back whole or refused in a sentence.

`test_checkpoints` has the known tricks one by one; here random ones are tried, on the ways by which files come and go.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import re
import signal
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save as save_tensors
from starlette.applications import Starlette
from starlette.types import Message

from playground import api, disk
from playground.app import downloads as files
from playground.app.http.lanes import Lanes
from playground.app.library import UPLOADS, Library
from playground.app.names import UPLOADED
from playground.app.visit import start
from playground.errors import InputError
from playground.inference.projection import Projection, project
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from playground.storage import checkpoints
from playground.storage.checkpoints import KEY, MAX_FILE, Checkpoint, dumps, load, loads, save
from playground.storage.header import MAX_HEADER
from playground.training.trainer import new_model
from tests.small import tiny_recipe

ROOT = Path(__file__).parent.parent
RECIPE = tiny_recipe("attention_seq2seq", "reverse")
NAMES = ["../../x", "..\\..\\x", "CON", "NUL", "a\x00b", "x" * 5_000, "/etc/passwd", ".", "", "\u202egnp.exe", "a\r\nSet-Cookie: a=b", "😀"]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["reverse", "seq2seq", "f32"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@cache
def whole() -> bytes:
    model = new_model(RECIPE)
    background = project(model.eval(), RECIPE.build_task())
    history = {"losses": [[1, 0.1, 2.3]], "scores": [[1, 0.1, 0.5]]}
    return dumps(Checkpoint(RECIPE, model.state_dict(), {"loss": 0.5}, 1.25, "cpu", background, history))


def parts() -> tuple[dict[str, Any], bytes]:
    (length,) = struct.unpack("<Q", whole()[:8])
    return json.loads(whole()[8 : 8 + length]), whole()[8 + length :]


def assembled(header: Any, body: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def read_or_refused(data: bytes) -> Checkpoint | None:
    """Nothing but these two; the sentence is short and shows no folder. Also where bare weights are welcome."""
    found = None
    for otherwise in (None, RECIPE):
        try:
            found = loads(data, otherwise)
            found.model()
            assert all(bool(torch.isfinite(tensor).all()) for tensor in found.weights.values())
            dumps(found)  # it can be saved again
        except InputError as error:
            assert 10 < len(str(error)) < 1_000 and str(ROOT) not in str(error)
    return found


# --- random harm -------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
@settings(max_examples=150)
def test_random_bytes_are_refused(data: bytes) -> None:
    assert read_or_refused(data) is None
    assert read_or_refused(struct.pack("<Q", len(data)) + data) is None


@given(st.data())
@settings(max_examples=15)
def test_truncated_files_and_those_with_more_behind_are_refused(data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(whole()) - 1))
    assert read_or_refused(whole()[:cut]) is None
    assert read_or_refused(whole() + whole()[: cut + 1]) is None


@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=4), head=st.booleans())
@settings(max_examples=70)
def test_flipped_bytes_are_refused_or_harmless(flips: list[tuple[float, int]], head: bool) -> None:
    data = bytearray(whole())
    reach = 8 + len(json.dumps(parts()[0])) if head else len(data)
    for place, change in flips:
        data[int(place * reach)] ^= change
    read_or_refused(bytes(data))


@given(field=st.sampled_from(["recipe", "metrics", "train_seconds", "device", "projections", "history", "version", "more"]), value=JSON)
@settings(max_examples=70)
def test_any_value_in_any_field_of_the_config_is_refused_or_harmless(field: str, value: Any) -> None:
    header, body = parts()
    about = json.loads(header["__metadata__"][KEY]) | {field: value}
    found = read_or_refused(assembled(header | {"__metadata__": {KEY: json.dumps(about)}}, body))
    if found is not None:
        assert 0 <= found.train_seconds < float("inf") and isinstance(found.device, str)


@given(
    part=st.sampled_from(["architecture", "task", "model_options", "task_options", "training_options", "seed", "seconds", "device"]),
    value=JSON,
)
@settings(max_examples=60)
def test_any_value_in_any_part_of_the_recipe_is_refused_or_harmless(part: str, value: Any) -> None:
    header, body = parts()
    about = json.loads(header["__metadata__"][KEY])
    about["recipe"][part] = value
    read_or_refused(assembled(header | {"__metadata__": {KEY: json.dumps(about)}}, body))


@given(value=JSON)
@settings(max_examples=50)
def test_any_value_as_header_metadata_or_tensor_is_refused_or_harmless(value: Any) -> None:
    header, body = parts()
    name = next(key for key in header if key != "__metadata__")
    assert read_or_refused(assembled(value, body)) is None
    read_or_refused(assembled(header | {"__metadata__": value}, body))
    assert read_or_refused(assembled(header | {name: value}, body)) is None
    read_or_refused(assembled(header | {name: header[name] | {"data_offsets": value}}, body))


@pytest.mark.parametrize("seconds", ["nan", float("nan"), float("inf"), -1.0, "1e999"])
def test_a_training_time_that_is_no_time_is_refused(seconds: Any) -> None:
    header, body = parts()
    about = json.loads(header["__metadata__"][KEY]) | {"train_seconds": seconds}
    with pytest.raises(InputError, match="damaged"):
        loads(assembled(header | {"__metadata__": {KEY: json.dumps(about)}}, body))


# --- known tricks, each way in -----------------------------------------------------------------------------------

TRICKS = {
    "empty": b"",
    "renamed PNG": b"\x89PNG\r\n\x1a\n" + bytes(10_000),
    "header of 2^40": struct.pack("<Q", 2**40) + bytes(100),
    "header of -1": b"\xff" * 8 + bytes(100),
    "200,000 tensors": assembled({f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(200_000)}, b""),
    "tensors up to the limit": assembled(
        {f"{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(MAX_HEADER // 62)}, b""
    ),
    "deep": assembled(b'{"a":' * 40_000 + b"1" + b"}" * 40_000, b""),
    "deep in a string": assembled({"__metadata__": {KEY: "[" * 100_000}}, b""),
    "huge integer": assembled(b'{"a":' + b"9" * 250_000 + b"}", b""),
    "huge integer in the config": assembled({"__metadata__": {KEY: '{"recipe": ' + "9" * 100_000 + "}"}}, b""),
    "duplicate keys": assembled(b'{"__metadata__": {}, "__metadata__": {}}', b""),
    "duplicate tensors": assembled(b'{"w": {}, "w": {}}', b""),
    "pickle": pickle.dumps({"weights": [1.0] * 1000}),
    "ZIP": b"PK\x03\x04" + bytes(1000),
    "too large": bytes(MAX_FILE + 1),
}


@pytest.mark.fault(35)
@pytest.mark.parametrize("trick", TRICKS)
def test_known_tricks_are_refused_without_being_parsed(trick: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By each way in, and before any tensor is made."""
    monkeypatch.setattr(checkpoints, "load_tensors", lambda data: pytest.fail("tensors were made of it"))
    assert read_or_refused(TRICKS[trick]) is None
    with pytest.raises(InputError):
        library().take(TRICKS[trick], RECIPE)


@pytest.mark.fault(35)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_one_weight_that_is_no_number_is_enough(value: float) -> None:
    for otherwise, data in ((None, spoiled(value, bare=False)), (RECIPE, spoiled(value, bare=True))):
        with pytest.raises(InputError, match="values that are no numbers"):
            loads(data, otherwise)


def spoiled(value: float, bare: bool) -> bytes:
    weights = {name: tensor.clone() for name, tensor in new_model(RECIPE).state_dict().items()}
    list(weights.values())[-1].view(-1)[-1] = value
    return save_tensors(weights) if bare else dumps(Checkpoint(RECIPE, weights, {}, 0.0))


@pytest.mark.fault(32)
def test_missing_extra_and_misshaped_tensors_are_listed_and_the_stage_stays() -> None:
    kept, home = library(), start("attention_seq2seq", "reverse")
    before = kept.run(home.slot)
    weights = dict(new_model(RECIPE).state_dict())
    gone, misshapen, wrong_type, *_ = weights
    del weights[gone]
    weights |= {"extra<b>": torch.ones(1), misshapen: torch.ones(2, 3), wrong_type: weights[wrong_type].double()}
    with pytest.raises(InputError) as caught:
        kept.take(save_tensors(weights), RECIPE)
    said = str(caught.value)
    for part in (f"missing {gone} [", "unknown extra", f"{misshapen} is F32 [2, 3], expected F32 [", f"{wrong_type} is F64 ["):
        assert part in said
    assert said.endswith("Nothing was changed.") and kept.run(home.slot) is before


# --- brought by visitors -----------------------------------------------------------------------------------------


def library() -> Library:
    return Library(RunBook(InlineExecutor()))


def request(app: Any, path: str, body: bytes = b"", method: str = "POST") -> tuple[int, dict[bytes, bytes], bytes]:
    """One request to an ASGI app, the path as it is: a client library would tidy it up."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "raw_path": b"", "query_string": b"", "headers": [], "root_path": ""}
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(message.get("body", b"") for message in sent[1:])


async def _anyone(_: Any) -> bool:
    return True


@pytest.mark.fault(31, 60)
def test_uploads_are_kept_under_names_of_our_making_and_found_by_no_other() -> None:
    desk = files.Desk(library(), Lanes())
    app = Starlette(routes=files.routes(desk, _anyone))
    ticket = desk.ticket(start("attention_seq2seq", "reverse"))
    status, _, body = request(app, f"/code/{ticket}/upload", whole())
    assert status == 200 and re.fullmatch(UPLOADED + "[0-9a-f]{32}", json.loads(body)["run"])
    for name in NAMES:
        status, _, body = request(app, f"/code/{name}/upload", whole())
        assert status in (200, 404) and b'"run"' not in body
        for path in (f"/code/{name}/weights.safetensors", f"/code/{ticket}/{name}"):
            status, _, body = request(app, path, method="GET")
            assert status in (307, 404) and b"Traceback" not in body and str(ROOT).encode() not in body
        for shown in (name, UPLOADED + name):
            with pytest.raises(InputError, match="no longer kept"):
                desk.library.run(replace(start("attention_seq2seq", "reverse"), shown=shown).slot)
    _, headers, _ = request(app, f"/code/{ticket}/weights.safetensors", method="GET")
    assert headers[b"content-disposition"] == b'attachment; filename="weights.safetensors"'


@pytest.mark.fault(31)
@pytest.mark.parametrize("name", NAMES)
def test_shipped_runs_are_looked_up_by_registered_names_only(name: str) -> None:
    for pair in ((name, "reverse"), ("attention_seq2seq", name)):
        with pytest.raises(InputError, match="there are"):
            api.load(*pair)


@pytest.mark.fault(30)
def test_the_same_name_uploaded_by_many_at_once_keeps_every_one() -> None:
    """Files are told apart by what is in them; the same file twice is one."""
    kept = library()
    every = [dumps(Checkpoint(replace(RECIPE, seed=n % 5), new_model(RECIPE).state_dict(), {}, 0.0)) for n in range(10)]
    with ThreadPoolExecutor(10) as pool:
        names = list(pool.map(lambda data: kept.take(data, RECIPE), every))
    assert len(set(names)) == 5 and names[:5] == names[5:]
    assert [kept.run(replace(start("attention_seq2seq", "reverse"), shown=name).slot).recipe.seed for name in names] == [0, 1, 2, 3, 4] * 2


def test_uploads_are_bounded_and_the_oldest_says_that_it_is_gone() -> None:
    kept, home = library(), start("attention_seq2seq", "reverse")
    weights = new_model(RECIPE).state_dict()
    names = [kept.take(dumps(Checkpoint(replace(RECIPE, seed=n), weights, {}, 0.0)), RECIPE) for n in range(UPLOADS + 1)]
    with pytest.raises(InputError, match="no longer kept on the server"):
        kept.run(replace(home, shown=names[0]).slot)
    assert kept.run(replace(home, shown=names[-1]).slot).recipe.seed == UPLOADS


@pytest.mark.parametrize("pair", [("attention_seq2seq", "reverse"), ("autoencoder", "strokes")], ids="-".join)
def test_a_background_that_does_not_fit_the_model_spoils_no_figure(pair: tuple[str, str]) -> None:
    """What a file says of its states is not believed: the background of brought weights is computed anew."""
    recipe = tiny_recipe(*pair)
    zeros = torch.zeros(3, 3).numpy()
    wrong = Projection(zeros[0], zeros[:2], zeros[0, :2], zeros[:, :2])
    data = dumps(Checkpoint(recipe, new_model(recipe).state_dict(), {}, 0.0, "cpu", {"encoder": wrong, "else": wrong}, {"baseline": 5}))
    kept = library()
    run = kept.run(replace(start(*pair), shown=kept.take(data, recipe)).slot)
    assert set(run.projections) == set(project(run.model, run.task)) and run.history == {}
    for name, one in run.projections.items():
        assert one.mean.size == project(run.model, run.task)[name].mean.size


# --- written by us -----------------------------------------------------------------------------------------------


class FullDisk:
    """A file that takes some bytes, then no more."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_: Any) -> None:
        self.file.close()

    def write(self, data: bytes) -> None:
        self.file.write(data[: len(data) // 2])
        self.file.flush()
        raise OSError(28, "No space left on device")


@pytest.mark.fault(29)
@pytest.mark.parametrize("there", [True, False], ids=["over an old file", "new"])
def test_a_disk_that_fills_up_midway_leaves_no_part_of_a_file(there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "run.safetensors"
    if there:
        file.write_bytes(whole())
    fdopen = os.fdopen
    monkeypatch.setattr(disk.os, "fdopen", lambda *args: FullDisk(fdopen(*args)))
    with pytest.raises(OSError, match="No space left"):
        save(file, loads(whole()))
    assert os.listdir(tmp_path) == (["run.safetensors"] if there else [])
    assert not there or file.read_bytes() == whole()


@pytest.mark.fault(28)
def test_a_process_killed_while_saving_leaves_the_old_file_whole(tmp_path: Path) -> None:
    """Again and again, wherever the kill strikes; the parts that are left behind go when the folder is next tidied."""
    (tmp_path / "run").write_bytes(b"0" * 2**20)
    script = """
import sys
from pathlib import Path
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("disk", "playground/disk.py")
disk = module_from_spec(spec)
spec.loader.exec_module(disk)
print("ready", flush=True)
n = 0
while True:
    n += 1
    disk.write_whole(Path(sys.argv[1], "run"), bytes([48 + n % 10]) * 2**20)
"""
    for kill_after_s in (0.0, 0.011, 0.023, 0.041, 0.067):
        with subprocess.Popen([sys.executable, "-S", "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stdout.readline()
            time.sleep(kill_after_s)
            process.send_signal(signal.SIGKILL)
        data = (tmp_path / "run").read_bytes()
        assert len(data) == 2**20 and len(set(data)) == 1, "one whole file, the old one or a new one"
    (tmp_path / f"{disk.PART}left").write_bytes(b"part")
    (tmp_path / f"{disk.PART}new").write_bytes(b"part")
    for part in tmp_path.glob(f"{disk.PART}*"):
        os.utime(part, (0, 0) if part.name != f"{disk.PART}new" else None)
    disk.keep_newest(tmp_path, 2**20)
    assert sorted(os.listdir(tmp_path)) == [f"{disk.PART}new", "run"], "one that may still be written stays"


@pytest.mark.fault(30)
def test_the_same_name_saved_in_parallel_is_always_one_whole_file(tmp_path: Path) -> None:
    file, reading = tmp_path / "run.safetensors", threading.Event()
    every = [replace(loads(whole()), metrics={"loss": float(n)}) for n in range(4)]
    save(file, every[0])
    seen: list[float] = []

    def read() -> None:
        while not reading.is_set():
            seen.append(load(file).metrics["loss"])

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: save(file, every[n % 4]), range(24)))
    reading.set()
    reader.join()
    assert seen and set(seen) | {load(file).metrics["loss"]} <= {0.0, 1.0, 2.0, 3.0}
    assert os.listdir(tmp_path) == ["run.safetensors"]
