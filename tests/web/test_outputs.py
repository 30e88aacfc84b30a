"""Outputs over HTTP: own files only, with their workflow, as archives, into the trash and back."""

import io
import json
import os
import zipfile
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from comfystudio.queue import Accepted
from tests.pictures.samples import corners, encoded
from tests.waiting import until
from tests.web.house import ADMIN, ALICE, BOB, House, Visitor

OUTPUTS = "/api/v1/outputs"


def address(what: str, path: str, **query: str) -> str:
    """The address of something about one file."""
    return f"{OUTPUTS}/{what}?{urlencode({'path': path, **query})}"


async def names(visitor: Visitor, query: str = "") -> list[str]:
    """The paths in the list."""
    return [each["path"] for each in (await visitor.json("GET", OUTPUTS + query))["outputs"]]


async def test_everybody_lists_their_own_files_newest_first(house: House) -> None:
    """Alice's and Bob's lists share nothing; who made nothing has an empty one; an admin sees no more."""
    house.output(ALICE, "sub/夕 1.png", at=1_700_000_100)
    house.output(ALICE, "clip.mp4", b"x" * 7, at=1_700_000_000)
    house.output(BOB, "bob.png")
    alice = await house.visitor(ALICE)
    found = await alice.json("GET", OUTPUTS)
    assert (found["total"], found["next"]) == (2, None)
    first, second = found["outputs"]
    assert first["path"] == "sub/夕 1.png"
    assert (first["name"], first["folder"], first["kind"]) == ("夕 1.png", "sub", "image")
    assert (first["at"], first["width"], first["height"]) == (1_700_000_100, 120, 80)
    assert (second["path"], second["kind"], second["size"], second["width"]) == ("clip.mp4", "video", 7, None)
    assert found["bytes"] == first["size"] + 7
    assert await names(await house.visitor(BOB)) == ["bob.png"]
    assert await names(await house.visitor(ADMIN)) == []


async def test_the_list_is_filtered_and_turned_page_by_page(house: House) -> None:
    """Words, days and kinds narrow it down; `next` leads through the whole list once; nonsense is refused."""
    for number in range(7):
        house.output(ALICE, f"harbour_{number}.png", b"x", at=1_700_000_000 + number)
    house.output(ALICE, "other.mp3", b"x", at=1_700_000_003)
    alice = await house.visitor(ALICE)
    collected, before = [], None
    while True:
        query = {"limit": "3"} | ({"before": before} if before else {})
        page = await alice.json("GET", f"{OUTPUTS}?{urlencode(query)}")
        collected += [each["path"] for each in page["outputs"]]
        before = page["next"]
        if before is None:
            break
    assert collected == await names(alice)
    assert len(collected) == 8
    assert await names(alice, "?text=HARBOUR&from=1700000002&to=1700000004") == ["harbour_3.png", "harbour_2.png"]
    assert await names(alice, "?kind=audio") == ["other.mp3"]
    for wrong in (
        "?before=nonsense",
        "?limit=0",
        "?limit=1001",
        "?kind=x",
        "?from=x",
        "?path=a",
        "?text=" + "x" * 101,
    ):
        assert await alice.status("GET", OUTPUTS + wrong) == 422


GRAPH = {"1": {"class_type": "KSampler", "inputs": {"seed": 5, "cfg": float("nan")}}}


def comfy_png() -> bytes:
    """A picture as ComfyUI saves it."""
    info = PngInfo()
    info.add_text("prompt", json.dumps(GRAPH))
    info.add_text("workflow", '{"nodes": []}')
    info.add_text("parameters", "<img src=x onerror=alert(1)>")
    return encoded(corners(), pnginfo=info)


async def finish(house: House, accepted: Accepted, *files: str) -> None:
    """The prompt is over and has made those files."""
    images = [
        {"filename": file.rpartition("/")[2], "subfolder": file.rpartition("/")[0], "type": "output"}
        for file in files
    ]
    house.prompts.started(accepted.prompt.id, 10.0, "comfy-ui")
    house.prompts.finished(accepted.prompt.id, "done", outputs={"9": {"images": images}}, at=12.5)
    await house.prompts.flush()


