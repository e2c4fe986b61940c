"""What went wrong where a side falls short of its bar: in what way its answers are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from ..inference.decoding import decode_batch
from ..models import EncoderDecoder
from ..tasks import Batch, TextTask
from ..vocabulary import EOS, PAD
from .measures import MANY, of_length

if TYPE_CHECKING:
    from ..storage.run import Run
    from .result import Result


@torch.inference_mode()
def went_wrong(result: Result, runs: Mapping[str, Run]) -> str:
    """A sentence about the first side of the criterion that is below its bar, where that writes tokens: of how many inputs which answers
    end too early, end too late, do not end, or have other tokens. Empty where no such side is."""
    for check in result.checks[: len(result.paper.criterion)]:
        bar, run = check.bar, runs.get(check.bar.arm)
        if (
            run is None
            or check.reached
            or bar.least is None
            or not isinstance(run.task, TextTask)
            or not isinstance(run.model, EncoderDecoder)
        ):
            continue
        measured_by_length = bar.at is not None and result.paper.axes[0].taught is not None
        batch = of_length(run, int(bar.at or 0)) if measured_by_length else run.task.held_out("test", MANY)
        most = run.task.max_steps(batch.source.shape[1])
        wrong = counted(decode_batch(run.model, batch.source, batch.mask, max_steps=most), batch)
        told = [
            f"{wrong[kind]} {words}"
            for kind, words in (
                ("early", "end too early"),
                ("late", "end too late"),
                ("endless", f"do not end within {most} tokens"),
                ("other", "have the right length and other tokens"),
            )
            if wrong[kind]
        ]
        if told:
            return f"Of {len(batch)} inputs {bar.arm} answers {sum(wrong.values())} wrongly: {', '.join(told)}."
    return ""


def counted(written: Tensor, batch: Batch) -> dict[str, int]:
    """How many of the wrong answers (B, steps) end "early" or "late", are "endless", or are of the right length with "other" tokens."""
    wide = max(written.shape[1], batch.target.shape[1])
    written, target = (F.pad(one, (0, wide - one.shape[1]), value=PAD) for one in (written, batch.target))
    ends = written == EOS
    places = torch.arange(wide)
    last = torch.where(ends.any(1), ends.int().argmax(1), torch.full((len(ends),), wide))  # the place of the end, or past everything
    due = (target == EOS).int().argmax(1)
    wrong = ((written != target) & (places <= torch.maximum(last, due)[:, None])).any(1)
    endless = ~ends.any(1)
    kinds = {"early": last < due, "late": (last > due) & ~endless, "endless": endless, "other": (last == due) & ~endless}
    return {kind: int((wrong & found).sum()) for kind, found in kinds.items()}
