"""Accounts and folders: who owns what, and what a planted link can reach."""

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from comfystudio import settings as all_settings
from comfystudio.errors import Invalid, Unavailable
from comfystudio.keeper import Account
from comfystudio.tools import folders, programs
from comfystudio.tools.accounts import TOOLS_UID, Accounts, SystemRegistry
from comfystudio.workspace import Workspace
from tests.tools.conftest import ALICE, BOB, person


class Remembered:
    """Accounts that exist on paper only."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.homes: dict[int, str] = {}

    def name_of(self, uid: int) -> str | None:
        return self.names.get(uid)

    def add(self, uid: int, name: str, home: str) -> None:
        self.names[uid], self.homes[uid] = name, home


def settings(workspace: Workspace, accounts: str) -> all_settings.Settings:
    """Settings of a studio in `workspace`."""
    return all_settings.load({"workspace": str(workspace.root), "accounts": accounts}, environment={})


@pytest.fixture
def registry() -> Remembered:
    """Accounts on paper."""
    return Remembered()


@pytest.fixture
def separate(workspace: Workspace, registry: Remembered) -> Accounts:
    """Separate accounts in a fresh workspace."""
    return Accounts(settings(workspace, "separate"), workspace, registry)


def owner(path: Path) -> tuple[int, int, int]:
    """Uid, gid and mode."""
    found = path.lstat()
    return found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)


@pytest.mark.root
@pytest.mark.parametrize("name", ["Alice", "Zoë & Søn", "李雷", "🎨 o'Neil: $(id)", "-rf", "x" * 200])
def test_any_name_gets_folders_and_a_plain_account(
    separate: Accounts, registry: Remembered, workspace: Workspace, name: str
) -> None:
    """However somebody is called, the account is cs-<number> and the folder is theirs alone."""
    who = person(9, name)
    (workspace.root / "ComfyUI").mkdir()
    account = separate.prepare("person", who)
    assert account == Account(21_009, 21_009, "cs-21009", workspace.home(name))
    assert registry.names == {21_009: "cs-21009", TOOLS_UID: "cs-tools"}
    assert ":" not in registry.homes[21_009]
    assert owner(workspace.home(name)) == (21_009, 21_009, 0o700)
    assert owner(workspace.outputs(name)) == (TOOLS_UID, 21_009, 0o2770)


@pytest.mark.root
def test_an_empty_place_for_comfyui_stays_empty(separate: Accounts, workspace: Workspace) -> None:
    """Where ComfyUI is not there yet, no outputs folder is made that would be in the way of a checkout."""
    separate.prepare("person", ALICE)
    assert not (workspace.root / "ComfyUI").exists()


@pytest.mark.root
def test_planted_links_lead_nowhere(separate: Accounts, workspace: Workspace, root: Path) -> None:
    """A link in place of an outputs folder, or inside a home, does not give away what it points at."""
    target = root / "target"
    target.mkdir()
    (target / "file").write_text("x")
    output = workspace.root / "ComfyUI" / "output"
    output.mkdir(parents=True)
    os.chown(output, TOOLS_UID, TOOLS_UID)
    (output / "Alice").symlink_to(target)
    with pytest.raises(Unavailable, match="Alice"):
        separate.prepare("person", ALICE)
    assert owner(target)[0] == os.geteuid()
    (output / "Alice").unlink()
    # The folder above belongs to the tools: a link there is not followed either.
    (workspace.root / "ComfyUI" / "output").rename(root / "moved")
    os.chown(workspace.root / "ComfyUI", TOOLS_UID, TOOLS_UID)
    (workspace.root / "ComfyUI" / "output").symlink_to(root / "moved")
    with pytest.raises(Unavailable):
        separate.prepare("person", ALICE)
    assert not (root / "moved" / "Alice").exists()


@pytest.mark.root
def test_a_link_of_the_admin_is_followed(separate: Accounts, workspace: Workspace, root: Path) -> None:
    """ComfyUI may be a link that root made in root's own folder: outputs land behind it."""
    (root / "big-disk").mkdir()
    (workspace.root / "ComfyUI").symlink_to(root / "big-disk")
    separate.prepare("person", ALICE)
    assert owner(root / "big-disk" / "output" / "Alice") == (TOOLS_UID, 21_001, 0o2770)


