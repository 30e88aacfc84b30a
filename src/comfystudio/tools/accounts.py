"""Which account a tool runs as, and the folders that account owns.

Separate: each artist's tools run as an account of their own, shared tools as `cs-tools`. Same: everything runs
as whoever started the studio. `prepare` touches the disk and the account database: call it in a thread.
"""

import os
import pwd
import subprocess
import threading
from pathlib import Path
from typing import Literal, Protocol

from comfystudio import words
from comfystudio.errors import Invalid, Unavailable
from comfystudio.keeper import Account
from comfystudio.people import Person
from comfystudio.settings import Settings
from comfystudio.tools import folders
from comfystudio.workspace import TOOLS_FOLDER, Workspace, in_container

__all__ = ["Accounts", "Registry", "SystemRegistry", "Who"]

Who = Literal["person", "tools", "studio"]
TOOLS_UID = 19_999
TOOLS_NAME = "cs-tools"


class Registry(Protocol):
    """The machine's accounts."""

    def name_of(self, uid: int) -> str | None:
        """The name of account `uid`, None where there is none."""

    def add(self, uid: int, name: str, home: str) -> None:
        """Make account `name` with `uid` and a group of the same number and name; OSError where that fails."""


class SystemRegistry:
    """The accounts of this machine."""

    def name_of(self, uid: int) -> str | None:
        """The name of account `uid`, None where there is none."""
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return None

    def add(self, uid: int, name: str, home: str) -> None:
        """Make account `name` with `uid` and a group of the same number and name; OSError where that fails."""
        plain = ["--no-create-home", "--no-log-init", "--shell", "/bin/bash"]
        for argv in (
            ["groupadd", "--force", "--gid", str(uid), name],
            ["useradd", "--uid", str(uid), "--gid", str(uid), "--home-dir", home, *plain, name],
        ):
            done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
            if done.returncode:
                raise OSError(done.returncode, (done.stderr.strip() or argv[0])[-200:])


class Accounts:
    """Decides once whether accounts are separate, and makes what each needs."""

    def __init__(self, settings: Settings, workspace: Workspace, registry: Registry) -> None:
        root = os.geteuid() == 0
        if settings.accounts == "separate" and not root:
            raise Invalid("tools.separate_needs_root")
        self.separate = settings.accounts == "separate" or (settings.accounts == "auto" and root and in_container())
        self._workspace = workspace
        self._registry = registry
        # The account database is locked while one account is made, and a second maker does not wait for it.
        self._one_at_a_time = threading.Lock()

    @property
    def sentence(self) -> str:
        """How tools are kept apart, for the page and the command line."""
        name = SystemRegistry().name_of(os.geteuid()) or str(os.geteuid())
        return words.say("tools.accounts_separate") if self.separate else words.say("tools.accounts_same", name=name)

    def home(self, who: Who, person: Person | None) -> Path:
        """The home folder of the account that a tool of `who` runs as."""
        if who == "person" and person:
            return self._workspace.home(person.folder)
        return self._workspace.home(TOOLS_FOLDER)

    def account(self, who: Who, person: Person | None) -> Account | None:
        """The account for a tool of `who`; None is the studio's own."""
        if not self.separate or who == "studio":
            return None
        if who == "person" and person:
            if person.uid is None:
                raise Unavailable("tools.no_uid", name=person.name)
            return Account(person.uid, person.uid, f"cs-{person.uid}", self._workspace.home(person.folder))
        return Account(TOOLS_UID, TOOLS_UID, TOOLS_NAME, self._workspace.home(TOOLS_FOLDER))

    def prepare(self, who: Who, person: Person | None) -> Account | None:
        """Make the account and its folders where they are missing. Blocks."""
        account = self.account(who, person)
        root, home = self._workspace.root, self.home(who, person)
        if account is None:
            folders.make(root, home, 0o700)
            return None
        self._exists(account)
        folders.give(root, home, 0o700, account.uid, account.gid)
        # Until there is a ComfyUI folder it stays away: a checkout wants to be put into an empty place.
        if who == "person" and person and (root / "ComfyUI").exists():
            self._exists(Account(TOOLS_UID, TOOLS_UID, TOOLS_NAME, self._workspace.home(TOOLS_FOLDER)))
            folders.give(root, self._workspace.outputs(person.folder), 0o2770, TOOLS_UID, account.gid)
        return account

    def own(self, folder: Path, account: Account | None) -> None:
        """Make `folder`, in the workspace, for `account` to write and everyone to pass. Blocks."""
        if not folder.is_relative_to(self._workspace.root) or ".." in folder.parts:
            raise Unavailable("tools.folder_outside", path=folder, workspace=self._workspace.root)
        if account is None:
            folders.make(self._workspace.root, folder, 0o755)
        else:
            folders.give(self._workspace.root, folder, 0o755, account.uid, account.gid)

    def _exists(self, account: Account) -> None:
        with self._one_at_a_time:
            self._make_sure(account)

    def _make_sure(self, account: Account) -> None:
        found = self._registry.name_of(account.uid)
        if found == account.name:
            return
        if found is not None:
            raise Unavailable("tools.uid_taken", uid=account.uid, name=found)
        home = str(account.home)
        plain = home.isprintable() and ":" not in home
        try:
            # HOME in the environment is what tools go by; the account database takes no colon.
            self._registry.add(account.uid, account.name, home if plain else "/nonexistent")
        except OSError as error:
            raise Unavailable("tools.account_failed", name=account.name, problem=error.strerror) from None
