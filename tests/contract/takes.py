"""What is asked of a server when its answers are written down. All takes run in order on one fresh server."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.contract.client import Client
from tests.contract.double.png import Picture, encode
from tests.contract.recording import Take, shape
from tests.waiting import until

__all__ = ["TAKES"]

NODES = ("EmptyImage", "LoadImage", "ImageInvert", "SaveImage", "PreviewImage")
_RED = 0xFF0000


def _empty(color: int, *, size: int = 64) -> dict[str, Any]:
    return {"class_type": "EmptyImage", "inputs": {"width": size, "height": size, "batch_size": 1, "color": color}}


def _save(node: str, prefix: str = "take") -> dict[str, Any]:
    return {"class_type": "SaveImage", "inputs": {"images": [node, 0], "filename_prefix": prefix}}


def _saved(color: int, prefix: str = "take") -> dict[str, Any]:
    return {"1": _empty(color), "2": _save("1", prefix)}


def _slow(color: int, *, seconds: float = 20, steps: int = 400, previews: bool = False) -> dict[str, Any]:
    inputs = {"image": ["1", 0], "seconds": seconds, "steps": steps, "previews": previews, "side": 16}
    return {"1": _empty(color), "2": {"class_type": "StudioSlow", "inputs": inputs}, "3": _save("2", "slow")}


async def _idle(client: Client) -> None:
    async def empty() -> bool:
        left: int = (await client.get("/prompt"))["exec_info"]["queue_remaining"]
        return left == 0

    await until(empty, within=60)


async def quiet(take: Take) -> None:
    """A server that was just started."""
    for path in ("/features", "/prompt", "/queue", "/history", "/history/nope", "/embeddings", "/models", "/i18n",
                 "/workflow_templates", "/global_subgraphs/nope", "/internal/files/output", "/internal/files/nope",
                 "/api/jobs", "/api/api/jobs", "/jobs", "/api/assets", "/api/tags", "/api/assets/seed/status", "/ws",
                 "/nope", "/api/nope", "/", "/favicon.ico", "/models/nope", "/models/checkpoints",
                 "/view_metadata/vae",
                 "/object_info/Nope", "/experiment/models/nope", "/experiment/models/vae",
                 "/experiment/models/preview/vae/0/x.png", "/experiment/models/preview/vae/9/x.png"):  # fmt: skip
        await take.ask("GET", path)
    await take.ask("GET", "/system_stats", by=shape)
    await take.ask("GET", "/internal/folder_paths", by=_folders)
    await take.ask("GET", "/internal/logs/raw", by=shape)
    await take.ask("GET", "/experiment/models", by=lambda found: [each["name"] for each in found])
    await take.ask("GET", "/extensions", by=lambda found: [name for name in found if "studio_test" in name])
    await take.ask("GET", "/history?max_items=abc")
    await take.ask("OPTIONS", "/prompt")
    await take.ask("PUT", "/prompt")


def _folders(found: Any) -> Any:
    """Without the folder that packs came from, which is this run's."""
    return {kind: paths for kind, paths in found.items() if kind != "custom_nodes"}


async def nodes(take: Take) -> None:
    """What nodes say about themselves, without prose."""
    for name in NODES:
        await take.ask("GET", f"/object_info/{name}", by=_node)


def _node(found: Any) -> Any:
    """Without what only the page's menus need."""
    left_out = {"essentials_category", "search_aliases", "display_name", "category", "output_tooltips"}
    return {name: {k: v for k, v in node.items() if k not in left_out} for name, node in found.items()}


