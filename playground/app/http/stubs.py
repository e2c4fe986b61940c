"""Gradio without its stubs: at each start it parses every component's source anew to write `.pyi` files for editors, 1 s of 4.

Imported before `gradio`, by `playground.app` itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

WRITER = "gradio.component_meta"


class Finder:
    """Finds that one module before others do."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != WRITER or not path:
            return None
        file = str(Path(path[0], "component_meta.py"))
        return spec_from_file_location(name, file, loader=Loader(name, file))


class Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        write_none(module)


def write_none(module: ModuleType) -> None:
    module.__dict__["create_or_modify_pyi"] = lambda component, name, events: None


if WRITER in sys.modules:
    write_none(sys.modules[WRITER])
elif Finder not in sys.meta_path:
    sys.meta_path.insert(0, Finder)
