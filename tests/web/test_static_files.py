"""The built pages as files."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from comfystudio.storage import Database
from comfystudio.workspace import Workspace
from tests.web.house import House, Visitor, opened

INDEX = b"<!doctype html><title>ComfyStudio</title><script src=/assets/a-1234.js></script>"
SCRIPT = b"console.log('hello, studio')"


@pytest.fixture
async def built(workspace: Workspace, database: Database, root: Path) -> AsyncIterator[House]:
    """A house whose pages are built, with a secret lying beside them."""
    static = root / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_bytes(INDEX)
    (static / "favicon.svg").write_bytes(b"<svg/>")
    (static / "assets" / "a-1234.js").write_bytes(SCRIPT)
    (static / "assets" / "a-1234.js.gz").write_bytes(gzip.compress(SCRIPT))
    (static / "assets" / ".hidden.js").write_bytes(b"canary")
    (static / "notes.py").write_bytes(b"canary")
    (root / "secret.js").write_bytes(b"canary")
    async with opened(workspace, database, static=static) as found:
        yield found


@pytest.fixture
async def browser(built: House) -> Visitor:
    """A browser that nobody is signed in with."""
    return await built.visitor()


async def test_every_page_address_gets_the_same_page(browser: Visitor) -> None:
    """Addresses of pages, known or not, answer index.html with a strict policy, to be asked for anew each time."""
    for path in ("/", "/sign-in", "/people", "/tools/comfy-ui", "/join", "/никто"):
        async with browser.ask("GET", path) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")
            assert await answer.read() == INDEX
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert policy.startswith("default-src 'none'; script-src 'self'")
            assert answer.headers["Cache-Control"] == "no-cache"
            tag = answer.headers["ETag"]
    assert await browser.status("GET", "/", headers={"If-None-Match": tag}) == 304


async def test_assets_are_kept_for_ever_and_sent_compressed(browser: Visitor) -> None:
    """The name carries the hash: one year, immutable; the compressed copy goes to whoever takes it."""
    async with browser.ask("GET", "/assets/a-1234.js", headers={"Accept-Encoding": "br, gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.content_type == "text/javascript"
        assert await answer.read() == SCRIPT
    for refused in ("identity", "gzip;q=0"):
        async with browser.ask("GET", "/assets/a-1234.js", headers={"Accept-Encoding": refused}) as answer:
            assert "Content-Encoding" not in answer.headers
            assert await answer.read() == SCRIPT


@pytest.mark.parametrize(
    "path",
    [
        "/assets/none.js",
        "/assets/.hidden.js",
        "/notes.py",
        "/assets/a-1234.js.gz",
        "/../secret.js",
        "/assets/%2e%2e/%2e%2e/secret.js",
        "/%2e%2e/secret.js",
        "/..%2fsecret.js",
        "/..\\secret.js",
        "/assets/a-1234.js%00",
        "/assets//a-1234.js",
        "/assets/" + "x" * 300 + ".js",
    ],
)
async def test_other_files_are_not_there(built: House, path: str) -> None:
    """Names that leave the folder, hide, or are not of a kind that pages load are 404."""
    from yarl import URL

    async with built.client.get(URL(built.base + path, encoded=True)) as answer:
        assert answer.status == 404
        assert b"canary" not in await answer.read()


async def test_pages_that_are_not_built_say_how(house: House) -> None:
    """Without a build there is a plain page that names the command, and the API works."""
    nobody = await house.visitor()
    async with nobody.ask("GET", "/") as answer:
        assert answer.status == 503
        assert "make web" in await answer.text()
    assert await nobody.status("GET", "/healthz") == 200
