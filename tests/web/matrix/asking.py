"""Who asks, and what they ask about: made anew for each caller."""

import json
from typing import Any

from comfystudio.people import LOCAL, Change, Scope
from tests.web.house import ADMIN, ALICE, BOB, OUT, PASSWORD, House, Visitor
from tests.web.matrix.row import Row

__all__ = ["body_of", "target", "visitor_of"]

RENAMED = "Alix"
SESSIONS = {"alice": ALICE, "other": BOB, "admin": ADMIN}
TOKENS: dict[str, tuple[str, Scope]] = {
    "read token": (ALICE, "read"),
    "use token": (ALICE, "use"),
    "admin's read token": (ADMIN, "read"),
    "admin's use token": (ADMIN, "use"),
    "admin token": (ADMIN, "admin"),
}


async def visitor_of(house: House, caller: str) -> Visitor:
    """A client of that kind."""
    if caller == "nobody":
        return await house.visitor()
    if caller == "command line":
        return house.local()
    if caller == "outside":
        return await house.visitor(ADMIN, mode=False)
    if caller == "disabled":
        return await _disabled(house)
    if caller in SESSIONS:
        return await house.visitor(SESSIONS[caller])
    name, scope = TOKENS[caller]
    by, _ = await house.caller(ADMIN)
    for old in house.room.tokens.list_of(house.person(name).id):
        if old.label in TOKENS:
            await house.room.tokens.revoke(old.id, by)
    _, raw = await house.room.tokens.create(house.person(name), caller, scope=scope, by=by)
    return house.program(raw)


async def _disabled(house: House) -> Visitor:
    """Dora's session from before she was disabled."""
    admin, _ = await house.caller(ADMIN)
    dora = house.person(OUT)
    await house.room.people.set_disabled(dora.id, False, admin)
    visitor = await house.visitor(OUT)
    await house.room.people.set_disabled(dora.id, True, admin)
    return visitor


async def target(house: House, name: str, row: Row) -> dict[str, str]:
    """Something of Alice's for the braces in path and query."""
    await _settle(house, name)
    alice, raw = await house.caller(ALICE)
    if "/jobs/" in name or "/terminals/" in name or "{job}" in row.query:
        running = [job for job in house.jobs.list() if job.state == "running" and job.kind == "test"]
        job = running[0] if running else await house.job(alice, f"exec sleep {600 + len(house.jobs.list())}")
        return {"id": str(job.id), "job": str(job.id)}
    if "/prompts/" in name:
        return {"id": (await house.prompt(alice.person)).prompt.id}
    if "/me/sessions/" in name:
        return {"id": str(alice.session_id)}
    if "/tokens/" in name:
        return {"id": str((await house.room.tokens.create(alice.person, "x"))[0].id)}
    if "/outputs" in name:
        house.output(ALICE, "of-alice.png")
        asked = await house.holder(raw).json("POST", "/api/v1/outputs/zip", {})
        return {"archive": asked["id"]}
    return {"id": str(alice.person.id), "tool": "shared"} | row.path


async def _settle(house: House, name: str) -> None:
    """What the one before changed and the next is asked with is as it was."""
    if name.endswith("/me/password"):
        for person in SESSIONS.values():
            await house.room.people.set_password(house.person(person).id, PASSWORD, LOCAL)
    if name.endswith("/people/{id}"):
        await _alice_as_she_was(house)
    if name.endswith("/backups"):
        for job in house.jobs.list():
            if job.kind == "backup":
                await house.jobs.wait(job.id)


async def _alice_as_she_was(house: House) -> None:
    people = house.room.people
    renamed = people.by_name(RENAMED)
    if renamed is not None:
        await people.change(renamed.id, Change(ALICE, None, None), LOCAL)
    elif people.by_name(ALICE) is None:
        await people.add(ALICE, admin=False, by=LOCAL)
    await people.change(house.person(ALICE).id, Change(None, False, False), LOCAL)


def body_of(row: Row, caller: str) -> Any:
    """The body with the caller's kind in it, for what can be made once only."""
    return json.loads(json.dumps(row.body).replace("{caller}", caller.replace("'", ""))) if row.body else row.body
