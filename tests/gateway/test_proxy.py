"""Forwarding over HTTP, with real sockets on both sides."""

import asyncio
import base64
import hashlib
import io
import json

import aiohttp
import pytest
from yarl import URL

from comfystudio.gateway import bodies
from tests.gateway.doubles import BO, Upstream, pairs
from tests.gateway.studio import WINDOW, Studio
from tests.waiting import until


async def _told(studio: Studio, method: str, path: str, tool: str = "unix", **options) -> dict:
    headers = {**studio.signed_in(tool), **options.pop("headers", {})}
    url = URL(studio.origin(tool) + path, encoded=True)
    async with studio.client.request(method, url, headers=headers, **options) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


@pytest.mark.parametrize("tool", ["unix", "port"])
async def test_request_and_answer_pass(studio: Studio, tool: str) -> None:
    """Method, path with its odd spellings, query and body reach the tool byte for byte, over both kinds of socket."""
    path = "/echo/a%20b/%2e%2e/c;d?x=%C3%A9&y=1+2&z="
    told = await _told(studio, "POST", path, tool, data=b"body" * 9)
    assert told["method"] == "POST"
    assert told["path"] == path
    assert told["sha256"] == hashlib.sha256(b"body" * 9).hexdigest()


@pytest.mark.parametrize("query", ["", "?chunked"])
@pytest.mark.parametrize("count", [0, 1, 70_000, 5_000_000])
async def test_answers_of_any_length(studio: Studio, count: int, query: str) -> None:
    """Short and long answers arrive whole, whether the tool says their length or not."""
    for _ in range(2):
        async with studio.client.get(f"{studio.origin()}/bytes/{count}{query}", headers=studio.signed_in()) as answer:
            assert len(await answer.read()) == count
    assert len({id(hit.transport) for hit in studio.unix_tool.hits}) == 1


@pytest.mark.parametrize("count", [0, 1, 262_144, 262_145, 6_000_000])
@pytest.mark.parametrize("chunked", [False, True])
async def test_bodies_of_any_length(studio: Studio, count: int, *, chunked: bool) -> None:
    """Short and long uploads arrive whole, whether the client says their length or not."""
    body = b"0123456789abcdef" * (count // 16) + b"x" * (count % 16)

    async def parts():
        for at in range(0, len(body), 100_000):
            yield body[at : at + 100_000]

    told = await _told(studio, "PUT", "/upload", data=parts() if chunked else io.BytesIO(body))
    assert told == {"length": count, "sha256": hashlib.sha256(body).hexdigest()}
    assert (await _told(studio, "GET", "/echo"))["length"] == 0


async def test_an_upload_streams(studio: Studio) -> None:
    """The tool has the beginning of a long upload before its end was sent."""
    go_on = asyncio.Event()

    async def parts():
        yield bytes(300_000)
        await go_on.wait()
        yield bytes(300_000)

    asked = asyncio.create_task(_told(studio, "POST", "/upload", data=parts()))
    await until(lambda: studio.unix_tool.uploaded >= 200_000)
    go_on.set()
    assert (await asked)["length"] == 600_000


async def test_an_answer_streams(studio: Studio) -> None:
    """Events arrive as the tool sends them, not when it is done."""
    async with studio.client.get(f"{studio.origin()}/events", headers=studio.signed_in()) as answer:
        assert await asyncio.wait_for(answer.content.readany(), 5) == b"data: first\n\n"
        studio.unix_tool.paused.set()
        assert await asyncio.wait_for(answer.content.read(), 5) == b"data: second\n\n"


async def test_ranges_and_validators_pass(studio: Studio) -> None:
    """Part of a file is 206 with its Content-Range; a file the browser has is 304."""
    headers = {**studio.signed_in(), "Range": "bytes=3-9"}
    async with studio.client.get(f"{studio.origin()}/file", headers=headers) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"].startswith("bytes 3-9/")
        assert len(await answer.read()) == 7
        etag = answer.headers["ETag"]
    async with studio.client.get(
        f"{studio.origin()}/file", headers={**studio.signed_in(), "If-None-Match": etag}
    ) as answer:
        assert answer.status == 304
        assert await answer.read() == b""


async def test_head_has_the_length_and_no_body(studio: Studio) -> None:
    """HEAD answers as GET would, without its body, and the connection goes on."""
    head = "".join(f"{name}: {value}\r\n" for name, value in studio.signed_in().items())
    host = f"Host: localhost:{studio.tools.ports['unix']}\r\n"
    answer = await studio.raw(
        f"HEAD /static/a.js HTTP/1.1\r\n{host}{head}\r\n"
        f"GET /bytes/3 HTTP/1.1\r\n{host}{head}Connection: close\r\n\r\n".encode()
    )
    first, second, body = answer.split(b"\r\n\r\n")
    assert b"Content-Length: 14" in first
    assert second.startswith(b"HTTP/1.1 200")
    assert body == b"xxx"


async def test_expect_100_continue(studio: Studio) -> None:
    """Who waits for leave to send a body gets it; the tool is not asked for the same."""
    reader, writer = await asyncio.open_connection("127.0.0.1", studio.tools.ports["unix"])
    lines = {"Host": f"localhost:{studio.tools.ports['unix']}", **studio.signed_in(), "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"POST /echo HTTP/1.1\r\n{head}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n".encode())
    assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5) == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"hello")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200")
    assert pairs(json.loads(answer.split(b"\r\n\r\n", 1)[1]), "Expect") == []


