"""A small Gradio page with our routes and fake training, run as a program by `test_server`.

python -m tests.fake_app PORT [--auth] [--mount] FOLDER
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import gradio as gr

from playground.app.http.server import app_kwargs, install_drain
from playground.app.islands import version
from playground.runs.book import RunBook
from playground.runs.executors.process import ProcessExecutor
from playground.runs.log import RunLog
from tests.fakes import HERE, FakeRecipe

book = RunBook(ProcessExecutor(f"{HERE}:any_of", preload=("numpy", HERE)), slots=3, grace_s=60)


def start(name: str, behaviour: str, steps: float, pause_s: float, size: float) -> str:
    text = "x" * int(size)
    return book.start(FakeRecipe(name, int(steps), pause_s, 100, text, behaviour=behaviour), "ada")


def stop(run_id: str) -> str:
    book.stop(run_id, "ada")
    return "stopped"


def keep(log: RunLog) -> None:
    Path(sys.argv[-1], "kept").write_bytes(log.snapshots[-1].weights)


def page() -> gr.Blocks:
    demo: gr.Blocks
    with gr.Blocks() as demo:
        text, number = gr.Textbox(), gr.Number()
        gr.Button("start").click(start, [text, text, number, number, number], text, api_name="start")
        gr.Button("stop").click(stop, text, text, api_name="stop")
        text.submit(lambda name: f"hello {name}", text, text, api_name="hello")
    return demo


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    demo = page()
    Path(sys.argv[-1], "version").write_text(version())
    kwargs = app_kwargs(book, beat_s=0.3, stall_s=1.0)
    if "--mount" in sys.argv:
        import fastapi
        import uvicorn

        app = gr.mount_gradio_app(fastapi.FastAPI(), demo, "/here", app_kwargs=kwargs)
        uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
        return
    book.keep_by(keep)
    install_drain(demo, book)
    auth = ("ada", "lovelace") if "--auth" in sys.argv else None
    demo.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), app_kwargs=kwargs, auth=auth, ssr_mode=False, quiet=True)


if __name__ == "__main__":
    main()
