"""The open pages: who hears what, what a new page is told, and what becomes of a page that does not read."""

import asyncio
import json
import struct
from functools import partial

import aiohttp
import pytest

from comfystudio.comfy.events import tab as tab_module
from comfystudio.comfy.events.running import Running
from tests.comfy.house import ALICE, BOB, House, Page
from tests.waiting import until

PREVIEW = struct.pack(">II", 4, 24) + b'{"image_type":"image/a"}'


def shape(kind: str, **data: object) -> dict[str, object]:
    """A message."""
    return {"type": kind, "data": data}


async def test_a_page_is_greeted_with_its_own_count_and_id(studio: House) -> None:
    """The count is that of its owner, the id the one it asked for, or a fresh one."""
    await studio.prompts.accept(BOB, id="b", graph={}, extra={}, targets=[])
    async with studio.page(BOB, "mine") as mine, studio.page(ALICE) as other, studio.page(ALICE, "x" * 500) as odd:
        assert mine.heard == [
            {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 1}}, "sid": "mine"}}
        ]
        assert other.heard[0]["data"]["status"]["exec_info"]["queue_remaining"] == 0
        assert len(other.heard[0]["data"]["sid"]) == 32
        assert len(odd.heard[0]["data"]["sid"]) == 32


async def test_all_tabs_of_an_owner_hear_and_nobody_else(studio: House) -> None:
    """Two tabs with one id live side by side; one that closes takes nothing from the other; others hear nothing."""
    async with studio.page(BOB) as bob, studio.page(ALICE, "same") as first:
        async with studio.page(ALICE, "same") as second:
            studio.tabs.send(ALICE, shape("progress", value=1))
            studio.tabs.frame(ALICE, struct.pack(">I", 3) + b"text")
            for page in (first, second):
                assert await page.next() == shape("progress", value=1)
                assert await page.next() == struct.pack(">I", 3) + b"text"
        studio.tabs.send(ALICE, shape("progress", value=2))
        assert await first.next() == shape("progress", value=2)
        studio.tabs.send(BOB, shape("progress", value=3))
        assert await bob.next() == shape("progress", value=3)


async def test_a_page_that_comes_back_is_told_what_runs(studio: House) -> None:
    """The beginning, the newest state and the node of the running prompt; nothing of one that is over."""
    for message in (
        shape("execution_start", prompt_id="a", timestamp=1),
        shape("execution_cached", prompt_id="a", nodes=["1"]),
        shape("progress_state", prompt_id="a", nodes={"1": {}}),
        shape("executing", prompt_id="a", node="1"),
        shape("progress", value=1),
        shape("progress_state", prompt_id="a", nodes={"2": {}}),
        shape("executing", prompt_id="a", node="2"),
    ):
        studio.tabs.send(ALICE, message)
    async with studio.page(ALICE) as page, studio.page(BOB) as bob:
        assert await page.types(4) == ["execution_start", "execution_cached", "progress_state", "executing 2"]
        assert page.heard[3]["data"]["nodes"] == {"2": {}}
        studio.tabs.send(BOB, shape("progress", value=1))
        assert await bob.types(1) == ["progress"]
    studio.tabs.send(ALICE, shape("execution_success", prompt_id="a"))
    async with studio.page(ALICE) as page:
        studio.tabs.send(ALICE, shape("progress", value=2))
        assert await page.types(1) == ["progress"]


def test_only_a_prompt_whose_beginning_was_heard_runs() -> None:
    """Late words of a prompt that is over make nothing run again."""
    running = Running()
    running.note(ALICE, shape("progress_state", nodes={}))
    assert running.of(ALICE) == []
    running.note(ALICE, shape("execution_start"))
    running.note(ALICE, shape("executing", node=None))
    assert running.of(ALICE) == []
    assert running.node(ALICE) == ""


