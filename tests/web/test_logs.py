"""Logs over HTTP: any part of one, all of them in a list, and words in all of them, each for whoever may read it."""

import asyncio
import os
from typing import Any

import aiohttp
import psutil
import pytest

from comfystudio.keeper._records import encode
from comfystudio.people import LOCAL
from tests.waiting import until
from tests.web.house import ADMIN, ALICE, BOB, House, Visitor

LOGS = "/api/v1/logs"


async def ready(visitor: Visitor, tool: str, as_: str | None = None) -> None:
    """Start a tool and wait for it."""
    await visitor.json("POST", f"/api/v1/tools/{tool}/start", {"as": as_} if as_ else {}, status=202)
    asked = f"/api/v1/tools/{tool}" + (f"?as={as_}" if as_ else "")

    async def is_ready() -> bool:
        return bool((await visitor.json("GET", asked))["state"] == "ready")

    await until(is_ready, 15)


async def texts(visitor: Visitor, query: str) -> list[str]:
    """What a search finds."""
    return [hit["text"] for hit in (await visitor.json("GET", f"{LOGS}/search?{query}"))["hits"]]


async def test_any_part_of_a_log(house: House) -> None:
    """From the end backwards and around a line; each part says what lies before and after it."""
    alice, _ = await house.caller(ALICE)
    job = await house.job(alice, "seq -f 'line %.0f' 1 500; echo 'Error: no such file' >&2; sleep 0.05; exit 2")
    await house.jobs.wait(job.id)
    visitor, path = await house.visitor(ALICE), f"/api/v1/jobs/{job.id}/log"

    async def part(query: str) -> Any:
        return await visitor.json("GET", f"{path}?{query}")

    tail = await part("tail=100")
    assert (tail["next"], tail["oldest"]) == (tail["end"], 0)
    found, before = tail["lines"], tail["start"]
    while before > tail["oldest"]:
        more = await part(f"before={before}&limit=90")
        assert more["next"] == before
        found, before = more["lines"] + found, more["start"]
    assert [line["text"] for line in found if line["stream"] == "o"] == [f"line {number}" for number in range(1, 501)]
    error = tail["first_error"]
    assert error["text"] == "Error: no such file"
    around = await part(f"around={error['offset']}&limit=20")
    (line,) = [each for each in around["lines"] if each["offset"] == error["offset"]]
    assert (line["text"], line["stream"]) == ("Error: no such file", "e")
    assert abs(error["at"] - line["at"]) < 0.01
    assert around["first_error"] == error
    later = await part(f"start={around['next']}")
    assert later["next"] == later["end"]


@pytest.mark.parametrize("query", ["start=1&before=2", "around=1&before=2", "before=-1", "limit=0", "around=x"])
async def test_a_part_that_is_none_is_refused(house: House, query: str) -> None:
    """Two places at once, and what is no offset."""
    alice, _ = await house.caller(ALICE)
    job = await house.job(alice)
    assert await (await house.visitor(ALICE)).status("GET", f"/api/v1/jobs/{job.id}/log?{query}") == 422


async def test_everybody_sees_the_logs_that_are_theirs(house: House) -> None:
    """An artist's own tools and jobs and what all share; an admin in admin mode everybody's."""
    alice, bob = await house.visitor(ALICE), await house.visitor(BOB)
    admin, off_duty = await house.visitor(ADMIN), await house.visitor(ADMIN, mode=False)
    await ready(alice, "shared")
    await ready(alice, "own")
    await ready(admin, "closed")
    job = await house.job((await house.caller(ALICE))[0], "echo from a job", title="Make it")
    await house.jobs.wait(job.id)
    number = house.person(ALICE).id
    of_alice = {"tool:shared": "shared", "tool:own": "own", f"job:{job.id}": "Make it"}

    async def listed(visitor: Visitor) -> dict[str, str]:
        return {each["log"]: each["title"] for each in (await visitor.json("GET", LOGS))["logs"]}

    assert await listed(alice) == of_alice
    assert await listed(bob) == {"tool:shared": "shared"}
    assert set(await listed(off_duty)) == {"tool:shared", "tool:closed"}
    of_admin = await listed(admin)
    assert of_admin == {
        "tool:closed": "closed",
        "tool:shared": "shared",
        f"tool:own:{number}": f"own · {ALICE}",
        f"job:{job.id}": "Make it",
    }
    assert set(await listed(house.local())) == set(of_admin)
    for each in (await alice.json("GET", LOGS))["logs"]:
        assert each["size"] > 0
        assert each["changed_at"] > 1e9
        assert (each["kind"], each["state"]) in {("tool", "ready"), ("job", "done")}


