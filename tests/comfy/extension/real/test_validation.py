"""Validation says what POST /prompt would say, and queues nothing."""

import json
import uuid
from typing import Any

import pytest

from tests.comfy.extension.real.comfy import Portal, Real, artists, picture

pytestmark = pytest.mark.real_comfyui


def with_inputs(**inputs: Any) -> dict[str, Any]:
    """A picture that is saved, with other inputs of SaveImage."""
    graph = picture()
    graph["2"]["inputs"] = {
        key: value for key, value in {**graph["2"]["inputs"], **inputs}.items() if value is not ...
    }
    return graph


BROKEN = {
    "missing node": {**picture(), "1": {"class_type": "NotInstalled", "inputs": {"text": "/etc/passwd"}}},
    "missing model": {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "SDXL\\not there.safetensors"}},
        "2": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["1", 2]}},
        "3": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
        "4": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "x"}},
    },
    "missing input": with_inputs(images=...),
    "missing picture": {
        "1": {"class_type": "LoadImage", "inputs": {"image": "not there.png"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    },
    "no output": {"1": picture()["1"]},
    "nothing": {},
    "no class": {"1": {"inputs": {}}},
    "wrong type": {
        **picture(),
        "1": {"class_type": "EmptyImage", "inputs": {"width": "x", "height": 1, "batch_size": 1}},
    },
    "too small": {
        **picture(),
        "1": {"class_type": "EmptyImage", "inputs": {"width": -5, "height": 8, "batch_size": 1, "color": 0}},
    },
    "bad link": with_inputs(images=["9", 0]),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_errors_are_byte_for_byte_those_of_a_bare_comfyui(studio: Portal, bare: Real, name):
    """Missing nodes, models, pictures and inputs are told exactly as ComfyUI tells them."""
    [vera] = artists("Vera")
    body = json.dumps({"prompt": BROKEN[name], "prompt_id": str(uuid.uuid4())}).encode()
    async with studio.session.post(f"{bare.url}/prompt", data=body) as answer:
        assert answer.status == 400
        theirs = (await answer.read()).replace(str(bare.folder).encode(), str(studio.real.folder).encode())
    async with studio.session.post("/comfystudio/validate", data=body, headers=vera.headers) as answer:
        assert answer.status == 200
        ours = await answer.read()
    assert ours == b'{"valid": false, ' + theirs[1:]
    status, answer = await studio.ask("POST", "/prompt", vera, data=body)
    assert (status, json.dumps(answer)) == (400, theirs.decode())


async def test_a_body_without_a_prompt_is_told_as_ever(studio: Portal, bare: Real):
    """No prompt at all has ComfyUI's own error."""
    [vera] = artists("Vera")
    async with studio.session.post(f"{bare.url}/prompt", json={}) as answer:
        theirs = await answer.json()
    assert await studio.ask("POST", "/comfystudio/validate", vera, json={}) == (200, {"valid": False, **theirs})


@pytest.mark.parametrize(
    "graph",
    [
        None,
        [],
        "x",
        5,
        {"1": 5},
        {"1": None},
        {"1": []},
        {"1": {"class_type": []}},
        {"1": {"class_type": "SaveImage"}},
    ],
)
async def test_what_is_no_workflow_is_no_failure_of_the_server(studio: Portal, graph):
    """Any JSON in place of a workflow is answered as an invalid prompt."""
    [vera] = artists("Vera")
    answer = await studio.validate(vera, graph)
    assert answer["valid"] is False
    assert answer["error"]["type"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"[" * 100_000, b'{"prompt": "\xff"}'])
async def test_what_is_no_object_is_a_bad_request(studio: Portal, body):
    """Anything but a JSON object is refused."""
    [vera] = artists("Vera")
    status, answer = await studio.ask("POST", "/comfystudio/validate", vera, data=body)
    assert status == 400, answer


async def test_validation_queues_nothing_and_names_the_outputs(studio: Portal):
    """A valid prompt is answered with its output nodes, and nothing has run."""
    [vera] = artists("Vera")
    answer = await studio.validate(vera, picture())
    assert answer == {"valid": True, "outputs": ["2"], "node_errors": {}}
    _, listed = await studio.ask("POST", "/comfystudio/prompts", json={"ids": []})
    assert listed == {"running": [], "pending": [], "done": {}}
    graph = {**picture(), "3": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}
    answer = await studio.validate(vera, graph, partial_execution_targets=["3"])
    assert answer["outputs"] == ["3"]


async def test_what_was_validated_is_what_runs(studio: Portal):
    """Values that validation converts arrive converted; a prompt that differs is validated anew."""
    [vera] = artists("Vera")
    graph = picture()
    graph["1"]["inputs"]["width"] = "24"
    body = {"prompt_id": str(uuid.uuid4()), "prompt": graph}
    _, answer = await studio.ask("POST", "/comfystudio/validate", vera, json=body)
    assert answer["valid"]
    assert (await studio.ask("POST", "/prompt", vera, json=body))[0] == 200
    assert (await studio.result(body["prompt_id"]))["status"]["status_str"] == "success"
    body = {"prompt_id": str(uuid.uuid4()), "prompt": graph}
    await studio.ask("POST", "/comfystudio/validate", vera, json=body)
    other = {**body, "prompt": BROKEN["missing input"]}
    assert (await studio.ask("POST", "/prompt", vera, json=other))[0] == 400
    targets = {
        **body,
        "prompt": {**picture(color=4242), "3": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}},
    }
    await studio.ask("POST", "/comfystudio/validate", vera, json=targets)
    status, _ = await studio.ask("POST", "/prompt", vera, json={**targets, "partial_execution_targets": ["3"]})
    assert status == 200
    assert list((await studio.result(body["prompt_id"]))["outputs"]) == ["3"]


