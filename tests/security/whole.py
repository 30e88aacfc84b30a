"""A whole studio with two artists and an admin, three tools, and everybody's browser signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor

__all__ = ["ADMIN", "ALICE", "BOB", "CLOSED", "LARGE", "PASSWORD", "SHARED", "Whole", "whole_studio"]

PASSWORD = "harbour-at-dusk-17"
ADMIN, ALICE, BOB = "Ada", "Alice", "Bob"
# The public ports of the tools without the studio's offset.
SHARED, CLOSED = 9000, 9002
# More than the buffers between two ends of a connection hold.
LARGE = 40_000_000


@dataclass
class Whole:
    """The studio and its people's numbers."""

    studio: RunningStudio
    numbers: dict[str, int]

    def visitor(self, name: str, *, mode: bool = True) -> Visitor:
        """A browser of `name`, an admin's in admin mode unless `mode` says no."""
        return Visitor(self.studio).sign_in(name, PASSWORD, mode=mode)

    def token(self, name: str, scope: str = "use") -> dict[str, str]:
        """The header of a program of `name`."""
        made = self.studio.call("POST", f"/people/{self.numbers[name]}/tokens", {"label": "tests", "scope": scope})
        return {"Authorization": f"Bearer {made['token']}", "Token-Id": str(made["id"])}

    def outputs(self, name: str) -> Path:
        """The folder of somebody's outputs, with a large file in it."""
        folder = self.studio.workspace / "ComfyUI" / "output" / name
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "large.bin").exists():
            (folder / "large.bin").write_bytes(b"y" * LARGE)
        return folder

    def audit(self) -> int:
        """The number of the newest entry of the audit trail."""
        return int(self.studio.call("GET", "/audit")["entries"][0]["id"])


@contextmanager
def whole_studio() -> Iterator[Whole]:
    """It runs until the block ends."""
    with passable_folder() as folder:
        (folder / "answers").mkdir()
        (folder / "answers" / "big").write_bytes(b"x" * LARGE)
        add_tool(folder / "setup", "shared", "--answers", str(folder / "answers"), port=SHARED)
        add_tool(folder / "setup", "own", port=9001, top='instances = "per-artist"')
        add_tool(folder / "setup", "closed", port=CLOSED, top='access = "admin"\naccess_reason = "Unsafe."')
        with studio_in(folder) as studio:
            studio.start()
            numbers = {name: studio.person(name, PASSWORD, admin=name == ADMIN) for name in (ADMIN, ALICE, BOB)}
            for tool in ("shared", "closed"):
                studio.start_tool(tool)
            yield Whole(studio, numbers)
