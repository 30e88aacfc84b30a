"""The isolation check over the API."""

import asyncio
import sys

from tests.web.house import ADMIN, House

PATH = "/api/v1/comfyui/check"


async def test_an_admin_checks_and_looks_at_what_was_found(house: House) -> None:
    """Nothing before the first check; then the same from both, each way in a sentence, and a line in the trail."""
    admin = await house.visitor(ADMIN)
    assert await admin.json("GET", PATH) == {"refusal": None, "check": None}
    house.comfyui.open = "An artist can open another's pictures (GET /view \x1b[31m)."
    found = await admin.json("POST", PATH, status=200)
    assert found["check"]["passed"] is False
    assert found["check"]["checked_at"] == 1_700_000_000.0
    assert [each["way"] for each in found["check"]["ways"]] == ["view"]
    assert "only admins may enter" in found["refusal"]
    assert await admin.json("GET", PATH) == found
    house.comfyui.open = None
    assert (await admin.json("POST", PATH))["refusal"] is None
    trail = (await admin.json("GET", "/api/v1/audit"))["entries"]
    assert [each["subject"] for each in trail if each["action"] == "comfyui.checked"] == ["passed", "failed"]


async def test_what_does_not_run_is_not_checked(house: House) -> None:
    """409 with a sentence that says what to do."""
    house.comfyui.running = False
    problem = await (await house.visitor(ADMIN)).json("POST", PATH, status=409)
    assert problem["key"] == "comfy.nothing_to_check"


async def test_the_command_ends_with_one_where_a_way_is_open(house: House) -> None:
    """The table marks it, the last line counts, the exit code is 1."""
    house.comfyui.open = "An artist can open another's pictures."
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "comfystudio", "comfy", "check", "--workspace", str(house.workspace.root)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert "✗  view" in said.decode()
    assert "1 of 1 ways are open." in said.decode()
    assert process.returncode == 1
