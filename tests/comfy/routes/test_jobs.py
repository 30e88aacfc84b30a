"""The jobs that newer pages list."""

import uuid
from typing import Any

import pytest

from comfystudio.comfy.routes.shapes import outputs_as_files, summary_of
from tests.comfy.routes.house import ALICE, BOB, Routes
from tests.queue.house import graph

OUTPUTS = {
    "5": {
        "images": [
            {"filename": "t.png", "subfolder": "", "type": "temp"},
            {"filename": "a.png", "subfolder": "x", "type": "output"},
        ],
        "animated": [False],
    },
    "6": {"text": ["hello"]},
}


def workflow(name: str) -> dict[str, Any]:
    """Extra data of a page."""
    return {"extra_pnginfo": {"workflow": {"id": name, "nodes": []}}, "create_time": 5}


async def fill(routes: Routes) -> None:
    """One of every kind for Alice, one for Bob."""
    await routes.done(ALICE, "done", outputs=OUTPUTS, extra=workflow("w1"))
    await routes.queue(ALICE, "failed", extra=workflow("w2"))
    routes.prompts.started("failed", 100.0, "comfy-ui")
    routes.prompts.finished("failed", "failed", error="It broke.", at=110.0)
    await routes.queue(ALICE, "stopped")
    routes.prompts.started("stopped", 100.0, "comfy-ui")
    routes.prompts.finished("stopped", "cancelled", at=105.0)
    await routes.queue(ALICE, "running", extra=workflow("w1"))
    routes.prompts.started("running", 100.0, "comfy-ui")
    await routes.queue(ALICE, "waiting")
    await routes.done(BOB, "bobs", outputs=OUTPUTS, extra=workflow("w1"))


async def test_list(routes: Routes):
    """The list has everything of the artist, the newest first, with what a page needs of each."""
    await fill(routes)
    answer = (await routes.get(ALICE, "/api/jobs?limit=200&offset=0")).json
    assert answer["pagination"] == {"offset": 0, "limit": 200, "total": 5, "has_more": False}
    jobs = {each["id"]: each for each in answer["jobs"]}
    assert list(jobs) == ["waiting", "running", "stopped", "failed", "done"]
    statuses = [each["status"] for each in answer["jobs"]]
    assert statuses == ["pending", "in_progress", "cancelled", "failed", "completed"]
    done = jobs["done"]
    assert done["outputs_count"] == 2
    assert done["preview_output"] == OUTPUTS["5"]["images"][1] | {"nodeId": "5", "mediaType": "images"}
    assert (done["execution_start_time"], done["execution_end_time"]) == (100_000, 101_500)
    assert done["workflow_id"] == "w1"
    assert all(isinstance(each["create_time"], int) for each in answer["jobs"])
    assert jobs["failed"]["execution_error"]["exception_message"] == "It broke."
    assert set(jobs["waiting"]) == {"id", "status", "priority", "create_time", "outputs_count"}
    assert (await routes.get(ALICE, "/api/api/jobs")).json == (await routes.get(ALICE, "/jobs")).json


FILTERS = [
    ("status=completed", ["done"]),
    ("status=pending,in_progress", ["waiting", "running"]),
    ("status=failed, CANCELLED", ["stopped", "failed"]),
    ("status=,", ["waiting", "running", "stopped", "failed", "done"]),
    ("sort_order=asc", ["done", "failed", "stopped", "running", "waiting"]),
    ("sort_by=execution_duration&status=completed,failed,cancelled", ["failed", "stopped", "done"]),
    ("limit=2", ["waiting", "running"]),
    ("limit=2&offset=3", ["failed", "done"]),
    ("offset=99", []),
    ("offset=-5&limit=1", ["waiting"]),
    ("workflow_id=w1", ["running", "done"]),
    ("workflow_id=w1&limit=1&offset=1", ["done"]),
    ("workflow_id=never", []),
]


async def test_filters(routes: Routes):
    """Filters, order and parts are ComfyUI's."""
    await fill(routes)
    for query, ids in FILTERS:
        answer = (await routes.get(ALICE, f"/api/jobs?{query.replace(' ', '%20')}")).json
        assert [each["id"] for each in answer["jobs"]] == ids, query


BAD = [
    "status=odd",
    "sort_by=name",
    "sort_order=up",
    "limit=0",
    "limit=-1",
    "limit=many",
    "offset=many",
]


async def test_bad_queries(routes: Routes):
    """What makes no sense is told as ComfyUI tells it."""
    for query in BAD:
        answer = await routes.get(ALICE, f"/api/jobs?{query}")
        assert answer.status == 400, query
        assert isinstance(answer.json["error"], str)


