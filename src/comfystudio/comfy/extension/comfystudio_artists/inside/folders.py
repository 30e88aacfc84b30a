"""ComfyUI's folders as the current owner has them: <base>/<owner's folder>, and nothing outside it."""

import os
import re
import stat
import time
from collections.abc import Callable
from typing import Any

from . import hooks
from .containment import first_part, inside, leads_out
from .owners import Owners
from .policy import LONGEST

__all__ = ["Folders", "OutsideYourFoldersError"]

KINDS = ("output", "input", "temp", "user")
# Output is shared with the owner's other tools through the group; nobody else reads what is not an output.
_ANNOTATION = re.compile(r" ?\[(?:input|output|temp)\]$")
LISTS = (".concat", ".ffconcat", ".m3u", ".m3u8", ".mpd", ".sdp")
PATIENCE, STEP = 2.0, 0.02  # seconds
MODES = {"output": 0o770, "input": 0o700, "temp": 0o700, "user": 0o700}


class OutsideYourFoldersError(PermissionError):
    """A path leads outside the folders of the owner for whom the code runs."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} leads outside your folders. Use a name inside them, without '..' or links.")


class Folders:
    """The four folders, virtual once `install` was called."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self._kept = hooks.Kept()
        self._seen: set[str] = set()
        self.asked: Callable[[str], None] = lambda _kind: None  # told each time an owner's folder is looked up

    def base(self, kind: str) -> str:
        """ComfyUI's own folder of that kind, above all owners."""
        found: str = self._kept[f"folder_paths:get_{kind}_directory"]()
        return found

    def of(self, kind: str, number: int) -> str:
        """The owner's folder of that kind, made when it is not there; absolute."""
        path = self._place(kind, number)
        try:
            found = os.lstat(path)
        except FileNotFoundError:
            path = self._moved(path, kind, number)
            found = _make(path, MODES[kind])
        self._seen.add(path)
        if not stat.S_ISDIR(found.st_mode):  # a link in place of an owner's folder is never followed
            raise OutsideYourFoldersError(self._owners.folder(number))
        return path

    def _moved(self, path: str, kind: str, number: int) -> str:
        """Where a folder is that was there before: its owner's new name is on disk a moment before it is known here.

        Made anew under the old name, what a prompt saves now would be found by nobody. Those of the check, whose
        numbers are negative, come and go with their folders.
        """
        end = time.monotonic() + PATIENCE
        while number > 0 and path in self._seen and not self._owners.on_loop() and time.monotonic() < end:
            time.sleep(STEP)
            now = self._place(kind, number)
            if now != path or os.path.lexists(path):
                return now
        return path

    def _place(self, kind: str, number: int) -> str:
        return os.path.join(os.path.abspath(self.base(kind)), self._owners.folder(number))

    def current(self, kind: str) -> str:
        """The folder of that kind for whoever the code runs for."""
        number = self._owners.current()
        if number is None:
            return self.base(kind)
        self.asked(kind)
        return self.of(kind, number)

    def rerooted(self, path: str, number: int) -> tuple[str, str]:
        """`path` if it is the owner's; the same place in the owner's folder if it is a base folder's or another's.

        With the owner's folder in front: (folder, path). Nodes keep what they asked for once: in their instance, in
        their class, since before a rename.
        OutsideYourFoldersError for a path below none of the base folders.
        """
        for kind in KINDS:
            parts = first_part(self.base(kind), path)
            if parts is None:
                continue
            mine, (first, rest) = self.of(kind, number), parts
            if first == self._owners.folder(number) or self._owners.is_owners(first):
                return mine, os.path.join(mine, rest) if rest else mine
            return mine, os.path.join(mine, first, rest) if first else mine
        raise OutsideYourFoldersError(path)

    def holds(self, path: str, number: int) -> bool:
        """Whether `path`, links followed, is inside one of the owner's folders."""
        return any(inside(self.of(kind, number), path) for kind in KINDS)

    def is_foreign(self, path: str, number: int) -> bool:
        """Whether `path`, links followed, is neither in the owner's folders nor a file among the models."""
        return not self.holds(path, number) and not (os.path.isfile(path) and _is_model(path))

    def leads_out(self, name: str, number: int) -> bool:
        """Whether a name as nodes use it passes a link below one of the owner's folders and ends outside of it."""
        bare = _ANNOTATION.sub("", name).strip()
        return len(name) <= LONGEST and any(
            leads_out(self._place(kind, number), bare) for kind in ("input", "output", "temp")
        )

    def install(self) -> None:
        """Put the virtual folders in place of ComfyUI's functions (all of the prestart stage must be there)."""
        for kind in KINDS:
            hooks.replace(self._kept, f"folder_paths:get_{kind}_directory", self._directory(kind))
        hooks.replace(self._kept, "folder_paths:get_save_image_path", self._save_image_path)
        hooks.replace(self._kept, "folder_paths:get_annotated_filepath", self._annotated)
        hooks.replace(self._kept, "folder_paths:exists_annotated_filepath", self._exists)
        if hasattr(hooks.module("folder_paths"), "get_system_user_directory"):
            hooks.replace(self._kept, "folder_paths:get_system_user_directory", self._system)

    def _directory(self, kind: str) -> Callable[[Any], Any]:
        def make(_original: Any) -> Any:
            def directory() -> str:
                return self.current(kind)

            return directory

        return make

    def _system(self, original: Any) -> Any:
        def get_system_user_directory(*args: Any, **kwargs: Any) -> Any:
            with self._owners.acting(None):
                return original(*args, **kwargs)

        return get_system_user_directory

    def _save_image_path(self, original: Any) -> Any:
        def get_save_image_path(
            filename_prefix: str, output_dir: str, image_width: int = 0, image_height: int = 0, **more: Any
        ) -> Any:
            number = self._owners.current()
            if number is None:
                return original(filename_prefix, output_dir, image_width, image_height, **more)
            mine, root = self.rerooted(output_dir, number)
            if not inside(mine, os.path.join(root, os.path.dirname(os.path.normpath(filename_prefix)))):
                raise OutsideYourFoldersError(filename_prefix)
            found = original(filename_prefix, root, image_width, image_height, **more)
            # A pattern such as %year% may have completed the name of a link.
            if "%" in filename_prefix and not inside(mine, found[0]):
                raise OutsideYourFoldersError(filename_prefix)
            return found

        return get_save_image_path

    def _located(self, name: str, default_dir: str | None, number: int) -> str | None:
        """Where an annotated name points for `number`, or None when that is outside."""
        bare, folder = hooks.module("folder_paths").annotated_filepath(name)
        if folder is None:
            mine, folder = (
                (self.of("input", number),) * 2 if default_dir is None else self.rerooted(default_dir, number)
            )
        else:
            mine = folder
        path = os.path.join(folder, bare)
        return path if inside(mine, path) and not _misleads(path) else None

    def _annotated(self, original: Any) -> Any:
        def get_annotated_filepath(name: str, default_dir: str | None = None) -> Any:
            number = self._owners.current()
            if number is None:
                return original(name, default_dir)
            path = self._located(name, default_dir, number)
            if path is None:
                raise OutsideYourFoldersError(name)
            return path

        return get_annotated_filepath

    def _exists(self, original: Any) -> Any:
        def exists_annotated_filepath(name: str) -> Any:
            number = self._owners.current()
            if number is None:
                return original(name)
            path = self._located(name, None, number)
            return path is not None and os.path.exists(path)

        return exists_annotated_filepath


def _misleads(path: str) -> bool:
    """Whether a file is a playlist, which decoders follow to any file that it names, or a pipe, which never ends."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            return not stat.S_ISDIR(mode)
        if path.lower().endswith(LISTS):
            return True
        with open(path, "rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"#EXTM3U", b"ffconcat"))
    except (OSError, ValueError):
        return False


def _is_model(path: str) -> bool:
    known = hooks.module("folder_paths").folder_names_and_paths
    folders = (folder for name, entry in known.items() if name != "custom_nodes" for folder in entry[0])
    return any(inside(folder, path) for folder in folders)


def _make(path: str, mode: int) -> os.stat_result:
    """A new folder with exactly `mode`, whatever the umask; a group inherited from above stays."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        os.mkdir(path, mode)
    except FileExistsError:
        return os.lstat(path)
    os.chmod(path, mode | (os.lstat(path).st_mode & stat.S_ISGID))
    return os.lstat(path)
