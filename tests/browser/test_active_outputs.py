"""Outputs with scripts in them, opened in a real browser: none of them runs."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, Route

from comfystudio.workspace import prepare
from tests.browser.conftest import PASSWORD
from tests.gallery.conftest import put
from tests.pictures.samples import corners, encoded
from tests.studio import RunningStudio

NAME = "Ada"
TELL = "console.log('script ran'); try { fetch('/healthz?from-a-script') } catch (_) {}"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60" onload="{TELL}"><script>{TELL}</script></svg>'
HTML = f'<!doctype html><title>x</title><script>{TELL}</script><img src=x onerror="{TELL}">'
XHTML = f'<html xmlns="http://www.w3.org/1999/xhtml"><head><script>{TELL}</script></head><body/></html>'
XML = f'<?xml version="1.0"?><x><script xmlns="http://www.w3.org/1999/xhtml">{TELL}</script></x>'
PDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>"
ACTIVE = {
    "evil.svg": SVG,
    "evil.html": HTML,
    "evil.htm": HTML,
    "evil.xhtml": XHTML,
    "evil.xml": XML,
    "evil.pdf": PDF,
    "evil.png": HTML,
    "evil.jpg": SVG,
    "evil.mp4": HTML,
    "evil.txt": HTML,
    "evil.json": HTML,
    "evil": HTML,
}


@pytest.fixture(scope="module")
def outputs(studio: RunningStudio) -> None:
    """Ada, who made these files and a picture."""
    studio.person(NAME, PASSWORD)
    root = prepare(studio.workspace).outputs(NAME)
    for name, content in ACTIVE.items():
        put(root, name, content.encode())
    put(root, "good.png", encoded(corners()))


class Watched:
    """A page and what happened in it that only a script can do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.ran: list[str] = []
        self.requests: list[Request] = []
        page.on("console", lambda message: self.ran.append(message.text))
        page.on("dialog", lambda dialog: (self.ran.append("dialog"), dialog.dismiss()))
        page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        self.requests.append(request)

    def open(self, address: str) -> None:
        """Go there as if it had been typed in; a download is no page."""
        with suppress(Error):
            self.page.goto(address, wait_until="load", timeout=5000)
        self.page.wait_for_timeout(150)


@pytest.fixture(scope="module")
def context(chromium: Browser, studio: RunningStudio, outputs: None) -> Iterator[BrowserContext]:
    """A browser in which Ada is signed in."""
    found = chromium.new_context(accept_downloads=True)
    answer = found.request.post(
        f"{studio.address}/api/v1/session",
        data={"name": NAME, "password": PASSWORD},
        headers={"Origin": studio.address},
    )
    assert answer.ok, answer.text()
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext, studio: RunningStudio) -> Iterator[Page]:
    """Ada's page of the studio."""
    found = context.new_page()
    found.goto(studio.address)
    yield found
    found.close()


def address(studio: RunningStudio, name: str) -> str:
    """Where a file is."""
    return f"{studio.address}/api/v1/outputs/file?{urlencode({'path': name})}"


def test_the_watch_would_see_a_script(context: BrowserContext, tmp_path: Path) -> None:
    """Served without the studio's headers the same files do run: what the other tests look for can be seen."""
    (tmp_path / "evil.html").write_text(HTML)
    (tmp_path / "evil.svg").write_text(SVG)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(tmp_path))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in ("evil.html", "evil.svg"):
            watched = Watched(context.new_page())
            watched.open(f"http://127.0.0.1:{server.server_port}/{name}")
            assert "script ran" in watched.ran, name
        server.shutdown()


def test_an_active_file_opened_by_itself_runs_nothing(page: Page, studio: RunningStudio) -> None:
    """It is saved, or shown as plain text; no script, no dialog, no request of its own."""
    watched = Watched(page)
    for name in ACTIVE:
        watched.open(address(studio, name))
        assert "script ran" not in watched.ran, name
        assert "dialog" not in watched.ran, name
        assert not [each for each in watched.requests if "from-a-script" in each.url], name


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/xhtml+xml"])
def test_the_sandbox_alone_is_enough(page: Page, studio: RunningStudio, kind: str) -> None:
    """Were the type wrong and the download shown, the sandbox policy would still let nothing run."""
    name = {"text/html": "evil.html", "image/svg+xml": "evil.svg", "application/xhtml+xml": "evil.xhtml"}[kind]

    def shown(route: Route) -> None:
        answer = route.fetch()
        headers = {**answer.headers, "content-type": kind}
        headers.pop("content-disposition")
        route.fulfill(response=answer, headers=headers)

    watched = Watched(page)
    watched.page.route("**/outputs/file?*", shown)
    watched.open(address(studio, name))
    assert watched.page.url == address(studio, name)
    assert "script ran" not in watched.ran
    assert not [each for each in watched.requests if "from-a-script" in each.url]


def test_a_drawing_in_a_page_is_seen_and_runs_nothing(page: Page, studio: RunningStudio) -> None:
    """The studio's page may show an SVG file as an image; its script stays dead."""
    watched = Watched(page)
    width = page.evaluate(
        """address => new Promise(done => {
            const image = new Image();
            image.onload = () => done(image.naturalWidth);
            image.onerror = () => done(0);
            image.src = address;
            document.body.append(image);
        })""",
        address(studio, "evil.svg"),
    )
    assert width == 90
    assert "script ran" not in watched.ran


def test_a_picture_opened_by_itself_is_shown(page: Page, studio: RunningStudio) -> None:
    """The policy that keeps scripts out lets the browser draw the picture."""
    page.goto(address(studio, "good.png"))
    assert page.evaluate("document.images[0]?.naturalWidth") == 120
