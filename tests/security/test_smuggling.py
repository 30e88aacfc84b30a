"""Trust 6: requests that two servers would read differently are refused on the socket, and no tool sees them."""

import asyncio

import pytest

from tests.gateway.studio import Studio

BODY = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKS = b"0\r\n\r\n"

HEADS = {
    "length and chunked": (b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    "chunked and length": (b"Transfer-Encoding: chunked", b"Content-Length: 5"),
    "two lengths": (b"Content-Length: 0", b"Content-Length: 35"),
    "two equal lengths": (b"Content-Length: 5", b"Content-Length: 5"),
    "two lengths in one": (b"Content-Length: 5, 5",),
    "signed length": (b"Content-Length: +5",),
    "negative length": (b"Content-Length: -5",),
    "length in hex": (b"Content-Length: 0x5",),
    "length with an underscore": (b"Content-Length: 1_0",),
    "empty length": (b"Content-Length:",),
    "enormous length": (b"Content-Length: 99999999999999999999999",),
    "two transfer codings": (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "chunked twice": (b"Transfer-Encoding: chunked, chunked",),
    "another coding first": (b"Transfer-Encoding: gzip, chunked",),
    "another coding last": (b"Transfer-Encoding: chunked, identity",),
    "identity": (b"Transfer-Encoding: identity", b"Content-Length: 5"),
    "unknown coding": (b"Transfer-Encoding: xchunked",),
    "quoted coding": (b'Transfer-Encoding: "chunked"',),
    "coding with a parameter": (b"Transfer-Encoding: chunked;q=1",),
    "coding after a tab": (b"Transfer-Encoding:\tchunked", b"Content-Length: 5"),
    "coding after a form feed": (b"Transfer-Encoding: \x0bchunked",),
    "space before the colon": (b"Transfer-Encoding : chunked",),
    "space before the name": (b" Transfer-Encoding: chunked",),
    "folded header": (b"X-Folded: a\r\n b", b"Content-Length: 5"),
    "folded coding": (b"Transfer-Encoding:\r\n chunked",),
    "bare LF after a header": (b"X-A: b\nTransfer-Encoding: chunked",),
    "bare CR in a header": (b"X-A: b\rTransfer-Encoding: chunked",),
    "NUL in a header": (b"X-A: b\x00c",),
    "no colon": (b"Transfer-Encoding chunked",),
    "empty name": (b": chunked",),
    "odd letter in a name": (b"Transfer\xffEncoding: chunked",),
    "space in a name": (b"Transfer Encoding: chunked",),
    "two hosts": (b"Host: evil.example",),
}

LINES = {
    "no version": b"POST /echo\r\n",
    "HTTP/2 in words": b"POST /echo HTTP/2.0\r\n",
    "HTTP/0.9": b"GET /echo HTTP/0.9\r\n",
    "LF only": b"POST /echo HTTP/1.1\n",
    "space in the path": b"POST /ec ho HTTP/1.1\r\n",
    "absolute address": b"POST http://evil.example/echo HTTP/1.1\r\n",
    "authority": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\n",
    "fragment": b"POST /echo#x HTTP/1.1\r\n",
    "no method": b" /echo HTTP/1.1\r\n",
    "lower-case method": b"post /echo HTTP/1.1\r\n",
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


def _head(studio: Studio, tool: str = "unix") -> bytes:
    """What a signed-in page of the tool itself sends: refused for its form alone, or not at all."""
    lines = {"Host": f"localhost:{studio.tools.ports[tool]}", **studio.signed_in(tool)}
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()


def _refused(answer: bytes) -> bool:
    return (
        answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 ", b"HTTP/1.1 505 ")) and b"Connection: close" in answer
    )


@pytest.mark.parametrize("name", HEADS)
async def test_odd_head_is_refused(studio: Studio, name: str) -> None:
    """The request is answered with 400, the connection ends, and neither it nor what hides in it reaches the tool."""
    head = b"POST /echo HTTP/1.1\r\n" + _head(studio) + b"".join(line + b"\r\n" for line in HEADS[name]) + b"\r\n"
    answer = await studio.raw(head + CHUNKS + BODY)
    assert _refused(answer), answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert studio.unix_tool.hits == []


@pytest.mark.parametrize("name", LINES)
async def test_odd_request_line_is_refused(studio: Studio, name: str) -> None:
    """The request line has one form only."""
    answer = await studio.raw(LINES[name] + _head(studio) + b"Content-Length: 0\r\n\r\n")
    assert _refused(answer), answer
    assert studio.unix_tool.hits == []


async def test_bare_line_feeds_are_refused(studio: Studio) -> None:
    """A head that ends its lines with LF alone is no head."""
    head = b"GET /echo HTTP/1.1\r\n" + _head(studio) + b"\r\n"
    answer = await studio.raw(head.replace(b"\r\n", b"\n"))
    assert _refused(answer), answer
    assert studio.unix_tool.hits == []


async def test_chunked_on_http_1_0_is_refused(studio: Studio) -> None:
    """HTTP/1.0 knows no chunks: a server behind might take them for the next request."""
    head = b"POST /echo HTTP/1.0\r\n" + _head(studio) + b"Transfer-Encoding: chunked\r\n\r\n"
    answer = await studio.raw(head + CHUNKS + BODY)
    assert _refused(answer), answer
    assert studio.unix_tool.hits == []


@pytest.mark.parametrize(
    "chunk",
    [
        b"5\nhello\r\n0\r\n\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5 \r\nhello\r\n0\r\n\r\n",
        b"5;a\nb\r\nhello\r\n0\r\n\r\n",
        b"ffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"\r\nhello\r\n0\r\n\r\n",
    ],
)
async def test_broken_chunks_end_the_request(studio: Studio, chunk: bytes) -> None:
    """The tool may see the request begin, never end, and what follows is not taken for a request."""
    head = b"POST /upload HTTP/1.1\r\n" + _head(studio) + b"Transfer-Encoding: chunked\r\n\r\n"
    answer = await studio.raw(head + chunk + BODY)
    assert _refused(answer), answer
    assert b"HTTP/1.1 200" not in answer
    assert [hit.path for hit in studio.unix_tool.hits] in ([], ["/upload"])


async def test_underscored_spellings_do_not_reach_the_tool(studio: Studio) -> None:
    """Names that some servers read as Content-Length or Transfer-Encoding are dropped; our count holds."""
    head = b"POST /echo HTTP/1.1\r\n" + _head(studio)
    head += b"Content_Length: 99\r\nTransfer_Encoding: chunked\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
    answer = await studio.raw(head)
    assert answer.startswith(b"HTTP/1.1 200 ")
    names = {name.lower() for name in studio.unix_tool.hits[0].headers}
    assert not names & {"content_length", "transfer_encoding", "transfer-encoding"}


async def test_pipelined_requests_are_answered_in_order(studio: Studio) -> None:
    """Several requests in one packet are several requests."""
    one = b"GET /echo/%d HTTP/1.1\r\n" + _head(studio)
    answer = await studio.raw(one % 1 + b"\r\n" + one % 2 + b"\r\n" + one % 3 + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 3
    assert [hit.path for hit in studio.unix_tool.hits] == ["/echo/1", "/echo/2", "/echo/3"]


async def test_a_bad_request_among_good_ones_ends_the_connection(studio: Studio) -> None:
    """What follows a request that is not understood is never taken for a request."""
    one = b"GET /echo/%d HTTP/1.1\r\n" + _head(studio) + b"\r\n"
    answer = await studio.raw(one % 1 + b"GET /echo/2 HTTP/1.1\nHost: x\n\n" + one % 3)
    assert answer.count(b"HTTP/1.1 400 ") == 1
    assert not {hit.path for hit in studio.unix_tool.hits} & {"/echo/2", "/echo/3"}


async def test_odd_spaces_do_not_reach_the_tool(studio: Studio) -> None:
    """Where the parser forgives a second space, the tool gets a request line of our own making."""
    answer = await studio.raw(b"GET  /echo HTTP/1.1\r\n" + _head(studio) + b"Connection: close\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 400 "))
    assert [hit.raw_path for hit in studio.unix_tool.hits] in ([], ["/echo"])


async def test_the_portal_refuses_the_same(studio: Studio) -> None:
    """The rules hold on the portal's listener too."""
    head = f"POST /x HTTP/1.1\r\nHost: localhost:{studio.portal_port}\r\n".encode()
    answer = await studio.raw(head + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS, tool="")
    assert _refused(answer), answer
    assert studio.portal_hits == []


async def test_bytes_that_arrive_one_by_one_are_read_the_same(studio: Studio) -> None:
    """Cutting a smuggling request into single bytes changes nothing."""
    head = b"POST /echo HTTP/1.1\r\n" + _head(studio) + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", studio.tools.ports["unix"])
    for index in range(len(head)):
        writer.write(head[index : index + 1])
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert _refused(answer), answer
    assert studio.unix_tool.hits == []