async def test_one_file_tells_how_it_was_made(house: House) -> None:
    """Size in pixels, the texts in the file, the workflow, and the prompt on record with its times."""
    house.output(ALICE, "sub/a.png", comfy_png())
    accepted = await house.prompt(house.person(ALICE), "a harbour")
    await finish(house, accepted, "sub/a.png")
    alice = await house.visitor(ALICE)
    found = await alice.json("GET", address("one", "sub/a.png"))
    assert (found["width"], found["height"], found["frames"], found["problem"]) == (120, 80, 1, None)
    assert found["metadata"] == {"parameters": "<img src=x onerror=alert(1)>"}
    assert found["graph"] == {"1": {"class_type": "KSampler", "inputs": {"seed": 5, "cfg": None}}}
    assert found["workflow"] == {"nodes": []}
    assert found["prompt"]["id"] == accepted.prompt.id
    assert (found["prompt"]["state"], found["prompt"]["started_at"], found["prompt"]["ended_at"]) == (
        "done",
        10.0,
        12.5,
    )


async def test_a_file_that_tells_nothing_is_known_from_the_record(house: House) -> None:
    """A film carries no workflow: the prompt that made it does. Another's prompt of the same path is not shown."""
    workflow = {"nodes": [{"id": 1}]}
    accepted = await house.prompt(house.person(ALICE), "waves", extra_pnginfo={"workflow": workflow})
    await finish(house, accepted, "clip.mp4")
    house.output(ALICE, "clip.mp4", b"film")
    house.output(BOB, "clip.mp4", b"film")
    found = await (await house.visitor(ALICE)).json("GET", address("one", "clip.mp4"))
    assert found["graph"]["1"]["inputs"] == {"text": "waves"}
    assert found["workflow"] == workflow
    assert (found["frames"], found["width"]) == (None, None)
    other = await (await house.visitor(BOB)).json("GET", address("one", "clip.mp4"))
    assert (other["prompt"], other["graph"], other["workflow"]) == (None, None, None)


async def test_a_broken_or_hostile_picture_still_has_a_page(house: House) -> None:
    """What cannot be read says so; a workflow that nests without end is none."""
    info = PngInfo()
    info.add_text("prompt", '{"a":' * 5000 + "1" + "}" * 5000)
    house.output(ALICE, "deep.png", encoded(corners(), pnginfo=info))
    house.output(ALICE, "broken.png", b"not a picture")
    alice = await house.visitor(ALICE)
    assert (await alice.json("GET", address("one", "deep.png")))["graph"] is None
    assert "not a picture" in (await alice.json("GET", address("one", "broken.png")))["problem"]
    assert await alice.status("GET", address("thumbnail", "broken.png")) == 422


