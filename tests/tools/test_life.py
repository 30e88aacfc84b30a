"""Starting, watching, crashing, stopping, adopting: real keepers, real processes."""

import asyncio
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from typing import Any

import psutil
import pytest

from comfystudio import events
from comfystudio.errors import Conflict, Missing, Refused
from comfystudio.tools import Tools
from comfystudio.tools.ports import SystemPorts
from tests.tools.conftest import ADA, ALICE, BOB, Studio, caller
from tests.waiting import until


def state(tools: Tools, tool: str = "fake", who: Any = ALICE) -> str:
    """The state on that person's card."""
    return tools.view(tool, caller(who)).state


async def ready(tools: Tools, tool: str = "fake", who: Any = ALICE) -> Any:
    """Start it, wait for it, and give where it listens."""
    await tools.start(tool, caller(who))
    await until(lambda: state(tools, tool, who) == "ready", 10, "never ready")
    found = tools.upstream(tool, who)
    assert found is not None
    return found


def ask(port: int) -> dict[str, Any]:
    """What the fake tool says about itself."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
        return dict(json.load(answer))


async def nap(seconds: float) -> None:
    """A long sleep made short."""
    await asyncio.sleep(min(seconds, 0.02))


async def test_a_tool_is_one_folder_and_no_python(studio: Studio) -> None:
    """A manifest in a folder is enough: listed, started, progress from its log, reached, stopped, nothing left."""
    studio.tool(
        argv='"--delay", "0.6", "--extra", "{person}$(id) \'x"',
        rest="""
            [[progress]]
            match="^step one"
            phase="First"
            at=0.3
            [[progress]]
            match="^step two"
            phase="Second"
            at=0.7""",
    )
    tools = await studio.open()
    assert state(tools) == "stopped"
    assert tools.listeners() == [("fake", 9000)]
    view = await tools.start("fake", caller(ALICE))
    assert (view.state, view.progress, view.started_by, view.can["open"]) == ("starting", 0.0, "Alice", True)
    assert tools.upstream("fake", ALICE) is None
    await until(lambda: tools.view("fake", caller(ALICE)).phase == "First")
    await until(lambda: tools.view("fake", caller(ALICE)).phase == "Second")
    await until(lambda: state(tools) == "ready")
    found = tools.upstream("fake", ALICE)
    assert found is tools.upstream("fake", BOB)
    about = await asyncio.to_thread(ask, found.port)
    assert about["argv"][-1] == "$(id) 'x"
    view = tools.view("fake", caller(ALICE))
    assert view.people == ("Alice", "Bob O'Hara")
    assert 0.5 < view.takes_seconds < 5
    await tools.stop("fake", caller(ADA))
    assert state(tools) == "stopped"
    assert not psutil.pid_exists(about["pid"])
    assert [event.data for event in studio.seen] == [{"id": "fake"}] * len(studio.seen)


async def test_ready_is_seen_within_half_a_second(studio: Studio) -> None:
    """From the moment the tool answers to the state ready takes less than 0.5 s, usually under 0.1 s."""
    studio.tool(argv='"--delay", "0.4"')
    tools = await studio.open()
    began = time.time()
    await ready(tools)
    seen = time.time()
    serving = next(line.at for line in tools.log("fake", caller(ALICE)).tail(20).lines if line.text == "serving")
    assert began < serving <= seen
    assert seen - serving < 0.5


async def test_starting_twice_at_once_is_one_start(studio: Studio) -> None:
    """Two people press start in the same moment: one process, and both see it start."""
    studio.tool()
    tools = await studio.open()
    views = await asyncio.gather(*(tools.start("fake", caller(who)) for who in (ALICE, BOB, ADA)))
    assert {view.state for view in views} == {"starting"}
    await until(lambda: state(tools) == "ready")
    log = tools.log("fake", caller(ALICE)).tail(100)
    assert [line.text for line in log.lines].count("step one") == 1


async def test_the_state_is_published_in_the_tick_it_changes(studio: Studio) -> None:
    """When `start` returns, the pages have already been told."""
    studio.tool()
    tools = await studio.open()
    studio.seen.clear()
    instance_state = []
    studio.bus.subscribe(lambda event: instance_state.append(state(tools)))
    await tools.start("fake", caller(ALICE))
    assert instance_state[0] == "starting"


async def test_stop_while_it_is_being_prepared(studio: Studio) -> None:
    """A stop in the first moment of a start leaves nothing running."""
    studio.tool(argv='"--delay", "5"')
    tools = await studio.open()
    await tools.start("fake", caller(ADA))
    await tools.stop("fake", caller(ADA))
    assert state(tools) == "stopped"
    assert await studio.opened[0][1].adopt() == []


async def test_stubborn_children_do_not_survive_a_stop(studio: Studio) -> None:
    """A tool that ignores SIGTERM and leaves a double-forked child is gone after its deadline."""
    studio.tool(argv='"--ignore-term", "--orphan", "--extra", "{workspace}"', run="stop = { within = 0.5 }")
    tools = await studio.open()
    await ready(tools)
    marked = str(studio.workspace.root)
    before = {
        process.pid for process in psutil.process_iter(["cmdline"]) if marked in (process.info["cmdline"] or [])
    }
    assert len(before) == 2
    await tools.stop("fake", caller(ADA))
    assert not any(psutil.pid_exists(pid) for pid in before)


async def test_a_crash_shows_code_and_first_error(studio: Studio) -> None:
    """A tool that dies shows its exit code and error line, is tried again, and fails after five exits."""
    studio.tool(argv='"--exit-after", "0", "--exit-code", "7", "--complain", "ValueError: no such model"')
    naps: list[float] = []

    async def short(seconds: float) -> None:
        naps.append(seconds)
        await nap(seconds)

    tools = await studio.open(sleep=short)
    await tools.start("fake", caller(ALICE))
    await until(lambda: state(tools) == "failed", 15)
    view = tools.view("fake", caller(ALICE))
    assert (view.exit_code, view.first_error, view.restarts) == (7, "ValueError: no such model", 4)
    assert "ended 5 times" in view.error
    assert "ValueError: no such model" in view.last_lines
    assert naps == [1, 2, 4, 8]
    assert view.can["start"]
    # Pressing start counts anew.
    await tools.start("fake", caller(ALICE))
    assert state(tools) == "starting"


async def test_a_waiting_crash_can_be_stopped(studio: Studio) -> None:
    """While the next try is awaited the card counts down to it, and stop ends the waiting."""
    studio.tool(argv='"--exit-after", "0"')
    tools = await studio.open()
    await tools.start("fake", caller(ALICE))
    await until(lambda: state(tools) == "crashed")
    view = tools.view("fake", caller(ADA))
    assert view.next_try_at > time.time()
    assert view.can["stop"]
    await tools.stop("fake", caller(ADA))
    assert state(tools) == "stopped"


async def test_restart_can_be_switched_off(studio: Studio) -> None:
    """With restart = false a crash stays a crash."""
    studio.tool(argv='"--exit-after", "0"', run="restart = false")
    tools = await studio.open()
    await tools.start("fake", caller(ALICE))
    await until(lambda: state(tools) == "crashed")
    assert tools.view("fake", caller(ALICE)).next_try_at is None


async def test_a_crash_after_it_was_ready_comes_back_by_itself(studio: Studio) -> None:
    """Killed from outside, the tool is ready again after a second, on a port of its own, with a new process."""
    studio.tool()
    tools = await studio.open(sleep=nap)
    first = await ready(tools)
    pid = (await asyncio.to_thread(ask, first.port))["pid"]
    os.kill(pid, signal.SIGKILL)
    await until(lambda: state(tools) == "crashed")
    assert tools.upstream("fake", ALICE) is None
    await until(lambda: state(tools) == "ready")
    second = tools.upstream("fake", ALICE)
    assert second is not first
    assert (await asyncio.to_thread(ask, second.port))["pid"] != pid


async def test_silence_is_told_and_waited_for(studio: Studio) -> None:
    """A tool that does not answer within its time is unhealthy, not killed, and says so."""
    studio.tool(argv='"--never-answer"', run="ready = { within = 0.3 }")
    tools = await studio.open()
    await tools.start("fake", caller(ADA))
    await until(lambda: state(tools) == "unhealthy")
    view = tools.view("fake", caller(ADA))
    assert "No answer after 0 s" in view.error
    assert view.can["stop"]
    assert tools.upstream("fake", ADA) is None


async def test_a_stopped_process_turns_unhealthy_and_back(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ready tool that hangs is unhealthy after three silent looks and ready again once it answers."""
    monkeypatch.setattr("comfystudio.tools.instance.HEALTH_EVERY", 0.1)
    studio.tool()
    tools = await studio.open(sleep=nap)
    found = await ready(tools)
    pid = (await asyncio.to_thread(ask, found.port))["pid"]
    os.kill(pid, signal.SIGSTOP)
    await until(lambda: state(tools) == "unhealthy")
    assert tools.upstream("fake", ALICE) is found, "open pages keep their way to a slow tool"
    os.kill(pid, signal.SIGCONT)
    await until(lambda: state(tools) == "ready")


