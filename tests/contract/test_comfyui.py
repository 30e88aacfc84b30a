"""Answers of ComfyUI that the product reads or relays."""

import uuid
from typing import Any

import aiohttp
import pytest

from tests.contract.client import Client, workflow
from tests.contract.double.png import Picture, decode, encode, text_of

RED = 0xFF0000


async def test_system_stats(client: Client) -> None:
    """/system_stats says version, memory in bytes and the flags it was started with."""
    stats = await client.get("/system_stats")
    later = {"comfy_package_versions", "deploy_environment"} if client.running.newer else set()
    assert stats["system"].keys() == later | {
        "os", "ram_total", "ram_free", "comfyui_version", "required_frontend_version", "installed_templates_version",
        "required_templates_version", "python_version", "pytorch_version", "embedded_python", "argv",
    }  # fmt: skip
    assert stats["system"]["argv"] == list(client.running.argv)
    assert stats["system"]["ram_total"] > 2**28
    assert [device["type"] for device in stats["devices"]] == ["cpu"]


async def test_object_info(client: Client) -> None:
    """/object_info describes each node class: inputs with limits, outputs, and whether it ends a workflow."""
    nodes = await client.get("/object_info")
    assert {"EmptyImage", "LoadImage", "SaveImage"} <= nodes.keys()
    width = nodes["EmptyImage"]["input"]["required"]["width"]
    assert width == ["INT", {"default": 512, "min": 1, "max": 16384, "step": 1}]
    assert nodes["SaveImage"]["output_node"] is True
    assert nodes["EmptyImage"]["output"] == ["IMAGE"]
    later = {"is_input_list", "has_intermediate_output", "search_aliases"} if client.running.newer else set()
    assert nodes["SaveImage"].keys() - {"essentials_category"} == later | {
        "input", "input_order", "output", "output_is_list", "output_name", "name", "display_name", "description",
        "python_module", "category", "output_node",
    }  # fmt: skip


async def test_object_info_of_one_node(client: Client) -> None:
    """/object_info/X holds just that class; one that does not exist leaves an empty answer, not a 404."""
    alone = await client.get("/object_info/SaveImage")
    assert alone.keys() == {"SaveImage"}
    assert alone["SaveImage"]["input_order"]["required"] == ["images", "filename_prefix"]
    assert await client.get("/object_info/NoSuchNode") == {}


async def test_an_uploaded_picture_is_listed_by_its_loader(client: Client) -> None:
    """LoadImage's list of files is made anew for each /object_info: it must not be cached."""
    name = f"{uuid.uuid4().hex}.png"
    await _upload(client, name, encode(Picture(1, 1, b"\1\2\3"), {}))
    described = await client.get("/object_info/LoadImage")
    assert name in described["LoadImage"]["input"]["required"]["image"][0]


@pytest.mark.parametrize(
    "path", ["/system_stats", "/object_info/EmptyImage", "/prompt", "/queue", "/history", "/features"]
)
async def test_every_route_answers_under_api_too(client: Client, path: str) -> None:
    """A route and the same one under /api give answers of one shape: policies must see both names."""
    plain, prefixed = await client.get(path), await client.get("/api" + path)
    assert plain.keys() == prefixed.keys()


async def test_idle_shapes(client: Client) -> None:
    """Nothing runs: no prompts left, two empty lists, and an unknown id leaves an empty history."""
    assert await client.get("/prompt") == {"exec_info": {"queue_remaining": 0}}
    assert await client.get("/queue") == {"queue_running": [], "queue_pending": []}
    assert await client.get(f"/history/{uuid.uuid4()}") == {}


async def test_features(client: Client) -> None:
    """/features says what the server can do, among it the largest upload in bytes."""
    features = await client.get("/features")
    assert features["supports_preview_metadata"] is True
    assert features["max_upload_size"] == 100 * 1024 * 1024


async def test_a_prompt_makes_a_picture(client: Client) -> None:
    """A queued workflow becomes a 64x64 red PNG in the output folder, with the workflow inside it."""
    prompt = workflow(color=RED, prefix=f"made-{uuid.uuid4().hex}")
    answer = await client.post("/prompt", {"prompt": prompt, "client_id": client.id})
    assert answer.keys() == {"prompt_id", "number", "node_errors"}
    assert str(uuid.UUID(answer["prompt_id"])) == answer["prompt_id"]
    assert answer["node_errors"] == {}
    entry = await client.done(answer["prompt_id"])
    [image] = entry["outputs"]["2"]["images"]
    name = f"{prompt['2']['inputs']['filename_prefix']}_00001_.png"
    assert image == {"filename": name, "subfolder": "", "type": "output"}
    data = (client.running.output / image["filename"]).read_bytes()
    assert text_of(data).keys() == {"prompt"}
    assert decode(data) == Picture(64, 64, b"\xff\0\0" * 64 * 64)


