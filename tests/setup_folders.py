"""Tools as folders: a fake one with a manifest of its own, and the shipped JupyterLab, for whole studios."""

import json
import shutil
from pathlib import Path

__all__ = ["add_jupyter", "add_tool"]

REPO = Path(__file__).parents[1]
FAKE = Path(__file__).with_name("tools") / "fake_tool.py"
MANIFEST = """
id = "{id}"
name = "{name}"
icon = "box"
summary = "A tool for tests."
port = {port}
{top}
[run]
argv = {argv}
listen = "{listen}"
{run}
{rest}
"""


def add_tool(
    setup: Path,
    id_: str = "fake",
    *argv: str,
    port: int = 9000,
    listen: str = "port",
    top: str = "",
    run: str = "",
    rest: str = "",
) -> Path:
    """Write the folder of a fake tool that `argv` (arguments of tests/tools/fake_tool.py) tells what to do."""
    folder = setup / id_
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(FAKE, folder)
    where = ["--socket", "{socket}"] if listen == "socket" else ["--port", "{port}"]
    command = ["{python}", "-I", "{setup}/fake_tool.py", *where, *argv]
    text = MANIFEST.format(
        id=id_, name=id_.title(), port=port, top=top, argv=json.dumps(command), listen=listen, run=run, rest=rest
    )
    (folder / "tool.toml").write_text(text, encoding="utf-8")
    return folder


def add_jupyter(setup: Path, workspace: Path, installed: Path) -> None:
    """Put the shipped JupyterLab among the tools, and `installed`, the one that was installed once, in its place."""
    shutil.copytree(REPO / "setup" / "jupyter", setup / "jupyter")
    workspace.mkdir(parents=True, exist_ok=True)
    (workspace / "jupyter").symlink_to(installed)
