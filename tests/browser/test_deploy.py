"""Behind a reverse proxy: the lines of docs/deploy.md as they stand there, and what happens without them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser import hooks
from tests.browser.conftest import PATIENCE_MS, Watch
from tests.browser.driving import DESKTOP, FLAGS, ROOT, App, end, free_port, serving, wait_ready, wait_until_served

pytestmark = pytest.mark.browser

PAGE = (ROOT / "docs/deploy.md").read_text()
NGINX = shutil.which("nginx", path=os.pathsep.join((os.environ["PATH"], "/usr/sbin", f"{sys.prefix}/nginx/usr/sbin")))  # see Makefile
NAME = "playground.example.org"  # no localhost: over plain http browsers tell nothing of sites but the origin


def lines(what: str) -> str:
    """A block of the page, such as `nginx path`."""
    (block,) = re.findall(rf"```{what}\n(.*?)```", PAGE, re.S)
    return block


@pytest.fixture(scope="module")
def afar(browser: Browser) -> Iterator[Browser]:
    """A browser for which all names lead here."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    far = browser.browser_type.launch(executable_path=path, args=[*FLAGS, "--host-resolver-rules=MAP *.example.org 127.0.0.1"])
    yield far
    far.close()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[tuple[Page, Watch]]:
    context = browser.new_context(viewport=DESKTOP, ignore_https_errors=True)
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(address)
    page = watch.over(context.new_page())
    page.goto(address)
    try:
        wait_ready(page)
    except PlaywrightTimeout as error:
        raise AssertionError(f"{address} did not open: {watch.faults or 'nothing is told'}; {len(watch.requests)} requests") from error
    yield page, watch
    context.close()


def works(browser: Browser, address: str) -> None:
    """It answers what is typed, follows a training, keeps its link under its address, and asks nobody else."""
    with opened(browser, f"{address}{hooks.REVERSE}&seconds=60") as (page, watch):
        hooks.type_source(page, "2 7 1")
        hooks.expect_output(page, "1 7 2")
        expect(page).to_have_url(re.compile(re.escape(address) + r"\?.*input=2\+7\+1"))
        page.locator("#train").click()
        hooks.expect_state(page, "training")
        page.locator("#stop").click()
        hooks.expect_state(page, "stopped")
        assert not watch.faults, "\n".join(watch.faults)


@contextmanager
def running(command: list[str], url: str, log: Path) -> Iterator[None]:
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT)
    try:
        wait_until_served(url, process, log)
        yield
    finally:
        end(process)


@contextmanager
def nginx(block: str, app: App, folder: Path) -> Iterator[int]:
    """The server block on a free port of loopback, without rights of root and with a certificate of its own."""
    if NGINX is None:
        pytest.skip("nginx is not installed; the proxy of our own does what it does")
    port, key, certificate = free_port(), folder / "key.pem", folder / "cert.pem"
    if "ssl" in block:
        subprocess.run(
            [
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                f"/CN={NAME}",
                "-keyout",
                key,
                "-out",
                certificate,
            ],
            check=True,
            capture_output=True,
        )
    block = re.sub(r"listen \d+", f"listen 127.0.0.1:{port}", block).replace("http://127.0.0.1:7860", app.url)
    block = re.sub(r"ssl_certificate \S+", f"ssl_certificate {certificate};", block)
    block = re.sub(r"ssl_certificate_key \S+", f"ssl_certificate_key {key};", block)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = folder / "nginx.conf"
    config.write_text(f"daemon off; pid {folder}/pid; events {{}} http {{ access_log off; {temporary} {block} }}")
    with running([NGINX, "-c", str(config), "-e", str(folder / "errors")], app.url, folder / "nginx.log"):
        await_port(port)
        yield port