async def test_thumbnails_come_in_three_sizes_and_are_kept(house: House) -> None:
    """WebP within the size, immutable with the right version, 304 for one that is there; 404 where there is none."""
    house.output(ALICE, "a.png", encoded(corners(2000, 1000)))
    for name in ("clip.mp4", "drawing.svg", "notes.txt"):
        house.output(ALICE, name, b"x")
    alice = await house.visitor(ALICE)
    version = (await alice.json("GET", OUTPUTS + "?kind=image&text=a.png"))["outputs"][0]["version"]
    for size in (256, 512, 1024):
        async with alice.ask("GET", address("thumbnail", "a.png", size=str(size), v=version)) as answer:
            with Image.open(io.BytesIO(await answer.read())) as image:
                assert (image.format, image.size) == ("WEBP", (size, size // 2))
            assert answer.content_type == "image/webp"
            assert "immutable" in answer.headers["Cache-Control"]
            tag = answer.headers["ETag"]
        assert (
            await alice.status("GET", address("thumbnail", "a.png", size=str(size)), headers={"If-None-Match": tag})
            == 304
        )
    for name in ("clip.mp4", "drawing.svg", "notes.txt", "none.png"):
        assert await alice.status("GET", address("thumbnail", name)) == 404
    assert await alice.status("GET", address("thumbnail", "a.png", size="300")) == 422


HOSTILE = [
    "..",
    "../Bob O'Hara/bob.png",
    "../../../canary",
    "/etc/passwd",
    "a\0.png",
    "%2e%2e/canary",
    "..%2fcanary",
    "..\\canary",
    "link.png",
]


@pytest.mark.parametrize("path", [*HOSTILE, "x" * 300, "folder/bob.png", "pipe.png", ""])
async def test_no_path_leads_to_what_is_not_ones_own(house: House, path: str) -> None:
    """However it is spelled, in a file, a thumbnail, a look, an archive or the trash: 4xx, and nothing moves."""
    house.output(ALICE, "a.png")
    bobs = house.output(BOB, "bob.png")
    folder = house.workspace.outputs(house.person(ALICE).folder)
    (folder / "link.png").symlink_to(bobs)
    (folder / "folder").symlink_to(bobs.parent)
    os.mkfifo(folder / "pipe.png")
    alice = await house.visitor(ALICE)
    for what in ("file", "thumbnail", "one"):
        for spelled in (path, quote(path)):
            assert await alice.status("GET", address(what, spelled)) in {404, 422}
    assert await alice.status("POST", OUTPUTS + "/zip", {"paths": [path]}) == 422
    assert await alice.json("POST", OUTPUTS + "/trash", {"paths": [path]}) == {"moved": []}
    assert await alice.json("POST", OUTPUTS + "/restore", {"ids": [path]}) == {"paths": []}
    assert await alice.json("POST", OUTPUTS + "/purge", {"ids": [path]}) == {"files": 0}
    assert bobs.exists()
    assert (folder / "link.png").is_symlink()


async def fetched(visitor: Visitor, asked: Any, query: str = "") -> zipfile.ZipFile:
    """An archive, asked for and fetched."""
    made = await visitor.json("POST", f"{OUTPUTS}/zip{query}", asked)
    async with visitor.ask("GET", f"{OUTPUTS}/zip?id={made['id']}") as answer:
        assert answer.status == 200
        assert answer.content_type == "application/zip"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        found = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert len(found.namelist()) == made["files"]
    assert sum(info.file_size for info in found.infolist()) == made["bytes"]
    return found


async def test_archives_hold_what_was_chosen(house: House) -> None:
    """Some by name, all, or all that a filter lets through; another's word is no word; nothing chosen is said."""
    for name in ("a.png", "sub/b.png", "c.mp4"):
        house.output(ALICE, name, name.encode())
    house.output(BOB, "bob.png")
    alice, bob = await house.visitor(ALICE), await house.visitor(BOB)
    with await fetched(alice, {"paths": ["a.png", "sub/b.png", "gone.png"]}) as found:
        assert {name: found.read(name) for name in found.namelist()} == {"a.png": b"a.png", "sub/b.png": b"sub/b.png"}
    with await fetched(alice, {}) as found:
        assert sorted(found.namelist()) == ["a.png", "c.mp4", "sub/b.png"]
    with await fetched(alice, {}, "?kind=video") as found:
        assert found.namelist() == ["c.mp4"]
    word = (await alice.json("POST", OUTPUTS + "/zip", {}))["id"]
    assert await bob.status("GET", f"{OUTPUTS}/zip?id={word}") == 404
    assert await alice.status("HEAD", f"{OUTPUTS}/zip?id={word}") == 200
    assert await alice.status("POST", OUTPUTS + "/zip", {"paths": ["bob.png"]}) == 422


async def test_files_go_to_the_trash_and_come_back(house: House) -> None:
    """The list, the trash and the disk agree at each step; a name that was taken meanwhile is not taken back."""
    house.output(ALICE, "sub/a.png")
    house.output(ALICE, "b.png")
    alice, bob = await house.visitor(ALICE), await house.visitor(BOB)
    moved = (await alice.json("POST", OUTPUTS + "/trash", {"paths": ["sub/a.png", "gone.png"]}))["moved"]
    assert [each["path"] for each in moved] == ["sub/a.png"]
    assert await names(alice) == ["b.png"]
    listed = await alice.json("GET", OUTPUTS + "/trash")
    (thrown,) = listed["trash"]
    assert (thrown["id"], thrown["path"], thrown["width"]) == (moved[0]["id"], "sub/a.png", 120)
    assert (listed["total"], listed["days"]) == (1, house.settings.trash_days)
    for what in ("file", "thumbnail"):
        assert await alice.status("GET", address(what, thrown["id"], place="trash")) == 200
        assert await bob.status("GET", address(what, thrown["id"], place="trash")) == 404
    assert await bob.json("POST", OUTPUTS + "/restore", {"ids": [thrown["id"]]}) == {"paths": []}
    assert await bob.json("POST", OUTPUTS + "/purge", {"ids": [thrown["id"]]}) == {"files": 0}
    house.output(ALICE, "sub/a.png", b"new")
    assert await alice.json("POST", OUTPUTS + "/restore", {"ids": [thrown["id"]]}) == {"paths": ["sub/a (2).png"]}
    assert (await alice.json("GET", OUTPUTS + "/trash"))["trash"] == []
    assert sorted(await names(alice)) == ["b.png", "sub/a (2).png", "sub/a.png"]


async def test_the_trash_is_emptied_in_part_or_whole(house: House) -> None:
    """Named files, then all that is left; outputs are not touched."""
    for number in range(4):
        house.output(ALICE, f"{number}.png", b"x")
    alice = await house.visitor(ALICE)
    moved = (await alice.json("POST", OUTPUTS + "/trash", {"paths": ["0.png", "1.png", "2.png"]}))["moved"]
    assert await alice.json("POST", OUTPUTS + "/purge", {"ids": [moved[0]["id"]]}) == {"files": 1}
    assert await alice.json("POST", OUTPUTS + "/purge", {"ids": None}) == {"files": 2}
    assert (await alice.json("GET", OUTPUTS + "/trash"))["total"] == 0
    assert await names(alice) == ["3.png"]
    assert await alice.status("POST", OUTPUTS + "/purge", {}) == 422


async def test_pages_hear_when_files_go_and_come_back(house: House) -> None:
    """The owner's socket gets `outputs.changed`; nobody else's does."""
    house.output(ALICE, "a.png")
    alice, admin = await house.visitor(ALICE), await house.visitor(ADMIN)
    async with alice.socket() as hers, admin.socket() as other:
        assert (await hers.receive_json())["type"] == "hello"
        assert (await other.receive_json())["type"] == "hello"
        (moved,) = (await alice.json("POST", OUTPUTS + "/trash", {"paths": ["a.png"]}))["moved"]
        assert (await hers.receive_json())["type"] == "outputs.changed"
        await alice.json("POST", OUTPUTS + "/restore", {"ids": [moved["id"]]})
        assert (await hers.receive_json())["type"] == "outputs.changed"
        house.gallery.changed(house.person(ALICE))
        assert (await hers.receive_json())["type"] == "outputs.changed"
        house.room._publish("presence")
        # What reaches the other page last has overtaken nothing: the owner's news did not come there.
        while (heard := await other.receive_json())["type"] != "people.changed":
            assert heard["type"] != "outputs.changed"


async def test_the_command_line_names_whose_files_are_meant(house: House) -> None:
    """Over the control socket `as` is needed and works; a session's `as` is for oneself only."""
    house.output(ALICE, "a.png")
    local = house.local()
    assert await names(local, "?as=Alice") == ["a.png"]
    assert await local.status("GET", OUTPUTS) == 422
    assert await local.status("GET", OUTPUTS + "?as=Nobody") == 404
    assert await names(await house.visitor(ALICE), "?as=Alice") == ["a.png"]
    assert await (await house.visitor(ADMIN)).status("GET", OUTPUTS + "?as=Alice") == 404


async def test_a_long_download_ends_with_the_session(house: House) -> None:
    """Signed out while a large file or an archive is on its way: the connection breaks off within a second."""
    house.output(ALICE, "large.mp4").write_bytes(b"")
    os.truncate(house.workspace.outputs(house.person(ALICE).folder) / "large.mp4", 4 * 1024**3)
    keeping = await house.visitor(ALICE)
    word = (await keeping.json("POST", OUTPUTS + "/zip", {}))["id"]
    for path in (address("file", "large.mp4"), f"{OUTPUTS}/zip?id={word}"):
        visitor = await house.visitor(ALICE)
        async with visitor.ask("GET", path) as answer:
            await answer.content.readexactly(1000)
            await visitor.json("DELETE", "/api/v1/session")

            async def over(answer: Any = answer) -> bool:
                try:
                    return not await answer.content.read(1024 * 1024)
                except Exception:  # noqa: BLE001 whatever a broken connection raises
                    return True

            await until(over, 3)
