"""Prompts and pages with a whole ComfyUI behind them: the double, or a real one."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from comfystudio.storage import Database
from tests.comfy.check.test_check import REAL, checkout_of
from tests.comfy.house import ALICE, BOB, House, Page, house
from tests.comfy.running import guarded, upstream_of
from tests.waiting import until


def named(name: str) -> str:
    """A prompt id for `name`: newer ones take nothing but a UUID."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def graph(color: int, steps: int = 0) -> dict[str, Any]:
    """Saves a picture, after `steps` nodes that take a while."""
    nodes: dict[str, Any] = {
        "0": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": color}}
    }
    for step in range(1, steps + 1):
        size = 1024 if step % 2 else 64
        scale = {"upscale_method": "lanczos", "width": size, "height": size, "crop": "disabled"}
        nodes[str(step)] = {"class_type": "ImageScale", "inputs": {"image": [str(step - 1), 0], **scale}}
    save = {"images": [str(steps), 0], "filename_prefix": "whole"}
    return nodes | {"save": {"class_type": "SaveImage", "inputs": save}}


async def heard(page: Page, prompt_id: str) -> list[str]:
    """The types of all messages about a prompt up to its last one; counts and states of progress left out."""
    found: list[str] = []
    while True:
        message = await page.next()
        assert message["data"].get("prompt_id", prompt_id) == prompt_id
        if message["type"] not in {"status", "progress_state"}:
            found.append(message["type"])
        if message["type"] == "executing" and message["data"]["node"] is None:
            return found


@pytest.mark.parametrize("version", ["0.3.64", "0.28.0", REAL])
async def test_two_artists_work_until_comfyui_is_killed(version: str, root: Path, database: Database) -> None:
    """Each hears of their own; a killed portal's successor goes on; killed with ten prompts, each says so."""
    async with guarded(checkout_of(version, root)) as comfy:
        upstream = upstream_of(comfy.running)
        async with house(database) as first:
            assert await first.workers.arrived(upstream, "p1", adopted=False) is None
            await _both_work(first)
            await first.post(ALICE, named("left"), graph=graph(10, steps=30))
            await until(lambda: first.prompts.all_live()[0].prompt.state == "running", within=30)
        async with house(database, fresh=False) as second:
            assert await second.workers.arrived(upstream, "p1", adopted=True) is None
            async with second.page(ALICE) as page:
                await page.until("execution_success")
                await page.until("executing")
            assert (await second.of(ALICE, named("left"))).prompt.files == 1
            for number in range(10):
                await second.post(
                    ALICE if number % 2 else BOB, named(f"p{number}"), graph=graph(20 + number, steps=60)
                )
            async with second.page(ALICE) as alice, second.page(BOB) as bob:
                await until(lambda: second.prompts.all_live()[0].prompt.state == "running", within=30)
                comfy.running.process.kill()
                await second.workers.left(upstream, "ComfyUI was killed.")
                for page, names in ((alice, "13579"), (bob, "02468")):
                    for name in names:
                        told = await page.until("execution_error")
                        assert told["data"]["prompt_id"] == named(f"p{name}")
                    await page.until("status")
                    assert page.heard[-1]["data"]["status"]["exec_info"]["queue_remaining"] == 0
            assert len(await second.prompts.history(ALICE, limit=100)) == 7
            assert len(await second.prompts.history(BOB, limit=100)) == 6


async def _both_work(studio: House) -> None:
    async with studio.page(ALICE) as alice, studio.page(BOB) as bob:
        await studio.post(ALICE, named("a"), graph=graph(1))
        await studio.post(BOB, named("b"), graph=graph(1))
        for page, owner, name in ((alice, ALICE, "a"), (bob, BOB, "b")):
            assert await heard(page, named(name)) == [
                "execution_start",
                "execution_cached",
                "executing",
                "executing",
                "executed",
                "execution_success",
                "executing",
            ]
            found = await studio.of(owner, named(name))
            assert (found.prompt.state, found.prompt.files) == ("done", 1)
