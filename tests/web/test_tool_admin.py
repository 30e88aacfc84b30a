"""What admins do with tools besides starting them: look at the command, set options, kill."""

import asyncio
from pathlib import Path
from typing import Any

import psutil

from tests.waiting import until
from tests.web.house import ADMIN, ALICE, BOB, House, Visitor

OPTIONS = """
env = { HF_TOKEN_PATH = "/somewhere", API_TOKEN = "tok-0123456789" }
[[run.option]]
name = "extra"
about = "Something more."
kind = "text"
argv = ["--extra", "{value}"]
[[run.option]]
name = "mood"
about = "How it feels."
kind = "choice"
env = { MOOD = "{value}" }
choices = ["calm", "wild"]
default = "calm"
[[run.option]]
name = "workers"
about = "How many."
kind = "number"
env = { WORKERS = "{value}" }
low = 1
high = 8
"""


async def with_options(house: House, *tools: str) -> None:
    """Give tools options, and have the manifests read anew."""
    for tool in tools:
        file = house.setup / tool / "tool.toml"
        file.write_text(file.read_text(encoding="utf-8") + OPTIONS, encoding="utf-8")
    await house.tools.stop_service()
    await house.tools.start_service()


async def ready(visitor: Visitor, tool: str) -> dict[str, Any]:
    """Start the tool and wait until it is ready."""
    await visitor.json("POST", f"/api/v1/tools/{tool}/start", {})

    async def card() -> Any:
        found = await visitor.json("GET", f"/api/v1/tools/{tool}")
        return found if found["state"] == "ready" else None

    return dict(await until(card, 10))


