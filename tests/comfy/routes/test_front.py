"""What becomes of a request at ComfyUI's origin, route by route."""

import io
from urllib.parse import quote

import pytest
from aiohttp import WSServerHandshakeError
from structlog.testing import capture_logs

from comfystudio.storage import Database
from comfystudio.workspace import Workspace
from tests.comfy.routes.house import ADMIN, ALICE, BOB, STATS, Routes, routes_of
from tests.gateway.doubles import pairs

OWNER, SECRET = "X-ComfyStudio-Owner", "X-Secret"


async def test_own_goes_in_the_artists_name(routes: Routes):
    """What is the artist's own is sent on with their header and nobody else's, and kept by nobody in between."""
    asked = {OWNER: "2 P2", "comfy-user": "bob", "X-ComfyStudio-Secret": "guessed"}
    answer = await routes.get(ALICE, "/api/object_info", headers=asked)
    assert answer.status == 200
    assert pairs(answer.json, OWNER) == ["1 P1"]
    assert pairs(answer.json, "comfy-user") == []
    assert pairs(answer.json, "X-ComfyStudio-Secret") == []
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert routes.making.made == [(ALICE, "P1")]


async def test_files_of_the_page_go_without_a_name(routes: Routes):
    """The page's files are the same for everybody."""
    for path in ("/", "/user.css", "/extensions/core/x.js", "/docs/KSampler/en.md"):
        answer = await routes.get(ALICE, path)
        assert answer.json["path"] == path
        assert pairs(answer.json, OWNER) == []


async def test_shared_goes_in_a_name_too(routes: Routes):
    """A list that is the same for everybody is asked for in the artist's name: nothing asks for everybody's."""
    answer = await routes.get(ALICE, "/api/models/loras")
    assert pairs(answer.json, OWNER) == ["1 P1"]
    assert "Cache-Control" not in answer.headers


async def test_userdata_stays_one_segment(routes: Routes):
    """A slash in a file's name arrives as it was written; a letter that is encoded for no reason does not matter."""
    answer = await routes.post(BOB, "/api/userdata/workflows%2Fa%20b.json?overwrite=false", {"a": 1})
    assert answer.json["path"] == "/api/userdata/workflows%2Fa%20b.json?overwrite=false"
    assert pairs(answer.json, OWNER) == ["2 P2"]
    answer = await routes.get(BOB, "/%75serdata?dir=workflows")
    assert answer.json["path"] == "/userdata?dir=workflows"


async def test_uploads_stream(routes: Routes):
    """An upload goes on as it comes, in the artist's name."""
    answer = await routes.ask(ALICE, "POST", "/api/upload/image", data=io.BytesIO(b"x" * 3_000_000))
    assert answer.json["length"] == 3_000_000
    assert pairs(answer.json, OWNER) == ["1 P1"]


ADMINS = [
    ("POST", "/free"),
    ("POST", "/api/free"),
    ("GET", "/customnode/getlist"),
    ("POST", "/api/v2/manager/reboot"),
    ("GET", "/internal/logs/raw"),
    ("GET", "/internal/folder_paths"),
]


async def test_admins_only(routes: Routes):
    """What concerns everybody is for admins, as ComfyUI is, without a name."""
    for method, path in ADMINS:
        refused = await routes.ask(ALICE, method, path)
        assert refused.status == 403, path
        assert "admins" in refused.json["sentence"]
    assert routes.comfy.hits == []
    for method, path in ADMINS:
        answer = await routes.ask(ADMIN, method, path)
        assert answer.status == 200, path
        assert pairs(answer.json, OWNER) == []


UNKNOWN = [
    ("GET", "/nothing"),
    ("PUT", "/prompt"),
    ("POST", "/users"),
    ("GET", "/api/assets"),
    ("GET", "/getpath?path=/etc"),
    ("GET", "/comfystudio/health"),
    ("POST", "/comfystudio/cancel"),
    ("GET", "/userdata/..%2F..%2Fetc"),
    ("GET", "/userdata/%252e%252e"),
    ("GET", "/view%00"),
    ("GET", "/assets/%2e%2e/x.js"),
    ("OPTIONS", "/prompt"),
]