async def test_one(routes: Routes):
    """One that is over has its outputs, its end and the workflow; one that is not has what the list has."""
    await fill(routes)
    listed = {each["id"]: each for each in (await routes.get(ALICE, "/jobs")).json["jobs"]}
    done = (await routes.get(ALICE, "/api/jobs/done")).json
    assert done == listed["done"] | {
        "outputs": OUTPUTS,
        "execution_status": {"status_str": "success", "completed": True, "messages": []},
        "workflow": {"prompt": graph(), "extra_data": workflow("w1")},
    }
    assert (await routes.get(ALICE, "/api/jobs/waiting")).json == listed["waiting"]
    missing = await routes.get(ALICE, "/api/jobs/bobs")
    assert (missing.status, missing.json) == (404, {"error": "Job not found"})


async def test_cancel(routes: Routes):
    """What waits is taken back and leaves the lists, what runs is stopped; everything else is not cancelled."""
    await fill(routes)
    for name, cancelled in (("bobs", False), ("never", False), ("done", False), ("running", True), ("waiting", True)):
        assert (await routes.post(ALICE, f"/api/jobs/{name}/cancel")).json == {"cancelled": cancelled}, name
    assert routes.worker.cancelled == [({"running"}, True), ({"waiting"}, True)]
    ids = [each["id"] for each in (await routes.get(ALICE, "/jobs")).json["jobs"]]
    assert ids == ["running", "stopped", "failed", "done"]


async def test_cancel_many(routes: Routes):
    """Many at once: another's count for nothing, malformed ones stop it before anything happens."""
    mine, bobs, never = (str(uuid.uuid4()) for _ in range(3))
    await routes.queue(ALICE, mine)
    await routes.queue(BOB, bobs)
    bad = await routes.post(ALICE, "/api/jobs/cancel", {"job_ids": [mine, "x", 7, {}, mine.upper()]})
    assert bad.status == 400
    assert bad.json["invalid_ids"] == ["x", "7", "{}", mine.upper()]
    assert (await routes.post(ALICE, "/api/jobs/cancel", {"job_ids": [bobs, never]})).json == {"cancelled": False}
    assert (await routes.post(ALICE, "/api/jobs/cancel", {"job_ids": [bobs, mine]})).json == {"cancelled": True}
    assert routes.prompts.remaining(ALICE) == 0
    assert routes.prompts.remaining(BOB) == 1
    for body in ([], {}, {"job_ids": "x"}):
        assert (await routes.post(ALICE, "/api/jobs/cancel", body)).status == 400


SUMMARIES = [
    ({}, 0, None),
    ({"1": {"text": ["a", "b"]}}, 0, {"content": "a", "nodeId": "1", "mediaType": "text"}),
    (
        {"1": {"text": ["x" * 2000]}},
        0,
        {"content": "x" * 1024, "truncated": True, "nodeId": "1", "mediaType": "text"},
    ),
    (
        {"1": {"result": ["a.GLB"]}},
        1,
        {"filename": "a.GLB", "type": "output", "subfolder": "", "mediaType": "3d", "nodeId": "1"},
    ),
    (
        {"1": {"gifs": [{"filename": "a.mp4", "type": "output", "format": "video/h264-mp4"}]}},
        1,
        {"filename": "a.mp4", "type": "output", "format": "video/h264-mp4", "nodeId": "1", "mediaType": "gifs"},
    ),
    ({"1": {"latents": [{"filename": "a.latent", "type": "output"}]}}, 1, None),
    ({"1": None, "2": {"images": None, "animated": [True], "odd": [None, 5]}}, 0, None),
    ("nonsense", 0, None),
]


@pytest.mark.parametrize(("outputs", "count", "preview"), SUMMARIES)
def test_summaries(outputs: Any, count: int, preview: Any):
    """What is counted and what is shown of a prompt's outputs, odd ones included."""
    summary = summary_of(None, outputs, None)
    assert summary.count == count
    assert summary.preview == preview


def test_error_in_status():
    """The failure that ComfyUI told is the job's."""
    error = {"node_id": "5", "exception_message": "no"}
    status = {"status_str": "error", "messages": [["execution_start", {}], ["execution_error", error]]}
    assert summary_of(None, {}, status).error == error
    assert summary_of(None, {}, {"messages": "odd"}).error is None


def test_outputs_as_files():
    """Models told by name become files; everything else stays as it is."""
    odd = {"1": {"result": ["a.glb", None, "text", {"filename": "x"}], "animated": [None]}, "2": 5}
    glb = {"filename": "a.glb", "type": "output", "subfolder": "", "mediaType": "3d"}
    assert outputs_as_files(odd) == {
        "1": {"result": [glb, "text", {"filename": "x"}], "animated": [None]},
        "2": 5,
    }
    assert outputs_as_files(None) == {}
