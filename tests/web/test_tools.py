"""Tools, jobs and their logs over HTTP, with real processes."""

from typing import Any

from comfystudio.people import LOCAL
from tests.waiting import until
from tests.web.house import ADMIN, ALICE, BOB, House, Visitor

CANARIES = "cst_canarycanarycanary hf_canarycanarycanary Authorization: Bearer canary-canary-canary"


async def _state(visitor: Visitor, tool: str) -> Any:
    return (await visitor.json("GET", f"/api/v1/tools/{tool}"))["state"]


async def _ready(visitor: Visitor, tool: str) -> None:
    async def ready() -> bool:
        return bool(await _state(visitor, tool) == "ready")

    await until(ready, 15)


async def test_each_person_sees_their_own_cards(house: House) -> None:
    """An artist's card of an admins' tool says why it is closed, a broken one's where to mend it only to admins."""
    alice, admin = await house.visitor(ALICE), await house.visitor(ADMIN)
    cards = {tool["id"]: tool for tool in (await alice.json("GET", "/api/v1/tools"))["tools"]}
    assert set(cards) == {"shared", "own", "closed", "broken"}
    assert cards["closed"]["refusal"] == "Only for admins until it is safe."
    assert cards["closed"]["can"]["start"] is False
    assert cards["broken"]["state"] == "broken"
    assert cards["broken"]["error"] is None
    assert "broken/tool.toml" in (await admin.json("GET", "/api/v1/tools/broken"))["error"]
    assert cards["shared"]["url"] == "http://shared.test"
    assert (await admin.json("GET", "/api/v1/tools/closed"))["can"]["start"] is True
    assert await alice.status("GET", "/api/v1/tools/nothing") == 404


async def test_starting_answers_at_once_and_stopping_ends_it(house: House) -> None:
    """202 with the card; the tool becomes ready by itself; both are in the audit trail."""
    alice = await house.visitor(ALICE)
    begun = await alice.json("POST", "/api/v1/tools/shared/start", {}, status=202)
    assert begun["state"] in {"starting", "ready"}
    assert begun["started_by"] == ALICE
    await _ready(alice, "shared")
    assert (await alice.json("POST", "/api/v1/tools/shared/stop", {}, status=202))["state"] == "stopped"
    actions = [entry.action for entry in await house.room.audit.recent(2)]
    assert actions == ["tool.stopped", "tool.started"]


async def test_an_admin_may_start_somebody_elses_instance(house: House) -> None:
    """`as` names the person; an artist who names another finds nothing, whether the name exists or not."""
    admin, alice, bob = await house.visitor(ADMIN), await house.visitor(ALICE), await house.visitor(BOB)
    await admin.json("POST", "/api/v1/tools/own/start", {"as": ALICE}, status=202)
    await _ready(alice, "own")
    assert await _state(bob, "own") == "stopped"
    assert (await house.local().json("GET", "/api/v1/tools/own?as=Alice"))["state"] == "ready"
    assert await bob.status("POST", "/api/v1/tools/own/stop", {"as": ALICE}) == 404
    assert await bob.status("POST", "/api/v1/tools/own/stop", {"as": "Nobody"}) == 404
    assert await admin.status("POST", "/api/v1/tools/own/start", {"as": "Nobody"}) == 404
    assert await _state(alice, "own") == "ready"


async def test_a_tools_log_is_read_in_parts_downloaded_and_cleared(house: House) -> None:
    """The newest lines, then what came after them, then the whole file; clearing leaves nothing of the old."""
    admin = await house.visitor(ADMIN)
    await admin.json("POST", "/api/v1/tools/shared/start", {}, status=202)
    await _ready(admin, "shared")
    path = "/api/v1/tools/shared/log"
    chunk = await admin.json("GET", path)
    texts = [line["text"] for line in chunk["lines"] if line["stream"] == "o"]
    assert texts[:2] == ["step one", "step two"]
    again = await admin.json("GET", f"{path}?start={chunk['next']}")
    assert (again["lines"], again["next"]) == ([], chunk["next"])
    assert len((await admin.json("GET", f"{path}?start=0&limit=1"))["lines"]) == 1
    async with admin.ask("GET", f"{path}/download") as answer:
        assert answer.content_type == "text/plain"
        assert 'attachment; filename="shared.log"' in answer.headers["Content-Disposition"]
        assert "step one\nstep two\n" in await answer.text()
    assert await admin.status("HEAD", f"{path}/download") == 200
    assert await admin.status("POST", f"{path}/clear", {}) == 204
    assert (await admin.json("GET", path))["lines"] == []


async def test_a_jobs_log_shows_colours_and_no_secrets(house: House) -> None:
    """Escapes that do more than colour are gone, secrets are masked, in the parts and in the file."""
    alice, _ = await house.caller(ALICE)
    told = rf"printf '\033[31mred\033[0m \033]52;c;eA==\007{CANARIES}\n<b>x</b>\n'"
    script = f"{told}; echo 'fatal: hf_canarycanary' >&2; exit 3"
    job = await house.job(alice, script)
    await house.jobs.wait(job.id)
    visitor = await house.visitor(ALICE)
    found = await visitor.json("GET", f"/api/v1/jobs/{job.id}")
    assert (found["state"], found["exit_code"], found["by"]) == ("failed", 3, ALICE)
    assert found["first_error"] == "fatal: hf_…"
    chunk = await visitor.json("GET", f"/api/v1/jobs/{job.id}/log")
    text = "\n".join(line["text"] for line in chunk["lines"])
    assert "\x1b[31mred\x1b[0m cst_…" in text
    assert "<b>x</b>" in text
    (line,) = [each for each in chunk["lines"] if each["stream"] == "e"]
    assert (chunk["first_error"]["text"], chunk["first_error"]["offset"]) == ("fatal: hf_…", line["offset"])
    assert "canary" not in str(chunk)
    async with visitor.ask("GET", f"/api/v1/jobs/{job.id}/log/download") as answer:
        whole = await answer.text()
    assert "canary" not in whole
    assert "\x1b" not in whole


async def test_a_large_log_is_downloaded_whole(house: House) -> None:
    """Every line of a log of several megabytes is in the file."""
    alice, _ = await house.caller(ALICE)
    job = await house.job(alice, "seq -f 'line %.0f of a log with some more text in it' 1 40000")
    await house.jobs.wait(job.id)
    async with (await house.visitor(ALICE)).ask("GET", f"/api/v1/jobs/{job.id}/log/download") as answer:
        lines = [line for line in (await answer.text()).splitlines() if line.startswith("line ")]
    assert len(lines) == 40_000


async def test_jobs_are_seen_by_their_starter_and_by_admins(house: House) -> None:
    """Another artist's list does not hold the job; the one who started it may cancel it."""
    alice, _ = await house.caller(ALICE)
    job = await house.job(alice, "exec sleep 60")
    of_admin = await house.job(LOCAL, "exec sleep 61")
    for name, seen in ((ALICE, [job.id]), (BOB, []), (ADMIN, [of_admin.id, job.id])):
        listed = await (await house.visitor(name)).json("GET", "/api/v1/jobs")
        assert [each["id"] for each in listed["jobs"]] == seen
    visitor = await house.visitor(ALICE)
    assert (await visitor.json("POST", f"/api/v1/jobs/{job.id}/cancel"))["state"] == "cancelled"
    assert await visitor.status("POST", f"/api/v1/jobs/{job.id}/cancel") == 409