class Taken(SystemPorts):
    """Hands out a port that a stranger then takes; after that, free ones."""

    def __init__(self, first: int) -> None:
        self.first: int | None = first

    def free(self) -> int:
        port, self.first = self.first, None
        return port or super().free()


async def test_a_stranger_on_the_port_is_named_and_left_alone(studio: Studio) -> None:
    """Somebody else answers on the chosen port: named with pid and command, untouched; the next try works."""
    answer = (
        "import http.server as h; s = h.HTTPServer(('127.0.0.1', 0), h.SimpleHTTPRequestHandler);"
        "print(s.server_port, flush=True); s.serve_forever()"
    )
    stranger = await asyncio.create_subprocess_exec(
        sys.executable, "-c", answer, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert stranger.stdout
    port = int(await stranger.stdout.readline())
    gate = asyncio.Event()

    async def held(seconds: float) -> None:
        await (gate.wait() if not gate.is_set() else nap(seconds))

    try:
        studio.tool()
        studio.tool("other", port=9001)
        tools = await studio.open(ports=Taken(port), sleep=held)
        await tools.start("fake", caller(ALICE))
        await until(lambda: state(tools) == "crashed")
        error = tools.view("fake", caller(ALICE)).error
        assert str(stranger.pid) in error
        assert "http.server" in error
        gate.set()
        await until(lambda: state(tools) == "ready")
        await ready(tools, "other")
        assert stranger.returncode is None
    finally:
        stranger.kill()
        await stranger.wait()


async def test_the_public_port_problem_is_on_the_card(studio: Studio) -> None:
    """What the gateway reports about a tool's public port shows on that card, and others go on."""
    studio.tool()
    tools = await studio.open()
    tools.listener_problem("fake", "Port 9000 is held by process 77 (nginx).")
    view = tools.view("fake", caller(ALICE))
    assert (view.state, view.error) == ("broken", "Port 9000 is held by process 77 (nginx).")
    with pytest.raises(Conflict):
        await tools.start("fake", caller(ALICE))
    tools.listener_problem("fake", None)
    assert state(tools) == "stopped"


async def test_the_next_portal_adopts(studio: Studio) -> None:
    """A portal that goes leaves its tools; the next one has the same pid, who started it, and the way there."""
    studio.tool(rest='[gateway]\nsecret_header = "X-Secret"', run='secret_env = "FAKE_SECRET"')
    first = await studio.open()
    before = await ready(first)
    pid = (await asyncio.to_thread(ask, before.port))["pid"]
    await studio.leave()
    second = await studio.open()
    await until(lambda: state(second) == "ready")
    after = second.upstream("fake", BOB)
    assert (after.port, after.headers) == (before.port, before.headers)
    assert (await asyncio.to_thread(ask, after.port))["pid"] == pid
    view = second.view("fake", caller(ALICE))
    assert view.started_by == "Alice"
    assert view.takes_seconds is not None, "a measured start is remembered"
    await second.end_all()
    assert state(second) == "stopped"


async def test_an_end_nobody_saw_is_shown(studio: Studio) -> None:
    """A tool that died while no portal was there stands as crashed, with its exit, after the next start."""
    studio.tool()
    first = await studio.open()
    found = await ready(first)
    pid = (await asyncio.to_thread(ask, found.port))["pid"]
    keeper = psutil.Process(pid).ppid()
    await studio.leave()
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not psutil.pid_exists(keeper))
    records = await until(studio_records(studio))
    assert records[0].exit.signal == signal.SIGKILL
    second = await studio.open()
    view = second.view("fake", caller(ALICE))
    assert (view.state, view.exit_signal) == ("crashed", signal.SIGKILL)


