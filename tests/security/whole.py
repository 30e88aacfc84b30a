"""A whole studio with two artists and an admin, three tools, and everybody's browser signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor

__all__ = ["ADMIN", "ALICE", "BOB", "PASSWORD", "SHARED", "Whole", "whole_studio"]

PASSWORD = "harbour-at-dusk-17"
ADMIN, ALICE, BOB = "Ada", "Alice", "Bob"
# The public ports of the tools without the studio's offset.
SHARED, CLOSED = 9000, 9002


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

    def audit(self) -> int:
        """The number of the newest entry of the audit trail."""
        return int(self.studio.call("GET", "/audit")["entries"][0]["id"])


@contextmanager
def whole_studio() -> Iterator[Whole]:
    """It runs until the block ends."""
    with passable_folder() as folder:
        add_tool(folder / "setup", "shared", port=SHARED)
        add_tool(folder / "setup", "own", port=9001, top='instances = "per-artist"')
        add_tool(folder / "setup", "closed", port=CLOSED, top='access = "admin"\naccess_reason = "Unsafe."')
        with studio_in(folder) as studio:
            studio.start()
            numbers = {name: studio.person(name, PASSWORD, admin=name == ADMIN) for name in (ADMIN, ALICE, BOB)}
            for tool in ("shared", "closed"):
                studio.start_tool(tool)
            yield Whole(studio, numbers)
