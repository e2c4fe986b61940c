"""Start the playground: `python app.py`, or on a Hugging Face Space."""

from __future__ import annotations

import argparse
import os


def main() -> None:
    parser = argparse.ArgumentParser(description="Encoder–Decoder Playground: train small models, type, look inside.")
    parser.add_argument("--host", help="address to serve on (default 127.0.0.1, or 0.0.0.0 on a Space)")
    parser.add_argument("--port", type=int, help="port (default: 7860, or the next free one)")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"), help="where to train")
    parser.add_argument(
        "--executor", choices=("process", "ray"), help="what trains: processes here (default), or Ray (if RAY_ADDRESS is set)"
    )
    arguments = parser.parse_args()
    on_space = "SPACE_ID" in os.environ
    host = arguments.host or os.environ.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if on_space else "127.0.0.1")

    from playground import InputError
    from playground.app import create_app, install_drain, launch  # after the flags: --help is instant

    try:
        demo, page = create_app(arguments.device, arguments.executor)
    except InputError as error:
        parser.exit(2, f"{error}\n")
    install_drain(demo, page.book, keep=page.library.keep)
    launch(demo, page, host, arguments.port)
    demo.block_thread()


if __name__ == "__main__":
    main()
