"""The page's own files and plotly.js, compressed once and kept in memory.

Modules and stylesheets carry a hash of all of them in their address, so browsers keep them for ever. plotly.js has a fixed
address: browsers keep it for a day, then ask whether it is still the same.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version as installed_version
from importlib.util import find_spec
from pathlib import Path

import brotli
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from playground.app.islands import version, web_files

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"

MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}

ENCODINGS: dict[str, Callable[[bytes], bytes]] = {  # best first; a higher quality of brotli costs fifty times the time
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, compresslevel=9, mtime=0),
}

_compressing = threading.Lock()


def routes() -> list[BaseRoute]:
    """Only the running version is served: a page from before an update must not mix old modules with new ones."""

    def module(request: Request) -> Response:
        path = web_files().get(request.path_params["file"])  # a look-up, never a path made from what was asked
        if path is None:
            return JSONResponse({"error": "There is no such file."}, 404)
        return _serve(request, path, {"Cache-Control": FOR_EVER})

    return [Route("/assets/plotly.js", plotly_js), Route(f"/assets/{version()}/{{file:path}}", module)]


def plotly_js(request: Request) -> Response:
    """The plotly.js inside the installed plotly package: figures need no outside host."""
    headers = {"Cache-Control": FOR_A_DAY, "ETag": f'"plotly-{installed_version("plotly")}"'}
    if request.headers.get("if-none-match", "").removeprefix("W/") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return _serve(request, _plotly_path(), headers)


def _serve(request: Request, path: Path, headers: dict[str, str]) -> Response:
    headers = {**headers, "Vary": "Accept-Encoding"}
    media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    encoding = _encoding(request.headers.getlist("accept-encoding"))
    if encoding is None:
        return Response(path.read_bytes(), headers=headers, media_type=media_type)
    with _compressing:  # thirty students arrive at once: the first one compresses, the others wait for it
        body = _compressed(path, encoding)
    return Response(body, headers={**headers, "Content-Encoding": encoding}, media_type=media_type)


def _encoding(accepted: Iterable[str]) -> str | None:
    """The first of ours that a browser takes: over plain http many take gzip only."""
    offers = [offer for value in accepted for offer in value.replace(" ", "").split(",")]
    wanted = {offer.partition(";")[0] for offer in offers if not offer.endswith(";q=0")}
    return next((name for name in ENCODINGS if name in wanted), None)


@cache
def _compressed(path: Path, encoding: str) -> bytes:
    return ENCODINGS[encoding](path.read_bytes())


def _plotly_path() -> Path:
    spec = find_spec("plotly")  # found, not imported: plotly is slow to load
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the plotly package is not installed")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"
