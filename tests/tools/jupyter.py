"""A real JupyterLab for tests: installed once by the real job, spoken to over its socket file."""

import asyncio
import hashlib
import json
import os
import shutil
import sys
import uuid
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from comfystudio import settings as all_settings
from comfystudio.events import Bus
from comfystudio.jobs import Jobs
from comfystudio.keeper import Keepers
from comfystudio.people import LOCAL
from comfystudio.storage import Database
from comfystudio.tools import Tools
from comfystudio.workspace import prepare
from tests.tools.conftest import Silent

__all__ = ["install_once", "installed", "run_in_kernel"]

REPO = Path(__file__).parents[2]
SETUP = REPO / "setup"


class Nobody:
    """People that are not needed for an install."""

    def get(self, person_id: int) -> Any:
        """Nobody is there."""
        raise LookupError(person_id)


def _cache() -> Path:
    parts = [SETUP / "jupyter" / "requirements.txt", SETUP / "jupyter" / "install_jupyter.sh"]
    name = hashlib.sha256(b"".join(part.read_bytes() for part in parts) + sys.version.encode()).hexdigest()[:16]
    return REPO / ".build" / "test-jupyter" / name


async def _install(root: Path) -> None:
    """Install JupyterLab into the workspace `root` as an admin does from the page."""
    workspace = prepare(root)
    settings = all_settings.load({"workspace": str(root), "setup_dir": str(SETUP)}, environment={})
    database = Database(workspace.database)
    await database.open()
    keepers, bus = Keepers(workspace.units, workspace.runtime), Bus()
    jobs = Jobs(database, keepers, bus, Silent())
    await jobs.recover()
    tools = Tools(settings, workspace, keepers=keepers, jobs=jobs, people=Nobody(), bus=bus, audit=Silent())
    await tools.start_service()
    try:
        job = await tools.install("jupyter-lab", LOCAL)
        done = await jobs.wait(job.id)
        lines = [line.text for line in jobs.log(job.id).tail(20).lines]
        assert done.state == "done", "\n".join(lines)
        assert tools.view("jupyter-lab", LOCAL).installed or await asyncio.sleep(3, True)
    finally:
        await tools.stop_service()
        await jobs.close()
        await keepers.close()
        await database.close()
        shutil.rmtree(workspace.runtime, ignore_errors=True)


def install_once() -> Path:
    """The folder that the install job made, now or for an earlier run: `jupyter`, with a venv in it."""
    root = _cache()
    if not (root / "jupyter" / "venv").exists():
        root.mkdir(parents=True, exist_ok=True)
        asyncio.run(_install(root))
    return root / "jupyter"


@pytest.fixture(scope="session")
def installed() -> Path:
    """JupyterLab as its job installs it. Other accounts may enter the folder."""
    return install_once()


async def run_in_kernel(socket: Path, code: str) -> str:
    """What `code` prints in a fresh kernel of the JupyterLab behind `socket`."""
    connector = aiohttp.UnixConnector(path=str(socket))
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession("http://localhost", connector=connector, cookie_jar=jar) as http:
        async with http.get("/lab") as page:
            xsrf = page.cookies["_xsrf"].value
        async with http.post("/api/kernels", json={}, headers={"X-XSRFToken": xsrf}) as made:
            assert made.status == 201, await made.text()
            kernel = (await made.json())["id"]
        async with http.ws_connect(f"/api/kernels/{kernel}/channels", origin="http://localhost") as ws:
            request = {
                "header": {
                    "msg_id": uuid.uuid4().hex,
                    "msg_type": "execute_request",
                    "username": "",
                    "session": uuid.uuid4().hex,
                    "version": "5.3",
                },
                "parent_header": {},
                "metadata": {},
                "channel": "shell",
                "content": {"code": code, "silent": False, "stop_on_error": True},
            }
            await ws.send_json(request)
            return await asyncio.wait_for(_printed(ws, request["header"]["msg_id"]), 30)


async def _printed(ws: aiohttp.ClientWebSocketResponse, request: str) -> str:
    printed = ""
    async for message in ws:
        answer = json.loads(message.data)
        if answer["parent_header"].get("msg_id") != request:
            continue
        if answer["msg_type"] == "stream":
            printed += answer["content"]["text"]
        elif answer["msg_type"] == "error":
            printed += "\n".join(answer["content"]["traceback"])
        elif answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            return printed
    raise AssertionError(f"the kernel hung up after {printed!r}")


def as_account(uid: int) -> dict[str, Any]:
    """Arguments for subprocess that make it run as account `uid`."""
    return {"user": uid, "group": uid, "extra_groups": (), "env": {"PATH": os.defpath}, "cwd": "/"}
