"""The page's own components: islands of plain ES modules inside `gr.HTML`.

An `Island` names one module in `app/web/`; the module exports `mount(root, island)`. Python sends the island a value, a
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

WEB = Path(__file__).parent.parent / "web"
UNCHANGED = object()


@cache
def web_files() -> dict[str, Path]:
    """Every module and stylesheet by its address within `WEB`, such as `core/dom.js`."""
    paths = (path for path in sorted(WEB.rglob("*")) if path.is_file())
    return {path.relative_to(WEB).as_posix(): path for path in paths}


@cache
def version() -> str:
    """Hash of all web files: part of their URL, so they can be cached for ever."""
    digest = sha256()
    for name, path in web_files().items():
        digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


class Island(gr.HTML):
    """`gr.HTML` whose content is drawn by `web/<module>.js`; `sends` are the events it may send."""

    module: str
    sends: tuple[str, ...] = ()

    def __init__(self, value: Any = None, *, elem_id: str | None = None, **kwargs: Any) -> None:
        names = " ".join(f"'{name}'" for name in self.sends)
        super().__init__(
            value=dump(value),
            elem_id=elem_id,
            html_template='<div class="edp"></div>',
            js_on_load=f"""/* events: {names} */
            const base = (window.gradio_config?.root ?? '').replace(/\\/$/, '') + '/assets/{version()}/';
            Promise.all([import(base + 'core/island.js'), import(base + '{self.module}.js')])
              .then(([island, module]) => island.start(module.mount, element, props, watch, trigger));""",
            apply_default_css=False,
            **kwargs,
        )

    def get_block_name(self) -> str:
        return "html"

    def postprocess(self, value: Any) -> Any:
        """`UNCHANGED` leaves the page's value as it is: for a `gr.skip()` Gradio makes the whole component anew, 1 ms each."""
        return gr.skip() if value is UNCHANGED else super().postprocess(value)

    def api_info(self) -> dict[str, Any]:
        return {"type": "string"}


def dump(value: Any) -> str:
    """The JSON string an island reads."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()


class TopBar(Island):
    """Name, device, theme, present mode, link."""

    module, sends = "shell/top_bar", ("device",)


class Rail(Island):
    """Task, architecture, training options and the Train button."""

    module, sends = "rail/rail", ("choose", "train", "options", "once", "reset")


class SourceRow(Island):
    """Examples, a dice and the verdict, beside the input box; a drawing pad for pictures; for sounds a keypad, files and a microphone."""

    module, sends = "stage/source_row", ("example", "dice", "picture", "sound")


class PairsPanel(Island):
    """The visitor's own pairs: paste or upload, and what was read of them."""

    module, sends = "rail/pairs_panel", ("pairs",)


class CodePanel(Island):
    """The code of what is on the stage, fetched when its tab is opened, its files, and weights that are brought back."""

    module, sends = "code/code_panel", ("uploaded",)


class StepPlayer(Island):
    """The one picture and the player: steps through a trace without asking the server."""

    module, sends = "stage/step_player", ("strategy", "inspect")


class BlockPanel(Island):
    """The opened block of the model: its equation with the numbers of the step, its parameters, its code."""

    module, sends = "inside/block_panel", ("inspect",)


class HeadsPanel(Island):
    """Every head of every attention at a glance; one is chosen here for the whole page."""

    module = "inside/heads_panel"


class LinesPanel(Island):
    """The chosen head as lines as wide as its weights, or as a heatmap."""

    module, sends = "inside/lines_panel", ("inspect",)


class Tabs(Island):
    """Which panels are shown."""

    module = "shell/tabs"


class AttentionPanel(Island):
    """The attention heatmap, its lit row following the step."""

    module = "inside/attention_panel"


class NextTokenPanel(Island):
    """Top-k probabilities of the step; temperature re-weights the stored logits; a click forces a token."""

    module, sends = "inside/next_token_panel", ("force",)


class LatentMap(Island):
    """The test set at its codes, or what the decoder draws all over the map; a click or a drag sets the code."""

    module, sends = "latent/latent_map", ("code", "point", "manifold")


class LatentCode(Island):
    """A slider for each number of the code, and the condition."""

    module, sends = "latent/latent_code", ("code", "back")


class LatentWalk(Island):
    """Pictures at equal steps between two codes."""

    module, sends = "latent/latent_walk", ("code", "other")


class Moments(Island):
    """A slider through training time: scenes of every kept moment, loaded when it is first touched."""

    module = "stage/moments"


class TrainMonitor(Island):
    """Follows a run's event stream: the status line, and the folded state that film, samples and curves draw."""

    module, sends = "training/train_monitor", ("stop", "pause", "resume", "step", "explore", "train", "leave")


class Film(Island):
    """One pinned input at every snapshot of the run."""

    module = "training/film"


class Samples(Island):
    """Held-out inputs and what the model in training makes of them."""

    module = "training/samples"


class Curves(Island):
    """Loss and held-out score while training, with the visitor's zoom kept."""

    module = "training/curves"


class MyRuns(Island):
    """The runs that this browser started, what each changed, and their curves beside the newest."""

    module, sends = "training/my_runs", ("show", "shipped")


class PlotlyFigure(Island):
    """A `go.Figure` drawn by the installed plotly.js: theme-aware, keeps zoom, follows the step, sends clicks."""

    module, sends = "charts/plotly_figure", ("point",)
