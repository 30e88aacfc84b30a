"""The original's API as its clients know it: paths, fields, forms, `success`; and none of its holes."""

import io
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.errors import StudioError
from comfystudio.storage import Database
from comfystudio.web.binding import _fields
from comfystudio.workspace import Workspace
from tests.waiting import until
from tests.web.house import ADMIN, ALICE, BOB, OUT, PASSWORD, House, Visitor, opened

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def send(visitor: Visitor, path: str, fields: dict[str, Any], *, form: bool, status: int = 200) -> Any:
    """Post `fields` as a form or as JSON; the answer, whose `success` fits its status."""
    sent: dict[str, Any] = {"data": urlencode(fields), "headers": FORM} if form else {"json": fields}
    found = await visitor.json("POST", path, status=status, **sent)
    assert found["success"] is (status == 200)
    assert status == 200 or found["message"]
    return found


@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
async def test_a_session_from_start_to_end(house: House, form: bool) -> None:
    """Pick the own profile, start a tool, wait for its port, read and clear its log, stop it."""
    alice = await house.visitor(ALICE)
    await send(alice, "/set_artist", {"artist": ALICE}, form=form)
    started = await send(alice, "/start_session", {"tool_id": "own", "artist": ALICE}, form=form)
    assert (started["tool_name"], started["message"]) == ("own", "own is starting.")

    async def status() -> Any:
        found = await alice.json("GET", "/tool_status/own")
        return found if found["port_ready"] else None

    found = await until(status, 10)
    assert found == {"tool_id": "own", "name": "own", "running": True, "port_ready": True, "installed": True}
    shown = await alice.json("GET", "/user_logs")
    assert shown["running"] is True
    assert "step one\nstep two\n" in shown["content"]
    await send(alice, "/clear_logs", {}, form=form)
    assert (await alice.json("GET", "/user_logs"))["content"] == ""
    stopped = await send(alice, "/stop_session", {"tool_id": "own"}, form=form)
    assert stopped["message"] == "own has been stopped."
    assert (await alice.json("GET", "/tool_status/own"))["running"] is False


async def test_a_name_is_somebodys_own(house: House) -> None:
    """Neither an admin's name nor one that is nobody's or a path makes anybody anyone else."""
    alice = await house.visitor(ALICE)
    for name in (ADMIN, BOB, "Nobody", "../../evil", "$(id)", ""):
        await send(alice, "/set_artist", {"artist": name}, form=True, status=403)
    assert (await alice.json("GET", "/api/v1/session"))["me"]["name"] == ALICE
    await send(await house.visitor(), "/set_artist", {"artist": ADMIN}, form=False, status=401)
    await send(alice, "/start_session", {"tool_id": "own", "artist": BOB}, form=True, status=404)
    await send(alice, "/stop_session", {"tool_id": "own", "artist": BOB}, form=False, status=404)


async def test_admin_mode_wants_the_password(house: House) -> None:
    """Only an admin's own password turns it on, for that session alone; off needs none."""
    ada = await house.visitor(ADMIN, mode=False)
    for form in (True, False):
        assert await ada.status("GET", "/debug") == 403
        await send(ada, "/set_admin_mode", {"admin_mode": "true"}, form=form, status=401)
        wrong = {"admin_mode": "true", "password": "not this one at all"}
        await send(ada, "/set_admin_mode", wrong, form=form, status=401)
        await send(ada, "/set_admin_mode", {"admin_mode": "true", "password": PASSWORD}, form=form)
        debug = await ada.json("GET", "/debug")
        assert (debug["current_artist"], debug["is_current_admin"], debug["ADMINS"]) == (ADMIN, True, [ADMIN])
        assert set(debug["USERS"]) == {ALICE, BOB, OUT, ADMIN}
        assert debug["REPO_DIR"] == ""
        await send(ada, "/set_admin_mode", {"admin_mode": "false"}, form=form)
    alice = await house.visitor(ALICE)
    await send(alice, "/set_admin_mode", {"admin_mode": True, "password": PASSWORD}, form=False, status=403)


