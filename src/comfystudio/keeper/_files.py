"""The records of a unit on disk. Each is whole or absent, whatever happens while it is written."""

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["ERRORS", "EXIT", "RESERVE", "UNIT", "read_json", "reserve_exit", "write_exit", "write_json", "write_note"]

UNIT = "unit.json"
EXIT = "exit.json"
ERRORS = "errors.json"
RESERVE = ".exit.reserve"
RESERVED = 32 * 1024


def read_json(path: str) -> "dict[str, Any] | None":
    """The object in the file, None where there is none or it cannot be read as one."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 pathlib costs the keeper a megabyte
            found = json.loads(file.read())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_json(folder: str, name: str, content: "dict[str, Any]") -> None:
    """Replace `name` in `folder` in one step."""
    draft = f"{folder}/.{name}.{os.getpid()}"
    try:
        _fill(draft, _text(content), os.O_CREAT | os.O_TRUNC)
        os.replace(draft, f"{folder}/{name}")  # noqa: PTH105 as above
    except OSError:
        _remove(draft)
        raise
    _sync_folder(folder)


def write_note(folder: str, name: str, content: "dict[str, Any]") -> None:
    """Replace `name` in `folder` in one step, without waiting for the disk: what a crash may lose."""
    draft = f"{folder}/.{name}.{os.getpid()}"
    try:
        with open(draft, "wb") as file:  # noqa: PTH123 as above
            file.write(_text(content))
        os.replace(draft, f"{folder}/{name}")  # noqa: PTH105 as above
    except OSError:
        _remove(draft)
        raise


def reserve_exit(folder: str) -> None:
    """Take the disk space of the exit record now, so that a full disk cannot keep it from being written."""
    _fill(f"{folder}/{RESERVE}", bytes(RESERVED), os.O_CREAT)


def write_exit(folder: str, content: "dict[str, Any]") -> None:
    """Write the exit record into the reserved space and put it in place in one step."""
    reserve = f"{folder}/{RESERVE}"
    # Padded to what was reserved: the blocks are there already, also where others filled the disk.
    _fill(reserve, _text(content).ljust(RESERVED), os.O_CREAT)
    os.replace(reserve, f"{folder}/{EXIT}")  # noqa: PTH105 as above
    _sync_folder(folder)


def _text(content: "dict[str, Any]") -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def _fill(path: str, content: bytes, flags: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | flags, 0o600)
    try:
        written = 0
        while written < len(content):
            written += os.write(handle, content[written:])
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: str) -> None:
    try:
        os.unlink(path)  # noqa: PTH108 as above
    except OSError:
        return


def _sync_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
