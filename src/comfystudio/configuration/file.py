"""`studio.toml` as people write it: changed in place, so that comments and order stay."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from comfystudio.errors import Conflict, Invalid, Unavailable
from comfystudio.workspace import write_atomic

__all__ = ["SettingsFile"]

LARGEST = 1 << 20


class SettingsFile:
    """The file at `path`. Every call may block."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[str, str]:
        """The text, empty where there is no file, and what tells this state of it from others."""
        try:
            with self.path.open("rb") as file:
                content = file.read(LARGEST + 1)
            if len(content) > LARGEST:
                raise Invalid("settings.large_file", path=self.path, most=LARGEST >> 10)
            return content.decode("utf-8"), _version(content)
        except FileNotFoundError:
            return "", _version(b"")
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid("settings.broken_file", path=self.path, problem=error) from None

    def edited(self, text: str, values: Mapping[str, Any]) -> str:
        """The text with these values in it; None takes a setting out. `Invalid` where the text is no TOML."""
        try:
            document = tomlkit.parse(text)
            for name, value in values.items():
                if value is None:
                    document.pop(name, None)
                else:
                    document[name] = value
            return tomlkit.dumps(document)
        except (TOMLKitError, ValueError) as error:
            raise Invalid("settings.broken_file", path=self.path, problem=error) from None

    def write(self, text: str, version: str) -> None:
        """Replace the file, if it is still at `version`; `Conflict` where somebody else changed it."""
        if self.read()[1] != version:
            raise Conflict("settings.changed_meanwhile", path=self.path)
        # A link stays a link; what it names is replaced.
        path = self.path.resolve()
        try:
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
            write_atomic(path, text.encode("utf-8"), mode)
        except OSError as error:
            raise Unavailable("settings.unwritable", path=path, problem=error.strerror) from None


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