async def fresh(take: Take) -> None:
    """A prompt that nobody asked for before, heard by the page that asks."""
    async with take.client.listen() as socket:
        await take.hear(socket, "status")
        body = {"prompt": _saved(_RED), "client_id": take.client.id}
        answer = await take.ask("POST", "/prompt", json=body)
        await take.hear(socket)
    for path in ("/history/{id}", "/history", "/history?max_items=1", "/history?max_items=0", "/history?offset=1",
                 "/api/jobs", "/api/jobs/{id}", "/jobs/{id}", "/api/jobs?status=completed&limit=1",
                 "/api/jobs?status=failed", "/api/jobs?offset=1",
                 "/api/jobs?sort_by=execution_duration&sort_order=asc",
                 "/internal/files/output", "/queue"):  # fmt: skip
        await take.ask("GET", path.format(id=answer["prompt_id"]))


async def cached(take: Take) -> None:
    """The same prompt again, by a page that says what it can."""
    async with take.client.listen() as socket:
        await socket.send_json({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
        await take.hear(socket, "feature_flags")
        answer = await take.ask("POST", "/prompt", json={"prompt": _saved(_RED), "client_id": take.client.id})
        await take.hear(socket)
    await take.ask("GET", f"/history/{answer['prompt_id']}")


async def failing(take: Take) -> None:
    """A prompt that fails while it runs."""
    form = _form("broken.png", b"no picture", overwrite="true")
    await take.ask("POST", "/upload/image", data=form)
    prompt = {"1": {"class_type": "LoadImage", "inputs": {"image": "broken.png"}}, "2": _save("1")}
    async with take.client.listen() as socket:
        await take.hear(socket, "status")
        answer = await take.ask("POST", "/prompt", json={"prompt": prompt, "client_id": take.client.id})
        await take.hear(socket)
    await take.ask("GET", f"/history/{answer['prompt_id']}")
    await take.ask("GET", f"/api/jobs/{answer['prompt_id']}")


def _by_number(found: Any) -> Any:
    """Jobs in an order that does not hang on the millisecond in which they came."""
    return {**found, "jobs": sorted(found["jobs"], key=lambda job: job["priority"])} if "jobs" in found else found


async def interrupted(take: Take) -> None:
    """A prompt that is interrupted, while others wait, which are called off."""
    ids = [str(uuid.uuid4()) for _ in range(4)]
    async with take.client.listen() as socket:
        await take.hear(socket, "status")
        body = {"prompt": _slow(1), "client_id": take.client.id, "prompt_id": ids[0]}
        await take.ask("POST", "/prompt", json=body)
        await take.hear(socket, "progress", ("progress", "progress_state"))
        for place, more in enumerate(({}, {"front": True}, {"number": 77}), 1):
            await take.ask("POST", "/prompt", json={"prompt": _saved(place), "prompt_id": ids[place], **more})
        await take.ask("GET", "/api/jobs", by=_by_number)
        for path in ("/queue", f"/api/jobs/{ids[0]}", f"/api/jobs/{ids[1]}", "/prompt"):
            await take.ask("GET", path)
        for other in (ids[1], "nope"):
            await take.ask("POST", "/interrupt", json={"prompt_id": other})
        await take.ask("POST", "/queue", json={"delete": [ids[1], "nope"]})
        await take.ask("POST", "/api/jobs/cancel", json={"job_ids": [ids[2], str(uuid.uuid4())]})
        await take.ask("POST", "/queue", json={"clear": True})
        await take.ask("GET", "/queue")
        await take.ask("POST", "/interrupt", json={"prompt_id": ids[0]})
        await take.hear(socket, "", ("progress", "progress_state", "status"))
    for path in (f"/history/{ids[0]}", f"/history/{ids[1]}", f"/api/jobs/{ids[0]}", f"/api/jobs/{ids[1]}"):
        await take.ask("GET", path)


async def cancelled(take: Take) -> None:
    """Calling off by the newer way, well and badly asked."""
    running = str(uuid.uuid4())
    await take.ask("POST", "/prompt", json={"prompt": _slow(2), "prompt_id": running})

    async def runs() -> bool:
        return bool((await take.client.get("/queue"))["queue_running"])

    await until(runs)
    for path in ("nope", str(uuid.uuid4()), running):
        await take.ask("POST", f"/api/jobs/{path}/cancel")
    await take.client.post("/interrupt", {})  # for an older one, which knows no cancelling
    await _idle(take.client)
    await take.ask("POST", f"/api/jobs/{running}/cancel")
    for body in ({"job_ids": ["x", 3]}, {"job_ids": "x"}, {}, []):
        await take.ask("POST", "/api/jobs/cancel", json=body)
    await take.ask("POST", "/api/jobs/cancel", data=b"x")
    for query in ("status=bogus", "limit=0", "limit=x", "offset=x", "offset=-1&limit=1&status=failed", "sort_by=x",
                  "sort_order=x", "status=cancelled,%20failed&limit=1"):  # fmt: skip
        await take.ask("GET", f"/api/jobs?{query}", by=lambda found: found if "error" in found else shape(found))
    for body in ({}, {"prompt_id": "nope"}):
        await take.ask("POST", "/interrupt", json=body)
    await take.ask("POST", "/interrupt")
    await take.ask("POST", "/free", json={"free_memory": True, "unload_models": True})


async def previews(take: Take) -> None:
    """Pictures on the way, to a page that wants to know whose they are and to one that does not; words too."""
    for flags in ({"supports_preview_metadata": True}, {}):
        async with take.client.listen() as socket:
            await take.hear(socket, "status")
            await socket.send_json({"type": "feature_flags", "data": flags})
            await take.hear(socket, "feature_flags")
            prompt = _slow(3 + bool(flags), seconds=0.1, steps=2, previews=True)
            await take.ask("POST", "/prompt", json={"prompt": prompt, "client_id": take.client.id})
            await take.hear(socket)
    async with take.client.listen() as socket:
        await take.hear(socket, "status")
        prompt = {"1": {"class_type": "StudioTells", "inputs": {"words": "hello"}}}
        await take.ask("POST", "/prompt", json={"prompt": prompt, "client_id": take.client.id})
        await take.hear(socket)


async def pictures(take: Take) -> None:
    """What the other nodes make: another size, a negative, a passing picture, one that moves."""
    scale = {"image": ["1", 0], "upscale_method": "nearest-exact", "width": 16, "height": 0, "crop": "disabled"}
    moving = {"images": ["1", 0], "filename_prefix": "moving", "fps": 6.0, "lossless": True, "quality": 80}
    graph = {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 32, "height": 64, "batch_size": 2, "color": 7}},
        "2": {"class_type": "ImageScale", "inputs": scale},
        "3": {"class_type": "ImageInvert", "inputs": {"image": ["2", 0]}},
        "4": _save("3", "deep/er/%width%x%height%"),
        "5": {"class_type": "PreviewImage", "inputs": {"images": ["3", 0]}},
        "6": {"class_type": "SaveAnimatedWEBP", "inputs": {**moving, "method": "fastest"}},
    }
    answer = await take.ask("POST", "/prompt", json={"prompt": graph, "client_id": take.client.id})
    entry = await take.client.done(answer["prompt_id"])
    await take.ask("GET", f"/history/{answer['prompt_id']}", by=lambda found: found[answer["prompt_id"]]["outputs"])
    for node in ("4", "5", "6"):
        named = entry["outputs"][node]["images"][0]
        await take.ask("GET", f"/view?{urlencode(named)}")


