"""People and tokens from the command line: everything the page does, live and without a running studio."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from comfystudio.cli.main import app
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor

PASSWORD = "harbour-at-dusk-17"


def _ran(studio: RunningStudio, *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command, run in this process; it talks to the studio all the same."""
    done = CliRunner().invoke(app, [*words, "--workspace", str(studio.workspace)])
    return done.exit_code, done.stdout, done.stderr


def _said(studio: RunningStudio, *words: str) -> str:
    """What a command that works prints."""
    code, said, problem = _ran(studio, *words)
    assert code == 0, problem
    return said


def _json(studio: RunningStudio, *words: str) -> Any:
    """What a command prints with `--json`."""
    return json.loads(_said(studio, *words, "--json"))


def _failed(studio: RunningStudio, *words: str) -> int:
    """The exit code of a command that says what is wrong."""
    code, _, problem = _ran(studio, *words)
    assert problem
    return code


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A running studio with an admin, an artist, and two tools."""
    with passable_folder() as folder:
        add_tool(folder / "setup", "counter")
        top = 'access = "admin"\naccess_reason = "Only for admins."'
        add_tool(folder / "setup", "closed", port=9001, top=top)
        with studio_in(folder) as found:
            found.start()
            found.person("Ada", PASSWORD, admin=True)
            found.person("Zoë Ćosić", PASSWORD)
            yield found


def test_one_person(studio: RunningStudio) -> None:
    """`people show` says where somebody is signed in, their tokens and tools; `sign-out` ends the former."""
    zoe = Visitor(studio).sign_in("Zoë Ćosić", PASSWORD)
    found = _json(studio, "people", "show", "Zoë Ćosić")
    assert found["person"]["state"] == "here"
    assert len(found["sessions"]) == 1
    said = _said(studio, "people", "show", "Zoe\u0308 Ćosić")
    assert said.startswith("Zoë Ćosić: artist, here, folder Zoë Ćosić\n")
    assert "manifest, for admins" in said
    assert _said(studio, "people", "sign-out", "Zoë Ćosić") == "Zoë Ćosić is signed out everywhere.\n"
    assert zoe.get("/api/v1/session").status == 401
    assert _failed(studio, "people", "show", "Zoe") == 1


def test_the_list_is_narrowed(studio: RunningStudio) -> None:
    """By part of a name, state and role; what is no state is refused."""
    narrowed = _json(studio, "people", "list", "--text", "cosic")["people"]
    assert [each["name"] for each in narrowed] == ["Zoë Ćosić"]
    admins = _json(studio, "people", "list", "--role", "admin", "--state", "not_invited")
    assert {each["role"] for each in admins["people"]} == {"admin"}
    assert _failed(studio, "people", "list", "--state", "gone") == 1


def test_roles_names_and_tools(studio: RunningStudio) -> None:
    """`admin`, `rename`, `grant` and `revoke` do it live, and each can be taken back."""
    studio.person("Bo", PASSWORD)
    bo = Visitor(studio).sign_in("Bo", PASSWORD)
    assert _said(studio, "people", "admin", "Bo") == "Bo is an admin.\n"
    assert bo.get("/api/v1/session").json["me"]["role"] == "admin"
    assert _said(studio, "people", "admin", "Bo", "--off") == "Bo is no admin any more.\n"
    assert _said(studio, "people", "rename", "Bo", "Bo O'Hara") == "Bo is now Bo O'Hara; the folder is Bo O'Hara.\n"
    assert bo.get("/api/v1/session").json["me"]["name"] == "Bo O'Hara"

    def can(tool: str) -> bool:
        return bool(bo.get(f"/api/v1/tools/{tool}").json["can"]["start"])

    assert not can("closed")
    _said(studio, "people", "grant", "Bo O'Hara", "closed")
    assert can("closed")
    _said(studio, "people", "revoke", "Bo O'Hara", "closed", "--default")
    assert not can("closed")
    assert _said(studio, "people", "revoke", "Bo O'Hara", "counter") == "Bo O'Hara may not use counter.\n"
    assert not can("counter")
    assert _failed(studio, "people", "grant", "Bo O'Hara", "../people") == 1
    assert _said(studio, "people", "remove", "Bo O'Hara") == "Bo O'Hara is off the roster. Files stay.\n"
    assert bo.get("/api/v1/session").status == 401


def test_a_link_is_drawn_for_a_phone(studio: RunningStudio) -> None:
    """`--qr` prints the code above the link; without it there is the link alone."""
    lines = _said(studio, "people", "add", "Eve", "--qr").splitlines()
    link = next(line for line in lines if line.startswith(studio.address))
    drawn = lines[: lines.index(link)]
    assert len({len(line) for line in drawn}) == 1
    assert all(set(line) <= set(" ▀▄█") for line in drawn)
    assert len(drawn[0]) in {2 * len(drawn), 2 * len(drawn) - 1}
    assert _said(studio, "people", "reset", "Eve").startswith(studio.address)


def test_tokens(studio: RunningStudio) -> None:
    """`token create` takes a scope and days, `list` shows them without the secret, `revoke` ends one."""
    made = _json(studio, "token", "create", "Ada", "--scope", "admin", "--days", "7", "--label", "nightly")
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert studio.get("/api/v1/people", headers=bearer).status == 200
    plain = {"Authorization": f"Bearer {_said(studio, 'token', 'create', 'Ada').strip()}"}
    assert studio.get("/api/v1/people", headers=plain).status == 403
    listed = _json(studio, "token", "list", "Ada")["tokens"]
    assert [each["scope"] for each in listed] == ["use", "admin"]
    assert made["token"] not in _said(studio, "token", "list", "Ada")
    assert _said(studio, "token", "revoke", str(made["id"])) == f"Token {made['id']} is revoked.\n"
    assert studio.get("/api/v1/people", headers=bearer).status == 401
    assert _failed(studio, "token", "revoke", "999999") == 1
    assert _failed(studio, "token", "create", "Zoë Ćosić", "--scope", "admin") == 1
    for wrong in (("--scope", "king"), ("--days", "0"), ("--days", "366")):
        assert _failed(studio, "token", "create", "Ada", *wrong) == 2


def test_without_a_running_studio(studio: RunningStudio) -> None:
    """The same commands open the workspace themselves where no studio runs in it."""
    with passable_folder() as folder, studio_in(folder) as idle:
        idle.cli("people", "add", "Ana")
        assert idle.cli("people", "rename", "Ana", "Ana M").startswith("Ana is now Ana M")
        assert '"Ana M"' in (idle.workspace / "artist_names.sh").read_text(encoding="utf-8")
