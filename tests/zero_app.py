"""The page on a Space with ZeroGPU that refuses its first call and lends from then on: run as a program by the browser's tests.

python -m tests.zero_app PORT
"""

from __future__ import annotations

import os
import sys
from typing import Any

import torch
from gradio.context import LocalContext

from playground.app import create_app, install_drain, launch
from tests.borrowed_gpu import Refusal, Spaces
from tests.fakes import HERE


class Zero(Spaces):
    def lend(self) -> None:
        """Told in the log: who is charged, by the header that a Space's proxy adds for each visitor."""
        request: Any = LocalContext.request.get(None)
        print("asked for", self.asked[-1], "s by", request and request.headers.get("x-ip-token"), flush=True)
        self.refusal = Refusal("You have exceeded your quota") if len(self.asked) == 1 else None


def main() -> None:
    zero = Zero()
    zero.waits = zero.lend
    sys.modules["spaces"] = zero
    os.environ["SPACES_ZERO_GPU"] = "true"
    torch.cuda.is_available = lambda: True  # as `spaces` does to it
    torch.cuda.get_device_name = lambda device=None: "NVIDIA H200"
    demo, page = create_app()
    page.book.executor.train = f"{HERE}:train_on_the_cpu"  # type: ignore[attr-defined]
    install_drain(demo, page.book)
    launch(demo, page, "127.0.0.1", int(sys.argv[1]))
    demo.block_thread()


if __name__ == "__main__":
    main()
