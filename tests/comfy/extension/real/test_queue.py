"""The queue: no id twice, cancelling exactly what is meant, prompts from inside."""

import asyncio
import json
import uuid

import pytest

from tests.comfy.extension.real.comfy import Portal, artists, picture
from tests.comfy.extension.real.test_folders import slow

pytestmark = pytest.mark.real_comfyui


async def cancel(studio: Portal, *ids: str, running: bool = True) -> dict:
    """Ask for the end of prompts."""
    status, answer = await studio.ask("POST", "/comfystudio/cancel", json={"ids": list(ids), "running": running})
    assert status == 200
    found: dict = answer
    return found


async def prompts(studio: Portal, *ids: str) -> dict:
    """Ask what became of prompts."""
    _, answer = await studio.ask("POST", "/comfystudio/prompts", json={"ids": list(ids)})
    found: dict = answer
    return found


async def started(studio: Portal, prompt_id: str) -> None:
    """Wait until a slow prompt is in its slow node."""
    await studio.until(lambda each: each.get("prompt_id") == prompt_id and each["message"]["data"].get("node") == "2")


async def test_an_id_is_never_queued_twice(studio: Portal):
    """While it waits, while it runs and after it ran: 409, and the queue goes on."""
    vera, other = artists("Vera", "Other")
    status, _, running = await studio.post(vera, slow(30), number=5)
    assert status == 200
    await started(studio, running)
    _, _, waiting = await studio.post(vera, picture(), number=7)
    for prompt_id in (running, waiting):
        for artist in (vera, other):
            status, answer, _ = await studio.post(artist, picture(color=9), prompt_id=prompt_id, number=7)
            assert status == 409
            assert "error" in answer
    await studio.result(running)
    await studio.result(waiting)
    for prompt_id in (running, waiting):
        assert (await studio.post(vera, picture(), prompt_id=prompt_id))[0] == 409
    assert (await studio.run(other, picture()))["status"]["status_str"] == "success"


async def test_the_post_that_freezes_a_bare_queue_is_harmless(studio: Portal):
    """Many posts at once with one number and one id: one is queued, and what comes after runs."""
    [vera] = artists("Vera")
    _, _, blocking = await studio.post(vera, slow(25))
    await started(studio, blocking)
    prompt_id = str(uuid.uuid4())
    answers = await asyncio.gather(
        *(studio.post(vera, picture(color=color), prompt_id=prompt_id, number=1) for color in range(8))
    )
    assert sorted(status for status, _, _ in answers) == [200, *[409] * 7]
    await studio.result(prompt_id)
    assert (await studio.run(vera, picture(color=3)))["status"]["status_str"] == "success"


async def test_cancelling_takes_out_what_waits_and_stops_what_runs(studio: Portal):
    """Each id is told as removed, interrupted or unknown; others are untouched."""
    vera, other = artists("Vera", "Other")
    _, _, running = await studio.post(vera, slow(200))
    await started(studio, running)
    _, _, waiting = await studio.post(vera, picture(prefix="never"))
    _, _, others = await studio.post(other, picture(prefix="mine"))
    assert (await cancel(studio, running, running=False)) == {"removed": [], "interrupted": [], "unknown": [running]}
    listed = await prompts(studio)
    assert listed["running"] == [{"id": running, "owner": vera.id}]
    assert listed["pending"] == [{"id": waiting, "owner": vera.id}, {"id": others, "owner": other.id}]
    answer = await cancel(studio, waiting, running, "unheard")
    assert answer == {"removed": [waiting], "interrupted": [running], "unknown": ["unheard"]}
    assert (await studio.result(running))["status"]["status_str"] == "error"
    assert studio.messages(vera)[-2]["type"] == "execution_interrupted"
    assert (await studio.result(others))["status"]["status_str"] == "success"
    assert studio.saved("output", vera) == []
    done = await prompts(studio, running, others, waiting)
    assert sorted(done["done"]) == sorted([running, others])
    assert set(done["done"][others]) == {"outputs", "status", "meta"}