async def test_the_log_of_the_newest_job(house: House) -> None:
    """Admins read it without colours and without secrets, and empty it; artists do neither."""
    caller, raw = await house.caller(ADMIN)
    ada, alice = house.holder(raw), await house.visitor(ALICE)
    assert await ada.json("GET", "/logs") == {"content": "", "running": False}
    job = await house.job(caller, "printf '\\033[31mred\\033[0m hf_abcdefghijklmnop\\n'; sleep 60")
    await until(lambda: _says(ada, "red"))
    shown = await ada.json("GET", "/logs")
    assert shown["running"] is True
    assert "red hf_…\n" in shown["content"]
    assert await alice.json("GET", "/logs", status=403) == {
        "success": False,
        "message": "Only admins may do this. Ask an admin of the studio.",
    }
    await send(alice, "/clear_logs", {}, form=False)
    assert "red" in (await ada.json("GET", "/logs"))["content"]
    await send(ada, "/clear_logs", {}, form=False)
    assert (await ada.json("GET", "/logs"))["content"] == ""
    await house.jobs.cancel(job.id, caller)
    assert (await ada.json("GET", "/logs"))["running"] is False


async def _says(visitor: Visitor, text: str) -> bool:
    return text in (await visitor.json("GET", "/logs"))["content"]


async def test_the_shared_log_is_not_an_artists_to_empty(house: House) -> None:
    """Whoever started a tool that all share reads its log; only an admin empties it."""
    alice = await house.visitor(ALICE)
    await send(alice, "/start_session", {"tool_id": "shared"}, form=False)

    async def written() -> bool:
        return "serving" in (await alice.json("GET", "/user_logs"))["content"]

    await until(written, 10)
    assert (await (await house.visitor(BOB)).json("GET", "/user_logs"))["content"] == ""
    await send(alice, "/clear_logs", {}, form=True, status=403)


WRONG = [
    (b"", "application/json", 422),
    (b"{", "application/json", 422),
    (b"[]", "application/json", 422),
    (b'{"tool_id": 5}', "application/json", 422),
    (b"artist=Alice", FORM["Content-Type"], 422),
    (b"tool_id=own&tool_id=shared", FORM["Content-Type"], 422),
    # As curl sends it: UTF-8 without percents. There is no such tool.
    ("tool_id=ä".encode(), FORM["Content-Type"], 404),
    (b"tool_id=\xe4", FORM["Content-Type"], 422),
    (b"tool_id=%ff", FORM["Content-Type"], 422),
    (b"&".join(b"f%d=1" % number for number in range(200)), FORM["Content-Type"], 422),
    (b"tool_id=nothing", FORM["Content-Type"], 404),
    (b"tool_id=../../etc", FORM["Content-Type"], 404),
    (b"tool_id=broken", FORM["Content-Type"], 409),
    (b"tool_id=own", "text/plain", 415),
    (b"tool_id=own", "multipart/form-data; boundary=x", 415),
    (b"x" * (1024 * 1024 + 1), FORM["Content-Type"], 413),
]


async def test_failures_have_their_status_and_success_false(house: House) -> None:
    """Whatever is wrong with a request: its client finds `success: false` and a message, and a proper status."""
    alice = await house.visitor(ALICE)
    for body, kind, status in WRONG:
        async with alice.ask(
            "POST", "/start_session", data=io.BytesIO(body), headers={"Content-Type": kind}
        ) as found:
            assert (found.status, found.content_type) == (status, "application/json"), body[:80]
            told = json.loads(await found.text())
        assert set(told) == {"success", "message"}
        assert told["success"] is False


async def test_unknown_fields_are_passed_over(house: House) -> None:
    """Clients that send more than they must are served all the same."""
    alice = await house.visitor(ALICE)
    await send(alice, "/set_artist", {"artist": ALICE, "theme": "dark"}, form=True)
    await send(alice, "/set_artist", {"artist": ALICE, "more": {"nested": []}}, form=False)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_form_or_refused(content: bytes) -> None:
    """The form's reader gives back text by name, or the sentence that it could not be read."""
    try:
        found = _fields(content)
    except StudioError as error:
        assert error.status == 422
    else:
        assert all(isinstance(part, str) for pair in found.items() for part in pair)


async def test_from_elsewhere_there_is_no_profile_to_pick(workspace: Workspace, database: Database) -> None:
    """With auth = open, a caller who is not at the studio's own machine picks nothing."""
    async with opened(workspace, database, auth="open", host="127.0.0.1") as house:
        await send(await house.visitor(), "/set_artist", {"artist": ALICE}, form=True, status=401)
