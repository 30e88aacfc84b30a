"""What POST /prompt says to workflows that cannot run."""

import uuid
from typing import Any

import pytest

from tests.contract.client import Client, workflow


def _with(node: str, **inputs: Any) -> dict[str, Any]:
    prompt = workflow()
    for name, value in inputs.items():
        if value is None:
            del prompt[node]["inputs"][name]
        else:
            prompt[node]["inputs"][name] = value
    return prompt


async def test_a_missing_input(client: Client) -> None:
    """A missing input is a 400 that names the node, the input and the outputs that hang on it."""
    answer = await client.post("/prompt", {"prompt": _with("2", images=None)}, 400)
    missing = {"type": "required_input_missing", "message": "Required input is missing", "details": "images"}
    assert answer == {
        "error": {
            "type": "prompt_outputs_failed_validation",
            "message": "Prompt outputs failed validation",
            "details": "Required input is missing: images",
            "extra_info": {},
        },
        "node_errors": {
            "2": {
                "errors": [{**missing, "extra_info": {"input_name": "images"}}],
                "dependent_outputs": ["2"],
                "class_type": "SaveImage",
            }
        },
    }


@pytest.mark.parametrize(
    ("node", "inputs", "kind", "details"),
    [
        ("1", {"width": 0}, "value_smaller_than_min", "width"),
        ("1", {"color": 0x1000000}, "value_bigger_than_max", "color"),
        ("1", {"height": "tall"}, "invalid_input_type",
         "height, tall, invalid literal for int() with base 10: 'tall'"),
        ("2", {"images": ["1"]}, "bad_linked_input", "images"),
        ("2", {"filename_prefix": ["1", 0]}, "return_type_mismatch",
         "filename_prefix, received_type(IMAGE) mismatch input_type(STRING)"),
    ],
)  # fmt: skip
async def test_a_wrong_input(client: Client, node: str, inputs: dict[str, Any], kind: str, details: str) -> None:
    """A value out of bounds, of the wrong kind or wrongly linked is named in `node_errors`."""
    answer = await client.post("/prompt", {"prompt": _with(node, **inputs)}, 400)
    assert answer["error"]["type"] == "prompt_outputs_failed_validation"
    assert answer["node_errors"].keys() == {node}
    found = answer["node_errors"][node]
    assert (found["dependent_outputs"], [error["type"] for error in found["errors"]]) == (["2"], [kind])
    assert found["errors"][0]["details"] == details
    assert found["errors"][0]["extra_info"]["input_name"] == next(iter(inputs))


async def test_a_number_as_a_word_is_a_number(client: Client) -> None:
    """A number written as a string is converted and runs."""
    entry = await client.done(await client.submit(_with("1", width="32")))
    assert entry["status"]["status_str"] == "success"
    assert entry["prompt"][2]["1"]["inputs"]["width"] == 32


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, {"type": "no_prompt", "message": "No prompt provided", "details": "No prompt provided"}),
        ({"prompt": {}}, {"type": "prompt_no_outputs", "message": "Prompt has no outputs", "details": ""}),
    ],
)
async def test_no_workflow_at_all(client: Client, body: dict[str, Any], error: dict[str, Any]) -> None:
    """What is no workflow is a 400 with one error and no node errors."""
    assert await client.post("/prompt", body, 400) == {"error": {**error, "extra_info": {}}, "node_errors": {}}


@pytest.mark.parametrize("node", [{"class_type": "NoSuchNode", "inputs": {}}, {"inputs": {}}])
async def test_a_node_that_is_none(client: Client, node: dict[str, Any]) -> None:
    """A node of a class that is not there, or of none, is one error that names it; a newer one says more."""
    answer = await client.post("/prompt", {"prompt": {"7": node}}, 400)
    assert answer["node_errors"] == {}
    assert answer["error"]["details"] == "Node ID '#7'"
    name = node.get("class_type")
    extra = {"node_id": "7", "class_type": name, "node_title": name}
    kind, extra = ("missing_node_type", extra) if client.running.newer else ("invalid_prompt", {})
    assert (answer["error"]["type"], answer["error"]["extra_info"]) == (kind, extra)


async def test_a_body_that_is_no_json_is_500(client: Client) -> None:
    """A body that is no JSON is the server's own 500: not every 5xx means that it is ill."""
    async with client.request("POST", "/prompt", data=b"{nope") as answer:
        assert answer.status == 500


async def test_one_bad_output_does_not_stop_the_other(client: Client) -> None:
    """With one sound output left the answer is 200, with `node_errors` for the other one."""
    prompt = workflow()
    prompt["3"] = {"class_type": "SaveImage", "inputs": {"filename_prefix": "x"}}
    answer = await client.post("/prompt", {"prompt": prompt, "client_id": client.id})
    assert answer["node_errors"].keys() == {"3"}
    entry = await client.done(answer["prompt_id"])
    assert entry["prompt"][4] == ["2"]
    assert entry["outputs"].keys() == {"2"}


async def test_a_missing_picture_is_refused(client: Client) -> None:
    """LoadImage of a file that is not there fails validation, in words of its own."""
    prompt = workflow()
    prompt["1"] = {"class_type": "LoadImage", "inputs": {"image": "nope.png"}}
    answer = await client.post("/prompt", {"prompt": prompt}, 400)
    [error] = answer["node_errors"]["1"]["errors"]
    assert (error["type"], error["details"]) == ("custom_validation_failed", "image - Invalid image file: nope.png")


async def test_numbers_rise_with_refused_ones_too(client: Client) -> None:
    """Each post takes the next number, a refused one too; `front` takes it with a minus."""
    first = await client.post("/prompt", {"prompt": workflow()})
    await client.post("/prompt", {}, 400)
    second = await client.post("/prompt", {"prompt": workflow(), "front": True})
    assert second["number"] == -(first["number"] + 2)
    for answer in (first, second):
        await client.done(answer["prompt_id"])


async def test_the_client_may_choose_id_and_number(client: Client) -> None:
    """`prompt_id` and `number` are believed as they come: whoever stands before the server must mint them."""
    mine = str(uuid.uuid4())
    answer = await client.post("/prompt", {"prompt": workflow(), "prompt_id": mine, "number": 1000})
    assert (answer["prompt_id"], answer["number"]) == (mine, 1000)
    entry = await client.done(mine)
    assert entry["prompt"][:2] == [1000, mine]
