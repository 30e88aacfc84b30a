"""While a tool is not ready."""

import re
from typing import get_args

from comfystudio.errors import Conflict
from comfystudio.tools import State
from tests.gateway.doubles import Upstream, View
from tests.gateway.studio import Studio


def _stop(studio: Studio, tool: str, view: View) -> Upstream | None:
    upstream, studio.tools.upstreams[tool] = studio.tools.upstreams[tool], None
    studio.tools.views[tool] = view
    return upstream


async def test_opening_a_tool_of_ones_own_starts_it(studio: Studio) -> None:
    """A per-artist tool starts when its page is opened; a program or a forgotten tab starts nothing."""
    _stop(studio, "unix", View("stopped"))
    async with studio.client.get(f"{studio.origin()}/lab", headers=studio.signed_in()) as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "2"
        assert (await answer.json())["key"] == "gateway.not_running"
    assert studio.tools.started == []
    async with studio.client.get(f"{studio.origin()}/lab", headers=studio.visit()) as answer:
        assert answer.status == 503
        assert "Unix is starting" in await answer.text()
    assert studio.tools.started == ["unix"]


async def test_the_page_speaks_the_language_of_its_reader(studio: Studio) -> None:
    """The browser's language, or the one that the studio's pages were told; never that of the request before."""
    _stop(studio, "unix", View("stopped"))
    for headers, said in (
        ({"Accept-Language": "de-AT, en;q=0.4"}, "Unix startet"),
        ({}, "Unix is starting"),
        ({"Accept-Language": "de"}, '<html lang="de">'),
        ({"Accept-Language": "fr"}, '<html lang="en">'),
    ):
        async with studio.client.get(f"{studio.origin()}/lab", headers=studio.visit() | headers) as answer:
            assert said in await answer.text()


async def test_a_shared_tool_is_not_started_by_opening(studio: Studio) -> None:
    """Its page offers to start it."""
    _stop(studio, "port", View("stopped"))
    async with studio.client.get(f"{studio.origin('port')}/", headers=studio.visit("port")) as answer:
        assert "Port is not running" in await answer.text()
    assert studio.tools.started == []
    async with studio.client.post(
        f"{studio.origin('port')}/.comfystudio/start", headers=studio.signed_in("port")
    ) as answer:
        assert (await answer.json())["state"] == "starting"
    assert studio.tools.started == ["port"]


async def test_the_page_stands_alone(studio: Studio) -> None:
    """Nothing is loaded from elsewhere, its policy lets in its own style and script by nonce, and nothing is kept."""
    _stop(studio, "unix", View("starting", progress=0.4, phase="Loading </script><b>nodes", since=1.0))
    async with studio.client.get(f"{studio.origin()}/", headers=studio.visit()) as answer:
        text = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r'(src|href)="(https?:)?//(?!localhost)', text)
    nonces = set(re.findall(r'<(?:style|script) nonce="([^"]+)"', text))
    assert len(nonces) == 1
    assert f"style-src 'nonce-{nonces.pop()}'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "</script><b>" not in text
    assert "<b>nodes" not in text


async def test_behind_cloudflare_the_page_is_200(studio: Studio) -> None:
    """Cloudflare replaces the body of 5xx answers."""
    _stop(studio, "unix", View("starting"))
    headers = {**studio.visit(), "CF-Ray": "8f0"}
    async with studio.client.get(f"{studio.origin()}/", headers=headers) as answer:
        assert answer.status == 200
        assert "Unix is starting" in await answer.text()


async def test_status_and_becoming_ready(studio: Studio) -> None:
    """The page asks how it stands, and the same address is the tool once it is ready."""
    upstream = _stop(studio, "unix", View("starting", progress=0.5, phase="Loading nodes", since=1.0))
    address = f"{studio.origin()}/.comfystudio/status"
    async with studio.client.get(address, headers=studio.signed_in()) as answer:
        status = await answer.json()
    assert status["state"] == "starting"
    assert status["progress"] == 0.5
    assert status["sentence"] == "Loading nodes"
    assert status["under_way"]
    studio.tools.upstreams["unix"], studio.tools.views["unix"] = upstream, View("ready")
    async with studio.client.get(address, headers=studio.signed_in()) as answer:
        assert (await answer.json())["state"] == "ready"
    async with studio.client.get(f"{studio.origin()}/lab", headers=studio.visit()) as answer:
        assert answer.status == 200
    async with studio.client.get(address) as answer:
        assert answer.status == 401


async def test_a_crash_shows_its_first_error_and_a_way_on(studio: Studio) -> None:
    """The first error line, Start again, Back to studio; nothing starts by itself."""
    _stop(studio, "unix", View("crashed", first_error="ModuleNotFoundError: No module named '<torch>'"))
    async with studio.client.get(f"{studio.origin()}/lab", headers=studio.visit()) as answer:
        text = await answer.text()
    assert "Unix stopped unexpectedly" in text
    assert "ModuleNotFoundError" in text
    assert "<torch>" not in text
    assert "Start again" in text
    assert f'href="{studio.portal}/"' in text
    assert studio.tools.started == []


async def test_start_is_not_for_other_sites(studio: Studio) -> None:
    """It is POST with the exact origin; GET starts nothing."""
    _stop(studio, "unix", View("crashed"))
    address = f"{studio.origin()}/.comfystudio/start"
    headers = {**studio.signed_in(), "Origin": "https://evil.example"}
    async with studio.client.post(address, headers=headers) as answer:
        assert answer.status == 403
    async with studio.client.get(address, headers=studio.signed_in()) as answer:
        assert answer.status == 404
    assert studio.tools.started == []


async def test_a_start_that_is_refused_says_why(studio: Studio) -> None:
    """The sentence of the refusal stands on the page."""
    _stop(studio, "unix", View("stopped"))

    def refuse(_tool: str) -> None:
        raise Conflict("gateway.port_taken_here", port=1, owner="somebody")

    studio.tools.on_start = refuse
    async with studio.client.get(f"{studio.origin()}/", headers=studio.visit()) as answer:
        assert "Port 1 is taken by somebody" in await answer.text()


async def test_every_state_has_words(studio: Studio) -> None:
    """No state of a tool leaves the page without a title and a sentence."""
    states = get_args(State)
    for state in states:
        _stop(studio, "port", View(state))
        address = f"{studio.origin('port')}/.comfystudio/status"
        async with studio.client.get(address, headers=studio.signed_in("port")) as answer:
            status = await answer.json()
        assert status["title"].startswith("Port ")
        assert status["sentence"]
