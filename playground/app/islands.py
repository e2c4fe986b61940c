"""The page's own components: islands of plain ES modules inside `gr.HTML`.

An `Island` names one module in `web/`, such as `rail/rail`; the module exports `mount(root, island)`. Python sends the island a value, a
JSON *string* (a dict of 100k floats took 1,381 ms to draw, the same as a string 52 ms), and hears named events back.
No user text is ever put into a template: modules write it with `textContent`.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import gradio as gr
import orjson

WEB = Path(__file__).parent / "web"
UNCHANGED = object()


@cache
def web_files() -> dict[str, Path]:
    """Every module and stylesheet by its address within `WEB`, such as `core/dom.js`. Types are for checking alone."""
    paths = (path for path in sorted(WEB.rglob("*")) if path.suffix in (".js", ".css"))
    return {path.relative_to(WEB).as_posix(): path for path in paths}


@cache
def version() -> str:
    """Hash of all web files and of how they are joined: part of their URL, so they can be cached for ever."""
    digest = sha256((WEB.parent / "http" / "assets" / "joining.py").read_bytes())
    for name, path in web_files().items():
        digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def address(dev: bool = False) -> str:
    """The web files' folder under the page's root; files that are being edited (`dev`) have one of their own, so that nobody keeps them."""
    return f"assets/{'dev' if dev else version()}"


class Island(gr.HTML):
    """`gr.HTML` whose content is drawn by `web/<module>.js`; `sends` are the events it may send."""

    _config: dict[str, Any] | None = None

    def __init__(self, module: str, sends: tuple[str, ...] = (), value: Any = None, **kwargs: Any) -> None:
        names = " ".join(f"'{name}'" for name in sends)
        super().__init__(
            value=dump(value),
            html_template='<div class="edp"></div>',
            js_on_load=f"""/* events: {names} */
            window.edpModules()
              .then(({{ take }}) => Promise.all([take('core/island.js'), take('{module}.js')]))
              .then(([island, {{ mount }}]) => island.start('{module}', mount, element, props, watch, trigger));""",
            apply_default_css=False,
            **kwargs,
        )

    def get_block_name(self) -> str:
        return "html"

    def get_config(self, cls: Any = None) -> dict[str, Any]:
        """Gradio asks for it with every visitor and every answer, and looks at each parameter anew. Nothing changes but the value."""
        if self._config is None:
            self._config = super().get_config()
        return {**self._config, "value": self.value}

    def postprocess(self, value: Any) -> Any:
        """`UNCHANGED` leaves the page's value as it is: for a `gr.skip()` Gradio makes the whole component anew, 1 ms each."""
        return gr.skip() if value is UNCHANGED else super().postprocess(value)

    def api_info(self) -> dict[str, Any]:
        return {"type": "string"}


def dump(value: Any) -> str:
    """The JSON string an island reads."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def numbered(value: str, answer: int) -> str:
    """A mapping's JSON string with the number of the answer that it came with."""
    return f'{{"nth":{answer},{value[1:]}'
