"""Prompts on record: coming, running, ending; lists; what a new portal finds; what is nobody else's."""

import json
from typing import Any

import pytest

from comfystudio.errors import Conflict, Invalid
from comfystudio.events import Bus
from comfystudio.queue import LIVE, OVER, Prompt, Prompts
from comfystudio.storage import Database
from tests.queue.house import ALICE, BOB, graph, post, record

SAVED = {"5": {"images": [{"filename": "cat_1.png", "subfolder": "Studio", "type": "output"}], "animated": [False]}}


def _ids(found: list[Prompt]) -> list[str]:
    return [prompt.id for prompt in found]


async def test_a_prompt_is_on_record_when_its_owner_hears_of_it(prompts: Prompts, database: Database) -> None:
    """Another portal on the same file finds it waiting, with all that was given."""
    extra: dict[str, Any] = {"extra_pnginfo": {"workflow": {"nodes": []}}}
    targets = ["5"]
    accepted = await post(prompts, ALICE, "a", extra=extra, targets=targets)
    assert accepted.prompt.state == "queued"
    async with record(database) as other:
        assert other.live(ALICE) == [accepted]
        assert json.loads(accepted.body.graph) == graph()
        assert (json.loads(accepted.body.extra), json.loads(accepted.body.targets)) == (extra, targets)


async def test_what_runs_comes_first_and_what_is_over_is_history(prompts: Prompts) -> None:
    """Live lists are in the order of running and submission; an end moves a prompt to the front of the history."""
    for name in "abc":
        await post(prompts, ALICE, name)
    await post(prompts, BOB, "other")
    prompts.started("b", 5.0, "comfy-ui")
    assert _ids([each.prompt for each in prompts.live(ALICE)]) == ["b", "a", "c"]
    assert _ids([each.prompt for each in prompts.all_live()]) == ["b", "a", "c", "other"]
    assert (prompts.remaining(ALICE), prompts.remaining(BOB), prompts.remaining(3)) == (3, 1, 0)
    prompts.finished("b", "done", outputs=SAVED, status={"completed": True}, meta={}, at=7.0)
    prompts.finished("a", "cancelled")
    assert prompts.get_live("b") is None
    assert prompts.remaining(ALICE) == 1
    for _ in ("still in memory", "on disk"):
        found = await prompts.history(ALICE, limit=10)
        assert _ids([each.prompt for each in found]) == ["b", "a"]
        assert (found[0].prompt.started_at, found[0].prompt.ended_at, found[0].prompt.files) == (5.0, 7.0, 1)
        assert (found[0].body.outputs, found[0].body.status) == (json.dumps(SAVED), '{"completed": true}')
        assert _ids([each.prompt for each in await prompts.history(ALICE, limit=1, offset=1)]) == ["a"]
        assert await prompts.one(ALICE, "b") == found[0]
        await prompts.flush()


async def test_an_end_comes_once(prompts: Prompts) -> None:
    """What is told of a prompt that is over, or that never was, changes nothing."""
    await post(prompts, ALICE, "a")
    prompts.finished("a", "failed", error="CUDA out of memory")
    prompts.finished("a", "done", outputs=SAVED)
    prompts.started("a", 1.0, "comfy-ui")
    prompts.finished("never", "done")
    found = await prompts.one(ALICE, "a")
    assert found
    assert (found.prompt.state, found.prompt.error, found.prompt.files) == ("failed", "CUDA out of memory", 0)


async def test_an_id_is_used_once(prompts: Prompts) -> None:
    """A second prompt with the same id is refused, at once or after the first is over, and changes nothing."""
    await post(prompts, ALICE, "a")
    with pytest.raises(Conflict):
        await post(prompts, BOB, "a")
    prompts.finished("a", "done")
    with pytest.raises(Conflict):
        await post(prompts, ALICE, "a")
    assert prompts.all_live() == []


