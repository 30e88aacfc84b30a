"""Trust 5, 7 and 26: forged headers, tossed cookies, foreign names."""

import json

import pytest

from tests.gateway.doubles import BO, pairs
from tests.gateway.studio import Studio

FORGED = {
    "comfy-user": "ada",
    "Comfy_User": "ada",
    "X-SWARM-USER_ID": "ada",
    "X-Swarm-User-Id": "ada",
    "X-Remote-User": "ada",
    "x_remote_user": "ada",
    "Remote-User": "ada",
    "X-Remote-Group": "admins",
    "Forwarded": "for=1.2.3.4;host=evil.example",
    "X-Forwarded-For": "1.2.3.4",
    "X_Forwarded_For": "1.2.3.4",
    "x-forwarded-FOR": "1.2.3.4",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-User": "ada",
    "X-Real-IP": "1.2.3.4",
    "True-Client-IP": "1.2.3.4",
    "CF-Connecting-IP": "1.2.3.4",
    "X-Original-URL": "/admin",
    "X-Rewrite-URL": "/admin",
    "X-Auth-Request-User": "ada",
    "X-Secret": "guessed",
    "x-secret": "guessed",
    "X_Secret": "guessed",
    "Proxy-Authorization": "Basic x",
    "Keep-Alive": "timeout=5",
    "TE": "trailers",
    "Trailer": "X-A",
    "Authorization": "Bearer of-the-tool-itself",
}
HOSTS = [
    "evil.example",
    "localhost",
    "localhost.evil.example:{port}",
    "localhost.:{port}",
    "localhost:1",
    "127.0.0.2:{port}",
    "2130706433:{port}",
    "0x7f.1:{port}",
    "127.1:{port}",
    "[::ffff:127.0.0.1]:{port}",
    "user@localhost:{port}",
    "localhost:{port}@evil.example",
    "localhost:{port}.evil.example",
    "localhost:0{port}",
    "",
]


async def _told(studio: Studio, headers: dict[str, str], tool: str = "unix") -> dict:
    async with studio.client.get(f"{studio.origin(tool)}/echo", headers=headers) as answer:
        assert answer.status == 200
        return await answer.json()


@pytest.mark.parametrize("tool", ["unix", "port"])
@pytest.mark.parametrize("name", FORGED)
async def test_forged_header_never_arrives(studio: Studio, name: str, tool: str) -> None:
    """Who somebody is and where they come from is the gateway's word, in any spelling of the header."""
    told = await _told(studio, {**studio.signed_in(tool), name: FORGED[name]}, tool)
    values = [
        value
        for header, value in told["headers"]
        if header.lower().replace("_", "-") == name.lower().replace("_", "-")
    ]
    assert FORGED[name] not in values
    assert pairs(told, "X-Forwarded-For") == ["127.0.0.1"]
    assert pairs(told, "X-Forwarded-Proto") == ["http"]
    assert pairs(told, "X-Forwarded-Host") == [f"localhost:{studio.tools.ports[tool]}"]
    assert pairs(told, "X-Secret") == ["only-the-gateway-knows"]


async def test_headers_named_by_connection_go_no_further(studio: Studio) -> None:
    """Connection may take away what the client sent, never what the gateway adds."""
    headers = {
        **studio.signed_in(),
        "Connection": "keep-alive, X-Mine, X-Forwarded-For, X-Secret, Host",
        "X-Mine": "1",
    }
    told = await _told(studio, {**headers, "X-Other": "2"})
    assert pairs(told, "X-Mine") == []
    assert pairs(told, "X-Other") == ["2"]
    assert pairs(told, "X-Forwarded-For") == ["127.0.0.1"]
    assert pairs(told, "X-Secret") == ["only-the-gateway-knows"]
    assert len(pairs(told, "Host")) == 1


async def test_our_cookie_and_token_never_arrive(studio: Studio) -> None:
    """The tool gets the cookies of its manifest and nothing that opens the studio."""
    headers = studio.signed_in()
    headers["Cookie"] = f"_xsrf=a; {headers['Cookie']}; tool-b=c; other=d; __Host-comfystudio-x=e; COMFYSTUDIO=f"
    told = await _told(studio, headers)
    assert pairs(told, "Cookie") == ["_xsrf=a; tool-b=c"]


async def test_a_tool_that_is_not_told_the_public_host(studio: Studio) -> None:
    """Host and Origin are the tool's own and nothing says that a page of another site might ask."""
    told = await _told(
        studio, {**studio.signed_in("port"), "Referer": "https://x/", "Sec-Fetch-Mode": "cors"}, "port"
    )
    own = f"127.0.0.1:{studio.tools.upstreams['port'].port}"
    assert pairs(told, "Host") == [own]
    assert pairs(told, "Origin") == [f"http://{own}"]
    assert not [name for name, _ in told["headers"] if name.lower().startswith(("sec-fetch", "referer"))]


async def test_a_tool_that_is_told_the_public_host(studio: Studio) -> None:
    """Host, Origin and Sec-Fetch-* are the browser's own, so that the tool can check them as well."""
    told = await _told(studio, studio.signed_in())
    assert pairs(told, "Host") == [f"localhost:{studio.tools.ports['unix']}"]
    assert pairs(told, "Origin") == [studio.origin()]
    assert pairs(told, "Sec-Fetch-Site") == ["same-origin"]