def environment(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The variables with value and source."""
    return {each["name"]: (each["value"], each["from"]) for each in found["env"]}


async def test_the_command_as_it_is(house: House) -> None:
    """Arguments, folder, environment with its sources and no secret, options with their limits, nothing running."""
    await with_options(house, "shared")
    ada = await house.visitor(ADMIN)
    found = await ada.json("GET", "/api/v1/tools/shared/command")
    assert found["argv"][-2:] == ["--port", "{port}"]
    assert (found["cwd"], found["account"], found["instances"], found["restart_needed"]) == ("/", None, [], False)
    variables = environment(found)
    assert variables["HF_TOKEN_PATH"][1] == "manifest"
    assert variables["API_TOKEN"] == ("…", "manifest")
    assert variables["MOOD"] == ("calm", "option")
    assert variables["PATH"][1] == "studio"
    assert "WORKERS" not in variables
    mood, workers = found["options"][1:]
    assert mood == {
        "name": "mood",
        "about": "How it feels.",
        "kind": "choice",
        "choices": ["calm", "wild"],
        "low": None,
        "high": None,
        "whole": False,
        "default": "calm",
        "value": "calm",
        "changed": False,
        "applies": True,
    }
    assert (workers["low"], workers["high"], workers["whole"], workers["value"]) == (1, 8, True, None)


async def test_options_are_for_the_next_start(house: House) -> None:
    """Set while the tool runs, they are shown, a restart is called for, and after it they reach the process."""
    await with_options(house, "shared")
    ada = await house.visitor(ADMIN)
    await ready(ada, "shared")
    values = {"extra": "ein Text; $(id)", "mood": "wild", "workers": 3}
    await ada.json("PUT", "/api/v1/tools/shared/options", {"values": values}, status=204)
    found = await ada.json("GET", "/api/v1/tools/shared/command")
    assert found["restart_needed"] is True
    assert found["argv"][-2:] == ["--extra", "ein Text; $(id)"]
    assert {each["name"]: (each["value"], each["changed"]) for each in found["options"]} == {
        name: (value, True) for name, value in values.items()
    }
    assert "wild" not in process_environment(found)
    await ada.json("POST", "/api/v1/tools/shared/stop", {})
    await ready(ada, "shared")
    found = await ada.json("GET", "/api/v1/tools/shared/command")
    assert found["restart_needed"] is False
    assert {"MOOD=wild", "WORKERS=3"} <= set(process_environment(found).split("\0"))
    (instance,) = found["instances"]
    assert psutil.Process(instance["pid"]).cmdline()[-2:] == ["--extra", "ein Text; $(id)"]
    await ada.json("PUT", "/api/v1/tools/shared/options", {"values": {"mood": None}}, status=204)
    found = await ada.json("GET", "/api/v1/tools/shared/command")
    assert (environment(found)["MOOD"], found["restart_needed"]) == (("calm", "option"), True)
    noted = [entry for entry in await house.room.audit.recent() if entry.action == "tool.options_changed"]
    assert [entry.fields["changes"] for entry in noted] == [
        "mood = default",
        "extra = ein Text; $(id), mood = wild, workers = 3",
    ]


def process_environment(found: dict[str, Any]) -> str:
    """The environment of the one process that runs."""
    (instance,) = found["instances"]
    return Path(f"/proc/{instance['pid']}/environ").read_text(encoding="utf-8")


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"workers": 9, "mood": "wild"}, {"workers"}),
    ({"workers": 1.5}, {"workers"}),
    ({"workers": True}, {"workers"}),
    ({"mood": "--wild"}, {"mood"}),
    ({"extra": "--listen=0.0.0.0"}, {"extra"}),
    ({"extra": ""}, {"extra"}),
    ({"port": 80}, {"port"}),
    ({"argv": "x", "workers": 0}, {"argv", "workers"}),
]


async def test_an_option_for_other_machines(house: House) -> None:
    """Where its condition does not hold, an option says so and adds nothing, whatever it is set to."""
    file = house.setup / "shared" / "tool.toml"
    option = 'name = "snake"\nabout = "x"\nkind = "switch"\nargv = ["--snake"]\nwhen = "package:none-such"\n'
    file.write_text(f"{file.read_text(encoding='utf-8')}[[run.option]]\n{option}", encoding="utf-8")
    await house.tools.stop_service()
    await house.tools.start_service()
    ada = await house.visitor(ADMIN)
    await ada.json("PUT", "/api/v1/tools/shared/options", {"values": {"snake": True}})
    found = await ada.json("GET", "/api/v1/tools/shared/command")
    assert [(each["name"], each["value"], each["applies"]) for each in found["options"]] == [("snake", True, False)]
    assert "--snake" not in found["argv"]


async def test_what_cannot_be_set_is_named(house: House) -> None:
    """One wrong value refuses all of them, each with its sentence; what is no set of options goes no further."""
    await with_options(house, "shared")
    ada = await house.visitor(ADMIN)
    path = "/api/v1/tools/shared/options"
    for values, wrong in WRONG:
        refused = await ada.json("PUT", path, {"values": values}, status=422)
        assert set(refused["fields"]["problems"]) == wrong
        assert all(refused["fields"]["problems"].values())
    others = ({}, {"values": []}, {"values": {"Workers": 1}}, {"values": {"workers": [1]}}, {"values": {"x" * 41: 1}})
    for body in others:
        assert await ada.status("PUT", path, body) == 422
    found = await ada.json("GET", "/api/v1/tools/shared/command")
    assert not any(each["changed"] for each in found["options"])


async def test_what_each_instance_takes(house: House) -> None:
    """Of a tool that each artist has one of, every living instance is there with its person, process and use."""
    await with_options(house, "own")
    ada, alice, bob = [await house.visitor(name) for name in (ADMIN, ALICE, BOB)]
    await asyncio.gather(ready(alice, "own"), ready(bob, "own"))
    found = await ada.json("GET", f"/api/v1/tools/own/command?as={ALICE}")
    rows = {each["person"]: each for each in found["instances"]}
    assert set(rows) == {ALICE, BOB}
    for name, row in rows.items():
        assert (row["state"], row["started_by"]) == ("ready", name)
        assert psutil.pid_exists(row["pid"])
        assert row["memory_bytes"] > 1_000_000
        assert 0 <= row["cpu_percent"] < 10_000


async def test_killed_without_asking(house: House) -> None:
    """A tool that ignores the stop signal and has a stubborn grandchild is gone at once, and stays stopped."""
    file = house.setup / "shared" / "tool.toml"
    text = file.read_text(encoding="utf-8").replace('"{port}"', '"{port}", "--ignore-term", "--orphan"')
    file.write_text(text + "stop = { within = 600 }\n", encoding="utf-8")
    await house.tools.stop_service()
    await house.tools.start_service()
    ada = await house.visitor(ADMIN)
    await ready(ada, "shared")
    (instance,) = (await ada.json("GET", "/api/v1/tools/shared/command"))["instances"]
    family = [psutil.Process(instance["pid"]).parent(), psutil.Process(instance["pid"])]
    assert family[0]
    family += family[0].children(recursive=True)
    began = asyncio.get_running_loop().time()
    card = await ada.json("POST", "/api/v1/tools/shared/kill", {})
    assert asyncio.get_running_loop().time() - began < 5
    assert (card["state"], card["restarts"]) == ("stopped", 0)
    await until(lambda: not any(one and one.is_running() and one.status() != "zombie" for one in family))
    assert any(entry.action == "tool.killed" for entry in await house.room.audit.recent())


async def test_killing_what_is_already_stopping(house: House) -> None:
    """While a stop waits for a tool that does not listen, a kill ends it and both answer."""
    file = house.setup / "shared" / "tool.toml"
    text = file.read_text(encoding="utf-8").replace('"{port}"', '"{port}", "--ignore-term"')
    file.write_text(text + "stop = { within = 600 }\n", encoding="utf-8")
    await house.tools.stop_service()
    await house.tools.start_service()
    ada = await house.visitor(ADMIN)
    await ready(ada, "shared")
    stopping = asyncio.create_task(ada.json("POST", "/api/v1/tools/shared/stop", {}))
    await until(lambda: house.tools.runs("shared") and _stopping(ada))
    killed = await ada.json("POST", "/api/v1/tools/shared/kill", {})
    assert killed["state"] == (await stopping)["state"] == "stopped"


async def _stopping(visitor: Visitor) -> bool:
    return bool((await visitor.json("GET", "/api/v1/tools/shared"))["state"] == "stopping")


async def test_all_of_it_is_for_admins(house: House) -> None:
    """Artists, and admins outside admin mode, are refused; nobody is told to sign in."""
    for visitor, status in (
        (await house.visitor(), 401),
        (await house.visitor(ALICE), 403),
        (await house.visitor(ADMIN, mode=False), 403),
    ):
        assert await visitor.status("POST", "/api/v1/tools/own/kill", {}) == status
        assert await visitor.status("GET", "/api/v1/tools/own/command") == status
        assert await visitor.status("PUT", "/api/v1/tools/own/options", {"values": {}}) == status


async def test_tools_that_are_none(house: House) -> None:
    """An unknown tool is missing, a broken one says so."""
    ada = await house.visitor(ADMIN)
    assert await ada.status("GET", "/api/v1/tools/nothing/command") == 404
    assert await ada.status("GET", "/api/v1/tools/broken/command") == 409
    assert await ada.status("PUT", "/api/v1/tools/broken/options", {"values": {}}) == 409
    assert await ada.status("GET", "/api/v1/tools/own/command?as=Nobody") == 404
