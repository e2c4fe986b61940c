"""What browsers keep: in which form, for how long, and that it is compressed once, whoever asks."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import gradio
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from playground.app.http.assets import shelves as assets
from playground.app.http.assets.pages import PAGES, Pages, mended
from playground.app.islands import address, web_files

GRADIOS = Path(gradio.__file__).parent / "templates" / "frontend"
CACHES = (assets._kept, assets._joined, assets._gradio_files)


@pytest.fixture
def compressed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often something was compressed, by encoding."""
    count: Counter[str] = Counter()

    def counted(name: str, compress: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        def compressing(content: bytes) -> bytes:
            count[name] += 1
            return compress(content)

        return compressing

    monkeypatch.setattr(assets, "ENCODINGS", {name: counted(name, compress) for name, compress in assets.ENCODINGS.items()})
    for kept in CACHES:
        kept.cache_clear()
    yield count
    for kept in CACHES:
        kept.cache_clear()


def client(dev: bool = False) -> TestClient:
    return TestClient(Starlette(middleware=[Middleware(assets.Shelves, dev)]))


def script() -> Path:
    return max((GRADIOS / "assets").glob("index-*.js"), key=lambda path: path.stat().st_size)


def own(name: str) -> str:
    return f"/{address()}/{name}"


def test_modules_come_in_one_file_compressed_once(compressed: Counter[str]) -> None:
    with client() as browser, ThreadPoolExecutor(10) as pool:
        for encoding in ("br", "gzip"):
            headers = {"Accept-Encoding": encoding}
            answers = list(pool.map(lambda _, headers=headers: browser.get(own("modules.js"), headers=headers), range(10)))  # type: ignore[misc]
            assert {answer.headers["content-encoding"] for answer in answers} == {encoding}
            assert all(f"'{name}'()" in answers[0].text for name in web_files() if name.endswith(".js") and "/" in name)
    assert compressed == {"br": 1, "gzip": 1}


def test_gradios_files_are_compressed_once_and_kept_for_ever(compressed: Counter[str]) -> None:
    path = script()
    with client() as browser:
        for accepted, encoding in (("gzip, deflate, br", "br"), ("gzip, deflate", "gzip"), ("deflate", None), ("gzip", "gzip")):
            answer = browser.get(f"/assets/{path.name}", headers={"Accept-Encoding": accepted})
            assert answer.headers.get("content-encoding") == encoding
            assert answer.content == path.read_bytes() and answer.headers["content-type"].startswith("text/javascript")
            assert "immutable" in answer.headers["cache-control"] and answer.headers["vary"] == "Accept-Encoding"
    assert compressed == {"br": 1, "gzip": 1}


def test_what_is_kept_for_ever_says_in_its_name_what_it_holds() -> None:
    named = {path.name for path in (GRADIOS / "assets").iterdir()}
    assert len(named) > 100 and all(assets.HASHED.search(name) for name in named)
    framed = next((GRADIOS / "static" / "js").iterdir()).name
    with client() as browser:
        assert browser.get(f"/static/js/{framed}").headers["cache-control"] == assets.FOR_A_DAY
        assert browser.get("/assets/plotly.js").headers["cache-control"] == assets.FOR_A_DAY


@pytest.mark.parametrize(
    "path", ["assets/nothing-12345678.js", "assets/..%2findex.html", "assets/%2e%2e%2findex.html", "static/js/..%2f..%2findex.html"]
)
def test_of_gradios_folder_only_what_is_listed_is_served(path: str) -> None:
    with client() as browser:
        assert browser.get(f"/{path}").status_code == 404


def test_who_has_a_file_is_not_sent_it_again(compressed: Counter[str]) -> None:
    with client() as browser:
        for path in (own("modules.js"), own("core/page.css"), f"/assets/{script().name}"):
            first = browser.get(path, headers={"Accept-Encoding": "br"})
            tag = first.headers["etag"]
            for known in (tag, f"W/{tag}", f'"other", {tag}'):
                again = browser.get(path, headers={"Accept-Encoding": "br", "If-None-Match": known})
                assert again.status_code == 304 and not again.content
                assert (again.headers["etag"], again.headers["cache-control"]) == (tag, first.headers["cache-control"])
            assert browser.get(path, headers={"Accept-Encoding": "br", "If-None-Match": '"other"'}).content == first.content
    assert compressed == {"br": 3}


def test_pictures_and_fonts_are_sent_as_they_are(compressed: Counter[str]) -> None:
    path = next((GRADIOS / "assets").glob("*.woff2"))
    with client() as browser:
        answer = browser.get(f"/assets/{path.name}", headers={"Accept-Encoding": "gzip, br"})
    assert answer.content == path.read_bytes() and "content-encoding" not in answer.headers and not compressed


def test_who_develops_gets_modules_singly_as_they_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "dom.js"
    monkeypatch.setattr(assets, "web_files", lambda: {**web_files(), "core/dom.js": module})
    with client(dev=True) as browser:
        tags = set()
        for text in ("export const a = 1;\n", "export const a = 2;\n"):
            module.write_text(text)
            answer = browser.get("/assets/dev/core/dom.js")
            assert answer.text == text and answer.headers["cache-control"] == "no-cache"
            tags.add(answer.headers["etag"])
        assert len(tags) == 2
        assert browser.get("/assets/dev/modules.js").content == web_files()["modules.js"].read_bytes()
        assert browser.get(own("modules.js")).status_code == 404, "nobody keeps what is being edited"
    with client() as browser:
        assert browser.get("/assets/dev/core/dom.js").status_code == 404


def page(name: str) -> bytes:
    return f'<p>{"long " * 500}</p><script>window.gradio_config = {{"root":"http://inside:1","username":"{name}"}};</script>'.encode()


def pages(asked: Counter[str]) -> TestClient:
    def home(request: Request) -> Response:
        asked["page"] += 1
        name = request.query_params.get("name", "")
        return HTMLResponse(page(name), headers={"Set-Cookie": f"name={name}"})

    return TestClient(Starlette(routes=[Route("/", home)], middleware=[Middleware(Pages)]))


def test_a_page_that_is_equal_for_many_is_compressed_once_and_no_other_is_sent(compressed: Counter[str]) -> None:
    asked: Counter[str] = Counter()
    with pages(asked) as browser:
        for _ in range(3):
            for name in ("ada", "grace"):
                for encoding, opened in (("br", brotli.decompress), ("gzip", gzip.decompress)):
                    with browser.stream("GET", f"/?name={name}", headers={"Accept-Encoding": encoding}) as answer:
                        body = b"".join(answer.iter_raw())
                    assert answer.headers["content-encoding"] == encoding and opened(body) == mended(page(name))
                    assert answer.headers["content-length"] == str(len(body)) and answer.headers["set-cookie"] == f"name={name}"
                    assert answer.headers["cache-control"] == "private, no-cache", "the page is asked for again each time"
    assert compressed == {"br": 2, "gzip": 2} and asked["page"] == 12


def test_a_page_is_sent_again_only_to_whom_it_is_new() -> None:
    with pages(Counter()) as browser:
        tag = browser.get("/?name=ada").headers["etag"]
        again = browser.get("/?name=ada", headers={"If-None-Match": tag})
        assert again.status_code == 304 and not again.content and again.headers["set-cookie"] == "name=ada"
        other = browser.get("/?name=grace", headers={"If-None-Match": tag})
        assert other.status_code == 200 and other.content == mended(page("grace"))


def test_few_pages_are_kept() -> None:
    kept = Pages(Starlette())
    for n in range(3 * PAGES):
        kept._asset(page(str(n)))
    assert len(kept._kept) == PAGES
