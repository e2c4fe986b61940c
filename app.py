"""Start the playground: `python app.py`, or on a Hugging Face Space."""

from __future__ import annotations

import argparse
import gc
import logging
import os


def main() -> None:
    parser = argparse.ArgumentParser(description="Encoder–Decoder Playground: train small models, type, look inside.")
    parser.add_argument("--host", help="address to serve on (default 127.0.0.1, or 0.0.0.0 on a Space; or GRADIO_SERVER_NAME)")
    parser.add_argument(
        "--port", type=int, default=os.environ.pop("GRADIO_SERVER_PORT", None), help="port (default: 7860 or the next free one)"
    )
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", help="a name of your own that leads to this machine's loopback"
    )
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"), help="where to train")
    parser.add_argument(
        "--executor", choices=("process", "ray"), help="what trains: processes here (default), or Ray (if RAY_ADDRESS is set)"
    )
    parser.add_argument("--auth", metavar="USER:PASSWORD", help="ask for this login (or PLAYGROUND_AUTH, which no list of processes shows)")
    parser.add_argument("--max-training", type=_count, metavar="N", help="runs that train at the same time (default: a core each)")
    parser.add_argument("--max-waiting", type=_count, metavar="N", help="runs that may wait in line (default 64)")
    parser.add_argument("--max-each", type=_count, metavar="N", help="runs that one visitor may have under way (default 3)")
    parser.add_argument("--log", action="store_true", help="tell of each run in a line: when, what, how long; nothing of whom")
    parser.add_argument("--dev", action="store_true", help="serve the page's modules singly, as they are on the disk: edit, then reload")
    arguments = parser.parse_args()
    named = os.environ.pop("GRADIO_SERVER_NAME", None)  # Gradio would bind there alone what it looks for on 127.0.0.1
    host = arguments.host or named or ("0.0.0.0" if "SPACE_ID" in os.environ else "127.0.0.1")
    if "SPACE_ID" in os.environ:  # every visitor comes through the proxy of the Space, which tells their addresses
        os.environ.setdefault("FORWARDED_ALLOW_IPS", "*")
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"  # nothing is fetched but from this server itself

    login = arguments.auth or os.environ.pop("PLAYGROUND_AUTH", None)
    if login is not None:
        login = tuple(login.split(":", 1))
        if len(login) < 2 or not all(login):
            parser.error("--auth is a name and a password with a colon between: USER:PASSWORD")
    if arguments.log:
        logging.basicConfig(format="%(asctime)s level=%(levelname)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z")
        logging.getLogger("playground").setLevel(logging.INFO)

    gc.disable()  # a quarter of a second, while half a million things are made that all stay
    from playground import InputError
    from playground.app import create_app, free_place, install_drain, launch  # after the flags: --help is instant

    try:
        host, port = free_place(host, arguments.port)
        most = {"slots": arguments.max_training, "line": arguments.max_waiting, "share": arguments.max_each}
        demo, page = create_app(arguments.device, arguments.executor, **{name: n for name, n in most.items() if n is not None})
        page.outlive()
        install_drain(demo, page.book)
        launch(demo, page, host, port, hosts=arguments.allow_host, dev=arguments.dev, auth=login)
    except InputError as error:
        parser.exit(2, f"{error}\n")
    gc.freeze()  # nor does it look at them again while it serves
    gc.enable()
    demo.block_thread()


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:9]) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is no whole number from 1 to 10,000")
    return int(text)


if __name__ == "__main__":
    main()