async def models(take: Take) -> None:
    """Models: listed, described, with their pictures."""
    for path in ("/models/loras", "/experiment/models/loras", "/view_metadata/loras?filename=a.safetensors",
                 "/view_metadata/loras?filename=deep/b.safetensors", "/view_metadata/loras?filename=../x.safetensors",
                 "/view_metadata/loras?filename=a.png", "/view_metadata/loras",
                 "/view_metadata/nope?filename=a"):  # fmt: skip
        await take.ask("GET", path)
    for name in ("a.safetensors", "deep%2Fb.safetensors", "..%2Fx.png"):
        await take.ask("GET", f"/experiment/models/preview/loras/0/{name}", by=shape)


async def refusals(take: Take) -> None:
    """Prompts that cannot be run."""
    for body in _refused():
        await take.ask("POST", "/prompt", json=body)
    await take.ask("POST", "/prompt", data=b"hello")
    identity = str(uuid.uuid4())
    for value in ("abc", 123, identity.upper(), identity.replace("-", ""), "", None, ["x"], True):
        await take.ask("POST", "/prompt", json={"prompt": _saved(5, "ids"), "prompt_id": value})
    await _idle(take.client)


def _refused() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{}, {"prompt": {}}, {"prompt": {"1": _empty(0)}}]
    found += [{"prompt": {"7": {"class_type": "NoSuchNode", "inputs": {}}}}, {"prompt": {"7": {"inputs": {}}}}]
    found += [{"prompt": {"7": {"class_type": "NoSuchNode", "inputs": {}, "_meta": {"title": "Mine"}}}}]
    for node, name, value in (
        ("1", "width", 0), ("1", "color", 0x1000000), ("1", "height", "tall"), ("2", "images", ["1"]),
        ("2", "filename_prefix", ["1", 0]), ("2", "images", "1"),
    ):  # fmt: skip
        prompt = _saved(0)
        prompt[node]["inputs"][name] = value
        found.append({"prompt": prompt})
    prompt = _saved(0)
    del prompt["2"]["inputs"]["images"]
    found.append({"prompt": prompt})
    found.append({"prompt": {"1": {"class_type": "LoadImage", "inputs": {"image": "no.png"}}, "2": _save("1")}})
    scale = {"image": ["1", 0], "upscale_method": "magic", "width": 8, "height": 8, "crop": "disabled"}
    found.append({"prompt": {"1": _empty(0), "3": {"class_type": "ImageScale", "inputs": scale}, "2": _save("3")}})
    found.append({"prompt": _saved(0), "partial_execution_targets": ["1"]})
    invert = {"class_type": "ImageInvert", "inputs": {"image": ["3", 0]}}
    found.append({"prompt": {"3": invert, "2": _save("3")}})
    return found