async def test_a_page_that_says_what_it_can_is_answered(studio: House) -> None:
    """It hears what the worker can; previews come with metadata only where the page knows them."""
    studio.tabs.features = {"max_upload_size": 7}
    async with studio.page(ALICE) as able, studio.page(ALICE) as plain:
        await able.say({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
        assert await able.next() == {"type": "feature_flags", "data": {"max_upload_size": 7}}
        studio.tabs.frame(ALICE, PREVIEW + b"picture")
        assert await able.next() == PREVIEW + b"picture"
        assert await plain.next() == struct.pack(">II", 1, 1) + b"picture"


@pytest.mark.parametrize("said", ["", "{", "[]", '{"type": "feature_flags"}', '{"type": "feature_flags", "data": 3}'])
async def test_what_else_a_page_says_is_ignored(studio: House, said: str) -> None:
    """Nonsense first, and anything after the first: the page stays, and gets previews in the older form."""
    async with studio.page(ALICE) as page:
        await page.say(said)
        await page.say({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
        await page.say({"type": "executing", "data": {"node": None}})
        await page.socket.send_bytes(b"bytes")
        if "feature" in said:
            assert (await page.next())["type"] == "feature_flags"
        studio.tabs.frame(ALICE, PREVIEW + b"picture")
        assert await page.next() == struct.pack(">II", 1, 1) + b"picture"


async def test_a_page_whose_right_ends_is_closed(studio: House) -> None:
    """Sign-out and the like: closed at once with the code for that, the others stay."""
    async with studio.page(ALICE) as page, studio.page(BOB) as bob:
        for close in studio.rights[ALICE]:
            close()
        assert await page.next() is None
        assert page.socket.close_code == 1008
        studio.tabs.send(BOB, shape("progress", value=1))
        assert await bob.types(1) == ["progress"]


async def test_a_page_that_does_not_read_gets_the_newest_preview_only(studio: House) -> None:
    """A hundred previews of 1 MB wait for nobody: every message arrives, in order, and the last preview."""
    async with studio.page(ALICE) as page:
        for number in range(100):
            studio.tabs.frame(ALICE, struct.pack(">II", 1, 1) + bytes([number]) * 1_000_000)
            if number % 10 == 0:
                studio.tabs.send(ALICE, shape("progress", value=number))
        studio.tabs.send(ALICE, shape("end"))
        await page.until("end")
    assert [each["data"]["value"] for each in page.heard if each["type"] == "progress"] == list(range(0, 100, 10))
    assert page.frames[-1][8] == 99
    assert len(page.frames) <= 3


async def test_a_page_gets_every_finished_picture(studio: House) -> None:
    """Pictures that nodes send over the socket, PNG as they are, all arrive in order among the messages."""
    metadata = b'{"image_type": "image/png"}'
    async with studio.page(ALICE) as page:
        for number in range(20):
            frame = struct.pack(">II", 4, len(metadata)) + metadata + bytes([number]) * 1_000_000
            studio.tabs.frame(ALICE, frame)
            studio.tabs.send(ALICE, shape("progress", value=number))
        studio.tabs.send(ALICE, shape("end"))
        await page.until("end")
    assert [frame[8] for frame in page.frames] == list(range(20))


async def test_a_preview_keeps_its_place_before_what_follows_it(studio: House) -> None:
    """One that arrived after the end of its prompt would stay on the page."""
    async with studio.page(ALICE) as page:
        studio.tabs.frame(ALICE, struct.pack(">II", 1, 1) + b"1")
        studio.tabs.frame(ALICE, struct.pack(">II", 1, 1) + b"2")
        studio.tabs.send(ALICE, shape("executing", node=None))
        assert await page.next() == struct.pack(">II", 1, 1) + b"2"
        assert (await page.next())["type"] == "executing"


async def test_a_page_that_never_reads_is_cut_off(studio: House) -> None:
    """More than 8 MB of text that nobody reads: closed, and other pages lose nothing."""
    async with studio.page(BOB) as bob, studio.page(ALICE) as page:
        read: list[object] = []
        reader = asyncio.create_task(_read_all(bob, read))
        for number in range(40):
            for owner in (ALICE, BOB):
                studio.tabs.send(owner, shape("progress", value=number, text="x" * 1_000_000))
            await until(partial(_longer, read, number))
        await until(lambda: not studio.tabs._open.get(ALICE), within=tab_module.GRACE_SECONDS + 2)
        reader.cancel()
        assert len(read) == 40
        assert len(page.heard) == 1


def _longer(read: list[object], count: int) -> bool:
    return len(read) > count


async def _read_all(page: Page, into: list[object]) -> None:
    while True:
        into.append(await page.next())


async def test_a_plain_request_is_told_what_the_address_is_for(studio: House) -> None:
    """GET without an upgrade: 400, as ComfyUI answers."""
    assert studio.session
    async with studio.session.get(f"{studio.url}/{ALICE}/ws") as answer:
        assert answer.status == 400
        assert await answer.text() == "This address is for WebSockets.\n"


async def test_each_person_is_prepared_once(studio: House) -> None:
    """Account and folders are made before the first page is served, and again only under another name."""
    async with studio.page(ALICE), studio.page(ALICE), studio.page(BOB):
        pass
    studio.people.change(ALICE, folder="Neu")
    async with studio.page(ALICE):
        pass
    assert studio.making.made == [(ALICE, "P1"), (BOB, "P2"), (ALICE, "Neu")]


async def test_messages_go_out_as_comfyui_writes_them(studio: House) -> None:
    """Any script, and numbers that JSON has no word for, as ComfyUI itself sends them."""
    assert studio.session
    async with studio.session.ws_connect(f"{studio.url}/{ALICE}/ws") as socket:
        await socket.receive()
        message = shape("executed", output={"text": ["Žluťoučký 中文 😀", float("nan")]})
        studio.tabs.send(ALICE, message)
        found = await socket.receive()
        assert found.type is aiohttp.WSMsgType.TEXT
        assert found.data == json.dumps(message)
