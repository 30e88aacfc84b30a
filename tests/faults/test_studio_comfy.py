"""Artists in one ComfyUI behind a whole studio, while processes die and people leave."""

import asyncio
import http.client
import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from tests.contract.checkout import make_checkout
from tests.faults.artists import Artist, picture, slow
from tests.processes import unit_pid
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.waiting import until

PASSWORD = "harbour-at-dusk-17"
NAMES = ("Ana O'Hara", "山田 太郎", "محمد علي", "Ünï cødé 🎨", "नमस्ते", "a.b (c) [d] $(id) %2e%2e")


@pytest.fixture(scope="module", params=["0.3.64", "0.28.0"])
def studio(request: pytest.FixtureRequest) -> Iterator[RunningStudio]:
    """A studio whose ComfyUI runs, as either version."""
    with passable_folder() as folder:
        checkout = make_checkout(folder / "ComfyUI", version=request.param, packs=True)
        with studio_in(folder, comfyui_dir=str(checkout)) as found:
            found.start()
            found.person("Ada", PASSWORD, admin=True)
            found.start_tool("comfy-ui")
            yield found


def _again(studio: RunningStudio) -> None:
    """ComfyUI as after any crash: tried again and open to artists."""
    studio.start_tool("comfy-ui")
    assert studio.tool("comfy-ui")["access_reason"] is None


async def test_artists_of_every_script_have_folders_of_their_own(studio: RunningStudio) -> None:
    """Whatever the name, the picture lies in that person's folder, is theirs to see, and nobody else's."""
    artists = [Artist(studio, name, PASSWORD) for name in NAMES]
    ids = [artist.queue(picture()) for artist in artists]
    for artist, prompt_id in zip(artists, ids, strict=True):
        await until(lambda a=artist, i=prompt_id: a.entry(i) is not None, 20, "never done")
        entry = artist.entry(prompt_id)
        assert entry
        assert entry["outputs"]["2"]["images"] == [{"filename": "shot_00001_.png", "subfolder": "", "type": "output"}]
        folder = studio.workspace / "ComfyUI" / "output" / artist.name
        assert [each.name for each in folder.iterdir()] == ["shot_00001_.png"]
        seen = artist.ask("GET", "/view?filename=shot_00001_.png")
        assert (seen.status, seen.body) == (200, (folder / "shot_00001_.png").read_bytes())
        assert set(artist.ask("GET", "/history").json) == {prompt_id}
        others = [each for each in ids if each != prompt_id]
        assert [artist.ask("GET", f"/history/{each}").json for each in others] == [{}] * len(others)
    for artist in artists:
        studio.call("DELETE", f"/people/{artist.id}")


async def test_a_killed_comfyui_tells_everybody_and_forgets_nothing(studio: RunningStudio) -> None:
    """Ten prompts of two artists are in ComfyUI when it is killed: each says so, and what was done before stands."""
    one, two = Artist(studio, "Kim", PASSWORD), Artist(studio, "Lou", PASSWORD)
    async with one, two:
        done = one.queue(picture(1))
        await one.sees("execution_success", done)
        lost = {one: [], two: []}
        for number in range(5):
            for artist in (one, two):
                lost[artist].append(artist.queue(slow(5, f"lost{number}")))
        await one.sees("progress_state", lost[one][0])
        os.kill(unit_pid(studio.workspace, "comfy-ui"), signal.SIGKILL)
        for artist, ids in lost.items():
            for prompt_id in ids:
                assert "SIGKILL" in (await artist.sees("execution_error", prompt_id))["exception_message"]
            await until(lambda a=artist: a.waiting() == [], 10, "still waiting")
            last = artist.events("status")[-1]["status"]
            assert last["exec_info"]["queue_remaining"] == 0
            for prompt_id in ids:
                entry = artist.entry(prompt_id)
                assert entry
                assert entry["status"]["status_str"] == "error"
        assert {each["prompt_id"] for each in one.events("execution_error")} == set(lost[one])
        entry = one.entry(done)
        assert entry
        assert entry["status"]["status_str"] == "success"
        _again(studio)
        again = one.queue(picture(2))
        await one.sees("execution_success", again)


async def test_a_killed_portal_loses_no_prompt(studio: RunningStudio) -> None:
    """The portal dies while prompts run and wait; ComfyUI goes on, and the next portal knows how each ended."""
    artist, other = Artist(studio, "Mia", PASSWORD), Artist(studio, "Noa", PASSWORD)
    ids = [artist.queue(slow(0.4, f"kept{number}")) for number in range(4)]
    last = other.queue(slow(1.5, "last"))
    async with artist:
        await artist.sees("progress_state", ids[0])
    studio.kill()
    await asyncio.to_thread(studio.start)
    await until(lambda: studio.tool("comfy-ui")["state"] == "ready", 10, "not adopted")
    async with other:
        for prompt_id in ids:
            await until(lambda i=prompt_id: artist.entry(i) is not None, 20, "lost")
            entry = artist.entry(prompt_id)
            assert entry
            assert entry["status"]["status_str"] == "success"
        await until(lambda: other.entry(last) is not None, 20, "lost")
    folder = studio.workspace / "ComfyUI" / "output" / "Mia"
    assert sorted(each.name for each in folder.iterdir()) == [f"kept{n}_00001_.png" for n in range(4)]


