"""`comfystudio connect`: a loopback port with the token added."""

import hashlib
import io

import aiohttp
import pytest

from comfystudio.errors import Conflict, Missing, NotSignedIn, Refused, Unavailable
from comfystudio.gateway.connect import forward, origin_of
from tests.gateway.doubles import BO, pairs
from tests.gateway.studio import Studio


async def test_http_and_sockets_pass(studio: Studio) -> None:
    """A client without credentials works in the tool as the token's owner, long bodies and WebSockets included."""
    token = studio.tokens.make(BO)
    async with forward(studio.origin(), token) as port:
        here = f"http://127.0.0.1:{port}"
        async with studio.client.post(f"{here}/echo?a=%2F", data=b"x", headers={"Origin": here}) as answer:
            told = await answer.json()
        assert pairs(told, "X-Forwarded-Host") == [f"localhost:{studio.tools.ports['unix']}"]
        assert pairs(told, "Authorization") == []
        body = b"y" * 3_000_000
        async with studio.client.put(f"{here}/upload", data=io.BytesIO(body)) as answer:
            assert (await answer.json())["sha256"] == hashlib.sha256(body).hexdigest()
        async with studio.client.get(f"{here}/bytes/3000000") as answer:
            assert len(await answer.read()) == 3_000_000
        async with studio.client.ws_connect(f"{here}/ws", protocols=["v2"]) as socket:
            assert socket.protocol == "v2"
            await socket.send_str("hello")
            assert await socket.receive_str(timeout=5) == "hello"
            await socket.send_str("close")
            await socket.receive(timeout=5)
            assert socket.close_code == 4321


async def test_it_answers_to_loopback_names_only(studio: Studio) -> None:
    """DNS rebinding finds nothing, and neither does another port's name."""
    async with forward(studio.origin(), studio.tokens.make(BO)) as port:
        for host in ("evil.example", f"evil.example:{port}", "localhost", "localhost:1"):
            async with studio.client.get(f"http://127.0.0.1:{port}/echo", headers={"Host": host}) as answer:
                assert answer.status == 421
    assert studio.unix_tool.hits == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_pages_of_other_sites_are_refused(studio: Studio, headers: dict[str, str]) -> None:
    """A page in the browser on the same machine cannot use the token, by request or by WebSocket."""
    async with forward(studio.origin(), studio.tokens.make(BO)) as port:
        async with studio.client.post(f"http://localhost:{port}/echo", headers=headers) as answer:
            assert answer.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await studio.client.ws_connect(f"http://localhost:{port}/ws", headers=headers)
    assert studio.unix_tool.hits == []


async def test_where_the_tool_is(studio: Studio) -> None:
    """From the portal's address and the tool's id, or a sentence that says what is wrong."""
    token = studio.tokens.make(BO)
    assert await origin_of(studio.portal, "unix", token) == studio.origin()
    with pytest.raises(Missing):
        await origin_of(studio.portal, "nothing", token)
    with pytest.raises(NotSignedIn):
        await origin_of(studio.portal, "unix", "cst_wrong")
    studio.tools.refused.add((BO.id, "unix"))
    with pytest.raises(Refused):
        await origin_of(studio.portal, "unix", token)
    with pytest.raises(Unavailable):
        await origin_of("http://localhost:1", "unix", token)


async def test_a_taken_port_is_named(studio: Studio) -> None:
    """The sentence says who has it and what to do."""
    with pytest.raises(Conflict, match="--port"):
        async with forward(studio.origin(), "cst_x", studio.portal_port):
            pass


async def test_a_studio_that_went_away(studio: Studio) -> None:
    """503 and a sentence, and the forwarded port goes on."""
    async with (
        forward("http://localhost:1", "cst_x") as port,
        studio.client.get(f"http://127.0.0.1:{port}/") as answer,
    ):
        assert answer.status == 503