async def test_what_comfyui_queued_by_itself_is_adopted_once(prompts: Prompts) -> None:
    """Told of it again, also when it is over, the record has it once."""
    asked: dict[str, Any] = {"graph": graph(), "extra": {}, "targets": []}
    first = await prompts.adopt(ALICE, id="own", **asked)
    assert await prompts.adopt(ALICE, id="own", **asked) == first
    prompts.finished("own", "done")
    assert (await prompts.adopt(ALICE, id="own", **asked)).prompt.state == "done"
    assert len(await prompts.page(ALICE, limit=10)) == 1
    with pytest.raises(Conflict):
        await prompts.adopt(BOB, id="own", **asked)


async def test_others_prompts_never_were(prompts: Prompts) -> None:
    """By id, in lists, in the history, by a file: nobody finds a prompt of somebody else or takes it away."""
    await post(prompts, ALICE, "a")
    assert await prompts.one(BOB, "a") is None
    prompts.finished("a", "done", outputs=SAVED)
    for _ in ("still in memory", "on disk"):
        assert await prompts.one(BOB, "a") is None
        assert await prompts.history(BOB, limit=10) == []
        assert await prompts.page(BOB, limit=10) == []
        assert await prompts.of_output(BOB, "output", "Studio/cat_1.png") is None
        await prompts.hide(BOB, ["a"])
        await prompts.hide(BOB, None)
        assert len(await prompts.history(ALICE, limit=10)) == 1


async def test_what_is_hidden_is_gone_for_its_owner(prompts: Prompts) -> None:
    """Some or all that is over leaves every list; what waits stays."""
    for name in "abcd":
        await post(prompts, ALICE, name)
    for name in "abc":
        prompts.finished(name, "done", outputs=SAVED)
    await prompts.hide(ALICE, ["a", "d", "never"])
    assert _ids(await prompts.page(ALICE, limit=10)) == ["d", "c", "b"]
    await prompts.hide(ALICE, None)
    assert _ids(await prompts.page(ALICE, limit=10)) == ["d"]
    assert await prompts.history(ALICE, limit=10) == []
    assert await prompts.one(ALICE, "b") is None
    assert await prompts.of_output(ALICE, "output", "Studio/cat_1.png") is None


async def test_pages_are_filtered_and_go_on_below_a_number(prompts: Prompts) -> None:
    """By state as it is now, by words in any order and any case, also of other scripts; the newest first."""
    for name, text in (("a", "a red cat"), ("b", "Кошка в саду"), ("c", "100% wool_cat"), ("d", "1000 dogs")):
        await post(prompts, ALICE, name, graph=graph(text))
    await post(prompts, BOB, "e", graph=graph("a red cat"))
    third = await prompts.one(ALICE, "c")
    assert third
    prompts.started("a", 1.0, "comfy-ui")
    prompts.finished("c", "failed")
    for _ in ("still in memory", "on disk"):
        assert _ids(await prompts.page(None, limit=10)) == ["e", "d", "c", "b", "a"]
        assert _ids(await prompts.page(ALICE, limit=2)) == ["d", "c"]
        assert _ids(await prompts.page(ALICE, before=third.prompt.number, limit=2)) == ["b", "a"]
        assert _ids(await prompts.page(ALICE, state="running", limit=9)) == ["a"]
        assert _ids(await prompts.page(ALICE, state="queued", limit=9)) == ["d", "b"]
        assert _ids(await prompts.page(None, state="failed", limit=9)) == ["c"]
        assert _ids(await prompts.page(ALICE, text="CAT red", limit=9)) == ["a"]
        assert _ids(await prompts.page(ALICE, text="кошка", limit=9)) == ["b"]
        assert _ids(await prompts.page(ALICE, text="100%", limit=9)) == ["c"]
        assert _ids(await prompts.page(ALICE, text="l_c", limit=9)) == ["c"]
        assert _ids(await prompts.page(ALICE, text="sdxl_base.safetensors", limit=9)) == ["d", "c", "b", "a"]
        assert await prompts.page(ALICE, text="blurry", limit=9) == []
        await prompts.flush()


