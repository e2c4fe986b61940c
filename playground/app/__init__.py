"""The page: a table of contents. The only folder that imports Gradio."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from ..errors import InputError
from ..runs.book import RunBook
from ..runs.executors import pick_executor
from ..runs.executors.process import ProcessExecutor
from ..training.expected_time import expected_seconds
from ..training.trainer import pick_device
from . import content, head, visit
from .http.server import app_kwargs, install_drain
from .library import Shelf
from .page import Page, home, told
from .panels import code, decode, film, inside, latent, pairs, setup, source, top, training

TITLE = "Encoder–Decoder Playground"

# A name that only this browser tab knows and keeps over a reload, so that its runs stay its own. Storage may be refused.
TAB = """() => {
  let name = '';
  try {
    const fresh = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16).padStart(8, '0')).join('');
    name = sessionStorage.getItem('edp-tab') ?? fresh();
    sessionStorage.setItem('edp-tab', name);
  } catch { /* the session's own name serves until the next reload */ }
  return [name];
}"""


def create_app(device: str = "auto", executor: Any = None, **book_options: Any) -> tuple[gr.Blocks, Page]:
    """The page and what it shares. `device` is where models are trained; exploring is always on the CPU.

    `executor` is one, or the name of one ("process", "ray"); without it `RAY_ADDRESS` decides.
    """
    chosen = str(pick_device(device).type)
    if executor is None or isinstance(executor, str):
        executor = pick_executor(executor, chosen)
    book = RunBook(executor, **{"expect": expected_seconds} | book_options)
    page = Page(book, Shelf(book), chosen, home(chosen))
    drawn, figures = content.stage(page.first, page.shelf)

    with gr.Blocks(title=TITLE, fill_width=True, analytics_enabled=False, delete_cache=(3600, 3600)) as demo:
        page.add("visit", gr.State(page.first))
        top.build(page)
        with gr.Row(elem_id="edp-body"):
            with gr.Column(elem_id="edp-rail"):
                setup.build(page)
            with gr.Column(elem_id="edp-stage"):
                with gr.Row(elem_id="source-row"):
                    source.build(page, drawn)
                    training.build_status(page)
                pairs.build(page)
                decode.build_stage(page, drawn)
                film.build(page)
                with gr.Row(elem_classes="grid"):
                    decode.build_panels(page, figures["trajectory"])
                    inside.build_panels(page)
                    latent.build_panels(page)
                    training.build_panels(page)
                    code.build_panels(page)
        for panel in (top, setup, source, pairs, decode, inside, latent, training, code):
            panel.wire(page)
        tab = gr.Textbox(visible=False)
        demo.load(open_page(page), tab, page.outputs(), js=TAB, api_name="open", show_progress="hidden")
    return demo, page


def open_page(page: Page) -> Any:
    """The handler of a page load: what the link asks for, or the start page with a notice."""

    def opened(tab: Any, request: gr.Request) -> list[Any]:
        session = request.session_hash or ""
        owner = page.greet(session, tab)
        asked = content.arrived(visit.from_query(dict(request.query_params), page.trains_on), page.shelf)
        if asked == page.first and not request.query_params:  # the page was sent with it
            page.remember(session, asked)
            return told({"visit": asked})
        try:
            values = page.values(asked, owner)
        except InputError as error:  # a pair of which no run is shipped
            values = page.values(replace(page.first, notice=f"Link not understood: {error} This is the start page instead."), owner)
        page.remember(session, values["visit"])
        return told(values)

    return opened


def launch(demo: gr.Blocks, page: Page, host: str | None = None, port: int | None = None, **options: Any) -> Any:
    """Serve the page; workers are warmed up once it is served."""
    served = demo.launch(
        server_name=host,
        server_port=port,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        footer_links=[],
        max_file_size="20mb",
        state_session_capacity=500,
        theme=head.theme(),
        head=head.html(),
        app_kwargs=app_kwargs(page.book, page.desk),
        prevent_thread_lock=True,
        **options,
    )
    if isinstance(page.book.executor, ProcessExecutor):
        page.book.executor.warm()
    return served


__all__ = ["app_kwargs", "create_app", "install_drain", "launch"]
