"""One artist against another in a whole ComfyUI, with nodes that check nothing."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from comfystudio.storage import Database
from comfystudio.workspace import Workspace
from tests.comfy.shared import Artist, Shared, multipart, shared_of
from tests.contract.checkout import make_checkout
from tests.waiting import until

PACKS = Path(__file__).with_name("packs")
REAL = pytest.param("real", marks=[pytest.mark.real_comfyui, pytest.mark.timeout(300)])


@pytest.fixture(params=["0.3.64", "0.28.0", REAL])
async def shared(
    request: pytest.FixtureRequest, root: Path, workspace: Workspace, database: Database
) -> AsyncIterator[Shared]:
    """Two artists in one ComfyUI: the double in both versions, or the one that COMFYUI_SOURCE names."""
    real = request.param == "real"
    checkout = Path(os.environ["COMFYUI_SOURCE"]) if real else make_checkout(root / "checkout", version=request.param)
    async with shared_of(checkout, workspace, database, packs=PACKS) as found:
        yield found


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    """One node of a workflow."""
    return {"class_type": kind, "inputs": inputs}


async def ended(shared: Shared, artist: Artist, graph: dict[str, Any], **extra: Any) -> str:
    """Run a workflow; how it ended."""
    answer = await shared.ask(artist, "POST", "/prompt", data=json.dumps({"prompt": graph, **extra}))
    if answer.status != 200:
        return f"refused {answer.status}"
    prompt_id = answer.json["prompt_id"]
    entry = (await until(lambda: shared.get(artist, f"/history/{prompt_id}"), within=20))[prompt_id]
    found: str = entry["status"]["status_str"]
    return found


async def test_no_way_to_write_elsewhere(shared: Shared, tmp_path: Path) -> None:
    """No path over a link between nodes, and no link in one's outputs, leads a careless node out of one's folders."""
    alice, bob = shared.artists
    theirs, mine = (shared.workspace.comfy("output", each.folder) for each in (alice, bob))
    assert await ended(shared, alice, {"1": node("HostileDataset", folder_name="set", words="mine")}) == "success"
    assert await ended(shared, bob, {"1": node("HostileDataset", folder_name="set", words="mine")}) == "success"
    saved = theirs / "set" / "image_00000.txt"
    (mine / "planted").mkdir()
    (mine / "planted" / "image_00000.txt").symlink_to(saved)
    assert await ended(shared, bob, {"1": node("HostileDataset", folder_name="planted", words="evil")}) == "error"
    outside = tmp_path / "outside"
    for path in (f"{theirs}/set", str(outside), f"~{outside}", f"../{alice.folder}/set", str(shared.workspace.root)):
        words = {
            "1": node("HostileWords", value=path),
            "2": node("HostileDataset", folder_name=["1", 0], words="evil"),
        }
        assert await ended(shared, bob, words) == "error", path
    words = {
        "1": node("HostileWords", value=f"{mine}/own"),
        "2": node("HostileDataset", folder_name=["1", 0], words="evil"),
    }
    assert await ended(shared, bob, words) == "success"
    assert saved.read_text() == "mine"
    assert not outside.exists()
    assert sorted(path.name for path in theirs.rglob("*")) == ["image_00000.txt", "set"]


async def test_what_a_thread_saves_late_is_whose_prompt_started_it(shared: Shared) -> None:
    """It goes on while another's prompt runs, and still saves for the one who started it."""
    alice, bob = shared.artists
    assert await ended(shared, alice, {"1": node("HostileLater", words="of alice")}) == "success"
    assert await ended(shared, bob, {"1": node("HostileNow", words="of bob")}) == "success"
    late = shared.workspace.comfy("output", alice.folder) / "later.txt"
    assert late.read_text() == "of alice"
    assert not (shared.workspace.comfy("output", bob.folder) / "later.txt").exists()


async def test_nothing_ends_the_work_of_all(shared: Shared) -> None:
    """Workflows that nest, and nodes that say what is no JSON: everybody else's prompts go on and are told of."""
    alice, bob = shared.artists
    async with shared.listen(alice, "page") as page:
        for depth in (50, 150, 330, 900):
            nested: Any = "x"
            for _ in range(depth):
                nested = [nested]
            picture = node("EmptyImage", width=8, height=8, batch_size=1, color=depth)
            graph = {"1": picture, "2": node("PreviewImage", images=["1", 0], odd=nested)}
            plain = {"1": picture, "2": node("PreviewImage", images=["1", 0])}
            wanted = "success" if depth == 50 else "refused 400"
            assert await ended(shared, bob, graph) == wanted
            assert await ended(shared, bob, plain, extra_data={"extra_pnginfo": {"workflow": nested}}) == wanted
        assert await ended(shared, bob, {"1": node("HostileSays", words="of bob")}) == "success"
        assert (
            await ended(shared, alice, {"1": node("HostileDataset", folder_name="set", words="alice")}) == "success"
        )
        heard = ""
        async with asyncio.timeout(10):
            while "execution_success" not in heard:
                heard += str((await page.receive()).data)
    assert "of bob" not in heard


async def test_no_answer_tells_where_things_lie(shared: Shared) -> None:
    """Lists and facts that ComfyUI gives an artist name no folder of the machine, whatever version it is."""
    told = ("system_stats", "experiment/models", "models", "object_info", "features", "extensions", "embeddings")
    more = (
        "workflow_templates",
        "settings",
        "users",
        "userdata?dir=workflows",
        "v2/userdata",
        "internal/files/output",
    )
    roots = [str(each).encode() for each in (shared.workspace.root.parent, shared.comfy.folder)]
    for path in (*told, *more):
        for prefix in ("/", "/api/"):
            answer = await shared.ask(shared.artists[0], "GET", prefix + path)
            assert answer.status in {200, 404}, (path, answer.status)
            assert not [root for root in roots if root in answer.body], path


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:1.0,\n{}\n#EXT-X-ENDLIST\n"


async def test_no_playlist_and_no_pipe_is_a_file(shared: Shared) -> None:
    """A list of another's files in place of a video is refused, whatever its name; a pipe holds up nobody."""
    alice, bob = shared.artists
    theirs = shared.workspace.comfy("input", alice.folder) / "video.ts"
    for name in ("list.m3u8", "list.mp4", "list.ts"):
        form = {"image": (name, PLAYLIST.format(theirs).encode(), "video/mp4")}
        assert (await shared.ask(bob, "POST", "/upload/image", data=multipart(form))).status == 200
        for kind, field in (("LoadVideo", "file"), ("LoadAudio", "audio")):
            graph = {"1": node(kind, **{field: name}), "2": node("PreviewAny", source=["1", 0])}
            assert await ended(shared, bob, graph) in {"error", "refused 400"}, (kind, name)
    mine = shared.workspace.comfy("output", bob.folder)
    assert await ended(shared, bob, {"1": node("HostileDataset", folder_name="set", words="mine")}) == "success"
    os.mkfifo(mine / "pipe.png")
    (mine / "pipes").mkdir()
    os.mkfifo(mine / "pipes" / "image_00000.txt")
    loaded = {"1": node("LoadImage", image="pipe.png [output]"), "2": node("PreviewImage", images=["1", 0])}
    assert await ended(shared, bob, loaded) in {"error", "refused 400"}
    assert await ended(shared, bob, {"1": node("HostileDataset", folder_name="pipes", words="x")}) == "error"
    assert await ended(shared, alice, {"1": node("HostileDataset", folder_name="set", words="hers")}) == "success"