async def test_an_interrupt_never_hits_the_next_prompt(studio: Portal):
    """However late it comes: of many prompts that are told to stop, only those end as interrupted."""
    vera, other = artists("Vera", "Other")
    mine, others = [], []
    for color in range(25):
        mine.append((await studio.post(vera, picture(color=color)))[2])
        others.append((await studio.post(other, picture(color=color)))[2])
    told = await asyncio.gather(*(cancel(studio, prompt_id) for prompt_id in mine))
    for prompt_id in others:
        assert (await studio.result(prompt_id))["status"]["status_str"] == "success"
    removed = {each for answer in told for each in answer["removed"]}
    for prompt_id in set(mine) - removed:
        await studio.result(prompt_id)
    assert len(studio.saved("output", other)) == 25


async def test_a_cancel_right_after_the_start_holds(studio: Portal):
    """A prompt that is cancelled the moment it is taken from the queue does not run on."""
    [vera] = artists("Vera")
    for round_ in range(8):
        graph = slow(100)
        graph["1"]["inputs"]["color"] = round_
        _, _, prompt_id = await studio.post(vera, graph)
        answer = await cancel(studio, prompt_id)
        assert not answer["unknown"]
        if answer["interrupted"]:
            assert (await studio.result(prompt_id))["status"]["status_str"] == "error"


async def test_a_prompt_from_inside_keeps_its_owner_and_is_told(studio: Portal):
    """What a node queues by itself belongs to whose prompt it is, and the portal hears of it before it runs."""
    vera, other = artists("Vera", "Other")
    graph = picture(prefix="again")
    graph["3"] = {"class_type": "StudioTestsAgain", "inputs": {"image": ["1", 0], "rounds": 2}}
    graph["2"]["inputs"]["images"] = ["3", 0]
    await studio.run(vera, graph)
    ids = []
    for rounds in (1, 0):
        found = await studio.until(
            lambda each, left=rounds: (
                "queued" in each
                and each["queued"]["owner"] == vera.id
                and each["queued"]["prompt"]["3"]["inputs"]["rounds"] == left
            )
        )
        assert found["queued"]["outputs"] == ["2"]
        ids.append(found["queued"]["prompt_id"])
        assert (await studio.result(ids[-1]))["owner"] == vera.id
        index = studio.heard.index(found)
        assert all(each.get("prompt_id") != ids[-1] for each in studio.heard[:index])
    assert len(set(ids)) == 2
    assert studio.saved("output", vera) == [f"again_0000{number}_.png" for number in (1, 2, 3)]
    assert studio.messages(other) == []
    assert not [each for each in studio.heard if "queued" in each and each["queued"]["owner"] != vera.id]


async def test_prompts_of_the_portal_are_not_told_as_queued_from_inside(studio: Portal):
    """Only what code inside has queued is news to the portal."""
    [vera] = artists("Vera")
    await studio.run(vera, picture())
    assert not [each for each in studio.heard if "queued" in each]


async def test_what_a_client_sends_along_is_not_believed(studio: Portal):
    """Owner and client id in extra_data are replaced by those of the header."""
    vera, other = artists("Vera", "Other")
    extra = {"comfystudio_owner": other.id, "client_id": f"comfystudio-{other.id}", "extra_pnginfo": {"workflow": {}}}
    result = await studio.run(vera, picture(), extra_data=extra, client_id=f"comfystudio-{other.id}")
    assert result["owner"] == vera.id
    assert studio.messages(other) == []
    assert studio.messages(vera)[-1]["type"] == "executing"
    assert studio.saved("output", other) == []
    result = await studio.run(vera, picture(color=5), extra_data=["junk"])
    assert result["status"]["status_str"] == "success"
    _, _, admin = await studio.post(
        None, picture(color=6, prefix="studio"), extra_data={"comfystudio_owner": vera.id}
    )
    assert (await studio.result(admin))["owner"] is None
    assert json.dumps(studio.saved("output", vera)).count("studio") == 0


async def test_hello_says_what_runs_and_waits(studio: Portal):
    """A portal that connects anew learns first what is in the queue, with owners."""
    vera, other = artists("Vera", "Other")
    _, _, running = await studio.post(vera, slow(60))
    await started(studio, running)
    _, _, waiting = await studio.post(other, picture())
    async with studio.session.ws_connect("/comfystudio/events", max_msg_size=0) as socket:
        hello = (await socket.receive_json())["hello"]
    assert hello == {
        "running": [{"id": running, "owner": vera.id}],
        "pending": [{"id": waiting, "owner": other.id}],
    }
    await cancel(studio, waiting, running)
    await studio.result(running)