async def test_other_expectations_are_refused(studio: Studio) -> None:
    """What nobody here knows is 417."""
    lines = {"Host": f"localhost:{studio.tools.ports['unix']}", **studio.signed_in()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    answer = await studio.raw(f"POST /echo HTTP/1.1\r\n{head}Expect: tea\r\nContent-Length: 5\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 417")


async def test_http_1_0_client(studio: Studio) -> None:
    """A client that knows no chunks gets the body as it is, ended by the connection."""
    lines = {"Host": f"localhost:{studio.tools.ports['unix']}", **studio.signed_in()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    answer = await studio.raw(f"GET /bytes/200000?chunked HTTP/1.0\r\n{head}\r\n".encode())
    head_, _, body = answer.partition(b"\r\n\r\n")
    assert b"chunked" not in head_.lower()
    assert len(body) == 200_000


async def test_a_client_that_leaves_ends_the_tools_work(studio: Studio) -> None:
    """The tool is not left sending to nobody."""
    answer = await studio.client.get(f"{studio.origin()}/endless", headers=studio.signed_in())
    await answer.content.readany()
    answer.close()
    await until(lambda: studio.unix_tool.cut_off == 1)


async def test_a_client_that_leaves_in_its_upload_ends_it(studio: Studio) -> None:
    """Half an upload never looks whole to the tool."""
    _, writer = await asyncio.open_connection("127.0.0.1", studio.tools.ports["unix"])
    lines = {"Host": f"localhost:{studio.tools.ports['unix']}", **studio.signed_in()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"POST /upload HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".encode())
    await until(lambda: studio.unix_tool.uploaded == 5)
    writer.close()
    await until(lambda: studio.unix_tool.cut_off == 1)


async def test_a_download_ends_with_its_session(studio: Studio) -> None:
    """A long answer stops within a second of the sign-out."""
    headers = studio.signed_in()
    async with studio.client.get(f"{studio.origin()}/endless", headers=headers) as answer:
        await answer.content.readany()
        studio.sessions.end(
            studio.sessions.find_child(headers["Cookie"].split("=")[1], "unix", studio.origin()).person
        )
        with pytest.raises(aiohttp.ClientError):
            async with asyncio.timeout(1):
                while await answer.content.readany():
                    pass
    await until(lambda: studio.unix_tool.cut_off == 1)


async def test_a_slow_reader_slows_the_tool(studio: Studio) -> None:
    """A client that does not read does not fill the gateway's memory."""
    reader, writer = await asyncio.open_connection("127.0.0.1", studio.tools.ports["unix"], limit=1024)
    lines = {"Host": f"localhost:{studio.tools.ports['unix']}", **studio.signed_in()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"GET /bytes/300000000 HTTP/1.1\r\n{head}\r\n".encode())
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    await asyncio.sleep(0.3)
    assert len(studio.gateway.opens) == 1
    connection = next(iter(studio.gateway._listeners["unix"]._server.connections))
    assert connection.transport.get_write_buffer_size() < 2_000_000
    writer.transport.abort()
    await until(lambda: len(studio.gateway.opens) == 0)


@pytest.mark.parametrize("query", ["", "?odd"])
async def test_a_tool_that_breaks_off(studio: Studio, query: str) -> None:
    """No answer, or no HTTP: programs get 502 and a sentence, people the page that waits."""
    async with studio.client.get(f"{studio.origin()}/broken{query}", headers=studio.signed_in()) as answer:
        assert answer.status == 502
        assert (await answer.json())["key"] == "gateway.no_answer"
    async with studio.client.get(f"{studio.origin()}/broken{query}", headers=studio.visit()) as answer:
        assert answer.status == 503
        assert "Unix is not answering" in await answer.text()


async def test_a_tool_that_breaks_off_late(studio: Studio) -> None:
    """An answer that was begun and broke off is seen to have broken off."""
    async with studio.client.get(f"{studio.origin()}/broken?late", headers=studio.signed_in()) as answer:
        assert answer.status == 200
        with pytest.raises(Exception, match=r".+"):
            await answer.read()


async def test_nothing_listens(studio: Studio) -> None:
    """A tool that has just died: 502, and as 200 behind Cloudflare, which would replace the page."""
    studio.tools.upstreams["port"] = Upstream(("port", "x"), port=1)
    async with studio.client.get(f"{studio.origin('port')}/", headers=studio.signed_in("port")) as answer:
        assert answer.status == 502
    headers = {**studio.visit("port"), "CF-Ray": "8f00"}
    async with studio.client.get(f"{studio.origin('port')}/", headers=headers) as answer:
        assert answer.status == 200
        assert "Port is not answering" in await answer.text()


async def test_a_resting_connection_that_was_closed_is_opened_anew(studio: Studio) -> None:
    """A tool that ends idle connections does not make a request fail."""
    await _told(studio, "GET", "/echo")
    for connection in studio.runners[0].server.connections:
        connection.transport.close()
    told = await _told(studio, "GET", "/echo")
    assert told["method"] == "GET"


async def test_redirects_stay_with_the_browser(studio: Studio) -> None:
    """A redirect is passed on, not followed; a tool that names its own address is put right."""
    own = f"http://127.0.0.1:{studio.tools.upstreams['port'].port}"
    for sent, got in [(f"{own}/x?y", f"{studio.origin('port')}/x?y"), ("/z", "/z"), (f"{own}0/x", f"{own}0/x")]:
        async with studio.client.get(
            f"{studio.origin('port')}/away",
            params={"to": sent},
            headers=studio.signed_in("port"),
            allow_redirects=False,
        ) as answer:
            assert answer.status == 302
            assert answer.headers["Location"] == got


async def test_a_body_that_hardly_comes_is_ended(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then: 408, the connection ends, the tool's request does too."""
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", studio.tools.ports["unix"])
    lines = {"Host": f"localhost:{studio.tools.ports['unix']}", **studio.signed_in()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"POST /upload HTTP/1.1\r\n{head}Content-Length: 10000000000\r\n\r\n".encode())
    for _ in range(10):
        writer.write(b"x")
        await asyncio.sleep(0.02)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408")
    await until(lambda: studio.unix_tool.cut_off == 1)


async def test_sixteen_at_once(studio: Studio) -> None:
    """Requests in parallel do not get each other's answers."""
    told = await asyncio.gather(*(_told(studio, "POST", f"/echo/{n}", data=str(n) * n) for n in range(1, 65)))
    assert [each["path"] for each in told] == [f"/echo/{n}" for n in range(1, 65)]
    assert [each["length"] for each in told] == [len(str(n) * n) for n in range(1, 65)]


async def test_programs_are_told_that_nobody_is_signed_in(studio: Studio) -> None:
    """Without a session: 401 and a problem document, and the tool is not asked."""
    async with studio.client.get(f"{studio.origin()}/echo") as answer:
        assert answer.status == 401
        assert (await answer.json())["key"] == "gateway.not_signed_in"
        assert answer.content_type == "application/problem+json"
    assert studio.unix_tool.hits == []


@pytest.mark.parametrize("scheme", ["Bearer", "token", "Basic"])
async def test_tokens_open_tools(studio: Studio, scheme: str) -> None:
    """Bearer, Jupyter's spelling, and the password of Basic; unsafe methods too, without a browser's headers."""
    token = studio.tokens.make(BO)
    content = base64.b64encode(f"anybody:{token}".encode()).decode() if scheme == "Basic" else token
    headers = {"Authorization": f"{scheme} {content}"}
    method = "GET" if scheme == "Basic" else "POST"
    async with studio.client.request(method, f"{studio.origin()}/echo", headers=headers) as answer:
        assert answer.status == 200
        assert pairs(await answer.json(), "Authorization") == []


async def test_an_unknown_token_is_401(studio: Studio) -> None:
    """A revoked token says so; one in the address opens nothing."""
    headers = {"Authorization": "Bearer cst_revoked"}
    async with studio.client.get(f"{studio.origin()}/echo", headers=headers) as answer:
        assert answer.status == 401
        assert (await answer.json())["key"] == "gateway.token_unknown"
    token = studio.tokens.make(BO)
    async with studio.client.get(f"{studio.origin()}/echo?token={token}") as answer:
        assert answer.status == 401


async def test_without_a_grant(studio: Studio) -> None:
    """Signed in is not enough: 403, with the way back to the studio for people."""
    studio.tools.refused.add((2, "unix"))
    async with studio.client.get(f"{studio.origin()}/echo", headers=studio.visit()) as answer:
        assert answer.status == 403
        assert f'href="{studio.portal}/"' in await answer.text()
    async with studio.client.get(f"{studio.origin()}/echo", headers=studio.signed_in()) as answer:
        assert answer.status == 403
    assert studio.unix_tool.hits == []


def test_window_is_a_visit() -> None:
    """The headers that tests take for a browser's window are those of one."""
    assert WINDOW["Sec-Fetch-Mode"] == "navigate"
