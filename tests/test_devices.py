"""A GPU that fails or goes away costs the runs on it; what comes next is trained on the CPU, and the page says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
import torch

from playground.app.page import ON_THE_CPU, Page
from playground.app.panels import top
from playground.app.panels.top import Top
from playground.app.panels.training.monitor import Monitor
from playground.runs.book import RunBook
from playground.runs.events import Done, Event, Failed, Snapshot
from playground.runs.executors import TRAIN
from playground.runs.executors.process import ProcessExecutor
from playground.runs.executors.worker import Crash, _crash, words
from playground.runs.pause import Gate
from playground.training.recipes import make
from playground.training.reporter import HALVE
from tests.fakes import HERE
from tests.pages import ADA, answered, new_page

ON_CUDA = make("seq2seq", "copy", device="cuda", training_options={"steps": 3, "batch_size": 8})


@pytest.mark.fault(15)
@pytest.mark.parametrize(
    "error",
    [
        torch.AcceleratorError("CUDA error: device-side assert triggered"),
        torch.AcceleratorError("CUDA error: no CUDA-capable device is detected"),
        torch.AcceleratorError("CUDA error: uncorrectable ECC error encountered"),
        RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm( handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
        RuntimeError("No CUDA GPUs are available"),
        RuntimeError("Found no NVIDIA driver on your system."),
        RuntimeError("CUDA unknown error - this may be due to an incorrectly set up environment"),
    ],
    ids=lambda error: str(error)[:40],
)
def test_what_says_that_the_gpu_is_lost(error: Exception) -> None:
    crash = _crash(error)
    assert (crash.cause, crash.advice, crash.device_lost) == ("the GPU failed or is gone", "train again, now on the CPU", True)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
        torch.AcceleratorError("CUDA error: out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"),
        KeyError("CUDA error"),
    ],
    ids=lambda error: str(error)[:40],
)
def test_what_does_not(error: Exception) -> None:
    assert not _crash(error).device_lost


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_the_trainer_itself_says_that_its_device_is_not_there() -> None:
    *_, end = words(TRAIN, ON_CUDA, threading.Event(), Gate())
    assert isinstance(end, Crash) and end.device_lost


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Of a server that had a GPU when it started."""
    monkeypatch.setattr(top, "devices", lambda: [["cuda", "H100"], ["cpu", "CPU"]])
    book = RunBook(ProcessExecutor(f"{HERE}:gpu_that_goes", preload=("torch", HERE)), slots=1)
    yield new_page(book, "cuda")
    book.drain(5)


def ended(page: Page, run: str | None) -> dict[str, Any]:
    return orjson.loads(list(page.book.get(run or "").read())[-1])


@pytest.mark.fault(15)
def test_a_gpu_that_goes_mid_run_leaves_the_curve_and_the_next_runs_are_on_the_cpu_with_a_notice(page: Page) -> None:
    assert page.trains_on == page.first.visit.recipe.device == "cuda"
    lost = page.start(page.first.visit, ADA)
    end = ended(page, lost.run)
    assert (end["type"], end["cause"], end["advice"]) == ("failed", "the GPU failed or is gone", "train again, now on the CPU")
    log = page.book.get(lost.run or "")
    assert end["kept"] == "the curve up to step 1 and the weights of step 0 are kept" and log.snapshot() is not None
    assert lost.notice is None and page.trains_on == "cpu", "whoever comes now starts on the CPU"

    answers = answered(page, lost, page[Monitor].again, {"again": lost.run})
    visit = answers["visit"]
    assert visit.recipe == replace(lost.recipe, device="cpu"), "nothing else of it has changed"
    assert ended(page, visit.run)["type"] == "done"
    assert answers["Monitor"]["notice"] == ON_THE_CPU
    assert answers["Top"]["device"] == "cpu"
    assert page.start(visit, ADA).notice is None, "told once"


def test_the_gpu_can_be_chosen_again(page: Page) -> None:
    ended(page, page.start(page.first.visit, ADA).run)
    visit = page.start(page.first.visit, ADA)
    assert visit.recipe.device == "cpu"
    chosen = page[Top].choose(visit, {"device": "cuda"}, ADA)
    assert (chosen.recipe.device, chosen.notice, page.trains_on) == ("cuda", None, "cuda")
    assert page.start(chosen, ADA).recipe.device == "cuda"


def test_a_gpu_that_is_listed_but_does_not_work_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise torch.AcceleratorError("CUDA error: unknown error")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", broken)
    assert "cuda" not in [id for id, _ in top.devices()]


@pytest.mark.parametrize(
    ("end", "share"), [(Failed(3, "", "", HALVE), 0.5), (Failed(3, "", "", "train again"), 1), (Done(3, "stopped", {}, 1.0), 1)]
)
def test_train_again_halves_the_rate_only_where_that_was_advised(page: Page, end: Event, share: float) -> None:
    visit = page.start(page.first.visit, ADA)
    log = page.book.get(visit.run or "")
    list(log.read())
    log.end = end  # type: ignore[assignment]
    rate = replace(page[Monitor].again(visit, {"again": visit.run}, ADA).recipe, device="cuda").training.learning_rate
    assert rate == pytest.approx(share * page.first.visit.recipe.training.learning_rate)


@pytest.mark.gpu
def test_a_kernel_that_fails_costs_its_process_and_no_other() -> None:
    executor = ProcessExecutor(f"{HERE}:gpu_that_asserts", method="spawn")
    *before, end = executor.submit(ON_CUDA).events()
    assert isinstance(end, Failed) and end.device_lost and any(isinstance(event, Snapshot) for event in before)
    trains = ProcessExecutor(method="spawn")
    assert isinstance(list(trains.submit(ON_CUDA).events())[-1], Done)
