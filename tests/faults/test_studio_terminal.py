"""A terminal outlives its page and its portal: killed, started anew, ended on purpose."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from tests.processes import of_workspace
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor
from tests.waiting import until, wait_until

ADMIN, PASSWORD = "Vera Novak", "a-long-enough-word-9"


@pytest.fixture
def studio() -> Iterator[RunningStudio]:
    """A studio with an admin and no tools."""
    with passable_folder() as folder:
        (folder / "setup").mkdir()
        with studio_in(folder) as found:
            found.start()
            found.person(ADMIN, PASSWORD, admin=True)
            yield found


async def sees(page: ClientWebSocketResponse, text: bytes) -> bytes:
    """Read until `text` was drawn; everything that was."""
    drawn = b""
    async with asyncio.timeout(15):
        while text not in drawn:
            message = await page.receive()
            assert message.type is WSMsgType.BINARY, message
            drawn += message.data
    return drawn


async def test_a_terminal_outlives_its_portal(studio: RunningStudio) -> None:
    """Kill -9 of the portal while a command runs: it goes on, and the next portal's page sees it and types on."""
    vera = await asyncio.to_thread(lambda: Visitor(studio).sign_in(ADMIN, PASSWORD))
    number = (await asyncio.to_thread(vera.request, "POST", "/api/v1/terminals")).json["job"]["id"]
    path, goes_on = f"/api/v1/terminals/{number}/socket?cols=100&rows=30", studio.workspace / "goes-on"
    async with vera.socket(path) as page:
        await page.send_bytes(b"kept=from-before; (sleep 1; echo work$((1+1))done; touch goes-on) & wait\r")
        await sees(page, b"& wait\r\n")
        studio.kill()
        assert (await page.receive()).type in {WSMsgType.CLOSED, WSMsgType.ERROR, WSMsgType.CLOSE}
    await until(goes_on.exists, 10)
    await asyncio.to_thread(studio.start)
    vera = await asyncio.to_thread(lambda: Visitor(studio).sign_in(ADMIN, PASSWORD))
    listed = (await asyncio.to_thread(vera.get, "/api/v1/terminals")).json["terminals"]
    assert [job["id"] for job in listed] == [number]
    async with vera.socket(path) as page:
        await sees(page, b"work2done")
        await page.send_bytes(b"echo $kept; exit\r")
        await sees(page, b"from-before\r\n")
    job = await until(lambda: asyncio.to_thread(ended, vera, number), 10)
    assert job["state"] == "done"


def ended(vera: Visitor, number: int) -> object:
    """The job, once it no longer runs."""
    job = vera.get(f"/api/v1/jobs/{number}").json
    return None if job["state"] == "running" else job


async def test_what_ended_while_no_portal_was_there_is_closed(studio: RunningStudio) -> None:
    """A shell that ended between two portals is done, with its end in the audit trail and its transcript readable."""
    vera = await asyncio.to_thread(lambda: Visitor(studio).sign_in(ADMIN, PASSWORD))
    number = (await asyncio.to_thread(vera.request, "POST", "/api/v1/terminals")).json["job"]["id"]
    async with vera.socket(f"/api/v1/terminals/{number}/socket") as page:
        await page.send_bytes(b"echo last$((1+1))words; sleep 0.5; exit\r")
        await sees(page, b"last2words\r\n")
        studio.kill()
    await until(lambda: not _shells(studio.workspace), 10)
    await asyncio.to_thread(studio.start)
    job = studio.call("GET", f"/jobs/{number}")
    assert job["state"] == "done"
    assert any(line["text"] == "last2words" for line in studio.call("GET", f"/jobs/{number}/log")["lines"])
    actions = {entry["action"] for entry in studio.call("GET", "/audit")["entries"]}
    assert {"terminal.opened", "terminal.closed"} <= actions


def _shells(workspace: Path) -> list[str]:
    return [command for command in of_workspace(workspace).values() if "keeper" in command or "bash" in command]


async def test_terminals_end_with_the_studio(studio: RunningStudio) -> None:
    """`comfystudio down` ends terminals and what runs in them; nothing is left."""
    vera = await asyncio.to_thread(lambda: Visitor(studio).sign_in(ADMIN, PASSWORD))
    number = (await asyncio.to_thread(vera.request, "POST", "/api/v1/terminals")).json["job"]["id"]
    async with vera.socket(f"/api/v1/terminals/{number}/socket") as page:
        await page.send_bytes(b"setsid sleep 700 & nohup sleep 701 & echo up$((1+1))\r")
        await sees(page, b"up2\r\n")
        await asyncio.to_thread(studio.down)
    wait_until(lambda: not of_workspace(studio.workspace), 10)