async def test_answers_do_not_say_what_serves_them(studio: Studio) -> None:
    """Neither the gateway nor the tool leaves its banner; other headers of the tool pass."""
    for headers in (studio.signed_in(), {}):
        async with studio.client.get(f"{studio.origin()}/echo", headers=headers) as answer:
            assert "Server" not in answer.headers
            assert "X-Powered-By" not in answer.headers
    async with studio.client.get(f"{studio.portal}/") as answer:
        assert "Server" not in answer.headers


async def test_a_tools_cookies(studio: Studio) -> None:
    """Those of its manifest pass as they are; with Domain, or under our names, they are dropped."""
    place = studio.place()
    lines = [
        "_xsrf=1; Path=/",
        "tool-a=2; Secure; HttpOnly",
        "tool-b=3; Domain=localhost",
        "tool-c=3; domain = .runpod.net",
        "unknown=4",
        f"{place.session_cookie}=5",
        "comfystudio-x=6",
        "__host-COMFYSTUDIO=7",
        "=8",
        " _xsrf2=9",
    ]
    async with studio.client.get(
        f"{studio.origin()}/cookies", params={"lines": json.dumps(lines)}, headers=studio.signed_in()
    ) as answer:
        assert answer.headers.getall("Set-Cookie") == lines[:2]


async def test_a_duplicate_of_our_cookie_signs_nobody_in(studio: Studio) -> None:
    """Two cookies of our name: neither counts, whichever comes first."""
    good, name = studio.cookie(), studio.place().session_cookie
    for line in (f"{good}; {name}=tossed", f"{name}=tossed; {good}", f"{good}; {good}"):
        async with studio.client.get(f"{studio.origin()}/echo", headers={"Cookie": line}) as answer:
            assert answer.status == 401


async def test_a_neighbours_cookie_of_another_name_is_ignored(studio: Studio) -> None:
    """Without the prefix, or in another case, it is somebody else's; ours still counts."""
    name = studio.place().session_cookie
    assert name.startswith("__Host-")
    tossed = f"{name.removeprefix('__Host-')}=x; {name.upper()}=y; x{name}=z; a={name}=w"
    for line in (f"{tossed}; {studio.cookie()}", f"{studio.cookie()}; {tossed}"):
        async with studio.client.get(f"{studio.origin()}/echo", headers={"Cookie": line}) as answer:
            assert answer.status == 200


async def test_a_session_counts_at_its_own_tool_only(studio: Studio) -> None:
    """A cookie that was carried to another port opens nothing there."""
    raw = studio.cookie().partition("=")[2]
    line = f"{studio.place('port').session_cookie}={raw}"
    async with studio.client.get(f"{studio.origin('port')}/echo", headers={"Cookie": line}) as answer:
        assert answer.status == 401
    line = f"{studio.origins.place('', f'localhost:{studio.portal_port}').session_cookie}={raw}"
    async with studio.client.get(f"{studio.portal}/", headers={"Cookie": line}) as answer:
        assert (await answer.json())["caller"] is None


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("tool", ["", "unix"])
async def test_foreign_name_is_misdirected(studio: Studio, host: str, tool: str) -> None:
    """A Host that is not ours is 421 on every listener, session or not, and nobody behind it is asked."""
    port = studio.tools.ports[tool] if tool else studio.portal_port
    headers = {**studio.signed_in("unix"), "Host": host.format(port=port)}
    async with studio.client.get(f"http://localhost:{port}/echo", headers=headers) as answer:
        assert answer.status == 421
        assert (await answer.json())["key"] == "gateway.misdirected"
    assert studio.unix_tool.hits == []
    assert studio.portal_hits == []


async def test_foreign_name_opens_no_socket(studio: Studio) -> None:
    """DNS rebinding does not get as far as a WebSocket."""
    import aiohttp

    headers = {**studio.signed_in(), "Host": "evil.example", "Origin": "http://evil.example"}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await studio.client.ws_connect(f"{studio.origin()}/ws", headers=headers)
    assert refused.value.status == 421
    assert studio.unix_tool.hits == []


async def test_http_1_0_without_a_host_is_misdirected(studio: Studio) -> None:
    """No name is not our name."""
    answer = await studio.raw(b"GET /echo HTTP/1.0\r\n\r\n")
    assert answer.startswith((b"HTTP/1.0 421 ", b"HTTP/1.1 421 "))


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "LOCALHOST"])
async def test_names_of_this_machine(studio: Studio, name: str) -> None:
    """The loopback names are ours, each an origin of its own."""
    port = studio.tools.ports["unix"]
    origin = f"http://{name.lower()}:{port}"
    raw = studio.sessions.child(BO, "unix", origin)
    headers = {"Host": f"{name}:{port}", "Origin": origin, "Cookie": f"{studio.place().session_cookie}={raw}"}
    async with studio.client.post(f"http://127.0.0.1:{port}/echo", headers=headers) as answer:
        assert answer.status == 200