async def test_words_are_found_in_all_logs_one_may_read(house: House) -> None:
    """Tools and jobs at once; another's lines are never among the hits, nor is it told that they exist."""
    alice, bob = await house.visitor(ALICE), await house.visitor(BOB)
    await ready(alice, "own")
    for name in (ALICE, BOB):
        job = await house.job((await house.caller(name))[0], f"echo step of $((1 + 1)) {name[:3]}")
        await house.jobs.wait(job.id)
    found = await alice.json("GET", f"{LOGS}/search?text=STEP")
    assert [hit["text"] for hit in found["hits"]] == ["step of 2 Ali", "step two", "step one"]
    assert [hit["log"] for hit in found["hits"]][1:] == ["tool:own"] * 2
    assert {hit["title"] for hit in found["hits"]} == {"A test job", "own"}
    assert (found["next"], found["searched_bytes"] > 0) == (None, True)
    assert await texts(bob, "text=step") == ["step of 2 Bob"]
    assert await texts(alice, "text=STEP&case=true") == []
    assert await texts(alice, "text=step&log=tool:own") == ["step two", "step one"]
    assert await texts(alice, "text=step&limit=1") == ["step of 2 Ali"]
    for log in (f"job:{job.id}", f"tool:own:{house.person(BOB).id}", "tool:nothing", "tool:own,job:999"):
        assert await alice.status("GET", f"{LOGS}/search?text=step&log={log}") == 404, log


async def test_a_search_goes_on_page_by_page(house: House) -> None:
    """`next` leads to the rest, until it is null."""
    alice = await house.visitor(ALICE)
    job = await house.job((await house.caller(ALICE))[0], "seq -f 'hit %.0f' 1 25")
    await house.jobs.wait(job.id)
    seen: list[str] = []
    query = "text=hit&limit=10"
    while True:
        page = await alice.json("GET", f"{LOGS}/search?{query}")
        seen += [hit["text"] for hit in page["hits"]]
        if page["next"] is None:
            break
        query = f"text=hit&limit=10&before={page['next']}"
    assert seen == [f"hit {number}" for number in range(25, 0, -1)]


@pytest.mark.parametrize(
    "query",
    ["", "text=", "text=x&log=../../x", "text=x&before=1", "text=x&from=-1", "text=x&limit=0", f"text={'x' * 201}"],
)
async def test_a_search_for_nonsense_is_refused(house: House, query: str) -> None:
    """Nothing to look for, names and places that are none."""
    assert await (await house.visitor(ALICE)).status("GET", f"{LOGS}/search?{query}") == 422


async def test_secrets_are_not_found(house: House) -> None:
    """Masked in what is shown, they are not to be guessed letter by letter either."""
    alice = await house.visitor(ALICE)
    job = await house.job((await house.caller(ALICE))[0], "echo token hf_canarycanary; exit 1")
    await house.jobs.wait(job.id)
    for part in ("hf_c", "canary", "ycan"):
        assert await texts(alice, f"text={part}") == []
    assert await texts(alice, "text=token%20hf_") == ["token hf_…"]


def searching() -> list[psutil.Process]:
    """The processes that search for us."""
    return [child for child in psutil.Process().children() if any("_search" in part for part in child.cmdline())]


async def test_a_page_that_leaves_ends_its_search(house: House) -> None:
    """The request is broken off, and the process that worked for it is gone at once."""
    alice = await house.visitor(ALICE)
    job = await house.job((await house.caller(ALICE))[0], "true")
    await house.jobs.wait(job.id)
    folder = house.jobs.log(job.id).folder
    (segment,) = folder.glob("*.log")
    with segment.open("ab") as file:
        file.write(b"".join(encode(1.0, "o", f"{number} words") for number in range(400_000)))
    asking = asyncio.create_task(alice.status("GET", f"{LOGS}/search?text=%E2%80%A6"))
    await until(searching)
    asking.cancel()
    await until(lambda: not searching(), 1)
    assert await alice.status("GET", LOGS) == 200


