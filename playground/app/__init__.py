"""The page: a table of contents. The only folder that imports Gradio."""

from __future__ import annotations

from .http import stubs as stubs  # isort: split

from collections.abc import Iterable
from functools import partial
from importlib import import_module
from typing import Any

import gradio as gr
from gradio.exceptions import ServerFailedToStartError

from ..runs.book import RunBook
from ..runs.executors import on_zero_gpu, pick_executor
from ..runs.executors.process import ProcessExecutor
from ..training.expected_time import expected_seconds
from ..training.trainer import pick_device
from .http import head
from .http.classes import Classes
from .http.lanes import ROOM
from .http.ports import LOOPBACK, free_place
from .http.server import app_kwargs, install_drain
from .library.plans import prepared
from .page import Page
from .panels import code, compare, inside, player, source, states, top
from .panels.lab import acting, evidence
from .panels.latent import arrows, loss, lost, maps, numbers, texts, trade, walk
from .panels.latent.uses import panel as uses
from .panels.papers import card
from .panels.papers import gallery as shelf
from .panels.rail import classroom, gallery, lessons, pairs, pictures, rail
from .panels.training import film, monitor, race, sweep

TITLE = "Encoder–Decoder Playground"
LINE = 64  # runs that may wait, a quarter of the places for those who come from elsewhere than most
SHARE = 3  # runs that one visitor may have under way: one trains, two wait or are paused


def create_app(device: str = "auto", executor: Any = None, **book_options: Any) -> tuple[gr.Blocks, Page]:
    """The page and what it shares. `device` is where models are trained; exploring is always on the CPU.

    `executor` is one, or the name of one ("process", "ray"); without it `RAY_ADDRESS` and the kind of Space decide.
    """
    if on_zero_gpu():
        import_module("spaces")  # has torch see the GPU that will be lent
    chosen = str(pick_device(device).type)
    settings: dict[str, Any] = {"expect": expected_seconds, "line": LINE, "share": SHARE, **book_options}
    if executor is None or isinstance(executor, str):
        executor = pick_executor(executor, chosen, settings["expect"])
    book = RunBook(executor, **settings)
    with gr.Blocks(title=TITLE, fill_width=True, analytics_enabled=False, delete_cache=(3600, 3600)) as demo:
        page = Page(book, chosen)
        lay_out(page)
        for panel in page.panels:
            panel.wire()
        demo.load(
            page.open,
            page.told,
            page.outputs(),
            js=head.TELLS,
            api_name="open",
            api_visibility="undocumented",
            show_progress="hidden",
            concurrency_limit=None,
        )
    return demo, page


def lay_out(page: Page) -> None:
    """Every panel at its place."""
    page.add(top.Top)
    page.add(classroom.Strip)
    with gr.Row(elem_id="edp-body"):
        with gr.Column(elem_id="edp-rail"):
            page.add(rail.Rail)
            page.add(card.Card)
            page.add(lessons.Lessons)
            page.add(classroom.Steering)
        with gr.Column(elem_id="edp-stage"):
            with gr.Row(elem_id="source-row"):
                page.add(source.Box)
                page.teller = page.add(source.Source)
                page.add(monitor.Monitor)
            page.add(pairs.Pairs)
            page.add(pictures.Pictures)
            page.add(player.Player)
            page.add(walk.LatentWalk)
            page.add(inside.Block)
            page.add(player.Tabs)
            page.add(film.Moment)
            with gr.Row(elem_classes="grid"):
                page.add(classroom.Asked)
                page.add(classroom.Says)
                page.add(classroom.Seeds)
                page.add(player.BeamTree)
                page.add(player.Attention)
                page.add(player.NextToken)
                page.add(player.Trajectory)
                page.add(player.Teaching)
                page.add(inside.Heads)
                page.add(inside.Lines)
                for part in (
                    states.Lens,
                    states.LensStep,
                    states.Paths,
                    states.Strips,
                    states.Unit,
                    states.Words,
                    states.Numerals,
                    states.Near,
                ):
                    page.add(part)
                page.add(maps.LatentMap)
                page.add(numbers.LatentCode)
                page.add(lost.ReconstructionError)
                page.add(texts.TextCodes)
                page.add(arrows.FeatureArrows)
                page.add(arrows.FeatureOverlap)
                page.add(uses.Uses)
                page.add(loss.Loss)
                page.add(trade.Trade)
                page.add(film.Film)
                page.add(film.Curves)
                page.add(film.Samples)
                page.add(film.MyRuns)
                page.add(race.Race)
                page.add(card.Outcome)
                page.add(compare.Compare)
                page.add(sweep.Sweeping)
                page.add(acting.Parts)
                page.add(acting.Acts)
                page.add(acting.Patching)
                page.add(evidence.Probing)
                page.add(evidence.Explaining)
                page.add(evidence.Weighing)
                page.add(evidence.Erring)
                page.add(acting.Breaking)
                page.add(code.Code)
        page.add(gallery.Gallery)
        page.add(shelf.Shelf)


def launch(
    demo: gr.Blocks,
    page: Page,
    host: str | None = None,
    port: int | None = None,
    *,
    hosts: Iterable[str] = (),
    dev: bool = False,
    **options: Any,
) -> Any:
    """Serve the page; workers are warmed up once it is served. Raises InputError if the port is taken.

    `hosts`: names that a browser may ask for at this port on this machine, beside localhost and the machine's own. `dev`: the page's
    modules come singly, as they are on the disk when they are asked for.
    """
    beyond = (host or LOOPBACK) not in (LOOPBACK, "localhost", "::1")
    classes = Classes(page.classes, partial(prepared, device=page.trains_on), page[classroom.Steering].experimenter.own, beyond)
    try:
        served = demo.launch(
            server_name=host,
            server_port=port,
            ssr_mode=False,
            run_history=False,
            enable_monitoring=False,
            footer_links=[],
            max_file_size="20mb",
            state_session_capacity=500,
            max_threads=2 * ROOM,  # more than Gradio ever has to hold: who waits is in the lanes
            theme=head.theme(),
            head=head.html(dev),
            app_kwargs=app_kwargs(page.book, page.desk, hosts=hosts, dev=dev, counted=page.counted, plain=page.plain, classes=classes),
            prevent_thread_lock=True,
            **options,
        )
    except (OSError, ServerFailedToStartError):
        free_place(host or LOOPBACK, port)  # says so if somebody else was faster
        raise
    if isinstance(page.book.executor, ProcessExecutor):
        page.book.executor.warm()
    page.reading.aside.warm()
    return served


__all__ = ["app_kwargs", "create_app", "free_place", "install_drain", "launch"]
