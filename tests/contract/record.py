"""`python -m tests.contract.record --source DIR`: write down anew what a real ComfyUI answers.

DIR is a checkout that has its venv; nothing in it is changed. The answers go to `recorded/<its version>/`, a file
for each take, and its routes to `routes.json`.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.contract.client import Client
from tests.contract.double.png import Picture, encode
from tests.contract.recording import Take
from tests.contract.running import Running, launch
from tests.contract.takes import TAKES

__all__ = ["RECORDED", "launch_with_packs", "played", "routes"]

RECORDED = Path(__file__).with_name("recorded")
_PACKS = Path(__file__).with_name("packs")


def launch_with_packs(checkout: Path, folder: Path) -> Running:
    """A fresh server with the packs of the tests (and those that lie in `folder`/packs already), and some models."""
    packs = folder / "packs"
    shutil.copytree(_PACKS, packs, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    names = [path.name for path in packs.iterdir()]
    _make_models(folder / "loras")
    paths = f"tests:\n  base_path: {folder}\n  custom_nodes: packs\n  loras: loras\n  is_default: true\n"
    (folder / "paths.yaml").write_text(paths)
    flags = ("--extra-model-paths-config", str(folder / "paths.yaml"), "--whitelist-custom-nodes", *names)
    return launch(checkout, folder, *flags).wait_ready()


def _make_models(folder: Path) -> None:
    """Two models as far as a listing sees: one says something about itself and has a picture."""
    for name, header in (("a", {"__metadata__": {"ss_tag": "x"}}), ("deep/b", {})):
        path = folder / f"{name}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(header).encode()
        path.write_bytes(len(text).to_bytes(8, "little") + text)
    (folder / "a.png").write_bytes(encode(Picture(2, 2, bytes(12)), {}))
    (folder / "notes.txt").write_text("no model")


async def played(running: Running, checkout: Path) -> dict[str, list[dict[str, Any]]]:
    """Every take on this server, by name."""
    found = {}
    for name, play in TAKES.items():
        async with Client(running) as client:
            take = Take(client, checkout)
            await play(take)
            found[name] = take.entries
    return found


async def routes(running: Running) -> list[str]:
    """Every route that the server has, as "GET /prompt"; a folder of files ends in {static}."""
    async with Client(running) as client:
        found: list[str] = await client.get("/studio_test_nodes/routes")
    return found


async def _record(running: Running, checkout: Path) -> None:
    folder = RECORDED / running.version
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {"routes": await routes(running), **await played(running, checkout)}
    for name, entries in found.items():
        lines = ",\n".join(json.dumps(entry) for entry in entries)
        (folder / f"{name}.json").write_text(f"[\n{lines}\n]\n")
    print(f"{folder}: {', '.join(found)}")  # noqa: T201 - a script for people at a terminal


def main() -> None:
    """Read the command line, start the server, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="a ComfyUI checkout that has its venv")
    source = parser.parse_args().source.resolve()
    with tempfile.TemporaryDirectory() as folder:
        running = launch_with_packs(source, Path(folder))
        try:
            asyncio.run(_record(running, source))
        finally:
            running.close()


if __name__ == "__main__":
    main()