async def test_view_gives_the_file_as_it_is(client: Client) -> None:
    """/view answers the very bytes of the file as image/png, named, with an ETag and without a cache header."""
    entry = await client.done(await client.submit(workflow()))
    [image] = entry["outputs"]["2"]["images"]
    async with client.request("GET", "/view", params=image) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Content-Disposition"] == f'filename="{image["filename"]}"'
        assert answer.headers["ETag"]
        assert "Cache-Control" not in answer.headers
        data = await answer.read()
    assert data == (client.running.output / image["filename"]).read_bytes()


async def test_a_prefix_with_a_folder_is_a_subfolder(client: Client) -> None:
    """A slash in the prefix makes a folder in the output folder, and the answer names it."""
    entry = await client.done(await client.submit(workflow(prefix="deep/er/x")))
    [image] = entry["outputs"]["2"]["images"]
    assert (image["subfolder"], image["type"]) == ("deep/er", "output")
    assert (client.running.output / "deep" / "er" / image["filename"]).is_file()
    async with client.request("GET", "/view", params=image) as answer:
        assert answer.status == 200


async def test_pictures_of_one_prefix_are_numbered(client: Client) -> None:
    """The next picture of the same prefix gets the next number; nothing is overwritten."""
    prefix = f"row{uuid.uuid4().hex}"
    names = []
    for _ in range(2):
        entry = await client.done(await client.submit(workflow(prefix=prefix)))
        names += [image["filename"] for image in entry["outputs"]["2"]["images"]]
    assert names == [f"{prefix}_00001_.png", f"{prefix}_00002_.png"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"filename": "nope.png"}, 404),
        ({}, 404),
        ({"filename": ""}, 400),
        ({"filename": "../x.png"}, 400),
        ({"filename": "/etc/passwd"}, 400),
        ({"filename": "x.png", "type": "elsewhere"}, 400),
        ({"filename": "passwd", "subfolder": "../../etc"}, 403),
        ({"filename": "passwd", "subfolder": "/etc"}, 403),
    ],
)
async def test_view_refuses(client: Client, query: dict[str, str], status: int) -> None:
    """What /view answers for a file that is not there, and for one that it does not give."""
    async with client.request("GET", "/view", params=query) as answer:
        assert answer.status == status


async def _upload(client: Client, name: str, data: bytes, **fields: str) -> Any:
    form = aiohttp.FormData()
    form.add_field("image", data, filename=name, content_type="image/png")
    for key, value in fields.items():
        form.add_field(key, value)
    async with client.request("POST", "/upload/image", data=form) as answer:
        return answer.status, await answer.json() if answer.status == 200 else await answer.read()


async def test_an_upload_lands_in_the_input_folder(client: Client) -> None:
    """An uploaded picture is kept as it is and can be viewed as an input."""
    data, name = encode(Picture(2, 2, bytes(range(12))), {}), f"{uuid.uuid4().hex}.png"
    assert await _upload(client, name, data) == (200, {"name": name, "subfolder": "", "type": "input"})
    async with client.request("GET", "/view", params={"filename": name, "type": "input"}) as answer:
        assert decode(await answer.read()) == Picture(2, 2, bytes(range(12)))


async def test_an_upload_overwrites_only_when_asked(client: Client) -> None:
    """The same bytes keep their name, other bytes get a number, and `overwrite` replaces."""
    stem = uuid.uuid4().hex
    named = {"subfolder": "", "type": "input"}
    assert (await _upload(client, f"{stem}.png", b"one"))[1] == {"name": f"{stem}.png", **named}
    assert (await _upload(client, f"{stem}.png", b"one"))[1] == {"name": f"{stem}.png", **named}
    assert (await _upload(client, f"{stem}.png", b"two"))[1] == {"name": f"{stem} (1).png", **named}
    assert (await _upload(client, f"{stem}.png", b"six", overwrite="true"))[1] == {"name": f"{stem}.png", **named}
    assert (client.running.folder / "input" / f"{stem}.png").read_bytes() == b"six"


async def test_an_upload_stays_in_its_folder(client: Client) -> None:
    """A subfolder that leads out of the input folder is 400 and writes nothing."""
    assert (await _upload(client, "out.png", b"x", subfolder="../.."))[0] == 400
    assert not list(client.running.folder.parent.rglob("out.png"))


async def test_a_plain_request_for_the_socket_is_400(client: Client) -> None:
    """GET /ws without an upgrade is a 400 in plain text."""
    async with client.request("GET", "/ws") as answer:
        assert (answer.status, answer.content_type) == (400, "text/plain")