@contextmanager
def caddy(block: str, app: App, folder: Path) -> Iterator[int]:
    """The site on a free port, plain: it would ask for a certificate of the name."""
    if shutil.which("caddy") is None:
        pytest.skip("Caddy is not installed; the proxy of our own does what it does")
    port, config = free_port(), folder / "Caddyfile"
    block = re.sub(r"^(\S+) \{", rf"http://\1:{port} {{", block).replace("127.0.0.1:7860", app.url.removeprefix("http://"))
    config.write_text("{\n admin off\n auto_https off\n}\n" + block)
    with running(["caddy", "run", "--config", str(config), "--adapter", "caddyfile"], app.url, folder / "caddy.log"):
        await_port(port)
        yield port


@contextmanager
def rewriting(app: App, path: str, folder: Path, *, port: int = 0, keeps_host: bool = False) -> Iterator[int]:
    port = port or free_port()
    command = [sys.executable, "-m", "tests.browser.rewriting_proxy", str(port), app.url, path, *(["--keeps-host"] if keeps_host else [])]
    with running(command, app.url, folder / "proxy.log"):
        await_port(port)
        yield port


def await_port(port: int) -> None:
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport, verify=False) as client:
        client.get(f"http://127.0.0.1:{port}/")


@pytest.mark.fault(43)
def test_nginx_at_the_root_of_a_name_with_https(app: App, afar: Browser, tmp_path: Path) -> None:
    with nginx(lines("nginx root"), app, tmp_path) as port:
        works(afar, f"https://{NAME}:{port}/")


@pytest.mark.fault(43)
def test_nginx_under_a_path(app: App, afar: Browser, tmp_path: Path) -> None:
    with nginx(lines("nginx path"), app, tmp_path) as port:
        works(afar, f"http://www.example.org:{port}/playground/")


@pytest.mark.fault(43)
@pytest.mark.parametrize(("what", "name", "path"), [("caddy root", NAME, ""), ("caddy path", "www.example.org", "playground/")])
def test_caddy(what: str, name: str, path: str, app: App, afar: Browser, tmp_path: Path) -> None:
    with caddy(lines(what), app, tmp_path) as port:
        works(afar, f"http://{name}:{port}/{path}")


BARE = "server { listen 80; location /%s { proxy_pass http://127.0.0.1:7860/; } }"


def test_nginx_with_nothing_but_proxy_pass(app: App, afar: Browser, tmp_path: Path) -> None:
    with nginx(BARE % "some/where/", app, tmp_path) as port:
        works(afar, f"http://127.0.0.1:{port}/some/where/")
        says_what_to_set(afar, f"http://www.example.org:{port}/some/where/")


@pytest.mark.fault(43)
@pytest.mark.parametrize("path", ["/", "/some/where/"])
def test_a_proxy_that_rewrites_host_and_path(path: str, app: App, afar: Browser, tmp_path: Path) -> None:
    with rewriting(app, path, tmp_path) as port:
        works(afar, f"http://127.0.0.1:{port}{path}")
        says_what_to_set(afar, f"http://www.example.org:{port}{path}")


def says_what_to_set(browser: Browser, address: str) -> None:
    """The page opens, and whoever set the proxy up reads what is missing."""
    with opened(browser, address) as (page, _):
        told = page.locator(".toast-body").first
        expect(told).to_contain_text("proxy_set_header Host $http_host")
        expect(told).to_contain_text("GRADIO_ROOT_PATH")


@pytest.mark.fault(43)
@pytest.mark.parametrize("whole", [False, True], ids=["path", "whole address"])
def test_a_root_path_that_is_set(whole: bool, afar: Browser, tmp_path: Path) -> None:
    """The whole address makes up for a `Host` that does not arrive; with the path alone a proxy may pass it on or take it off."""
    outside = free_port()
    address = f"http://www.example.org:{outside}/play/"
    with serving(GRADIO_ROOT_PATH=address.rstrip("/") if whole else "/play") as app:
        for takes_off in (True, False) if not whole else (True,):
            with rewriting(app, "/play/" if takes_off else "/", tmp_path, port=outside, keeps_host=not whole):
                works(afar, address)
