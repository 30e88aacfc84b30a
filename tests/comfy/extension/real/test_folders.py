"""Every owner has folders of their own, and no way out of them."""

import asyncio
import io
import json

import aiohttp
import pytest
from PIL import Image

from tests.comfy.extension.real.comfy import Portal, artists, picture

pytestmark = pytest.mark.real_comfyui
NAMES = ["Věra Nováková", "山田 太郎", "محمد علي", "Δημήτρης", "Ольга", "एमी", "😀 & <b>", ".hidden", "a" * 190]


def png(color: str = "red") -> bytes:
    """A small picture."""
    found = io.BytesIO()
    Image.new("RGBA", (8, 8), color).save(found, "PNG")
    return found.getvalue()


def load(name: str, prefix: str = "loaded") -> dict:
    """A graph that loads a picture and saves it."""
    return {
        "1": {"class_type": "LoadImage", "inputs": {"image": name}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": prefix}},
    }


def form(name: str, **fields: str) -> aiohttp.FormData:
    """An upload as the page sends it."""
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("image", png(), filename=name, content_type="image/png")
    for field, value in fields.items():
        data.add_field(field, value)
    return data


def spelled(text: str) -> dict:
    """A node that makes `text` only when it runs, so that no input of the graph shows it."""
    return {"class_type": "StudioTestsSpell", "inputs": {"codes": " ".join(str(ord(each)) for each in text)}}


@pytest.mark.parametrize("name", NAMES)
async def test_owners_of_every_script_have_their_own_outputs(studio: Portal, name):
    """Names with blanks, signs and in any script: the picture is in that folder and nowhere else."""
    vera, other = artists(name, name)
    result = await studio.run(vera, picture())
    assert result["status"]["status_str"] == "success"
    assert result["owner"] == vera.id
    assert studio.saved("output", vera) == ["x_00001_.png"]
    assert studio.saved("output", other) == []


async def test_folders_are_closed_to_other_accounts(studio: Portal):
    """Output is for the group as well; input, user and temp are for ComfyUI's account alone."""
    [vera] = artists("Vera")
    graph = picture()
    graph["3"] = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    assert (await studio.run(vera, graph))["status"]["status_str"] == "success"
    await studio.ask("POST", "/upload/image", vera, data=form("a.png"))
    await studio.ask("POST", "/userdata/x.json", vera, data=b"{}")
    modes = {
        kind: (studio.real.folder / kind / vera.folder).stat().st_mode & 0o777 for kind in ("input", "user", "temp")
    }
    assert modes == {"input": 0o700, "user": 0o700, "temp": 0o700}
    assert (studio.real.folder / "output" / vera.folder).stat().st_mode & 0o777 == 0o770
    assert studio.saved("temp", vera)


async def test_pictures_of_others_are_not_to_be_had(studio: Portal):
    """/view knows only what is mine, whatever the name, the subfolder or the annotation."""
    vera, other = artists("Vera", "Other")
    await studio.run(vera, picture(prefix="secret"))
    assert (await studio.ask("GET", "/view?filename=secret_00001_.png", vera))[0] == 200
    for query in (
        {"filename": "secret_00001_.png"},
        {"filename": "secret_00001_.png [output]"},
        {"filename": f"../{vera.folder}/secret_00001_.png"},
        {"filename": "secret_00001_.png", "subfolder": f"../{vera.folder}"},
        {"filename": "secret_00001_.png", "subfolder": str(studio.real.folder / "output" / vera.folder)},
        {"filename": str(studio.real.folder / "output" / vera.folder / "secret_00001_.png")},
        {"filename": "a\0b"},
        {"filename": "blake3:" + "0" * 64},
    ):
        for prefix in ("", "/api"):
            status, body = await studio.ask("GET", f"{prefix}/view", other, params={"type": "output", **query})
            assert status in {400, 403, 404}, (query, status)
            assert b"PNG" not in (body if isinstance(body, bytes) else b"")


async def test_links_in_ones_own_folder_lead_nowhere(studio: Portal):
    """A link that somebody put into their folder opens no other: not to see, load, save, upload or keep settings."""
    vera, other = artists("Vera", "Other")
    secret = studio.folder("input", vera)
    (secret / "secret.png").write_bytes(png())
    (studio.folder("user", vera) / "default").mkdir()
    (studio.folder("user", vera) / "default" / "notes.json").write_text('"mine"')
    for kind in ("input", "output"):
        (studio.folder(kind, other) / "out").symlink_to(secret)
        (studio.folder(kind, other) / "secret.png").symlink_to(secret / "secret.png")
    (studio.folder("user", other) / "default").mkdir()
    (studio.folder("user", other) / "default" / "out").symlink_to(studio.folder("user", vera) / "default")

    for kind in ("input", "output"):
        for query in ({"filename": "secret.png"}, {"filename": "secret.png", "subfolder": "out"}):
            assert (await studio.ask("GET", "/view", other, params={"type": kind, **query}))[0] == 403
    for name in ("secret.png", "out/secret.png", "secret.png [output]"):
        answer = await studio.validate(other, load(name))
        assert answer["valid"] is False, name
    assert (await studio.validate(other, picture(prefix="out/x")))["valid"] is False
    for fields in ({"subfolder": "out"}, {"subfolder": "out", "type": "output"}, {"overwrite": "true"}):
        status, _ = await studio.ask("POST", "/upload/image", other, data=form("secret.png", **fields))
        assert status == 403, fields
    for method in ("GET", "POST", "DELETE"):
        status, _ = await studio.ask(method, "/userdata/out%2Fnotes.json", other)
        assert status in {400, 403, 404}, method
    assert sorted(path.name for path in secret.iterdir()) == ["secret.png"]
    assert (secret / "secret.png").read_bytes() == png()
    assert (studio.folder("user", vera) / "default" / "notes.json").read_text() == '"mine"'


async def test_loading_an_image_of_another_is_refused(studio: Portal):
    """'../' and absolute names are refused before queueing; my own file of that name loads."""
    vera, other = artists("Vera", "Other")
    (studio.folder("input", vera) / "secret.png").write_bytes(png())
    for name in (f"../{vera.folder}/secret.png", str(studio.real.folder / "input" / vera.folder / "secret.png")):
        answer = await studio.validate(other, load(name))
        assert answer["node_errors"]["1"]["errors"][0]["extra_info"] == {"input_name": "image"}
        assert answer["error"]["type"] == "path_outside_your_folders"
    assert (await studio.run(vera, load("secret.png")))["status"]["status_str"] == "success"


async def test_lists_of_files_are_ones_own(studio: Portal):
    """The choices of nodes that load pictures, videos and sounds name only files of mine, old nodes and new."""
    vera, other = artists("Vera", "Other")
    for name in ("mine.png", "mine.mp4", "mine.wav"):
        (studio.folder("input", vera) / name).write_bytes(b"x")
    for kind, name in (("LoadImage", "mine.png"), ("LoadVideo", "mine.mp4"), ("LoadAudio", "mine.wav")):
        for artist, expected in ((vera, True), (other, False), (vera, True)):
            _, found = await studio.ask("GET", f"/object_info/{kind}", artist)
            assert (name in json.dumps(found)) is expected, (kind, artist)
    _, found = await studio.ask("GET", "/internal/files/input", other)
    assert found == []


async def test_a_prefix_that_comes_over_a_link_stays_inside(studio: Portal):
    """A text made by a node is checked when the node that saves gets it."""
    vera, other = artists("Vera", "Other")
    await studio.run(vera, picture())
    (studio.folder("output", other) / "out").symlink_to(studio.folder("output", vera))
    others = str(studio.folder("output", vera))
    for prefix in (f"../{vera.folder}/evil", f"{others}/evil", "out/evil", "a/../../evil", "..\\evil", "a\0b"):
        result = await studio.run(other, {**picture(prefix=["3", 0]), "3": spelled(prefix)})
        assert result["status"]["status_str"] == "error", prefix
    assert studio.saved("output", vera) == ["x_00001_.png"]


async def test_nodes_that_join_names_unchecked_stay_inside(studio: Portal):
    """A node that joins a folder's name to the output folder itself cannot be talked into another's."""
    vera, other = artists("Vera", "Other")
    (studio.folder("output", other) / "out").symlink_to(studio.folder("output", vera))
    graph = {"1": {"class_type": "StudioTestsDataset", "inputs": {"folder_name": "mine", "remarks": "and/or"}}}
    assert (await studio.run(other, graph))["status"]["status_str"] == "success"
    for name in (f"../{vera.folder}", str(studio.folder("output", vera)), "a\\..\\..\\b", "%2e%2e/b", "a\0b"):
        graph["1"]["inputs"]["folder_name"] = name
        answer = await studio.validate(other, graph)
        assert answer["node_errors"]["1"]["errors"][0]["extra_info"]["input_name"] == "folder_name"
        status, answer, _ = await studio.post(other, graph)
        assert status == 400
    for name in (f"../{vera.folder}", str(studio.folder("output", vera)), "out"):
        linked = {"1": spelled(name), "2": graph["1"]}
        linked["2"]["inputs"]["folder_name"] = ["1", 0]
        result = await studio.run(other, linked)
        assert result["status"]["status_str"] == "error"
        assert "leads outside your folders" in json.dumps(result["status"]["messages"])
    assert studio.saved("output", vera) == []
    assert studio.saved("output", other) == ["mine/data.txt"]


async def test_uploads_and_masks_go_to_ones_own_folders(studio: Portal):
    """An upload lands in my input folder; names, subfolders and types that lead out are refused."""
    vera, other = artists("Vera", "Other")
    status, answer = await studio.ask("POST", "/upload/image", vera, data=form("a.png", subfolder="sub"))
    assert (status, answer["name"], answer["subfolder"]) == (200, "a.png", "sub")
    assert studio.saved("input", vera) == ["sub/a.png"]
    assert studio.saved("input", other) == []
    refused = [
        ("a.png", {"subfolder": f"../{vera.folder}"}), ("a.png", {"subfolder": "/etc"}), ("a.png", {"type": "x"}),
        (f"../{vera.folder}/a.png", {}), ("a.png", {"type": "output", "subfolder": "a/../.."}),
        ("a.png", {"subfolder": "a\0b"}),
    ]  # fmt: skip
    for name, fields in refused:
        status, _ = await studio.ask("POST", "/upload/image", other, data=form(name, **fields))
        assert status in {400, 403}, (name, fields)
    for ref in (
        {"filename": "a.png", "subfolder": f"../{vera.folder}/sub", "type": "input"},
        {"filename": "a.png", "subfolder": f"../{vera.folder}", "type": "output"},
        {"filename": 1}, [], "x",
    ):  # fmt: skip
        status, _ = await studio.ask("POST", "/upload/mask", other, data=form("m.png", original_ref=json.dumps(ref)))
        assert status in {400, 403}, ref
    mine = {"filename": "a.png", "subfolder": "sub", "type": "input"}
    status, _ = await studio.ask("POST", "/upload/mask", vera, data=form("m.png", original_ref=json.dumps(mine)))
    assert status == 200
    assert studio.saved("input", vera) == ["m.png", "sub/a.png"]
    assert studio.saved("input", other) == []


async def test_settings_and_workflows_are_ones_own(studio: Portal):
    """Each owner is the one user of a folder of their own, whatever header a client sends."""
    vera, other = artists("Vera", "Other")
    assert (await studio.ask("POST", "/settings/Comfy.Theme", vera, json="dark"))[0] == 200
    assert (await studio.ask("POST", "/userdata/workflows%2Fone.json", vera, data=b"{}"))[0] == 200
    assert await studio.ask("GET", "/settings/Comfy.Theme", vera) == (200, "dark")
    assert await studio.ask("GET", "/settings/Comfy.Theme", other) == (200, None)
    assert (await studio.ask("GET", "/userdata/workflows%2Fone.json", other))[0] == 404
    for file in (
        f"..%2F..%2F{vera.folder}%2Fdefault%2Fcomfy.settings.json",
        "%2Fetc%2Fpasswd",
        "..%2F..%2Fcomfyui.db",
    ):
        assert (await studio.ask("GET", f"/userdata/{file}", other))[0] in {400, 403, 404}, file
    _, listed = await studio.ask("GET", "/userdata?dir=workflows", vera)
    assert listed == ["one.json"]
    assert studio.saved("user", vera) == ["default/comfy.settings.json", "default/workflows/one.json"]
    assert not (studio.real.folder / "user" / "default").exists()


async def test_plain_threads_and_pools_of_nodes_write_for_their_owner(studio: Portal):
    """A node that writes from its own threads writes into the folder of whose prompt it is."""
    vera, other = artists("Vera", "Other")
    for artist in (vera, other, vera):
        graph = {
            "1": {"class_type": "StudioTestsLoader", "inputs": {"name": f"threads {artist.id}"}},
            "2": {"class_type": "StudioTestsWrite", "inputs": {"model": ["1", 0], "name": "w"}},
        }
        assert (await studio.run(artist, graph))["status"]["status_str"] == "success"
        files = ["w-node.txt", "w-pool.txt", "w-thread.txt"]
        assert studio.saved("output", artist) == files
        texts = {(studio.folder("output", artist) / name).read_text() for name in files}
        assert texts == {f"model threads {artist.id}"}


async def test_a_request_in_a_pool_is_not_taken_for_the_running_prompt(studio: Portal):
    """What a pack's route does in the loop's executor belongs to who asked, while another's prompt runs."""
    vera, other = artists("Vera", "Other")
    _, _, prompt_id = await studio.post(vera, slow(30))
    await studio.until(lambda each: each.get("prompt_id") == prompt_id)
    _, found = await studio.ask("GET", "/studio_tests/where", other)
    folder = str(studio.real.folder / "output" / other.folder)
    assert found == {"here": folder, "executor": folder}
    _, found = await studio.ask("GET", "/studio_tests/where")
    assert found == dict.fromkeys(("here", "executor"), str(studio.real.folder / "output"))
    await studio.result(prompt_id)


async def test_a_folder_renamed_while_a_prompt_runs_is_followed(studio: Portal):
    """Nodes that remember where they saved find the owner's new folder, in the running prompt and the next."""
    [vera] = artists("Vera")
    await studio.run(vera, picture(color=1))
    graph = slow(30)
    graph["9"] = {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "x"}}
    _, _, prompt_id = await studio.post(vera, graph)
    await studio.until(lambda each: each.get("prompt_id") == prompt_id)
    renamed = type(vera)(vera.id, f"Věra {vera.id}")
    (studio.real.folder / "output" / vera.folder).rename(studio.real.folder / "output" / renamed.folder)
    status, _ = await studio.ask("POST", "/comfystudio/owners", json={str(renamed.id): renamed.folder})
    assert status == 200
    await studio.result(prompt_id)
    assert studio.saved("output", renamed) == ["x_00001_.png", "x_00002_.png"]
    await studio.run(renamed, picture(color=3))
    assert studio.saved("output", renamed) == ["x_00001_.png", "x_00002_.png", "x_00003_.png"]
    assert not (studio.real.folder / "output" / vera.folder).exists()


