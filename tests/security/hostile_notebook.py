"""What a hostile notebook tries, run as an artist's account: told where things are, it says what it got hold of."""

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

TOLD = json.load(sys.stdin)
GOT: dict[str, list[str]] = {
    "tried": [],
    "read": [],
    "written": [],
    "connected": [],
    "looked_into": [],
    "signalled": [],
}
NAMES = ("studio.db", "control.sock", "control", "units", "secrets", "backup", ".comfystudio")


def can(name: str, what: str | Path, act: Callable[[], object]) -> None:
    """Note `what` under `name` where `act` works."""
    GOT["tried"].append(f"{name} {what}")
    try:
        act()
    except OSError:
        return
    GOT[name].append(str(what))


def read(path: Path) -> None:
    """One byte of a file, or the list of a folder."""
    if path.is_dir():
        list(path.iterdir())
    else:
        with path.open("rb") as file:
            file.read(1)


def write(path: Path) -> None:
    """Open to write, or make a file in a folder."""
    if path.is_dir():
        probe = path / "was-here"
        probe.touch()
        probe.unlink()
    else:
        path.open("ab").close()


def connect(address: str) -> None:
    """Open a connection to a socket file."""
    with socket.socket(socket.AF_UNIX) as plug:
        plug.connect(address)


def files() -> None:
    """All that can be walked to in the studio's folders."""
    for start in map(Path, (TOLD["workspace"], TOLD["runtime"])):
        for path in [start, *start.rglob("*"), *(start / name for name in NAMES)]:
            if not str(path).startswith(TOLD["home"]):
                if path.is_file() or path.name in NAMES:
                    can("read", path, lambda path=path: read(path))
                can("written", path, lambda path=path: write(path))


def sockets() -> None:
    """All that anybody listens at, but for one's own program."""
    for line in Path("/proc/net/unix").read_text(encoding="utf-8").splitlines():
        place = line.split()[-1]
        if place != TOLD["own"] and (TOLD["runtime"] in place or TOLD["workspace"] in place):
            can("connected", place, lambda place=place: connect(place.replace("@", "\0")))


def processes() -> None:
    """Memory, environment, files and terminals of what others run."""
    for number in TOLD["pids"]:
        place = Path(f"/proc/{number}")
        for name in ("environ", "mem", "maps", "fd", "fd/0", "fd/1", "fd/2"):
            can("looked_into", place / name, lambda path=place / name: read(path))
        can("looked_into", place / "cwd", lambda path=place / "cwd": path.readlink())
        can("signalled", place, lambda number=number: os.kill(number, 0))
    for path in Path("/dev/pts").iterdir():
        if path.name.isdigit():
            can("looked_into", path, lambda path=path: os.close(os.open(path, os.O_RDWR | os.O_NOCTTY)))


files()
sockets()
processes()
json.dump(GOT, sys.stdout)