def _form(name: str, data: bytes, **fields: str) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("image", data, filename=name, content_type="image/png")
    for key, value in fields.items():
        form.add_field(key, value)
    return form


async def files(take: Take) -> None:
    """Uploads, masks, and /view of what is there and of what is not."""
    one, other = (encode(Picture(2, 2, bytes([value] * 12)), {}) for value in (1, 2))
    uploads: list[tuple[str, bytes, dict[str, str]]] = [
        ("up.png", one, {}), ("up.png", one, {}), ("up.png", other, {}), ("up.png", other, {"overwrite": "true"}),
        ("up.png", one, {"subfolder": "sub"}), ("up.png", one, {"subfolder": "../.."}),
        ("t.png", one, {"type": "temp"}),
        ("b.png", one, {"type": "bogus"}), ("x.svg", b"<svg/>", {}), ("x.html", b"<b>", {}),
        ("x.txt", b"words", {}),
    ]  # fmt: skip
    for name, data, fields in uploads:
        await take.ask("POST", "/upload/image", data=_form(name, data, **fields))
    await take.ask("POST", "/upload/image", data=aiohttp.FormData({"type": "input"}))
    for ref in ('{"filename": "up.png", "type": "input"}', '{"filename": "../up.png", "type": "input"}'):
        await take.ask("POST", "/upload/mask", data=_form("mask.png", one, original_ref=ref, overwrite="true"))
    saved, up = "filename=take_00001_.png", "filename=up.png&type=input"
    for query in (
        saved, f"{saved}&type=output&rand=0.5", f"{saved}&preview=webp;90", f"{saved}&preview=jpeg",
        f"{saved}&preview=bogus", f"{saved}&channel=rgb", f"{saved}&channel=a", f"{saved}&channel=bogus", up,
        "filename=up.png%20%5Binput%5D", f"{up}&subfolder=sub", f"{up}&subfolder=..", f"{up}&subfolder=/etc",
        "filename=../up.png&type=input", "filename=/etc/passwd", "filename=up.png&type=bogus", "filename=nope.png",
        "filename=", "type=output", "filename=x.svg&type=input", "filename=x.html&type=input",
        "filename=x.txt&type=input", "filename=t.png&type=temp", "filename=mask.png&type=input",
    ):  # fmt: skip
        await take.ask("GET", f"/view?{query}")
    await take.ask("GET", f"/view?{saved}", headers={"Range": "bytes=0-3"})
    await take.ask("HEAD", f"/view?{saved}")
    await take.ask("GET", "/object_info/LoadImage", by=_node)


