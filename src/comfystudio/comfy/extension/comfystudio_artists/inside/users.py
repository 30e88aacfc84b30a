"""Settings and saved workflows: every owner is the one user of a folder of their own."""

from typing import Any

from . import hooks
from .folders import Folders
from .owners import Owners

__all__ = ["Users"]

USER = "default"


class Users:
    """Wraps the user manager: one user named as ever, below the owner's user folder, links not followed out of it."""

    def __init__(self, owners: Owners, folders: Folders) -> None:
        self._owners = owners
        self._folders = folders
        self._kept = hooks.Kept()

    def install(self) -> None:
        """Wrap both functions."""
        hooks.replace(self._kept, "app.user_manager:UserManager.get_request_user_id", self._user_id)
        hooks.replace(self._kept, "app.user_manager:UserManager.get_request_user_filepath", self._filepath)

    def _user_id(self, original: Any) -> Any:
        def get_request_user_id(manager: Any, request: Any) -> Any:
            return original(manager, request) if self._owners.current() is None else USER

        return get_request_user_id

    def _filepath(self, original: Any) -> Any:
        def get_request_user_filepath(
            manager: Any,
            request: Any,
            file: Any,
            type: str = "userdata",
            create_dir: bool = True,
        ) -> Any:
            number = self._owners.current()
            if number is not None:
                path = original(manager, request, file, type=type, create_dir=False)
                if path is None or "\0" in path or not self._folders.holds(path, number):
                    return None
            return original(manager, request, file, type=type, create_dir=create_dir)

        return get_request_user_filepath
