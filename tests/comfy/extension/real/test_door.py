"""Who gets in."""

import json

import aiohttp
import pytest

from tests.comfy.extension.real.comfy import Portal, Real, artists, picture, portal, start

pytestmark = pytest.mark.real_comfyui
WRONG = [{}, {"X-ComfyStudio-Secret": ""}, {"X-ComfyStudio-Secret": "wrong"}, {"X-ComfyStudio-Secret": "\xe9"}]


@pytest.mark.parametrize("headers", WRONG)
@pytest.mark.parametrize(
    "path",
    [
        "/", "/prompt", "/api/prompt", "/object_info", "/comfystudio/health", "/scripts/app.js", "/not/there",
        "/internal/logs",
    ],
)  # fmt: skip
def test_without_the_secret_nothing_is_answered(real: Real, path, headers):
    """Pages, data, the extension's own routes and what is not there: 403 with one sentence."""
    status, body = real.ask(path, **headers)
    assert status == 403
    assert json.loads(body) == {"error": "Only the studio may ask here."}


async def test_without_the_secret_no_socket_opens(real: Real):
    """Neither ComfyUI's socket nor the channel."""
    async with aiohttp.ClientSession(real.url) as session:
        for path in ("/ws", "/api/ws", "/comfystudio/events"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(path)
            assert refused.value.status == 403


def test_started_without_a_secret_everything_is_refused(checkout):
    """A ComfyUI that was given no secret answers nobody."""
    with start(checkout, secret=None) as found:
        for path in ("/", "/comfystudio/health", "/object_info"):
            assert found.ask(path)[0] == 503
        assert found.ask("/", **{"X-ComfyStudio-Secret": ""})[0] == 503


def test_the_secret_leaves_the_environment(real: Real):
    """Nodes, and the processes that they start, do not find the secret in the environment of Python."""
    assert real.secret not in real.said()


async def test_health_says_what_the_portal_must_know(studio: Portal):
    """Versions, packs, routes and state."""
    status, found = await studio.ask("GET", "/comfystudio/health")
    assert status == 200
    assert found["ok"] is True
    assert found["missing"] == []
    assert found["comfyui"] in found["tested"]
    assert "studio_tests" in found["nodes"]
    assert len(found["node_set"]) == 64
    assert {"POST /prompt", "GET /view", "GET /userdata/{file}", "GET /{static}"} <= set(found["routes"])
    assert not [route for route in found["routes"] if route.split(" ")[1] == "/api/prompt"]
    assert found["busy"] == {"running": 0, "pending": 0}
    assert found["features"]["supports_preview_metadata"] is True


def test_the_log_has_one_line_of_ours(real: Real):
    """The extension says once what it hooked, and nothing else."""
    lines = [line for line in real.said().splitlines() if "ComfyStudio:" in line]
    assert len(lines) == 1
    assert "hooks in place" in lines[0]


async def test_packs_in_front_do_not_come_before_the_door(studio: Portal):
    """A middleware that a pack inserts later still runs behind the check of the secret."""
    async with studio.session.get("/features") as answer:
        assert answer.headers["X-Tests"] == "seen"
    async with aiohttp.ClientSession(studio.real.url) as session, session.get("/features") as answer:
        assert answer.status == 403
        assert "X-Tests" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/queue"), ("POST", "/queue"), ("GET", "/history"), ("GET", "/history/x"), ("POST", "/history"),
        ("POST", "/interrupt"), ("POST", "/free"), ("GET", "/ws"), ("GET", "/prompt"), ("POST", "/users"),
        ("GET", "/internal/logs"), ("GET", "/internal/folder_paths"), ("GET", "/comfystudio/health"),
        ("POST", "/comfystudio/cancel"), ("GET", "/comfystudio/events"),
    ],
)  # fmt: skip
async def test_what_the_portal_answers_itself_is_closed_for_owners(studio: Portal, method, path):
    """ComfyUI's queue, history and sockets know no owners, so no request of one reaches them."""
    [vera] = artists("Vera")
    assert (await studio.ask(method, path, vera))[0] == 404
    if not path.startswith(("/internal", "/comfystudio")):
        assert (await studio.ask(method, f"/api{path}", vera))[0] == 404


@pytest.mark.parametrize("text", ["", "Vera", "1", "1 ..", "1 a%2Fb", "x Vera"])
async def test_an_unreadable_owner_is_refused(studio: Portal, text):
    """A header that names no owner is an error of the portal's, never the studio itself."""
    async with studio.session.get("/features", headers={"X-ComfyStudio-Owner": text}) as answer:
        assert answer.status == 400


async def test_a_renamed_hook_closes_the_door_for_artists(renamed: Real):
    """One hook with another name: health names it, artists get 503, the studio itself still gets in."""
    [vera] = artists("Vera")
    async with portal(renamed) as studio:
        _, health = await studio.ask("GET", "/comfystudio/health")
        assert health["ok"] is False
        name = "comfy_execution.caching.CacheKeySetInputSignature.get_immediate_node_signature"
        assert health["missing"] == [f"{name} (is not there)"]
        for path in ("/object_info", "/view?filename=x.png", "/", "/settings"):
            status, answer = await studio.ask("GET", path, vera)
            assert status == 503
            assert answer["missing"] == health["missing"]
        assert (await studio.post(vera, picture()))[0] == 503
        assert (await studio.ask("GET", "/queue"))[0] == 200
    assert name in renamed.said()
