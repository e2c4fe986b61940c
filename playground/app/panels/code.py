"""Code: what the page runs, as a reader would write it, and the files to run it elsewhere or to bring back."""

from __future__ import annotations

from typing import Any

from ...errors import InputError
from ..library import trained
from ..names import UPLOADED
from ..panel import Panel
from ..sessions import Visitor
from ..stage import Stage
from ..visit import Visit


class Code(Panel):
    """It fetches its code itself, once its tab is opened."""

    module, sends, classes = "code/code_panel", ("uploaded",), ("tab-code", "span-12")

    def value(self, stage: Stage) -> dict[str, str]:
        return self.page.desk.shown(stage.visit)

    def wire(self) -> None:
        self.on("uploaded", self.uploaded, again="always_last")

    def uploaded(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Put weights that were just uploaded on the stage."""
        name = data.get("run")
        if not isinstance(name, str) or not name.startswith(UPLOADED):
            raise InputError("Which weights? Upload a file first.")
        return trained(visit, name, self.page.library)