async def test_a_portal_and_a_comfyui_that_die_together_are_told_apart_from_work(studio: RunningStudio) -> None:
    """Both are killed at once: the next portal says of each prompt what became of it, before ComfyUI runs again."""
    artist = Artist(studio, "Rae", PASSWORD)
    async with artist:
        running, waiting = artist.queue(slow(5, "both")), artist.queue(slow(0.1, "after"))
        await artist.sees("progress_state", running)
    comfyui = unit_pid(studio.workspace, "comfy-ui")
    studio.kill()
    os.kill(comfyui, signal.SIGKILL)
    await until(lambda: not psutil.pid_exists(comfyui), 5, "it lives")
    await asyncio.to_thread(studio.start)
    await until(lambda: artist.entry(running) is not None, 10, "nobody says what became of it")
    entry = artist.entry(running)
    assert entry
    assert entry["status"]["status_str"] == "error"
    _again(studio)
    await until(lambda: artist.entry(waiting) is not None, 20, "the one that waited was forgotten")
    assert artist.waiting() == []


async def test_whoever_is_removed_leaves_nothing_running(studio: RunningStudio) -> None:
    """An artist is removed while a prompt runs and one waits: both end, the page closes, the next one is served."""
    gone, next_ = Artist(studio, "Out", PASSWORD), Artist(studio, "Pia", PASSWORD)
    async with gone, next_:
        running, waiting = gone.queue(slow(30, "gone")), gone.queue(slow(30, "gone too"))
        mine = next_.queue(picture(3))
        await gone.sees("progress_state", running)
        studio.call("DELETE", f"/people/{gone.id}")
        await next_.sees("execution_success", mine)
        await until(lambda: gone.closed, 5, "the page stayed open")
    assert gone.ask("GET", "/queue").status == 401
    assert not {running, waiting} & {each["prompt_id"] for each in next_.events("execution_start")}


async def test_a_page_that_comes_back_is_told_what_runs(studio: RunningStudio) -> None:
    """After a reconnect the page knows at once which prompt runs and how far it is; previews go on."""
    artist = Artist(studio, "Quin", PASSWORD)
    async with artist:
        running = artist.queue(slow(4, "long"))
        await artist.sees("progress_state", running)
    artist.heard.clear()
    artist.frames.clear()
    async with artist:
        await artist.sees("execution_start", running, within=1)
        await artist.sees("progress_state", running, within=1)
        await until(lambda: bool(artist.frames), 5, "no preview")
        artist.ask("POST", "/interrupt", {})
        await artist.sees("execution_interrupted", running)
    assert artist.waiting() == []


def test_comfyui_with_a_hook_renamed_lets_admins_in_and_nobody_else() -> None:
    """A ComfyUI that the extension cannot hold apart: artists are refused with the hook's name, admins may enter."""
    with passable_folder() as folder:
        checkout = make_checkout(folder / "ComfyUI")
        caching = checkout / "comfy_execution" / "caching.py"
        caching.write_text(caching.read_text().replace("get_immediate_node_signature", "node_signature_of"))
        with studio_in(folder, comfyui_dir=str(checkout)) as studio:
            studio.start()
            admin = Artist(studio, "Ada", PASSWORD, admin=True)
            artist = Artist(studio, "Bo", PASSWORD)
            studio.start_tool("comfy-ui")
            card = studio.request("GET", "/api/v1/tools/comfy-ui", headers=artist.headers).json
            assert "get_immediate_node_signature" in card["refusal"]
            assert "0.3.64" in card["refusal"]
            refused = artist.ask("GET", "/")
            assert (refused.status, refused.json["key"]) == (403, "tools.closed")
            assert artist.ask("POST", "/prompt", {"prompt": picture()}).status == 403
            assert admin.ask("GET", "/").status == 200
            assert admin.ask("POST", "/prompt", {"prompt": picture()}).status == 200


def test_comfyui_itself_answers_nobody_without_its_secret(studio: RunningStudio) -> None:
    """Whoever reaches ComfyUI's own port on the machine, a notebook for example, is refused there."""
    ports = _listening(unit_pid(studio.workspace, "comfy-ui"))
    assert ports
    for port in ports:
        for path in ("/", "/queue", "/api/queue", "/comfystudio/health", "/ws"):
            assert _status(port, path) == 403


def _listening(pid: int) -> list[int]:
    return [each.laddr.port for each in psutil.Process(pid).net_connections("tcp") if each.status == "LISTEN"]


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()