@pytest.mark.parametrize("change", [{"disabled": True}, {"listed": False}])
async def test_whoever_is_gone_leaves_nothing_running(studio: Studio, change: dict[str, bool]) -> None:
    """Disabled or taken off the roster, a person's own instance ends; shared tools and others' go on."""
    studio.tool()
    studio.tool("own", port=9001, listen="socket", top='instances = "per-artist"\naccount = "person"')
    tools = await studio.open()
    await ready(tools)
    await ready(tools, "own")
    await ready(tools, "own", BOB)
    studio.people.known[1] = dataclasses.replace(ALICE, **change)
    studio.bus.publish("people", "people.changed", {}, to=events.admins())
    await until(lambda: state(tools, "own", ALICE) == "stopped")
    assert (state(tools), state(tools, "own", BOB)) == ("ready", "ready")


async def test_a_tool_without_its_manifest_can_still_be_ended(studio: Studio) -> None:
    """A manifest that breaks while its tool runs: the next portal's `end_all` ends the tool all the same."""
    folder = studio.tool()
    first = await studio.open()
    found = await ready(first)
    pid = (await asyncio.to_thread(ask, found.port))["pid"]
    await studio.leave()
    (folder / "tool.toml").write_text('id = "fake"\n')
    second = await studio.open()
    assert state(second) == "broken"
    assert psutil.pid_exists(pid)
    await second.end_all()
    assert not psutil.pid_exists(pid)


