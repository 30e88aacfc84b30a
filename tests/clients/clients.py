"""Third-party clients of ComfyUI, as published: each makes a picture, sends one and uses it, reads its history."""

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tests.clients import environments
from tests.clients.environments import LOCKS, Environment

__all__ = ["CLIENTS", "Artist", "Client", "Done", "Failed"]

LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Artist:
    """Who works with a client: at `address`, with `token` where the client itself has to say it.

    `folder` is their own machine's. `picture` is a file there to send, `made` the workflow to run first;
    `stranger` is somebody else's prompt.
    """

    address: str
    token: str
    folder: Path
    picture: Path
    made: dict[str, Any]
    stranger: str


@dataclass(frozen=True)
class Done:
    """What a client says: two pictures, its prompts, and what it finds in the history."""

    made: bytes
    again: bytes
    own: list[str]
    listed: list[str]


class Failed(Exception):
    """A client ended with an error; what it printed."""


@dataclass(frozen=True)
class Client:
    """`lock` names what is installed; `by` says whether the client takes a token or needs `comfystudio connect`."""

    name: str
    lock: str
    licence: str
    by: Literal["token", "connect"]
    work: Callable[[Artist], Awaitable[Done]]

    @property
    def registry(self) -> str:
        """Where it is published."""
        return "npm" if (LOCKS / self.lock).is_dir() else "PyPI"

    @property
    def version(self) -> str:
        """The one that is installed."""
        if self.registry == "npm":
            found: str = json.loads((LOCKS / self.lock / "package.json").read_text())["dependencies"][self.name]
            return found
        lines = (LOCKS / f"{self.lock}.txt").read_text().splitlines()
        return next(line for line in lines if line.startswith(f"{self.name}==")).split("==")[1].rstrip(" \\")


python, node = cache(environments.python), cache(environments.node)


async def _run(artist: Artist, *argv: str, **environment: str) -> str:
    """What a program prints that the artist starts on their machine."""
    given = {"PATH": os.environ["PATH"], "HOME": str(artist.folder), "TOKEN": artist.token, **environment}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *argv, cwd=artist.folder, env=given, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
    )
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            out, err = await process.communicate()
    except TimeoutError:
        raise Failed(f"{argv} still runs after {LONGEST_SECONDS} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Failed(f"{argv}\n{out.decode()}\n{err.decode()}")
    return out.decode()


def _library(install: Callable[[], Environment], program: str) -> Callable[[Artist], Awaitable[Done]]:
    """Work of a client that is a library: one of `programs` uses it."""

    async def work(artist: Artist) -> Done:
        argv = (await asyncio.to_thread(install)).program(program)
        given = (artist.address, str(artist.picture), json.dumps(artist.made), artist.stranger)
        said = await _run(artist, *argv, *given)
        told = json.loads(next(line for line in said.splitlines() if line.startswith('{"made"')))
        made, again = base64.b64decode(told["made"]), base64.b64decode(told["again"])
        return Done(made, again, told["own"], told["listed"])

    return work


def _written(artist: Artist, name: str, workflow: dict[str, Any]) -> str:
    path = artist.folder / f"{name}.json"
    path.write_text(json.dumps(workflow))
    return path.name


def _again(artist: Artist, sent: str) -> dict[str, Any]:
    """The workflow once more, with the picture that was sent."""
    return {**artist.made, "1": {"class_type": "LoadImage", "inputs": {"image": sent}}}


async def _skill(artist: Artist) -> Done:
    """comfyui-skill-cli: workflows are imported, submitted and asked after; the token stands in its config.json."""
    command = str((await asyncio.to_thread(python, "comfyui-skill-cli")).bin / "comfyui-skill")
    server = {"id": "studio", "url": artist.address, "auth": artist.token, "output_dir": "./outputs"}
    (artist.folder / "config.json").write_text(json.dumps({"servers": [server], "default_server": "studio"}))

    async def say(*words: str) -> Any:
        return json.loads(await _run(artist, command, "--no-update-check", "--json", *words))

    async def status(prompt: str) -> Any:
        return await say("--server", "studio", "status", prompt)

    async def imported(name: str, workflow: dict[str, Any]) -> str:
        await say("--server", "studio", "workflow", "import", _written(artist, name, workflow))
        return f"studio/{name}"

    first = (await say("submit", await imported("made", artist.made)))["prompt_id"]
    while (made := await status(first))["status"] in {"queued", "running"}:
        await asyncio.sleep(0.1)
    sent = await say("upload", artist.picture.name, "--server", "studio")
    again = await say("run", await imported("again", _again(artist, sent["name"])))
    pictures = [Path(each["outputs"][0]["local_path"]).read_bytes() for each in (made, again)]
    own = [first, again["prompt_id"]]
    seen = [each for each in (*own, artist.stranger) if (await status(each))["status"] != "not_found"]
    return Done(*pictures, own, seen)


async def _comfy_cli(artist: Artist) -> Done:
    """comfy-cli: its own commands, told the address alone."""
    command = str((await asyncio.to_thread(python, "comfy-cli")).bin / "comfy")
    quiet = {"COMFY_NO_TELEMETRY": "1", "COMFY_NO_UPDATE_CHECK": "1", "COMFY_LOCAL_URL": artist.address}

    async def say(*words: str) -> Any:
        said = await _run(artist, command, "--skip-prompt", "--json", *words, **quiet)
        return json.loads(said.splitlines()[-1])["data"]

    async def run(name: str, workflow: dict[str, Any]) -> tuple[str, bytes]:
        prompt = (await say("run", "--wait", "--workflow", _written(artist, name, workflow)))["prompt_id"]
        found = await say("download", prompt, "--out-dir", name)
        return prompt, Path(found["files"][0]["path"]).read_bytes()

    first, made = await run("made", artist.made)
    sent = (await say("upload", artist.picture.name))["uploads"][0]["cloud_name"]
    second, again = await run("again", _again(artist, sent))
    listed = [each["prompt_id"] for each in (await say("jobs", "ls"))["jobs"]]
    return Done(made, again, [first, second], listed)


def _python(program: str, lock: str) -> Callable[[Artist], Awaitable[Done]]:
    return _library(lambda: python(lock), program)


def _node(program: str, lock: str) -> Callable[[Artist], Awaitable[Done]]:
    return _library(lambda: node(lock), program)


CLIENTS = (
    Client(
        name="comfy-api-simplified",
        lock="comfy-api-simplified",
        licence="MIT",
        by="connect",
        work=_python("with_comfy_api_simplified.py", "comfy-api-simplified"),
    ),
    Client(name="comfyui-skill-cli", lock="comfyui-skill-cli", licence="MIT", by="token", work=_skill),
    Client(name="comfy-cli", lock="comfy-cli", licence="GPL-3.0-only", by="connect", work=_comfy_cli),
    Client(
        name="@saintno/comfyui-sdk",
        lock="comfyui-sdk",
        licence="MIT",
        by="token",
        work=_node("with_comfyui_sdk.mjs", "comfyui-sdk"),
    ),
    Client(
        name="@stable-canvas/comfyui-client",
        lock="comfyui-client",
        licence="MIT",
        by="connect",
        work=_node("with_comfyui_client.mjs", "comfyui-client"),
    ),
    Client(
        name="comfy-ui-client",
        lock="comfy-ui-client",
        licence="MIT",
        by="connect",
        work=_node("with_comfy_ui_client.mjs", "comfy-ui-client"),
    ),
)
