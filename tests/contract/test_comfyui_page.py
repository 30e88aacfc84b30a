"""The page and its files: what a gateway may rewrite, compress and keep."""

import re

import pytest

from tests.contract.client import Client

HASHED = re.compile(r"^/assets/[^/]+-[A-Za-z0-9_-]{8}\.(js|js\.map|css|json|woff2?|ttf|eot|svg)$")
_REFERENCE = re.compile(r"""(?:href|src)=["']([^"']+)["']""")


async def _references(client: Client) -> list[str]:
    async with client.request("GET", "/") as answer:
        return _REFERENCE.findall(await answer.text())


async def test_the_page_is_html_and_never_kept(client: Client) -> None:
    """GET / is HTML that a browser must ask for each time."""
    async with client.request("GET", "/") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        kept = "no-store, must-revalidate" if client.running.newer else "no-cache"
        assert answer.headers["Cache-Control"] == kept
        assert (answer.headers["Pragma"], answer.headers["Expires"]) == ("no-cache", "0")
        assert answer.headers["ETag"]
        assert re.search(r"<script(?![^>]*\ssrc=)[^>]*>", await answer.text()), "a script inside the page"


async def test_the_page_names_its_files_relatively(client: Client) -> None:
    """No reference of the page begins with a slash or a host, so it works wherever it is served."""
    found = await _references(client)
    assert found
    assert [name for name in found if name.startswith("/") or "://" in name] == []


async def test_scripts_and_styles_have_hashed_names(client: Client) -> None:
    """The page's own script and style carry a hash in the name: these alone may be kept for ever."""
    hashed = [name for name in await _references(client) if HASHED.match(name.removeprefix("."))]
    assert {name.rsplit(".", 1)[-1] for name in hashed} >= {"js", "css"}


@pytest.mark.parametrize(("ending", "kind"), [("js", "javascript"), ("css", "text/css")])
async def test_hashed_files_come_unkept_but_can_be_asked_again(client: Client, ending: str, kind: str) -> None:
    """A hashed file is `no-cache` upstream (newer: `no-store`), uncompressed, and answers 304 and 206 to who asks."""
    name = next(name for name in await _references(client) if HASHED.match(name[1:]) and name.endswith(ending))
    path = name[1:]
    async with client.request("GET", path, headers={"Accept-Encoding": "gzip, br"}) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].endswith(kind)
        assert answer.headers["Cache-Control"] == ("no-store" if client.running.newer else "no-cache")
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Last-Modified"]
        whole, tag = await answer.read(), answer.headers["ETag"]
    async with client.request("GET", path, headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304
    async with client.request("GET", path, headers={"Range": "bytes=10-19"}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
        assert await answer.read() == whole[10:20]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/assets/nope-12345678.js", "never"),
        ("/assets/nope.png", "public, max-age=86400"),
        ("/user.css", "never"),
        ("/nope", None),
    ],
)
async def test_a_missing_file_is_404_with_the_header_of_its_kind(client: Client, path: str, kept: str | None) -> None:
    """A missing file answers 404 with the cache header that its name calls for, pictures even a day."""
    async with client.request("GET", path) as answer:
        assert answer.status == 404
        if kept == "never":
            kept = "no-store" if client.running.newer else "no-cache"
        assert answer.headers.get("Cache-Control") == kept


async def test_another_origin_is_refused_while_the_host_is_loopback(client: Client) -> None:
    """Host 127.0.0.1 with a foreign Origin is 403, on a socket too: a gateway must send an Origin that fits."""
    for path in ("/", "/prompt", "/ws"):
        async with client.request("GET", path, headers={"Origin": "https://studio.example"}) as answer:
            assert answer.status == 403


@pytest.mark.parametrize("origin", ["{url}", "http://127.0.0.1"])
async def test_its_own_origin_is_welcome(client: Client, origin: str) -> None:
    """An Origin that is its own address is let through; one without a port is compared by name only."""
    async with client.request("GET", "/prompt", headers={"Origin": origin.format(url=client.running.url)}) as answer:
        assert answer.status == 200


async def test_a_public_host_name_is_not_compared(client: Client) -> None:
    """With the public Host name passed on, no Origin is refused upstream: that check is then the gateway's alone."""
    headers = {"Host": "studio.example", "Origin": "https://other.example"}
    async with client.request("GET", "/prompt", headers=headers) as answer:
        assert answer.status == 200