def studio_records(studio: Studio) -> Any:
    """A condition: what ended units left behind."""
    from comfystudio.keeper import Keepers

    keepers = Keepers(studio.workspace.units, studio.workspace.runtime)
    return keepers.records


async def test_secrets_reach_the_tool_and_nothing_else(studio: Studio) -> None:
    """The tool's own secret stands in its environment and the gateway's header, in no file of the unit or argv."""
    studio.tool(rest='[gateway]\nsecret_header = "X-Secret"', run='secret_env = "FAKE_SECRET"')
    tools = await studio.open(outer={"PATH": "/nowhere", "RUNPOD_API_KEY": "rp-secret", "HF_TOKEN": "hf-secret"})
    found = await ready(tools)
    about = await asyncio.to_thread(ask, found.port)
    ((name, secret),) = found.headers
    assert name == "X-Secret"
    assert about["env"]["FAKE_SECRET"] == secret
    assert not {"RUNPOD_API_KEY", "HF_TOKEN"} & about["env"].keys()
    assert not [name for name in about["env"] if name.startswith("COMFYSTUDIO_") and "secret" in name.lower()]
    assert about["env"]["HF_HOME"] == str(studio.workspace.root)
    assert not about["env"]["HF_TOKEN_PATH"].startswith(f"{studio.workspace.root}/token")
    written = b"".join(path.read_bytes() for path in studio.workspace.units.rglob("*") if path.is_file())
    assert secret.encode() not in written
    assert secret not in " ".join(about["argv"])


async def test_unix_socket_is_the_only_way_in(studio: Studio) -> None:
    """With listen = "socket" the way in is a file, mode 0600, in a folder, mode 0700, on a short path."""
    studio.tool(listen="socket", top='instances = "per-artist"\naccount = "person"')
    tools = await studio.open()
    found = await ready(tools)
    assert found.unix.stat().st_mode & 0o777 == 0o600
    assert found.unix.parent.stat().st_mode & 0o777 == 0o700
    assert len(str(found.unix)) < 60
    assert tools.upstream("fake", BOB) is None, "each has their own"


async def test_who_may_stop_what(studio: Studio) -> None:
    """A shared tool with others in it is stopped by admins only; one's own instance by oneself."""
    studio.tool()
    studio.tool("own", port=9001, listen="socket", top='instances = "per-artist"\naccount = "person"')
    tools = await studio.open()
    found = await ready(tools)
    assert tools.upstream("fake", BOB) is found
    assert not tools.view("fake", caller(ALICE)).can["stop"]
    with pytest.raises(Conflict, match="Bob O'Hara"):
        await tools.stop("fake", caller(ALICE))
    await tools.stop("fake", caller(ADA))
    await ready(tools, who=BOB)
    await tools.stop("fake", caller(BOB))
    await ready(tools, "own")
    with pytest.raises(Missing):
        await tools.stop("own", caller(BOB), as_=ALICE)
    with pytest.raises(Missing):
        tools.log("own", caller(BOB), as_=ALICE)
    await tools.stop("own", caller(BOB))
    assert state(tools, "own") == "ready", "Bob's stop meant his own"
    assert tools.view("own", caller(ADA)).people == ("Alice",)
    await tools.stop("own", caller(ADA), as_=ALICE)
    assert state(tools, "own") == "stopped"


async def test_admin_tools_say_why(studio: Studio) -> None:
    """An artist is refused an admins' tool with the manifest's reason; an admin is not."""
    studio.tool(top='access = "admin"\naccess_reason = "Not yet for all."')
    tools = await studio.open()
    view = tools.view("fake", caller(ALICE))
    assert (view.refusal, view.can["start"], view.can["log"]) == ("Not yet for all.", False, False)
    assert tools.may(ALICE, "fake") == "tools.admins_only"
    assert tools.may(ADA, "fake") is None
    with pytest.raises(Refused):
        await tools.start("fake", caller(ALICE))
    with pytest.raises(Refused):
        tools.log("fake", caller(ALICE))
    assert tools.view("fake", caller(ADA)).refusal is None