@pytest.mark.root
def test_a_home_that_changes_hands_goes_over_whole(separate: Accounts, workspace: Workspace, root: Path) -> None:
    """A home made by another account before is handed over with its contents; links and second names stay."""
    secret = root / "secret"
    secret.write_text("root's own")
    secret.chmod(0o600)
    home = workspace.home("Alice")
    (home / "deep").mkdir(parents=True)
    (home / "deep" / "notes.txt").write_text("hers")
    (home / "deep" / "link").symlink_to(secret)
    os.link(secret, home / "deep" / "second-name")
    separate.prepare("person", ALICE)
    assert owner(home / "deep" / "notes.txt")[:2] == (21_001, 21_001)
    assert owner(secret)[0] == os.geteuid()
    assert owner(home)[2] == 0o700


@pytest.mark.root
def test_tools_folder_leaves_artists_folders_alone(separate: Accounts, workspace: Workspace) -> None:
    """Handing the outputs' parent to the tools' account changes nothing on the artists' folders inside."""
    (workspace.root / "ComfyUI").mkdir()
    separate.prepare("person", ALICE)
    tools = separate.prepare("tools", None)
    separate.own(workspace.root / "ComfyUI" / "output", tools)
    assert owner(workspace.root / "ComfyUI" / "output") == (TOOLS_UID, TOOLS_UID, 0o755)
    assert owner(workspace.outputs("Alice")) == (TOOLS_UID, 21_001, 0o2770)


@pytest.mark.root
def test_foreign_account_numbers_are_left_alone(separate: Accounts, registry: Remembered) -> None:
    """A number that somebody else on this machine has is refused with a sentence."""
    registry.names[21_001] = "postgres"
    with pytest.raises(Unavailable, match="postgres"):
        separate.prepare("person", ALICE)


@pytest.mark.root
def test_folders_outside_the_workspace_are_refused(separate: Accounts, workspace: Workspace) -> None:
    """A manifest cannot have /etc given to its account, not by way of .. either."""
    for path in (Path("/etc"), workspace.root / ".." / "etc"):
        with pytest.raises(Unavailable):
            separate.own(path, separate.account("tools", None))


@pytest.mark.root
def test_real_accounts_are_made_once(workspace: Workspace) -> None:
    """The account and its group are made with the person's number, without a home of its own."""
    registry = SystemRegistry()
    who = person(77, "Real", uid=29_977)
    accounts = Accounts(settings(workspace, "separate"), workspace, registry)
    try:
        accounts.prepare("person", who)
        accounts.prepare("person", who)
        found = pwd.getpwuid(29_977)
        assert (found.pw_name, found.pw_gid, found.pw_shell) == ("cs-29977", 29_977, "/bin/bash")
        assert found.pw_dir == str(workspace.home("Real"))
        assert not list(workspace.home("Real").iterdir())
    finally:
        subprocess.run(["userdel", "cs-29977"], check=False, capture_output=True)


def test_same_accounts_say_so(workspace: Workspace, registry: Remembered) -> None:
    """Without separate accounts nothing is made but the home, and the sentence says that nobody is kept apart."""
    accounts = Accounts(settings(workspace, "same"), workspace, registry)
    assert accounts.prepare("person", BOB) is None
    assert owner(workspace.home("Bob O'Hara")) == (os.geteuid(), os.getegid(), 0o700)
    assert registry.names == {}
    assert "not kept apart" in accounts.sentence