async def test_unknown(routes: Routes):
    """What no row names reaches ComfyUI for nobody, and the log says so in one line, once."""
    for method, path in UNKNOWN:
        with capture_logs() as lines:
            for who in (ALICE, ADMIN, ALICE):
                assert (await routes.ask(who, method, path)).status == 404, path
        assert [(line["method"], line["path"]) for line in lines] == [(method, path.partition("?")[0])]
    assert routes.comfy.hits == []


async def test_added_row(workspace: Workspace, database: Database):
    """A route that an admin allows is sent on in the artist's name."""
    async with routes_of(workspace, database, more=["GET /rgthree/*"]) as routes:
        answer = await routes.get(ALICE, "/rgthree/api/config")
        assert pairs(answer.json, OWNER) == ["1 P1"]
        assert (await routes.post(ALICE, "/rgthree/api/config", {})).status == 404


async def test_bare(routes: Routes):
    """Where artists are not kept apart, admins meet ComfyUI as it is and artists nothing at all."""
    routes.worker.sentence = "a hook is missing."
    answer = await routes.get(ADMIN, "/history?max_items=1")
    assert answer.json["path"] == "/history?max_items=1"
    assert pairs(answer.json, OWNER) == []
    refused = await routes.get(ALICE, "/history")
    assert refused.status == 403
    assert "a hook is missing." in refused.json["sentence"]


async def test_not_ready(unready: Routes):
    """While ComfyUI is away the record still answers, and everything else says that it is not ready."""
    unready.worker.sentence = "It is being proved that artists are kept apart."
    await unready.done(ALICE, "a")
    unready.put(ALICE, "output", "a.png", b"\x89PNG\r\n\x1a\n")
    for path in ("/history", "/history/a", "/queue", "/prompt", "/api/jobs", "/view?filename=a.png"):
        assert (await unready.get(ALICE, path)).status == 200, path
    for path in ("/object_info", "/", "/system_stats", "/models"):
        assert (await unready.get(ALICE, path)).status == 503, path
    answer = await unready.post(ALICE, "/prompt", {"prompt": {}})
    assert answer.status == 503
    assert answer.json["error"]["details"]
    assert answer.json["node_errors"] == {}
    with pytest.raises(WSServerHandshakeError) as refused:
        await unready.connect(ALICE)
    assert refused.value.status == 503


async def test_system_stats(routes: Routes):
    """Memory and versions stay in their shape; the command line and every path are gone."""
    answer = await routes.get(ALICE, "/api/system_stats")
    assert answer.json["system"] == STATS["system"] | {"argv": [], "home": ""}
    assert answer.json["devices"] == [STATS["devices"][0] | {"library": ""}]


async def test_socket(routes: Routes):
    """A page's socket is the studio's own; without an upgrade it is none."""
    async with routes.connect(ALICE, "/api/ws?clientId=x") as socket:
        first = await socket.receive_json()
        assert first["data"]["sid"] == "x"
    assert (await routes.get(ALICE, "/ws")).status == 400


async def test_told_in_the_log(routes: Routes):
    """The log names the setting that would allow a route; what is long is cut, what is no path is not offered."""
    with capture_logs() as lines:
        await routes.get(ALICE, "/rgthree/api/config?id=secret")
        await routes.get(ALICE, "/" + quote("ключ") + "x" * 3000)
        await routes.get(ALICE, "/a%0Ab")
    assert lines[0]["setting"] == 'comfyui_routes = ["GET /rgthree/api/config"]'
    assert all(len(line["path"]) <= 200 for line in lines)
    assert lines[2]["setting"] is None
    assert "secret" not in str(lines)