async def test_a_broken_manifest_leaves_the_others(studio: Studio) -> None:
    """One folder with a mistake: its card tells admins file and key, and the other tool starts."""
    studio.tool()
    (studio.tool("bad", port=9001) / "tool.toml").write_text('id = "bad"\nname = 3\n')
    tools = await studio.open()
    view = tools.view("bad", caller(ADA))
    assert view.state == "broken"
    assert "bad/tool.toml" in view.error
    assert tools.view("bad", caller(ALICE)).error is None
    with pytest.raises(Conflict):
        await tools.start("bad", caller(ADA))
    await ready(tools)
    with pytest.raises(Missing):
        tools.view("none", caller(ADA))


async def test_install_is_a_job_and_staged(studio: Studio, root: Any) -> None:
    """Not installed, installing, installed: by an admin's job, with a sentence where the job fails."""
    place = root / "place"
    install = f'[install]\npresent = ["{place}"]\nscript = ["/bin/sh", "-c", "exec /bin/sh {{setup}}/go.sh"]\n'
    folder = studio.tool(rest=install + 'env = { WHERE = "{workspace}" }')
    (folder / "go.sh").write_text("echo error: no space; exit 4")
    tools = await studio.open(outer={"UV_INDEX": "here", "PIP_CERT": "there", "SECRET": "no", "HOME": "/root"})
    assert state(tools) == "not_installed"
    with pytest.raises(Refused):
        await tools.install("fake", caller(ALICE))
    with pytest.raises(Conflict):
        await tools.start("fake", caller(ALICE))
    await tools.install("fake", caller(ADA))
    assert state(tools) == "installing"
    await until(lambda: state(tools) == "not_installed")
    assert "error: no space" in tools.view("fake", caller(ADA)).error
    (folder / "go.sh").write_text(f'test -n "$WHERE" && touch {place}')
    await tools.install("fake", caller(ADA))
    await until(lambda: state(tools) == "stopped")
    assert tools.view("fake", caller(ADA)).job_id == 2
    env = studio.jobs.asked[0]["env"]
    assert (env["UV_INDEX"], env["PIP_CERT"], env["WHERE"]) == ("here", "there", str(studio.workspace.root))
    assert "SECRET" not in env
    await ready(tools)
    with pytest.raises(Conflict):
        await tools.install("fake", caller(ADA))


async def test_a_checkout_put_there_by_hand_is_noticed(studio: Studio, root: Any) -> None:
    """A tool without an install script says where it looks, and is there within seconds of being put there."""
    place = root / "checkout"
    studio.tool(rest=f'[install]\npresent = ["{place}"]\nhint = "Put it into {place}."')
    tools = await studio.open()
    view = tools.view("fake", caller(ADA))
    assert (view.state, view.error, view.can["install"]) == ("not_installed", f"Put it into {place}.", False)
    place.mkdir()
    await until(lambda: state(tools) == "stopped")


async def test_a_program_that_is_not_there_is_a_sentence(studio: Studio) -> None:
    """A command that cannot be started makes the card say which path is closed or missing."""
    folder = studio.tool()
    text = (folder / "tool.toml").read_text().replace(sys.executable, "/nowhere/python")
    (folder / "tool.toml").write_text(text)
    tools = await studio.open()
    await tools.start("fake", caller(ALICE))
    await until(lambda: state(tools) == "failed")
    assert "/nowhere/python" in tools.view("fake", caller(ALICE)).error


async def test_a_start_while_the_next_try_is_waited_for_is_that_try(studio: Studio) -> None:
    """Whoever presses Start after a crash gets the tool at once, and no second one comes when the wait is over."""
    over = asyncio.Event()

    async def held(seconds: float) -> None:
        await (over.wait() if seconds >= 1 else nap(seconds))

    studio.tool()
    tools = await studio.open(sleep=held)
    found = await ready(tools)
    first = (await asyncio.to_thread(ask, found.port))["pid"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: state(tools) == "crashed")
    found = await ready(tools)
    over.set()
    second = (await asyncio.to_thread(ask, found.port))["pid"]
    for _ in range(20):
        await asyncio.sleep(0.01)
        assert state(tools) == "ready"
    assert (await asyncio.to_thread(ask, found.port))["pid"] == second
    assert [each.pid for each in _fakes() if each.pid in {first, second}] == [second]


def _fakes() -> list[psutil.Process]:
    """Every fake tool that lives."""
    return [
        each for each in psutil.process_iter(["cmdline"]) if "fake_tool.py" in " ".join(each.info["cmdline"] or [])
    ]