def test_separate_needs_root(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, registry: Remembered) -> None:
    """An account that cannot make others is told so before anything starts."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Invalid, match="root"):
        Accounts(settings(workspace, "separate"), workspace, registry)


@pytest.mark.root
def test_no_number_no_account(workspace: Workspace, registry: Remembered) -> None:
    """Somebody without an account number gets a sentence, never the studio's own account."""
    accounts = Accounts(settings(workspace, "separate"), workspace, registry)
    with pytest.raises(Unavailable, match="Nemo"):
        accounts.prepare("person", person(5, "Nemo", uid=None))


class TestPrograms:
    """Interpreters and uv."""

    STRANGER = Account(21_500, 21_500, "cs-21500", Path("/nonexistent"))

    def test_closed_folder_is_named(self, root: Path) -> None:
        """The first folder that the account may not pass is what the sentence names."""
        (root / "a" / "b").mkdir(parents=True)
        program = root / "a" / "b" / "python"
        program.write_text("")
        program.chmod(0o755)
        assert programs.closed_folder(program, self.STRANGER) is None
        (root / "a").chmod(0o700)
        assert programs.closed_folder(program, self.STRANGER) == root / "a"

    def test_links_are_followed_to_where_they_lead(self, root: Path) -> None:
        """An interpreter that is a link into a closed folder is closed."""
        (root / "closed").mkdir(mode=0o700)
        (root / "closed" / "python").write_text("")
        (root / "closed" / "python").chmod(0o755)
        (root / "python").symlink_to(root / "closed" / "python")
        assert programs.closed_folder(root / "python", self.STRANGER) == root / "closed"

    def test_the_first_fitting_python_is_picked(self, root: Path) -> None:
        """Closed ones and such that are no Python are passed over; with none left a sentence says so."""
        (root / "closed").mkdir(mode=0o700)
        closed = root / "closed" / "python3"
        closed.symlink_to(sys.executable)
        broken = root / "python3"
        broken.write_text("#!/bin/sh\necho 3 9\n")
        broken.chmod(0o755)
        good = Path("/usr/bin/python3")
        assert programs.pick_python(None, self.STRANGER, [closed, broken, good]) == good
        with pytest.raises(Unavailable, match=r"3\.11"):
            programs.pick_python(None, self.STRANGER, [closed, broken])

    def test_a_python_that_was_asked_for_is_not_replaced(self, root: Path) -> None:
        """tool_python either fits or is named in the refusal."""
        with pytest.raises(Unavailable, match="nowhere"):
            programs.pick_python(root / "nowhere", self.STRANGER)
        assert programs.pick_python(Path("/usr/bin/python3"), self.STRANGER) == Path("/usr/bin/python3")

    def test_uv_is_copied_where_it_cannot_be_reached(
        self, workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A uv inside a closed checkout is copied into the runtime folder, where every account can run it."""
        prefix = root / "closed"
        (prefix / "bin").mkdir(parents=True)
        (prefix / "bin" / "uv").write_text("#!/bin/sh\necho ours\n")
        (prefix / "bin" / "uv").chmod(0o755)
        monkeypatch.setattr(sys, "prefix", str(prefix))
        assert programs.reach_uv(workspace, self.STRANGER) == prefix / "bin" / "uv"
        prefix.chmod(0o700)
        copy = programs.reach_uv(workspace, self.STRANGER)
        assert copy == workspace.runtime / "bin" / "uv"
        assert programs.closed_folder(copy, self.STRANGER) is None
        assert subprocess.run([copy], capture_output=True, text=True, check=True).stdout == "ours\n"


def test_folders_are_made_with_their_mode(root: Path) -> None:
    """Missing parents are made; a mode that drifted is set again."""
    folders.make(root, root / "a" / "b", 0o700)
    (root / "a" / "b").chmod(0o777)
    folders.make(root, root / "a" / "b", 0o700)
    assert owner(root / "a" / "b")[2] == 0o700
