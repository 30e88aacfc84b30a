"""Immutable files of a tool, kept in memory."""

from dataclasses import replace

import pytest

from comfystudio.gateway.static import Kept, Shelf
from tests.gateway.studio import Studio


async def _get(studio: Studio, path: str, **more: str):
    async with studio.client.get(f"{studio.origin()}{path}", headers={**studio.signed_in(), **more}) as answer:
        return answer, await answer.read()


@pytest.mark.parametrize("path", ["/static/app.js", "/static/app.js?v=1", "/pages/a.js?immutable"])
async def test_a_file_is_asked_for_once(studio: Studio, path: str) -> None:
    """Below an immutable prefix, or called immutable by the tool: the second time the tool is not asked."""
    first, body = await _get(studio, path)
    again, same = await _get(studio, path)
    assert body == same == b"console.log(1)"
    assert {name: value for name, value in first.headers.items() if name != "Date"} == {
        name: value for name, value in again.headers.items() if name != "Date"
    }
    assert len(studio.unix_tool.hits) == 1


async def test_validators_and_head(studio: Studio) -> None:
    """A browser that has the file is told so from memory; HEAD is answered from there too; a range is not."""
    await _get(studio, "/static/app.js")
    for tag in ('"one"', 'W/"one"', '"zero", "one"', "*"):
        answer, body = await _get(studio, "/static/app.js", **{"If-None-Match": tag})
        assert (answer.status, body) == (304, b"")
        assert answer.headers["ETag"] == '"one"'
    answer, body = await _get(studio, "/static/app.js", **{"If-None-Match": '"other"'})
    assert (answer.status, body) == (200, b"console.log(1)")
    async with studio.client.head(f"{studio.origin()}/static/app.js", headers=studio.signed_in()) as answer:
        assert answer.headers["Content-Length"] == "14"
    assert len(studio.unix_tool.hits) == 1
    await _get(studio, "/static/app.js", Range="bytes=0-1")
    assert len(studio.unix_tool.hits) == 2


async def test_only_for_those_who_may(studio: Studio) -> None:
    """What is in memory is as closed as the tool."""
    await _get(studio, "/static/app.js")
    async with studio.client.get(f"{studio.origin()}/static/app.js") as answer:
        assert answer.status == 401
    headers = studio.signed_in()
    studio.tools.refused.add((2, "unix"))
    async with studio.client.get(f"{studio.origin()}/static/app.js", headers=headers) as answer:
        assert answer.status == 403


async def test_a_new_start_is_read_anew(studio: Studio) -> None:
    """An updated tool's files replace the old ones, though they have the same names."""
    await _get(studio, "/static/app.js")
    upstream = studio.tools.upstreams["unix"]
    assert upstream is not None
    studio.tools.upstreams["unix"] = replace(upstream)
    await _get(studio, "/static/app.js")
    assert len(studio.unix_tool.hits) == 2


@pytest.mark.parametrize("path", ["/pages/a.js", "/static/a.js?private", "/static/%61.js", "/static//a.js"])
async def test_what_is_not_kept(studio: Studio, path: str) -> None:
    """Neither other paths, nor what is somebody's own, nor odd spellings."""
    from yarl import URL

    for _ in range(2):
        url = URL(studio.origin() + path, encoded=True)
        async with studio.client.get(url, headers=studio.signed_in()) as answer:
            await answer.read()
    assert len(studio.unix_tool.hits) == 2


async def test_encodings_are_kept_apart(studio: Studio) -> None:
    """A browser never gets a coding that it did not ask for."""
    await _get(studio, "/static/app.js", **{"Accept-Encoding": "gzip"})
    await _get(studio, "/static/app.js", **{"Accept-Encoding": "br"})
    assert len(studio.unix_tool.hits) == 2


def test_the_shelf_is_bounded() -> None:
    """What was asked for least recently goes first, and the count of bytes stays right."""
    shelf = Shelf(total=10_000)
    for index in range(20):
        shelf.put(1, (f"/{index}", ""), Kept(b"", bytes(1000), None, None))
        shelf.get(1, ("/0", ""))
    assert shelf.used <= 10_000
    assert shelf.get(1, ("/0", "")) is not None
    assert shelf.get(1, ("/1", "")) is None
    shelf.drop(1)
    assert shelf.used == 0
