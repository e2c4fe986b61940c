"""Files that browsers keep: the page's own, Gradio's and plotly.js, each compressed once and held in memory.

The page's modules come joined in one file (`joining`); with `dev` each comes singly, as it stands on the disk now. What carries a hash
in its address browsers keep for ever, the rest for a day; then they ask whether it is still the same.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import brotli
import gradio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.app.islands import address, web_files

from .joining import joined, source_map

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"
ASK_FIRST = "no-cache"
HASHED = re.compile(r"-[\w-]{8}\d?\.\w+$")  # as Vite names what it builds

MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
COMPRESSED = frozenset({".png", ".woff", ".woff2"})  # by what they are

JOINED = {"modules.js": joined, "modules.js.map": source_map}

ENCODINGS: dict[str, Callable[[bytes], bytes]] = {  # best first; a higher quality of brotli costs fifty times the time
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, compresslevel=9, mtime=0),
}


class Asset:
    """One file for browsers. Its content is made when first asked for, and each compressed form of it once."""

    def __init__(self, make: Callable[[], bytes], headers: Mapping[str, str], *, compress: bool = True) -> None:
        self._make, self._headers, self._compress = make, headers, compress
        self._forms: dict[str | None, tuple[bytes, str]] = {}  # with its tag, by encoding
        self._making = threading.Lock()  # thirty students arrive at once: the first one compresses, the others wait for it

    async def answer(self, headers: Headers) -> Response:
        """In the best form that a browser takes; 304 where it says that it has the file already."""
        encoding = _encoding(headers.getlist("accept-encoding")) if self._compress else None
        if (form := self._forms.get(encoding)) is None:
            form = await run_in_threadpool(self._form, encoding)
        body, tag = form
        own = {**self._headers, "Vary": "Accept-Encoding", "ETag": tag}
        if tag in headers.get("if-none-match", "").replace("W/", "").split(", "):
            return Response(status_code=304, headers=own)
        if encoding:
            own["Content-Encoding"] = encoding
        return Response(body, headers=own)

    def _form(self, encoding: str | None) -> tuple[bytes, str]:
        with self._making:
            if (form := self._forms.get(encoding)) is None:
                content = self._make()
                form = ENCODINGS[encoding](content) if encoding else content, f'"{sha256(content).hexdigest()[:16]}"'
                if encoding:  # few take nothing compressed, and what is large is not held for them
                    self._forms[encoding] = form
            return form


class Shelves:
    """Answers what is asked for of these files; everything else is passed on.

    Only the running version is served: a page from before an update must not mix old modules with new ones. It stands in front of the
    routes, since a visit asks for forty files and whatever stands before a route costs more than the answer.
    """

    def __init__(self, app: ASGIApp, dev: bool = False) -> None:
        self.app = app
        self._shelves: dict[str, Callable[[str], Asset | None]] = {
            f"/{address(dev)}/": _edited if dev else _own,
            "/assets/": lambda name: _packaged(f"assets/{name}"),
            "/static/js/": lambda name: _packaged(f"static/js/{name}"),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        path = scope["path"].removeprefix(scope.get("root_path", "")) if asks else ""
        shelf = next((shelf for shelf in self._shelves if path.startswith(shelf)), None)
        if shelf is None:
            await self.app(scope, receive, send)
            return
        asset = self._shelves[shelf](path.removeprefix(shelf))
        answer = JSONResponse({"error": "There is no such file."}, 404) if asset is None else await asset.answer(Headers(scope=scope))
        await answer(scope, receive, send)


def _own(name: str) -> Asset | None:
    if name in JOINED:
        return _joined(name)
    path = web_files().get(name)  # a look-up, never a path made from what was asked
    return None if path is None else _kept(path, FOR_EVER)


def _edited(name: str) -> Asset | None:
    """As it is on the disk now, for whoever edits it."""
    path = web_files().get(name)
    return None if path is None else _file(path, ASK_FIRST)


def _packaged(name: str) -> Asset | None:
    path = _plotly_path() if name == "assets/plotly.js" else _gradio_files().get(name)
    return None if path is None else _kept(path, FOR_EVER if HASHED.search(name) else FOR_A_DAY)


@cache
def _joined(name: str) -> Asset:
    def make() -> bytes:
        modules = {name: path for name, path in web_files().items() if path.suffix == ".js" and name not in JOINED}
        return JOINED[name]({name: path.read_text(encoding="utf-8") for name, path in modules.items()}).encode()

    return Asset(make, _headers(name, FOR_EVER))


@cache
def _kept(path: Path, keep: str) -> Asset:
    return _file(path, keep)


def _file(path: Path, keep: str) -> Asset:
    return Asset(path.read_bytes, _headers(path.name, keep), compress=path.suffix not in COMPRESSED)


def _headers(name: str, keep: str) -> dict[str, str]:
    return {"Cache-Control": keep, "Content-Type": MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")}


@cache
def _gradio_files() -> dict[str, Path]:
    """What Gradio's page is made of. Gradio would compress each file anew for everybody who comes."""
    folder = Path(gradio.__file__).parent / "templates" / "frontend"
    return {path.relative_to(folder).as_posix(): path for kind in ("assets", "static/js") for path in folder.glob(f"{kind}/*.*")}


@cache
def _plotly_path() -> Path:
    """The plotly.js inside the installed plotly package: figures need no outside host."""
    spec = find_spec("plotly")  # found, not imported: plotly is slow to load
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the plotly package is not installed")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


def _encoding(accepted: Iterable[str]) -> str | None:
    """The first of ours that a browser takes: over plain http many take gzip only."""
    offers = [offer for value in accepted for offer in value.replace(" ", "").split(",")]
    wanted = {offer.partition(";")[0] for offer in offers if not offer.endswith(";q=0")}
    return next((name for name in ENCODINGS if name in wanted), None)