async def test_a_link_in_place_of_an_owners_folder_is_not_followed(studio: Portal):
    """An owner whose whole folder was replaced by a link gets nothing of where it leads."""
    vera, other = artists("Vera", "Other")
    await studio.run(vera, picture())
    (studio.real.folder / "output" / other.folder).symlink_to(studio.folder("output", vera))
    result_status, _ = await studio.ask("GET", "/view?filename=x_00001_.png", other)
    assert result_status in {403, 404, 500}
    status, answer, prompt_id = await studio.post(other, picture())
    if status == 200:
        assert (await studio.result(prompt_id))["status"]["status_str"] == "error", answer
    assert studio.saved("output", vera) == ["x_00001_.png"]


async def test_the_studio_itself_sees_the_whole_folders(studio: Portal):
    """Without an owner everything is as in ComfyUI: an admin sees the folders above all owners."""
    [vera] = artists("Vera")
    await studio.run(vera, picture(prefix="seen"))
    query = {"filename": "seen_00001_.png", "subfolder": vera.folder, "type": "output"}
    assert (await studio.ask("GET", "/view", params=query))[0] == 200
    status, _, prompt_id = await studio.post(None, picture(prefix="admin"), client_id="admin")
    assert status == 200
    await studio.result(prompt_id)
    assert (studio.real.folder / "output" / "admin_00001_.png").is_file()


def slow(steps: int) -> dict:
    """A graph that runs for `steps` times 20 ms."""
    return {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 16, "height": 16, "batch_size": 1, "color": steps}},
        "2": {"class_type": "StudioTestsSlow", "inputs": {"image": ["1", 0], "steps": steps, "tag": "x"}},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
    }


async def test_many_at_once_stay_apart(studio: Portal):
    """Fifteen owners post at the same time; each finds their own pictures and no others."""
    people = artists(*[f"Artist {letter}" for letter in "abcdefghijklmno"])

    async def work(artist) -> None:
        for color in range(4):
            assert (await studio.post(artist, picture(color=color, prefix=f"p{artist.id}")))[0] == 200

    await asyncio.gather(*(work(artist) for artist in people))
    wanted = 60
    await studio.until(lambda _each: sum("result" in each for each in studio.heard) == wanted)
    for artist in people:
        assert studio.saved("output", artist) == [f"p{artist.id}_0000{number}_.png" for number in (1, 2, 3, 4)]
        told = [each.get("result", each) for each in studio.heard if f"p{artist.id}_" in json.dumps(each)]
        assert {each["owner"] for each in told} == {artist.id}
