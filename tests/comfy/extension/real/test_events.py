"""Messages reach the portal tagged with their owner, as ComfyUI would have sent them."""

import io
import json

import aiohttp
import pytest
from PIL import Image

from tests.comfy.extension.real.comfy import Portal, Real, artists, picture
from tests.comfy.extension.real.test_folders import slow

pytestmark = pytest.mark.real_comfyui


def shape(message: dict, prompt_id: str) -> tuple[str, str]:
    """A message without what differs from run to run."""
    data = {key: value for key, value in message["data"].items() if key not in {"timestamp", "prompt_id"}}
    return message["type"], json.dumps(data, sort_keys=True).replace(prompt_id, "ID")


async def test_an_owner_gets_what_a_bare_comfyui_sends(studio: Portal, bare: Real):
    """Same messages, same data, same order, but for the counts of the queue, which the portal makes itself."""
    [vera] = artists("Vera")
    graph = picture(color=4321, prefix="same")
    result = await studio.run(vera, graph)
    ours = [shape(each, result["prompt_id"]) for each in studio.messages(vera)]
    theirs = []
    async with (
        aiohttp.ClientSession(bare.url) as session,
        session.ws_connect("/ws?clientId=one") as socket,
        session.post("/prompt", json={"prompt": graph, "client_id": "one"}) as answer,
    ):
        prompt_id = (await answer.json())["prompt_id"]
        while not theirs or theirs[-1][1] != '{"node": null}':
            message = await socket.receive_json()
            if message["type"] != "status":
                theirs.append(shape(message, prompt_id))
    assert ours == theirs
    assert {each["prompt_id"] for each in studio.heard if "message" in each} == {result["prompt_id"]}


async def test_the_result_is_the_last_word(studio: Portal):
    """A result comes once for each prompt, after every message, and is what ComfyUI's history has."""
    [vera] = artists("Vera")
    result = await studio.run(vera, picture())
    assert "result" in studio.heard[-1]
    assert studio.messages(vera)[-1] == {
        "type": "executing",
        "data": {"node": None, "prompt_id": result["prompt_id"]},
    }
    _, history = await studio.ask("GET", f"/history/{result['prompt_id']}")
    entry = history[result["prompt_id"]]
    for name in ("outputs", "status", "meta"):
        assert json.loads(json.dumps(entry[name])) == result[name]
    assert [each for each in studio.heard if "result" in each] == [studio.heard[-1]]


async def test_previews_carry_their_owner_and_prompt(studio: Portal):
    """Frames come in the newest form, with the owner and the prompt in front."""
    vera, other = artists("Vera", "Other")
    result = await studio.run(vera, slow(10))
    assert len(studio.frames) >= 1
    for header, frame in studio.frames:
        assert header == {"owner": vera.id, "prompt_id": result["prompt_id"]}
        assert int.from_bytes(frame[:4], "big") == 4
        length = int.from_bytes(frame[4:8], "big")
        assert json.loads(frame[8 : 8 + length])["prompt_id"] == result["prompt_id"]
        assert Image.open(io.BytesIO(frame[8 + length :])).format == "JPEG"
    assert studio.messages(other) == []


async def test_broadcasts_of_packs_go_to_the_owner_alone(studio: Portal):
    """A node that sends to everybody, also from its own thread, reaches whose prompt it is and nobody else."""
    vera, other = artists("Vera", "Other")
    await studio.run(other, picture())
    async with studio.session.ws_connect("/ws?clientId=admin") as admin:
        graph = picture(color=8)
        graph["3"] = {"class_type": "StudioTestsSay", "inputs": {"image": ["1", 0], "words": f"hush {vera.id}"}}
        graph["2"]["inputs"]["images"] = ["3", 0]
        await studio.run(vera, graph)
        said = [each["data"]["words"] for each in studio.messages(vera) if each["type"] == "studio.tests"]
        assert said == [f"hush {vera.id}", f"hush {vera.id} from a thread"]
        assert f"hush {vera.id}" not in json.dumps(studio.messages(other))
        heard = []
        while len(heard) < 3:
            heard.append(await admin.receive_json())
        assert {each["type"] for each in heard} <= {"status", "feature_flags"}


async def test_failures_are_told_to_the_owner(studio: Portal):
    """An error while running has the same shape as ever, and the result says so."""
    vera, other = artists("Vera", "Other")
    (studio.folder("input", vera) / "broken.png").write_bytes(b"junk")
    graph = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "broken.png"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    }
    result = await studio.run(vera, graph)
    assert result["status"]["status_str"] == "error"
    [error] = [each for each in studio.messages(vera) if each["type"] == "execution_error"]
    assert error["data"]["node_id"] == "1"
    assert error["data"]["exception_type"] == "PIL.UnidentifiedImageError"
    assert studio.messages(other) == []


async def test_no_count_of_everybodys_prompts_is_sent(studio: Portal):
    """ComfyUI's own status messages, which count all owners' prompts, never reach the channel."""
    vera, other = artists("Vera", "Other")
    await studio.run(vera, picture())
    await studio.run(other, picture())
    assert not [each for each in studio.heard if each.get("message", {}).get("type") == "status"]


async def test_without_a_portal_prompts_run_on(real: Real):
    """While nobody listens nothing is kept and nothing waits; the next portal asks what became of them."""
    [vera] = artists("Vera")
    headers = {"X-ComfyStudio-Secret": real.secret}
    async with aiohttp.ClientSession(real.url, headers=headers) as session:
        ids = []
        for color in range(5):
            prompt_id = f"00000000-0000-4000-8000-{vera.id:06d}{color:06d}"
            body = {"prompt_id": prompt_id, "prompt": picture(color=color)}
            async with session.post("/prompt", json=body, headers=vera.headers) as answer:
                assert answer.status == 200
            ids.append(prompt_id)
        done: dict = {}
        while len(done) < 5:
            async with session.post("/comfystudio/prompts", json={"ids": ids}) as answer:
                done = (await answer.json())["done"]
        async with session.ws_connect("/comfystudio/events") as socket:
            assert "hello" in await socket.receive_json()