async def userdata(take: Take) -> None:
    """A user's files and settings."""
    for path in ("/userdata", "/userdata?dir=workflows", "/v2/userdata", "/v2/userdata?path=workflows",
                 "/v2/userdata?path=../..", "/settings", "/settings/nope"):  # fmt: skip
        await take.ask("GET", path)
    for path, data in (
        ("workflows%2Fa.json", b'{"a": 1}'), ("workflows%2Fa.json?overwrite=false", b"{}"),
        ("workflows%2Fa.json?full_info=true", b'{"a": 2}'), ("%2E%2E%2Fx", b"x"), ("x.html", b"<b>"),
    ):  # fmt: skip
        await take.ask("POST", f"/userdata/{path}", data=data)
    for path in (
        "/userdata/workflows%2Fa.json", "/userdata/x.html", "/userdata/nope", "/userdata?dir=workflows",
        "/userdata?dir=workflows&recurse=true&full_info=true", "/userdata?dir=workflows&recurse=true&split=true",
        "/v2/userdata", "/v2/userdata?path=workflows", "/v2/userdata?path=nope", "/v2/userdata?path=x.html", "/users",
    ):  # fmt: skip
        await take.ask("GET", path)
    await take.ask("POST", "/userdata/workflows%2Fa.json/move/workflows%2Fb.json")
    await take.ask("POST", "/userdata/nope/move/b.json")
    await take.ask("DELETE", "/userdata/workflows%2Fb.json")
    await take.ask("DELETE", "/userdata/workflows%2Fb.json")
    await take.ask("POST", "/settings", json={"Comfy.X": True})
    await take.ask("POST", "/settings/Comfy.Y", json="v")
    for path in ("/settings", "/settings/Comfy.Y", "/settings/Comfy.Z"):
        await take.ask("GET", path)
    await take.ask("GET", "/settings", headers={"comfy-user": "nobody"})
    await take.ask("POST", "/users", json={"username": "default"})


async def origins(take: Take) -> None:
    """Pages of other origins."""
    for method, path in (("GET", "/"), ("GET", "/queue"), ("OPTIONS", "/prompt"), ("GET", "/ws"), ("GET", "/x.js")):
        for headers in (
            {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil.example"},
            {"Host": "evil.example", "Origin": "http://evil.example"},
        ):  # fmt: skip
            await take.ask(method, path, headers=headers)


async def forgotten(take: Take) -> None:
    """The history, emptied."""
    answer = await take.ask("POST", "/prompt", json={"prompt": _saved(9, "last")})
    await take.client.done(answer["prompt_id"])
    await take.ask("POST", "/history", json={"delete": [answer["prompt_id"], "nope"]})
    await take.ask("GET", f"/history/{answer['prompt_id']}")
    await take.ask("POST", "/history", json={"clear": True})
    await take.ask("GET", "/history")


TAKES: dict[str, Callable[[Take], Awaitable[None]]] = {
    take.__name__: take
    for take in (
        quiet, nodes, models, fresh, cached, failing, interrupted, cancelled, previews, pictures, refusals, files,
        userdata, origins, forgotten,
    )
}  # fmt: skip