async def test_a_session_that_ends_ends_its_search(house: House) -> None:
    """Signed out meanwhile, nobody gets the answer."""
    caller, raw = await house.caller(ALICE)
    job = await house.job(caller, "true")
    await house.jobs.wait(job.id)
    (segment,) = house.jobs.log(job.id).folder.glob("*.log")
    with segment.open("ab") as file:
        file.write(b"".join(encode(1.0, "o", f"{number} words") for number in range(400_000)))
    asking = asyncio.create_task(house.holder(raw).status("GET", f"{LOGS}/search?text=%E2%80%A6"))
    await until(searching)
    await house.holder(raw).status("DELETE", "/api/v1/session")
    await until(lambda: not searching(), 1)
    # The client asks once more on a new connection, as browsers do.
    assert (await asyncio.gather(asking, return_exceptions=True))[0] != 200


async def test_a_revoked_token_ends_a_download(house: House) -> None:
    """Within a second of its end nothing more of a long log is sent."""
    caller, _ = await house.caller(ALICE)
    job = await house.job(caller, "true")
    await house.jobs.wait(job.id)
    (segment,) = house.jobs.log(job.id).folder.glob("*.log")
    with segment.open("ab") as file:
        file.write(b"".join(encode(1.0, "o", "x" * 1000) for _ in range(40_000)))
    view, raw = await house.room.tokens.create(caller.person, "loader")
    async with house.program(raw).ask("GET", f"/api/v1/jobs/{job.id}/log/download") as answer:
        assert answer.status == 200
        await answer.content.readexactly(100_000)
        await house.room.tokens.revoke(view.id, caller)
        with pytest.raises(aiohttp.ClientError):
            async with asyncio.timeout(5):
                while await answer.content.readany():
                    await asyncio.sleep(0.05)
                raise AssertionError("all of it was sent")


async def test_runs_are_on_record(house: House) -> None:
    """Who started what and how it ended, with the way to its part of the log; each for whoever may see it."""
    alice, bob, admin = [await house.visitor(name) for name in (ALICE, BOB, ADMIN)]
    await ready(alice, "shared")
    await alice.json("POST", "/api/v1/tools/shared/stop", {}, status=202)
    await ready(alice, "own")
    await ready(admin, "own", BOB)
    card = await admin.json("GET", "/api/v1/tools/own/command?as=Alice")
    (instance,) = [each for each in card["instances"] if each["person"] == ALICE]
    os.kill(instance["pid"], 9)

    async def runs(visitor: Visitor, query: str = "") -> list[Any]:
        return list((await visitor.json("GET", f"/api/v1/runs?{query}"))["runs"])

    async def killed() -> Any:
        return [run for run in await runs(alice, "tool=own") if run["ending"] == "killed"]

    (run,) = await until(killed)
    assert (run["tool"], run["name"], run["person"], run["started_by"], run["exit_signal"]) == (
        "own",
        "own",
        ALICE,
        ALICE,
        9,
    )
    assert run["log"] == "tool:own"
    part = await alice.json("GET", f"/api/v1/tools/own/log?start={run['log_start']}")
    assert part["lines"][0]["text"] == "Started."
    assert run["log_start"] < run["log_end"] <= part["end"]
    (stopped,) = await runs(bob, "tool=shared")
    assert (stopped["ending"], stopped["person"], stopped["started_by"]) == ("stopped", None, ALICE)
    assert {each["tool"] for each in await runs(bob)} == {"shared", "own"}
    assert {each["person"] for each in await runs(bob, "tool=own")} == {BOB}
    assert {each["person"] for each in await runs(admin)} == {None, ALICE, BOB}
    assert {each["person"] for each in await runs(admin, f"as={ALICE}")} == {ALICE}
    assert {each["log"] for each in await runs(admin, f"as={ALICE}")} == {f"tool:own:{house.person(ALICE).id}"}
    assert await bob.status("GET", f"/api/v1/runs?as={ALICE}") == 404
    newest = await runs(admin, "limit=1")
    older = await runs(admin, f"before={newest[0]['id']}")
    assert newest[0]["id"] > older[0]["id"]
    assert len(older) == len(await runs(admin)) - 1


async def test_a_run_that_goes_on_tells_its_error(house: House) -> None:
    """While it runs the line that looks like an error is there, and after its end it stays."""
    assert await (await house.visitor(ADMIN)).json("GET", "/api/v1/runs") == {"runs": []}
    local = house.local()
    await ready(local, "shared")
    (run,) = (await local.json("GET", "/api/v1/runs"))["runs"]
    assert (run["ending"], run["ended_at"], run["first_error"], run["log_end"]) == ("running", None, None, None)
    assert LOCAL.person.name == run["started_by"]