async def test_parts_know_how_many_there_are(prompts: Prompts) -> None:
    """From any place, in either order, by number or by how long they took; those that took no time come together."""
    for name, took in (("a", 5.0), ("b", 1.0), ("c", 3.0), ("d", None), ("e", None)):
        await post(prompts, ALICE, name)
        if took is not None:
            prompts.started(name, 10.0, "comfy-ui")
            prompts.finished(name, "done", at=10.0 + took)
    await post(prompts, BOB, "other")
    for _ in ("still in memory", "on disk"):
        found, count = await prompts.part(ALICE, OVER, limit=2)
        assert (_ids(found), count) == (["c", "b"], 3)
        found, count = await prompts.part(ALICE, (*OVER, *LIVE), limit=2, offset=1, descending=False)
        assert (_ids(found), count) == (["b", "c"], 5)
        found, _ = await prompts.part(ALICE, (*OVER, *LIVE), limit=9, by_duration=True)
        assert _ids(found) == ["a", "c", "b", "e", "d"]
        found, _ = await prompts.part(ALICE, {"done"}, limit=2, offset=1, by_duration=True, descending=False)
        assert _ids(found) == ["c", "a"]
        await prompts.flush()


async def test_a_file_leads_to_the_newest_prompt_that_made_it(prompts: Prompts) -> None:
    """Also when a later prompt wrote over it; a file of another place is another file."""
    for name in "ab":
        await post(prompts, ALICE, name)
        prompts.finished(name, "done", outputs=SAVED)
        for _ in ("still in memory", "on disk"):
            found = await prompts.of_output(ALICE, "output", "Studio/cat_1.png")
            assert found
            assert found.id == name
            assert await prompts.of_output(ALICE, "temp", "Studio/cat_1.png") is None
            await prompts.flush()


async def test_every_change_is_told(prompts: Prompts, bus: Bus) -> None:
    """Listeners hear of each state at once and in order, the bus only tells the owner; one that fails stops none."""
    heard: list[tuple[str, str]] = []

    def fails(prompt: Prompt) -> None:
        raise LookupError(prompt.id)

    prompts.on_change(fails)
    prompts.on_change(lambda prompt: heard.append((prompt.id, prompt.state)))
    await post(prompts, ALICE, "a")
    prompts.started("a", 1.0, "comfy-ui")
    prompts.finished("a", "done")
    assert heard == [("a", "queued"), ("a", "running"), ("a", "done")]
    events = bus.since(0)
    assert events
    assert [(each.type, each.data["id"], each.data["state"]) for each in events] == [
        ("prompt.changed", *each) for each in heard
    ]
    assert all(each.audience.includes(ALICE, is_admin=False) for each in events)
    assert not any(each.audience.includes(BOB, is_admin=True) for each in events)


async def test_a_workflow_that_is_not_json_is_refused(prompts: Prompts) -> None:
    """Numbers that JSON cannot say, and nesting without end, are the sender's mistake, and nothing is kept."""
    deep: list[object] = []
    for _ in range(3000):
        deep = [deep]
    for wrong in ({"1": float("nan")}, {"1": {"inputs": {"x": deep}}}):
        with pytest.raises(Invalid):
            await post(prompts, ALICE, "a", graph=wrong)
    assert await prompts.page(None, limit=10) == []


async def test_whatever_a_worker_tells_is_kept(prompts: Prompts) -> None:
    """Halves of characters, numbers without end and names that lead elsewhere keep no end from being written."""
    await post(prompts, ALICE, "a", graph=graph("\ud83d half"))
    named = [{"filename": "\udc80.png", "subfolder": "", "type": "output"}, {"filename": "..", "type": "output"}]
    outputs = {"5": {"images": named, "numbers": [float("inf")], "text": ["\ud83d"]}}
    prompts.finished("a", "failed", outputs=outputs, error="half \ud83d")
    await prompts.flush()
    found = await prompts.one(ALICE, "a")
    assert found
    assert (found.prompt.error, found.prompt.files) == ("half ?", 0)
    assert json.loads(found.body.outputs or "")["5"]["numbers"] == [None]
    assert json.loads(found.body.graph)["2"]["inputs"]["text"] == "\ud83d half"
