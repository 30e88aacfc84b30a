"""Forwarding over HTTP, with real sockets on both sides."""

import asyncio
import hashlib
import json

import aiohttp
import pytest

from tests.gateway.doubles import Upstream, pairs
from tests.gateway.studio import Studio
from tests.waiting import until


@pytest.mark.parametrize("tool", ["unix", "port"])
async def test_request_and_answer_pass(studio: Studio, tool: str) -> None:
    """Method, path with its odd spellings, query and body reach the tool byte for byte, over both kinds of socket."""
    path = "/echo/a%20b/%2e%2e/c;d?x=%C3%A9&y=1+2&z="
    headers = studio.signed_in(tool)
    async with studio.client.post(
        aiohttp.client.URL(studio.origin(tool) + path, encoded=True), data=b"body" * 9, headers=headers
    ) as answer:
        told = await answer.json()
    assert answer.status == 200
    assert told["method"] == "POST"
    assert told["path"] == path
    assert told["sha256"] == hashlib.sha256(b"body" * 9).hexdigest()


@pytest.mark.parametrize("query", ["", "?chunked"])
@pytest.mark.parametrize("count", [0, 1, 70_000, 5_000_000])
async def test_answers_of_any_length(studio: Studio, count: int, query: str) -> None:
    """Short and long answers arrive whole, whether the tool says their length or not."""
    async with studio.client.get(f"{studio.origin()}/bytes/{count}{query}", headers=studio.signed_in()) as answer:
        assert len(await answer.read()) == count
    async with studio.client.get(f"{studio.origin()}/echo", headers=studio.signed_in()) as answer:
        assert answer.status == 200