@pytest.mark.parametrize(
    "prefix",
    ["../x", "a/../../x", "/tmp/x", "a\\..\\..\\x", "%2e%2e/x", "%252e%252e%252fx", "a\0b", "~/x", "C:\\x", "a\\b"],
)
async def test_paths_that_lead_out_are_refused_with_node_and_field(studio: Portal, prefix):
    """In ComfyUI's own shape, which the page shows at the node, and never queued."""
    [vera] = artists("Vera")
    for value in (prefix, {"deep": [["x", prefix]]}):
        answer = await studio.validate(vera, with_inputs(filename_prefix=value))
        assert answer["valid"] is False
        assert answer["error"]["type"] == "path_outside_your_folders"
        [error] = answer["node_errors"]["2"]["errors"]
        assert error["extra_info"] == {"input_name": "filename_prefix"}
        assert error["details"].startswith("filename_prefix: ")
        assert answer["node_errors"]["2"]["class_type"] == "SaveImage"
        status, refused, _ = await studio.post(vera, with_inputs(filename_prefix=value))
        assert (status, refused["node_errors"]) == (400, answer["node_errors"])


@pytest.mark.parametrize(
    "prefix", ["x", "sub/x", "%year%-%month%/x", "Bilder für Věra/x", "a..b", "%date:yyyy-MM-dd%"]
)
async def test_ordinary_prefixes_pass(studio: Portal, prefix):
    """Subfolders, date patterns and names of any script are fine."""
    [vera] = artists("Vera")
    assert (await studio.validate(vera, with_inputs(filename_prefix=prefix)))["valid"]


async def test_prose_and_what_nodes_do_not_declare_pass(studio: Portal):
    """Text may hold slashes and backslashes; a widget's own value that a node never gets may name a full path."""
    [vera] = artists("Vera")
    graph = picture()
    graph["3"] = {"class_type": "StudioTestsText", "inputs": {"text": "a \\(cat\\), and/or ../ a dog\n/imagine"}}
    graph["4"] = {"class_type": "PreviewAny", "inputs": {"source": ["3", 0]}}
    graph["2"]["inputs"]["videopreview"] = {"params": {"fullpath": "/data/output/x.mp4", "filename": "x.mp4"}}
    assert (await studio.validate(vera, graph))["valid"]
    graph["2"]["inputs"]["videopreview"] = {"params": {"fullpath": "/data/../x"}}
    assert not (await studio.validate(vera, graph))["valid"]


async def test_the_studio_itself_is_not_bound_by_the_path_policy(studio: Portal):
    """Without an owner ComfyUI answers as ever."""
    body = {"prompt_id": str(uuid.uuid4()), "prompt": with_inputs(filename_prefix="a\\b")}
    _, answer = await studio.ask("POST", "/comfystudio/validate", json=body)
    assert answer["valid"]
